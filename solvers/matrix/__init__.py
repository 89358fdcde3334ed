"""Commitment in one-shot two-player games: `solve(game, concept=...)`, `value(game, concept)`, `CONCEPTS`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from solvers.matrix.entry import CONCEPTS, solve, value

__all__ = ["CONCEPTS", "solve", "value"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module("solvers.matrix.entry"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
