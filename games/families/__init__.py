"""Random and structured families of games, one a file; `all_families()` finds them by looking at the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from games.families.base import Family as Family
    from games.families.base import Sizes as Sizes
    from games.families.catalogue import all_families as all_families
    from games.families.catalogue import family as family

_HOME = {"Family": "base", "Sizes": "base", "all_families": "catalogue", "family": "catalogue"}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"games.families.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
