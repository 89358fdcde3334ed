"""Derivatives as defined symbols: what a differential equation of a written-out solution is made of."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import sympy

from proofs.engine.differentiation import derivative
from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Evidence, Exact
from proofs.engine.identity import is_identity
from proofs.engine.relation import Relation
from proofs.engine.rules.algebra import definitions, expand
from proofs.engine.rules.assuming import Definition
from proofs.engine.step import Step, known
from proofs.engine.substitution import free_variables


@dataclasses.dataclass(frozen=True, slots=True)
class Derivative(Definition):
    """symbol = d function / d variable: the symbol names a derivative, which the rule takes.

    Definitions used are written out first, hypotheses are not: they may hold at one value of the variable alone. What
    is left beside the variable is constant; a function that is left constant is refused, as its definition is missing.
    """

    name: ClassVar[str] = "derivative by the rules of the calculus"

    function: sympy.Expr
    variable: sympy.Symbol

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        Definition.check(self, relation, uses)
        meanings = definitions(step for step in uses if isinstance(step.rule, Definition))
        written = expand(self.function, meanings)
        if self.variable in meanings or self.variable not in free_variables(written):
            raise DerivationError(f"expected a function of {self.variable}, found {written}")
        found = derivative(written, self.variable)
        if not is_identity(relation.rhs, found, known(uses).positive):
            raise DerivationError(f"expected the derivative {found}, found {relation.rhs}")
        return Exact(certificate="derivatives by the rules of the calculus")
