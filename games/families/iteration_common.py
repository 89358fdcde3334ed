"""Q-value iteration with common rewards, from equal tables to the fixed point."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.iteration import IterationFamily, Kind


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationCommonFamily(IterationFamily):
    """Rewards, fixed point and start are equal (Q_F = Q_L), the discount is one for both."""

    name: ClassVar[str] = "iteration_common"
    title: ClassVar[str] = "common-payoff Q-value iteration from a common start"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.COMMON,)


FAMILY = IterationCommonFamily()
