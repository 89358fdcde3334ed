"""Choices where the loss of a softmax agent is as large as it can be."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar

import numpy as np

from games.choice import Choice
from games.core import Game
from games.families.base import Reader, exact_array, frozen
from games.families.choice import ChoiceFamily, log_uniform


def worst_gap(n: int) -> float:
    """1 + W0((n-1)/e), the gap in temperatures of all other actions that costs a softmax agent most.

    Newton's method on w e^w = (n-1)/e, convex, from log(1 + (n-1)/e) to the right of its root: quadratic, so that ten
    steps are more than enough for any n.
    """
    target = (n - 1) / math.e
    w = math.log1p(target)
    for _ in range(10):
        w -= (w - target * math.exp(-w)) / (1 + w)
    return 1 + w


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TightFamily(ChoiceFamily):
    """One best action, all others at the same gap tau g behind; g = 1 + W0((n-1)/e) in half of the games, else near it.

    There max q - <softmax(q/tau), q> attains its bound tau W0((n-1)/e). Decoded gaps are g rounded to 64ths, give or
    take some.
    """

    name: ClassVar[str] = "tight"
    title: ClassVar[str] = "one best action, the others at the gap that costs a softmax agent most"
    game: ClassVar[type[Game]] = Choice

    def sample(self, rng: np.random.Generator, batch: int) -> Choice:
        n = self.actions.draw(rng)
        temperature = log_uniform(rng, 1e-12, 1e12, batch)
        off = np.where(rng.random(batch) < 0.5, 0.0, log_uniform(rng, 1e-8, 1e-1, batch) * rng.choice([-1, 1], batch))
        gap = temperature * (worst_gap(n) * (1 + off))
        best = rng.integers(n, size=batch)
        values = np.where(np.arange(n) == best[:, None], 0.0, -gap[:, None])
        return Choice(values=frozen(values), temperature=frozen(temperature))

    def decode(self, integers: Sequence[int]) -> Choice:
        reader = Reader(integers)
        n, temperature = reader.size(self.actions), reader.positive()
        sixty_fourths = max(1, round(64 * worst_gap(n)) + reader.signed())
        behind = -temperature * Fraction(sixty_fourths, 64)
        return Choice(values=exact_array([0] + [behind] * (n - 1), n), temperature=temperature)

    @property
    def code_length(self) -> int:
        return 3


FAMILY = TightFamily()
