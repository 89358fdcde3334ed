"""Policy iteration of a follower who has no bound."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from games.families.lq_iteration import LinearQuadraticIterationFamily


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class UnboundedIterationFamily(LinearQuadraticIterationFamily):
    """As `lq_iteration` with one state, and with a negative definite residual at what is called the bound."""

    name: ClassVar[str] = "lq_iteration_unbounded"
    title: ClassVar[str] = "policy iteration of a follower who has no bound"
    slack: ClassVar[int] = -3

    states: Any = 1
    channels: Any = (1, 2)


FAMILY = UnboundedIterationFamily()
