"""What the heads of the language mean: extrema, absolute values, indicators, x log x, Lambert's W."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, ClassVar

import sympy

from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Evidence, Exact
from proofs.engine.identity import is_identity
from proofs.engine.positivity import NONNEGATIVE, POSITIVE
from proofs.engine.relation import Relation, at_most, equal
from proofs.engine.rules.algebra import NORMAL_FORM, require_op, require_plain
from proofs.engine.rules.quantifiers import require_generic
from proofs.engine.step import Rule, Step, known
from proofs.engine.substitution import free_variables, rename
from proofs.engine.terms import Extremum, Index, Iverson, Maximum, Signum, XLogX


def slack(extremum: Extremum, value: sympy.Expr, at: Index) -> sympy.Expr:
    """where (value - body) for a maximum, where (body - value) for a minimum, at the index."""
    body, where = (rename(part, extremum.index, at) for part in (extremum.args[0], extremum.args[2]))
    return where * (value - body if isinstance(extremum, Maximum) else body - value)


@dataclasses.dataclass(frozen=True, slots=True)
class Bound(Rule):
    """where(a) f(a) is at most where(a) max f for every a; a minimum mirrored."""

    name: ClassVar[str] = "bound by an extremum"

    extremum: Extremum
    at: Index

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        require_plain(relation)
        require_op("<=", relation)
        if self.at.domain != self.extremum.index.domain:
            raise DerivationError(f"expected an index of {self.extremum.index.domain.name}, found {self.at}")
        if not is_identity(relation.difference, slack(self.extremum, self.extremum, self.at)):
            raise DerivationError(f"expected the bound of the body of {self.extremum} at {self.at}")
        return Exact(certificate="definition of an extremum")


@dataclasses.dataclass(frozen=True, slots=True)
class BestBound(Rule):
    """From where(a) f(a) <= where(a) c for arbitrary a: max f <= c; a minimum mirrored.

    The first step used is the pointwise bound, for a free index or for all.
    """

    name: ClassVar[str] = "best bound"

    extremum: Extremum
    at: Index

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        require_plain(relation)
        require_op("<=", relation)
        pointwise = uses[0].relation
        if pointwise.bound:
            if len(pointwise.bound) > 1 or pointwise.given or self.at in pointwise.free:
                raise DerivationError(f"expected a bound for all {self.at} alone, found `{pointwise}`")
            pointwise, _ = pointwise.instance({variable: self.at for variable in pointwise.bound})
        else:
            require_generic((self.at,), uses[0].assumptions)
        sides = (relation.lhs, relation.rhs)
        extremum, value = sides if isinstance(self.extremum, Maximum) else sides[::-1]
        if not is_identity(extremum, self.extremum) or self.at in free_variables(value) | free_variables(self.extremum):
            raise DerivationError(f"expected a bound of {self.extremum}, free of {self.at}")
        needed = at_most(0, slack(self.extremum, value, self.at))
        if (
            self.at.domain != self.extremum.index.domain
            or pointwise.op == "="
            or not needed.same_as(dataclasses.replace(pointwise, op="<="))
        ):
            raise DerivationError(f"expected `{needed}` for arbitrary {self.at}, found `{pointwise}`")
        return Exact(certificate="definition of an extremum")


@dataclasses.dataclass(frozen=True, slots=True)
class AbsoluteValue(Rule):
    """x <= |x|, -x <= |x|, |x| = Signum(x) x, x^2 = |x|^2; |x| = x where x >= 0; |x| <= c from x <= c and -x <= c."""

    name: ClassVar[str] = "absolute value"

    of: sympy.Expr

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        require_plain(relation, *(step.relation for step in uses))
        size = sympy.Abs(self.of)
        true = [at_most(self.of, size), at_most(-self.of, size), equal(size, Signum(self.of) * self.of)]
        true.append(equal(size**2, self.of**2))
        if known(uses).nonnegative(self.of):
            true.append(equal(size, self.of))
        if any(relation.same_as(known_true) for known_true in true):
            return NORMAL_FORM
        if relation.op == "<=" and is_identity(relation.lhs, size):
            for needed in (at_most(self.of, relation.rhs), at_most(-self.of, relation.rhs)):
                if not any(needed.same_as(dataclasses.replace(step.relation, op="<=")) for step in uses):
                    raise DerivationError(f"expected a step that says `{needed}`")
            return NORMAL_FORM
        raise DerivationError(f"expected a property of |{self.of}|")


@dataclasses.dataclass(frozen=True, slots=True)
class Indicator(Rule):
    """Of [x = y]: [x = y] (x - y) = 0; [x = y] = 1 from x = y; [x = y] = 0 from x < y or y < x."""

    name: ClassVar[str] = "indicator"

    of: Iverson

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        require_plain(relation, *(step.relation for step in uses))
        require_op("=", relation)
        if type(self.of) is not Iverson:
            raise DerivationError(f"expected [x = y] of two reals, found {self.of}")
        sides: tuple[Any, ...] = self.of.args
        gap = sides[0] - sides[1]
        if not any(relation.same_as(true) for true in self._true(gap, uses)):
            raise DerivationError(f"expected a property of {self.of}")
        return Exact(certificate="definition of an indicator")

    def _true(self, gap: sympy.Expr, uses: tuple[Step, ...]) -> Iterator[Relation]:
        yield equal(self.of * gap, 0)
        if any(equal(gap, 0).same_as(step.relation) for step in uses):
            yield equal(self.of, 1)
        if known(uses).nonzero(gap):
            yield equal(self.of, 0)


@dataclasses.dataclass(frozen=True, slots=True)
class EntropyTerm(Rule):
    """x log x is what its name says where x > 0."""

    name: ClassVar[str] = "x log x"

    of: sympy.Expr

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        facts = known(uses)
        if not facts.sign(self.of) <= POSITIVE:
            raise DerivationError(f"expected a proof that {self.of} is positive")
        require_plain(relation)
        require_op("=", relation)
        if not is_identity(relation.difference, self.of * sympy.log(self.of) - XLogX(self.of), facts.positive):
            if not is_identity(relation.difference, XLogX(self.of) - self.of * sympy.log(self.of), facts.positive):
                raise DerivationError(f"expected x log x for x = {self.of}")
        return NORMAL_FORM


@dataclasses.dataclass(frozen=True, slots=True)
class Lambert(Rule):
    """W(x) e^W(x) = x for x >= 0, on the principal branch, where W(x) >= 0."""

    name: ClassVar[str] = "Lambert's W"

    of: sympy.Expr

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        if not known(uses).sign(self.of) <= NONNEGATIVE:
            raise DerivationError(f"expected a proof that {self.of} is nonnegative")
        value = sympy.LambertW(self.of)
        if not relation.same_as(equal(value * sympy.exp(value), self.of)):
            raise DerivationError(f"expected W e^W = x for x = {self.of}")
        return Exact(certificate="definition of W")
