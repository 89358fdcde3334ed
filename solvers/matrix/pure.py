"""Pure commitment: the leader plays one row, the follower a best column, ties for or against the leader."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from games.matrix import BimatrixGame
from solvers.errors import SolverError
from solvers.solution import Solution, Status

Ties = Literal["strong", "weak"]


def solve(game: BimatrixGame, *, ties: Ties = "strong") -> Solution:
    """max_a of A[a, b(a)], where b(a) is the best (ties="strong") or worst (ties="weak") for her among the replies best
    for the follower at row a; the lowest indices win what is left of the ties.

    Takes batches and exact twins. Nothing is rounded: only payoffs are compared. `policies` hold indices, (*batch,).
    Raises `SolverError` for other `ties`.
    """
    if ties not in ("strong", "weak"):
        raise SolverError(f"pure: expected ties 'strong' or 'weak', found {ties!r}")
    leader, follower = _ranks(game.leader), _ranks(game.follower)  # (*batch, m, n), comparable whatever the entries
    best = follower == follower.max(axis=-1, keepdims=True)
    sign = 1.0 if ties == "strong" else -1.0
    considered = np.where(best, sign * leader, -np.inf)
    replies = considered.argmax(axis=-1)  # (*batch, m)
    outcome = np.take_along_axis(leader, replies[..., None], axis=-1)[..., 0]
    row = outcome.argmax(axis=-1)  # (*batch,)
    reply = np.take_along_axis(replies, row[..., None], axis=-1)[..., 0]
    concept = "pure" if ties == "strong" else "pure weak"
    zero = np.zeros(game.batch_shape)
    return Solution(
        concept=concept,
        values={"leader": _pick(game.leader, row, reply), "follower": _pick(game.follower, row, reply)},
        policies={"leader": row[()], "follower": reply[()]},
        residual=zero[()],
        error_bound=zero[()],
        status=np.full(game.batch_shape, Status.CONVERGED, dtype=np.int8),
    )


def exact_strong(game: BimatrixGame) -> dict[str, Any]:
    """The fact "pure" of a single game."""
    return _fact(solve(game.exact()))


def exact_weak(game: BimatrixGame) -> dict[str, Any]:
    """The fact "pure weak" of a single game."""
    return _fact(solve(game.exact(), ties="weak"))


def _fact(found: Solution) -> dict[str, Any]:
    return {
        "concept": found.concept,
        "value": str(found.leader_value),
        "follower_value": str(found.follower_value),
        "row": int(found.policies["leader"]),
        "reply": int(found.policies["follower"]),
    }


def _ranks(payoffs: np.ndarray) -> np.ndarray:
    """The payoffs themselves, or, of Fractions, their ranks as floats: equal entries share a rank."""
    if payoffs.dtype != object:
        return payoffs
    return np.unique(payoffs, return_inverse=True)[1].reshape(payoffs.shape).astype(np.float64)


def _pick(payoffs: np.ndarray, row: np.ndarray, reply: np.ndarray) -> Any:
    """payoffs[..., row, reply]."""
    chosen = np.take_along_axis(payoffs, row[..., None, None], axis=-2)
    return np.take_along_axis(chosen, reply[..., None, None], axis=-1)[..., 0, 0][()]
