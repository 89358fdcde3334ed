"""Two runs of soft Q-value iteration close to each other, where a step moves them apart as much as it can."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from games.families.iteration_near import SCALES
from games.families.markov import DISCOUNTS, over_tables
from games.families.soft_iteration import SoftIterationFamily
from games.families.sources import Source, floor_to

LEVELS = tuple(Fraction(n, 32) for n in (16, 1, 31))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SoftIterationNearFamily(SoftIterationFamily):
    """Second starts at 1/32, 1/2 or 31/32 of a range: R_k = span(r_k) / (1 - gamma_k) or 2, 8 R_k.

    In half of the games each player's table depends on the other's action alone: her choice is then open, and matters
    to him, as his to her. The first start is off by s tau, s log-uniform from 1 to 2^-16, for one player or both, as
    far as the range allows: up or down by products of signs of state and actions, or independently.
    """

    name: ClassVar[str] = "soft_iteration_near"
    title: ClassVar[str] = "two runs of soft Q-value iteration close to each other, choices open"

    discounts: Any = DISCOUNTS[1:]  # a discount of 0 forgets the start

    def draw_steps(self, source: Source) -> np.ndarray:
        return source.pick((1, 1, 2, 3))

    def describe(self, source: Source) -> dict[str, np.ndarray]:
        arrays = super(SoftIterationNearFamily, self).describe(source)
        states, rows, columns = source.table_shape
        scale = source.pick(SCALES)
        moved = source.pick(range(3))  # the leader's table, the follower's, both
        opposed = over_tables(source.flag())
        starts: dict[str, np.ndarray] = {}
        for player, alone, shape in (("leader", 0, (1, 1, columns)), ("follower", 1, (1, rows, 1))):
            rewards = arrays[f"{player}_reward"]
            span = rewards.max(axis=(1, 2, 3)) - rewards.min(axis=(1, 2, 3))
            width = source.pick((1, 1, 1, 2, 8))
            most = over_tables(span * width * floor_to(1 / (1 - arrays[f"{player}_discount"]), 3))
            reference = most * np.where(
                opposed, source.pick(LEVELS, *shape), source.pick(LEVELS, states, rows, columns)
            )
            off = np.where((moved == alone) | (moved == 2), scale * arrays[f"{player}_temperature"], 0 * scale)
            start = reference + over_tables(off) * signs(source)
            starts[f"{player}_reference"] = reference
            starts[f"{player}_start"] = np.minimum(np.maximum(start, 0 * most), most)
        return arrays | starts


def signs(source: Source) -> np.ndarray:
    """1 or -1: independent, or a product of signs of some of state and both actions; (batch, S, A, B)."""
    states, rows, columns = source.table_shape
    product = 1 + 0 * source.pick((1,), states, rows, columns)
    for shape in ((states, 1, 1), (1, rows, 1), (1, 1, columns)):
        product = product * np.where(over_tables(source.flag()), source.pick((1, -1), *shape), 1)
    return np.where(over_tables(source.pick((0, 0, 0, 1)) == 1), source.pick((1, -1), states, rows, columns), product)


FAMILY = SoftIterationNearFamily()
