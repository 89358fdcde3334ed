"""Points of generic linear-quadratic games."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.lq_points import LinearQuadraticPointFamily


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PointFamily(LinearQuadraticPointFamily):
    """Well posed at P_k of any sign; noise of every kind, linear terms in half of the games."""

    name: ClassVar[str] = "lq_point"
    title: ClassVar[str] = "points of linear-quadratic games that are well posed there"


FAMILY = PointFamily()
