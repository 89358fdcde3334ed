"""Rules between matrix equations beside the normal form: hypotheses, linear combinations, expectations."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import ClassVar, cast

from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Evidence, Exact
from proofs.engine.free_algebra import Expression, inverses, substitute
from proofs.engine.free_algebra_binders import Expectation, expectation, free_generators
from proofs.engine.free_algebra_derivation import (
    FreeAlgebra,
    GeneratorDefinition,
    MatrixRelation,
    definition_of,
    equation,
    invertible_assumptions,
)
from proofs.engine.free_algebra_expressions import (
    Generator,
)
from proofs.engine.relation import Relation
from proofs.engine.step import Assumption, Assumptions, Rule, Step, union


@dataclasses.dataclass(frozen=True, slots=True)
class Assume(Rule):
    """A matrix equation that is assumed: a hypothesis by the name of `label`, resting on the inverses it writes."""

    name: ClassVar[str] = "hypothesis"

    label: str

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        sides_of(relation)
        return Exact(certificate="assumed")

    def assumptions(self, relation: Relation, uses: tuple[Step, ...]) -> Assumptions:
        inverted = invertible_assumptions(inverses(*sides_of(relation)))
        made = Assumption(name=self.label, relation=relation)
        return union((*(step.assumptions for step in uses), inverted, (made,)))

    def keeps_defined(self, relation: Relation, uses: tuple[Step, ...]) -> bool:
        return True


@dataclasses.dataclass(frozen=True, slots=True)
class Combine(Rule):
    """lhs - rhs is the sum of coefficient times (lhs - rhs) over the equations used; definitions used are put in.

    One coefficient an equation, in their order: rationals, or scalar expressions; none at all stand for ones.
    """

    name: ClassVar[str] = "linear combination"

    coefficients: tuple[Fraction | int | Expression, ...] = ()

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        lhs, rhs = sides_of(relation)
        equations = _equations(uses)
        if self.coefficients and len(self.coefficients) != len(equations):
            raise DerivationError(
                f"combination: expected {len(equations)} coefficients, one an equation, found {len(self.coefficients)}"
            )
        left = lhs - rhs
        for coefficient, step in zip(self.coefficients or (1,) * len(equations), equations, strict=True):
            a, b = sides_of(step.relation)
            left = left - coefficient * (a - b)
        definitions = tuple(step for step in uses if isinstance(step.rule, GeneratorDefinition))
        return FreeAlgebra().check(equation(left, left - left), definitions)

    def assumptions(self, relation: Relation, uses: tuple[Step, ...]) -> Assumptions:
        written = (*sides_of(relation), *(c for c in self.coefficients if isinstance(c, Expression)))
        return union((*(step.assumptions for step in uses), invertible_assumptions(inverses(*written))))

    def keeps_defined(self, relation: Relation, uses: tuple[Step, ...]) -> bool:
        return True  # inverses are the only partial operation, and are assumed to exist


@dataclasses.dataclass(frozen=True, slots=True)
class TakeExpectation(Rule):
    """E[lhs] = E[rhs] from lhs = rhs, over a vector that the equation holds for whatever it is.

    Nothing the equation used rests on may speak of the vector. Both expectations are to be written under one law; that
    they exist is decided by mean and covariance alone where lhs and rhs are polynomials of degree at most 2.
    """

    name: ClassVar[str] = "expectation"

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        lhs, rhs = sides_of(relation)
        if not isinstance(lhs, Expectation) or not isinstance(rhs, Expectation):
            raise DerivationError(f"expected an equation between expectations, found `{relation}`")
        if (lhs.variable, lhs.mean, lhs.covariance) != (rhs.variable, rhs.mean, rhs.covariance):
            raise DerivationError(f"expected one law on both sides, found `{relation}`")
        if len(uses) != 1:
            raise DerivationError(f"expected one equation to take the expectation of, found {len(uses)}")
        (step,) = uses
        if sides_of(step.relation) != (lhs.argument, rhs.argument):
            raise DerivationError(f"expected the expectation of `{step.relation}`, found `{relation}`")
        for assumption in step.assumptions:
            if lhs.variable in _spoken_of(assumption):
                raise DerivationError(f"expected an equation for every {lhs.variable}, found `{assumption.relation}`")
        FreeAlgebra().check(equation(lhs, lhs), ())  # the polynomials are of degree at most 2
        return FreeAlgebra().check(equation(rhs, rhs), ())

    def assumptions(self, relation: Relation, uses: tuple[Step, ...]) -> Assumptions:
        return union((*(step.assumptions for step in uses), invertible_assumptions(inverses(*sides_of(relation)))))

    def keeps_defined(self, relation: Relation, uses: tuple[Step, ...]) -> bool:
        return True


@dataclasses.dataclass(frozen=True, slots=True)
class Particular(Rule):
    """An equation that holds for all values of some generators, at particular ones.

    Nothing the equation used rests on may speak of these generators; symmetric ones become matrices shown symmetric.
    """

    name: ClassVar[str] = "particular case"

    values: tuple[tuple[Expression, Expression], ...]

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        if len(uses) != 1:
            raise DerivationError(f"expected one equation to take a case of, found {len(uses)}")
        values = dict(self.values)
        for assumption in uses[0].assumptions:
            about = _spoken_of(assumption) & values.keys()
            if about:
                found = f"`{assumption.relation}`"
                raise DerivationError(f"expected an equation for every {min(map(str, about))}, found {found} assumed")
        wanted = tuple(substitute(side, values) for side in sides_of(uses[0].relation))
        if wanted != sides_of(relation):
            raise DerivationError(f"expected `{equation(*wanted)}`, found `{relation}`")
        return Exact(certificate="substitution")

    def assumptions(self, relation: Relation, uses: tuple[Step, ...]) -> Assumptions:
        return union((*(step.assumptions for step in uses), invertible_assumptions(inverses(*sides_of(relation)))))

    def keeps_defined(self, relation: Relation, uses: tuple[Step, ...]) -> bool:
        return True


def expected(relation: Relation, variable: Expression, mean: Expression, covariance: Expression) -> MatrixRelation:
    """The equation with the expectation taken on both sides."""
    lhs, rhs = sides_of(relation)
    return equation(expectation(lhs, variable, mean, covariance), expectation(rhs, variable, mean, covariance))


def _equations(uses: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(step for step in uses if not isinstance(step.rule, GeneratorDefinition))


def sides_of(relation: Relation) -> tuple[Expression, Expression]:
    """Both sides of an equation between matrix expressions. Raises `DerivationError` for another relation."""
    lhs, rhs = relation.lhs, relation.rhs
    if not isinstance(relation, MatrixRelation) or not isinstance(lhs, Expression) or not isinstance(rhs, Expression):
        raise DerivationError(f"expected an equation between matrix expressions, found `{relation}`")
    return lhs, rhs


def _spoken_of(assumption: Assumption) -> frozenset[Generator]:
    if assumption.kind == "definition":
        return frozenset((definition_of(assumption.relation)[0],)) | free_generators(
            definition_of(assumption.relation)[1]
        )
    sides = (cast(Expression, side) for side in (assumption.relation.lhs, assumption.relation.rhs))
    return frozenset().union(*(free_generators(side) for side in sides))
