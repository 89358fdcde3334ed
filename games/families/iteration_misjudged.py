"""Q-value iteration of one kind of game, from starts at which the players misjudge each other as much as they can."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from games.families.iteration import IterationFamily, Kind, Runs
from games.families.markov import DISCOUNTS, over_tables
from games.families.sources import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationMisjudgedFamily(IterationFamily):
    """Zero-sum and common-payoff games; a start beside the fixed point that makes one player indifferent.

    Either the leader starts at her fixed point (in half of these games 1 above or below), and the follower, at every
    action of hers, halfway between his best and his worst reply: all of them tie. Or the follower starts at his fixed
    point, and her table is shifted so that all of her actions promise the same.
    """

    name: ClassVar[str] = "iteration_misjudged"
    title: ClassVar[str] = "zero-sum and common-payoff iteration from starts where one player is indifferent"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.ZERO_SUM, Kind.COMMON)

    states: Any = (1, 2)
    leader_actions: Any = (1, 3)
    follower_actions: Any = (1, 3)
    discounts: Any = DISCOUNTS[1:]  # a discount of 0 forgets the start

    def draw_steps(self, source: Source) -> np.ndarray:
        return source.pick((1, 2, 3, 4))

    def draw_runs(self, source: Source, kind: np.ndarray) -> Runs:
        leader, follower = self.align(kind, (self.draw_table(source), self.draw_table(source)))
        shift = over_tables(source.pick((0, 0, 1, -1)))
        low, high = follower.min(axis=-1, keepdims=True), follower.max(axis=-1, keepdims=True)
        indifferent = (low + high) / 2 + 0 * follower
        # What each action brings her if he replies as at the fixed point, and a level between the extremes of that.
        reply = follower.argmax(axis=-1)[..., None]
        promised = np.take_along_axis(leader, reply, -1)  # (batch, S, A, 1)
        level = (promised.min(axis=-2, keepdims=True) + promised.max(axis=-2, keepdims=True)) / 2
        promising = leader - promised + level
        which = over_tables(source.flag())
        start = np.where(which, promising, leader + shift), np.where(which, follower, indifferent)
        return Runs(*start, leader, follower)


FAMILY = IterationMisjudgedFamily()
