"""Integer bimatrix games from the smallest on.

They are ordered by the number of actions in all, then the leader's, then the largest |payoff|, then the sum of all
|payoffs|, then lexicographically in the leader's and the follower's payoffs with 0 < 1 < -1 < 2 < -2 ...; of games that
differ by the names of actions only, the first is listed.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from games.matrix import BimatrixGame
from verify.hunt.order import Level, sizes

LARGEST_LEVEL = 2**22
"""Games of one size and payoff range, before relabelling: a table of them must fit the memory."""

CHUNK = 4096


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BimatrixOrder:
    """Integer games of at most `actions` actions in all, no |payoff| above `payoff`.

    Sizes with more than `LARGEST_LEVEL` games at some largest payoff are listed below it.
    """

    kind: ClassVar[str] = BimatrixGame.kind

    actions: int = 5
    payoff: int = 2

    @property
    def things(self) -> str:
        return "integer games"

    @property
    def alike(self) -> str:
        return "games that differ by the names of actions count once"

    def levels(self) -> Iterator[Level]:
        for m, n in sizes(self.actions):
            for largest in range(self.payoff + 1):
                if _count(m, n, largest) > LARGEST_LEVEL:
                    break
                text = f"{m} by {n} with payoffs up to {largest}"
                yield Level(size=f"{m} by {n}", text=text, batches=batches(m, n, largest))


def _count(m: int, n: int, largest: int) -> int:
    return (2 * largest + 1) ** (2 * m * n)


def batches(m: int, n: int, largest: int) -> Iterator[BimatrixGame]:
    """All integer games of this size with this largest |payoff|, in order, one of each class of relabelled games."""
    base, cells = 2 * largest + 1, 2 * m * n
    powers = base ** np.arange(cells - 1, -1, -1, dtype=np.int64)
    kept: list[np.ndarray] = []
    sizes: list[np.ndarray] = []
    step = 2**18
    for start in range(0, _count(m, n, largest), step):
        ranks = np.arange(start, min(start + step, _count(m, n, largest)), dtype=np.int64)
        digits = (ranks[:, None] // powers % base).astype(np.int8)  # (games, 2 m n): 0, 1, 2, ... for 0, 1, -1, ...
        magnitudes = (digits + 1) // 2
        first = magnitudes.max(axis=1) == largest
        for order in _relabellings(m, n):
            first &= (digits[:, order].astype(np.int64) @ powers) >= ranks
        kept.append(ranks[first])
        sizes.append(magnitudes[first].sum(axis=1, dtype=np.int64))
    ranks, totals = np.concatenate(kept), np.concatenate(sizes)
    ranks = ranks[np.argsort(totals, kind="stable")]
    for start in range(0, len(ranks), CHUNK):
        digits = ranks[start : start + CHUNK, None] // powers % base
        payoffs = np.where(digits % 2 == 1, (digits + 1) // 2, -(digits // 2)).astype(np.float64) + 0.0
        leader, follower = payoffs.reshape(-1, 2, m, n).transpose(1, 0, 2, 3)
        yield BimatrixGame(leader=leader, follower=follower)


def _relabellings(m: int, n: int) -> Iterator[np.ndarray]:
    """Where the payoffs of a relabelled game stand in the original, for every other naming of the actions."""
    table = np.arange(2 * m * n).reshape(2, m, n)
    for rows in itertools.permutations(range(m)):
        for columns in itertools.permutations(range(n)):
            order = table[:, rows, :][:, :, columns].reshape(-1)
            if (order != table.reshape(-1)).any():
                yield order
