"""Rules about variables: for all, instances, sums over an index, and cases."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import ClassVar

from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Evidence, Exact
from proofs.engine.identity import is_identity
from proofs.engine.positivity import Facts, check_defined
from proofs.engine.relation import Relation, equal
from proofs.engine.rules.algebra import NORMAL_FORM, require_op, require_plain
from proofs.engine.step import Assumptions, Rule, Step, known, union, without
from proofs.engine.substitution import Entries, Value, generic_indices, substitute
from proofs.engine.terms import Index, Moment, Size, Total, Variable, place_domain


def require_generic(variables: Iterable[Variable], assumptions: Assumptions) -> None:
    """Raise unless the variables are arbitrary: free in no assumption."""
    for variable in variables:
        if isinstance(variable, Size | Moment):
            raise DerivationError(f"expected a scalar, an index or a vector, found {variable}, which is fixed")
        for assumption in assumptions:
            if variable in assumption.relation.free:
                raise DerivationError(f"expected {variable} arbitrary, found it assumed that `{assumption.relation}`")


@dataclasses.dataclass(frozen=True, slots=True)
class Generalise(Rule):
    """What holds for arbitrary variables holds for all: the assumptions about them become given relations."""

    name: ClassVar[str] = "for all"

    variables: tuple[Variable, ...]
    given: tuple[Relation, ...] = ()

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        (proved,) = uses
        require_generic(self.variables, self.assumptions(relation, uses))
        if not relation.same_as(proved.relation.for_all(*self.variables, given=self.given)):
            raise DerivationError(f"expected `{proved.relation}` for all {', '.join(map(str, self.variables))}")
        return Exact(certificate="the variables are arbitrary")

    def assumptions(self, relation: Relation, uses: tuple[Step, ...]) -> Assumptions:
        return without(union(step.assumptions for step in uses), self.given)

    def keeps_defined(self, relation: Relation, uses: tuple[Step, ...]) -> bool:
        return relation == uses[0].relation.for_all(*self.variables, given=self.given)


@dataclasses.dataclass(frozen=True, slots=True)
class Instantiate(Rule):
    """What holds for all holds for these values; each given relation is proved by a step used or by the facts."""

    name: ClassVar[str] = "instantiate"

    values: Mapping[Variable, Value]

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        general, *proofs = uses
        instance, given = general.relation.instance(self.values)
        facts = known(uses)
        for variable, value in self.values.items():
            if isinstance(value, Entries):
                generic = generic_indices(value.indices)
                check_defined(substitute(value.body, generic), facts)
            elif place_domain(value) is None or not isinstance(variable, Index):
                check_defined(value, facts)
        for needed in given:
            if not _discharged(needed, proofs, facts):
                raise DerivationError(f"expected a proof of the side condition `{needed}`, found none")
        require_op(instance.op, relation)
        if not is_identity(relation.difference, instance.difference, facts.positive):
            raise DerivationError(f"expected the instance `{instance}`")
        return NORMAL_FORM


def _discharged(needed: Relation, proofs: Iterable[Step], facts: Facts) -> bool:
    if any(needed.same_as(step.relation) for step in proofs) or facts.proves(needed):
        return True
    generic = generic_indices(needed.bound)
    if needed.op != "=" or len(generic) < len(needed.bound) or needed.given:
        return False
    return is_identity(substitute(needed.lhs, generic), substitute(needed.rhs, generic), facts.positive)


@dataclasses.dataclass(frozen=True, slots=True)
class SumOver(Rule):
    """From l(a) op r(a) for arbitrary a: sum_a l(a) op sum_a r(a). The index set is finite and not empty."""

    name: ClassVar[str] = "sum over an index"

    index: Index

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        pointwise, *facts = uses
        summand = pointwise.relation
        if summand.bound:
            summand, _ = summand.instance({variable: self.index for variable in summand.bound})
            if len(pointwise.relation.bound) > 1 or pointwise.relation.given or self.index in pointwise.relation.free:
                raise DerivationError(f"expected a relation for all {self.index} alone, found `{pointwise.relation}`")
        else:
            require_generic((self.index,), pointwise.assumptions)
        require_plain(relation)
        require_op(summand.op, relation)
        for side, whole in ((summand.lhs, relation.lhs), (summand.rhs, relation.rhs)):
            if not is_identity(Total(side, self.index), whole, known(facts).positive):
                raise DerivationError(f"expected the sum of {side} over {self.index}, found {whole}")
        return NORMAL_FORM


@dataclasses.dataclass(frozen=True, slots=True)
class Cases(Rule):
    """The relation, proved in each of two cases that leave nothing out.

    Either the cases are x <= y or x < y, and y <= x; or x = 0 and y = 0 where a third step used says x y = 0.
    """

    name: ClassVar[str] = "case split"

    first: Relation
    second: Relation

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        if len(uses) not in (2, 3):
            raise DerivationError(
                f"expected one step a case and perhaps a product that vanishes, found {len(uses)} steps"
            )
        require_plain(self.first, self.second)
        for step in uses[:2]:
            require_op(step.relation.op, relation)
            weakened = dataclasses.replace(step.relation, op=relation.op)
            if not relation.same_as(weakened):
                raise DerivationError(f"expected `{relation}` in each case, found `{step.relation}`")
        if not self._exhaustive(uses[2:]):
            raise DerivationError(f"expected cases that leave nothing out, found `{self.first}` and `{self.second}`")
        return Exact(certificate="the cases are exhaustive")

    def _exhaustive(self, product: tuple[Step, ...]) -> bool:
        if not product:
            other = dataclasses.replace(self.first, op=self.second.op, lhs=self.first.rhs, rhs=self.first.lhs)
            return (
                "=" not in (self.first.op, self.second.op)
                and "<=" in (self.first.op, self.second.op)
                and (self.second.same_as(other))
            )
        vanishing = equal(self.first.difference * self.second.difference, 0)
        return self.first.op == self.second.op == "=" and vanishing.same_as(product[0].relation)

    def assumptions(self, relation: Relation, uses: tuple[Step, ...]) -> Assumptions:
        first, second, *rest = uses
        return union(
            (
                without(first.assumptions, (self.first,)),
                without(second.assumptions, (self.second,)),
                *(step.assumptions for step in rest),
            )
        )

    def keeps_defined(self, relation: Relation, uses: tuple[Step, ...]) -> bool:
        return all(relation == dataclasses.replace(step.relation, op=relation.op) for step in uses[:2])
