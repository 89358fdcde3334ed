"""What every game class shares: batch dimensions, indexing, stacking and the exact twin.

A game class declares the core shape of each of its arrays by the names of its axes. Whatever leads the core shape is
`batch_shape`, equal for all arrays (arrays of core shape only broadcast against it). Entries are float64, or `Fraction`
objects in the exact twin; arrays are read-only once validated.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

from games.errors import GameError, shown

LARGEST_EXPONENT = 400
"""Decimals such as 1e401 and 1e-401 are refused: floats end earlier, and a short file of them could fill the memory."""

LONGEST_NUMBER = 4300
"""Characters of a number, Python's own limit for the conversion between integers and text."""

_RATIONAL = re.compile(r"[+-]?(?:\d+/\d+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d+))?)", re.ASCII)
_EXACT_TYPES = (Fraction, str)
_FLOAT_TYPES = (int, float, np.integer, np.floating)


def as_fraction(entry: Any, where: str) -> Fraction:
    """An exact rational: floats bit for bit, ints, Fractions, and strings such as "1/3", "0.1" or "1e-3" as written.

    Raises `GameError` naming `where` for anything else, also for zero denominators, NaN, infinities, numbers longer
    than `LONGEST_NUMBER` characters and decimal exponents beyond `LARGEST_EXPONENT`.
    """
    if type(entry) is Fraction:
        return entry
    if isinstance(entry, np.generic):
        entry = entry.item()
    if isinstance(entry, str):
        entry = entry.strip()
        if len(entry) > LONGEST_NUMBER:
            raise GameError(f"{where}: expected at most {LONGEST_NUMBER} characters, found {shown(entry)}")
        match = _RATIONAL.fullmatch(entry)
        if match and match[1] and abs(int(match[1])) > LARGEST_EXPONENT:
            raise GameError(f"{where}: expected an exponent of at most {LARGEST_EXPONENT}, found {shown(entry)}")
        usable = match is not None
    else:
        usable = isinstance(entry, int | float | Fraction) and not isinstance(entry, bool)
    try:
        if usable:
            return Fraction(entry)
    except (ValueError, OverflowError, ZeroDivisionError):  # NaN, an infinity, a zero denominator
        pass
    raise GameError(f"{where}: expected a finite number or a rational such as '1/3', found {shown(entry)}")


def as_entries(value: Any, name: str) -> np.ndarray:
    """A read-only array of float64, or of Fractions when any entry is a Fraction or a string.

    A float64 array that nobody can write to is taken as it is, any other is copied. Integers must be ones a float
    holds exactly: above 2^53 say what is meant, float(k) or Fraction(k). Raises `GameError` for ragged nesting,
    entries that are not finite numbers, and integers a float would round.
    """
    if isinstance(value, np.ndarray) and (
        value.dtype.kind == "f" or (value.dtype.kind in "iu" and _below(value, 2**53))
    ):
        array = value if value.dtype == np.float64 and _is_frozen(value) else np.array(value, dtype=np.float64)
    else:
        try:
            cells = np.array(value, dtype=object)
        except ValueError:
            raise GameError(_ragged(value, name)) from None
        types = set(map(type, cells.ravel().tolist()))
        if types == {Fraction}:
            array = value if isinstance(value, np.ndarray) and _is_frozen(value) else cells
            array.setflags(write=False)
            return array
        if any(issubclass(kind, list | tuple | np.ndarray) for kind in types):
            raise GameError(_ragged(value, name))
        array = _lift(cells, name) if any(issubclass(kind, _EXACT_TYPES) for kind in types) else _floats(cells, name)
    # The extremes tell it without a table of answers as long as the array; NaN is an extreme of every array it is in.
    if array.dtype != object and array.size and not (np.isfinite(array.min()) and np.isfinite(array.max())):
        index = tuple(np.argwhere(~np.isfinite(array))[0])
        raise GameError(f"{_at(name, index)}: expected a finite number, found {array[index]}")
    array.setflags(write=False)
    return array


def _below(integers: np.ndarray, bound: int) -> bool:
    return integers.size == 0 or (int(integers.max()) < bound and int(integers.min()) > -bound)


def _at(name: str, index: tuple[int, ...]) -> str:
    """Where an entry is: `leader[0, 1]`, or the bare name of a scalar."""
    return f"{name}[{', '.join(str(int(i)) for i in index)}]" if index else name


def _ragged(value: Any, name: str) -> str:
    """What is wrong with nested lists that are no array: the first of them, level by level, unlike its neighbour."""
    expected = f"{name}: expected a rectangular array, found rows of different lengths"
    level = [((), value)]
    while all(isinstance(item, list | tuple) for _, item in level):
        first, *others = level
        for index, item in others:
            if len(item) != len(first[1]):
                return f"{expected}: {len(first[1])} in {_at(name, first[0])}, {len(item)} in {_at(name, index)}"
        level = [((*index, i), part) for index, item in level for i, part in enumerate(item)]
        if not level:
            return expected
    nested = [index for index, item in level if isinstance(item, list | tuple)]
    plain = [index for index, item in level if not isinstance(item, list | tuple | np.ndarray)]
    if nested and plain:
        return f"{expected}: a list in {_at(name, nested[0])}, a number in {_at(name, plain[0])}"
    return expected


def _is_frozen(array: np.ndarray) -> bool:
    base = array.base
    return not array.flags.writeable and (base is None or (isinstance(base, np.ndarray) and not base.flags.writeable))


def _floats(cells: np.ndarray, name: str) -> np.ndarray:
    """Object cells as float64; the per-cell loop runs only to name the first cell that is no number."""
    types = set(map(type, cells.ravel().tolist()))
    if all(issubclass(kind, _FLOAT_TYPES) and not issubclass(kind, bool) for kind in types):
        try:
            array = cells.astype(np.float64)
        except OverflowError:
            array = None
        if array is not None and not any(issubclass(kind, int | np.integer) for kind in types):
            return array
        if array is not None and bool(np.all(np.abs(array) < 2.0**53)):
            return array
    array = np.empty(cells.shape, dtype=np.float64)
    for index, cell in np.ndenumerate(cells):
        if isinstance(cell, bool) or not isinstance(cell, _FLOAT_TYPES):
            raise GameError(f"{_at(name, index)}: expected a number, found {shown(cell)}")
        try:
            array[index] = float(cell)
            rounded = isinstance(cell, int | np.integer) and int(array[index]) != int(cell)
        except OverflowError:
            rounded = True
        if rounded:
            raise GameError(
                f"{_at(name, index)}: expected a number a float holds exactly, or a Fraction, found {shown(int(cell))}"
            )
    return array


_float_lifted = lru_cache(maxsize=4096)(Fraction.from_float)  # zeros, ones and short dyadics come again and again


def _lift(cells: np.ndarray, name: str) -> np.ndarray:
    lifted = np.empty(cells.shape, dtype=object)
    flat = cells.ravel().tolist()
    try:
        if cells.dtype == np.float64:  # finite by now
            lifted.reshape(-1)[:] = list(map(_float_lifted, flat))
        else:
            lifted.reshape(-1)[:] = [as_fraction(cell, name) for cell in flat]
    except GameError:
        for index, cell in np.ndenumerate(cells):
            as_fraction(cell, _at(name, index))  # raises where the first wrong entry is
        raise
    lifted.setflags(write=False)
    return lifted


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Game:
    """Base of all games: a frozen record of arrays whose trailing axes are named in `core`.

    `core` maps a field to the names of its core axes, for instance {"leader": ("m", "n")}. Axes of the same name have
    the same length in every array; a length of zero is refused. Subclasses are dataclasses with `eq=False`: games are
    equal when class, sizes, exactness and every entry are.
    """

    core: ClassVar[dict[str, tuple[str, ...]]] = {}
    kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        arrays = {name: as_entries(getattr(self, name), name) for name in self.core}
        if len({array.dtype == object for array in arrays.values()}) > 1:
            arrays = {name: _lift(array, name) for name, array in arrays.items()}
        sizes: dict[str, tuple[int, str]] = {}
        leading: list[tuple[int, ...]] = []
        for name, axes in self.core.items():
            shape = arrays[name].shape
            if len(shape) < len(axes):
                raise GameError(f"{name}: expected at least {len(axes)} axes ({', '.join(axes)}), found shape {shape}")
            core_shape = shape[len(shape) - len(axes) :]
            for axis, length in zip(axes, core_shape, strict=True):
                if length == 0:
                    raise GameError(f"{name}: expected at least one {axis}, found shape {shape}")
                known, where = sizes.setdefault(axis, (length, name))
                if known != length:
                    raise GameError(f"{name}: expected {known} {axis} as in {where}, found {length} (shape {shape})")
            leading.append(shape[: len(shape) - len(axes)])
        try:
            batch = np.broadcast_shapes(*leading)
        except ValueError:
            raise GameError(f"expected one batch shape, found {dict(zip(self.core, leading, strict=True))}") from None
        for (name, axes), lead in zip(self.core.items(), leading, strict=True):
            array = arrays[name]
            if lead != batch:
                array = np.broadcast_to(array, batch + array.shape[array.ndim - len(axes) :])
            object.__setattr__(self, name, array)
        self.validate()

    def validate(self) -> None:
        """Raise `GameError` where the arrays, already of the right shapes, do not make a game.

        Each game of a batch is judged by itself, so that any selection from a valid batch is valid.
        """

    @property
    def batch_shape(self) -> tuple[int, ...]:
        name, axes = next(iter(self.core.items()))
        array = getattr(self, name)
        return array.shape[: array.ndim - len(axes)]

    @property
    def is_exact(self) -> bool:
        """True where the entries are Fractions."""
        return getattr(self, next(iter(self.core))).dtype == object

    def size(self, axis: str) -> int:
        """The length of the named core axis."""
        for name, axes in self.core.items():
            if axis in axes:
                return getattr(self, name).shape[axes.index(axis) - len(axes)]
        raise KeyError(axis)

    def __len__(self) -> int:
        if not self.batch_shape:
            raise TypeError("a single game has no length; len() counts the games of a batch")
        return self.batch_shape[0]

    def __iter__(self) -> Iterator[Self]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index: Any) -> Self:
        """The games at `index` of the batch axes, by numpy's rules; core axes cannot be indexed.

        Raises `GameError` for a single game and `IndexError` for an index beyond the batch.
        """
        batch = self.batch_shape
        if not batch:
            raise GameError("expected a batch of games to index, found a single game")
        items = index if isinstance(index, tuple) else (index,)
        if all(item is None or item is Ellipsis or _is_basic(item) for item in items):
            _ = np.broadcast_to(0.0, batch)[index]  # refuses what does not index the batch axes alone
            if any(item is Ellipsis for item in items):
                # An ellipsis may fill batch axes only, so it is written out before the core axes follow.
                left = len(batch) - sum(_is_basic(item) for item in items)
                at = next(i for i, item in enumerate(items) if item is Ellipsis)
                items = (*items[:at], *[slice(None)] * left, *items[at + 1 :])
            return self._of({name: getattr(self, name)[(*items, ...)] for name in self.core})
        # Where numpy puts the axes of arrays among others is best left to it: index the places, then gather the games.
        count = math.prod(batch)
        places = np.arange(count).reshape(batch)[index]
        arrays = {name: getattr(self, name) for name in self.core}
        return self._of({name: a.reshape((count, *a.shape[len(batch) :]))[places, ...] for name, a in arrays.items()})

    def _of(self, arrays: dict[str, np.ndarray]) -> Self:
        """A game of this class with these arrays, known to be valid."""
        game = object.__new__(type(self))
        for name, array in arrays.items():
            array.setflags(write=False)
            object.__setattr__(game, name, array)
        for name, value in self._plain_fields().items():
            object.__setattr__(game, name, value)
        return game

    def _plain_fields(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in self.core}

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return (
            self.is_exact == other.is_exact
            and all(np.array_equal(getattr(self, name), getattr(other, name)) for name in self.core)
            and self._plain_fields() == other._plain_fields()
        )

    def __hash__(self) -> int:
        def key(array: np.ndarray) -> Any:  # adding 0.0 makes the two zeros, which are equal, one
            return tuple(array.ravel().tolist()) if array.dtype == object else (array + 0.0).tobytes()

        return hash((type(self), self.batch_shape, *(key(getattr(self, name)) for name in self.core)))

    def __reduce__(self) -> Any:
        # Through the constructor: unpickled arrays would be writable.
        return _rebuild, (type(self), {f.name: getattr(self, f.name) for f in dataclasses.fields(self)})

    def exact(self) -> Self:
        """The exact twin: the same game with Fraction entries, floats lifted bit for bit.

        Raises `GameError` where a condition that floats meet up to rounding, such as a sum of probabilities, fails
        exactly.
        """
        if self.is_exact:
            return self
        arrays = {name: _lift(getattr(self, name), name) for name in self.core}
        return type(self)(**arrays, **self._plain_fields())

    def float(self) -> Self:
        """The nearest game with float64 entries. Raises `GameError` for entries beyond the floats."""
        if not self.is_exact:
            return self
        arrays = {}
        for name in self.core:
            try:
                arrays[name] = getattr(self, name).astype(np.float64)
            except OverflowError:
                raise GameError(f"{_first_beyond(getattr(self, name), name)}: {_BEYOND_FLOATS}") from None
        return type(self)(**arrays, **self._plain_fields())


_BEYOND_FLOATS = "expected an entry a float can hold, found one beyond 1e308"


def _first_beyond(entries: np.ndarray, name: str) -> str:
    """Where the first entry is that no float can hold."""
    for index, entry in np.ndenumerate(entries):
        try:
            float(entry)
        except OverflowError:
            return _at(name, index)
    return name


def _is_basic(item: Any) -> bool:
    """Whether an item of an index is an integer or a slice, which take one axis each."""
    return isinstance(item, slice | int | np.integer) and not isinstance(item, bool)


def _rebuild(game: type[Game], fields: dict[str, Any]) -> Game:
    return game(**fields)


G = TypeVar("G", bound=Game)


def stack(games: Iterable[G]) -> G:
    """One batch from games of equal class and sizes; the new batch axis leads.

    Exact and float games together give an exact batch. Raises `GameError` for no game at all, or unequal ones.
    """
    games = list(games)
    if not games:
        raise GameError("stack: expected at least one game, found none")
    first = games[0]
    if len({type(game) for game in games}) > 1:
        raise GameError(f"stack: expected games of one class, found {sorted({type(g).__name__ for g in games})}")
    if any(game._plain_fields() != first._plain_fields() for game in games):
        raise GameError("stack: expected games that differ in their arrays only, found other fields that differ")
    if len({game.is_exact for game in games}) > 1:
        games = [game.exact() for game in games]
    arrays: dict[str, Any] = {}
    for name in first.core:
        try:
            arrays[name] = np.stack([getattr(game, name) for game in games])
        except ValueError:
            shapes = sorted({getattr(game, name).shape for game in games})
            raise GameError(f"stack: expected {name} of one shape, found {shapes}") from None
    return type(first)(**arrays, **first._plain_fields())
