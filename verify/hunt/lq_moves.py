"""What can be made simpler of a linear-quadratic game, from the boldest change to the smallest.

Matrices have structure that a single changed entry would break: M, G and P stay symmetric, the variables of M are the
states and actions, a generator's rows sum to zero. Each move maps a game to simpler candidates; arrays that make no
game, or no point that is well posed, are no candidates.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from games.errors import GameError
from games.linear_quadratic import LinearQuadraticGame, LinearQuadraticPoint
from verify.exact.lq_point import PLAYERS, as_array, stage
from verify.hunt.numbers import DENOMINATORS, nearer, nearest

Arrays = dict[str, np.ndarray]
Move = Callable[[LinearQuadraticGame], Iterator[LinearQuadraticGame]]

AXES = ("regimes", "states", "leader actions", "follower actions", "channels")
SYMMETRIC = frozenset({"leader_M", "follower_M", "leader_G", "follower_G", "leader_P", "follower_P", "follower_bound"})
DYNAMICS = ("A", "B", "E", "b", "C", "D", "F", "s")
FACTORS = frozenset({"leader_factor", "follower_factor"})


def moves(game: LinearQuadraticGame) -> Iterator[Move]:
    """All moves in the order to try them; they apply to any game made from this one by moves."""
    for axis in AXES:
        for index in reversed(range(game.size(axis))):
            yield functools.partial(_without, axis=axis, index=index)
    names = [name for name in game.core if name not in ("regime", "generator")]
    yield _static
    for name in names:
        yield functools.partial(_plain, name=name)
    yield _never_left
    for denominator in DENOMINATORS:
        yield functools.partial(_rounded, denominator=denominator)
    for name in names:
        for index in np.ndindex(getattr(game, name).shape):
            if name not in SYMMETRIC or index[-1] >= index[-2]:
                yield functools.partial(_nearer_entry, name=name, index=index)
    for row, column in np.ndindex(game.generator.shape):
        if row != column:
            yield functools.partial(_nearer_rate, row=row, column=column)


def _made(game: LinearQuadraticGame, arrays: Arrays) -> Iterator[LinearQuadraticGame]:
    """The game with these arrays in the place of its own; nothing where they make none, or change nothing."""
    if all(np.array_equal(array, getattr(game, name)) for name, array in arrays.items()):
        return
    fields: dict[str, Any] = {name: getattr(game, name) for name in game.core}
    try:
        yield type(game)(**fields | arrays, horizon=game.horizon, follower_sees=game.follower_sees)
    except GameError:
        return


def _without(game: LinearQuadraticGame, *, axis: str, index: int) -> Iterator[LinearQuadraticGame]:
    """The game without one index of an axis; rates to a regime that is left out go nowhere."""
    if game.size(axis) == 1 or index >= game.size(axis):
        return
    starts = dict[str, slice](zip(("states", "leader actions", "follower actions"), game.blocks(), strict=True))
    variable = starts[axis].start + index if axis in starts else -1
    arrays: Arrays = {}
    for name, axes in game.core.items():
        array = getattr(game, name)
        for place, own in enumerate(axes):
            if own == axis:
                array = np.delete(array, index, axis=place)
            elif own == "variables" and variable >= 0:
                array = np.delete(array, variable, axis=place)
        arrays[name] = array
    if axis == "regimes":
        arrays["generator"] = _balanced(arrays["generator"])
        at = getattr(game, "regime", None)
        if at is not None:
            if int(at) == index:
                return
            arrays["regime"] = np.array(at - (1 if int(at) > index else 0), dtype=object)
    yield from _made(game, arrays)


def _balanced(generator: np.ndarray) -> np.ndarray:
    """The generator with these rates and the diagonal that belongs to them."""
    changed = generator.copy()
    np.fill_diagonal(changed, Fraction(0))
    np.fill_diagonal(changed, -changed.sum(axis=1))
    return changed


def _static(game: LinearQuadraticGame) -> Iterator[LinearQuadraticGame]:
    """The point with nothing that moves the state: the costs become what the Hamiltonian is at these values."""
    if not isinstance(game, LinearQuadraticPoint):
        return
    arrays: Arrays = {name: np.full(getattr(game, name).shape, Fraction(0), dtype=object) for name in DYNAMICS}
    for player in PLAYERS:
        stages = [stage(game, regime).hamiltonians[player] for regime in range(game.regimes)]
        for name, matrices in (("M", [each.H for each in stages]), ("m", [each.h for each in stages])):
            own = getattr(game, f"{player}_{name}")
            arrays[f"{player}_{name}"] = as_array([entry for one in matrices for entry in one.entries()], own.shape)
    yield from _made(game, arrays)


def _plain(game: LinearQuadraticGame, *, name: str) -> Iterator[LinearQuadraticGame]:
    """The array all 0; the identity for factors, the diagonal of costs."""
    array = getattr(game, name)
    if name in FACTORS:
        yield from _made(game, {name: np.full(array.shape, Fraction(1), dtype=object) * np.eye(len(array), dtype=int)})
        return
    yield from _made(game, {name: np.full(array.shape, Fraction(0), dtype=object)})
    if name.endswith("_M"):
        yield from _made(game, {name: array * np.eye(array.shape[-1], dtype=int)})


def _never_left(game: LinearQuadraticGame) -> Iterator[LinearQuadraticGame]:
    """The game whose regime does not change."""
    yield from _made(game, {"generator": np.full(game.generator.shape, Fraction(0), dtype=object)})


def _rounded(game: LinearQuadraticGame, *, denominator: int) -> Iterator[LinearQuadraticGame]:
    """All numbers but the rates with few digits."""
    arrays: Arrays = {}
    for name in game.core:
        if name in ("regime", "generator"):
            continue
        array = getattr(game, name)
        rounded = np.empty(array.shape, dtype=object)
        for index in np.ndindex(array.shape):
            rounded[index] = nearest(array[index], denominator)
        arrays[name] = rounded
    yield from _made(game, arrays)


def _nearer_entry(game: LinearQuadraticGame, *, name: str, index: tuple[int, ...]) -> Iterator[LinearQuadraticGame]:
    """One entry, and its mirror image in a symmetric matrix, nearer to 0 or with fewer digits."""
    array = getattr(game, name)
    if any(at >= size for at, size in zip(index, array.shape, strict=True)):
        return
    for number in nearer(array[index]):
        changed = np.array(array, dtype=object)
        changed[index] = number
        if name in SYMMETRIC:
            changed[(*index[:-2], index[-1], index[-2])] = number
        yield from _made(game, {name: changed})


def _nearer_rate(game: LinearQuadraticGame, *, row: int, column: int) -> Iterator[LinearQuadraticGame]:
    """One rate nearer to 0, its row balanced."""
    if max(row, column) >= len(game.generator):
        return
    for number in nearer(game.generator[row, column]):
        changed = game.generator.copy()
        changed[row, column] = number
        yield from _made(game, {"generator": _balanced(changed)})
