"""Linear-quadratic games with a regime that is never left."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from games.families.lq import AT_LEAST_TWO, LinearQuadraticFamily, generator_of
from games.families.lq_source import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AbsorbingFamily(LinearQuadraticFamily):
    """As `lq_well_posed`; the last of at least two regimes is absorbing, the others are left at positive rates."""

    name: ClassVar[str] = "lq_absorbing"
    title: ClassVar[str] = "linear-quadratic games with an absorbing regime"

    regimes: Any = AT_LEAST_TWO

    def draw_generator(self, source: Source) -> np.ndarray:
        rates = source.pick((1, 2, 3), "regimes", "regimes")
        last = np.arange(source.sizes["regimes"]) == source.sizes["regimes"] - 1
        return generator_of(rates * ~last[:, None])


FAMILY = AbsorbingFamily()
