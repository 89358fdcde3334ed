"""The stage rule on Q functions, over any batch: the follower's reply to every action, the leader's move, the margins.

The rule and its ties are those of `games.markov`:
  b(s, a) maximises Q_F(s, a, .), ties by `ties`, then the smallest b;  a(s) maximises Q_L(s, ., b(s, .)), then the
  smallest a;  V_k(s) = Q_k(s, a(s), b(s, a(s))).
Q functions are floats or Fractions; axes before (S, A, B) are the batch. What the margins are for: policies found from
Q functions that are wrong by at most `leader_error` and `follower_error` are those of the true ones where `decided`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from games.markov import Ties


class Stage(NamedTuple):
    """What both choose, and by how much each choice is better than any other; margins are infinite without another."""

    moves: np.ndarray  # (*batch, S) a(s)
    replies: np.ndarray  # (*batch, S, A) b(s, a), off the path too
    move_margins: np.ndarray  # (*batch, S) lead of a(s) in Q_L(s, ., b(s, .)); 0 at a tie
    reply_margins: np.ndarray  # (*batch, S, A) lead of b(s, a) in Q_F(s, a, .); 0 at a tie
    tie_margins: np.ndarray  # (*batch, S, A) lead in Q_L of b(s, a) among the tied; infinite where the rule ignores Q_L

    @property
    def is_strict(self) -> Any:
        """Whether every choice is better than every other one: (*batch,)."""
        return (self.move_margins > 0).all(axis=-1) & (self.reply_margins > 0).all(axis=(-2, -1))


def choose(leader_q: np.ndarray, follower_q: np.ndarray, ties: Any = Ties.STRONG) -> tuple[np.ndarray, np.ndarray]:
    """(moves (*batch, S), replies (*batch, S, A)) of Q functions (*batch, S, A, B).

    `ties` is one of `Ties`, or an array of them over the batch.
    """
    found = stage(leader_q, follower_q, ties)
    return found.moves, found.replies


@np.errstate(over="ignore")  # a lead beyond the floats is infinite, which is what it has to tell
def stage(leader_q: np.ndarray, follower_q: np.ndarray, ties: Any = Ties.STRONG) -> Stage:
    """What `choose` gives, and the margins of every choice."""
    replies = range(follower_q.shape[-1])
    _, top, second = _best([follower_q[..., b] for b in replies])
    preference = _preference(leader_q, ties)
    tied = [np.where(follower_q[..., b] == top, preference[..., b], -np.inf) for b in replies]
    reply, preferred, rival = _best(tied)
    served = leader_q[..., 0]
    for b in replies[1:]:
        served = np.where(reply == b, leader_q[..., b], served)
    move, most, next_most = _best([served[..., a] for a in range(served.shape[-1])])
    # A rule that ignores Q_L prefers none; its ties are decided whatever Q_L is.
    ignored = np.asarray(ties)[..., None, None] == Ties.FIRST
    return Stage(
        moves=move,
        replies=reply,
        move_margins=most - next_most,
        reply_margins=top - second,
        tie_margins=np.where(ignored, np.inf, preferred - rival),
    )


def _best(candidates: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(first index of the largest, the largest, the largest of the others), -inf where there is no other.

    A loop over the candidates: numpy's reductions over a short last axis take ten times as long.
    """
    index = np.zeros(candidates[0].shape, dtype=np.int64)
    best, second = candidates[0], np.full(candidates[0].shape, -np.inf, dtype=candidates[0].dtype)
    for place, candidate in enumerate(candidates[1:], start=1):
        better = candidate > best
        second = np.maximum(second, np.minimum(best, candidate))
        index = np.where(better, place, index)
        best = np.where(better, candidate, best)
    return index, best, second


def values(q: np.ndarray, moves: np.ndarray, replies: np.ndarray) -> np.ndarray:
    """V(s) = Q(s, a(s), b(s, a(s))): (*batch, S)."""
    reply = np.take_along_axis(replies, moves[..., None], axis=-1)
    place = moves[..., None] * q.shape[-1] + reply
    return np.take_along_axis(q.reshape(*q.shape[:-2], -1), place, axis=-1)[..., 0]


def decided(found: Stage, leader_error: Any, follower_error: Any) -> np.ndarray:
    """Whether Q functions within these errors (*batch,) of the ones seen all have the policies found: (*batch,).

    With error 0 what is seen is true, ties included. Else a lead must exceed twice the error; the factor covers the
    rounding of the lead itself.
    """
    leader = np.asarray(leader_error, dtype=np.float64)
    follower = np.asarray(follower_error, dtype=np.float64)
    need, follower_need = (2 * (1 + 2.0**-50) * error[..., None] for error in (leader, follower))
    moves = (found.move_margins > need).all(axis=-1) | (leader == 0)
    strict = found.reply_margins > follower_need[..., None]
    settled = (follower_need[..., None] == 0) & ((found.tie_margins > need[..., None]) | (need[..., None] == 0))
    return moves & (strict | settled).all(axis=(-2, -1))


def _preference(leader_q: np.ndarray, ties: Any) -> np.ndarray:
    """What a tie is decided by, the larger the better."""
    if np.ndim(ties) == 0:
        return leader_q if ties == Ties.STRONG else -leader_q if ties == Ties.WEAK else np.zeros_like(leader_q)
    ties = np.asarray(ties)[..., None, None, None]
    return np.where(ties == Ties.STRONG, leader_q, np.where(ties == Ties.WEAK, -leader_q, 0))
