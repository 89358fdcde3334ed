"""Few payoff levels, copied rows and columns: games full of ties, which random floats never have."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.errors import GameError
from games.families.base import Reader, frozen
from games.families.bimatrix import BimatrixFamily, by_cells
from games.families.integers import draw_integers


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TieRichFamily(BimatrixFamily):
    """Payoffs from the integers 0, ..., levels - 1; then rows and columns become copies of others.

    Every row and column is replaced by a copy of a random one with probability 1/4. In half of the games a copied
    column is a copy for the follower alone: he is indifferent where the leader is not, and strong and weak Stackelberg
    values differ. Raises `GameError` for fewer than one level.
    """

    name: ClassVar[str] = "tie_rich"
    title: ClassVar[str] = "few payoff levels, duplicate rows and columns"

    levels: int = 3

    def __post_init__(self) -> None:
        super(TieRichFamily, self).__post_init__()
        if not 1 <= self.levels <= 2**53:
            raise GameError(f"tie_rich: expected at least one payoff level, found {self.levels}")

    def draw(self, rng: np.random.Generator, batch: int, m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        leader, follower = draw_integers(rng, 0, self.levels - 1, (2, batch, m, n))
        rows = _sources(rng, batch, m)[:, :, None]
        columns = _sources(rng, batch, n)[:, None, :]
        both = (rng.random(batch) < 0.5)[:, None, None]
        leader, follower = (np.take_along_axis(payoffs, rows, axis=1) for payoffs in (leader, follower))
        leader = np.take_along_axis(leader, np.where(both, columns, np.arange(n)), axis=2)
        follower = np.take_along_axis(follower, columns, axis=2)
        return frozen(leader), frozen(follower)

    def read(self, reader: Reader, m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        return by_cells([reader.below(self.levels) for _ in range(2 * m * n)], m, n)


def _sources(rng: np.random.Generator, batch: int, count: int) -> np.ndarray:
    """For each line of each game the line it is a copy of: itself, or with probability 1/4 a random one."""
    copied = rng.random((batch, count)) < 0.25
    return np.where(copied, rng.integers(count, size=(batch, count)), np.arange(count))  # (batch, count)


FAMILY = TieRichFamily()
