"""Zero-sum linear-quadratic games."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.lq import (
    MATRIX,
    VECTOR,
    Arrays,
    LinearQuadraticFamily,
    draw_stage,
    opposite,
    saddle_costs,
)
from games.families.lq_source import Source, shifted, unit


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ZeroSumFamily(LinearQuadraticFamily):
    """Costs of opposite sign, a saddle at the horizon: H_L,uu > 0 > H_L,vv there, with margins of at least 1."""

    name: ClassVar[str] = "lq_zero_sum"
    title: ClassVar[str] = "zero-sum linear-quadratic games with a saddle"

    def draw_ends(self, source: Source) -> Arrays:
        G = shifted(source.symmetric(1, 1, *MATRIX), 1)
        g = self.draw_linear(source, *VECTOR)
        return {"leader_G": G, "leader_g": g, "follower_G": opposite(G), "follower_g": opposite(g)}

    def draw_costs(self, source: Source, setting: Arrays) -> Arrays:
        stage = draw_stage(source)
        sizes = source.sizes["leader_actions"], source.sizes["follower_actions"]
        stage = stage._replace(W_u=stage.W_u + unit(sizes[0]), W_v=stage.W_v + unit(sizes[1]))
        m = self.draw_linear_cost(source)
        costs = saddle_costs(source, setting, setting["leader_G"], stage)
        return costs | {"leader_m": m, "follower_m": opposite(m)}


FAMILY = ZeroSumFamily()
