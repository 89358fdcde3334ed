"""Where the numbers of a linear-quadratic family come from: a generator, or the integers of a code.

A family describes its games once; `Sampled` answers with batches of floats, `Coded` with a batch of one exact game. All
numbers are short dyadics, so that sums and products of a few of them are exact in floats and exact twins cost little.
"""

from __future__ import annotations

import abc
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from games.families.base import Reader, exact_array, frozen

BLOCKS = ("states", "leader_actions", "follower_actions")
"""The axes of which the variables z = (x, u, v) are made."""


@cache
def dyadics(bits: int, bound: int) -> tuple[Fraction, ...]:
    """The multiples of 2^-bits on [-bound, bound], the simplest first: 0, 1, -1, 2, -2, ..., 1/2, -1/2, 3/2, ..."""
    numbers = [Fraction(units, 2**bits) for units in range(-bound << bits, (bound << bits) + 1)]
    return tuple(sorted(numbers, key=lambda number: (number.denominator, abs(number), -number)))


class Source(abc.ABC):
    """Numbers for games whose axes have these lengths; axes are named, and every array leads with `batch`."""

    def __init__(self, batch: int, sizes: Mapping[str, int]) -> None:
        self.batch = batch
        self.sizes = sizes

    def shape(self, *axes: str) -> tuple[int, ...]:
        return tuple(self.sizes[axis] for axis in axes)

    @abc.abstractmethod
    def choose(self, options: Sequence[Any]) -> Any:
        """One option for the whole batch; the code 0 means the first."""

    @abc.abstractmethod
    def pick(self, options: Sequence[Any], *axes: str) -> np.ndarray:
        """Independent numbers among the options, (batch, *axes); small codes mean the first ones."""

    @abc.abstractmethod
    def dyadic(self, bits: int, bound: int, *axes: str) -> np.ndarray:
        """Independent and uniform among the multiples of 2^-bits on [-bound, bound], (batch, *axes)."""

    def symmetric(self, bits: int, bound: int, *axes: str) -> np.ndarray:
        """Symmetric matrices of such numbers; the last two axes have one length."""
        return mirrored(self.dyadic(bits, bound, *axes))

    def of_variables(self, bits: int, bound: int, *axes: str) -> np.ndarray:
        """Such numbers for each of the variables z = (x, u, v), (batch, *axes, N)."""
        return np.concatenate([self.dyadic(bits, bound, *axes, block) for block in BLOCKS], axis=-1)

    def square(self, bits: int, bound: int, *axes: str) -> np.ndarray:
        """Such numbers for each pair of variables, (batch, *axes, N, N)."""
        rows = [[self.dyadic(bits, bound, *axes, row, column) for column in BLOCKS] for row in BLOCKS]
        return np.concatenate([np.concatenate(row, axis=-1) for row in rows], axis=-2)


class Sampled(Source):
    """Independent draws for every game of a batch."""

    def __init__(self, rng: np.random.Generator, batch: int, sizes: Mapping[str, int]) -> None:
        super().__init__(batch, sizes)
        self.rng = rng

    def choose(self, options: Sequence[Any]) -> Any:
        return options[int(self.rng.integers(len(options)))]

    def pick(self, options: Sequence[Any], *axes: str) -> np.ndarray:
        places = self.rng.integers(len(options), size=(self.batch, *self.shape(*axes)))
        return np.array(options, dtype=np.float64)[places]

    def dyadic(self, bits: int, bound: int, *axes: str) -> np.ndarray:
        shape = (self.batch, *self.shape(*axes))
        return self.rng.integers(-bound << bits, bound << bits, shape, dtype=np.int32, endpoint=True) * 2.0**-bits


class Coded(Source):
    """One exact game, as a batch of one, from the integers of a code.

    Arrays are read in the size of the largest game of the family and cut to that of this one, so that a game of a code
    loses regimes, states and actions, and keeps the rest of its numbers, when the sizes in front of the code shrink.
    """

    def __init__(self, reader: Reader, largest: Mapping[str, int], sizes: Mapping[str, int]) -> None:
        super().__init__(1, sizes)
        self.reader = reader
        self.largest = largest

    def choose(self, options: Sequence[Any]) -> Any:
        return options[self.reader.below(len(options))]

    def pick(self, options: Sequence[Any], *axes: str) -> np.ndarray:
        largest = tuple(self.largest[axis] for axis in axes)
        found = exact_array((self.choose(options) for _ in range(math.prod(largest))), 1, *largest)
        return frozen(found[(slice(None), *(slice(length) for length in self.shape(*axes)))].copy())

    def dyadic(self, bits: int, bound: int, *axes: str) -> np.ndarray:
        return self.pick(dyadics(bits, bound), *axes)


def mirrored(matrices: np.ndarray) -> np.ndarray:
    """Symmetric matrices with the lower triangles of the given ones."""
    return np.where(np.tri(matrices.shape[-1], dtype=bool), matrices, transposed(matrices))


def transposed(matrices: np.ndarray) -> np.ndarray:
    return np.swapaxes(matrices, -1, -2)


def shifted(numbers: np.ndarray, bits: int) -> np.ndarray:
    """The numbers, floats or Fractions, times 2^-bits."""
    return numbers * (Fraction(1, 2**bits) if numbers.dtype == object else 2.0**-bits)


def unit(size: int) -> np.ndarray:
    """The identity matrix, of integers so that it goes with floats and Fractions."""
    return np.eye(size, dtype=int)
