"""How many stationary solutions a scalar game has, as its drift and what the leader cares about change."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

import numpy as np

from games.core import as_entries
from games.errors import GameError
from games.linear_quadratic import LinearQuadraticGame
from verify.studies.figures import Curve, Curves, Figure, Panel, Surface
from verify.studies.study import Drawing, Portrait, Progress

SIDE = 37
"""Points of a side of the map."""

REACH = Fraction(3)
"""How far the two numbers are moved, to either side."""

ORDERS = ("stackelberg", "nash")

KINDS = ("values settle here", "stable to play only", "no equilibrium")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Stationary solutions at which the game is well posed: all, the equilibria, and those the Riccati flow keeps.

    NaN where they are not finitely many, or not proved to be all.
    """

    solutions: float = np.nan
    equilibria: float = np.nan
    attracting: float = np.nan


def moved(game: LinearQuadraticGame, drift: Fraction, weight: Fraction) -> LinearQuadraticGame:
    """The exact game with its drift A, and the leader's cost of the follower's action, moved by these."""
    exact = game.exact()
    A = exact.A + as_entries([[[drift]]], "drift")
    M = np.array(exact.leader_M)
    M[0, 2, 2] += weight
    return dataclasses.replace(exact, A=A, leader_M=M)


def count(game: LinearQuadraticGame, order: str) -> Count:
    """The counts of one exact scalar game."""
    from solvers.errors import SolverError
    from solvers.riccati.multiplicity_scalar import eliminate
    from solvers.riccati.stability import stability

    try:
        found = eliminate(game, order)
    except SolverError:
        return Count()
    if not found.complete:
        return Count()
    floats = game.float()
    stable = [stability(floats, _values(root), order) for root in found.roots]
    equilibria = [item for item in stable if item.discounted]
    return Count(
        solutions=len(found.roots),
        equilibria=len(equilibria),
        attracting=sum(item.flow < 0 for item in equilibria),
    )


def _values(root: Any) -> np.ndarray:
    return np.array([float(root.leader), float(root.follower)]).reshape(2, 1, 1, 1)


def draw(game: LinearQuadraticGame, rng: np.random.Generator, progress: Progress) -> Drawing:
    """The map and a cut through it. Raises `GameError` for a game that is not scalar, or has a horizon."""
    if (game.states, game.leader_actions, game.follower_actions, game.regimes) != (1, 1, 1, 1):
        raise GameError(
            f"multiplicity: expected one state, one action of each and one regime, found {game.states} states, "
            f"{game.leader_actions} + {game.follower_actions} actions and {game.regimes} regimes"
        )
    if game.horizon is not None:
        raise GameError(f"multiplicity: expected a game without an end, found horizon {game.horizon}")
    steps = [REACH * (2 * k - SIDE + 1) / (SIDE - 1) for k in range(SIDE)]
    counts: dict[str, list[list[Count]]] = {order: [] for order in ORDERS}
    for row, drift in enumerate(steps, 1):
        for order in ORDERS:
            counts[order].append([count(moved(game, drift, weight), order) for weight in steps])
        progress(row, SIDE)
    x = [float(game.leader_M[0, 2, 2]) + float(step) for step in steps]
    y = [float(game.A[0, 0, 0]) + float(step) for step in steps]
    figures: list[Figure] = [
        _map(counts, x, y, "equilibria", "Equilibria", "whose closed loop is stable in mean square at the discount"),
        _map(
            counts,
            x,
            y,
            "attracting",
            "Equilibria that values settle at",
            "from which the Riccati flow does not move away either: the others no finite horizon leads to, generically",
        ),
        _solutions(game, steps, x),
    ]
    return Drawing(findings=_findings(counts), figures=figures)


def _map(
    counts: dict[str, list[list[Count]]], x: list[float], y: list[float], name: str, title: str, which: str
) -> Surface:
    return Surface(
        title=title,
        caption=f"How many stationary solutions there are {which}. All of each game are found by elimination in "
        "rationals, each in a box that is proved to hold one; white: infinitely many, or not decided.",
        x="the leader's cost of the follower's action",
        y="drift A",
        value=name,
        x_grid=x,
        y_grid=y,
        values={
            f"feedback {order.title()}": [[getattr(cell, name) for cell in row] for row in rows]
            for order, rows in counts.items()
        },
        counts=True,
    )


def _solutions(game: LinearQuadraticGame, steps: list[Fraction], x: list[float]) -> Curves:
    """P_L of every solution along the middle row of the map, by what is stable there."""
    panels = []
    for order in ORDERS:
        found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
        for weight, place in zip(steps, x, strict=True):
            for value, kind in _worth(moved(game, Fraction(0), weight), order):
                found[kind].append((place, value))
        curves = [
            Curve(label=kind, x=[at for at, _ in dots], y=[value for _, value in dots], dots=True)
            for kind, dots in found.items()
        ]
        panels.append(Panel(label=f"feedback {order.title()}", curves=curves))
    return Curves(
        title="What the solutions are worth",
        caption="The leader's P at every stationary solution along the map's middle row: P x x / 2 is what the game "
        "costs her from state x where it is an equilibrium.",
        x="the leader's cost of the follower's action",
        y="P of the leader",
        panels=panels,
    )


def _worth(game: LinearQuadraticGame, order: str) -> list[tuple[float, str]]:
    from solvers.errors import SolverError
    from solvers.riccati.multiplicity_scalar import eliminate
    from solvers.riccati.stability import stability

    try:
        roots = eliminate(game, order).roots
    except SolverError:
        return []
    stable = [stability(game.float(), _values(root), order) for root in roots]
    kinds = [KINDS[0] if s.discounted and s.flow < 0 else KINDS[1] if s.discounted else KINDS[2] for s in stable]
    return [(float(root.leader), kind) for root, kind in zip(roots, kinds, strict=True)]


def _findings(counts: dict[str, list[list[Count]]]) -> list[str]:
    said = []
    for order, rows in counts.items():
        cells = [cell for row in rows for cell in row if cell.solutions == cell.solutions]
        several = sum(cell.equilibria > 1 for cell in cells)
        none = sum(cell.equilibria == 0 for cell in cells)
        unreached = sum(cell.equilibria > cell.attracting for cell in cells)
        most = max((int(cell.equilibria) for cell in cells), default=0)
        said.append(
            f"Feedback {order.title()}: of {len(cells):,} games {several:,} have several equilibria (at most {most}), "
            f"{none:,} have none, and {unreached:,} have one that is stable to play and unstable to compute: "
            "its closed loop is stable, and the Riccati flow leaves it."
        )
    return said


STUDY = Portrait(
    name="multiplicity",
    title="How many equilibria does a scalar game have?",
    plan=(
        f"The drift and the leader's cost of the follower's action are moved by up to {REACH} around those of a game "
        f"with one state, one action of each player and one regime, on a grid of {SIDE} by {SIDE} exact games. In each "
        "the two stationary equations are eliminated in rationals, and ball arithmetic isolates every solution.",
        "An equilibrium is a solution at which the game is well posed and the closed loop stable in mean square at the "
        "discount.",
    ),
    kind="lq",
    game="simaan-cruz",
    draw=draw,
)
