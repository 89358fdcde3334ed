"""Stationary solutions of many small linear-quadratic games at once, compiled: the Riccati flow from zero of each."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from games.linear_quadratic import LinearQuadraticGame, Sees
from solvers.errors import SolverError
from solvers.riccati.batch_kernel import solve_block
from solvers.riccati.hamiltonian import Values, stage
from solvers.riccati.solution import LinearQuadraticSolution
from solvers.riccati.units import scales

BLOCK = 256
"""Games a call of the compiled block."""


def stationary_batch(
    game: LinearQuadraticGame, *, tolerance: float = 1e-9, budget: int = 400, threads: int = 1, policies: bool = True
) -> LinearQuadraticSolution:
    """Stationary feedback Stackelberg values of every game of a batch, from the Riccati flow that starts at zero.

    `residual` bounds the largest defect of the Riccati, linear and scalar equations; beside their terms it is at most
    `tolerance` where CONVERGED, and the closed loop is stable in mean square at the discount. ILL_POSED where the flow
    escapes or loses a condition, the closed loop is not stable, or (policy seen) H_L,uu is not positive definite;
    BUDGET after `budget` steps. `error_bound` is NaN: `solvers.riccati.stationary` proves bounds, and says what failed.
    Without `policies` the laws are left out, which takes about as long as the values.

    Raises `SolverError` for exact twins, games with a horizon, and no thread.
    """
    if game.is_exact:
        raise SolverError("batch: expected float entries, found an exact twin; solve game.float()")
    if game.horizon is not None:
        raise SolverError(f"batch: expected games without a horizon, found horizon {game.horizon}")
    if threads < 1:
        raise SolverError(f"threads: expected at least 1, found {threads}")
    shape, count = game.batch_shape, math.prod(game.batch_shape)
    m, n, ku, kv = game.regimes, game.states, game.leader_actions, game.follower_actions

    def rows(array: Any, core: int) -> np.ndarray:
        array = np.asarray(array, dtype=float)
        # Always a copy of its own: read-only arrays would be another type, compiled for a second time.
        return np.array(array.reshape(count, *array.shape[array.ndim - core :]), order="C")

    def per(array: np.ndarray, units: np.ndarray) -> np.ndarray:
        return array / units.reshape(*units.shape, *(1,) * (array.ndim - 2))

    # The flow measures values beside 1: each game is solved in units of its own (`solvers.riccati.units`).
    costs, rate = (found.reshape(count, -1) for found in scales(game))  # (games, 2) and (games, 1)
    root = np.sqrt(rate)
    inputs = [
        per(rows(game.generator, 2), rate),
        per(rows(np.concatenate([game.A, game.B, game.E], axis=-1), 3), rate),
        per(rows(np.concatenate([game.C, game.D, game.F], axis=-1), 4), root),
        per(rows(np.stack([game.leader_M, game.follower_M], axis=-4), 4), costs),
        per(rows(game.b, 2), rate),
        per(rows(game.s, 3), root),
        per(rows(np.stack([game.leader_m, game.follower_m], axis=-3), 3), costs),
        rows(game.discount, 0) / rate[:, 0],
        per(rows(np.stack([game.leader_temperature, game.follower_temperature], axis=-1), 1), costs),
    ]
    status, steps = np.empty(count, dtype=np.int8), np.empty(count, dtype=np.int64)
    outputs = [
        status,
        np.empty(count),
        steps,
        np.empty((count, 2, m, n, n)),
        np.empty((count, 2, m, n)),
        np.empty((count, 2, m)),
        np.empty((count, m, ku + kv, n)),
    ]
    settings: list[Any] = [ku, kv, game.follower_sees == Sees.ACTION, float(tolerance), int(budget)]

    def run(first: int) -> None:
        block = slice(first, first + BLOCK)
        arguments: list[Any] = [array[block] for array in inputs] + settings + [array[block] for array in outputs]
        solve_block(*arguments)

    starts = range(0, count, BLOCK)
    if threads == 1:
        for first in starts:
            run(first)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(run, starts))
    _, residual, _, P, p, r, gains = outputs
    residual = residual * costs.max(axis=-1)
    P, p, r = (per(array, rate / costs) for array in (P, p, r))

    def shaped(array: np.ndarray) -> Any:
        return array.reshape(shape + array.shape[1:])[()]

    values = [Values(P=shaped(P[:, k]), p=shaped(p[:, k]), r=shaped(r[:, k])) for k in range(2)]
    found: dict[str, dict[str, Any]] = {
        "leader": {"gain": shaped(gains[:, :, :ku])},
        "follower": {"closed_gain": shaped(gains[:, :, ku:])},
    }
    if policies:
        with np.errstate(invalid="ignore"):  # games that are not solved have values NaN
            at = stage(game, values[0], values[1])
        found = {
            "leader": {"gain": at.leader_gain, "offset": at.leader_offset, "covariance": at.leader_covariance},
            "follower": {"K": at.K, "T": at.T, "kappa": at.kappa, "covariance": at.follower_covariance},
        }
    return LinearQuadraticSolution(
        concept="stackelberg",
        values={"leader": values[0].r, "follower": values[1].r},
        policies=found,
        residual=shaped(residual),
        error_bound=shaped(np.full(count, np.nan)),
        status=shaped(status),
        game=game,
        leader=values[0],
        follower=values[1],
    )
