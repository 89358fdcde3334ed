"""Strong Stackelberg commitment by a single linear program over joint distributions (Conitzer-Korzhyk 2011)."""

from __future__ import annotations

import numpy as np

from games.matrix import BimatrixGame
from solvers.errors import refuse_batch
from solvers.matrix.highs import Vertex, maximise
from solvers.matrix.normalise import NormalisedGame, normalise
from solvers.matrix.reported import report
from solvers.solution import Solution, Status


def solve(game: BimatrixGame, *, tolerance: float = 1e-9) -> Solution:
    """max sum_ab p_ab A_ab over p >= 0 of mass one with sum_a p_ab (B_ab - B_ab') >= 0 for all b, b'.

    The optimum may recommend several replies; each recommended column, normalised, is itself an optimal commitment. The
    heaviest is taken, and the reply is that column: the follower is indifferent at a vertex, so that an argmax of his
    payoffs would be decided by rounding. `tolerance` and what it means on a knife edge are as in `multiple_lps`.

    Raises `SolverError` for a batch and for a tolerance that HiGHS does not accept.
    """
    refuse_batch("single_lp", game.batch_shape)
    normal = normalise(game)
    m, n = normal.leader.shape
    found = joint_optimum(normal, tolerance)
    if not found.feasible:  # the program is feasible for every game: HiGHS gave up
        return report(game, normal, "sse", np.full(m, np.nan), 0, Status.UNDECIDED)
    joint = found.point.reshape(m, n)
    reply = int(joint.sum(axis=0).argmax())
    return report(game, normal, "sse", joint[:, reply] / joint[:, reply].sum(), reply, found.status)


def joint_optimum(normal: NormalisedGame, tolerance: float) -> Vertex:
    """An optimal vertex p of the program, flattened from (m, n) with the reply running fastest."""
    m, n = normal.leader.shape
    gains = normal.follower[:, :, None] - normal.follower[:, None, :]  # (m, n, n): B_ab - B_ab'
    others = ~np.eye(n, dtype=bool)
    entries = gains.transpose(1, 2, 0)[others]  # (n (n - 1), m), row (b, b') over a
    columns = (np.arange(m) * n)[None, None, :] + np.arange(n)[:, None, None]  # variable of (a, b)
    columns = np.broadcast_to(columns, (n, n, m))[others]
    starts = np.concatenate([[0], m * n + np.arange(0, m * n * (n - 1) + 1, m)])
    return maximise(
        normal.leader.ravel(),
        starts,
        np.concatenate([np.arange(m * n), columns.ravel()]),
        np.concatenate([np.ones(m * n), entries.ravel()]),
        tolerance=tolerance,
    )
