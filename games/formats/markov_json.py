"""The JSON fields of Markov games: one kind "markov", with a "discount" or with a "horizon".

    {"kind": "markov", "discount": 0.9, "transition": [s][a][b][s'], "leader_reward": [s][a][b], "follower_reward": ...}

"discount" is one number or {"leader": g, "follower": g}. With "horizon": H in its place the game is episodic: each
array leads with H, or is the same at every step. Deeper nesting is a batch; an episodic batch leads with H innermost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from games.core import Game, as_entries, as_fraction
from games.errors import GameError, shown
from games.markov import EpisodicMarkovGame, MarkovGame, require

KIND = MarkovGame.kind

LARGEST = 2**22
"""Entries of an array that is the same at every step, over all steps: a short file must not fill the memory."""

_ARRAYS = ("transition", "leader_reward", "follower_reward")


def fields(game: MarkovGame | EpisodicMarkovGame, nested: Callable[[np.ndarray], Any]) -> dict[str, Any]:
    """The JSON fields of an exact game but for its kind; `nested` writes one array."""
    if isinstance(game, EpisodicMarkovGame):
        time: dict[str, Any] = {"horizon": game.horizon}
    else:
        leader, follower = nested(game.leader_discount), nested(game.follower_discount)
        time = {"discount": leader if leader == follower else {"leader": leader, "follower": follower}}
    return {**time, **{name: nested(getattr(game, name)) for name in _ARRAYS}}


def read(data: Mapping[str, Any]) -> Game:
    """The game of these fields, numbers already what they say (Fractions, strings or floats).

    Raises `GameError`, naming the entry, for keys that are missing or unknown and for arrays that make no game.
    """
    if "features" in data:
        raise GameError("features: expected a game without features, which are not read yet; found some")
    if "discount" in data and "horizon" in data:
        raise GameError("markov: expected either 'discount' or 'horizon', found both")
    time = "horizon" if "horizon" in data else "discount"
    names = (time, *_ARRAYS)
    for name in names:
        if name not in data:
            missing = "'discount' or 'horizon'" if name == "discount" else repr(name)
            raise GameError(f"markov: expected the keys {', '.join(map(repr, names))}, found no {missing}")
    for key in data:
        if key not in ("kind", "schema", *names):
            raise GameError(f"markov: expected the keys {', '.join(map(repr, names))}, found also {shown(key)}")
    if time == "horizon":
        return _episodic(data)
    check_nesting(MarkovGame, data)
    leader, follower = _discounts(data["discount"])
    arrays = {name: data[name] for name in _ARRAYS}
    return MarkovGame(leader_discount=leader, follower_discount=follower, **arrays)


def check_nesting(game: type[Game], data: Mapping[str, Any], *, less: int = 0) -> None:
    """Raise `GameError` naming the place where a list is empty or has another length than its neighbours.

    Axes are named as in `game.core`; arrays may lack the first `less` of them. What is no list is left to the game.
    """
    for name, axes in game.core.items():
        if name not in data:
            continue
        depth, inner = 0, data[name]
        while isinstance(inner, list):
            depth, inner = depth + 1, inner[0] if inner else None
        if inner is not None and depth < len(axes) - less:
            raise GameError(f"{name}: expected lists {len(axes) - less} deep ({', '.join(axes)}), found {depth}")
        lacking = len(axes) - depth
        # A path that ends in an empty list lacks the inner axes, any other the first ones.
        levels = axes[:depth] if inner is None else axes[max(lacking, 0) :]
        _check_level(data[name], name, (), (*("games of a batch",) * -lacking, *levels))


def _check_level(entries: Any, name: str, index: tuple[int, ...], levels: Sequence[str]) -> None:
    """The list at `index` of the array: `levels` names its entries, then what is inside them."""
    if not isinstance(entries, list) or not levels:
        return
    if not entries:
        raise GameError(f"{_at(name, index)}: expected at least one of the {levels[0]}, found none")
    counts = [len(entry) if isinstance(entry, list) else None for entry in entries]
    for place, (entry, count) in enumerate(zip(entries, counts, strict=True)):
        if count != counts[0]:
            expected, found = (_counted(number, levels[1:]) for number in (counts[0], count))
            first = _at(name, (*index, 0))
            raise GameError(f"{_at(name, (*index, place))}: expected {expected} as in {first}, found {found}")
        _check_level(entry, name, (*index, place), levels[1:])


def _at(name: str, index: tuple[int, ...]) -> str:
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def _counted(count: int | None, levels: Sequence[str]) -> str:
    return "a number" if count is None else f"{count} {levels[0] if levels else 'entries'}"


def _discounts(discount: Any) -> tuple[Any, Any]:
    """The two players' discounts, checked here because the file has another name for them."""
    if isinstance(discount, dict):
        if set(discount) != {"leader", "follower"}:
            raise GameError(f"discount: expected the keys 'leader', 'follower', found {shown(sorted(discount))}")
        pair = [(f"discount of the {player}", discount[player]) for player in ("leader", "follower")]
    else:
        pair = [("discount", discount)] * 2
    for name, value in pair:
        discounts = as_entries(value, name)
        if not discounts.size:
            raise GameError(f"{name}: expected a number, found none")
        require(name, discounts, (discounts >= 0) & (discounts < 1), "0 <= discount < 1")
    return pair[0][1], pair[1][1]


def _episodic(data: Mapping[str, Any]) -> EpisodicMarkovGame:
    horizon = as_fraction(data["horizon"], "horizon")
    if horizon.denominator != 1 or horizon < 1:
        raise GameError(f"horizon: expected an integer >= 1, found {shown(data['horizon'])}")
    steps = int(horizon)
    check_nesting(EpisodicMarkovGame, data, less=1)
    arrays = {}
    for name in _ARRAYS:
        cells = as_entries(data[name], name)
        axes = len(EpisodicMarkovGame.core[name])
        if cells.ndim == axes - 1:
            if steps * math.prod(cells.shape) > LARGEST:
                raise GameError(f"horizon: expected at most {LARGEST} entries of {name} over all steps, found more")
            cells = np.broadcast_to(cells, (steps, *cells.shape))
        elif cells.ndim >= axes and cells.shape[-axes] != steps:
            raise GameError(f"{name}: expected {steps} steps as 'horizon' says, found {cells.shape[-axes]}")
        arrays[name] = cells
    return EpisodicMarkovGame(**arrays)
