"""Points of linear-quadratic games that are only just well posed there."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.lq import Stage, nearly_singular
from games.families.lq_points import LinearQuadraticPointFamily
from games.families.lq_source import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NearlyIllPosedPointFamily(LinearQuadraticPointFamily):
    """H_F,vv, or else H_L,uu or Hhat_uu, is positive definite by a factor of 2^-12 to 1/16."""

    name: ClassVar[str] = "lq_point_nearly_ill_posed"
    title: ClassVar[str] = "points where a linear-quadratic game is only just well posed"

    def draw_stage(self, source: Source) -> Stage:
        return nearly_singular(source)


FAMILY = NearlyIllPosedPointFamily()
