"""Where the numbers of a Markov family come from: a generator, or the integers of a code.

A family describes its games once, in terms of a `Source`; `Sampled` answers with batches of floats, `Coded` with a
batch of one exact game. All numbers are dyadic, sampled kernels whole multiples of a power of two, so that float games
are exactly stochastic and their exact twins cost little.
"""

from __future__ import annotations

import abc
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from games.families.base import Reader, exact_array

CODED_WEIGHTS = 8
"""Weights of coded kernels are 0, ..., 7."""


class Source(abc.ABC):
    """Numbers for games with these numbers of states and actions; every array leads with `batch`."""

    def __init__(self, batch: int, states: int, leader_actions: int, follower_actions: int) -> None:
        self.batch = batch
        self.table_shape = (states, leader_actions, follower_actions)

    @property
    def states(self) -> int:
        return self.table_shape[0]

    @abc.abstractmethod
    def pick(self, options: Sequence[Any], *axes: int) -> np.ndarray:
        """Independent options, (batch, *axes); small codes mean the first ones."""

    @abc.abstractmethod
    def table(self, bits: int, bound: int) -> np.ndarray:
        """Sampled: uniform multiples of 2^-bits on [-bound, bound]. Coded: any integers. (batch, S, A, B)"""

    @abc.abstractmethod
    def normal_table(self, bits: int) -> np.ndarray:
        """Sampled: standard normal, rounded to multiples of 2^-bits. Coded: any integers. (batch, S, A, B)"""

    @abc.abstractmethod
    def kernel(self, bits: int) -> np.ndarray:
        """Sampled: rows uniform among the multiples of 2^-bits that sum to 1. Coded: small weights over a power of two,
        where what is missing stays in the state. (batch, S, A, B, S)"""

    def flag(self) -> np.ndarray:
        """True in half of the games; False for the code 0. (batch,)"""
        return self.pick((0, 1)) == 1

    def copies(self, count: int) -> np.ndarray:
        """For each of `count` actions the one it is a copy of, itself more often than not. (batch, count)"""
        own = np.arange(count)
        shift = self.pick((*[0] * (3 * count), *range(count)), count).astype(np.int64)
        return (own + shift) % count


class Sampled(Source):
    """Independent draws for every game of a batch."""

    def __init__(self, rng: np.random.Generator, batch: int, *sizes: int) -> None:
        super().__init__(batch, *sizes)
        self.rng = rng

    def pick(self, options: Sequence[Any], *axes: int) -> np.ndarray:
        return np.array(options, dtype=np.float64)[self.rng.integers(len(options), size=(self.batch, *axes))]

    def table(self, bits: int, bound: int) -> np.ndarray:
        largest = bound << bits
        return self.rng.integers(-largest, largest, (self.batch, *self.table_shape), endpoint=True) * 2.0**-bits

    def normal_table(self, bits: int) -> np.ndarray:
        # Adding 0.0 makes negative zeros positive.
        return np.rint(self.rng.standard_normal((self.batch, *self.table_shape)) * 2.0**bits) * 2.0**-bits + 0.0

    def kernel(self, bits: int) -> np.ndarray:
        # A row is the distances between sorted points of 0, ..., 2^bits.
        points = self.rng.integers(2**bits, size=(self.batch, *self.table_shape, self.states - 1), endpoint=True)
        points.sort(axis=-1)
        return np.diff(points, axis=-1, prepend=0, append=2**bits) * 2.0**-bits


class Coded(Source):
    """One exact game, as a batch of one, from the integers of a code."""

    def __init__(self, reader: Reader, *sizes: int) -> None:
        super().__init__(1, *sizes)
        self.reader = reader

    def pick(self, options: Sequence[Any], *axes: int) -> np.ndarray:
        count = int(np.prod(axes))
        return exact_array((options[self.reader.below(len(options))] for _ in range(count)), 1, *axes)

    def table(self, bits: int, bound: int) -> np.ndarray:
        return exact_array(self.reader.take(int(np.prod(self.table_shape))), 1, *self.table_shape)

    def normal_table(self, bits: int) -> np.ndarray:
        return self.table(bits, 1)

    def kernel(self, bits: int) -> np.ndarray:
        rows = [self._row(index[0]) for index in np.ndindex(self.table_shape)]
        return exact_array((entry for row in rows for entry in row), 1, *self.table_shape, self.states)

    def _row(self, state: int) -> list[Fraction]:
        weights = [self.reader.below(CODED_WEIGHTS) for _ in range(self.states)]
        power = 1 << (max(sum(weights), 1) - 1).bit_length()  # the least power of two that is large enough
        weights[state] += power - sum(weights)
        return [Fraction(weight, power) for weight in weights]
