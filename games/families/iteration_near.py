"""Q-value iteration close to a fixed point, where contraction bounds are tight and greedy choices about to change."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import ClassVar

import numpy as np

from games.families.iteration import EVERY_KIND, TABLE_BITS, IterationFamily, Kind, Runs
from games.families.markov import over_tables
from games.families.sources import Source

SCALES = tuple(Fraction(1, 1 << exponent) for exponent in range(17))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationNearFamily(IterationFamily):
    """Games of every kind whose start is Q* + s d, the scale s log-uniform from 1 to 2^-16.

    The direction d is, each in a quarter of the games, 1 everywhere (then a bound rho^t ||Q_0 - Q*|| is attained by who
    is shifted so), 1 or -1 independently, mostly 0, or uniform; the follower's d follows the kind. In half of the games
    the entries of Q* differ within a state by multiples 0, 1, -1 of another such scale only: all choices are close.
    """

    name: ClassVar[str] = "iteration_near"
    title: ClassVar[str] = "starts near a fixed point and near the boundaries of greedy choices"
    kinds: ClassVar[tuple[Kind, ...]] = EVERY_KIND

    def draw_runs(self, source: Source, kind: np.ndarray) -> Runs:
        close, gap = over_tables(source.flag()), over_tables(source.pick(SCALES))
        references = [self.draw_table(source) for _ in range(2)]
        near = [
            table[..., :1, :1] + gap * source.pick((0, 1, -1), *source.table_shape) for table in references
        ]  # levels of the states, and small differences
        leader, follower = self.align(
            kind, (np.where(close, near[0], references[0]), np.where(close, near[1], references[1]))
        )
        scale = over_tables(source.pick(SCALES))
        step, other_step = self.align(kind, (scale * direction(source), scale * direction(source)))
        other_step = np.where(over_tables(kind == Kind.MYOPIC), 0 * other_step, other_step)
        return Runs(leader + step, follower + other_step, leader, follower)


def direction(source: Source) -> np.ndarray:
    """A table of size at most 1: constant, of signs, sparse, or uniform; (batch, S, A, B)."""
    which = over_tables(source.pick(range(4)))
    signs = source.pick((1, -1), *source.table_shape)
    sparse = source.pick((0, 0, 0, 1, -1), *source.table_shape)
    uniform = source.pick(UNIFORM, *source.table_shape)
    return np.where(which == 0, 1 + 0 * signs, np.where(which == 1, signs, np.where(which == 2, sparse, uniform)))


UNIFORM = tuple(
    sorted((Fraction(k, 1 << TABLE_BITS) for k in range(-(1 << TABLE_BITS), (1 << TABLE_BITS) + 1)), key=abs)
)

FAMILY = IterationNearFamily()
