"""Games balanced on an edge: exact indifference at the optimum, replies inducible only there, weak below strong.

Integer payoffs, so that float and exact twin agree. With A the leader's and B the follower's payoffs, X(b) the set of
commitments to which reply b is best:

- pinned: a commitment x* = w / sum w is chosen, and B shifted by columns until every reply is best at x*. Then
  A_b = v_b - sum_b' Y_bb' (B_b - B_b') with Y >= 0: its maximum over X(b) is v_b, at x*. All linear programs of the
  game have their optimum at the one point where all replies tie, degenerate as soon as there are more replies than
  rows, and the strong Stackelberg value is max v.
- flat: reply 0 is the mean of replies 1 and 2 (of two replies: reply 1 less one in a single row). X(0) has no interior,
  and the leader would like reply 0: the strong value may count it, the weak value does not.
- twins: replies 0 and 1 are one and the same to the follower, and differ for the leader.
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.families.base import Reader, exact_array, frozen
from games.families.bimatrix import BimatrixFamily
from games.families.integers import draw_integers

Payoffs = tuple[np.ndarray, np.ndarray]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class KnifeEdgeFamily(BimatrixFamily):
    """Pinned, flat and twin games in equal parts (with a single reply: pinned only)."""

    name: ClassVar[str] = "knife_edge"
    title: ClassVar[str] = "exact indifference at the optimum, degenerate programs, weak values below strong ones"

    def draw(self, rng: np.random.Generator, batch: int, m: int, n: int) -> Payoffs:
        leader, follower = draw_integers(rng, -2, 2, (2, batch, m, n))
        weights = draw_integers(rng, 0, 3, (batch, m))
        values = draw_integers(rng, -2, 2, (batch, n))
        multipliers = draw_integers(rng, -1, 1, (batch, n, n)).clip(min=0.0)
        games = [pinned(weights, values, multipliers, follower)]
        if n > 1:
            row = np.arange(m) == rng.integers(m, size=batch)[:, None]  # (batch, m)
            games += [flat(leader, follower, row), twins(leader, follower)]
        kind = rng.integers(len(games), size=batch)
        which = [(kind == k)[:, None, None] for k in range(len(games))]
        leader, follower = (np.select(which, [game[player] for game in games]) for player in (0, 1))
        return frozen(leader), frozen(follower)

    def read(self, reader: Reader, m: int, n: int) -> Payoffs:
        kind = reader.below(3) if n > 1 else 0
        if kind == 0:
            weights = exact_array((reader.natural() for _ in range(m)), m)
            values = exact_array(reader.take(n), n)
            follower = exact_array(reader.take(m * n), m, n)
            multipliers = exact_array([0] * n * n, n, n).copy()
            multipliers[~np.eye(n, dtype=bool)] = exact_array((reader.natural() for _ in range(n * n - n)), n * n - n)
            return pinned(weights, values, multipliers, follower)
        row = np.arange(m) == reader.below(m)
        leader = exact_array(reader.take(m * n), m, n)
        follower = exact_array(reader.take(m * n), m, n)
        return flat(leader, follower, row) if kind == 1 else twins(leader, follower)

    @property
    def code_length(self) -> int:
        m, n = self.leader_actions.high, self.follower_actions.high
        return 3 + max(m + n + m * n + n * n - n, 1 + 2 * m * n)


def pinned(weights: np.ndarray, values: np.ndarray, multipliers: np.ndarray, follower: np.ndarray) -> Payoffs:
    """All replies tie at x* = weights / sum of weights (the first row, if that is 0), where reply b brings values[b].

    weights (..., m) and multipliers (..., n, n) are nonnegative, values (..., n), follower (..., m, n).
    """
    first = np.arange(weights.shape[-1]) == 0
    weights = np.where(weights.sum(axis=-1, keepdims=True) > 0, weights, first * 1)[..., None]  # (..., m, 1)
    total = weights.sum(axis=-2, keepdims=True)  # (..., 1, 1)
    mean = (weights * follower).sum(axis=-2, keepdims=True)
    follower = total * follower - mean  # integer multiples, so that the payoffs stay integers
    # sum_b' Y_bb' (B_b - B_b') = B_b sum_b' Y_bb' - (B Y')_b
    losses = follower * multipliers.sum(axis=-1)[..., None, :] - follower @ np.swapaxes(multipliers, -1, -2)
    return values[..., None, :] - losses, follower


def flat(leader: np.ndarray, follower: np.ndarray, row: np.ndarray) -> Payoffs:
    """Reply 0 is best on a set without interior only; row (..., m) marks where it is worse if there are two replies."""
    first = np.arange(leader.shape[-1]) == 0
    if leader.shape[-1] > 2:
        twice = 2 * follower
        follower = np.where(first, (follower[..., 1] + follower[..., 2])[..., None], twice)
    else:
        follower = np.where(first, follower[..., 1:] - row[..., None], follower)
    return leader + 3 * first, follower


def twins(leader: np.ndarray, follower: np.ndarray) -> Payoffs:
    """Replies 0 and 1 are the same to the follower."""
    second = np.arange(leader.shape[-1]) == 1
    return leader, np.where(second, follower[..., :1], follower)


FAMILY = KnifeEdgeFamily()
