"""The one door to the solvers of linear-quadratic games."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from games.linear_quadratic import LinearQuadraticGame, is_positive_definite
from solvers.errors import SolverError
from solvers.riccati.hamiltonian import ORDERS
from solvers.riccati.solution import LinearQuadraticSolution

CONCEPTS = ORDERS
"""stackelberg: at every instant the follower answers the leader; nash: both choose at once."""


def solve(
    game: LinearQuadraticGame, *, concept: str = "stackelberg", tolerance: float | None = None, start: Any = None
) -> LinearQuadraticSolution:
    """Values, gains and laws of feedback Stackelberg or feedback Nash play of a linear-quadratic game.

    With a horizon by `solvers.riccati.finite`, without one by `solvers.riccati.stationary`, or by
    `solvers.riccati.batch` for batches under "stackelberg": `error_bound` is NaN there, and games that are not solved
    have no certificate. Exact twins are answered in floats. `tolerance` and `start` (where a stationary iteration
    starts) are handed on; their docstrings say what they bound.

    Raises `SolverError` for an unknown concept, for a start in a game with a horizon, for batches without a horizon
    under "nash" or with a start, for a point of a Hamiltonian system, which is no game to solve, and where the game is
    ill posed at its horizon already, or without one whatever the values are.
    """
    if concept not in CONCEPTS:
        raise SolverError(f"solve: expected a concept among {', '.join(CONCEPTS)}, found {concept!r}")
    if game.kind != LinearQuadraticGame.kind:  # its subclasses are points and runs of an iteration
        raise SolverError(f"solve: expected a game of kind 'lq', found one of kind {game.kind!r}")
    options = {} if tolerance is None else {"tolerance": tolerance}
    if game.horizon is None and game.batch_shape and concept == "stackelberg" and start is None:
        return importlib.import_module("solvers.riccati.batch").stationary_batch(game.float(), **options)
    if game.horizon is None:
        _refuse_concave(game)
        stationary = importlib.import_module("solvers.riccati.stationary").stationary
        return stationary(game.float(), order=concept, **options, **({} if start is None else {"start": start}))
    if start is not None:
        raise SolverError("start: expected none for a game with a horizon, whose values start from its end")
    return importlib.import_module("solvers.riccati.finite").solve(game, order=concept, **options)


def _refuse_concave(game: LinearQuadraticGame) -> None:
    """Raise `SolverError` where H_F,vv is M_F,vv, since the follower drives no noise, and is not positive definite."""
    _, _, vs = game.blocks()
    own = game.follower_M[..., vs, vs]
    hopeless = ~is_positive_definite(own) & ~np.any(game.F != 0, axis=(-3, -2, -1))
    if hopeless.any():
        regime = int(np.argwhere(hopeless)[0][-1])
        raise SolverError(
            f"H_F,vv in regime {regime}: expected a positive definite matrix, found M_F,vv which is not, and no noise "
            "driven by the follower"
        )
