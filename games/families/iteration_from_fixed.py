"""Q-value iteration at a fixed point, beside a run that begins anywhere: the roles of the two runs exchanged."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.families.iteration import IterationFamily, Kind
from games.families.sources import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationFromFixedFamily(IterationFamily):
    """The start is the fixed point of a zero-sum, common-payoff or myopic game, the reference is arbitrary."""

    name: ClassVar[str] = "iteration_from_fixed"
    title: ClassVar[str] = "a fixed point of one kind, beside an arbitrary run"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.ZERO_SUM, Kind.COMMON, Kind.MYOPIC)
    aligned_start: ClassVar[bool] = False

    def describe(self, source: Source) -> dict[str, np.ndarray]:
        arrays = super(IterationFromFixedFamily, self).describe(source)
        exchanged = {
            f"{player}_{run}": arrays[f"{player}_{other}"]
            for player in ("leader", "follower")
            for run, other in (("start", "reference"), ("reference", "start"))
        }
        return arrays | exchanged


FAMILY = IterationFromFixedFamily()
