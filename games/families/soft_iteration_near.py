"""Two runs of soft Q-value iteration close to each other, where a step moves them apart as much as it can."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from games.families.iteration_near import SCALES
from games.families.markov import over_tables
from games.families.soft_iteration import SoftIterationFamily
from games.families.sources import Source, floor_to


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SoftIterationNearFamily(SoftIterationFamily):
    """Second starts at 1/32, 1/2 or 31/32 of a range: R_k = span(r_k) / (1 - gamma_k) or 2, 8 R_k.

    Tables depend on one player's action alone, on both, on the state, or on everything: choices that are open change
    the most, and differences of R_k make the most of it. The first start is off by s tau, s log-uniform from 1 to
    2^-16, up or down by any of these dependences, for one player or for both, as far as the range allows.
    """

    name: ClassVar[str] = "soft_iteration_near"
    title: ClassVar[str] = "two runs of soft Q-value iteration close to each other, choices open"

    def draw_steps(self, source: Source) -> np.ndarray:
        return source.pick((1, 1, 2, 3))

    def describe(self, source: Source) -> dict[str, np.ndarray]:
        arrays = super(SoftIterationNearFamily, self).describe(source)
        width = source.pick((1, 1, 2, 8))
        scale = source.pick(SCALES)
        moved = source.pick(range(3))  # the leader's table, the follower's, both
        starts: dict[str, np.ndarray] = {}
        for player, alone in (("leader", 0), ("follower", 1)):
            rewards = arrays[f"{player}_reward"]
            span = rewards.max(axis=(1, 2, 3)) - rewards.min(axis=(1, 2, 3))
            most = over_tables(span * width * floor_to(1 / (1 - arrays[f"{player}_discount"]), 3))
            reference = pattern(source, tuple(Fraction(n, 32) for n in (16, 1, 31))) * most
            off = np.where((moved == alone) | (moved == 2), scale * arrays[f"{player}_temperature"], 0 * scale)
            start = reference + over_tables(off) * pattern(source, (1, -1))
            starts[f"{player}_reference"] = reference
            starts[f"{player}_start"] = np.minimum(np.maximum(start, 0 * most), most)
        return arrays | starts


def pattern(source: Source, options: tuple[Any, ...]) -> np.ndarray:
    """Options that depend on one player's action, on both, on the state, or on everything; (batch, S, A, B)."""
    states, rows, columns = source.table_shape
    shapes = ((1, 1, columns), (1, rows, 1), (1, rows, columns), (states, 1, 1), (states, rows, columns))
    which = over_tables(source.pick((0, 1, 2, 3, 4)))
    found = source.pick(options, states, rows, columns)
    for place, shape in enumerate(shapes[:-1]):
        found = np.where(which == place, source.pick(options, *shape), found)
    return found


FAMILY = SoftIterationNearFamily()
