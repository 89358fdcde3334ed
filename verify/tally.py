"""What one block says of one variant, and the sum over blocks. Records are JSON, so that a store can keep them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import numpy as np

from verify.verdict import Outcome

BINS = 80
EDGES = tuple((i - BINS // 2) / (BINS // 2) for i in range(BINS + 1))
"""Relative margins lie in [-1, 1] because |rhs - lhs| <= |lhs| + |rhs|, residuals beside their bounds in [0, 1]."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """The instance with the smallest measure, as floats see it (`Sides.measures`)."""

    index: int
    measure: float
    lhs: float
    rhs: float
    margin: float
    error: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A violation confirmed exactly: the instance, its measure and the certificate."""

    index: int
    margin: float
    certificate: dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One variant of a claim on one block.

    rational, balls : instances decided exactly, in rationals and in balls
    residual : the largest relative error bound of an instance that only floats decided
    digest : of the instances and what was found of each
    measured : of an experiment, where a block is a replicate: its "values" by quantity and its "curves"
    """

    claim: str
    variant: str
    block: int
    family: str
    outcome: Outcome
    rational: int = 0
    balls: int = 0
    residual: float = 0.0
    worst: Worst | None = None
    histogram: tuple[int, ...] = (0,) * BINS
    events: tuple[Event, ...] = ()
    digest: str = ""
    seconds: float = 0.0
    measured: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Tally:
        outcome = Outcome(**{**data["outcome"], "failures": tuple(data["outcome"]["failures"])})
        worst = Worst(**data["worst"]) if data["worst"] else None
        events = tuple(Event(**event) for event in data["events"])
        rest = {"outcome": outcome, "worst": worst, "events": events, "histogram": tuple(data["histogram"])}
        return cls(**{**data, **rest})


def relative(margin: Any, lhs: Any, rhs: Any) -> Any:
    """margin / (|lhs| + |rhs|), 0 where both sides are 0; for an error bound, its size beside the sides."""
    with np.errstate(all="ignore"):
        size = np.abs(lhs) + np.abs(rhs)
        return np.where(size > 0, margin / np.where(size > 0, size, 1.0), np.where(margin == 0, 0.0, margin))[()]


def bins(measures: np.ndarray) -> tuple[int, ...]:
    """How many measures lie between neighbouring `EDGES`; what lies outside counts in the last bin on its side."""
    counts, _ = np.histogram(np.clip(measures, -1.0, 1.0), bins=np.asarray(EDGES))
    return tuple(int(count) for count in counts)


def until_violation(tallies: Iterable[Tally]) -> list[Tally]:
    """Tallies in the order of blocks, up to the first with a confirmed violation: where a mutant's test ends.

    With several workers later blocks may have been computed as well; leaving them out makes the result independent of
    the number of workers.
    """
    kept = []
    for tally in sorted(tallies, key=lambda tally: tally.block):
        kept.append(tally)
        if tally.outcome.violated:
            break
    return kept


def total(tallies: Iterable[Tally]) -> Outcome:
    """The outcomes together; of the failures the first ten different ones."""
    outcomes = [tally.outcome for tally in tallies]
    failures = tuple(dict.fromkeys(line for outcome in outcomes for line in outcome.failures))[:10]
    return dataclasses.replace(sum(outcomes, Outcome()), failures=failures)
