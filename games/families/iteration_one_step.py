"""One step of Q-value iteration beside a fixed point whose choices are all about to change: one step moves the most."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from games.families.iteration import IterationFamily, Kind, Runs
from games.families.markov import DISCOUNTS, over_tables
from games.families.sources import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationOneStepFamily(IterationFamily):
    """Zero-sum and common-payoff games whose fixed point has the entries 0, 2, -2, 4; the start is 1 away from it.

    Every entry of both players' tables is off by 1 or -1: independently; by the same for the leader, who then is wrong
    about nothing but the level; or so that both play down what is best for him, his reply and the action it belongs to.
    Choices that are worse by 2 or 4 then tie with the best.
    """

    name: ClassVar[str] = "iteration_one_step"
    title: ClassVar[str] = "one step of zero-sum and common-payoff iteration among ties"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.ZERO_SUM, Kind.COMMON)

    states: Any = (1, 2)
    leader_actions: Any = (1, 2)
    follower_actions: Any = (1, 2)
    discounts: Any = DISCOUNTS[1:]  # a discount of 0 forgets the start

    def draw_steps(self, source: Source) -> np.ndarray:
        return source.pick((1,))

    def draw_kernel(self, source: Source) -> np.ndarray:
        return source.kernel(1)

    def draw_runs(self, source: Source, kind: np.ndarray) -> Runs:
        table = source.pick((0, 2, -2, 4), *source.table_shape)
        leader, follower = self.align(kind, (table, table))
        level = over_tables(source.pick((1, -1))) + 0 * table
        which = over_tables(source.pick(range(3)))
        off, other_off = source.pick((1, -1), *source.table_shape), source.pick((1, -1), *source.table_shape)
        best_reply = follower == follower.max(axis=-1, keepdims=True)
        best_action = follower.max(axis=-1, keepdims=True) == follower.max(axis=(-2, -1), keepdims=True)
        off = np.where(which == 1, level, np.where(which == 2, np.where(best_action, -1, 1) + 0 * table, off))
        other_off = np.where(which == 2, np.where(best_action & ~best_reply, 1, -1) + 0 * table, other_off)
        return Runs(leader + off, follower + other_off, leader, follower)


FAMILY = IterationOneStepFamily()
