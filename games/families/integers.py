"""Small integer payoffs: exact in floats, with occasional ties."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.errors import GameError
from games.families.base import Reader, frozen, near_zero, zigzag
from games.families.bimatrix import BimatrixFamily, by_cells


def draw_integers(rng: np.random.Generator, low: int, high: int, shape: tuple[int, ...]) -> np.ndarray:
    """Uniform integers of [low, high] as floats; drawn as bytes where they fit, four to a word of the generator."""
    dtype = np.int8 if -128 <= low and high <= 127 else np.int64
    return rng.integers(low, high, shape, dtype=dtype, endpoint=True).astype(np.float64)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IntegersFamily(BimatrixFamily):
    """Both players' payoffs independent and uniform among the integers low, ..., high.

    Raises `GameError` unless low <= high, both of at most 2^53 in size.
    """

    name: ClassVar[str] = "integers"
    title: ClassVar[str] = "independent small integer payoffs"

    low: int = -9
    high: int = 9

    def __post_init__(self) -> None:
        super(IntegersFamily, self).__post_init__()
        if not -(2**53) <= self.low <= self.high <= 2**53:
            raise GameError(f"integers: expected -2^53 <= low <= high <= 2^53, found low={self.low}, high={self.high}")

    def draw(self, rng: np.random.Generator, batch: int, m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        leader, follower = frozen(draw_integers(rng, self.low, self.high, (2, batch, m, n)))
        return leader, follower

    def read(self, reader: Reader, m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        low, high = self.low, self.high
        payoffs = [near_zero(low, high, zigzag(place) % (high - low + 1)) for place in reader.take(2 * m * n)]
        return by_cells(payoffs, m, n)


FAMILY = IntegersFamily()
