"""What the families of one-shot two-player games share: sizes, and codes that keep a cell's payoffs together."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from games.core import Game
from games.families.base import Family, Reader, Sizes, exact_array
from games.matrix import BimatrixGame


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BimatrixFamily(Family):
    """A family of `BimatrixGame`s; both sizes are Sizes, a length, or a pair (low, high)."""

    game: ClassVar[type[Game]] = BimatrixGame

    leader_actions: Any = (2, 5)
    follower_actions: Any = (2, 5)

    def __post_init__(self) -> None:
        for name in ("leader_actions", "follower_actions"):
            object.__setattr__(self, name, Sizes.of(getattr(self, name), name))

    @abc.abstractmethod
    def draw(self, rng: np.random.Generator, batch: int, m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        """The two players' float payoffs, each (batch, m, n)."""

    @abc.abstractmethod
    def read(self, reader: Reader, m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        """The two players' exact payoffs, each (m, n)."""

    def sample(self, rng: np.random.Generator, batch: int) -> BimatrixGame:
        m, n = self.leader_actions.draw(rng), self.follower_actions.draw(rng)
        leader, follower = self.draw(rng, batch, m, n)
        return BimatrixGame(leader=leader, follower=follower)

    def decode(self, integers: Sequence[int]) -> BimatrixGame:
        reader = Reader(integers)
        m, n = reader.size(self.leader_actions), reader.size(self.follower_actions)
        leader, follower = self.read(reader, m, n)
        return BimatrixGame(leader=leader, follower=follower)

    @property
    def code_length(self) -> int:
        return 2 + 2 * self.leader_actions.high * self.follower_actions.high


def by_cells(payoffs: Sequence[Any], m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Exact payoff matrices from the two payoffs of each cell, leader's first, row by row.

    Cells, not players, follow each other in a code, so that a short code still gives both players something.
    """
    return exact_array(payoffs[0::2], m, n), exact_array(payoffs[1::2], m, n)
