"""Optimal correlated commitment: the leader commits to a device that recommends a reply (Conitzer-Korzhyk 2011)."""

from __future__ import annotations

from typing import Any

import numpy as np

from games.matrix import BimatrixGame
from solvers.errors import refuse_batch
from solvers.matrix.normalise import normalise
from solvers.matrix.single_lp import joint_optimum
from solvers.solution import Solution, Status


def solve(game: BimatrixGame, *, tolerance: float = 1e-9) -> Solution:
    """The joint distribution p, `policies["device"]` of shape (m, n), best for the leader among the obedient ones.

    max sum_ab p_ab A_ab over p >= 0 of mass one with sum_a p_ab (B_ab - B_ab') >= 0 for all b, b': following the
    recommendation b is a best reply. The value equals the strong Stackelberg value. `residual` is the largest gain of
    disobeying, in the units of the follower's largest payoff difference; no error bound is derived (NaN).

    Raises `SolverError` for a batch and for a tolerance that HiGHS does not accept.
    """
    refuse_batch("correlated", game.batch_shape)
    normal = normalise(game)
    found = joint_optimum(normal, tolerance)
    shape = normal.leader.shape
    joint = (found.point / found.point.sum()).reshape(shape) if found.feasible else np.full(shape, np.nan)
    disobeying = joint.T @ normal.follower  # (n, n): payoff of playing b' when told b
    gains = disobeying - np.diagonal(disobeying)[:, None]
    return Solution(
        concept="correlated",
        values={player: _expected(getattr(game, player), joint) for player in ("leader", "follower")},
        policies={"device": joint},
        residual=float(max(gains.max(), 0.0)),
        error_bound=np.nan,
        status=np.asarray(found.status if found.feasible else Status.UNDECIDED, dtype=np.int8),
    )


def _expected(payoffs: Any, joint: np.ndarray) -> float:
    return float((payoffs.astype(np.float64) * joint).sum())
