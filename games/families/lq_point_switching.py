"""Points of linear-quadratic games with several regimes."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from games.families.lq import AT_LEAST_TWO
from games.families.lq_points import LinearQuadraticPointFamily


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SwitchingPointFamily(LinearQuadraticPointFamily):
    """Two regimes, or three; else as generic points are."""

    name: ClassVar[str] = "lq_point_switching"
    title: ClassVar[str] = "points of linear-quadratic games with at least two regimes"

    regimes: Any = AT_LEAST_TWO


FAMILY = SwitchingPointFamily()
