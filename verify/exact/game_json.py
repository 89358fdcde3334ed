"""A single exact game as certificates carry it: its kind and its arrays, all numbers rational strings."""

from __future__ import annotations

from typing import Any

import numpy as np

from games.choice import Choice, ChoiceAtTwoTemperatures, ChoiceWithPolicy, PerturbedChoice
from games.core import Game
from games.errors import GameError, shown
from games.matrix import BimatrixGame

_CLASSES = (BimatrixGame, Choice, PerturbedChoice, ChoiceWithPolicy, ChoiceAtTwoTemperatures)
CLASSES: dict[str, type[Game]] = {cls.kind: cls for cls in _CLASSES}


def to_json(game: Game) -> dict[str, Any]:
    """{"kind": ..., and for each array nested lists of strings such as "7/2"}."""
    return {"kind": game.kind, **{name: _nested(getattr(game, name)) for name in game.core}}


def _nested(array: np.ndarray) -> Any:
    return str(array[()]) if array.ndim == 0 else [_nested(array[i, ...]) for i in range(len(array))]


def from_json(data: dict[str, Any]) -> Game:
    """Inverse of `to_json`; `GameError` for an unknown kind, missing or surplus arrays, and what is no game."""
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in CLASSES:
        raise GameError(f"kind: expected one of {', '.join(CLASSES)}, found {shown(kind)}")
    cls = CLASSES[kind]
    if set(data) != {"kind", *cls.core}:
        raise GameError(f"{kind}: expected the entries {', '.join(cls.core)}, found {', '.join(map(str, data))}")
    return cls(**{name: data[name] for name in cls.core}).exact()
