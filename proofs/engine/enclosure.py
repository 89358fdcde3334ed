"""Signs, monotonicity and convexity of elementary expressions on boxes, proved by interval arithmetic.

A box is proved in one of these ways, and otherwise halved (branch and bound):
- the enclosure of the expression, or its mean value form f(m) + sum_i d_i f(X) (X_i - m_i), has the sign;
- f is monotone in a variable (its derivative, exact, has a sign by the same means): only the face where f is least is
  left, a limit if that face is at infinity;
- f is a product (factors proposed by sympy, multiplied out again exactly): the signs of the factors are proved; this
  and the faces settle expressions that touch zero;
- f is convex and exactly zero together with its gradient at a rational point of the box.
Before anything else the expression is shown to be defined on the whole box. Unbounded ends need no other machinery:
natural extension and limits at infinity are part of the interval arithmetic, and dominance (exp(x) >= 1 + x) follows
from the signs of derivatives.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import flint
import sympy

from proofs.engine.enclosure_interval import Lambert
from proofs.engine.enclosure_prover import (
    Box,
    End,
    Prover,
    Refuted,
    SignDisproved,
    SignUndecided,
    Stuck,
    principal_minors,
    shown,
)
from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Ball

__all__ = ["SignDisproved", "SignUndecided", "prove_convex", "prove_monotone", "prove_sign"]

ROUNDED_DOWN = 1 - 1e-5  # more than six digits can round up


def prove_sign(
    expression: sympy.Expr,
    box: Mapping[sympy.Symbol, tuple[Any, Any]],
    relation: str,
    *,
    bits: int = 128,
    budget: int = 4000,
) -> Ball:
    """Prove `expression relation 0` on a closed box, relation one of "<=", "<", ">=", ">".

    Ends of the box are ints, Fractions, sympy rationals or infinities (sympy.oo); an infinite end stands for all reals
    beyond the other, not for infinity itself. `budget` bounds the number of boxes looked at.

    Raises `SignDisproved` with a point where the relation fails, `SignUndecided` with the sub-box that is left, and
    `DerivationError` for unknown functions, symbols without a range, and expressions not defined on all of the box.
    """
    if relation not in ("<=", "<", ">=", ">"):
        raise DerivationError(f"sign: expected one of <=, <, >=, >, found {relation!r}")
    expression = sympy.sympify(expression)
    ranges = _ranges(expression, box)
    own = _with_own_lambert(expression)
    oriented = -own if relation.startswith("<") else own
    prover = Prover(budget=budget, bits=bits)
    with flint.ctx.workprec(bits):
        prover.check_defined(expression, ranges)
        try:
            bound = prover.prove(oriented, ranges, strict=len(relation) == 1)
        except Refuted as refuted:
            value = -refuted.value if relation.startswith("<") else refuted.value
            wanted = f"{expression} {relation} 0 on {shown(ranges)}"
            raise SignDisproved(f"sign: expected {wanted}, found {value} at {shown(refuted.point)}") from None
        except Stuck as stuck:
            raise SignUndecided(
                f"sign: {expression} {relation} 0 undecided on {shown(stuck.box)} after {prover.looked_at} boxes at "
                f"{bits} bits (of {shown(ranges)})"
            ) from None
        least = (bound * ROUNDED_DOWN).str(6, radius=False)
    bounded = f"at most -{least}" if relation.startswith("<") else f"at least {least}"
    bounded = bounded if bound > 0 else "shown by factors, faces or limits"
    return Ball(
        enclosure=f"{expression} {relation} 0 on {shown(ranges)}: {bounded}, {prover.looked_at} boxes", bits=bits
    )


def prove_monotone(
    expression: sympy.Expr,
    symbol: sympy.Symbol,
    box: Mapping[sympy.Symbol, tuple[Any, Any]],
    direction: str = "increasing",
    *,
    strict: bool = False,
    bits: int = 128,
    budget: int = 4000,
) -> Ball:
    """Prove that the expression is increasing (or "decreasing") in the symbol on the box, by the derivative's sign.

    `strict` asks for a derivative without zeros. Raises as `prove_sign`.
    """
    if direction not in ("increasing", "decreasing"):
        raise DerivationError(f"monotone: expected increasing or decreasing, found {direction!r}")
    _require_defined(expression, box, bits, budget)
    relation = (">" if direction == "increasing" else "<") + ("" if strict else "=")
    slope = sympy.diff(_with_own_lambert(expression), symbol)
    return prove_sign(slope, box, relation, bits=bits, budget=budget)


def prove_convex(
    expression: sympy.Expr,
    symbols: sympy.Symbol | Sequence[sympy.Symbol],
    box: Mapping[sympy.Symbol, tuple[Any, Any]],
    *,
    bits: int = 128,
    budget: int = 4000,
) -> Ball:
    """Prove that the expression is convex in the symbols jointly: every principal minor of its Hessian is >= 0.

    Raises as `prove_sign`.
    """
    chosen = [symbols] if isinstance(symbols, sympy.Symbol) else list(symbols)
    if not chosen:
        raise DerivationError("convex: expected at least one symbol, found none")
    _require_defined(expression, box, bits, budget)
    minors = principal_minors(_with_own_lambert(expression), chosen)
    proofs = [prove_sign(minor, box, ">=", bits=bits, budget=budget) for minor in minors]
    return Ball(enclosure="; ".join(proof.enclosure for proof in proofs), bits=bits)


def _with_own_lambert(expression: Any) -> Any:
    if any(len(part.args) > 1 for part in expression.atoms(sympy.LambertW)):
        raise DerivationError(f"sign: expected the principal branch of LambertW, found another in {expression}")
    return expression.replace(sympy.LambertW, Lambert)


def _require_defined(
    expression: sympy.Expr, box: Mapping[sympy.Symbol, tuple[Any, Any]], bits: int, budget: int
) -> None:
    with flint.ctx.workprec(bits):
        Prover(budget=budget, bits=bits).check_defined(expression, _ranges(expression, box))


def _ranges(expression: sympy.Expr, box: Mapping[sympy.Symbol, tuple[Any, Any]]) -> Box:
    missing = sorted(str(symbol) for symbol in expression.free_symbols - set(box))
    if missing:
        raise DerivationError(f"sign: expected a range for every symbol, found none for {', '.join(missing)}")
    ranges = {symbol: (_end(low, symbol), _end(high, symbol)) for symbol, (low, high) in box.items()}
    for symbol, (low, high) in ranges.items():
        if low > high or (low == high and isinstance(low, float)):
            raise DerivationError(
                f"sign: expected a range with lower end <= upper end for {symbol}, found {low}, {high}"
            )
    return ranges


def _end(value: Any, symbol: sympy.Symbol) -> End:
    if isinstance(value, sympy.Rational):
        return Fraction(int(value.p), int(value.q))
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return Fraction(value)
    if value in (sympy.oo, -sympy.oo) or value in (math.inf, -math.inf):
        return math.inf if value > 0 else -math.inf
    raise DerivationError(f"sign: expected rational or infinite ends for {symbol}, found {value!r}")
