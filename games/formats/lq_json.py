"""The JSON fields of linear-quadratic games, regime by regime as they are written on paper:

  {"kind": "lq", "discount": 0.1, "horizon": 1, "generator": [[-1, 1], [2, -2]],
   "regimes": [{"A": [n][n], "B": [n][ku], "E": [n][kv], "b": [n],
                "noise": [{"C": [n][n], "D": [n][ku], "F": [n][kv], "s": [n]}, ...],
                "leader": {"M": [N][N], "m": [N], "G": [n][n], "g": [n]}, "follower": {...}}, ...],
   "temperature": {"leader": 0, "follower": 0}, "follower_sees": "action"}

"horizon" is null where the game never ends. What is left out of b, noise, C, D, F, s, m, G and g is 0; regimes may have
different numbers of noise channels; one regime needs no generator. A point, "kind": "lq point", has "P", "p", "r"
beside M for both players, and "regime", "state", "leader_action" and "deviation": {"leader": {"mean", "factor"}, ...}.
Policy iteration, "kind": "lq iteration", has "gain" beside M for both players, "bound" for the follower, and "steps".
Deeper nesting of a list of numbers is a batch.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from games.core import as_fraction
from games.errors import GameError, shown
from games.linear_quadratic import PLAYERS, LinearQuadraticGame, LinearQuadraticPoint
from games.linear_quadratic_iteration import LinearQuadraticIteration

LARGEST = 2**23
"""Entries of all arrays together: what is left out must not let a short file fill the memory."""

_REGIME, _CHANNEL = "regimes", "noise"
"""Keys of lists of objects, which take an axis of the array: the regimes, and the noise channels of a regime."""


def _paths() -> dict[str, tuple[str, ...]]:
    paths: dict[str, tuple[str, ...]] = {"generator": ("generator",), "discount": ("discount",)}
    paths |= {name: (_REGIME, name) for name in ("A", "B", "E", "b")}
    paths |= {name: (_REGIME, _CHANNEL, name) for name in ("C", "D", "F", "s")}
    paths |= {name: (name,) for name in ("regime", "state", "leader_action")}
    for player in PLAYERS:
        paths |= {f"{player}_{name}": (_REGIME, player, name) for name in ("M", "m", "G", "g", "P", "p", "r")}
        paths |= {f"{player}_{name}": ("deviation", player, name) for name in ("mean", "factor")}
        paths[f"{player}_temperature"] = ("temperature", player)
        paths[f"{player}_gain"] = (_REGIME, player, "gain")
    return paths | {"follower_bound": (_REGIME, "follower", "bound"), "steps": ("steps",)}


PATHS: Mapping[str, tuple[str, ...]] = _paths()
"""Where the array of each name stands in the file."""

OPTIONAL = frozenset({"b", "noise", "C", "D", "F", "s", "m", "G", "g", "generator"})
"""Keys that may be missing; the generator only where there is one regime."""

KINDS: Mapping[str, type[LinearQuadraticGame]] = {
    game.kind: game for game in (LinearQuadraticGame, LinearQuadraticPoint, LinearQuadraticIteration)
}


def fields(game: LinearQuadraticGame, nested: Callable[[np.ndarray], Any]) -> dict[str, Any]:
    """The JSON fields of an exact game but for its kind; `nested` writes one array."""
    horizon = None if game.horizon is None else nested(np.array(game.horizon, dtype=object))
    data: dict[str, Any] = {
        "discount": None,  # in its place, before the long fields
        "horizon": horizon,
        "generator": None,
        _REGIME: [{} for _ in range(game.regimes)],
        "temperature": {},
        "follower_sees": str(game.follower_sees),
    }
    for name in game.core:
        _write(data, PATHS[name], getattr(game, name), len(game.batch_shape), nested)
    return data


def _write(
    place: dict[str, Any], path: tuple[str, ...], array: np.ndarray, batch: int, nested: Callable[[np.ndarray], Any]
) -> None:
    """Put the array at the end of the path; keys of lists take the axis that follows the batch."""
    key, *rest = path
    if not rest:
        place[key] = nested(array)
    elif key in (_REGIME, _CHANNEL):
        length = array.shape[batch]
        items = place.setdefault(key, [{} for _ in range(length)])
        for i, item in enumerate(items):
            # An ellipsis leaves an array also where nothing but a number is left.
            _write(item, tuple(rest), array[(*[slice(None)] * batch, i, ...)], batch, nested)
    else:
        _write(place.setdefault(key, {}), tuple(rest), array, batch, nested)


def read(data: Mapping[str, Any]) -> LinearQuadraticGame:
    """The exact game of these fields.

    Raises `GameError`, naming the place in the file, for keys that are missing or unknown, lists of wrong lengths,
    entries that are no numbers, and numbers that make no game.
    """
    cls = KINDS[data["kind"]]
    _check_keys({key: data[key] for key in data if key not in ("kind", "schema")}, _tree(cls), "")
    regimes = data[_REGIME]
    if len(regimes) > 1 and "generator" not in data:
        raise GameError(f"generator: expected the rates between the {len(regimes)} regimes, found none")
    channels = max(len(regime.get(_CHANNEL, ())) for regime in regimes)
    sizes = {"regimes": (len(regimes), _REGIME), "channels": (max(channels, 1), _CHANNEL)}
    found: dict[str, dict[tuple[int, ...], np.ndarray]] = {}
    for name in ("A", "B", "E"):  # these say how many states and actions there are
        found[name] = _leaves(data, name, cls, sizes)
    parts = [sizes[axis][0] for axis in ("states", "leader actions", "follower actions")]
    sizes["variables"] = sum(parts), "states and actions together"
    found |= {name: _leaves(data, name, cls, sizes) for name in cls.core if name not in found}
    arrays, batch = _assembled(found, cls, sizes)
    horizon = None if data["horizon"] is None else as_fraction(data["horizon"], "horizon")
    try:
        return cls(**arrays, horizon=horizon, follower_sees=data["follower_sees"])
    except GameError as error:
        raise GameError(_relocated(str(error), cls, len(batch))) from None


Tree = dict[str, Any]
"""The keys of an object: what is inside an object or each object of a list, None for numbers."""


def _tree(cls: type[LinearQuadraticGame]) -> Tree:
    tree: Tree = {}
    for path in (*(PATHS[name] for name in cls.core), ("horizon",), ("follower_sees",)):
        inner = tree
        for key in path[:-1]:
            inner = inner.setdefault(key, {})
        inner[path[-1]] = None
    return tree


def _check_keys(value: Any, tree: Tree, place: str) -> None:
    """Raise `GameError` unless the value is an object with these keys, and so are those inside."""
    keys = ", ".join(map(repr, tree))
    at = f"{place}: " if place else ""
    if not isinstance(value, dict):
        raise GameError(f"{at}expected an object with the keys {keys}, found {shown(value)}")
    missing = [key for key in tree if key not in value and key not in OPTIONAL]
    unknown = [key for key in value if key not in tree]
    if missing or unknown:
        wrong = f"no {missing[0]!r}" if missing else f"also {shown(unknown[0])}"
        raise GameError(f"{at}expected the keys {keys}, found {wrong}")
    for key, inside in tree.items():
        if inside is None or key not in value:
            continue
        here = _below(place, key)
        if key not in (_REGIME, _CHANNEL):
            _check_keys(value[key], inside, here)
            continue
        if not isinstance(value[key], list) or not (value[key] or key == _CHANNEL):
            raise GameError(f"{here}: expected a list of objects, found {shown(value[key])}")
        for i, item in enumerate(value[key]):
            _check_keys(item, inside, f"{here}[{i}]")


def _below(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _leaves(
    data: Mapping[str, Any], name: str, cls: type[LinearQuadraticGame], sizes: dict[str, tuple[int, str]]
) -> dict[tuple[int, ...], np.ndarray]:
    """The numbers of one array as the file has them, by regime and channel; what is left out is left out."""
    path = PATHS[name]
    lists = sum(key in (_REGIME, _CHANNEL) for key in path)
    return {index: _numbers(value, place, cls.core[name][lists:], sizes) for index, place, value in _walk(data, path)}


def _walk(
    value: Mapping[str, Any], path: tuple[str, ...], place: str = "", index: tuple[int, ...] = ()
) -> Iterator[tuple[tuple[int, ...], str, Any]]:
    key, *rest = path
    here = _below(place, key)
    if key not in value:
        return
    if not rest:
        yield index, here, value[key]
    elif key in (_REGIME, _CHANNEL):
        for i, item in enumerate(value[key]):
            yield from _walk(item, tuple(rest), f"{here}[{i}]", (*index, i))
    else:
        yield from _walk(value[key], tuple(rest), here, index)


def _numbers(value: Any, place: str, axes: tuple[str, ...], sizes: dict[str, tuple[int, str]]) -> np.ndarray:
    """Nested lists as Fractions, (*batch, *axes); axes that no place has told the length of get theirs here."""
    shape = []
    inner = value
    while isinstance(inner, list):
        if not inner:
            raise GameError(f"{place}: expected at least one entry in each list, found none")
        shape.append(len(inner))
        inner = inner[0]
    if len(shape) < len(axes):
        raise GameError(f"{place}: expected lists {len(axes)} deep ({', '.join(axes)}), found {shown(value)}")
    for axis, length in zip(axes, shape[len(shape) - len(axes) :], strict=True):
        known, where = sizes.setdefault(axis, (length, place))
        if known != length:
            said = "" if where == place else f" as in {where}"
            raise GameError(f"{place}: expected {known} {axis}{said}, found {length}")
    entries = np.empty(shape, dtype=object)
    for index, entry in _entries(value, place, tuple(shape), ()):
        entries[index] = entry
    return entries


def _entries(
    value: Any, place: str, shape: tuple[int, ...], index: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], Fraction]]:
    at = place + "".join(f"[{i}]" for i in index)
    if not shape:
        yield index, as_fraction(value, at)
    elif not isinstance(value, list) or len(value) != shape[0]:
        found = len(value) if isinstance(value, list) else shown(value)
        raise GameError(f"{at}: expected a list of length {shape[0]} as before, found {found}")
    else:
        for i, item in enumerate(value):
            yield from _entries(item, place, shape[1:], (*index, i))


def _assembled(
    found: Mapping[str, dict[tuple[int, ...], np.ndarray]],
    cls: type[LinearQuadraticGame],
    sizes: Mapping[str, tuple[int, str]],
) -> tuple[dict[str, np.ndarray], tuple[int, ...]]:
    """The arrays of the game, 0 where the file has nothing, and the shape of the batch."""
    cores = {name: tuple(sizes[axis][0] for axis in cls.core[name]) for name in found}
    leading = {
        name: [leaf.shape[: leaf.ndim - len(cores[name]) + len(index)] for index, leaf in leaves.items()]
        for name, leaves in found.items()
    }
    try:
        batches = {name: np.broadcast_shapes(*shapes) for name, shapes in leading.items()}
        batch = np.broadcast_shapes(*batches.values())
    except ValueError:
        shapes = sorted({shape for shapes in leading.values() for shape in shapes})
        raise GameError(f"{cls.kind}: expected one shape of the batch, found {shown(shapes)}") from None
    if math.prod(batch) * sum(map(math.prod, cores.values())) > LARGEST:
        raise GameError(f"{cls.kind}: expected at most {LARGEST} numbers in all, found more")
    arrays = {}
    for name, leaves in found.items():
        inner = len(cores[name])
        array = np.full((*batches[name], *cores[name]), Fraction(0), dtype=object)
        for index, leaf in leaves.items():
            array[(..., *index, *[slice(None)] * (inner - len(index)))] = leaf
        arrays[name] = array
    return arrays, batch


_ENTRY = re.compile(r"(\w+)(?:\[([\d, ]+)\])?: ")


def _relocated(message: str, cls: type[LinearQuadraticGame], batch: int) -> str:
    """The message of the game's class with its array and index put as a place in the file."""
    match = _ENTRY.match(message)
    if match is None or match[1] not in cls.core:
        return message
    indices = [int(i) for i in match[2].split(",")] if match[2] else []
    games, core = indices[:batch], indices[batch:]
    place = ""
    for key in PATHS[match[1]]:
        place = _below(place, key)
        if key in (_REGIME, _CHANNEL):
            place += f"[{core.pop(0)}]"
    return f"{place}{''.join(f'[{i}]' for i in (*games, *core))}: {message[match.end() :]}"
