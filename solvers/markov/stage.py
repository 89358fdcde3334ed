"""The stage rule on Q functions, over any batch: the follower's reply to every action, the leader's move, the margins.

The rule and its ties are those of `games.markov`:
  b(s, a) maximises Q_F(s, a, .), ties by `ties`, then the smallest b;  a(s) maximises Q_L(s, ., b(s, .)), then the
  smallest a;  V_k(s) = Q_k(s, a(s), b(s, a(s))).
Q functions are floats or Fractions; axes before (S, A, B) are the batch. What the margins are for: policies found from
Q functions that are wrong by at most `leader_error` and `follower_error` are those of the true ones where `decided`.
"""

from __future__ import annotations

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
    tied = follower_q == follower_q.max(axis=-1, keepdims=True)
    replies = np.where(tied, _preference(leader_q, ties), -np.inf).argmax(axis=-1)
    served = np.take_along_axis(leader_q, replies[..., None], axis=-1)[..., 0]
    return served.argmax(axis=-1), replies


@np.errstate(over="ignore")  # a lead beyond the floats is infinite, which is what it has to tell
def stage(leader_q: np.ndarray, follower_q: np.ndarray, ties: Any = Ties.STRONG) -> Stage:
    """What `choose` gives, and the margins of every choice."""
    best = follower_q.max(axis=-1, keepdims=True)
    tied = follower_q == best
    preference = _preference(leader_q, ties)
    replies = np.where(tied, preference, -np.inf).argmax(axis=-1)
    chosen = np.arange(follower_q.shape[-1]) == replies[..., None]
    second = np.where(chosen, -np.inf, follower_q).max(axis=-1)
    preferred = np.take_along_axis(preference, replies[..., None], axis=-1)[..., 0]
    rival = np.where(tied & ~chosen, preference, -np.inf).max(axis=-1)
    # A rule that ignores Q_L prefers none; its ties are decided whatever Q_L is.
    ignored = _per_state_action(ties) == Ties.FIRST
    served = np.take_along_axis(leader_q, replies[..., None], axis=-1)[..., 0]
    moves = served.argmax(axis=-1)
    moved = np.arange(served.shape[-1]) == moves[..., None]
    return Stage(
        moves=moves,
        replies=replies,
        move_margins=served.max(axis=-1) - np.where(moved, -np.inf, served).max(axis=-1),
        reply_margins=best[..., 0] - second,
        tie_margins=np.where(ignored, np.inf, preferred - rival),
    )


def values(q: np.ndarray, moves: np.ndarray, replies: np.ndarray) -> np.ndarray:
    """V(s) = Q(s, a(s), b(s, a(s))): (*batch, S)."""
    at_moves = np.take_along_axis(q, moves[..., None, None], axis=-2)[..., 0, :]
    reply = np.take_along_axis(replies, moves[..., None], axis=-1)
    return np.take_along_axis(at_moves, reply, axis=-1)[..., 0]


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


def _per_state_action(ties: Any) -> np.ndarray:
    return np.asarray(ties)[..., None, None]
