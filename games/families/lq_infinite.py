"""Linear-quadratic games without end."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any, ClassVar

from games.families.lq import Arrays, LinearQuadraticFamily, no_ends
from games.families.lq_source import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class InfiniteFamily(LinearQuadraticFamily):
    """As `lq_well_posed`, discounted, without horizon and terminal costs."""

    name: ClassVar[str] = "lq_infinite"
    title: ClassVar[str] = "discounted linear-quadratic games without end"

    discounts: Any = tuple(map(Fraction, ("1/2", "1", "1/4", "2", "1/8")))
    horizons: Any = (None,)

    def draw_ends(self, source: Source) -> Arrays:
        return no_ends(source)


FAMILY = InfiniteFamily()
