"""Terms as numbers: what was derived, evaluated at explicit vectors, to be held against what a solver computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import mpmath
import sympy
from sympy.tensor.indexed import Indexed

from proofs.engine.errors import DerivationError
from proofs.engine.substitution import free_variables
from proofs.engine.terms import Binder, Delta, Index, Iverson, Maximum, Signum, Total, XLogX

DIGITS = 40  # decimal digits of intermediate results; exponents are unbounded, so that no exp overflows

_UNARY: dict[type, Callable[[Any], Any]] = {
    sympy.exp: mpmath.exp,
    sympy.log: mpmath.log,
    sympy.tanh: mpmath.tanh,
    sympy.Abs: abs,
    sympy.LambertW: mpmath.lambertw,
    Signum: lambda x: mpmath.mpf(1) if x >= 0 else mpmath.mpf(-1),
    XLogX: lambda x: x * mpmath.log(x) if x else mpmath.mpf(0),
}


def evaluate(term: sympy.Expr, values: Mapping[str, Any]) -> float:
    """The term's value.

    `values` gives by name a number for each scalar and size, a sequence (nested for two indices) for each vector, and a
    position from 0 for each free index. Raises `DerivationError` for a missing value.
    """
    with mpmath.workdps(DIGITS):
        return float(mpmath.re(_Evaluator(values).value(term, {})))


class _Evaluator:
    """Evaluates terms at fixed values, each sum once for each position of the indices free in it."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._known: dict[tuple[Any, ...], Any] = {}

    def value(self, term: Any, at: Mapping[Index, int]) -> Any:
        if isinstance(term, sympy.Rational):
            return mpmath.mpf(int(term.p)) / int(term.q)
        if term is sympy.E:
            return mpmath.e()
        if isinstance(term, sympy.Symbol):
            return _number(self._lookup(term.name))
        if isinstance(term, Indexed):
            entry = self._lookup(str(term.base))
            for index in term.indices:
                entry = entry[self._position(index, at)]
            return _number(entry)
        if isinstance(term, Delta):
            left, right = (self._position(index, at) for index in term.args)
            return mpmath.mpf(left == right)
        if isinstance(term, Binder):
            free = free_variables(term)
            key = (term, *((index, position) for index, position in at.items() if index in free))
            if key not in self._known:
                self._known[key] = self._bound(term, at)
            return self._known[key]
        parts = [self.value(part, at) for part in term.args]
        if isinstance(term, sympy.Add):
            return mpmath.fsum(parts)
        if isinstance(term, sympy.Mul):
            return mpmath.fprod(parts)
        if isinstance(term, sympy.Pow):
            return parts[0] ** parts[1]
        if isinstance(term, Iverson):
            return mpmath.mpf(parts[0] == parts[1])
        return _UNARY[term.func](parts[0])

    def _bound(self, term: Binder, at: Mapping[Index, int]) -> Any:
        size = int(self._lookup(term.index.domain.size.name))
        places = [{**at, term.index: position} for position in range(size)]
        if isinstance(term, Total):
            return mpmath.fsum(self.value(term.args[0], place) for place in places)
        inside = [place for place in places if self.value(term.args[2], place) == 1]
        if not inside:
            raise DerivationError(f"expected an element with {term.args[2]} = 1, found none")
        return (max if isinstance(term, Maximum) else min)(self.value(term.args[0], place) for place in inside)

    def _position(self, place: Any, at: Mapping[Index, int]) -> int:
        if isinstance(place, Index):
            return at[place] if place in at else int(self._lookup(place.name))
        return sum(self._position(part, at) for part in place.args) if place.args else int(place)

    def _lookup(self, name: str) -> Any:
        if name not in self._values:
            raise DerivationError(f"expected a value of {name}, found values of {', '.join(self._values) or 'nothing'}")
        return self._values[name]


def _number(value: Any) -> Any:
    numerator = getattr(value, "numerator", None)
    if isinstance(numerator, int) and not isinstance(value, int):  # a Fraction, exactly
        return mpmath.mpf(numerator) / value.denominator
    return mpmath.mpf(float(value))


def as_function(
    term: sympy.Expr, arguments: Sequence[str], sizes: Mapping[str, tuple[str, int]]
) -> Callable[..., float]:
    """The term as a function of its arguments, by position or name; `sizes` tell the vector and axis of each size."""

    def function(*positional: Any, **named: Any) -> float:
        values = {**dict(zip(arguments, positional, strict=False)), **named}
        for size, (source, axis) in sizes.items():
            entries = values.get(source)
            for _ in range(axis if entries is not None else 0):
                entries = entries[0]  # type: ignore[index]  # not None
            if entries is not None:
                values.setdefault(size, len(entries))
        return evaluate(term, values)

    function.__doc__ = f"({', '.join(arguments)}) -> {term}"
    return function
