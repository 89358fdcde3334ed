"""Q-value iteration in zero-sum games, from opposite tables to the fixed point."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.iteration import IterationFamily, Kind


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationZeroSumFamily(IterationFamily):
    """Rewards, fixed point and start are opposite (Q_F = -Q_L), the discount is one for both."""

    name: ClassVar[str] = "iteration_zero_sum"
    title: ClassVar[str] = "zero-sum Q-value iteration from a zero-sum start"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.ZERO_SUM,)


FAMILY = IterationZeroSumFamily()
