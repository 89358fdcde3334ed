"""Strong Stackelberg commitment by one linear program a reply (Conitzer-Sandholm 2006)."""

from __future__ import annotations

import numpy as np

from games.matrix import BimatrixGame
from solvers.errors import refuse_batch
from solvers.matrix.highs import Vertex, check_tolerance, maximise
from solvers.matrix.normalise import normalise
from solvers.matrix.reported import report
from solvers.solution import Solution, Status


def solve(game: BimatrixGame, *, tolerance: float = 1e-9) -> Solution:
    """max_b max { x'A_b : x in the simplex, x'(B_b - B_b') >= 0 for all b' }, each by HiGHS.

    `tolerance` is HiGHS's, for payoffs normalised to a range of one; the best feasible reply wins, the lowest on a tie.
    A reply that is inducible only within the tolerance counts as inducible, which is why no error bound is given: on a
    knife edge the answer can be off by any amount. `solvers.matrix.exact` decides those.

    Raises `SolverError` for a batch and for a tolerance that HiGHS does not accept.
    """
    refuse_batch("multiple_lps", game.batch_shape)
    check_tolerance(tolerance)
    normal = normalise(game)
    m, n = normal.leader.shape
    status = Status.CONVERGED
    best: Vertex | None = None
    winner = 0
    for reply in range(n):
        rows = normal.follower[:, [reply]] - np.delete(normal.follower, reply, axis=1)  # (m, n - 1)
        entries = np.concatenate([np.ones((1, m)), rows.T])
        found = maximise(
            normal.leader[:, reply],
            np.arange(0, m * n + 1, m),
            np.tile(np.arange(m), n),
            entries.ravel(),
            tolerance=tolerance,
        )
        if found.status != Status.CONVERGED:
            status = found.status
        if found.feasible and (best is None or found.value > best.value):
            best, winner = found, reply
    strategy = np.full(m, np.nan) if best is None else best.point / best.point.sum()
    return report(game, normal, "sse", strategy, winner, Status.UNDECIDED if best is None else status)
