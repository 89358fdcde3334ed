"""Q-value iteration with a myopic follower who begins at his rewards."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.iteration import IterationFamily, Kind


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationMyopicFamily(IterationFamily):
    """The follower's discount is 0 and both of his runs begin at r_F, where they stay; the leader begins anywhere."""

    name: ClassVar[str] = "iteration_myopic"
    title: ClassVar[str] = "a myopic follower who begins at his rewards"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.MYOPIC,)


FAMILY = IterationMyopicFamily()
