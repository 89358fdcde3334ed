"""Points of linear-quadratic games whose follower's reply does not depend on the leader's action."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.lq import Stage, draw_stage
from games.families.lq_points import LinearQuadraticPointFamily
from games.families.lq_source import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class UncoupledPointFamily(LinearQuadraticPointFamily):
    """H_F,vu = 0 in every regime, although noise and cost may couple the actions: M_F,vu = -sum_l F_l'P_F D_l."""

    name: ClassVar[str] = "lq_point_uncoupled"
    title: ClassVar[str] = "points where the follower's reply does not depend on the leader's action"

    def draw_stage(self, source: Source) -> Stage:
        stage = draw_stage(source)
        return stage._replace(T=0 * stage.T)


FAMILY = UncoupledPointFamily()
