"""Q-value iteration at a fixed point, beside a run that begins anywhere: the roles of the two runs exchanged."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.families.iteration import IterationFamily, Kind
from games.families.iteration_near import SCALES, direction
from games.families.markov import over_tables
from games.families.sources import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationFromFixedFamily(IterationFamily):
    """The start is the fixed point of a zero-sum, common-payoff or myopic game.

    The reference is arbitrary in half of the games. In the others it is s d away for each player, the scale s
    log-uniform from 1 to 2^-16, the direction d constant, of signs, sparse or uniform.
    """

    name: ClassVar[str] = "iteration_from_fixed"
    title: ClassVar[str] = "a fixed point of one kind, beside an arbitrary run"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.ZERO_SUM, Kind.COMMON, Kind.MYOPIC)
    aligned_start: ClassVar[bool] = False

    def describe(self, source: Source) -> dict[str, np.ndarray]:
        arrays = super(IterationFromFixedFamily, self).describe(source)
        close, scale = over_tables(source.flag()), over_tables(source.pick(SCALES))
        exchanged: dict[str, np.ndarray] = {}
        for player in ("leader", "follower"):
            fixed = arrays[f"{player}_reference"]
            exchanged[f"{player}_start"] = fixed
            exchanged[f"{player}_reference"] = np.where(
                close, fixed + scale * direction(source), arrays[f"{player}_start"]
            )
        return arrays | exchanged


FAMILY = IterationFromFixedFamily()
