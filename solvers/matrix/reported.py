"""The answer of a floating-point solver in the game's own units, with its residual."""

from __future__ import annotations

from typing import Any

import numpy as np

from games.matrix import BimatrixGame
from solvers.matrix.normalise import NormalisedGame
from solvers.solution import Solution, Status


def report(
    game: BimatrixGame, normal: NormalisedGame, concept: str, strategy: np.ndarray, reply: int, status: Status
) -> Solution:
    """The solution that commits to `strategy` and answers with `reply`.

    `residual` is by how much another reply is better, in the units of the follower's largest payoff difference.
    """
    best = (strategy @ normal.follower).max()
    return Solution(
        concept=concept,
        values={player: _expected(getattr(game, player), strategy, reply) for player in ("leader", "follower")},
        policies={"leader": strategy, "follower": reply},
        residual=float(best - strategy @ normal.follower[:, reply]),
        error_bound=np.nan,
        status=np.asarray(status, dtype=np.int8),
    )


def _expected(payoffs: Any, strategy: np.ndarray, reply: int) -> float:
    return float(strategy @ payoffs[:, reply].astype(np.float64))
