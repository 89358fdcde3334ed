"""Payoffs as integers over one positive scale a player: what exact arithmetic works on."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpz

from games.matrix import BimatrixGame


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IntegerGame:
    """leader = A / leader_scale and follower = B / follower_scale with integer A, B: rows are the leader's actions."""

    leader: list[list[Any]]  # (m, n) fmpz
    follower: list[list[Any]]  # (m, n) fmpz
    leader_scale: Any  # fmpz > 0
    follower_scale: Any  # fmpz > 0

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.leader), len(self.leader[0])

    def gain(self, row: int, reply: int, other: int) -> Any:
        """The follower's gain, in integers, of `reply` over `other` at `row`."""
        return self.follower[row][reply] - self.follower[row][other]

    def leader_payoff(self, scaled: Any) -> Any:
        """A value of the integer game as a payoff of the game itself."""
        return fmpq(scaled) / self.leader_scale

    def multiplier(self, scaled: Any) -> Any:
        """A multiplier of the integer program, leader's payoff per follower's, in the units of the game itself."""
        return fmpq(scaled) * fmpq(self.follower_scale, self.leader_scale)


def integer_game(game: BimatrixGame) -> IntegerGame:
    """The single game `game` with payoffs scaled to integers: floats bit for bit, Fractions as they are."""
    leader, leader_scale = _integers(game.leader)
    follower, follower_scale = _integers(game.follower)
    return IntegerGame(
        leader=leader, follower=follower, leader_scale=fmpz(leader_scale), follower_scale=fmpz(follower_scale)
    )


def _integers(payoffs: np.ndarray) -> tuple[list[list[Any]], int]:
    if payoffs.dtype == object:
        scale = math.lcm(*(Fraction(entry).denominator for entry in payoffs.flat))
        return [[fmpz(int(entry * scale)) for entry in row] for row in payoffs], scale
    mantissa, power = odd_parts(payoffs)
    lowest = min(0, int(np.where(mantissa == 0, 0, power).min()))
    rows = [
        [fmpz(m << (p - lowest)) if m else fmpz(0) for m, p in zip(values, powers, strict=True)]
        for values, powers in zip(mantissa.tolist(), power.tolist(), strict=True)
    ]
    return rows, 1 << -lowest


def odd_parts(payoffs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(mantissa, power) with payoffs = mantissa 2^power bit for bit, mantissa an odd integer, or both 0."""
    part, exponent = np.frexp(payoffs)
    mantissa = np.ldexp(part, 53).astype(np.int64)
    trailing = np.maximum(mantissa & -mantissa, 1)  # the lowest set bit
    shift = np.frexp(trailing.astype(np.float64))[1] - 1
    return mantissa >> shift, np.where(mantissa == 0, 0, exponent - 53 + shift)


def small_integers(payoffs: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(integers, power, small): payoffs (G, m, n) are integers 2^power (G,), at most 2^bits in size, where `small`."""
    mantissa, power = odd_parts(payoffs)
    lowest = np.where(mantissa == 0, 2000, power).min(axis=(1, 2))
    lowest[lowest == 2000] = 0  # all payoffs are zero
    highest = np.frexp(np.abs(payoffs).max(axis=(1, 2)))[1]
    small = highest - lowest <= bits
    integers = np.ldexp(np.where(small[:, None, None], payoffs, 0.0), -lowest[:, None, None])
    return integers.astype(np.int64), lowest, small


def fraction(value: Any) -> Fraction:
    """A Fraction from a python-flint rational."""
    return Fraction(int(value.p), int(value.q))


def rounded_up(error: Fraction) -> float:
    """A float that is at least `error` >= 0, and 0.0 only where it is zero: errors may lie below the smallest float."""
    return math.nextafter(float(error), math.inf) if error else 0.0
