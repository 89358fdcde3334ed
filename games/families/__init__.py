"""Random and structured families of games, one a file; `all_families()` finds them by looking at the files."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from games.families.base import Family, Sizes
    from games.families.catalogue import all_families, family, family_names

_HOMES = {
    "games.families.base": ("Family", "Sizes"),
    "games.families.catalogue": ("all_families", "family", "family_names"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = ["Family", "Sizes", "all_families", "family", "family_names"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
