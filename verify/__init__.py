"""What is claimed: statements, evidence, verdicts, and the machinery that puts claims to the test.

The names a claim is written with are handed on lazily, so that importing the package loads nothing else.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verify.comparison import at_least, at_most, equal, less
    from verify.statement import Ablation, Claim, Hypothesis, Mutant, claim
    from verify.terms import exp, lambertw, log, maximum, minimum, sqrt, tanh
    from verify.verdict import Verdict
    from verify.vocabulary import value

_HOMES = {
    "verify.comparison": ("at_least", "at_most", "equal", "less"),
    "verify.statement": ("Ablation", "Claim", "Hypothesis", "Mutant", "claim"),
    "verify.terms": ("exp", "lambertw", "log", "maximum", "minimum", "sqrt", "tanh"),
    "verify.verdict": ("Verdict",),
    "verify.vocabulary": ("value",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Ablation",
    "Claim",
    "Hypothesis",
    "Mutant",
    "Verdict",
    "at_least",
    "at_most",
    "claim",
    "equal",
    "exp",
    "lambertw",
    "less",
    "log",
    "maximum",
    "minimum",
    "sqrt",
    "tanh",
    "value",
]


def __getattr__(name: str) -> Any:
    try:
        home = _HOME[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
