"""Q-value iteration in general-sum games, beside one of their fixed points."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.iteration import IterationFamily


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationFixedFamily(IterationFamily):
    """General-sum tables and own discounts (one discount in half of the games); the start is arbitrary."""

    name: ClassVar[str] = "iteration_fixed"
    title: ClassVar[str] = "general-sum Q-value iteration beside a fixed point"


FAMILY = IterationFixedFamily()
