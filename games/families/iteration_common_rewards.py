"""Q-value iteration with common rewards, from any start."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.iteration import IterationFamily, Kind


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationCommonRewardsFamily(IterationFamily):
    """Rewards and fixed point are equal and the discount is one for both, but the start is arbitrary."""

    name: ClassVar[str] = "iteration_common_rewards"
    title: ClassVar[str] = "common rewards and fixed point, arbitrary start"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.COMMON,)
    aligned_start: ClassVar[bool] = False


FAMILY = IterationCommonRewardsFamily()
