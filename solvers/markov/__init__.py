"""Stackelberg Markov games: `solve(game, ...)`, `evaluate(game, leader, follower)`, `learn(game, ...)`, `CONCEPTS`.

Q-value iteration, what is proved of where it goes, exact certificates, policy evaluation and learning from samples.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from solvers.markov.entry import CONCEPTS, solve
    from solvers.markov.evaluation import evaluate
    from solvers.markov.q_learning import learn

_HOME = {
    "CONCEPTS": "solvers.markov.entry",
    "evaluate": "solvers.markov.evaluation",
    "learn": "solvers.markov.q_learning",
    "solve": "solvers.markov.entry",
}

__all__ = ["CONCEPTS", "evaluate", "learn", "solve"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
