"""Independent uniform payoffs."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import ClassVar

import numpy as np

from games.errors import GameError
from games.families.base import Reader, frozen
from games.families.bimatrix import BimatrixFamily, by_cells


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class UniformFamily(BimatrixFamily):
    """Both players' payoffs independent and uniform on [low, high]; decoded payoffs lie in the same interval.

    Raises `GameError` unless low < high and both are finite.
    """

    name: ClassVar[str] = "uniform"
    title: ClassVar[str] = "independent uniform payoffs"

    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        super(UniformFamily, self).__post_init__()
        if not (self.low < self.high and np.isfinite(float(self.high) - float(self.low))):
            raise GameError(f"uniform: expected finite low < high, found low={self.low}, high={self.high}")

    def draw(self, rng: np.random.Generator, batch: int, m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        payoffs = rng.random((2, batch, m, n))
        if (self.low, self.high) != (0.0, 1.0):
            payoffs *= self.high - self.low
            payoffs += self.low
            np.clip(payoffs, self.low, self.high, out=payoffs)  # the sum may round beyond the upper end
        leader, follower = frozen(payoffs)
        return leader, follower

    def read(self, reader: Reader, m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        ends = Fraction(self.low), Fraction(self.high)
        return by_cells([reader.between(*ends) for _ in range(2 * m * n)], m, n)


FAMILY = UniformFamily()
