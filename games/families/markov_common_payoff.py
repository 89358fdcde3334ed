"""Markov games in which leader and follower want the same."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.markov import REWARD_BITS, MarkovFamily, Pair
from games.families.sources import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MarkovCommonPayoffFamily(MarkovFamily):
    """Both players have the same rewards; only with one discount for both have they the same values."""

    name: ClassVar[str] = "markov_common_payoff"
    title: ClassVar[str] = "Markov games with common rewards, with one discount or two"

    def draw_rewards(self, source: Source) -> Pair:
        rewards = source.normal_table(REWARD_BITS)
        return rewards, rewards


FAMILY = MarkovCommonPayoffFamily()
