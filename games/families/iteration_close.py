"""Two runs of Q-value iteration that begin close to each other, with opposite or common rewards and two discounts."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.families.iteration import IterationFamily, Kind, Runs
from games.families.iteration_near import SCALES, direction
from games.families.markov import Pair, over_tables
from games.families.sources import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationCloseFamily(IterationFamily):
    """Rewards and both starts are opposite, or common, but each player has a discount of his own.

    The starts differ by s d, the scale s log-uniform from 1 to 2^-16, the direction d constant, of signs, sparse or
    uniform. In half of the games the rewards differ within a state by multiples 0, 1, -1 of another such scale
    only, in half of them a start does: what the follower then prefers hangs on the run, and costs or gains a lot.
    """

    name: ClassVar[str] = "iteration_close"
    title: ClassVar[str] = "two runs close to each other, one kind of rewards, two discounts"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.ZERO_SUM, Kind.COMMON)
    fixed: ClassVar[bool] = False

    def draw_steps(self, source: Source) -> np.ndarray:
        return source.pick((2, 1, 3, 4))

    def draw_table(self, source: Source) -> np.ndarray:
        table = super(IterationCloseFamily, self).draw_table(source)
        level = table[..., :1, :1] + over_tables(source.pick(SCALES)) * source.pick((0, 1, -1), *source.table_shape)
        return np.where(over_tables(source.flag()), level, table)

    def draw_runs(self, source: Source, kind: np.ndarray) -> Runs:
        leader, follower = self.align(kind, (self.draw_table(source), self.draw_table(source)))
        scale = over_tables(source.pick(SCALES))
        step, other_step = self.align(kind, (scale * direction(source), scale * direction(source)))
        return Runs(leader + step, follower + other_step, leader, follower)

    def align_discounts(self, kind: np.ndarray, discounts: Pair) -> Pair:
        return discounts


FAMILY = IterationCloseFamily()
