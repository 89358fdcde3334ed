"""Where the numbers of a Markov family come from: a generator, or the integers of a code.

A family describes its games once, in terms of a `Source`; `Sampled` answers with batches of floats, `Coded` with a
batch of one exact game. All numbers are dyadic, sampled kernels whole multiples of a power of two, so that float games
are exactly stochastic and their exact twins cost little.
"""

from __future__ import annotations

import abc
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from games.families.base import Reader, exact_array, frozen

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

    @abc.abstractmethod
    def sparse_kernel(self, bits: int, reached: int) -> np.ndarray:
        """Kernels whose rows reach at most `reached` states (of all when there are fewer), chosen at random row by row;
        otherwise as `kernel`, but what a coded row misses goes to the first state chosen. (batch, S, A, B, S)"""

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
        return self._shares(bits, self.states)

    def sparse_kernel(self, bits: int, reached: int) -> np.ndarray:
        kernel = np.zeros((self.batch, *self.table_shape, self.states))
        reached = min(reached, self.states)
        places = np.argsort(self.rng.random(kernel.shape), axis=-1)[..., :reached]
        np.put_along_axis(kernel, places, self._shares(bits, reached), axis=-1)
        return kernel

    def _shares(self, bits: int, count: int) -> np.ndarray:
        """Multiples of 2^-bits that sum to 1: distances between sorted points of 0, ..., 2^bits."""
        points = self.rng.integers(2**bits, size=(self.batch, *self.table_shape, count - 1), endpoint=True)
        points.sort(axis=-1)
        return np.diff(points, axis=-1, prepend=0, append=2**bits) * 2.0**-bits


class Coded(Source):
    """One exact game, as a batch of one, from the integers of a code.

    Tables are read in the size of the largest game of the family and cut to that of this one, so that a game of a code
    loses states and actions, and keeps the rest of its numbers, when the sizes in front of the code shrink.
    """

    def __init__(self, reader: Reader, largest: tuple[int, ...], *sizes: int) -> None:
        super().__init__(1, *sizes)
        self.reader = reader
        self.largest = largest

    def pick(self, options: Sequence[Any], *axes: int) -> np.ndarray:
        shape = self.largest if len(axes) == 3 else axes  # three axes: a table, or one that is constant along some
        found = exact_array((options[self.reader.below(len(options))] for _ in range(math.prod(shape))), 1, *shape)
        return self._cut(found, *axes) if len(axes) == 3 else found

    def table(self, bits: int, bound: int) -> np.ndarray:
        found = exact_array(self.reader.take(math.prod(self.largest)), 1, *self.largest)
        return self._cut(found, *self.table_shape)

    def normal_table(self, bits: int) -> np.ndarray:
        return self.table(bits, 1)

    def kernel(self, bits: int) -> np.ndarray:
        return self._rows(lambda state: (state, range(self.largest[0])))

    def sparse_kernel(self, bits: int, reached: int) -> np.ndarray:
        def places(state: int) -> tuple[int, list[int]]:
            chosen = [(state + self.reader.below(self.states)) % self.states for _ in range(reached)]
            return chosen[0], chosen

        return self._rows(places)

    def _rows(self, places: Callable[[int], tuple[int, Sequence[int]]]) -> np.ndarray:
        """Rows by weights on some places over a power of two; the first place named takes what is missing."""
        entries: list[Fraction] = []
        for index in np.ndindex(self.largest):
            rest, reached = places(index[0])
            weights = [(place, self.reader.below(CODED_WEIGHTS)) for place in reached]
            if any(place >= size for place, size in zip(index, self.table_shape, strict=True)):
                continue
            row = [0] * self.states
            for place, weight in weights:
                if place < self.states:
                    row[place] += weight
            power = 1 << (max(sum(row), 1) - 1).bit_length()  # the least power of two that is large enough
            row[rest] += power - sum(row)
            entries += [Fraction(weight, power) for weight in row]
        return exact_array(entries, 1, *self.table_shape, self.states)

    def _cut(self, table: np.ndarray, states: int, leader: int, follower: int) -> np.ndarray:
        return frozen(table[:, :states, :leader, :follower].copy())


def floor_to(numbers: np.ndarray, bits: int) -> np.ndarray:
    """The largest multiples of 2^-bits not above the numbers, floats or Fractions."""
    units = numbers * 2**bits // 1
    return units * Fraction(1, 2**bits) if numbers.dtype == object else units * 2.0**-bits


def lifted_as(floats: np.ndarray, like: np.ndarray) -> np.ndarray:
    """The floats, as Fractions where `like` holds Fractions."""
    return exact_array(map(Fraction, floats.ravel().tolist()), *floats.shape) if like.dtype == object else floats
