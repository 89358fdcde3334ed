"""Q-value iteration with a myopic follower who begins anywhere."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.iteration import IterationFamily, Kind


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationMyopicStartFamily(IterationFamily):
    """The follower's discount is 0 and his reference is r_F, but the start is arbitrary for both."""

    name: ClassVar[str] = "iteration_myopic_start"
    title: ClassVar[str] = "a myopic follower, arbitrary start"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.MYOPIC,)
    aligned_start: ClassVar[bool] = False


FAMILY = IterationMyopicStartFamily()
