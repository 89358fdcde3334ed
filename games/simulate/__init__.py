"""Playing games: environments of which a learner sees `reset` and `step` alone, and paths of diffusions."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from games.simulate.aec import aec_environment
    from games.simulate.diffusion import Paths, Sample, Simulation, simulate
    from games.simulate.diffusion_laws import FeedbackLaws, Version
    from games.simulate.diffusion_moments import ExpectedCosts, expected_costs
    from games.simulate.markov import MarkovEnvironment, Outcome

_HOMES = {
    "games.simulate.aec": ("aec_environment",),
    "games.simulate.diffusion": ("Paths", "Sample", "Simulation", "simulate"),
    "games.simulate.diffusion_laws": ("FeedbackLaws", "Version"),
    "games.simulate.diffusion_moments": ("ExpectedCosts", "expected_costs"),
    "games.simulate.markov": ("MarkovEnvironment", "Outcome"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "ExpectedCosts",
    "FeedbackLaws",
    "MarkovEnvironment",
    "Outcome",
    "Paths",
    "Sample",
    "Simulation",
    "Version",
    "aec_environment",
    "expected_costs",
    "simulate",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
