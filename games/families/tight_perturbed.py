"""Perturbed choices where softmax moves as far as its Lipschitz bound, or misses its tangent by as much as it can."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar

import numpy as np

from games.choice import PerturbedChoice
from games.core import Game
from games.families.base import Reader, exact_array, frozen
from games.families.choice import ChoiceFamily, log_uniform

CURVED = math.log(2 - math.sqrt(3))
"""Log-odds of p = (3 - sqrt 3)/6, where 2 p (1-p) (1-2p), the curvature of softmax between two actions, is largest."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TightPerturbedFamily(ChoiceFamily):
    """Half of the actions (n//2) share one value and the perturbation s = tau r; the others share another and keep it.

    With log-odds l of the first half, chosen by
    - l = -r/2 the law moves by 2 tanh(r/4), the Lipschitz bound in the perturbation's span; r from 1e-6 to 100;
    - l = log(2 - sqrt 3) the distance to the tangent tends to r^2/(6 sqrt 3) as r -> 0; r from 1e-6 to 1.
    Samples mix both, half of them reversed (both signs flipped). Decoded games leave out the correction of the log-odds
    for n odd, which is not rational.
    """

    name: ClassVar[str] = "tight_perturbed"
    title: ClassVar[str] = "two-valued perturbations where the Lipschitz and remainder bounds are attained"
    game: ClassVar[type[Game]] = PerturbedChoice

    def sample(self, rng: np.random.Generator, batch: int) -> PerturbedChoice:
        n = self.actions.draw(rng)
        first = n // 2
        temperature = log_uniform(rng, 1e-12, 1e12, batch)
        lipschitz = rng.random(batch) < 0.5
        ratio = np.where(lipschitz, log_uniform(rng, 1e-6, 1e2, batch), log_uniform(rng, 1e-6, 1.0, batch))
        odds = np.where(lipschitz, -ratio / 2, CURVED) * rng.choice([-1.0, 1.0], batch)
        shift = ratio * np.where(odds < 0, 1.0, -1.0)
        group = np.arange(n) < first
        # Both halves together have the log-odds: n - first actions share what is not the first half's.
        values = np.where(group, (odds + math.log((n - first) / first))[:, None], 0.0) * temperature[:, None]
        perturbation = np.where(group, shift[:, None], 0.0) * temperature[:, None]
        return PerturbedChoice(
            values=frozen(values), temperature=frozen(temperature), perturbation=frozen(perturbation)
        )

    def decode(self, integers: Sequence[int]) -> PerturbedChoice:
        reader = Reader(integers)
        n, temperature = reader.size(self.actions), reader.positive()
        curved, size = reader.below(2), reader.positive()
        ratio = size / 8 if curved else size
        odds = Fraction(round(64 * CURVED) + reader.signed(), 64) if curved else -ratio / 2
        first = n // 2
        return PerturbedChoice(
            values=exact_array([temperature * odds] * first + [0] * (n - first), n),
            temperature=temperature,
            perturbation=exact_array([temperature * ratio] * first + [0] * (n - first), n),
        )

    @property
    def code_length(self) -> int:
        return 5


FAMILY = TightPerturbedFamily()
