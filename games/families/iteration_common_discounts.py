"""Two runs of Q-value iteration in a common-payoff game whose players discount differently."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.families.iteration import IterationFamily, Kind
from games.families.markov import Pair


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationCommonDiscountsFamily(IterationFamily):
    """Rewards and both starts are equal, but each player has a discount of his own (the same in half of the games).

    Neither run is at a fixed point: that of a common-payoff game with two discounts is not common-payoff.
    """

    name: ClassVar[str] = "iteration_common_discounts"
    title: ClassVar[str] = "common-payoff rewards and starts, two discounts"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.COMMON,)
    fixed: ClassVar[bool] = False

    def align_discounts(self, kind: np.ndarray, discounts: Pair) -> Pair:
        return discounts


FAMILY = IterationCommonDiscountsFamily()
