"""Markov games of small integers: rewards are integers, probabilities are eighths."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.errors import GameError
from games.families.base import near_zero
from games.families.markov import MarkovFamily, Pair
from games.families.sources import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MarkovIntegersFamily(MarkovFamily):
    """Rewards independent and uniform among -largest, ..., largest; probabilities multiples of 1/8.

    Raises `GameError` unless 0 <= largest <= 1000.
    """

    name: ClassVar[str] = "markov_integers"
    title: ClassVar[str] = "Markov games with small integer rewards and probabilities in eighths"

    largest: int = 4

    def __post_init__(self) -> None:
        super(MarkovIntegersFamily, self).__post_init__()
        if not 0 <= self.largest <= 1000:
            raise GameError(f"markov_integers: expected 0 <= largest <= 1000, found {self.largest}")

    def draw_rewards(self, source: Source) -> Pair:
        values = [near_zero(-self.largest, self.largest, place) for place in range(2 * self.largest + 1)]
        return source.pick(values, *source.table_shape), source.pick(values, *source.table_shape)

    def draw_kernel(self, source: Source) -> np.ndarray:
        return source.kernel(3)


FAMILY = MarkovIntegersFamily()
