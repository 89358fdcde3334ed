"""Simulated costs of the exploratory dynamics are what the Riccati, linear and scalar equations say.

Games, solvers and simulation meet here: the laws come from the solver, the costs from paths of the stochastic
differential equation that the theory averages over those laws, and nothing but the model connects the two.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np

from games.linear_quadratic import PLAYERS, Sees
from games.simulate.diffusion import Simulation, simulate
from games.simulate.diffusion_laws import FeedbackLaws
from verify.claims.errl.played import REGIME, STATE, played_game, value_of
from verify.comparison import at_most
from verify.experiment.plan import Contrast, Experiment, Quantity, Replicate
from verify.playing import feedback_laws
from verify.statement import Mutant, claim
from verify.terms import maximum
from verify.verdict import Verdict

COARSE = 16
"""Steps of the longer of the two lengths; the other is half as long."""

PATHS = 2048

ALLOWANCE = Fraction(1, 40)
"""For what Richardson's extrapolation leaves, of order h^2: below 1/500 in this game by the scheme's exact moments."""

CASES = [(sees, player) for sees in Sees for player in PLAYERS]

WRONG = {
    "halved": "the value without its half, x'Px + p'x + r",
    "raw": "the value, and the cost without entropies",
    "unseen": "the value where the follower sees the other thing, the policy or the action",
}

Value = Callable[[Simulation, Sees, str], float]


def _quantity(error: str, sees: str, player: str) -> Quantity:
    short = {"leader": "L", "follower": "F"}[player] + ("" if error == "gap" else f",{error}")
    text = f"the {player}'s extrapolated mean cost where the follower sees the {sees}, minus "
    return Quantity(
        name=f"{error}_{sees}_{player}",
        latex=rf"\Delta^{{\mathrm{{{sees}}}}}_{{\mathrm{{{short}}}}}",
        text=text + ("his value by the solver" if error == "gap" else WRONG[error]),
    )


QUANTITIES = {
    (error, sees, player): _quantity(error, sees, player) for error in ("gap", *WRONG) for sees, player in CASES
}


def within(error: str):
    """All four costs, both players' in both information structures, are within the allowance."""

    def body(game):
        gaps = [abs(QUANTITIES[error, sees, player](game)) for sees, player in CASES]
        return at_most(functools.reduce(maximum, gaps), ALLOWANCE)

    return body


@functools.cache
def _solved(sees: Sees):
    from solvers.riccati.finite import solve

    return solve(played_game(follower_sees=sees), check=False)


@functools.cache
def _laws(sees: Sees) -> FeedbackLaws:
    return feedback_laws(_solved(sees), 2 * COARSE)


def _errors(sees: Sees, costs: Mapping[str, float], raw: Mapping[str, float]) -> dict[str, float]:
    """Every difference that is measured in one information structure, by name."""
    other = Sees.POLICY if sees is Sees.ACTION else Sees.ACTION
    solution, x = _solved(sees), np.array(STATE)
    values, unseen = value_of(solution), value_of(_solved(other))
    found = {}
    for place, player in enumerate(PLAYERS):
        P = getattr(solution, player).P[REGIME]
        differences = {
            "gap": costs[player] - values[place],
            "halved": costs[player] - (values[place] + x @ P @ x / 2),
            "raw": raw[player] - values[place],
            "unseen": costs[player] - unseen[place],
        }
        found |= {f"{error}_{sees}_{player}": float(value) for error, value in differences.items()}
    return found


def _means(run: Simulation) -> np.ndarray:
    """Mean costs and raw costs, (2, players)."""
    costs = [[run.leader_cost.mean, run.follower_cost.mean], [run.leader_raw_cost.mean, run.follower_raw_cost.mean]]
    return np.array(costs)


def measured(
    *,
    weights: Mapping[int, float],
    laws: Callable[[FeedbackLaws], FeedbackLaws] = lambda laws: laws,
    paths: int = PATHS,
) -> Callable[[np.random.Generator], Replicate]:
    """One replicate: runs of so many steps with common random numbers, their mean costs added with these weights."""

    def measure(rng: np.random.Generator) -> Replicate:
        finest = max(weights)
        values = {}
        for sees in Sees:
            seed = int(rng.integers(2**62))
            runs = {
                steps: simulate(
                    played_game(follower_sees=sees),
                    laws(_laws(sees)),
                    state=STATE,
                    regime=REGIME,
                    steps=steps,
                    draws=finest // steps,
                    paths=paths,
                    seed=seed,
                )
                for steps in weights
            }
            costs, raw = np.sum([weight * _means(runs[steps]) for steps, weight in weights.items()], axis=0)
            values |= _errors(sees, dict(zip(PLAYERS, costs, strict=True)), dict(zip(PLAYERS, raw, strict=True)))
        return Replicate(values=values)

    return measure


RICHARDSON = {COARSE: -1.0, 2 * COARSE: 2.0}


def _unmoved(laws: FeedbackLaws) -> FeedbackLaws:
    """The follower answers the leader, and not the state."""
    return dataclasses.replace(laws, follower_gain=0 * laws.follower_gain)


@claim(
    "errl/monte-carlo",
    title="Simulated costs match the values",
    paper="errl",
    place="exploratory dynamics and value functions",
    expected=Verdict.SUPPORTED,
    experiment=Experiment(
        plan=f"A game of two states, two regimes and one action each over the horizon 1, with cross and linear costs "
        f"and noise that both actions drive, once where the follower sees the action and once where he sees the "
        f"policy. A replicate runs {PATHS} paths of the exploratory diffusion (drift and sigma sigma' averaged over "
        f"the laws the solver found) by {COARSE} and by {2 * COARSE} Euler steps on the same Brownian paths, and takes "
        "twice the finer mean cost minus the coarser (Richardson), for both players. The allowance for what is left of "
        f"the discretisation is {ALLOWANCE}",
        quantities=tuple(QUANTITIES.values()),
        measure=measured(weights=RICHARDSON),
        contrasts=(
            Contrast(
                hypothesis="two step sizes",
                text="costs are extrapolated from two step sizes",
                without="eight Euler steps alone miss the value by their error of order h",
                expected="counterexample",
                measure=measured(weights={COARSE // 2: 1.0}, paths=PATHS // 2),
            ),
            Contrast(
                hypothesis="equilibrium laws",
                text="both players play the laws that belong to the values",
                without="a follower who answers the leader but not the state changes what both pay",
                expected="counterexample",
                measure=measured(weights=RICHARDSON, laws=_unmoved, paths=PATHS // 4),
            ),
        ),
        quick=16,
        default=64,
    ),
    mutants=tuple(
        Mutant(name=name, text=WRONG[error], body=within(error))
        for name, error in (
            ("missing half", "halved"),
            ("entropy dropped", "raw"),
            ("the other structure", "unseen"),
        )
    ),
)
def monte_carlo(game):
    return within("gap")(game)
