"""Choices with several exactly best actions."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from games.choice import Choice
from games.core import Game
from games.families.base import Reader, exact_array, frozen
from games.families.choice import ChoiceFamily, log_uniform


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TiedFamily(ChoiceFamily):
    """k actions are exactly best, k uniform on 1, ..., n; the others fall behind by exponential gaps.

    The gaps' scale is within six decades of the temperature, the best value within three of the gaps' scale (or 0).
    """

    name: ClassVar[str] = "tied"
    title: ClassVar[str] = "several exactly best actions"
    game: ClassVar[type[Game]] = Choice

    def sample(self, rng: np.random.Generator, batch: int) -> Choice:
        n = self.actions.draw(rng)
        temperature = log_uniform(rng, 1e-6, 1e6, batch)
        scale = temperature * log_uniform(rng, 1e-6, 1e6, batch)
        best = scale * rng.choice([0.0, 1.0, -1.0], batch) * log_uniform(rng, 1e-3, 1e3, batch)
        rank = np.argsort(rng.random((batch, n)), axis=-1)  # a random order of the actions
        behind = best[:, None] - scale[:, None] * rng.standard_exponential((batch, n))
        behind = np.minimum(behind, np.nextafter(best, -np.inf)[:, None])  # a gap lost in rounding would be a tie
        values = np.where(rank < rng.integers(1, n, batch, endpoint=True)[:, None], best[:, None], behind)
        return Choice(values=frozen(values), temperature=frozen(temperature))

    def decode(self, integers: Sequence[int]) -> Choice:
        reader = Reader(integers)
        n, temperature = reader.size(self.actions), reader.positive()
        ties, best = 1 + reader.below(n), reader.signed()
        behind = [best - 1 - reader.natural() for _ in range(n - ties)]
        return Choice(values=exact_array([best] * ties + behind, n), temperature=temperature)

    @property
    def code_length(self) -> int:
        return 4 + self.actions.high - 1


FAMILY = TiedFamily()
