"""What `verify --json` holds (schema "firstmover/verify/1"), as frozen records.

The records are the schema: a field without a default must be there, one with a default may be missing or null. What
does not fit is refused with the path to it, what was expected and what was found; unknown fields are ignored, so that
a report reads the results of a later minor version.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from verify.report.reading import read
from verify.verdict import Verdict

SCHEMA = "firstmover/verify/1"

Number = Any
"""A side of a comparison: a rational string, a ball string, {"ball", "bits"}, a float, or null."""

EvidenceKind = Literal["exact", "ball", "symbolic", "randomised", "statistical", "float", "cited"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    id: str = ""
    started: str = ""
    seconds: float | None = None
    seed: int | None = None
    tier: str = ""
    budget: Any = None
    commit: str = ""
    versions: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    machine: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    state: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The fields that the kind has; the rest stay empty."""

    kind: EvidenceKind
    certificate: str = ""  # exact
    enclosure: str = ""  # ball
    bits: int | None = None  # ball
    system: str = ""  # symbolic
    error: Number = None  # randomised
    primes: int | None = None  # randomised
    points: int | None = None  # randomised
    alpha: float | None = None  # statistical
    plan: str = ""  # statistical
    n: int | None = None  # statistical
    residual: float | None = None  # float
    margin: float | None = None  # float
    source: str = ""  # cited


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    kind: str
    detail: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A concept, hypothesis, assumption, definition or conclusion: LaTeX and words, either possibly empty."""

    name: str = ""
    latex: str = ""
    text: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    index: int | None = None
    game: Mapping[str, Any] | None = None
    lhs: Number = None
    rhs: Number = None
    margin: Number = None
    error: Number = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    name: str
    title: str = ""
    instances: int | None = None
    met: int | None = None
    worst_margin: float | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    label: str = ""
    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    ties: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The fields that are drawn; the certificate itself is written out as it came."""

    kind: str = ""
    claim: str = ""
    game: Mapping[str, Any] | None = None
    facts: tuple[Any, ...] = ()
    lhs: Number = None
    rhs: Number = None
    outcome: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    name: str
    text: str = ""
    statement: str = ""
    verdict: Verdict | None = None
    reason: str = ""
    ok: bool = False
    instances: int | None = None
    certificate: Mapping[str, Any] | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    hypothesis: str
    text: str = ""
    expected: str = ""
    found: str = ""
    ok: bool = False
    reason: str = ""
    instances: int | None = None
    certificate: Mapping[str, Any] | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One game at which both sides were computed: the witness, or a game where equality is (nearly) attained."""

    game: Mapping[str, Any] | None = None
    lhs: Number = None
    rhs: Number = None
    ratio: Number = None
    outcome: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    x: float
    lhs: float | None = None
    rhs: float | None = None
    label: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    name: str
    source: str = ""
    lhs: Number = None
    rhs: Number = None
    outcome: str = ""
    evidence: Evidence | str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    number: int
    latex: str
    rule: str = ""
    reason: str = ""
    uses: tuple[int, ...] = ()
    assumptions: tuple[Any, ...] = ()
    evidence: Evidence | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading before the step of number `first`, and words for the reader."""

    first: int
    title: str
    text: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    topic: str
    title: str = ""
    assumptions: tuple[Named, ...] = ()
    definitions: tuple[Named, ...] = ()
    steps: tuple[Step, ...] = ()
    conclusions: tuple[Named, ...] = ()
    sections: tuple[Section, ...] = ()
    evidence: Evidence | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Smallest:
    bound: str = ""
    examined: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredQuantity:
    """The expectation of a quantity: mean +- half_width."""

    name: str
    latex: str = ""
    text: str = ""
    mean: float
    half_width: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredPoint:
    """A design point with the mean over replicates, the least and the largest."""

    x: float
    y: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredCurve:
    label: str
    points: tuple[MeasuredPoint, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the replicates of an experiment say together."""

    plan: str
    alpha: float
    replicates: int
    quantities: tuple[MeasuredQuantity, ...] = ()
    curves: tuple[MeasuredCurve, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    claim: str
    verdict: Verdict
    ok: bool
    paper: str = ""
    place: str = ""
    title: str = ""
    file: str = ""
    statement: str = ""
    relation: Any = None
    note: str = ""
    concepts: tuple[Named, ...] = ()
    hypotheses: tuple[Named, ...] = ()
    reason: str = ""
    evidence: Evidence | None = None
    scope: Scope | None = None
    expected: Verdict | None = None
    instances: int | None = None
    met: int | None = None
    held: int | None = None
    ties: int | None = None
    open: int | None = None
    candidates: int | None = None
    violated: int | None = None
    failures: tuple[str, ...] = ()
    violation_rate_upper: float | None = None
    equality: bool = False
    worst_margin: float | None = None  # of an equality: minus the residual over its error bound
    worst: Worst | None = None
    seconds: float | None = None
    families: tuple[Family, ...] = ()
    histogram: Histogram | None = None
    mutants: tuple[Mutant, ...] = ()
    ablations: tuple[Ablation, ...] = ()
    witness: Instance | None = None
    tightness: Instance | None = None
    tight_series: tuple[Point, ...] = ()
    derivation: Derivation | None = None
    derivation_is_proof: bool | None = None
    derivation_reason: str = ""
    published: tuple[Published, ...] = ()
    certificate: Mapping[str, Any] | None = None
    smallest: Smallest | None = None
    measured: Measured | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    run: Run
    claims: tuple[Claim, ...]
    papers: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # key: citation, where the runner knows it


def certificate(data: Mapping[str, Any], where: str) -> Certificate:
    """What a report draws of a certificate."""
    return read(Certificate, data, where)
