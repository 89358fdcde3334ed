"""Enclosures of elementary expressions on boxes, unbounded ones included.

An interval is a pair of exact arbs (or infinities) and stands for the real numbers between them; every operation rounds
its ends outwards, ends found by monotonicity. What is not defined somewhere on the interval has the enclosure of
everything. An interval that is an infinity alone stands for a limit; 0 times infinity then says nothing, whereas on a
set of reals that is merely unbounded it is zero.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import flint
import sympy

from proofs.engine.errors import DerivationError

INFINITY = flint.arb.pos_inf()
ZERO = flint.arb(0)
Ends = tuple["Fraction | float", "Fraction | float"]  # rational, or +-inf


def _down(value: Any) -> Any:
    return -INFINITY if value.is_nan() else value.lower()


def _up(value: Any) -> Any:
    return INFINITY if value.is_nan() else value.upper()


@dataclasses.dataclass(frozen=True, slots=True)
class Interval:
    """The reals between two exact ends."""

    lower: Any  # arb without radius, or -inf
    upper: Any

    @property
    def is_limit(self) -> bool:
        return self.lower == self.upper and not self.lower.is_finite()

    def __add__(self, other: Interval) -> Interval:
        return Interval(_down(self.lower + other.lower), _up(self.upper + other.upper))

    def __neg__(self) -> Interval:
        return Interval(-self.upper, -self.lower)

    def __sub__(self, other: Interval) -> Interval:
        return self + -other

    def times(self, other: Interval, *, limits: bool) -> Interval:
        """The product. With `limits`, unbounded ends may be attained, and then 0 times infinity says nothing."""
        if self.lower >= 0 and other.lower >= 0:
            ends = (self.lower * other.lower, self.upper * other.upper)
        else:
            ends = tuple(a * b for a in (self.lower, self.upper) for b in (other.lower, other.upper))
        if any(end.is_nan() for end in ends) or (limits and self._meets_zero_times_infinity(other)):
            if limits:
                return EVERYTHING
            ends = tuple(ZERO if end.is_nan() else end for end in ends)
        return Interval(min(_down(end) for end in ends), max(_up(end) for end in ends))

    def _meets_zero_times_infinity(self, other: Interval) -> bool:
        return (self.has_zero and not other.is_bounded) or (other.has_zero and not self.is_bounded)

    @property
    def has_zero(self) -> bool:
        return bool(self.lower <= 0) and bool(self.upper >= 0)

    @property
    def is_bounded(self) -> bool:
        return bool(self.lower.is_finite()) and bool(self.upper.is_finite())

    def midpoint(self) -> float:
        return float((self.lower + self.upper) / 2)

    def reciprocal(self) -> Interval:
        if self.lower > 0 or self.upper < 0:
            return Interval(_down(1 / self.upper), _up(1 / self.lower))
        if self.lower == 0 and self.upper > 0:
            return Interval(_down(1 / self.upper), INFINITY)
        if self.upper == 0 and self.lower < 0:
            return Interval(-INFINITY, _up(1 / self.lower))
        return EVERYTHING

    def power(self, exponent: int) -> Interval:
        if exponent < 0:
            return self.power(-exponent).reciprocal()
        if exponent % 2 == 1 or self.lower >= 0:
            return Interval(_down(self.lower**exponent), _up(self.upper**exponent))
        if self.upper <= 0:
            return Interval(_down(self.upper**exponent), _up(self.lower**exponent))
        return Interval(ZERO, max(_up(self.lower**exponent), _up(self.upper**exponent)))

    def rational_power(self, exponent: Fraction) -> Interval:
        """The power of a nonnegative interval."""
        if not self.lower >= 0:
            return EVERYTHING
        if exponent < 0:
            return self.rational_power(-exponent).reciprocal()

        def of(end: Any) -> Any:
            return end if not end.is_finite() else end.root(exponent.denominator) ** exponent.numerator

        return Interval(max(ZERO, _down(of(self.lower))), _up(of(self.upper)))

    def increasing(self, function: Callable[[Any], Any]) -> Interval:
        return Interval(_down(function(self.lower)), _up(function(self.upper)))

    def log(self) -> Interval:
        if not self.lower >= 0:
            return EVERYTHING
        return Interval(-INFINITY if self.lower == 0 else _down(self.lower.log()), _up(self.upper.log()))

    def exp(self) -> Interval:
        return self.increasing(lambda end: end.exp())

    def lambert(self) -> Interval:
        """The principal branch, on [-1/e, oo); -1 at its left end."""
        branch_point = -((-flint.arb(1)).exp())
        if not self.lower >= branch_point.lower():
            return EVERYTHING

        def of(end: Any) -> Any:
            return end if not end.is_finite() else end.lambertw()

        lower = of(self.lower)
        return Interval(flint.arb(-1) if lower.is_nan() else max(flint.arb(-1), _down(lower)), _up(of(self.upper)))

    def cosh(self) -> Interval:
        least = ZERO if self.has_zero else min(abs(self.lower), abs(self.upper))
        return Interval(_down(least.cosh()), _up(max(abs(self.lower), abs(self.upper)).cosh()))

    def __str__(self) -> str:
        return f"[{_shown(self.lower)}, {_shown(self.upper)}]"


EVERYTHING = Interval(-INFINITY, INFINITY)


def _shown(end: Any) -> str:
    return end.str(8, radius=False) if end.is_finite() else ("oo" if end > 0 else "-oo")


def between(ends: Ends) -> Interval:
    """The interval with rational (or infinite) ends, rounded outwards."""
    return Interval(_down(_arb(ends[0])), _up(_arb(ends[1])))


def _arb(end: Fraction | float) -> Any:
    if isinstance(end, float):
        return INFINITY if end > 0 else -INFINITY
    return flint.arb(flint.fmpq(end.numerator, end.denominator))


# Increasing on all of their domain, which is the real line.
_INCREASING: dict[Any, Callable[[Any], Any]] = {
    sympy.exp: lambda end: end.exp(),
    sympy.tanh: lambda end: end.tanh(),
    sympy.sinh: lambda end: end.sinh(),
    sympy.atan: lambda end: end.atan(),
    sympy.asinh: lambda end: end.asinh(),
    sympy.erf: lambda end: end.erf(),
}


class Lambert(sympy.Function):
    """sympy's LambertW with the derivative exp(-W) / (1 + W), which has no removable singularity at 0."""

    @classmethod
    def eval(cls, argument: sympy.Expr) -> sympy.Expr | None:  # type: ignore[override]  # sympy's stub has no arguments
        known = {sympy.Integer(0): 0, sympy.E: 1, -sympy.exp(-1): -1}
        return sympy.Integer(known[argument]) if argument in known else None

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        return sympy.exp(-self) / (1 + self)


_Operation = Callable[[list[Interval], Mapping[sympy.Symbol, Interval], bool], Interval]


class Program:
    """An expression as a list of interval operations, common subexpressions computed once.

    Raises `DerivationError` for anything but rationals, pi, E, symbols, sums, products, powers, exp, log, LambertW,
    tanh, sinh, cosh, atan, asinh and erf.
    """

    def __init__(self, expression: sympy.Expr) -> None:
        self._operations: list[_Operation] = []
        self._place: dict[sympy.Basic, int] = {}
        self._last = self._compile(expression)

    def __call__(self, box: Mapping[sympy.Symbol, Interval]) -> Interval:
        limits = any(interval.is_limit for interval in box.values())
        values: list[Interval] = []
        for operation in self._operations:
            values.append(operation(values, box, limits))
        return values[self._last]

    def _compile(self, expression: sympy.Basic) -> int:
        if expression not in self._place:
            operation = self._operation(expression)
            self._operations.append(operation)
            self._place[expression] = len(self._operations) - 1
        return self._place[expression]

    def _operation(self, expression: sympy.Basic) -> _Operation:
        if isinstance(expression, sympy.Symbol):
            return lambda values, box, limits: box[expression]
        if isinstance(expression, sympy.Rational):
            return _constant(flint.arb(flint.fmpq(int(expression.p), int(expression.q))))
        if expression in (sympy.pi, sympy.E):
            return _constant(flint.arb.pi() if expression == sympy.pi else flint.arb.const_e())
        if isinstance(expression, sympy.Add):
            places = [self._compile(term) for term in expression.args]
            return lambda values, box, limits: _sum([values[i] for i in places])
        if isinstance(expression, sympy.Mul):
            places = [self._compile(factor) for factor in expression.args]
            return lambda values, box, limits: _product([values[i] for i in places], limits)
        if isinstance(expression, sympy.Pow):
            return self._power(expression)
        if isinstance(expression, sympy.Function) and len(expression.args) == 1:
            place = self._compile(expression.args[0])
            head = expression.func
            if head in _INCREASING:
                function = _INCREASING[head]
                return lambda values, box, limits: values[place].increasing(function)
            if head is sympy.log:
                return lambda values, box, limits: values[place].log()
            if head in (Lambert, sympy.LambertW):
                return lambda values, box, limits: values[place].lambert()
            if head is sympy.cosh:
                return lambda values, box, limits: values[place].cosh()
        raise DerivationError(
            "enclosure: expected rationals, symbols, + * **, exp, log, LambertW, tanh, sinh, cosh, atan, asinh or erf, "
            f"found {expression}"
        )

    def _power(self, expression: sympy.Pow) -> _Operation:
        base, exponent = expression.args
        if isinstance(exponent, sympy.Integer):
            place, number = self._compile(base), int(exponent)
            return lambda values, box, limits: values[place].power(number)
        if isinstance(exponent, sympy.Rational):
            place, fraction = self._compile(base), Fraction(int(exponent.p), int(exponent.q))
            return lambda values, box, limits: values[place].rational_power(fraction)
        first, second = self._compile(base), self._compile(exponent)
        return lambda values, box, limits: values[second].times(values[first].log(), limits=limits).exp()


def _constant(value: Any) -> _Operation:
    """Enclosed once, at the precision of compilation."""
    interval = Interval(_down(value), _up(value))
    return lambda values, box, limits: interval


def _sum(terms: list[Interval]) -> Interval:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _product(factors: list[Interval], limits: bool) -> Interval:
    result = factors[0]
    for factor in factors[1:]:
        result = result.times(factor, limits=limits)
    return result
