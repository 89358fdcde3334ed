"""Soft Q-value iteration between starts that lie where all values of the game lie."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from games.core import Game
from games.families.base import near_zero
from games.families.iteration import IterationFamily
from games.families.markov import over_tables
from games.families.sources import Source, floor_to, lifted_as
from games.markov import SoftMarkovIteration

TEMPERATURES = tuple(Fraction(2) ** near_zero(-4, 10, place) for place in range(15))

SHARES = tuple(map(Fraction, ("0", "1", "1/2", "1/4", "3/4", "1/8", "3/8", "5/8", "7/8")))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SoftIterationFamily(IterationFamily):
    """Two starts whose entries span at most R_k = span(r_k) / (1 - gamma_k); temperatures are powers of 2.

    Entries are a level plus shares 0, 1/8, ..., 1 of R_k (rounded down to an eighth of span(r_k)), so that starts as
    wide as allowed are common. Temperatures are log-uniform from 1/16 to 1024; in half of the games the follower's is
    within a factor of 8 of where tau_L tau_F = gamma_F R_L R_F / (4 (1 - gamma_L) (1 - gamma_F)).
    """

    name: ClassVar[str] = "soft_iteration"
    title: ClassVar[str] = "soft Q-value iteration between starts within the range of values"
    game: ClassVar[type[Game]] = SoftMarkovIteration
    fixed: ClassVar[bool] = False

    widths: ClassVar[tuple[Any, ...]] = (1,)  # how many R_k a start may span

    def draw_steps(self, source: Source) -> np.ndarray:
        return source.pick((1, 2, 3))

    def describe(self, source: Source) -> dict[str, np.ndarray]:
        arrays = super(SoftIterationFamily, self).describe(source)
        near_threshold = source.flag()
        leader_temperature = source.pick(TEMPERATURES)
        apart, beside = source.pick(TEMPERATURES), source.pick([Fraction(2) ** near_zero(-3, 3, k) for k in range(7)])
        threshold = 0.25
        ranges = {}
        for player in ("leader", "follower"):
            discount, rewards = arrays[f"{player}_discount"], arrays[f"{player}_reward"]
            span = rewards.max(axis=(1, 2, 3)) - rewards.min(axis=(1, 2, 3))
            ranges[player] = span * floor_to(1 / (1 - discount), 3) * source.pick(self.widths)
            threshold = threshold * (span / (1 - discount) ** 2).astype(np.float64)
        threshold = threshold * arrays["follower_discount"].astype(np.float64)
        boundary = powers_of_two(threshold / leader_temperature.astype(np.float64))
        beside = beside * lifted_as(boundary, like=beside)
        starts = {
            f"{player}_{run}": over_tables(source.pick((0, 1, -1, 4)))
            + over_tables(ranges[player]) * source.pick(SHARES, *source.table_shape)
            for run in ("start", "reference")
            for player in ("leader", "follower")
        }
        temperatures = {
            "leader_temperature": leader_temperature,
            "follower_temperature": np.where(near_threshold, beside, apart),
        }
        return arrays | starts | temperatures


def powers_of_two(numbers: np.ndarray) -> np.ndarray:
    """The powers of two nearest in logarithm, at least 2^-10."""
    return np.ldexp(1.0, np.rint(np.log2(np.maximum(numbers, 2.0**-10))).astype(np.int64))


FAMILY = SoftIterationFamily()
