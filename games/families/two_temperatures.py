"""Choices at two temperatures."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from games.choice import ChoiceAtTwoTemperatures
from games.core import Game
from games.families.base import Reader, exact_array, frozen
from games.families.choice import ChoiceFamily, draw_values, log_uniform


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TwoTemperaturesFamily(ChoiceFamily):
    """Values as in `spread`; the second temperature is higher by a relative 1e-9 to 1e6, log-uniformly."""

    name: ClassVar[str] = "two_temperatures"
    title: ClassVar[str] = "the same choice at two temperatures"
    game: ClassVar[type[Game]] = ChoiceAtTwoTemperatures

    def sample(self, rng: np.random.Generator, batch: int) -> ChoiceAtTwoTemperatures:
        values, temperature = draw_values(rng, batch, self.actions.draw(rng))
        hotter = temperature * (1 + log_uniform(rng, 1e-9, 1e6, batch))
        return ChoiceAtTwoTemperatures(values=frozen(values), temperature=frozen(temperature), hotter=frozen(hotter))

    def decode(self, integers: Sequence[int]) -> ChoiceAtTwoTemperatures:
        reader = Reader(integers)
        n, temperature = reader.size(self.actions), reader.positive()
        hotter = temperature + reader.natural()
        values = exact_array(reader.take(n), n)
        return ChoiceAtTwoTemperatures(values=values, temperature=temperature, hotter=hotter)

    @property
    def code_length(self) -> int:
        return 3 + self.actions.high


FAMILY = TwoTemperaturesFamily()
