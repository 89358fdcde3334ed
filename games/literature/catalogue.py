"""The published games there are, found by looking at the files of this package."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Mapping
from typing import Protocol, cast

import games.literature
from games.core import Game
from games.errors import GameError, shown
from games.literature.source import Source

SHARED = frozenset({"catalogue", "source"})
"""Files of the package that hold no game."""


class Published(Protocol):
    """What the file of a published game defines."""

    GAME: Game
    """The exact game; rows are the leader's actions."""
    SOURCE: Source
    ANSWERS: Mapping[str, str]
    """Exact answers by concept.

    One-shot games: the leader's value, sse, wse, pure, pure weak, minimax, best nash, worst nash. Discounted Markov
    games: some of the concepts of that kind, such as fixed_points, best_fixed_point (means over states), orbit_period,
    pure_nash_count. Episodic games: the leader's value on the first day in the state that NOTE names, pure, minimax.
    Linear-quadratic games of one state and regime: P, p, r of V_k(x) = P x^2 / 2 + p x + r for both players, at time 0
    or, where the game never ends, of the stationary solution that long horizons lead to. With several regimes:
    regime_shares, the law of the regimes that the generator keeps.
    """
    NOTE: str
    """Who leads, what rows and columns are, what the game shows."""


def literature() -> tuple[str, ...]:
    """The names of all published games, without loading one: the file conitzer_sandholm.py is conitzer-sandholm."""
    found = {module.name for module in pkgutil.iter_modules(games.literature.__path__)}
    return tuple(sorted(name.replace("_", "-") for name in found - SHARED))


def named(name: str) -> Published:
    """The published game of that name, with hyphens, underscores or spaces between its words.

    Raises `GameError` with suggestions for an unknown name.
    """
    names = literature()
    hyphenated = str(name).lower().replace("_", "-").replace(" ", "-")
    if hyphenated not in names:
        close = difflib.get_close_matches(hyphenated, names) or names
        raise GameError(f"literature: expected one of {', '.join(close)}, found {shown(name)}")
    return cast(Published, importlib.import_module(f"games.literature.{hyphenated.replace('-', '_')}"))
