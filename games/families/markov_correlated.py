"""Markov games between zero sum and common payoff: rewards of a given correlation."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import ClassVar

import numpy as np

from games.errors import GameError, shown
from games.families.markov import REWARD_BITS, MarkovFamily, Pair, over_tables
from games.families.sources import Source, floor_to, lifted_as

CORRELATIONS = tuple(
    sorted((Fraction(k, 16) for k in range(-16, 17)), key=lambda value: (value.denominator, abs(value)))
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MarkovCorrelatedFamily(MarkovFamily):
    """Normal rewards x of the leader and c x + sqrt(1 - c^2) y of the follower, rounded down to multiples of 2^-10.

    Without a `correlation` c each game draws its own, uniform among -1, -15/16, ..., 1. With c = 1 rewards are equal,
    with c = -1 opposite. Decoded x and y are integers. Raises `GameError` for a correlation outside [-1, 1].
    """

    name: ClassVar[str] = "markov_correlated"
    title: ClassVar[str] = "Markov games with correlated rewards, from zero-sum to common"

    correlation: float | None = None

    def __post_init__(self) -> None:
        super(MarkovCorrelatedFamily, self).__post_init__()
        if self.correlation is not None and not -1 <= self.correlation <= 1:
            raise GameError(f"markov_correlated: expected a correlation in [-1, 1], found {shown(self.correlation)}")

    def draw_rewards(self, source: Source) -> Pair:
        options = CORRELATIONS if self.correlation is None else (Fraction(self.correlation),)
        correlation = source.pick(options)
        independent = np.sqrt(1 - correlation.astype(np.float64) ** 2)
        independent = lifted_as(floor_to(independent, REWARD_BITS), like=correlation)
        leader, other = source.normal_table(REWARD_BITS), source.normal_table(REWARD_BITS)
        follower = over_tables(correlation) * leader + over_tables(independent) * other
        return leader, floor_to(follower, REWARD_BITS) + 0


FAMILY = MarkovCorrelatedFamily()
