"""Rules of algebra: identities, rewriting by definitions, chains, combinations with multipliers of proved sign."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import ClassVar

import sympy

from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Evidence, Exact
from proofs.engine.identity import canonical, is_identity
from proofs.engine.positivity import POSITIVE, check_defined
from proofs.engine.relation import Op, Relation
from proofs.engine.rules.assuming import defined_symbol
from proofs.engine.step import Rule, Step, known
from proofs.engine.substitution import Entries, Value, substitute
from proofs.engine.terms import Index, Variable

NORMAL_FORM = Exact(certificate="normal form")
# What a conclusion may be weakened to.
WEAKER: dict[Op, tuple[Op, ...]] = {"=": ("=", "<="), "<": ("<", "<="), "<=": ("<=",)}


def require_op(found: Op, relation: Relation) -> None:
    if relation.op not in WEAKER[found]:
        raise DerivationError(f"expected a relation that follows from {found}, found {relation.op}")


def require_plain(*relations: Relation) -> None:
    for relation in relations:
        if relation.bound:
            raise DerivationError(f"expected relations without a quantifier, found `{relation}`; instantiate it first")


def definitions(uses: Iterable[Step]) -> dict[Variable, Value]:
    """The replacements that the steps of the form symbol = term, or v[a] = term for all a, allow."""
    replacement: dict[Variable, Value] = {}
    for step in uses:
        relation = step.relation
        try:
            symbol = defined_symbol(relation)
        except DerivationError:
            continue
        if isinstance(relation.lhs, sympy.Symbol):
            replacement.setdefault(symbol, relation.rhs)
        else:
            formals = tuple(index for index in relation.bound if isinstance(index, Index))
            replacement.setdefault(symbol, Entries(formals, relation.rhs))
    return replacement


def expand(term: sympy.Expr, replacement: dict[Variable, Value]) -> sympy.Expr:
    """The term with the replacements made until none applies."""
    for _ in range(len(replacement) + 1):
        expanded = substitute(term, replacement)
        if expanded == term:
            return term
        term = expanded
    raise DerivationError(f"expected definitions that end, found a circle through {sorted(map(str, replacement))}")


@dataclasses.dataclass(frozen=True, slots=True)
class Identity(Rule):
    """lhs and rhs have one normal form, once the definitions used are written out."""

    name: ClassVar[str] = "identity"

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        require_plain(relation)
        require_op("=", relation)
        replacement = definitions(uses)
        left, right = (expand(side, replacement) for side in (relation.lhs, relation.rhs))
        if not is_identity(left, right, known(uses).positive):
            raise DerivationError("expected an identity, found different normal forms")
        return NORMAL_FORM


@dataclasses.dataclass(frozen=True, slots=True)
class Rewrite(Rule):
    """The conclusion and the first step used say the same, once the definitions used are written out in both."""

    name: ClassVar[str] = "rewrite by identities"

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        target, *rules = uses
        replacement = definitions(rules)
        require_op(target.relation.op, relation)
        if relation.bound or target.relation.bound:
            if replacement:
                raise DerivationError("expected no quantifier where definitions are written out; instantiate it first")
            if not relation.same_as(target.relation):
                raise DerivationError(f"expected another form of `{target.relation}`")
            return NORMAL_FORM
        left, right = (expand(part.difference, replacement) for part in (relation, target.relation))
        if not is_identity(left, right, known(uses).positive):
            raise DerivationError(f"expected another form of `{target.relation}`, found different normal forms")
        return NORMAL_FORM


@dataclasses.dataclass(frozen=True, slots=True)
class Chain(Rule):
    """l = x0 op x1 op ... op xm = r: transitivity. The links are the steps used, in order."""

    name: ClassVar[str] = "chain"

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        require_plain(relation, *(step.relation for step in uses))
        if not uses:
            raise DerivationError("expected at least one link, found none")
        ops = {step.relation.op for step in uses}
        require_op("<" if "<" in ops else "<=" if "<=" in ops else "=", relation)
        ends = [relation.lhs, *(side for step in uses for side in (step.relation.lhs, step.relation.rhs)), relation.rhs]
        positive = known(uses).positive
        for left, right in zip(ends[::2], ends[1::2], strict=True):
            if not is_identity(left, right, positive):
                raise DerivationError(f"expected links that join, found {left} beside {right}")
        return NORMAL_FORM


@dataclasses.dataclass(frozen=True, slots=True)
class Combine(Rule):
    """rhs - lhs = sum_i m_i (rhs_i - lhs_i) + sum_j t_j, with m_i >= 0 on inequalities and t_j >= 0.

    The multipliers belong to the first steps used, in order; the steps after them are facts for the signs, and
    definitions that are written out before the identity is decided. `plus` are the terms t_j.
    """

    name: ClassVar[str] = "combine with multipliers of proved sign"

    multipliers: tuple[sympy.Expr | int, ...]
    plus: tuple[sympy.Expr | int, ...] = ()

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        if len(uses) < len(self.multipliers):
            raise DerivationError(f"expected {len(self.multipliers)} steps to combine, found {len(uses)}")
        premises = [step.relation for step in uses[: len(self.multipliers)]]
        require_plain(relation, *premises)
        facts = known(uses)
        total = sympy.Integer(0)
        equality, strict = not self.plus, False
        for multiplier, premise in zip(map(sympy.sympify, self.multipliers), premises, strict=True):
            check_defined(multiplier, facts)
            if premise.op != "=":
                equality = False
                signs = facts.sign(multiplier)
                if not signs <= {0, 1}:
                    raise DerivationError(
                        f"expected a proof that the factor {multiplier} of `{premise}` is nonnegative"
                    )
                strict |= premise.op == "<" and signs <= POSITIVE
            total += multiplier * premise.difference
        for term in map(sympy.sympify, self.plus):
            check_defined(term, facts)
            signs = facts.sign(term)
            if not signs <= {0, 1}:
                raise DerivationError(f"expected a proof that the term {term} is nonnegative")
            strict |= signs <= POSITIVE
            total += term
        require_op("=" if equality else "<" if strict else "<=", relation)
        replacement = definitions(uses[len(self.multipliers) :])
        left, right = expand(relation.difference, replacement), expand(total, replacement)
        if not is_identity(left, right, facts.positive):
            rest = canonical(left - right, facts.positive)
            raise DerivationError(f"expected rhs - lhs to be the combination, found it off by {rest}")
        return NORMAL_FORM


@dataclasses.dataclass(frozen=True, slots=True)
class Evident(Rule):
    """The sign of rhs - lhs follows from its structure and the facts used."""

    name: ClassVar[str] = "sign of a term"

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        if not known(uses).proves(relation):
            raise DerivationError("expected a sign that follows from structure and facts, found no proof")
        return Exact(certificate="sign of each factor")


@dataclasses.dataclass(frozen=True, slots=True)
class Antisymmetry(Rule):
    """x <= y and y <= x: x = y."""

    name: ClassVar[str] = "antisymmetry"

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        require_plain(relation, *(step.relation for step in uses))
        require_op("=", relation)
        forth = dataclasses.replace(relation, op="<=")
        back = dataclasses.replace(relation, op="<=", lhs=relation.rhs, rhs=relation.lhs)
        for needed in (forth, back):
            if not any(step.relation.op != "<" and needed.same_as(_weak(step.relation)) for step in uses):
                raise DerivationError(f"expected a step that says `{needed}`")
        return NORMAL_FORM


def _weak(relation: Relation) -> Relation:
    return dataclasses.replace(relation, op="<=")
