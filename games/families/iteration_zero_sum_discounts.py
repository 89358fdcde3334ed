"""Two runs of Q-value iteration in a zero-sum game whose players discount differently."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.families.iteration import IterationFamily, Kind
from games.families.markov import Pair


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationZeroSumDiscountsFamily(IterationFamily):
    """Rewards and both starts are opposite, but each player has a discount of his own (the same in half of the games).

    Neither run is at a fixed point: that of a zero-sum game with two discounts is not zero-sum.
    """

    name: ClassVar[str] = "iteration_zero_sum_discounts"
    title: ClassVar[str] = "zero-sum rewards and starts, two discounts"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.ZERO_SUM,)
    fixed: ClassVar[bool] = False

    def align_discounts(self, kind: np.ndarray, discounts: Pair) -> Pair:
        return discounts


FAMILY = IterationZeroSumDiscountsFamily()
