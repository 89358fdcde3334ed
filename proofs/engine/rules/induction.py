"""Induction over the natural numbers."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import sympy

from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Evidence, Exact
from proofs.engine.relation import Relation
from proofs.engine.rules.quantifiers import require_generic
from proofs.engine.step import Assumptions, Rule, Step, union
from proofs.engine.terms import NATURALS, Index


@dataclasses.dataclass(frozen=True, slots=True)
class Induction(Rule):
    """From P(0), and from P(t + 1) for arbitrary t under the hypothesis P(t): P(t) for all natural numbers t.

    The first step used says P(0), the second P(t + 1); of t nothing may be assumed but P(t). Where P(t) is not assumed
    this is the case split into zero and a successor.
    """

    name: ClassVar[str] = "induction"

    claim: Relation  # P(t)
    index: Index  # t

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        if len(uses) != 2:
            raise DerivationError(f"expected the steps for 0 and for {self.index} + 1, found {len(uses)} steps")
        if self.index.domain != NATURALS:
            raise DerivationError(f"expected an index of the natural numbers, found {self.index}")
        for step, place in zip(uses, (sympy.Integer(0), self.index + 1), strict=True):
            needed = self.claim.substitute({self.index: place})
            if not needed.same_as(step.relation):
                raise DerivationError(f"expected a step that says `{needed}`, found `{step.relation}`")
        require_generic((self.index,), self.assumptions(relation, uses))
        if not relation.same_as(self.claim.for_all(self.index)):
            raise DerivationError(f"expected `{self.claim}` for all {self.index}")
        return Exact(certificate="induction over the natural numbers")

    def assumptions(self, relation: Relation, uses: tuple[Step, ...]) -> Assumptions:
        start, following = uses
        rest = (a for a in following.assumptions if a.kind != "hypothesis" or not a.relation.same_as(self.claim))
        return union((start.assumptions, tuple(rest)))
