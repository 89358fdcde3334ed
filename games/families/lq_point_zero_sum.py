"""Points of zero-sum linear-quadratic games, at a saddle."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.lq import Arrays, opposite, saddle_costs
from games.families.lq_points import LinearQuadraticPointFamily
from games.families.lq_source import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ZeroSumPointFamily(LinearQuadraticPointFamily):
    """Costs and P_k, p_k of opposite sign with H_L,uu > 0 > H_L,vv in every regime; r_L, r_F are unrelated.

    Then Hhat_uu = H_L,uu - H_L,uv H_L,vv^{-1} H_L,vu > 0.
    """

    name: ClassVar[str] = "lq_point_zero_sum"
    title: ClassVar[str] = "points of zero-sum linear-quadratic games, at a saddle"

    def draw_coefficients(self, source: Source) -> Arrays:
        drawn = super(ZeroSumPointFamily, self).draw_coefficients(source)
        return drawn | {f"follower_{name}": opposite(drawn[f"leader_{name}"]) for name in ("P", "p")}

    def draw_costs(self, source: Source, setting: Arrays) -> Arrays:
        costs = saddle_costs(source, setting, setting["leader_P"], self.draw_stage(source))
        m = self.draw_linear_cost(source)
        return costs | {"leader_m": m, "follower_m": opposite(m)}


FAMILY = ZeroSumPointFamily()
