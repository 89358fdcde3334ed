"""Points of linear-quadratic games whose leader can do nothing."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.lq import Arrays, Stage, draw_stage, idle
from games.families.lq_points import LinearQuadraticPointFamily
from games.families.lq_source import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NoLeaderPointFamily(LinearQuadraticPointFamily):
    """B = D = 0; the leader's action costs only her, u'M_L,uu u / 2 and nothing else."""

    name: ClassVar[str] = "lq_point_no_leader"
    title: ClassVar[str] = "points of linear-quadratic games whose leader moves nothing"

    def draw_dynamics(self, source: Source) -> Arrays:
        drawn = super(NoLeaderPointFamily, self).draw_dynamics(source)
        return drawn | {name: 0 * drawn[name] for name in ("B", "D")}

    def draw_stage(self, source: Source) -> Stage:
        stage = draw_stage(source)
        return stage._replace(T=0 * stage.T)

    def draw_costs(self, source: Source, setting: Arrays) -> Arrays:
        costs = super(NoLeaderPointFamily, self).draw_costs(source, setting)
        return costs | {name: array for name, array in idle(setting | costs).items() if name in costs}


FAMILY = NoLeaderPointFamily()
