"""Two runs of Q-value iteration in a general-sum game, neither at a fixed point."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.families.iteration import IterationFamily
from games.families.markov import over_tables
from games.families.sources import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationFreeFamily(IterationFamily):
    """Rewards and both starts are arbitrary; in a quarter of the games both of the follower's runs begin at r_F."""

    name: ClassVar[str] = "iteration_free"
    title: ClassVar[str] = "two arbitrary runs in a general-sum game"
    fixed: ClassVar[bool] = False

    def describe(self, source: Source) -> dict[str, np.ndarray]:
        arrays = super(IterationFreeFamily, self).describe(source)
        at_rewards = over_tables(source.pick((0, 0, 0, 1)) == 1)
        follower = {
            name: np.where(at_rewards, arrays["follower_reward"], arrays[name])
            for name in ("follower_start", "follower_reference")
        }
        return arrays | follower


FAMILY = IterationFreeFamily()
