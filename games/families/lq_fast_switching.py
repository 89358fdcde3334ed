"""Linear-quadratic games whose regimes change much faster than the state."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from games.families.lq import AT_LEAST_TWO, LinearQuadraticFamily, generator_of, of_game
from games.families.lq_source import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FastSwitchingFamily(LinearQuadraticFamily):
    """As `lq_well_posed`; every regime is left for every other one, at rates of 1/2 to 3 times 2^4, ..., 2^12."""

    name: ClassVar[str] = "lq_fast_switching"
    title: ClassVar[str] = "linear-quadratic games with fast switching"

    regimes: Any = AT_LEAST_TWO

    def draw_generator(self, source: Source) -> np.ndarray:
        rates = source.pick((1, 2, 3, Fraction(1, 2)), "regimes", "regimes")
        return generator_of(of_game(source.pick([2**power for power in range(4, 13)]), rates))


FAMILY = FastSwitchingFamily()
