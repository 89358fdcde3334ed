"""Policy iteration of a follower whose cost is concave in his action."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from games.families.lq_iteration import LinearQuadraticIterationFamily


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ConcaveIterationFamily(LinearQuadraticIterationFamily):
    """As `lq_iteration` with one state, and with H_F,vv < 0 and no noise by the follower."""

    name: ClassVar[str] = "lq_iteration_concave"
    title: ClassVar[str] = "policy iteration of a follower whose cost is concave in his action"
    curvature: ClassVar[int] = -1

    states: Any = 1
    channels: Any = (1, 2)


FAMILY = ConcaveIterationFamily()
