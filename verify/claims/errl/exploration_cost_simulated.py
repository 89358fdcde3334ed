"""What exploring costs, on paths: the exploratory run minus the classical one with the same random numbers.

The discounted excess raw cost over all time is (beta I - Lambda)^-1 f, f_L = tau_L ku / 2 + (tau_F / 2) tr(H_L,vv
H_F,vv^-1), f_F = tau_F kv / 2 + (tau_L / 2) t with t = tr(S_F Hhat_uu^-1) where the follower sees the action and
tr(H_F,uu H_L,uu^-1) where he sees the policy. It depends on no state, though states of both runs differ.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from games.linear_quadratic import PLAYERS, LinearQuadraticGame, Sees
from games.simulate.diffusion import simulate
from games.simulate.diffusion_laws import Version
from verify.claims.errl.played import REGIME, STATE, cost, played_game
from verify.comparison import at_most
from verify.experiment.plan import Contrast, Experiment, Quantity, Replicate
from verify.playing import feedback_laws
from verify.statement import Mutant, claim
from verify.terms import maximum
from verify.verdict import Verdict

COARSE = 8
"""Steps a unit of time at the longer of the two lengths; the other is half as long."""

END = 6.0
"""What follows is cut off: discounted by 1/400."""

PATHS = 1024

ALLOWANCE = Fraction(1, 20)
"""For the end, and for what Richardson's extrapolation leaves: together below 1/300 by the scheme's exact moments."""

CASES = [(sees, player) for sees in Sees for player in PLAYERS]

WRONG = {
    "own": "tau k / (2 beta), the player's own part alone",
    "doubled": "the formula with the whole of the other's temperature",
    "unswitched": "f / beta of the first regime",
}


def _quantity(error: str, sees: str, player: str) -> Quantity:
    short = {"leader": "L", "follower": "F"}[player] + ("" if error == "gap" else f",{error}")
    return Quantity(
        name=f"{error}_{sees}_{player}",
        latex=rf"\Delta^{{\mathrm{{{sees}}}}}_{{\mathrm{{{short}}}}}",
        text=f"the {player}'s extrapolated mean excess raw cost where the follower sees the {sees}, minus "
        + ("the formula" if error == "gap" else WRONG[error]),
    )


QUANTITIES = {
    (error, sees, player): _quantity(error, sees, player) for error in ("gap", *WRONG) for sees, player in CASES
}


def within(error: str):
    """All four excess costs, both players' in both information structures, are within the allowance."""

    def body(game):
        gaps = [abs(QUANTITIES[error, sees, player](game)) for sees, player in CASES]
        return at_most(functools.reduce(maximum, gaps), ALLOWANCE)

    return body


def explored_game(sees: Sees) -> LinearQuadraticGame:
    """The game that experiments play, without an end; in the second regime actions cost the other player more."""
    return played_game(
        follower_sees=sees,
        horizon=None,
        discount=1.0,
        leader_M=[cost([2, 1, 1, 0.5]), cost([1, 2, 1, 3])],
        follower_M=[cost([1, 2, 0.5, 1]), cost([2, 1, 4, 1])],
    )


@functools.cache
def solved(sees: Sees) -> Any:
    from solvers.riccati.stationary import stationary

    return stationary(explored_game(sees), certify=False)


def predictions(sees: Sees) -> dict[str, np.ndarray]:
    """Both players' excess raw costs from the first regime, by the formula ("gap") and by each wrong one."""
    solution = solved(sees)
    game, stage = solution.game, solution.gains()
    _, us, vs = game.blocks()
    own = [float(game.leader_temperature) * game.leader_actions / 2]
    own = np.array([*own, float(game.follower_temperature) * game.follower_actions / 2])
    cross = np.zeros((game.regimes, 2))
    for i in range(game.regimes):
        leader, follower, reduced = stage.leader_H[i], stage.follower_H[i], stage.reduced_H[i]
        cross[i, 0] = float(game.follower_temperature) / 2 * _trace(leader[vs, vs], follower[vs, vs])
        answered = follower[us, us] - follower[us, vs] @ np.linalg.solve(follower[vs, vs], follower[vs, us])
        if sees is Sees.ACTION:
            trace = _trace(answered, reduced[us, us])
        else:
            trace = _trace(follower[us, us], leader[us, us])
        cross[i, 1] = float(game.leader_temperature) / 2 * trace
    beta = float(game.discount)
    discounted = np.linalg.inv(beta * np.eye(game.regimes) - game.generator)
    return {
        "gap": (discounted @ (own + cross))[REGIME],
        "own": own / beta,
        "doubled": (discounted @ (own + 2 * cross))[REGIME],
        "unswitched": (own + cross[REGIME]) / beta,
    }


def _trace(matrix: np.ndarray, curvature: np.ndarray) -> float:
    return float(np.trace(np.linalg.solve(curvature, matrix)))


def measured(end: float) -> Callable[[np.random.Generator], Replicate]:
    """One replicate: excess raw costs up to `end`, extrapolated from two step sizes."""

    def measure(rng: np.random.Generator) -> Replicate:
        values = {}
        for sees in Sees:
            seed = int(rng.integers(2**62))
            excess = 2 * _excess(sees, 2 * COARSE, end, 1, seed) - _excess(sees, COARSE, end, 2, seed)
            for error, predicted in predictions(sees).items():
                for place, player in enumerate(PLAYERS):
                    values[f"{error}_{sees}_{player}"] = float(excess[place] - predicted[place])
        return Replicate(values=values)

    return measure


def _excess(sees: Sees, per_unit: int, end: float, draws: int, seed: int) -> np.ndarray:
    """Both players' mean raw costs of the exploratory run minus those of the classical one, (2,)."""
    raw = []
    for version in (Version.AVERAGED, Version.CLASSICAL):
        run = simulate(
            explored_game(sees),
            feedback_laws(solved(sees)),
            state=STATE,
            regime=REGIME,
            steps=round(end * per_unit),
            draws=draws,
            paths=PATHS,
            seed=seed,
            version=version,
            horizon=end,
        )
        raw.append([run.leader_raw_cost.mean, run.follower_raw_cost.mean])
    return np.subtract(*raw)


@claim(
    "errl/exploration-cost-simulated",
    title="On simulated paths exploring costs what the formula says",
    paper="errl",
    place="cost of exploration",
    expected=Verdict.SUPPORTED,
    experiment=Experiment(
        plan="A game of two states, two regimes and one action each that never ends, discount 1, once where the "
        "follower sees the action and once where he sees the policy, played by its stationary laws. A replicate runs "
        f"{PATHS} paths of the exploratory and of the classical diffusion up to t = {END:g} with the same Brownian "
        f"paths and regimes, by {COARSE} and by {2 * COARSE} Euler steps a unit of time, and takes the difference of "
        "the mean raw costs, twice the finer minus the coarser, for both players. The allowance for the end and what "
        f"is left of the discretisation is {ALLOWANCE}",
        quantities=tuple(QUANTITIES.values()),
        measure=measured(END),
        contrasts=(
            Contrast(
                hypothesis="to the end",
                text="costs are followed until the discount leaves nothing",
                without="up to t = 1 a part of the excess is missing",
                expected="counterexample",
                measure=measured(1.0),
            ),
        ),
        quick=8,
        default=32,
    ),
    mutants=tuple(
        Mutant(name=name, text=WRONG[error], body=within(error))
        for name, error in (("own part alone", "own"), ("no half", "doubled"), ("one regime", "unswitched"))
    ),
)
def exploration_cost_simulated(game):
    return within("gap")(game)
