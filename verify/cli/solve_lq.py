"""What `firstmover solve` answers for linear-quadratic games."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from verify.cli.output import plain, text

if TYPE_CHECKING:
    from solvers.riccati.solution import LinearQuadraticSolution

LARGEST_SEARCHED = 12
"""Entries of both players' P, over all regimes, up to which other stationary solutions are looked for."""


def answer(solution: LinearQuadraticSolution) -> dict[str, Any]:
    """Values and gains at t = 0 in every regime; null where there are none."""
    from solvers.solution import Status

    coefficients = {
        player: {name: getattr(getattr(solution, player), name).tolist() for name in ("P", "p", "r")}
        for player in ("leader", "follower")
    }
    found = {name: _whole(part) for name, part in (("value", coefficients), ("gains", solution.policies))}
    values = found["value"] or {"leader": {"r": None}, "follower": {"r": None}}
    return {
        "concept": solution.concept,
        "status": Status(int(solution.status)).label,
        "message": solution.message,
        "leader_value": values["leader"]["r"],
        "follower_value": values["follower"]["r"],
        **found,
        "residual": plain(solution.residual),
        "error_bound": plain(solution.error_bound),
        "certificate": solution.certificate if isinstance(solution.certificate, dict) else None,
    }


def _whole(parts: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]] | None:
    """The arrays as lists (zeros without a sign), or None where numbers are missing.

    Without a discount r alone is: what a game costs that never ends is infinite, how it is played is not.
    """
    import numpy as np

    if not all(np.isfinite(of).all() for part in parts.values() for name, of in part.items() if name != "r"):
        return None
    return {
        key: {name: plain(np.asarray(of) + 0.0) if np.isfinite(of).all() else None for name, of in part.items()}
        for key, part in parts.items()
    }


def stationary_solutions(solution: LinearQuadraticSolution) -> dict[str, Any] | None:
    """Every stationary solution at which the game is well posed: all of a scalar game, else those a search finds.

    None for games too large to search, and scalar ones that have a curve of them.
    """
    from solvers.errors import SolverError
    from solvers.riccati.multiplicity import multiplicity

    game = solution.game
    if game.regimes * game.states * (game.states + 1) > LARGEST_SEARCHED:
        return None
    try:
        found = multiplicity(game, order=solution.order)
    except SolverError:
        return None
    points = [
        {
            "value": {
                player: {name: plain(getattr(point, name)[place] + 0.0) for name in ("P", "p", "r")}
                for place, player in enumerate(("leader", "follower"))
            },
            "equilibrium": point.is_equilibrium,
            "closed_loop_abscissa": point.stability.closed_loop,
            "flow_abscissa": point.stability.flow,
            "proved": point.enclosed,
        }
        for point in found.points
    ]
    return {"complete": found.complete, "points": points, "reached": found.reached}


def print_stationary(found: dict[str, Any] | None) -> None:
    """How many there are, the equilibria among them, and which iteration ends where."""
    if found is None:
        return
    points = found["points"]
    known = "proved to be all" if found["complete"] else "found from many starts"
    click.echo(
        f"stationary solutions: {len(points)}, {known}; {sum(p['equilibrium'] for p in points)} of them equilibria"
    )
    for number, point in enumerate(points):
        if point["equilibrium"]:
            settles = "values settle there" if point["flow_abscissa"] < 0 else "the Riccati flow leaves it"
            costs = ", ".join(f"{player} P {text(point['value'][player]['P'])}" for player in ("leader", "follower"))
            click.echo(f"  number {number}: {costs}; {settles}")
    for name, end in found["reached"].items():
        if isinstance(end, int):
            click.echo(f"{name} ends at number {end}" + ("" if points[end]["equilibrium"] else ", no equilibrium"))
        else:
            click.echo(f"{name} ends at {end}")
