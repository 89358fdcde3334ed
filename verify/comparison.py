"""What a claim's body returns: a relation between terms, or numbers already compared."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from verify.errors import ClaimError
from verify.terms import Relation, RelationOp, Term


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """lhs <= rhs, lhs < rhs or lhs = rhs in floats; `error` bounds the error of rhs - lhs; arrays of one batch shape.

    margin = rhs - lhs for "<=" and "<", -|rhs - lhs| for "=". Below -error it is a candidate refutation. Within the
    error an inequality goes to exact arithmetic, while equality counts as agreeing to the error, which is all that
    floats can say of it.
    """

    op: RelationOp
    lhs: np.ndarray
    rhs: np.ndarray
    error: np.ndarray

    @property
    def margin(self) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            difference = self.rhs - self.lhs
        return -np.abs(difference) if self.op == "=" else difference


def _compare(op: RelationOp, lhs: Any, rhs: Any, error: Any) -> Relation | Comparison:
    if isinstance(lhs, Term) or isinstance(rhs, Term):
        return Relation(op, Term.of(lhs), Term.of(rhs))
    try:
        arrays = np.broadcast_arrays(*(np.asarray(side, dtype=np.float64) for side in (lhs, rhs, error)))
    except (TypeError, ValueError) as problem:
        raise ClaimError(f"comparison: expected numbers of one shape on both sides, {problem}") from None
    return Comparison(op=op, lhs=arrays[0], rhs=arrays[1], error=arrays[2])


def at_most(lhs: Any, rhs: Any, *, error: Any = 0.0) -> Relation | Comparison:
    """The statement lhs <= rhs; `error` bounds the float error of rhs - lhs (terms carry their own)."""
    return _compare("<=", lhs, rhs, error)


def at_least(lhs: Any, rhs: Any, *, error: Any = 0.0) -> Relation | Comparison:
    """The statement lhs >= rhs, kept as rhs <= lhs."""
    return _compare("<=", rhs, lhs, error)


def less(lhs: Any, rhs: Any, *, error: Any = 0.0) -> Relation | Comparison:
    """The statement lhs < rhs; `error` bounds the float error of rhs - lhs (terms carry their own)."""
    return _compare("<", lhs, rhs, error)


def equal(lhs: Any, rhs: Any, *, error: Any = 0.0) -> Relation | Comparison:
    """The statement lhs = rhs; `error` bounds the float error of rhs - lhs (terms carry their own)."""
    return _compare("=", lhs, rhs, error)
