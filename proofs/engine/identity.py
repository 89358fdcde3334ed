"""Exact identities: terms as rational functions of generators, decided with python-flint.

Generators are symbols, vector entries, and opaque heads with canonical arguments. Exponentials are multiplicative: the
argument of exp splits into rational multiples of units u, and exp(sum c_i u_i) = prod exp(u_i / L_i)^(c_i L_i). Sums
over an index are linear: factors free of the index leave, [a = b] sifts, the sum of 1 is the size of the set. log
splits over factors known to be positive. Roots, [x = y] and signs are reduced by g^L = base, g^2 = g, g^2 = 1. Terms
with equal normal forms are equal wherever both are defined; different normal forms decide nothing.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, TypeAlias

import sympy
from flint import Ordering, fmpq_mpoly_ctx
from sympy.tensor.indexed import Indexed

from proofs.engine.errors import DerivationError
from proofs.engine.substitution import close_binder, free_variables, open_binder, rename
from proofs.engine.terms import Delta, Extremum, Index, Iverson, Signum, Size, Total, XLogX

Positive: TypeAlias = "Callable[[sympy.Expr], bool]"
Poly: TypeAlias = Any  # flint.fmpq_mpoly
Key: TypeAlias = "tuple[str, sympy.Expr]"  # "atom": the generator itself; "exp": a unit; "root": a compound base


@dataclasses.dataclass(frozen=True, slots=True)
class Form:
    """A reduced fraction of polynomials in generators; `generators` are the terms the variables stand for."""

    numerator: Poly
    denominator: Poly
    generators: tuple[sympy.Expr, ...]

    @property
    def is_zero(self) -> bool:
        return self.numerator.is_zero()

    def term(self, poly: Poly) -> sympy.Expr:
        """The polynomial as a sympy term."""
        return sympy.Add(*(self.monomial(exponents) * _rational(value) for exponents, value in poly.to_dict().items()))

    def monomial(self, exponents: tuple[int, ...]) -> sympy.Expr:
        return sympy.Mul(*(base**power for base, power in zip(self.generators, exponents, strict=True) if power))

    def expression(self) -> sympy.Expr:
        return self.term(self.numerator) / self.term(self.denominator)

    def factors(self) -> Iterator[tuple[sympy.Expr, int]]:
        """The rational content, then the irreducible factors over the rationals with their exponents."""
        for poly, direction in ((self.numerator, 1), (self.denominator, -1)):
            content, parts = poly.factor()
            yield _rational(content), direction
            for part, power in parts:
                yield self.term(part), direction * int(power)


def _rational(value: Any) -> Any:
    """A sympy rational from flint's."""
    return sympy.Rational(int(value.p), int(value.q))


def obviously_positive(term: Any) -> bool:
    """Positive whatever the variables: positive numbers, exp, sizes, and sums, products and totals of those."""
    if isinstance(term, sympy.Rational):
        return bool(term > 0)
    if term is sympy.E or isinstance(term, sympy.exp | Size):
        return True
    if isinstance(term, sympy.Add | sympy.Mul):
        return all(obviously_positive(part) for part in term.args)
    if isinstance(term, sympy.Pow):
        return obviously_positive(term.base)
    return isinstance(term, Total) and obviously_positive(term.args[0])


def is_identity(left: sympy.Expr, right: sympy.Expr, positive: Positive = obviously_positive) -> bool:
    """True where left = right is proved for all values of the variables at which both are defined."""
    return left == right or normal_form(left - right, positive).is_zero


def canonical(term: sympy.Expr, positive: Positive = obviously_positive) -> sympy.Expr:
    """The normal form as a sympy term; bound indices carry canonical names."""
    return normal_form(term, positive).expression()


def normal_form(term: sympy.Expr, positive: Positive = obviously_positive) -> Form:
    """The normal form of a term of the language; `positive` tells which factors log may split over."""
    return _plain_form(term) if positive is obviously_positive else _evaluate(_Reader(positive).read(term))


@functools.lru_cache(maxsize=4096)
def _plain_form(term: sympy.Expr) -> Form:
    return _evaluate(_Reader(obviously_positive).read(term))


# A term is first read into a tree over keyed generators with rational exponents; once all exponents of a key are known,
# its generator is the key's root of the common order L, and the tree is evaluated in one polynomial ring.


@dataclasses.dataclass(frozen=True, slots=True)
class _Sum:
    parts: tuple[_Node, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class _Product:
    parts: tuple[_Node, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class _Power:
    base: _Node
    exponent: int


@dataclasses.dataclass(frozen=True, slots=True)
class _Generator:
    key: Key
    exponent: Fraction
    base: _Node | None = None  # of a root


_Node: TypeAlias = "_Sum | _Product | _Power | _Generator | Fraction"


class _Reader:
    """Reads terms into trees; the arguments of opaque heads are brought to normal form on the way."""

    def __init__(self, positive: Positive) -> None:
        self.positive = positive

    def read(self, term: Any) -> _Node:
        if isinstance(term, sympy.Rational):
            return Fraction(int(term.p), int(term.q))
        if term is sympy.E:
            return self.exponential(sympy.Integer(1))
        if isinstance(term, sympy.Symbol | Indexed):
            return self.atom(term)
        if isinstance(term, sympy.Add):
            return _Sum(tuple(self.read(part) for part in term.args))
        if isinstance(term, sympy.Mul):
            return _Product(tuple(self.read(part) for part in term.args))
        if isinstance(term, sympy.Pow):
            return self.power(term.base, Fraction(int(term.exp.p), int(term.exp.q)))  # type: ignore[union-attr]  # sympy's stubs
        if isinstance(term, sympy.exp):
            return self.exponential(term.args[0])
        if isinstance(term, sympy.tanh):  # (e^u - e^-u) / (e^u + e^-u)
            argument: Any = term.args[0]
            up, down = self.exponential(argument), self.exponential(-argument)
            return _Product((_Sum((up, _Product((Fraction(-1), down)))), _Power(_Sum((up, down)), -1)))
        if isinstance(term, sympy.log):
            return self.logarithm(self.normal(term.args[0]))
        if isinstance(term, sympy.Abs):
            return self.absolute_value(self.normal(term.args[0]))
        if isinstance(term, Total):
            return self.total(term)
        if isinstance(term, Extremum):
            index, parts = open_binder(term)
            body, where = (self.canonical(part) for part in parts)
            return self.atom(close_binder(term.func(body, index, where)))
        if isinstance(term, Delta):
            return self.atom(term)
        if isinstance(term, Iverson | Signum | XLogX | sympy.LambertW):
            head = term.func(*(self.canonical(part) for part in term.args))
            return self.atom(head) if type(head) is type(term) else self.read(head)
        raise DerivationError(f"expected a term of the engine's language, found {term} ({type(term).__name__})")

    def normal(self, term: Any) -> Form:
        return _evaluate(self.read(term))

    def canonical(self, term: Any) -> sympy.Expr:
        return self.normal(term).expression()

    def atom(self, term: sympy.Expr) -> _Node:
        return _Generator(("atom", term), Fraction(1))

    def power(self, base: Any, exponent: Fraction) -> _Node:
        if exponent.denominator == 1:
            return _Power(self.read(base), int(exponent))
        node = self.read(base)
        if isinstance(node, _Generator):
            return _Generator(node.key, node.exponent * exponent, node.base)
        if isinstance(node, Fraction) and node > 0:
            primes = _primes(sympy.Rational(node.numerator, node.denominator)).items()
            return _Product(
                tuple(_Generator(("root", sympy.Integer(p)), exponent * e, Fraction(int(p))) for p, e in primes)
            )
        positive, rest = self.split(self.normal(base))
        parts: list[_Node] = [self.root(factor, exponent * power) for factor, power in positive]
        if rest != 1:
            parts.append(_Generator(("root", rest), exponent, self.read(rest)))
        return _Product(tuple(parts))

    def root(self, factor: Any, exponent: Fraction) -> _Node:
        """A power of a positive factor that is not a product."""
        node = self.read(factor)
        if isinstance(node, Fraction | _Generator) or exponent.denominator == 1:
            return self.power(factor, exponent)
        return _Generator(("root", factor), exponent, node)

    def split(self, form: Form) -> tuple[list[tuple[sympy.Expr, int]], sympy.Expr]:
        """The factors proved positive, with their exponents, and the product of the others."""
        positive: list[tuple[sympy.Expr, int]] = []
        others = sympy.Integer(1)
        for factor, exponent in form.factors():
            if isinstance(factor, sympy.Rational) and factor < 0:
                positive.append((-factor, exponent))
                others = -others
            elif isinstance(factor, sympy.Rational) or self.positive(factor):
                positive.append((factor, exponent))
            else:
                others *= factor**exponent
        return positive, self.canonical(others)

    def exponential(self, argument: Any) -> _Node:
        form = self.normal(argument)
        below = form.term(form.denominator)
        parts: list[_Node] = []
        for exponents, value in form.numerator.to_dict().items():
            unit, times = form.monomial(exponents) / below, Fraction(int(value.p), int(value.q))
            indicator = next((base for base in unit.as_ordered_factors() if isinstance(base, Iverson)), None)
            if isinstance(unit, sympy.log):
                parts.append(self.power(unit.args[0], times))
            elif indicator is not None:  # exp([.] u) = 1 + [.] (exp(u) - 1)
                rest = self.exponential(sympy.Rational(times.numerator, times.denominator) * unit / indicator)
                parts.append(_Sum((Fraction(1), _Product((self.atom(indicator), _Sum((rest, Fraction(-1))))))))
            else:
                parts.append(_Generator(("exp", unit), times))
        return _Product(tuple(parts))

    def logarithm(self, form: Form) -> _Node:
        """log c + sum e_i log f_i over the factors proved positive; the others stay together under one log."""
        positive, rest = self.split(form)
        parts: list[_Node] = []
        for factor, exponent in positive:
            if isinstance(factor, sympy.Rational):
                for prime, power in _primes(factor).items():
                    parts.append(_Product((Fraction(power * exponent), self.atom(_log(sympy.Integer(prime))))))
            elif isinstance(factor, sympy.exp) or factor is sympy.E:
                argument = factor.args[0] if isinstance(factor, sympy.exp) else sympy.Integer(1)
                parts.append(_Product((Fraction(exponent), self.read(argument))))
            else:
                base, root = factor.as_base_exp()
                times = Fraction(int(root.p), int(root.q)) * exponent  # type: ignore[union-attr]  # sympy's stubs
                parts.append(_Product((times, self.atom(_log(base)))))
        if rest != 1:
            parts.append(self.atom(_log(rest)))
        return _Sum(tuple(parts))

    def absolute_value(self, form: Form) -> _Node:
        """|c f| = c |f| for the product c of the factors proved positive; |-f| = |f|."""
        if form.is_zero:
            return Fraction(0)
        positive, rest = self.split(form)
        parts: list[_Node] = [_Power(self.read(factor), exponent) for factor, exponent in positive]
        if rest not in (1, -1):
            # sympy chooses between f and -f, and chooses anew whenever a bound index is renamed.
            size = sympy.Abs(rest)
            parts.append(self.atom(size) if isinstance(size, sympy.Abs) else self.read(size))
        return _Product(tuple(parts))

    def total(self, term: Total) -> _Node:
        """Linear: what is free of the index leaves the sum, [a = b] replaces a by b, the sum of 1 is the size."""
        index, (body,) = open_binder(term)
        form = self.normal(body)
        outside: list[_Node] = []
        inside: Any = sympy.Integer(1)
        content, parts = form.denominator.factor()
        for part, power in parts:
            factor = form.term(part)
            if index in free_variables(factor):
                inside /= factor ** int(power)
            else:
                outside.append(_Power(self.read(factor), -int(power)))
        outside.append(Fraction(int(content.q), int(content.p)))
        summands: list[_Node] = []
        for exponents, value in form.numerator.to_dict().items():
            free: list[_Node] = [Fraction(int(value.p), int(value.q))]
            bound = inside
            sifted: Index | None = None
            for base, power in zip(form.generators, exponents, strict=True):
                if not power:
                    continue
                if index not in free_variables(base):
                    free.append(_Power(self.read(base), power))
                elif isinstance(base, Delta) and sifted is None:
                    sifted = base.args[0] if base.args[1] == index else base.args[1]  # type: ignore[assignment]  # sympy's stubs
                else:
                    bound *= base**power
            if sifted is not None:
                free.append(self.read(rename(bound, index, sifted)))
            elif bound == 1:
                free.append(self.atom(index.domain.size))
            else:
                free.append(self.atom(close_binder(Total(bound, index))))
            summands.append(_Product(tuple(free)))
        return _Product((*outside, _Sum(tuple(summands))))


def _primes(value: Any) -> dict[int, int]:
    """The prime factorisation of a positive rational."""
    return {int(prime): int(power) for prime, power in sympy.factorrat(value).items()}  # type: ignore[union-attr]  # sympy's stubs


def _log(term: sympy.Expr) -> sympy.Expr:
    return sympy.log(term, evaluate=False)


def _evaluate(node: _Node) -> Form:
    """The tree's value in the polynomial ring of its generators, reduced."""
    orders: dict[Key, int] = {}
    bases: dict[Key, _Node] = {}
    for part in _generators(node):
        orders[part.key] = math.lcm(orders.get(part.key, 1), part.exponent.denominator)
        if part.base is not None:
            bases[part.key] = part.base
    keys = sorted(orders, key=lambda key: (key[0], sympy.default_sort_key(key[1])))
    ring = fmpq_mpoly_ctx.get([f"g{i}" for i in range(len(keys))], Ordering.lex)
    place = {key: (ring.gens()[i], orders[key]) for i, key in enumerate(keys)}
    one = ring.constant(1)

    def value(node: _Node) -> tuple[Poly, Poly]:
        match node:
            case Fraction():
                return ring.constant(node.numerator), ring.constant(node.denominator)
            case _Generator(key=key, exponent=exponent):
                generator, order = place[key]
                power = int(exponent * order)
                return (generator**power, one) if power >= 0 else (one, generator**-power)
            case _Power(base, exponent):
                above, below = value(base)
                if exponent < 0:
                    if above.is_zero():
                        raise DerivationError("expected a nonzero denominator, found one that is identically zero")
                    above, below, exponent = below, above, -exponent
                return above**exponent, below**exponent
            case _Product(parts):
                above, below = one, one
                for up, down in map(value, parts):
                    above, below = _lowest(above * up, below * down)
                return above, below
            case _Sum(parts):
                above, below = ring.constant(0), one
                for up, down in map(value, parts):
                    shared = below.gcd(down)
                    left, right = down / shared, below / shared
                    above, below = above * left + up * right, below * left
                return _lowest(above, below)
        raise AssertionError(node)

    numerator, denominator = value(node)
    generators = tuple(_generator(key, orders[key]) for key in keys)
    for position, key in reversed(list(enumerate(keys))):
        if key in bases:
            relation = (orders[key], *value(bases[key]))
        elif key[0] == "atom" and isinstance(key[1], Signum) and orders[key] == 1:
            relation = (2, one, one)
        elif key[0] == "atom" and isinstance(key[1], Iverson) and orders[key] == 1:
            numerator, denominator = _fold(numerator, position), _fold(denominator, position)
            continue
        else:
            continue
        numerator, denominator = _reduced(numerator, denominator, position, *relation)
    if denominator.is_zero():
        raise DerivationError("expected a nonzero denominator, found one that is identically zero")
    return _drop_unused(*_lowest(numerator, denominator), generators)


def _generators(node: _Node) -> Iterator[_Generator]:
    if isinstance(node, _Generator):
        yield node
        if node.base is not None:
            yield from _generators(node.base)
    elif isinstance(node, _Power):
        yield from _generators(node.base)
    elif isinstance(node, _Sum | _Product):
        for part in node.parts:
            yield from _generators(part)


def _generator(key: Key, order: int) -> sympy.Expr:
    kind, term = key
    return sympy.exp(term / order) if kind == "exp" else term ** sympy.Rational(1, order)


def _lowest(above: Poly, below: Poly) -> tuple[Poly, Poly]:
    if above.is_zero():
        return above, below.context().constant(1)
    shared = above.gcd(below)
    above, below = above / shared, below / shared
    leading = below.leading_coefficient()
    return above / leading, below / leading


def _drop_unused(numerator: Poly, denominator: Poly, generators: tuple[sympy.Expr, ...]) -> Form:
    monomials = [*numerator.to_dict(), *denominator.to_dict()]
    used = [i for i in range(len(generators)) if any(exponents[i] for exponents in monomials)]
    ring = fmpq_mpoly_ctx.get([f"g{i}" for i in range(len(used))], Ordering.lex)

    def moved(poly: Poly) -> Poly:
        return ring.from_dict({tuple(e[i] for i in used): value for e, value in poly.to_dict().items()})

    return Form(moved(numerator), moved(denominator), tuple(generators[i] for i in used))


def _reduced(above: Poly, below: Poly, position: int, order: int, base: Poly, under: Poly) -> tuple[Poly, Poly]:
    """The fraction above / below modulo g^order = base / under, g the generator at the position."""

    def cleared(poly: Poly) -> tuple[Poly, int]:
        """The reduced polynomial times under^k, and k."""
        terms = poly.to_dict()
        top = max((exponents[position] // order for exponents in terms), default=0)
        total = poly.context().constant(0)
        for exponents, value in terms.items():
            times, rest = divmod(exponents[position], order)
            kept = (*exponents[:position], rest, *exponents[position + 1 :])
            total += poly.context().from_dict({kept: value}) * base**times * under ** (top - times)
        return total, top

    (up, up_power), (down, down_power) = cleared(above), cleared(below)
    return up * under**down_power, down * under**up_power


def _fold(poly: Poly, position: int) -> Poly:
    """The polynomial modulo g^2 = g."""
    total = poly.context().constant(0)
    for exponents, value in poly.to_dict().items():
        kept = (*exponents[:position], min(exponents[position], 1), *exponents[position + 1 :])
        total += poly.context().from_dict({kept: value})
    return total
