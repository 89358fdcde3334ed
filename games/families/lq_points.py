"""What the families of points of linear-quadratic games share: candidate coefficients, a place, laws that deviate."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from games.core import Game
from games.families.lq import (
    BITS,
    MATRIX,
    VECTOR,
    Arrays,
    LinearQuadraticFamily,
    Stage,
    draw_stage,
    no_ends,
    posed_costs,
)
from games.families.lq_source import Source
from games.linear_quadratic import PLAYERS, LinearQuadraticPoint

SPREADS = tuple(map(Fraction, ("1", "1/2", "2", "1/4", "3/2")))
"""Diagonals of the factors of laws that deviate."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LinearQuadraticPointFamily(LinearQuadraticFamily):
    """A family of `LinearQuadraticPoint`s, by default generic: P_k of any sign, costs that are well posed there.

    Costs come from `games.families.lq.posed_costs`, so that every draw is a point. Games have no horizon, and no
    terminal costs.
    """

    game: ClassVar[type[Game]] = LinearQuadraticPoint

    horizons: Any = (None,)

    def describe(self, source: Source) -> Arrays:
        return super(LinearQuadraticPointFamily, self).describe(source) | self.draw_place(source)

    def draw_setting(self, source: Source) -> Arrays:
        return super(LinearQuadraticPointFamily, self).draw_setting(source) | self.draw_coefficients(source)

    def draw_coefficients(self, source: Source) -> Arrays:
        """P_k, p_k and r_k."""
        return {
            **{f"{player}_P": source.symmetric(BITS, 2, *MATRIX) for player in PLAYERS},
            **{f"{player}_p": source.dyadic(BITS, 1, *VECTOR) for player in PLAYERS},
            **{f"{player}_r": source.dyadic(BITS, 2, "regimes") for player in PLAYERS},
        }

    def draw_costs(self, source: Source, setting: Arrays) -> Arrays:
        """Running costs that are well posed at the coefficients."""
        costs = posed_costs(source, setting, setting["leader_P"], setting["follower_P"], self.draw_stage(source))
        return costs | {f"{player}_m": self.draw_linear_cost(source) for player in PLAYERS}

    def draw_stage(self, source: Source) -> Stage:
        return draw_stage(source)

    def draw_ends(self, source: Source) -> Arrays:
        return no_ends(source)

    def draw_place(self, source: Source) -> Arrays:
        """The regime, the state, the action and the laws that deviate."""
        place = {
            "regime": source.pick(range(source.sizes["regimes"])),
            "state": source.dyadic(BITS, 2, "states"),
            "leader_action": source.dyadic(BITS, 2, "leader_actions"),
        }
        for player in PLAYERS:
            axis = f"{player}_actions"
            lower = np.tri(source.sizes[axis], k=-1, dtype=int)
            spread = source.pick(SPREADS, axis)[..., None] * np.eye(source.sizes[axis], dtype=int)
            place[f"{player}_mean"] = source.dyadic(BITS, 2, axis)
            place[f"{player}_factor"] = spread + source.dyadic(BITS, 1, axis, axis) * lower
        return place
