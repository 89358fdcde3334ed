"""Games as .npz archives: one plain array of numbers for each array of the game, as numpy.savez(path, **arrays) writes.

The kind of game follows from the arrays' names. Only the plainest archives are read, by a reader of our own: no
pickles, no objects, and sizes are compared before anything is allocated, so that no small file can fill the memory.
"""

from __future__ import annotations

import io
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from games.core import Game
from games.errors import GameError, shown
from games.formats.as_json import KINDS
from games.linear_quadratic import LinearQuadraticGame, Sees

_MAGIC = b"\x93NUMPY"
_HEADER = re.compile(
    rb"\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \(((?:\d{1,18}(?:, ?\d{1,18})*,?)?)\), \} *\n"
)
_NUMBERS = re.compile(rb"(?:[<>=|]?[iu][1248]|[<>=|]?f[248])")


def parse(data: bytes, limit: int) -> Game:
    """The float game in an archive whose unpacked arrays take at most `limit` bytes.

    Raises `GameError` for what is no archive, arrays that are not plain numbers, and names that fit no kind of game.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = [member.filename.removesuffix(".npy") for member in members]
            cls = _kind(names)
            if sum(member.file_size for member in members) > limit:
                raise GameError(f"expected at most {limit} bytes when unpacked, found more")
            arrays = {name: _array(archive.read(m), name) for name, m in zip(names, members, strict=True)}
            return cls(**{**arrays, **_plain(cls, arrays)})
    # zipfile raises these on damaged, encrypted or exotic archives.
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, struct.error) as error:
        raise GameError(f"expected an .npz archive, found: {shown(str(error))}") from None
    except (ValueError, OverflowError) as error:
        if isinstance(error, GameError):
            raise
        raise GameError("expected an .npz archive, found a damaged one") from None


def _kind(names: list[str]) -> type[Game]:
    for cls in KINDS.values():
        if {*cls.core} <= {*names} <= {*cls.core, *_optional(cls)} and len({*names}) == len(names):
            return cls
    nearest = min(KINDS.values(), key=lambda cls: len({*cls.core} ^ {*names}))
    kind = f"{nearest.kind}: {', '.join(nearest.core)}"
    raise GameError(f"expected the arrays of one kind of game (as {kind}), found {shown(', '.join(names))}")


def _optional(cls: type[Game]) -> tuple[str, ...]:
    """Arrays that stand for fields of the class that are none."""
    return ("horizon", "follower_sees") if issubclass(cls, LinearQuadraticGame) else ()


def _plain(cls: type[Game], arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """The fields that are no arrays: a horizon, left out where there is none; follower_sees, 0 (action), 1 (policy)."""
    plain: dict[str, Any] = {name: arrays[name] for name in _optional(cls) if name in arrays}
    for name, array in plain.items():
        if array.shape:
            raise GameError(f"{name}: expected a single number, found shape {array.shape}")
        plain[name] = array.item()
    if "follower_sees" in plain:
        if plain["follower_sees"] not in (0, 1):
            raise GameError(f"follower_sees: expected 0 (action) or 1 (policy), found {shown(plain['follower_sees'])}")
        plain["follower_sees"] = tuple(Sees)[int(plain["follower_sees"])]
    return plain


def _array(data: bytes, name: str) -> np.ndarray:
    """The array of a .npy file of format 1, 2 or 3."""
    if len(data) < 12 or data[:6] != _MAGIC or data[6] not in (1, 2, 3):
        raise GameError(f"{name}: expected a .npy array, found {shown(data[:8])}")
    start = 10 if data[6] == 1 else 12
    length = int.from_bytes(data[8:start], "little")
    header = _HEADER.fullmatch(data, start, start + length)
    if length > 4096 or header is None or not _NUMBERS.fullmatch(header[1]):
        found = shown(header[1].decode("latin-1")) if header else "another header"
        raise GameError(f"{name}: expected a plain array of numbers, found {found}")
    dtype = np.dtype(header[1].decode())
    shape = tuple(int(size) for size in re.findall(rb"\d+", header[3]))
    if len(shape) > 32 or math.prod(shape) * dtype.itemsize != len(data) - start - length:
        raise GameError(f"{name}: expected the bytes of an array of shape {shape}, found {len(data) - start - length}")
    array = np.frombuffer(data, dtype, offset=start + length)
    return array.reshape(shape, order="F" if header[2] == b"True" else "C")


def render(game: Game) -> bytes:
    """An archive of the game's float arrays. Raises `GameError` for an exact game that floats do not hold exactly."""
    floats = game.float()
    if game.is_exact and floats.exact() != game:
        raise GameError("expected a game that floats hold exactly, found one that needs .json")
    buffer = io.BytesIO()
    arrays = {name: getattr(floats, name) for name in game.core}
    if isinstance(floats, LinearQuadraticGame):
        arrays["follower_sees"] = np.array(list(Sees).index(floats.follower_sees))
        if floats.horizon is not None:
            arrays["horizon"] = np.array(floats.horizon)
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()
