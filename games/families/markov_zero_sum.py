"""Zero-sum Markov games."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.markov import REWARD_BITS, MarkovFamily, Pair, opposite
from games.families.sources import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MarkovZeroSumFamily(MarkovFamily):
    """The follower loses what the leader wins; only with one discount for both are their values opposite too."""

    name: ClassVar[str] = "markov_zero_sum"
    title: ClassVar[str] = "zero-sum Markov games, with one discount or two"

    def draw_rewards(self, source: Source) -> Pair:
        leader = source.normal_table(REWARD_BITS)
        return leader, opposite(leader)


FAMILY = MarkovZeroSumFamily()
