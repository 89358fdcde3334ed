"""Linear-quadratic games that are only just well posed at the horizon."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.lq import Arrays, LinearQuadraticFamily, nearly_singular, posed_costs
from games.families.lq_gains import prescribe_gains
from games.families.lq_source import Source
from games.linear_quadratic import PLAYERS


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NearlyIllPosedFamily(LinearQuadraticFamily):
    """At the horizon H_F,vv, or else H_L,uu or Hhat_uu, is positive definite by a factor of 2^-12 to 1/16.

    Gains are moderate there, see `games.families.lq_gains`, so that values move at moderate rates and the condition is
    lost soon before the horizon in some games, and left behind in others: a solver must tell which.
    """

    name: ClassVar[str] = "lq_nearly_ill_posed"
    title: ClassVar[str] = "linear-quadratic games nearly without an equilibrium"

    def draw_costs(self, source: Source, setting: Arrays) -> Arrays:
        stage = nearly_singular(source)
        costs = posed_costs(source, setting, setting["leader_G"], setting["follower_G"], stage)
        costs |= {f"{player}_m": self.draw_linear_cost(source) for player in PLAYERS}
        values = {f"{k}_{name}": setting[f"{k}_{end}"] for k in PLAYERS for name, end in ("PG", "pg")}
        prescribe_gains(source, setting, costs, values, stage)
        return costs


FAMILY = NearlyIllPosedFamily()
