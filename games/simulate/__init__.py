"""Playing games: environments of which a learner sees `reset` and `step` alone."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from games.simulate.aec import aec_environment
    from games.simulate.markov import MarkovEnvironment, Outcome

_HOMES = {
    "games.simulate.aec": ("aec_environment",),
    "games.simulate.markov": ("MarkovEnvironment", "Outcome"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = ["MarkovEnvironment", "Outcome", "aec_environment"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
