"""What stands behind a checked line: the evidence that the rules of the engine can produce, strongest first."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, ClassVar


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Base of the union. `rank` orders it: 0 is the strongest; `proves` is what alone may carry PROVED."""

    rank: ClassVar[int]
    kind: ClassVar[str]
    proves: ClassVar[bool] = False

    def to_json(self) -> dict[str, Any]:
        """{"kind": ..., and the fields as JSON scalars}."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        plain = {name: str(value) if isinstance(value, Fraction) else value for name, value in fields.items()}
        return {"kind": self.kind, **plain}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Exact(Evidence):
    """Decided in exact arithmetic: integers, rationals, polynomials, normal forms."""

    rank: ClassVar[int] = 0
    kind: ClassVar[str] = "exact"
    proves: ClassVar[bool] = True

    certificate: str = ""  # what was decided, or the file that lets anyone decide it again


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ball(Evidence):
    """Enclosed in ball arithmetic at the stated precision."""

    rank: ClassVar[int] = 1
    kind: ClassVar[str] = "ball"
    proves: ClassVar[bool] = True

    enclosure: str
    bits: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Symbolic(Evidence):
    """A computer algebra system says so; its simplifier was not checked by us."""

    rank: ClassVar[int] = 2
    kind: ClassVar[str] = "symbolic"

    system: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Randomised(Evidence):
    """An identity held at random points modulo random primes; a false one passes with probability at most `error`."""

    rank: ClassVar[int] = 3
    kind: ClassVar[str] = "randomised"

    error: Fraction
    primes: int
    points: int


def weakest(evidence: Iterable[Evidence]) -> Evidence:
    """The weakest link; a chain without links has nothing to rest on and is refused."""
    links = list(evidence)
    if not links:
        raise ValueError("weakest: expected at least one piece of evidence, found none")
    return max(links, key=lambda link: link.rank)
