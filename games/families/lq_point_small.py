"""Small points of linear-quadratic games, for what costs much to look at."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from games.families.lq_points import LinearQuadraticPointFamily


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SmallPointFamily(LinearQuadraticPointFamily):
    """As `lq_point`, with at most two states and regimes, one action each and one channel of noise."""

    name: ClassVar[str] = "lq_point_small"
    title: ClassVar[str] = "small points at which linear-quadratic games are well posed"

    regimes: Any = (1, 2)
    states: Any = (1, 2)
    leader_actions: Any = 1
    follower_actions: Any = 1
    channels: Any = 1


FAMILY = SmallPointFamily()
