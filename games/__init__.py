"""What is played: frozen, validated game objects, their families, files and literature.

The names most used are handed on lazily, so that importing the package loads nothing else.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from games.choice import Choice, ChoiceAtTwoTemperatures, ChoiceWithPolicy, PerturbedChoice
    from games.core import Game, stack
    from games.errors import GameError
    from games.files import from_json, load, save, to_json
    from games.linear_quadratic import LinearQuadraticGame
    from games.markov import EpisodicMarkovGame, MarkovGame
    from games.matrix import BimatrixGame

_HOMES = {
    "games.choice": ("Choice", "ChoiceAtTwoTemperatures", "ChoiceWithPolicy", "PerturbedChoice"),
    "games.core": ("Game", "stack"),
    "games.errors": ("GameError",),
    "games.files": ("from_json", "load", "save", "to_json"),
    "games.linear_quadratic": ("LinearQuadraticGame",),
    "games.markov": ("EpisodicMarkovGame", "MarkovGame"),
    "games.matrix": ("BimatrixGame",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "BimatrixGame",
    "Choice",
    "ChoiceAtTwoTemperatures",
    "ChoiceWithPolicy",
    "EpisodicMarkovGame",
    "Game",
    "GameError",
    "LinearQuadraticGame",
    "MarkovGame",
    "PerturbedChoice",
    "from_json",
    "load",
    "save",
    "stack",
    "to_json",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
