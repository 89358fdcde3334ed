"""Common-payoff games: leader and follower want the same."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.families.base import Reader, exact_array, frozen
from games.families.bimatrix import BimatrixFamily
from games.families.zero_sum import draw_one_player


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CommonPayoffFamily(BimatrixFamily):
    """Both players have the same payoff: by batch standard normal payoffs, or integers from -3 to 3 (with ties)."""

    name: ClassVar[str] = "common_payoff"
    title: ClassVar[str] = "common payoffs"

    def draw(self, rng: np.random.Generator, batch: int, m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        payoffs = frozen(draw_one_player(rng, (batch, m, n)))
        return payoffs, payoffs

    def read(self, reader: Reader, m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        payoffs = exact_array(reader.take(m * n), m, n)
        return payoffs, payoffs

    @property
    def code_length(self) -> int:
        return 2 + self.leader_actions.high * self.follower_actions.high


FAMILY = CommonPayoffFamily()
