"""The game of a certificate: written as game files are, and read without a detour through floats."""

from __future__ import annotations

from typing import Any

from games.core import Game
from games.errors import GameError, shown
from games.files import from_json as read
from games.files import to_json

__all__ = ["from_json", "to_json"]


def from_json(data: Any) -> Game:
    """The exact game that the JSON object describes; every number an integer or a string.

    JSON readers make floats of decimals, and a rounded game is another game. Raises `GameError` for floats and for what
    `games.files.from_json` refuses.
    """
    return read(_without_floats(data, "game"))


def _without_floats(data: Any, where: str) -> Any:
    if isinstance(data, dict):
        return {key: _without_floats(value, str(key)) for key, value in data.items()}
    if isinstance(data, list):
        return [_without_floats(value, where) for value in data]
    if isinstance(data, float):
        raise GameError(f"{where}: expected integers or rationals such as '1/3', found {shown(data)}")
    return str(data) if type(data) is int else data  # integers of any length, none a float in between
