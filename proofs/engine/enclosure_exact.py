"""Exact arithmetic behind enclosures: when is an expression zero, and how does it factor.

Expressions are written as sums of power products with rational coefficients: products of atoms to rational powers.
Atoms are symbols, primes (so that sqrt(12) is 2 sqrt(3)), exponentials of single terms (so that exp(2x) is exp(x)^2)
and, unopened, everything else. The empty sum is zero; an expression that is not shown to be zero may still be.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, cast

import flint
import sympy
from sympy.polys.rings import sring

PowerProduct = frozenset[tuple[Any, Fraction]]  # atoms, each once, with their exponents, none zero
Combination = dict[PowerProduct, Fraction]
UNIT: PowerProduct = frozenset()
MOST_TERMS = 2000
# Factoring over number fields takes minutes where radicals are many or large.
MOST_RADICALS = 2
LARGEST_RADICAND = 1000
LARGEST_DEGREE = 12
MOST_FACTORED_TERMS = 300


def is_zero(expression: sympy.Expr) -> bool:
    """True where the expression is shown to vanish identically, wherever it is defined."""
    fraction = _fraction(expression)
    return fraction is not None and not fraction[0]


def factored(expression: sympy.Expr) -> tuple[Fraction, list[tuple[sympy.Expr, int]]]:
    """A rational constant and factors with integer exponents whose product is the expression.

    Factors are proposed by flint or sympy; the product is multiplied out again and compared. Where that fails, or
    nothing was found, the expression is its only factor.
    """
    whole = Fraction(1), [(expression, 1)]
    if isinstance(expression, sympy.Rational):
        return Fraction(int(expression.p), int(expression.q)), []
    numerator, denominator = sympy.fraction(sympy.together(expression))
    constant: sympy.Expr = sympy.Integer(1)
    factors: list[tuple[sympy.Expr, int]] = []
    for part, sign in ((numerator, 1), (denominator, -1)):
        proposal = _proposed(part)
        if proposal is None:
            return whole
        coefficient, found = proposal
        product = coefficient * sympy.Mul(*(factor**exponent for factor, exponent in found))
        if not is_zero(sympy.Add(part, -product)):
            return whole
        constant *= coefficient**sign
        factors.extend((factor, sign * exponent) for factor, exponent in found)
    if not is_zero(sympy.Add(expression, -numerator / denominator)):  # together() is sympy's word
        return whole
    if isinstance(constant, sympy.Rational):
        return Fraction(int(constant.p), int(constant.q)), factors
    return Fraction(1), [(constant, 1), *factors]


def _fraction(expression: Any) -> tuple[Combination, Combination] | None:
    """Numerator and denominator as combinations, None where they grow too long. The denominator is not zero."""
    if isinstance(expression, sympy.Add | sympy.Mul):
        parts = [_fraction(argument) for argument in expression.args]
        result = parts[0]
        for part in parts[1:]:
            if result is None or part is None:
                return None
            if max(len(side) for side in result) * max(len(side) for side in part) > MOST_TERMS:
                return None
            above = _multiplied(result[0], part[0])
            if isinstance(expression, sympy.Add):
                same = result[1] == part[1]
                above = dict(result[0]) if same else _multiplied(result[0], part[1])
                for product, coefficient in (part[0] if same else _multiplied(part[0], result[1])).items():
                    _accumulate(above, product, coefficient)
                result = above, result[1] if same else _multiplied(result[1], part[1])
            else:
                result = above, _multiplied(result[1], part[1])
        return result
    if isinstance(expression, sympy.Pow) and isinstance(expression.exp, sympy.Integer):
        base, exponent = _fraction(expression.base), int(expression.exp)
        if base is None or (exponent < 0 and not base[0]):
            return None
        if exponent < 0:
            base, exponent = (base[1], base[0]), -exponent
        result = {UNIT: Fraction(1)}, {UNIT: Fraction(1)}
        for _ in range(exponent):
            if max(len(side) for side in result) * max(len(side) for side in base) > MOST_TERMS:
                return None
            result = _multiplied(result[0], base[0]), _multiplied(result[1], base[1])
        return result
    inner = _expanded(expression)
    return None if inner is None else (inner, {UNIT: Fraction(1)})


def _proposed(part: sympy.Expr) -> tuple[sympy.Expr, list[tuple[sympy.Expr, int]]] | None:
    """Factors over the rationals by flint; over the field of the radicals that occur, which are few, by sympy."""
    radicals = {
        power
        for power in part.atoms(sympy.Pow)
        if power.base.is_Rational and power.exp.is_Rational and not power.exp.is_Integer
    }
    if len(radicals) > MOST_RADICALS or any(power.base > LARGEST_RADICAND for power in radicals):
        return None
    if part.is_number:
        return part, []
    try:
        # Sparse, whereas sympy.Poly is dense: in exp(x) and exp(x / 1000) together there is a power of 1000.
        ring, polynomial = cast(tuple[Any, Any], sring(part))
        degree = max((power for powers in polynomial.itermonoms() for power in powers), default=0)
        if len(polynomial) > MOST_FACTORED_TERMS or not 0 < degree <= LARGEST_DEGREE:
            return None
        if not radicals:
            return _over_rationals(ring, polynomial)
        coefficient, factors = sympy.Poly(part, extension=list(radicals)).factor_list()
        return coefficient, [(factor.as_expr(), int(exponent)) for factor, exponent in factors]
    except (sympy.PolynomialError, NotImplementedError):
        return None


def _over_rationals(ring: Any, polynomial: Any) -> tuple[sympy.Expr, list[tuple[sympy.Expr, int]]] | None:
    if not (ring.domain.is_ZZ or ring.domain.is_QQ):
        return None
    context = flint.fmpq_mpoly_ctx.get([f"x{i}" for i in range(len(ring.symbols))], flint.Ordering.lex)
    terms = {powers: flint.fmpq(int(c.numerator), int(c.denominator)) for powers, c in polynomial.iterterms()}
    coefficient, factors = context.from_dict(terms).factor()
    return _rational(coefficient), [(_written_out(factor, ring.symbols), int(exponent)) for factor, exponent in factors]


def _written_out(factor: Any, symbols: Iterable[sympy.Expr]) -> sympy.Expr:
    terms = factor.to_dict().items()
    return sympy.Add(*(_rational(c) * sympy.Mul(*map(_power_of, symbols, powers)) for powers, c in terms))


def _power_of(symbol: sympy.Expr, power: Any) -> sympy.Expr:
    return symbol ** int(power)


def _rational(value: Any) -> sympy.Rational:
    return sympy.Rational(int(value.p), int(value.q))  # type: ignore[return-value]  # the denominator is not zero


def _expanded(expression: Any) -> Combination | None:
    """The expression as a combination of power products, None where it grows too long."""
    if isinstance(expression, sympy.Rational):
        value = Fraction(int(expression.p), int(expression.q))
        return {UNIT: value} if value else {}
    if isinstance(expression, sympy.Add):
        total: Combination = {}
        for term in expression.args:
            inner = _expanded(term)
            if inner is None:
                return None
            for product, coefficient in inner.items():
                _accumulate(total, product, coefficient)
        return total
    if isinstance(expression, sympy.Mul):
        result: Combination = {UNIT: Fraction(1)}
        for factor in expression.args:
            inner = _expanded(factor)
            if inner is None or len(inner) * len(result) > MOST_TERMS:
                return None
            result = _multiplied(result, inner)
        return result
    if isinstance(expression, sympy.exp):
        return _exponential(expression.args[0])
    if isinstance(expression, sympy.Pow) and isinstance(expression.exp, sympy.Rational):
        return _power(expression.base, Fraction(int(expression.exp.p), int(expression.exp.q)))
    return {frozenset([(expression, Fraction(1))]): Fraction(1)}


def _accumulate(total: Combination, product: PowerProduct, coefficient: Fraction) -> None:
    value = total.get(product, Fraction(0)) + coefficient
    if value:
        total[product] = value
    else:
        total.pop(product, None)


def _multiplied(left: Combination, right: Combination) -> Combination:
    result: Combination = {}
    for first, a in left.items():
        for second, b in right.items():
            product, factor = _normalised((*first, *second))
            _accumulate(result, product, a * b * factor)
    return result


def _normalised(parts: Iterable[tuple[Any, Fraction]]) -> tuple[PowerProduct, Fraction]:
    """Equal atoms gathered; whole powers of primes moved to the coefficient."""
    exponents: dict[sympy.Basic, Fraction] = {}
    for atom, exponent in parts:
        exponents[atom] = exponents.get(atom, Fraction(0)) + exponent
    factor = Fraction(1)
    for atom, exponent in list(exponents.items()):
        if isinstance(atom, sympy.Integer):
            whole = exponent.numerator // exponent.denominator
            factor *= Fraction(int(atom)) ** whole
            exponents[atom] = exponent - whole
    kept = [(atom, exponent) for atom, exponent in exponents.items() if exponent]
    return frozenset(kept), factor


def _exponential(argument: Any) -> Combination:
    """exp of a sum as a product over its terms: exp(c t) = exp(t)^c for rational c."""
    inner = _expanded(argument)
    if inner is None:
        return {frozenset([(sympy.exp(argument), Fraction(1))]): Fraction(1)}
    parts = tuple((sympy.exp(_written(product)), coefficient) for product, coefficient in inner.items())
    product, factor = _normalised(parts)
    return {product: factor}


def _written(product: PowerProduct) -> sympy.Expr:
    return sympy.Mul(*(atom ** sympy.Rational(e.numerator, e.denominator) for atom, e in product))


def _power(base: sympy.Expr, exponent: Fraction) -> Combination | None:
    if exponent.denominator == 1 and exponent > 0:
        inner = _expanded(base)
        if inner is None or len(inner) ** int(exponent) > MOST_TERMS:
            return None
        result: Combination = {UNIT: Fraction(1)}
        for _ in range(int(exponent)):
            result = _multiplied(result, inner)
        return result
    if isinstance(base, sympy.Integer) and base > 0:
        parts = tuple((sympy.Integer(p), exponent * k) for p, k in sympy.factorint(int(base)).items())
        product, factor = _normalised(parts)
        return {product: factor}
    if isinstance(base, sympy.Rational) and base > 0:
        above = _power(sympy.Integer(base.p), exponent)
        below = _power(sympy.Integer(base.q), -exponent)
        return None if above is None or below is None else _multiplied(above, below)
    inner = _expanded(base)
    if exponent.denominator == 1 and inner is not None and len(inner) == 1:
        # (c x^a y^b)^(-k) for an integer k: the factors may be inverted one by one.
        ((product, coefficient),) = inner.items()
        powered, factor = _normalised(tuple((atom, e * exponent) for atom, e in product))
        return {powered: coefficient ** int(exponent) * factor}
    return {frozenset([(base, exponent)]): Fraction(1)}
