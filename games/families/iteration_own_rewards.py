"""Two runs of Q-value iteration from starts of one kind, in games whose rewards are not of that kind."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.families.iteration import IterationFamily, Kind
from games.families.sources import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationOwnRewardsFamily(IterationFamily):
    """Both starts are opposite, or both are common, and the discount is one; each player's rewards are arbitrary."""

    name: ClassVar[str] = "iteration_own_rewards"
    title: ClassVar[str] = "opposite or common starts, rewards of each player's own"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.ZERO_SUM, Kind.COMMON)
    fixed: ClassVar[bool] = False

    def describe(self, source: Source) -> dict[str, np.ndarray]:
        arrays = super(IterationOwnRewardsFamily, self).describe(source)
        leader, follower = self.draw_rewards(source)
        return arrays | {"leader_reward": leader, "follower_reward": follower}


FAMILY = IterationOwnRewardsFamily()
