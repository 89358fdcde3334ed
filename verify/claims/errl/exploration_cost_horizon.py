"""Over a horizon a player's own exploration costs tau k / 2 times the annuity (1 - e^{-beta T}) / beta.

The own term is constant in time and regime, whatever the game: tr(H Sigma) = tau k for a covariance tau H^{-1}. It is
accumulated here along solved games, whose Hessians H move with time and regime. The other's exploration adds a term
that does move.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from games.linear_quadratic import PLAYERS, Sees
from verify.comparison import at_most
from verify.experiment.plan import Contrast, Experiment, Quantity, Replicate
from verify.playing import accumulated
from verify.statement import Mutant, claim
from verify.terms import maximum
from verify.verdict import Verdict

ALLOWANCE = Fraction(1, 10**6)
"""Relative: far above the solver's error and the quadrature's, far below the distance of the mutants."""

DISCOUNT, HORIZON = 1.0, 1.0
"""The wrong formulas are off by 23% of the sum there."""

FORMULAS: dict[str, tuple[str, Callable[[float, float], float]]] = {
    "annuity": ("the annuity of the horizon", lambda beta, end: -math.expm1(-beta * end) / beta),
    "forever": ("1 / beta, as without an end", lambda beta, end: 1 / beta),
    "undiscounted": ("the horizon T", lambda beta, end: end),
}


def _quantity(player: str, name: str) -> Quantity:
    short = {"leader": "L", "follower": "F"}[player]
    return Quantity(
        name=f"{player}_{name}_gap",
        latex=rf"\Delta_{{{short}}}^{{\mathrm{{{name}}}}}",
        text=f"by how much the {player}'s own exploration cost misses tau k / 2 times {FORMULAS[name][0]}, relative "
        "to the sum of both sizes, in the worst regime and information structure",
    )


QUANTITIES = {(player, name): _quantity(player, name) for player in PLAYERS for name in FORMULAS}


def within(name: str):
    """Both players' own costs are what the formula says."""
    return lambda game: at_most(
        functools.reduce(maximum, (QUANTITIES[player, name](game) for player in PLAYERS)), ALLOWANCE
    )


def measured(*, others: float) -> Callable[[np.random.Generator], Replicate]:
    """One replicate: a random game, both players' costs of exploring at temperature 1, the other's being `others`."""

    def measure(rng: np.random.Generator) -> Replicate:
        solution = _solved(rng)
        game, values = solution.game, {}
        beta, end = float(game.discount), float(game.horizon)
        for player, size in zip(PLAYERS, (game.leader_actions, game.follower_actions), strict=True):
            costs = np.array([_cost(solution, player, sees, others) for sees in Sees])
            for name, (_, formula) in FORMULAS.items():
                predicted = size / 2 * formula(beta, end)
                values[f"{player}_{name}_gap"] = float((np.abs(costs - predicted) / (np.abs(costs) + predicted)).max())
        return Replicate(values=values)

    return measure


def _solved(rng: np.random.Generator) -> Any:
    """A random game that is well posed to its end, at temperatures 1."""
    from games.families import family
    from solvers.riccati.entry import solve

    while True:
        game: Any = family("lq_well_posed").sample(rng, 1)[0]
        game = dataclasses.replace(
            game, discount=DISCOUNT, horizon=HORIZON, leader_temperature=1.0, follower_temperature=1.0
        )
        solution = solve(game, concept="stackelberg")
        if solution.converged:
            return solution


def _cost(solution: Any, player: str, sees: Sees, others: float) -> np.ndarray:
    """The player's accumulated tr(H S) / 2 by regime at the start, S the covariance at these temperatures."""
    from solvers.riccati.hamiltonian import stage

    temperatures = {f"{one}_temperature": 1.0 if one == player else others for one in PLAYERS}
    game = dataclasses.replace(solution.game, follower_sees=sees, **temperatures)
    return accumulated(
        game,
        lambda t: stage(game, *solution.values_at(t)),
        lambda found: (getattr(found, f"{player}_H") * found.covariance).sum(axis=(-2, -1)) / 2,
    )


@claim(
    "errl/exploration-cost-horizon",
    title="Over a horizon one's own exploration costs an annuity",
    paper="errl",
    place="cost of exploration, finite horizon",
    expected=Verdict.SUPPORTED,
    note="The annuity solves the scalar equation with a constant source: derivation riccati/exploration-horizon.",
    experiment=Experiment(
        plan="A replicate draws a game of the family lq_well_posed, with discount 1 and horizon 1, and solves it. "
        "Along the solution tr(H S) / 2 is accumulated by Gauss quadrature in time and the exact law of the regime, "
        "for each player exploring alone at temperature 1, in both information structures, and held against "
        f"tau k / 2 times the annuity, relatively. The allowance is {ALLOWANCE}",
        quantities=tuple(QUANTITIES.values()),
        measure=measured(others=0.0),
        contrasts=(
            Contrast(
                hypothesis="alone",
                text="the other player does not explore",
                without="the other's exploration adds a cross term, which is no annuity",
                expected="counterexample",
                measure=measured(others=1.0),
            ),
        ),
        quick=6,
        default=16,
    ),
    mutants=tuple(Mutant(name=name, text=FORMULAS[name][0], body=within(name)) for name in ("forever", "undiscounted")),
)
def exploration_cost_horizon(game):
    return within("annuity")(game)
