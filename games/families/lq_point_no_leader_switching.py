"""Points of linear-quadratic games with several regimes whose leader can do nothing."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from games.families.lq import AT_LEAST_TWO
from games.families.lq_point_no_leader import NoLeaderPointFamily


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NoLeaderSwitchingPointFamily(NoLeaderPointFamily):
    """Two regimes, or three, some of them never left; the leader moves nothing."""

    name: ClassVar[str] = "lq_point_no_leader_switching"
    title: ClassVar[str] = "points of linear-quadratic games whose leader moves nothing, with at least two regimes"

    regimes: Any = AT_LEAST_TWO


FAMILY = NoLeaderSwitchingPointFamily()
