"""What every game class shares: batch dimensions, indexing, stacking and the exact twin.

A game class declares the core shape of each of its arrays by the names of its axes. Whatever leads the core shape is
`batch_shape`, equal for all arrays (arrays of core shape only broadcast against it). Entries are float64, or `Fraction`
objects in the exact twin; arrays are read-only once validated.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

from games.errors import GameError


def as_fraction(entry: Any, where: str) -> Fraction:
    """An exact rational: floats bit for bit, ints, Fractions, and strings such as "1/3" or "0.1" as written."""
    if isinstance(entry, bool | np.bool_):
        raise GameError(f"{where}: expected a number, found {entry!r}")
    if isinstance(entry, np.generic):
        entry = entry.item()
    try:
        return Fraction(entry)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        raise GameError(f"{where}: expected a finite number or a rational such as '1/3', found {entry!r}") from None


def _nested_shape(value: Any) -> tuple[int, ...] | None:
    if isinstance(value, np.ndarray):
        return value.shape
    if isinstance(value, list | tuple):
        inner = {_nested_shape(item) for item in value}
        if len(inner) > 1 or None in inner:
            return None
        return (len(value), *(inner.pop() or ())) if inner else (0,)
    return ()


def as_entries(value: Any, name: str) -> np.ndarray:
    """A read-only array of float64, or of Fractions when any entry is a Fraction or a string."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu":
        array = np.array(value, dtype=np.float64)
    else:
        shape = _nested_shape(value)
        if shape is None:
            raise GameError(f"{name}: expected a rectangular array, found rows of different lengths")
        cells = np.empty(shape, dtype=object)
        cells[...] = np.array(value, dtype=object).reshape(shape) if shape else value
        if any(isinstance(cell, Fraction | str) for cell in cells.flat):
            array = np.empty(shape, dtype=object)
            for index, cell in np.ndenumerate(cells):
                array[index] = as_fraction(cell, f"{name}{list(index)}")
        else:
            array = np.empty(shape, dtype=np.float64)
            for index, cell in np.ndenumerate(cells):
                if isinstance(cell, bool | np.bool_) or not isinstance(cell, int | float | np.integer | np.floating):
                    raise GameError(f"{name}{list(index)}: expected a number, found {cell!r}")
                try:
                    array[index] = float(cell)
                except OverflowError:
                    raise GameError(
                        f"{name}{list(index)}: expected a number a float can hold, found {cell!r}"
                    ) from None
    if array.dtype != object and not np.isfinite(array).all():
        index = [int(i) for i in np.argwhere(~np.isfinite(array))[0]]
        raise GameError(f"{name}{index}: expected a finite number, found {array[tuple(index)]}")
    array.setflags(write=False)
    return array


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """Base of all games: a frozen record of arrays whose trailing axes are named in `core`.

    `core` maps a field to the names of its core axes, for instance {"leader": ("m", "n")}. Axes of the same name have
    the same length in every array; a length of zero is refused.
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
        """Raise `GameError` where the arrays, already of the right shapes, do not make a game."""

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

    def __getitem__(self, index: Any) -> Self:
        """The games at `index` of the batch axes; core axes cannot be indexed."""
        if not self.batch_shape:
            raise GameError("expected a batch of games to index, found a single game")
        grid = np.arange(int(np.prod(self.batch_shape))).reshape(self.batch_shape)
        chosen = grid[index]
        arrays: dict[str, np.ndarray] = {}
        for name, axes in self.core.items():
            array = getattr(self, name)
            core_shape = array.shape[array.ndim - len(axes) :]
            arrays[name] = array.reshape((grid.size, *core_shape))[chosen]
        return type(self)(**arrays, **self._plain_fields())

    def _plain_fields(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in self.core}

    def exact(self) -> Self:
        """The exact twin: the same game with Fraction entries, floats lifted bit for bit."""
        if self.is_exact:
            return self
        arrays = {name: _lift(getattr(self, name), name) for name in self.core}
        return type(self)(**arrays, **self._plain_fields())

    def float(self) -> Self:
        """The nearest game with float64 entries."""
        if not self.is_exact:
            return self
        arrays = {}
        for name in self.core:
            array = getattr(self, name)
            try:
                arrays[name] = np.array([float(cell) for cell in array.flat], dtype=np.float64).reshape(array.shape)
            except OverflowError:
                raise GameError(f"{name}: expected entries a float can hold, found one beyond 1e308") from None
        return type(self)(**arrays, **self._plain_fields())


def _lift(array: np.ndarray, name: str) -> np.ndarray:
    lifted = np.empty(array.shape, dtype=object)
    for index, cell in np.ndenumerate(array):
        lifted[index] = as_fraction(cell, f"{name}{list(index)}")
    return lifted


G = TypeVar("G", bound=Game)


def stack(games: Iterable[G]) -> G:
    """One batch from games of equal class and sizes; the new batch axis leads."""
    games = list(games)
    if not games:
        raise GameError("stack: expected at least one game, found none")
    first = games[0]
    if len({type(game) for game in games}) > 1:
        raise GameError(f"stack: expected games of one class, found {sorted({type(g).__name__ for g in games})}")
    arrays: dict[str, Any] = {}
    for name in first.core:
        try:
            arrays[name] = np.stack([getattr(game, name) for game in games])
        except ValueError:
            shapes = sorted({getattr(game, name).shape for game in games})
            raise GameError(f"stack: expected {name} of one shape, found {shapes}") from None
    return type(first)(**arrays, **first._plain_fields())
