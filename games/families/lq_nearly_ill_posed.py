"""Linear-quadratic games that are only just well posed at the horizon."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.lq import Arrays, LinearQuadraticFamily, nearly_singular, posed_costs
from games.families.lq_source import Source
from games.linear_quadratic import PLAYERS


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NearlyIllPosedFamily(LinearQuadraticFamily):
    """At the horizon H_F,vv, or else H_L,uu or Hhat_uu, is positive definite by a factor of 2^-12 to 1/16.

    Before it costs are of any sign: the game may lose its equilibrium soon, and a solver must see it.
    """

    name: ClassVar[str] = "lq_nearly_ill_posed"
    title: ClassVar[str] = "linear-quadratic games nearly without an equilibrium"

    def draw_costs(self, source: Source, setting: Arrays) -> Arrays:
        costs = posed_costs(source, setting, setting["leader_G"], setting["follower_G"], nearly_singular(source))
        return costs | {f"{player}_m": self.draw_linear_cost(source) for player in PLAYERS}


FAMILY = NearlyIllPosedFamily()
