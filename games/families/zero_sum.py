"""Zero-sum games: commitment is worth the minimax value."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.families.base import Reader, exact_array, frozen
from games.families.bimatrix import BimatrixFamily
from games.families.integers import draw_integers


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ZeroSumFamily(BimatrixFamily):
    """The follower loses what the leader wins: by batch standard normal payoffs, or integers -3, ..., 3 (ties)."""

    name: ClassVar[str] = "zero_sum"
    title: ClassVar[str] = "zero-sum payoffs"

    def draw(self, rng: np.random.Generator, batch: int, m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        leader = draw_one_player(rng, (batch, m, n))
        return frozen(leader), frozen(0.0 - leader)  # not -leader, which has negative zeros

    def read(self, reader: Reader, m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        leader = exact_array(reader.take(m * n), m, n)
        return leader, frozen(-leader)

    @property
    def code_length(self) -> int:
        return 2 + self.leader_actions.high * self.follower_actions.high


def draw_one_player(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """One player's payoffs, for the families where they fix the other's: all normal, or all integers from -3 to 3."""
    return draw_integers(rng, -3, 3, shape) if rng.integers(2) else rng.standard_normal(shape)


FAMILY = ZeroSumFamily()
