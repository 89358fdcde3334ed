"""The evidence a verdict rests on, strongest first.

Exact > Ball > Symbolic > Randomised > Statistical > Float > Cited. Only Exact and Ball may carry PROVED; a claim that
stands on several pieces takes the weakest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, ClassVar

from proofs.engine.evidence import Ball, Evidence, Exact, Randomised, Symbolic, weakest

__all__ = [
    "Ball",
    "Cited",
    "Evidence",
    "Exact",
    "Float",
    "Randomised",
    "Statistical",
    "Symbolic",
    "evidence_from_json",
    "weakest",
]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Statistical(Evidence):
    """A test whose plan was declared before sampling did not reject at level `alpha` over `n` draws."""

    rank: ClassVar[int] = 4
    kind: ClassVar[str] = "statistical"

    alpha: float
    plan: str
    n: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Float(Evidence):
    """Floating point with error bounds, relative to |lhs| + |rhs|.

    `residual` is the largest bound of an instance that floats decided, `margin` the smallest margin met.
    """

    rank: ClassVar[int] = 5
    kind: ClassVar[str] = "float"

    residual: float
    margin: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Cited(Evidence):
    """Somebody else's word."""

    rank: ClassVar[int] = 6
    kind: ClassVar[str] = "cited"

    source: str


_KINDS: dict[str, type[Evidence]] = {
    item.kind: item for item in (Exact, Ball, Symbolic, Randomised, Statistical, Float, Cited)
}


def evidence_from_json(data: Mapping[str, Any]) -> Evidence:
    """Inverse of `Evidence.to_json`."""
    fields = {name: value for name, value in data.items() if name != "kind"}
    if data["kind"] == "randomised":
        fields["error"] = Fraction(fields["error"])
    return _KINDS[data["kind"]](**fields)
