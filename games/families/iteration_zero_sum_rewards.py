"""Q-value iteration in zero-sum games, from any start."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.iteration import IterationFamily, Kind


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationZeroSumRewardsFamily(IterationFamily):
    """Rewards and fixed point are opposite and the discount is one for both, but the start is arbitrary."""

    name: ClassVar[str] = "iteration_zero_sum_rewards"
    title: ClassVar[str] = "zero-sum rewards and fixed point, arbitrary start"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.ZERO_SUM,)
    aligned_start: ClassVar[bool] = False


FAMILY = IterationZeroSumRewardsFamily()
