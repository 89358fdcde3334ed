"""Perturbed choices between two actions pulled apart by equal and opposite amounts: bounds in norms are tight there."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar

import numpy as np

from games.choice import PerturbedChoice
from games.core import Game
from games.families.base import Reader, exact_array, frozen
from games.families.choice import ChoiceFamily, log_uniform

OUT_OF_REACH = 64
"""Temperatures by which the other actions lie behind: e^-64 is below a float's rounding beside 1."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TightPairFamily(ChoiceFamily):
    """Two actions far ahead of all others; their values -l/2, l/2 move by s/2, -s/2, in temperatures.

    With s = tau r and r log-uniform on [1e-6, 10]. In half of the games l = r/2: the log-odds go from -r/2 to r/2 and
    the law moves by 2 tanh(r/4), which is the bound 2 tanh(||d||_inf / (2 tau)), and in the Euclidean norm by nearly
    ||d||_2 / (2 tau) for small r. In the others l is uniform on [-2, 2].
    """

    name: ClassVar[str] = "tight_pair"
    title: ClassVar[str] = "two actions in competition, pulled apart by equal and opposite amounts"
    game: ClassVar[type[Game]] = PerturbedChoice

    def sample(self, rng: np.random.Generator, batch: int) -> PerturbedChoice:
        n = self.actions.draw(rng)
        temperature = log_uniform(rng, 1e-12, 1e12, batch)
        ratio = log_uniform(rng, 1e-6, 10.0, batch)
        odds = np.where(rng.random(batch) < 0.5, ratio / 2, rng.uniform(-2.0, 2.0, batch))
        values = np.full((batch, n), -float(OUT_OF_REACH))
        values[:, 0], values[:, 1] = -odds / 2, odds / 2
        perturbation = np.zeros((batch, n))
        perturbation[:, 0], perturbation[:, 1] = ratio / 2, -ratio / 2
        values, perturbation = values * temperature[:, None], perturbation * temperature[:, None]
        return PerturbedChoice(
            values=frozen(values), temperature=frozen(temperature), perturbation=frozen(perturbation)
        )

    def decode(self, integers: Sequence[int]) -> PerturbedChoice:
        reader = Reader(integers)
        n, temperature = reader.size(self.actions), reader.positive()
        ratio, off = reader.positive(), Fraction(reader.signed(), 8)
        pair, pull = temperature * (ratio / 2 + off) / 2, temperature * ratio / 2
        others = n - 2
        return PerturbedChoice(
            values=exact_array([-pair, pair] + [-OUT_OF_REACH * temperature] * others, n),
            temperature=temperature,
            perturbation=exact_array([pull, -pull] + [0] * others, n),
        )

    @property
    def code_length(self) -> int:
        return 4


FAMILY = TightPairFamily()
