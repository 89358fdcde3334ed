"""Q-value iteration among ties: tables of three levels, coarse kernels, all tie rules."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.families.iteration import EVERY_KIND, IterationFamily, Kind
from games.families.markov import DISCOUNTS
from games.families.sources import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationTiedFamily(IterationFamily):
    """All entries of Q* and of an arbitrary start are 0, 1 or -1, probabilities 0, 1/2 or 1; games of every kind.

    Discounts are quarters at the finest, so that float iterates stay exact, and their ties are ties.
    """

    name: ClassVar[str] = "iteration_tied"
    title: ClassVar[str] = "Q-value iteration among ties, with all rules to break them"
    kinds: ClassVar[tuple[Kind, ...]] = EVERY_KIND
    aligned_start: ClassVar[bool] = False

    discounts: tuple = DISCOUNTS[:4]

    def draw_table(self, source: Source) -> np.ndarray:
        return source.pick((0, 1, -1), *source.table_shape)

    def draw_kernel(self, source: Source) -> np.ndarray:
        return source.kernel(1)


FAMILY = IterationTiedFamily()
