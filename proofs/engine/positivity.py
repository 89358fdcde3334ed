"""A small, sound prover of signs, and of the definedness of terms.

The sign of a term is a set of possible signs, computed from its structure and narrowed by known facts: a fact that is a
rational multiple of the term or of one of its factors, or a linear combination of up to two facts. It searches little
and assumes nothing: all signs possible means "not proved", never "false".
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

import sympy
from sympy.tensor.indexed import Indexed

from proofs.engine.errors import DerivationError
from proofs.engine.identity import is_identity, normal_form, obviously_positive
from proofs.engine.relation import Relation
from proofs.engine.substitution import free_variables, generic_index, generic_indices, open_binder, rename, substitute
from proofs.engine.terms import Binder, Extremum, Index, IndexSet, Iverson, Signum, Size, Total, XLogX

Signs: TypeAlias = frozenset[int]

ANY: Signs = frozenset({-1, 0, 1})
NONNEGATIVE: Signs = frozenset({0, 1})
POSITIVE: Signs = frozenset({1})
ZERO: Signs = frozenset({0})
OF_RELATION: dict[str, Signs] = {"=": ZERO, "<=": NONNEGATIVE, "<": POSITIVE}


def _product(left: Signs, right: Signs) -> Signs:
    return frozenset(a * b for a in left for b in right)


def _sum(left: Signs, right: Signs) -> Signs:
    signs: set[int] = set()
    for a, b in itertools.product(left, right):
        signs |= ANY if a * b < 0 else {max(a, b) if a + b >= 0 else -1}
    return frozenset(signs)


def _power(base: Signs, exponent: sympy.Rational) -> Signs:
    if exponent < 0:
        base = base - {0} or ANY  # undefined: nothing is known
    if exponent.q != 1:
        return base & NONNEGATIVE or ANY
    return frozenset(a * a for a in base) if int(exponent) % 2 == 0 else base


class Facts:
    """What is known: relations that hold, quantified over indices at most; others are ignored."""

    def __init__(self, relations: Iterable[Relation] = ()) -> None:
        self.relations = tuple(relation for relation in relations if _is_simple(relation))
        self._known: dict[tuple[sympy.Expr, int], Signs] = {}
        bound: list[Any] = [variable for relation in self.relations for variable in relation.bound]
        self._witnesses = [_witness(domain) for domain in {index.domain: None for index in bound}]

    def sign(self, term: sympy.Expr, fuel: int = 2) -> Signs:
        """The signs the term can have wherever it is defined; `fuel` bounds the facts that are combined."""
        key = (term, fuel)
        if key not in self._known:
            self._known[key] = ANY  # what a question that leads back to itself is answered
            self._known[key] = self._sign(term, fuel)
        return self._known[key]

    def positive(self, term: sympy.Expr) -> bool:
        return self.sign(term) <= POSITIVE

    def nonnegative(self, term: sympy.Expr) -> bool:
        return self.sign(term) <= NONNEGATIVE

    def nonzero(self, term: sympy.Expr) -> bool:
        return 0 not in self.sign(term)

    def proves(self, relation: Relation) -> bool:
        """True where the sign of rhs - lhs, at generic values of the bound indices, proves the relation."""
        if not _is_simple(relation):
            return False
        generic = generic_indices(relation.bound)
        return self.sign(substitute(relation.difference, generic)) <= OF_RELATION[relation.op]

    def _sign(self, term: sympy.Expr, fuel: int) -> Signs:
        signs = self._structure(term, fuel)
        if len(signs) == 1:
            return signs
        form = normal_form(term)
        if form.is_zero:
            return ZERO
        product = POSITIVE
        for factor, exponent in form.factors():
            product = _product(product, _power(self._factor(factor, fuel), sympy.Integer(exponent)))
        return signs & product

    def _factor(self, factor: sympy.Expr, fuel: int) -> Signs:
        """The sign of a factor: from its structure, and as a multiple of a fact plus a rest of known sign."""
        signs = self._structure(factor, fuel)
        if len(signs) == 1:
            return signs
        terms = _terms(factor)
        for other, known in self._polynomials(factor):
            for monomial in (m for m in terms if m in other):
                times = terms[monomial] / other[monomial]
                rest = {
                    m: terms.get(m, 0) - times * other.get(m, 0)
                    for m in (*terms, *(m for m in other if m not in terms))
                }
                rest = {m: coefficient for m, coefficient in rest.items() if coefficient != 0}
                if not rest:
                    share = ZERO
                elif rest.keys() == {sympy.S.One}:
                    share = frozenset({int(sympy.sign(rest[sympy.S.One]))})
                elif fuel > 0 and len(rest) <= len(terms):
                    share = self.sign(sympy.Add(*(c * m for m, c in rest.items())), fuel - 1)
                else:
                    continue
                signs &= _sum(_product(known, frozenset({int(sympy.sign(times))})), share)
                if len(signs) <= 1:
                    return signs
        return signs

    def _polynomials(self, term: sympy.Expr) -> Iterator[tuple[dict[sympy.Expr, Any], Signs]]:
        """Polynomials of known sign, as coefficients: the facts at the term's indices; its indicators, signs, sizes."""
        free = sorted((variable for variable in free_variables(term) if isinstance(variable, Index)), key=str)
        indices = (*self._witnesses, *free)
        for relation in self.relations:
            formals: tuple[Any, ...] = relation.bound
            choices = [[index for index in indices if index.domain == formal.domain] for formal in formals]
            for chosen in itertools.product(*choices):
                terms = _instance(relation, chosen)
                if terms is not None:
                    yield terms, OF_RELATION[relation.op]
        bounds = [bound for head in sorted(term.atoms(Iverson), key=str) for bound in (head, 1 - head)]
        bounds += [bound for head in sorted(term.atoms(Signum), key=str) for bound in (1 - head, 1 + head)]
        bounds += [size - 1 for size in sorted(term.atoms(Size), key=str)]
        for bound in bounds:
            yield _terms(bound), NONNEGATIVE

    def _structure(self, term: Any, fuel: int) -> Signs:
        match term:
            case sympy.Rational():
                return frozenset({int(sympy.sign(term))})
            case sympy.exp() | Size() | sympy.E:
                return POSITIVE
            case sympy.Add():
                return functools.reduce(_sum, (self.sign(part, fuel) for part in term.args), ZERO)
            case sympy.Mul():
                return functools.reduce(_product, (self.sign(part, fuel) for part in term.args), POSITIVE)
            case sympy.Pow():
                return _power(self.sign(term.base, fuel), term.exp)  # type: ignore[arg-type]  # rational by the language
            case Total():
                signs = self.sign(open_binder(term)[1][0], fuel)
                return ANY if {-1, 1} <= signs else signs  # terms of both signs may cancel
            case Extremum():
                return self.sign(open_binder(term)[1][0], fuel)
            case sympy.Abs():
                return frozenset(a * a for a in self.sign(term.args[0], fuel))  # type: ignore[arg-type]  # sympy's stubs
            case sympy.log():
                return self.sign(term.args[0] - 1, fuel)  # type: ignore[operator]  # sympy's stubs
            case sympy.LambertW():
                inner = self.sign(term.args[0], fuel)  # type: ignore[arg-type]  # sympy's stubs
                return inner if inner <= NONNEGATIVE else ANY
            case sympy.tanh():
                return self.sign(term.args[0], fuel)  # type: ignore[arg-type]  # sympy's stubs
            case Iverson():
                return NONNEGATIVE
            case Signum():
                return frozenset({-1, 1})
        return ANY


@functools.cache
def _witness(domain: IndexSet) -> Index:
    """An element of which nothing is known but that it is there: index sets are not empty."""
    return generic_index(Index("witness", domain))


@functools.lru_cache(maxsize=65536)
def _instance(relation: Relation, chosen: tuple[Index, ...]) -> dict[sympy.Expr, Any] | None:
    """rhs - lhs at the chosen indices times its denominator, where that is obviously positive; None of 0 = 0."""
    form = normal_form(substitute(relation.difference, dict(zip(relation.bound, chosen, strict=True))))
    useful = not form.is_zero and obviously_positive(form.term(form.denominator))
    return _terms(form.term(form.numerator)) if useful else None


def _is_simple(relation: Relation) -> bool:
    return (
        type(relation) is Relation
        and not relation.given
        and all(isinstance(variable, Index) for variable in relation.bound)
    )


def _attaining(where: Any, index: Index) -> bool:
    """Whether the condition says that an extremum over the whole index set is attained here: somewhere it is."""
    if type(where) is not Iverson:
        return False
    sides: tuple[Any, ...] = where.args
    for value, extremum in itertools.permutations(sides):
        if isinstance(extremum, Extremum) and extremum.index.domain == index.domain and extremum.args[2] == 1:
            if index not in free_variables(extremum) and is_identity(
                rename(extremum.args[0], extremum.index, index), value
            ):
                return True
    return False


def _terms(polynomial: sympy.Expr) -> dict[sympy.Expr, Any]:
    return dict(sympy.expand_mul(polynomial).as_coefficients_dict())


def needs_proof(term: Any) -> bool:
    """Whether the outermost operation is not defined everywhere: quotients, roots, log, W, x log x, partial extrema."""
    match term:
        case sympy.Pow():
            return term.exp.q != 1 or term.exp < 0  # type: ignore[union-attr]  # rational by the language
        case Extremum():
            return term.args[2] != 1
    return isinstance(term, sympy.log | sympy.LambertW | XLogX)


def check_defined(term: Any, facts: Facts) -> None:
    """Raise `DerivationError` unless the term is defined wherever the facts hold.

    Denominators are proved nonzero, arguments of log positive, of even roots, W and x log x nonnegative; a maximum or
    minimum over a part of an index set is proved to have something to run over.
    """
    if isinstance(term, Binder):
        index, parts = open_binder(term)
        for part in parts:
            check_defined(part, facts)
        if isinstance(term, Extremum) and parts[1] != 1:
            where = parts[1]
            if not is_identity(where**2, where):
                raise DerivationError(f"expected a condition worth 0 or 1, found {term.args[2]}")
            if not _attaining(where, index) and not facts.positive(Total(where, index)):
                raise DerivationError(f"expected a proof that {term.args[2]} is 1 somewhere, so that {term} is defined")
        return
    for part in term.args:
        if isinstance(part, sympy.Expr) and not isinstance(part, sympy.Symbol | Indexed):
            check_defined(part, facts)
    match term:
        case sympy.Pow():
            needed = ANY if term.exp.q == 1 else NONNEGATIVE  # type: ignore[attr-defined]  # sympy's stubs
            needed = needed - {0} if term.exp < 0 else needed
            argument: Any = term.base
        case sympy.log():
            needed, argument = POSITIVE, term.args[0]
        case sympy.LambertW() | XLogX():
            needed, argument = NONNEGATIVE, term.args[0]
        case _:
            return
    if not facts.sign(argument) <= needed:
        wanted = {frozenset({-1, 1}): "nonzero", POSITIVE: "positive", NONNEGATIVE: "nonnegative", ANY: "real"}[needed]
        raise DerivationError(f"expected a proof that {argument} is {wanted}, so that {term} is defined")
