"""An experiment: what is measured, how often, and what is said of the measured quantities.

A claim about a rate is no statement about single games. Its body speaks of measured quantities, numbers that each
independent replicate of an experiment yields, and what it says is said of their expectations. The number of replicates,
the level and the statement are declared; nothing is looked at before all replicates are there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from verify.terms import Term


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number that each replicate measures; applied to the placeholder it is a term of statements."""

    name: str
    latex: str
    text: str

    def __call__(self, game: Any) -> Term:
        return Term("measured", name=self.name)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Replicate:
    """What one independent repetition measured: the quantities by name, and curves (points x, y) behind them."""

    values: Mapping[str, float]
    curves: Mapping[str, Sequence[tuple[float, float]]] = dataclasses.field(default_factory=dict)


Measure = Callable[[np.random.Generator], Replicate]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """The experiment without one of its conditions.

    counterexample: the statement must be rejected there. redundant: it must hold there as well.
    """

    hypothesis: str
    text: str
    without: str  # what happens without it, for people
    expected: Literal["counterexample", "redundant"]
    measure: Measure


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """Independent replicates of one measurement, and the confidence intervals of its quantities' expectations.

    plan            in words: the model, the design points, what a replicate is, how a quantity comes from it
    alpha           the chance that any of the intervals misses its expectation, for all quantities together
    quick, default  replicates in those tiers: fixed beforehand, whatever is seen
    """

    plan: str
    quantities: tuple[Quantity, ...]
    measure: Measure
    contrasts: tuple[Contrast, ...] = ()
    alpha: float = 0.01
    quick: int = 8
    default: int = 32


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """The slope of log y over log x by least squares: beta where y is proportional to x^beta.

    Raises ValueError for fewer than three points, values that are not positive, or less than two decades of x.
    """
    x, y = np.array(points, dtype=np.float64).T
    if len(x) < 3 or not (x.min() > 0 and y.min() > 0 and x.max() >= 100 * x.min() * (1 - 1e-12)):
        raise ValueError(f"exponent: expected at least 3 positive points over two decades, found {list(points)}")
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])
