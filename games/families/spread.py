"""Choices whose values and temperatures range over 24 decades."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from games.choice import Choice
from games.core import Game
from games.families.base import Reader, exact_array, frozen
from games.families.choice import ChoiceFamily, draw_values


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SpreadFamily(ChoiceFamily):
    """Normal values at a log-uniform scale, the temperature independent of it or matched to it."""

    name: ClassVar[str] = "spread"
    title: ClassVar[str] = "values and temperatures over 24 decades"
    game: ClassVar[type[Game]] = Choice

    def sample(self, rng: np.random.Generator, batch: int) -> Choice:
        values, temperature = draw_values(rng, batch, self.actions.draw(rng))
        return Choice(values=frozen(values), temperature=frozen(temperature))

    def decode(self, integers: Sequence[int]) -> Choice:
        reader = Reader(integers)
        n, temperature = reader.size(self.actions), reader.positive()
        return Choice(values=exact_array(reader.take(n), n), temperature=temperature)

    @property
    def code_length(self) -> int:
        return 2 + self.actions.high


FAMILY = SpreadFamily()
