"""Games that commands are asked about: files, or published ones by name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from games.core import Game

FILES = (".json", ".nfg", ".npz")


def read_game(name: str) -> Game:
    """The game in the file, or the published one of that name."""
    from games.errors import GameError
    from games.files import load
    from games.literature import literature, named

    if name.endswith(FILES) or Path(name).exists():
        return load(name)
    try:
        return named(name).GAME
    except GameError:
        known = ", ".join(literature())
        raise GameError(f"game: expected a file ({', '.join(FILES)}) or one of {known}; found {name!r}") from None
