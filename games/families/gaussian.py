"""Normal payoffs, correlated between the players: from common payoff through independence to zero sum."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar

import numpy as np

from games.errors import GameError
from games.families.base import Reader, exact_array, frozen
from games.families.bimatrix import BimatrixFamily, by_cells


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GaussianFamily(BimatrixFamily):
    """In each cell two standard normal payoffs of the given correlation, cells independent.

    Without a correlation each batch draws its own, uniform on [-1, 1]. Decoded payoffs are integers; a correlation of
    1 or -1 makes the follower's payoffs the leader's, or their negatives. Raises `GameError` for a correlation outside
    [-1, 1].
    """

    name: ClassVar[str] = "gaussian"
    title: ClassVar[str] = "correlated normal payoffs"

    correlation: float | None = None

    def __post_init__(self) -> None:
        super(GaussianFamily, self).__post_init__()
        if self.correlation is not None and not -1 <= self.correlation <= 1:
            raise GameError(f"gaussian: expected a correlation in [-1, 1], found {self.correlation}")

    def draw(self, rng: np.random.Generator, batch: int, m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        correlation = rng.uniform(-1.0, 1.0) if self.correlation is None else self.correlation
        payoffs = rng.standard_normal((2, batch, m, n))
        payoffs[1] *= math.sqrt((1.0 - correlation) * (1.0 + correlation))
        payoffs[1] += correlation * payoffs[0]
        leader, follower = frozen(payoffs)
        return leader, follower

    def read(self, reader: Reader, m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        if self.correlation in (-1, 1):
            leader = exact_array(reader.take(m * n), m, n)
            return leader, frozen(leader * int(self.correlation))
        return by_cells(reader.take(2 * m * n), m, n)


FAMILY = GaussianFamily()
