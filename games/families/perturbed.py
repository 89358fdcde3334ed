"""Choices and changes of their values, from far below the temperature to far above it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from games.choice import PerturbedChoice
from games.core import Game
from games.families.base import Reader, exact_array, frozen
from games.families.choice import ChoiceFamily, log_uniform


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PerturbedFamily(ChoiceFamily):
    """Values within two decades of the temperature; a normal perturbation at a scale from 1e-9 tau to 1e3 tau.

    In one game of four the perturbation moves a single action.
    """

    name: ClassVar[str] = "perturbed"
    title: ClassVar[str] = "normal values, perturbed at scales from 1e-9 to 1e3 temperatures"
    game: ClassVar[type[Game]] = PerturbedChoice

    def sample(self, rng: np.random.Generator, batch: int) -> PerturbedChoice:
        n = self.actions.draw(rng)
        temperature = log_uniform(rng, 1e-6, 1e6, batch)
        scale = temperature * log_uniform(rng, 1e-2, 1e2, batch)
        values = scale[:, None] * rng.standard_normal((batch, n))
        size = temperature * log_uniform(rng, 1e-9, 1e3, batch)
        perturbation = size[:, None] * rng.standard_normal((batch, n))
        single = rng.random(batch) < 0.25
        perturbation[single[:, None] & (np.arange(n) != rng.integers(n, size=batch)[:, None])] = 0.0
        return PerturbedChoice(
            values=frozen(values), temperature=frozen(temperature), perturbation=frozen(perturbation)
        )

    def decode(self, integers: Sequence[int]) -> PerturbedChoice:
        reader = Reader(integers)
        n, temperature = reader.size(self.actions), reader.positive()
        values, changes = zip(*((reader.signed(), reader.signed()) for _ in range(n)), strict=True)
        return PerturbedChoice(
            values=exact_array(values, n), temperature=temperature, perturbation=exact_array(changes, n)
        )

    @property
    def code_length(self) -> int:
        return 2 + 2 * self.actions.high


FAMILY = PerturbedFamily()
