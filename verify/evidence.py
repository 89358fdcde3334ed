"""The evidence a verdict rests on, strongest first.

Exact > Ball > Symbolic > Randomised > Statistical > Float > Cited. Only Exact and Ball may carry PROVED; a claim that
stands on several pieces takes the weakest.
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from proofs.engine.evidence import Ball, Evidence, Exact, Randomised, Symbolic, weakest

__all__ = ["Ball", "Cited", "Evidence", "Exact", "Float", "Randomised", "Statistical", "Symbolic", "weakest"]


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
    """Floating point with error bounds: `residual` is the largest bound used, `margin` the smallest margin met."""

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
