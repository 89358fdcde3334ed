"""Published games, one a file, each with its source and exact answers: `literature()` and `named(name)`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from games.literature.catalogue import Published, literature, named
    from games.literature.source import Source

_HOMES = {
    "games.literature.catalogue": ("Published", "literature", "named"),
    "games.literature.source": ("Source",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = ["Published", "Source", "literature", "named"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
