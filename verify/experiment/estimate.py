"""From replicates to confidence intervals, and from those to what a statement about expectations comes to."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from scipy.special import stdtrit

from verify.errors import ClaimError
from verify.float_ball import FloatBall
from verify.numeric import evaluate_term
from verify.terms import Relation

Answer = Literal["held", "violated", "open"]

LEAST = 4
"""Replicates below which no interval is stated."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A two-sided Student interval mean +- half_width of an expectation, from n independent replicates.

    The replicates are taken as nearly normal, as averages and fitted slopes over many draws are.
    """

    mean: float
    half_width: float
    n: int


def estimates(measured: Sequence[Mapping[str, float]], names: Sequence[str], *, alpha: float) -> dict[str, Estimate]:
    """Intervals for the named quantities that all hold together with chance at least 1 - alpha (Bonferroni).

    Raises `ClaimError` for fewer than `LEAST` replicates, and for a quantity that does not vary: independent replicates
    that agree to the last bit are one replicate.
    """
    n = len(measured)
    if n < LEAST:
        raise ClaimError(f"experiment: expected at least {LEAST} replicates, found {n}")
    factor = float(stdtrit(n - 1, 1 - alpha / (2 * len(names)))) / math.sqrt(n)
    found = {}
    for name in names:
        values = np.array([replicate[name] for replicate in measured])
        spread = float(values.std(ddof=1))
        if not spread > 0:
            raise ClaimError(f"experiment: expected replicates that vary, found {name} = {values[0]:.6g} in all {n}")
        found[name] = Estimate(mean=float(values.mean()), half_width=factor * spread, n=n)
    return found


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A relation between expectations, as far as their intervals decide it; margin = rhs - lhs, known up to error."""

    answer: Answer
    lhs: float
    rhs: float
    margin: float
    error: float


def settle(relation: Relation, found: Mapping[str, Estimate]) -> Finding:
    """held where every point of the intervals meets the relation, violated where none does, else open.

    Raises `ClaimError` for an equation, which no interval can confirm, and a relation that speaks of games.
    """
    spoken = list(relation.concepts())
    if spoken:
        raise ClaimError(
            f"experiment: expected a statement on measured quantities alone, found the concept {spoken[0]}"
        )
    if relation.op == "=":
        raise ClaimError("experiment: expected a statement with at_most or less (no sample confirms an equation)")
    known = {name: FloatBall.of(item.mean, item.half_width) for name, item in found.items()}
    lhs, rhs = evaluate_term(relation.lhs, None, known), evaluate_term(relation.rhs, None, known)
    difference = rhs - lhs
    margin, error = float(difference.value), float(difference.radius)
    answer: Answer = "held" if margin > error else "violated" if margin < -error else "open"
    return Finding(answer=answer, lhs=float(lhs.value), rhs=float(rhs.value), margin=margin, error=error)


def band(curves: Sequence[Sequence[tuple[float, float]]]) -> list[dict[str, Any]]:
    """Per design point the mean over replicates with their least and largest value.

    Raises `ClaimError` where replicates differ in their design points.
    """
    grid = [x for x, _ in curves[0]]
    if any([x for x, _ in curve] != grid for curve in curves):
        raise ClaimError("experiment: expected the same design points in every replicate, found others")
    values = np.array([[y for _, y in curve] for curve in curves])  # (replicates, points)
    rows = zip(grid, values.mean(axis=0), values.min(axis=0), values.max(axis=0), strict=True)
    return [{"x": float(x), "y": float(y), "low": float(low), "high": float(high)} for x, y, low, high in rows]
