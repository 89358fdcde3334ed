"""Terms as numbers: what was derived, evaluated at explicit vectors, to be held against what a solver computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import mpmath
import sympy
from sympy.tensor.indexed import Indexed

from proofs.engine.errors import DerivationError
from proofs.engine.terms import Delta, Index, Iverson, Maximum, Minimum, Signum, Total, XLogX

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
    """The term's value where `values` gives a number for each scalar and a sequence (nested for two indices) for each
    vector by name; the size of an index set is the length of what is indexed by it, or a value of its own.

    Raises `DerivationError` for a missing value.
    """
    with mpmath.workdps(DIGITS):
        return float(mpmath.re(_value(term, values, {})))


def _value(term: Any, values: Mapping[str, Any], at: Mapping[Index, int]) -> Any:
    if isinstance(term, sympy.Rational):
        return mpmath.mpf(int(term.p)) / int(term.q)
    if term is sympy.E:
        return mpmath.e()
    if isinstance(term, sympy.Symbol):
        return _number(_lookup(term.name, values))
    if isinstance(term, Indexed):
        entry = _lookup(str(term.base), values)
        for index in term.indices:
            entry = entry[at[index]]  # type: ignore[index]  # the language allows indices only
        return _number(entry)
    if isinstance(term, Delta):
        indices: tuple[Any, ...] = term.args
        return mpmath.mpf(at[indices[0]] == at[indices[1]])
    if isinstance(term, Total | Maximum | Minimum):
        return _bound(term, values, at)
    parts = [_value(part, values, at) for part in term.args]
    if isinstance(term, sympy.Add):
        return mpmath.fsum(parts)
    if isinstance(term, sympy.Mul):
        return mpmath.fprod(parts)
    if isinstance(term, sympy.Pow):
        return parts[0] ** parts[1]
    if isinstance(term, Iverson):
        return mpmath.mpf(parts[0] == parts[1])
    return _UNARY[term.func](parts[0])


def _bound(term: Any, values: Mapping[str, Any], at: Mapping[Index, int]) -> Any:
    size = int(_lookup(term.index.domain.size.name, values))
    if isinstance(term, Total):
        return mpmath.fsum(_value(term.args[0], values, {**at, term.index: i}) for i in range(size))
    body, _, where = term.args
    inside = [i for i in range(size) if _value(where, values, {**at, term.index: i}) == 1]
    if not inside:
        raise DerivationError(f"expected an element with {where} = 1, found none")
    return (max if isinstance(term, Maximum) else min)(_value(body, values, {**at, term.index: i}) for i in inside)


def _lookup(name: str, values: Mapping[str, Any]) -> Any:
    if name not in values:
        raise DerivationError(f"expected a value of {name}, found values of {', '.join(values) or 'nothing'}")
    return values[name]


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
