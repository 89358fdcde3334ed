"""Small points of linear-quadratic games whose leader can do nothing, for what costs much to look at."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from games.families.lq_point_no_leader import NoLeaderPointFamily


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AlonePointFamily(NoLeaderPointFamily):
    """As `lq_point_no_leader`, with at most two states and regimes, one action each and one channel of noise."""

    name: ClassVar[str] = "lq_point_alone"
    title: ClassVar[str] = "small points of linear-quadratic games whose leader moves nothing"

    regimes: Any = (1, 2)
    states: Any = (1, 2)
    leader_actions: Any = 1
    follower_actions: Any = 1
    channels: Any = 1


FAMILY = AlonePointFamily()
