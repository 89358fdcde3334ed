"""Deciding a relation on one exact game: rationals exactly, transcendental nodes in balls of rising precision.

A node of the tree is a Fraction as long as everything below it is rational, so claims about rational concepts are
decided without any rounding. Elsewhere it is a ball of flint (arb), which encloses the true number.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal

from flint import arb, ctx, fmpq

from games.core import Game
from games.errors import shown
from verify.exact.errors import CertificateError
from verify.exact.facts import Value, check
from verify.terms import Relation, Term

Answer = Literal["holds", "tie", "violated", "undecided"]
Fact = dict[str, Any]
Prove = Callable[[str, Game], Fact]

BITS = 128
"""Bits of the first attempt."""

MAX_BITS = 256
"""Bits of the last attempt; what balls of this precision do not separate is a tie or stays undecided."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a relation comes to on one exact game.

    outcome   holds; tie (the sides of "<=" are equal, or two balls that no precision up to the limit separates);
              violated; undecided (the balls are too wide, or a side is not a finite number)
    lhs, rhs  Fractions, or balls that enclose the sides
    bits      the precision of the balls, 0 where both sides are rational
    facts     one checked fact a concept, in the order of appearance
    """

    outcome: Answer
    lhs: Value
    rhs: Value
    bits: int
    facts: tuple[Fact, ...]

    @property
    def is_rational(self) -> bool:
        return self.bits == 0


def decide(
    relation: Relation,
    game: Game,
    *,
    bits: int = BITS,
    max_bits: int = MAX_BITS,
    facts: Sequence[Fact] | None = None,
    prove: Prove | None = None,
) -> Decision:
    """Decide `relation` on the single exact game `game`.

    `facts` are the facts to rely on, one for each concept; without them `prove(name, game)` is asked for each (in
    verify, `verify.vocabulary.prove`), and without that the checkers must do alone. Every fact is checked here, whoever
    wrote it. The precision doubles from `bits` to `max_bits` until the sides are apart.

    Two balls that still overlap at `max_bits` are a tie if the radius of their difference is at most 2^(-max_bits/2)
    times the largest of |lhs|, |rhs| and min(1, the least nonzero |entry| of the game): with 256 bits some 10^38 times
    less than the sides, and far below the error of any float. Everything else is undecided. A tie between balls is
    support for equality, never a proof of it.

    Raises `CertificateError` where a fact does not check, or a term has no value: division by zero, the logarithm of a
    rational that is not positive.
    """
    if not game.is_exact or game.batch_shape:
        raise CertificateError(f"decide: expected a single exact game, found batch shape {game.batch_shape} of floats")
    if facts is None:
        facts = [prove(name, game) if prove else {"concept": name} for name in relation.concepts()]
    used = tuple(_fact_of(name, facts) for name in relation.concepts())
    while True:
        with ctx.workprec(bits):
            values = {fact["concept"]: check(game, fact, bits) for fact in used}
            lhs, rhs = evaluate(relation.lhs, values), evaluate(relation.rhs, values)
            outcome = _compare(relation.op, lhs, rhs, game, last_bits=bits if 2 * bits > max_bits else 0)
        if outcome is not None:
            rational = isinstance(lhs, Fraction) and isinstance(rhs, Fraction)
            return Decision(outcome=outcome, lhs=lhs, rhs=rhs, bits=0 if rational else bits, facts=used)
        bits *= 2


def _fact_of(name: str, facts: Sequence[Fact]) -> Fact:
    for fact in facts:
        if isinstance(fact, Mapping) and fact.get("concept") == name:
            return fact
    raise CertificateError(f"facts: expected one for {name}, found {shown(list(facts))}")


def evaluate(term: Term, values: Mapping[str, Value]) -> Value:
    """The value of a term at the current precision of flint; Fractions stay Fractions where the result is rational."""
    match term.op:
        case "number":
            assert term.number is not None
            return term.number
        case "concept":
            return values[term.name]
        case "measured":
            raise CertificateError(f"{term.name}: expected a statement about a game, found a measured quantity")
    return _apply(term.op, [evaluate(arg, values) for arg in term.args])


def ball(value: Value) -> arb:
    """The value as a ball at the current precision."""
    return arb(fmpq(value.numerator, value.denominator)) if isinstance(value, Fraction) else value


def _apply(op: str, args: list[Value]) -> Value:
    rational = [arg for arg in args if isinstance(arg, Fraction)]
    if op == "/" and args[1] == 0:
        raise CertificateError("division: expected a divisor other than 0")
    if len(rational) == len(args):
        exactly = _rationally(op, rational)
        if exactly is not None:
            return exactly
    x, *rest = map(ball, args)
    match op, rest:
        case "+", [y]:
            return x + y
        case "-", [y]:
            return x - y
        case "*", [y]:
            return x * y
        case "/", [y]:
            return x / y
        case "max", [y]:
            return x.max(y)
        case "min", [y]:
            return x.min(y)
        case "neg", _:
            return -x
        case "abs", _:
            return abs(x)
        case (("exp" | "log" | "sqrt" | "tanh" | "lambertw"), _):
            return getattr(x, op)()
    raise CertificateError(f"term: expected an operation of verify.terms, found {op!r}")


def _rationally(op: str, args: list[Fraction]) -> Fraction | None:
    """The rational result of an operation on rationals, None where it is not (known to be) rational."""
    match op, args:
        case "+", [x, y]:
            return x + y
        case "-", [x, y]:
            return x - y
        case "*", [x, y]:
            return x * y
        case "/", [x, y]:
            return x / y
        case "max", [x, y]:
            return max(x, y)
        case "min", [x, y]:
            return min(x, y)
        case "neg", [x]:
            return -x
        case "abs", [x]:
            return abs(x)
        case "exp", [x]:
            return Fraction(1) if x == 0 else None
        case "log", [x]:
            if x <= 0:
                raise CertificateError(f"log: expected a positive argument, found {shown(x)}")
            return Fraction(0) if x == 1 else None
        case "sqrt", [x]:
            if x < 0:
                raise CertificateError(f"sqrt: expected an argument >= 0, found {shown(x)}")
            root = Fraction(math.isqrt(x.numerator), math.isqrt(x.denominator))
            return root if root * root == x else None
        case (("tanh" | "lambertw"), [x]):
            return Fraction(0) if x == 0 else None
    return None


def _compare(op: str, lhs: Value, rhs: Value, game: Game, *, last_bits: int) -> Answer | None:
    """The outcome, or None where a higher precision may tell; `last_bits` is nonzero in the last attempt."""
    if isinstance(lhs, Fraction) and isinstance(rhs, Fraction):
        if op == "=":
            return "holds" if lhs == rhs else "violated"
        if op == "<":
            return "holds" if lhs < rhs else "violated"
        return "tie" if lhs == rhs else "holds" if lhs < rhs else "violated"
    difference = ball(rhs) - ball(lhs)
    if difference.is_finite() and not difference.contains(0):
        return "holds" if op != "=" and difference > 0 else "violated"
    if not last_bits:
        return None
    if not difference.is_finite() or op == "<":  # no ball can tell a strict inequality from equality
        return "undecided"
    largest = ball(lhs).abs_upper().max(ball(rhs).abs_upper()).max(_unit(game))
    return "tie" if difference.rad() <= largest * arb(2) ** (-last_bits // 2) else "undecided"


def _unit(game: Game) -> arb:
    """min(1, the least nonzero |entry| of the game)."""
    entries = (abs(entry) for name in game.core for entry in getattr(game, name).flat)
    return ball(min([Fraction(1), *(entry for entry in entries if entry)]))
