"""Games in files: .json and .nfg hold exact games, .npz holds floats."""

from __future__ import annotations

import os
from pathlib import Path

from games.core import Game
from games.errors import GameError, shown
from games.formats import as_json, as_nfg, as_npz
from games.formats.as_json import from_json, to_json
from games.whole_file import replace_file

__all__ = ["from_json", "load", "save", "to_json"]

LIMITS = {".json": 2**24, ".nfg": 2**24, ".npz": 2**30}
"""The largest files read without being told, in bytes."""


def load(path: str | os.PathLike[str], *, limit: int | None = None) -> Game:
    """The game in a file, by its ending .json, .nfg or .npz.

    From text the exact game is read, 0.1 as 1/10; `load(path).float()` has floats. An .npz archive gives the floats it
    holds. Files of more than `limit` bytes (for archives, also when unpacked) are refused, by default those beyond
    `LIMITS`. Raises `GameError`, one line with the file and the place, for whatever is not a game.
    """
    ending = _ending(path)
    limit = LIMITS[ending] if limit is None else limit
    data = _read(path, limit)
    try:
        if ending == ".npz":
            return as_npz.parse(data, limit)
        text = data.decode("utf-8-sig")
        if not text.strip():
            raise GameError("expected a game, found an empty file")
        return (as_json if ending == ".json" else as_nfg).parse(text)
    except UnicodeDecodeError as error:
        raise GameError(f"{_name(path)}: byte {error.start}: expected UTF-8 text, found {error.reason}") from None
    except GameError as error:
        raise GameError(f"{_name(path)}: {error}") from None


def save(game: Game, path: str | os.PathLike[str]) -> None:
    """Write a game to a .json, .nfg or .npz file, exactly, and at once: the file is the old one or the new one.

    Raises `GameError`, one line, for a game the format cannot hold exactly and a file that cannot be written.
    """
    ending = _ending(path)
    try:
        if ending == ".npz":
            data = as_npz.render(game)
        else:
            text = as_json.render(game) if ending == ".json" else as_nfg.render(game, Path(path).stem)
            data = text.encode("utf-8", "replace")  # a title may come from a file name that is not text
    except GameError as error:
        raise GameError(f"{_name(path)}: {error}") from None
    _replace(path, data)


def _ending(path: str | os.PathLike[str]) -> str:
    ending = os.path.splitext(os.fspath(path))[1].lower()
    if ending not in LIMITS:
        raise GameError(f"{_name(path)}: expected a file name ending in {', '.join(LIMITS)}, found {shown(ending)}")
    return ending


def _name(path: str | os.PathLike[str]) -> str:
    """The path on one line and printable, whatever characters it has."""
    text = os.fspath(path)
    return text if text.isprintable() else repr(text)


def _read(path: str | os.PathLike[str], limit: int) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise GameError(f"{_name(path)}: expected a readable file, found: {_reason(error)}") from None
    if len(data) > limit:
        raise GameError(f"{_name(path)}: expected at most {limit} bytes, found more (see `limit`)")
    return data


def _replace(path: str | os.PathLike[str], data: bytes) -> None:
    try:
        replace_file(path, data)
    except (OSError, ValueError) as error:
        raise GameError(f"{_name(path)}: expected to write the file, found: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
