"""Policy iteration of a follower who starts from gains that do not stabilise."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from games.families.lq_iteration import LinearQuadraticIterationFamily


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class UnstableIterationFamily(LinearQuadraticIterationFamily):
    """As `lq_iteration` with one state, and with closed loops that grow at the start."""

    name: ClassVar[str] = "lq_iteration_unstable"
    title: ClassVar[str] = "policy iteration of a follower who starts from gains that do not stabilise"
    loop: ClassVar[int] = 1

    states: Any = 1
    channels: Any = (1, 2)


FAMILY = UnstableIterationFamily()
