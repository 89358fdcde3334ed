"""Published one-shot games, one a file, each with its source and exact answers: `literature()` and `named(name)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from games.literature.catalogue import Published as Published
    from games.literature.catalogue import literature as literature
    from games.literature.catalogue import named as named
    from games.literature.source import Source as Source

_HOME = {"Published": "catalogue", "literature": "catalogue", "named": "catalogue", "Source": "source"}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"games.literature.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
