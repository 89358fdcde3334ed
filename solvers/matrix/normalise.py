"""One-shot games in normal units, for solvers whose tolerances are absolute.

A commitment depends on the leader's payoffs up to shift and scale, and on the follower's up to scale and a shift of
every row. Payoffs are first shifted, then scaled by a power of two into [0, 1] and [-1, 0]. Scaling by a power of two
rounds nothing. A shift rounds by at most half a unit in the last place of the difference, 1e-16 of the range, and not
at all where payoffs differ by less than a factor of two (Sterbenz); exact twins are shifted and scaled before they
become floats. HiGHS, whose tolerances are absolute, answers wrongly when payoffs are scaled by 1e-9 and it is not told.
"""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction
from typing import Any

import numpy as np

from games.matrix import BimatrixGame


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NormalisedGame:
    """A single game in normal units."""

    leader: np.ndarray  # (m, n) in [0, 1], the largest at least 1/2 unless all are equal
    follower: np.ndarray  # (m, n) in [-1, 0], the best reply of every row at 0


def normalise(game: BimatrixGame) -> NormalisedGame:
    """The single game `game` in normal units."""
    return NormalisedGame(
        leader=_shift_and_scale(game.leader, game.leader.min()),
        follower=_shift_and_scale(game.follower, game.follower.max(axis=-1, keepdims=True)),
    )


def _shift_and_scale(payoffs: np.ndarray, origin: Any) -> np.ndarray:
    if payoffs.dtype == object:
        shifted = payoffs - origin
        return (shifted / _power_of_two(max(map(abs, shifted.flat)))).astype(np.float64)
    if float(np.abs(payoffs).max()) > 1e307:  # differences of such payoffs may be beyond the largest float
        payoffs, origin = payoffs / 2, origin / 2
    shifted = payoffs - origin
    return np.ldexp(shifted, -math.frexp(float(np.abs(shifted).max()))[1])


def _power_of_two(size: Fraction) -> Fraction:
    """The least power of two above `size`; 1 for zero."""
    if size == 0:
        return Fraction(1)
    exponent = size.numerator.bit_length() - size.denominator.bit_length()
    power = Fraction(2) ** exponent
    return power if power > size else 2 * power
