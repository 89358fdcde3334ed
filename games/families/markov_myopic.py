"""Markov games whose follower looks at his reward of the moment only."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.markov import MarkovFamily, Pair
from games.families.sources import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MarkovMyopicFamily(MarkovFamily):
    """Dense kernels and normal rewards as in `markov_dense`; the follower's discount is 0."""

    name: ClassVar[str] = "markov_myopic"
    title: ClassVar[str] = "Markov games with a myopic follower"

    def draw_discounts(self, source: Source) -> Pair:
        leader = source.pick(self.discounts)
        return leader, 0 * leader


FAMILY = MarkovMyopicFamily()
