"""A step: one relation, what it assumes, what it uses, and the rule by which it follows.

A step cannot exist unless its rule confirms it: construction runs the rule. `Step.check` runs it once more and
compares, so that a step whose fields were tampered with is found out.
"""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Iterable
from typing import ClassVar, Literal, TypeAlias

from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Evidence
from proofs.engine.positivity import Facts, check_defined
from proofs.engine.relation import Relation
from proofs.engine.terms import Variable

Kind: TypeAlias = Literal["hypothesis", "definition", "choice"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """A relation a step rests on: a hypothesis, the definition of a symbol, or the choice of an index.

    `resting` are the assumptions under which the term that defines a symbol was proved to be defined.
    """

    name: str
    relation: Relation
    kind: Kind = "hypothesis"
    resting: tuple[Assumption, ...] = ()

    def same_as(self, other: Assumption) -> bool:
        return self.kind == other.kind and self.relation.same_as(other.relation)


Assumptions: TypeAlias = "tuple[Assumption, ...]"


class Rule(abc.ABC):
    """A rule of inference: a frozen record of its parameters that checks conclusions.

    `check` raises `DerivationError` unless the relation holds whenever the relations used and their assumptions do; it
    returns the evidence of what it decided itself. `assumptions` are those the conclusion rests on.
    """

    name: ClassVar[str]

    @abc.abstractmethod
    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence: ...

    def assumptions(self, relation: Relation, uses: tuple[Step, ...]) -> Assumptions:
        return union(step.assumptions for step in uses)

    def keeps_defined(self, relation: Relation, uses: tuple[Step, ...]) -> bool:
        """Whether the conclusion is defined because the steps used are: it has their very sides."""
        return False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """The relation, proved by the rule from the steps used under `assumptions`.

    Raises `DerivationError` naming the relation, the rule and the reason where it does not follow, or where a side of
    the relation is not proved to be defined under the assumptions.
    """

    relation: Relation
    rule: Rule
    uses: tuple[Step, ...] = ()
    reason: str = ""
    assumptions: Assumptions = dataclasses.field(init=False)
    evidence: Evidence = dataclasses.field(init=False)  # of this step alone

    def __post_init__(self) -> None:
        evidence, assumptions = self._follow()
        object.__setattr__(self, "evidence", evidence)
        object.__setattr__(self, "assumptions", assumptions)

    def check(self) -> None:
        """Run the rule again; raise `DerivationError` unless it gives the evidence and assumptions on record."""
        evidence, assumptions = self._follow()
        if evidence != self.evidence or not same_assumptions(assumptions, self.assumptions):
            raise DerivationError(
                f"{self}: expected the evidence and assumptions its rule gives, found others on record"
            )

    def _follow(self) -> tuple[Evidence, Assumptions]:
        try:
            evidence = self.rule.check(self.relation, self.uses)
            assumptions = self.rule.assumptions(self.relation, self.uses)
            if not self.rule.keeps_defined(self.relation, self.uses):
                others = (assumption.relation for assumption in assumptions if assumption.relation != self.relation)
                check_relation_defined(self.relation, (*(step.relation for step in self.uses), *others))
        except DerivationError as error:
            raise DerivationError(f"{self}: {error}") from error
        return evidence, assumptions

    def __str__(self) -> str:
        because = f", {self.reason}" if self.reason else ""
        return f"step `{self.relation}` ({self.rule.name}{because})"


def check_relation_defined(relation: Relation, known: Iterable[Relation]) -> None:
    """Raise unless both sides and all given relations are defined, the latter one after the other.

    The bound variables are arbitrary: of what is known, only what does not speak of them counts.
    """
    about_others = [fact for fact in known if fact.free.isdisjoint(relation.bound)]
    for given in relation.given:
        check_relation_defined(given, about_others)
        about_others.append(given)
    facts = Facts(about_others)
    for side in (relation.lhs, relation.rhs):
        check_defined(side, facts)


def union(assumptions: Iterable[Assumptions]) -> Assumptions:
    """All assumptions, each once; no group holds one twice."""
    found: list[Assumption] = []
    seen: dict[int, Assumption] = {}
    for group in assumptions:
        earlier = tuple(found)
        for assumption in group:
            if id(assumption) not in seen and not any(assumption.same_as(other) for other in earlier):
                found.append(assumption)
            seen[id(assumption)] = assumption
    return tuple(found)


def without(assumptions: Assumptions, relations: Iterable[Relation]) -> Assumptions:
    """The assumptions less those that say one of the relations."""
    relations = tuple(relations)
    return tuple(
        assumption
        for assumption in assumptions
        if not any(assumption.relation.same_as(relation) for relation in relations)
    )


def same_assumptions(left: Assumptions, right: Assumptions) -> bool:
    return len(left) == len(right) and all(any(a.same_as(b) for b in right) for a in left)


def free_in(assumptions: Assumptions) -> frozenset[Variable]:
    """The variables that occur free in an assumption."""
    return frozenset().union(*(assumption.relation.free for assumption in assumptions))


def known(uses: Iterable[Step], *more: Relation) -> Facts:
    """The facts a rule may use: the relations of the steps used and the assumptions they rest on."""
    uses = tuple(uses)
    resting = (assumption.relation for step in uses for assumption in step.assumptions)
    return Facts((*(step.relation for step in uses), *resting, *more))
