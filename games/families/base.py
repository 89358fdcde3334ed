"""What a family of games is: it samples batches of floats, and decodes integers into single exact games.

`sample` serves speed, `decode` serves shrinking: the Hypothesis strategy and every shrinker work on the integers that
`decode` reads, so that small integers must mean simple games. Both are total: any generator, any sequence of integers
gives a valid game of the family.
"""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import Any, ClassVar

import numpy as np

from games.core import Game
from games.errors import GameError, shown


def unzigzag(index: int) -> int:
    """The signed integer at place `index` of 0, 1, -1, 2, -2, ..."""
    return (index + 1) // 2 if index % 2 else -(index // 2)


def zigzag(integer: int) -> int:
    """The place of a signed integer in 0, 1, -1, 2, -2, ...: the inverse of `unzigzag`."""
    return 2 * integer - 1 if integer > 0 else -2 * integer


@dataclasses.dataclass(frozen=True, slots=True)
class Sizes:
    """The lengths an axis may have: `low` to `high`, and in samples once in sixteen batches one of `rare`.

    Raises `GameError` for an empty range or a length below one.
    """

    low: int
    high: int
    rare: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not (1 <= self.low <= self.high and all(size >= 1 for size in self.rare)):
            raise GameError(f"sizes: expected 1 <= low <= high, found low={self.low}, high={self.high}")

    @classmethod
    def of(cls, value: Any, name: str, *, least: int = 1) -> Sizes:
        """Sizes from Sizes, one length, or a (low, high) pair, none of them below `least`."""
        if type(value) is int:
            value = cls(value, value)
        elif isinstance(value, tuple | list) and len(value) == 2 and all(type(size) is int for size in value):
            value = cls(*value)
        elif not isinstance(value, cls):
            raise GameError(f"{name}: expected a length or a pair (low, high), found {shown(value)}")
        if min((value.low, *value.rare)) < least:
            raise GameError(f"{name}: expected lengths of at least {least}, found {shown(value)}")
        return value

    def draw(self, rng: np.random.Generator) -> int:
        if self.rare and rng.integers(16) == 0:
            return self.rare[int(rng.integers(len(self.rare)))]
        return int(rng.integers(self.low, self.high + 1))


class Reader:
    """Reads what `decode` needs from a sequence of integers; beyond its end every integer is 0."""

    __slots__ = ("_integers",)

    def __init__(self, integers: Iterable[int]) -> None:
        self._integers: Iterator[int] = iter(integers)

    def signed(self) -> int:
        """Any integer."""
        return int(next(self._integers, 0))

    def take(self, count: int) -> list[int]:
        """The next `count` integers."""
        taken = [int(integer) for integer in islice(self._integers, count)]
        return taken + [0] * (count - len(taken))

    def natural(self) -> int:
        """An integer >= 0: the next one's place in 0, 1, -1, 2, -2, ..."""
        return zigzag(int(next(self._integers, 0)))

    def below(self, count: int) -> int:
        """One of 0, ..., count - 1."""
        return self.natural() % count

    def size(self, sizes: Sizes) -> int:
        """A length; the rare ones, being large, are left to `sample`."""
        return sizes.low + self.below(sizes.high - sizes.low + 1)

    def positive(self) -> Fraction:
        """A positive rational: 1, 2, 1/2, 3, 1/3, ..."""
        integer = self.signed()
        return Fraction(integer + 1) if integer >= 0 else Fraction(1, 1 - integer)

    def between(self, low: Fraction, high: Fraction) -> Fraction:
        """A point of [low, high]: the integers there, 0, 1, -1, ..., then the ends, then ever finer dyadic points."""
        place = self.natural()
        least, most = -(-low // 1), high // 1  # the integers of [low, high]
        if least <= most:
            count = int(most - least) + 1
            if place < count:
                return Fraction(near_zero(int(least), int(most), place))
            place -= count
        if place < 2:
            return (low, high)[place]
        place -= 1  # 1 -> 1/2; 2, 3 -> 1/4, 3/4; 4, ... -> 1/8, 3/8, ...
        level = place.bit_length()
        return low + (high - low) * Fraction(2 * (place - (1 << (level - 1))) + 1, 1 << level)


def near_zero(low: int, high: int, place: int) -> int:
    """The integer of [low, high] at `place` when ordered 0, 1, -1, 2, -2, ..., as far as they lie there."""
    if low >= 0:
        return low + place
    if high <= 0:
        return high - place
    paired = min(high, -low)
    if place <= 2 * paired:
        return unzigzag(place)
    rest = place - paired
    return rest if high > -low else -rest


def exact_array(entries: Iterable[Any], *shape: int) -> np.ndarray:
    """Entries, read row by row, as Fractions in a read-only array of the given shape."""
    array = np.empty(shape, dtype=object)
    array.reshape(-1)[:] = [_fraction(entry) for entry in entries]
    array.setflags(write=False)
    return array


_fraction = lru_cache(maxsize=1024)(Fraction)  # codes repeat the same few integers over and over


def frozen(array: np.ndarray) -> np.ndarray:
    """The array made read-only, so that a game takes it without a copy."""
    array.setflags(write=False)
    return array


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Family(abc.ABC):
    """A distribution over games of one class, with a decoder of exact games.

    Subclasses are frozen dataclasses whose fields are the family's parameters (`dataclasses.replace` changes them).
    """

    name: ClassVar[str]  # the name of its file
    title: ClassVar[str]  # one line for people
    game: ClassVar[type[Game]]  # the class of its games

    @abc.abstractmethod
    def sample(self, rng: np.random.Generator, batch: int) -> Game:
        """`batch` random float games of one size; the size is drawn from `rng` first."""

    @abc.abstractmethod
    def decode(self, integers: Sequence[int]) -> Game:
        """The exact game these integers stand for, sizes first; missing ones read as 0, surplus ones are ignored."""

    @property
    @abc.abstractmethod
    def code_length(self) -> int:
        """The most integers `decode` reads: longer codes say nothing more."""

    def decode_bytes(self, data: bytes) -> Game:
        """`decode` with one integer a byte: bytes 0, 1, 2, 3, ..., 254, 255 read 0, 1, -1, 2, ..., -127, 128."""
        return self.decode([_UNZIGZAG[byte] for byte in data])


_UNZIGZAG = tuple(map(unzigzag, range(256)))
