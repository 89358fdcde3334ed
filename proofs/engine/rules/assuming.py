"""What needs no proof: hypotheses, definitions, and the choice of an index where an extremum is attained."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import sympy
from sympy.tensor.indexed import Indexed

from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Evidence, Exact
from proofs.engine.identity import is_identity
from proofs.engine.relation import Relation
from proofs.engine.step import Assumption, Assumptions, Rule, Step, union
from proofs.engine.substitution import free_variables, rename
from proofs.engine.terms import Extremum, Index, Moment, Size, Variable

CHOICE = "choice of "  # begins the name of an assumption that fixes an index


@dataclasses.dataclass(frozen=True, slots=True)
class Hypothesis(Rule):
    """The relation is assumed. Steps used serve to show that its sides are defined."""

    name: ClassVar[str] = "hypothesis"

    label: str

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        return Exact(certificate="assumed")

    def assumptions(self, relation: Relation, uses: tuple[Step, ...]) -> Assumptions:
        return union((*(step.assumptions for step in uses), (Assumption(name=self.label, relation=relation),)))


@dataclasses.dataclass(frozen=True, slots=True)
class Definition(Rule):
    """symbol = term, or v[a] = term for all a, for a symbol or vector that the term does not contain."""

    name: ClassVar[str] = "definition"

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        symbol = defined_symbol(relation)
        if symbol in free_variables(relation.rhs):
            raise DerivationError(f"expected a definition of {symbol} by other symbols, found it on the right")
        free = free_variables(relation.rhs) - {*relation.bound}
        extra = [index for index in free if isinstance(index, Index) and not isinstance(index, Moment)]
        if extra:
            raise DerivationError(f"expected a definition of {symbol} without free indices, found {extra[0]}")
        return Exact(certificate="definition")

    def assumptions(self, relation: Relation, uses: tuple[Step, ...]) -> Assumptions:
        resting = union(step.assumptions for step in uses)
        made = Assumption(name=str(defined_symbol(relation)), relation=relation, kind="definition", resting=resting)
        return union((resting, (made,)))


def defined_symbol(relation: Relation) -> Variable:
    """The scalar or vector that an equation symbol = term, or v[a, ...] = term for all a, ..., defines."""
    if relation.op == "=" and not relation.given:
        lhs = relation.lhs
        if isinstance(lhs, sympy.Symbol) and not isinstance(lhs, Size) and not relation.bound:
            return lhs
        if isinstance(lhs, Indexed) and tuple(lhs.indices) == relation.bound:
            return lhs.base
    raise DerivationError(f"expected symbol = term, or v[a] = term for all a, found `{relation}`")


@dataclasses.dataclass(frozen=True, slots=True)
class Choice(Rule):
    """f[star] = max f (or min f) for a new index star: over a finite, nonempty set an extremum is attained."""

    name: ClassVar[str] = "an extremum is attained"

    star: Index

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        extremum = relation.rhs
        if not isinstance(extremum, Extremum) or relation.op != "=" or relation.bound or extremum.args[2] != 1:
            raise DerivationError("expected f[star] = max f or min f over a whole index set")
        if self.star in free_variables(extremum) or self.star.domain != extremum.index.domain:
            raise DerivationError(f"expected {self.star} new, and over the index set of the extremum")
        if not is_identity(relation.lhs, rename(extremum.args[0], extremum.index, self.star)):
            raise DerivationError(f"expected the extremum's body at {self.star} on the left")
        return Exact(certificate="finite nonempty index set")

    def assumptions(self, relation: Relation, uses: tuple[Step, ...]) -> Assumptions:
        resting = union(step.assumptions for step in uses)
        made = Assumption(name=f"{CHOICE}{self.star}", relation=relation, kind="choice", resting=resting)
        return union((resting, (made,)))


def meaning(assumption: Assumption) -> tuple[Variable, frozenset[Variable]]:
    """The symbol or index that a definition or a choice fixes, and the variables it is made of."""
    relation = assumption.relation
    if assumption.kind == "definition":
        symbol = defined_symbol(relation)
        return symbol, relation.free - {symbol}
    extremum: Any = relation.rhs
    return Index(assumption.name.removeprefix(CHOICE), extremum.index.domain), free_variables(extremum)


@dataclasses.dataclass(frozen=True, slots=True)
class Discard(Rule):
    """A relation that does not mention a defined symbol, or a chosen index, holds without the definition.

    What the definition needs to make sense must still be assumed, so that a value of the symbol exists.
    """

    name: ClassVar[str] = "discard a definition"

    symbol: Variable

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        (proved,) = uses
        if not relation.same_as(proved.relation):
            raise DerivationError(f"expected `{proved.relation}`")
        discarded, kept = self._split(proved)
        if len(discarded) != 1:
            raise DerivationError(f"expected {self.symbol} defined or chosen once, found {len(discarded)} times")
        if self.symbol in relation.free or any(self.symbol in other.relation.free for other in kept):
            raise DerivationError(f"expected {self.symbol} to occur in its definition alone")
        (definition,) = discarded
        for needed in definition.resting:
            if not any(needed.same_as(other) for other in kept):
                raise DerivationError(f"expected `{needed.relation}` still assumed, as the definition needs it")
        return Exact(certificate="a value of the symbol exists")

    def _split(self, proved: Step) -> tuple[Assumptions, Assumptions]:
        fixing = [a for a in proved.assumptions if a.kind != "hypothesis" and meaning(a)[0] == self.symbol]
        return tuple(fixing), tuple(a for a in proved.assumptions if a not in fixing)

    def assumptions(self, relation: Relation, uses: tuple[Step, ...]) -> Assumptions:
        return self._split(uses[0])[1]

    def keeps_defined(self, relation: Relation, uses: tuple[Step, ...]) -> bool:
        return relation == uses[0].relation
