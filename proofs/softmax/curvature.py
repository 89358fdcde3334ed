"""How curved a softmax probability can be: the lemma behind the second-order remainder, for any number of actions.

A law p splits into a part of mass P (weights 0 <= m_a <= 1) and the rest; x lies in [0, 1] and has mean mu. With M1 and
M0 the second moments about mu of the two parts, 2 (1 - P) M1 - 2 P M0 <= 1 / (3 sqrt 3).

Let alpha and c be the means of the two parts. The chord x^2 <= x bounds M1 above, Jensen bounds M0 below, and what is
left is the polynomial 2 P (1 - P) (alpha - 2 P alpha^2 + (1 - 2 P) (c^2 - 2 alpha c)) on the unit cube.
"""

from __future__ import annotations

from typing import Any

from sympy import Rational, sqrt

from proofs.engine.argument import Argument
from proofs.engine.relation import Relation, at_most, equal, less
from proofs.engine.rules.algebra import Antisymmetry, Chain, Combine, Evident, Rewrite
from proofs.engine.rules.assuming import Discard
from proofs.engine.rules.quantifiers import Cases, Generalise, Instantiate, SumOver
from proofs.engine.step import Step
from proofs.engine.terms import Scalar, Total, vector
from proofs.softmax.vocabulary import a, p

P, alpha, c = Scalar("P"), Scalar("alpha", r"\alpha"), Scalar("c")
A, B, mu = Scalar("A"), Scalar("B"), Scalar("mu", r"\mu")
M1, M0 = Scalar("M1", "M_{1}"), Scalar("M0", "M_{0}")
m, x = vector("m"), vector("x")
LIMIT = 1 / (3 * sqrt(3))
half = Rational(1, 2)


def cubic(P: Any, alpha: Any, c: Any) -> Any:
    """The polynomial that bounds the curvature."""
    return 2 * P * (1 - P) * (alpha - 2 * P * alpha**2 + (1 - 2 * P) * (c**2 - 2 * alpha * c))


def cubic_bound(argument: Argument) -> Step:
    """For all P, alpha, c in [0, 1]: cubic(P, alpha, c) <= 1 / (3 sqrt 3)."""
    corner = _corner_bound(argument)
    unit = [_in_unit_interval(argument, symbol) for symbol in (P, alpha, c)]
    claim = at_most(cubic(P, alpha, c), LIMIT)
    (P0, P1), (alpha0, alpha1), (c0, c1) = unit

    low = argument.assume("P small", at_most(P, half))
    at_alpha = argument.step(corner.relation.body, Instantiate({P: P, alpha: alpha}), corner, P0, low, alpha0, alpha1)
    mirrored, _ = corner.relation.instance({P: P, alpha: 1 - alpha})
    at_rest = argument.step(mirrored, Instantiate({P: P, alpha: 1 - alpha}), corner, P0, low, alpha0, alpha1)
    first = argument.step(
        claim,
        Combine((1 - c, c), plus=(2 * P * (1 - P) * (1 - 2 * P) * c * (1 - c),)),
        at_alpha,
        at_rest,
        P0,
        P1,
        low,
        c0,
        c1,
        reason="convex in c: between c = 0 and c = 1",
    )
    high = argument.assume("P large", at_most(half, P))
    gap = Rational(1, 8) - 2 * P * (1 - P) * alpha * (1 - alpha)
    flat = argument.step(
        at_most(0, gap),
        Combine((), plus=((half - P) ** 2 / 2, 2 * P * (1 - P) * (half - alpha) ** 2)),
        P0,
        P1,
    )
    below = _square_root_of_three(argument, Rational(1, 8))
    second = argument.step(
        claim,
        Combine((1, 1), plus=(2 * P * (1 - P) * (2 * P - 1) * (c - alpha) ** 2,)),
        flat,
        below,
        P0,
        P1,
        high,
        reason="concave in c: the greatest value is at c = alpha",
    )
    both = argument.step(claim, Cases(low.relation, high.relation), first, second)
    given = tuple(step.relation for pair in unit for step in pair)
    return argument.step(claim.for_all(P, alpha, c, given=given), Generalise((P, alpha, c), given), both)


def _in_unit_interval(argument: Argument, symbol: Scalar) -> tuple[Step, Step]:
    least, greatest = _unit(symbol)
    return argument.assume(f"{symbol} >= 0", least), argument.assume(f"{symbol} <= 1", greatest)


def curved(law: Any, weight: Any, value: Any) -> Any:
    """2 (1 - P) M1 - 2 P M0, each written at the index a."""
    mean = Total(law * value, a)
    mass = Total(law * weight, a)
    part, rest = (Total(law * share * (value - mean) ** 2, a) for share in (weight, 1 - weight))
    return 2 * (1 - mass) * part - 2 * mass * rest


def _unit(term: Any) -> tuple[Relation, Relation]:
    return at_most(0, term), at_most(term, 1)


def _square_root_of_three(argument: Argument, value: Any) -> Step:
    """value <= 1 / (3 sqrt 3) = sqrt(3) / 9, from (9 value)^2 <= 3."""
    rest = 3 - (9 * value) ** 2
    return argument.step(at_most(value, LIMIT), Combine((), plus=(rest / (9 * (sqrt(3) + 9 * value)),)))


def _corner_bound(argument: Argument) -> Step:
    """For all P in [0, 1/2] and alpha in [0, 1]: cubic(P, alpha, 0) <= 1 / (3 sqrt 3)."""
    P0, P1 = argument.assume("P >= 0", at_most(0, P)), argument.assume("P small", at_most(P, half))
    alpha0, alpha1 = _in_unit_interval(argument, alpha)
    claim = at_most(cubic(P, alpha, 0), LIMIT)

    steep = argument.assume("P at least a quarter", at_most(Rational(1, 4), P))
    above = _square_root_of_three(argument, Rational(3, 16))
    first = argument.step(
        claim,
        Combine((1,), plus=((1 - P) * (half - 2 * P * alpha) ** 2, (P - Rational(1, 4)) / 4)),
        above,
        P0,
        P1,
        steep,
        reason="alpha - 2 P alpha^2 <= 1 / (8 P)",
    )
    flat = argument.assume("P at most a quarter", at_most(P, Rational(1, 4)))
    slope = 2 * P * (1 - P) * (1 - alpha) * (1 - 2 * P * (1 + alpha))
    room = argument.step(
        at_most(0, 1 - 2 * P * (1 + alpha)), Combine((4,), plus=(2 * P * (1 - alpha),)), flat, P0, alpha1
    )
    v = 1 - 2 * P
    top = argument.step(
        at_most(2 * P * (1 - P) * v, LIMIT),
        Combine((), plus=((v - 1 / sqrt(3)) ** 2 * (v + 2 / sqrt(3)) / 2,)),
        P1,
        reason="v - v^3 <= 2 / (3 sqrt 3) at v = 1 - 2 P",
    )
    second = argument.step(
        claim,
        Combine((1,), plus=(slope,)),
        top,
        room,
        P0,
        P1,
        alpha1,
        reason="alpha - 2 P alpha^2 grows up to alpha = 1",
    )
    both = argument.step(claim, Cases(flat.relation, steep.relation), second, first)
    given = tuple(step.relation for step in (P0, P1, alpha0, alpha1))
    return argument.step(claim.for_all(P, alpha, given=given), Generalise((P, alpha), given), both)


def curvature(argument: Argument) -> Step:
    """For all laws p, weights m and vectors x in [0, 1]: 2 (1 - P) M1 - 2 P M0 <= 1 / (3 sqrt 3)."""
    polynomial = cubic_bound(argument)
    law = argument.assume("a law", at_most(0, p[a]).for_all(a))
    one = argument.assume("it sums to one", equal(Total(p[a], a), 1))
    m0, m1 = (argument.assume(f"m {i}", relation.for_all(a)) for i, relation in enumerate(_unit(m[a])))
    x0, x1 = (argument.assume(f"x {i}", relation.for_all(a)) for i, relation in enumerate(_unit(x[a])))
    ranges = (law, m0, m1, x0, x1)

    part, rest = p[a] * m[a], p[a] * (1 - m[a])
    meanings = (
        argument.define(P, Total(part, a)),
        argument.define(A, Total(part * x[a], a)),
        argument.define(B, Total(rest * x[a], a)),
        argument.define(mu, A + B),
        argument.define(M1, Total(part * (x[a] - mu) ** 2, a)),
        argument.define(M0, Total(rest * (x[a] - mu) ** 2, a)),
    )

    def summed(term: Any, claim: Relation, *more: Step, multipliers: tuple[Any, ...] = ()) -> Step:
        """The claim from 0 <= term at every action."""
        pointwise = argument.step(at_most(0, term), Evident(), *ranges)
        total = argument.step(at_most(0, Total(term, a)), SumOver(a), pointwise)
        return argument.step(claim, Combine((1, *multipliers)), total, *more, *meanings)

    mass0 = summed(part, at_most(0, P))
    mass1 = summed(rest, at_most(P, 1), one, multipliers=(1,))
    part0 = summed(part * x[a], at_most(0, A))
    part1 = summed(part * (1 - x[a]), at_most(A, P))
    rest0 = summed(rest * x[a], at_most(0, B))
    rest1 = summed(rest * (1 - x[a]), at_most(B, 1 - P), one, multipliers=(1,))
    chord = summed(part * x[a] * (1 - x[a]), at_most(M1, A - 2 * mu * A + mu**2 * P))
    moment = summed(rest * (x[a] - mu) ** 2, at_most(0, M0))

    claim = at_most(2 * (1 - P) * M1 - 2 * P * M0, LIMIT)
    limit = argument.step(at_most(0, LIMIT), Evident())
    none = argument.assume("no mass", at_most(P, 0))
    empty = argument.step(equal(P, 0), Antisymmetry(), none, mass0)
    void = argument.step(at_most(A, 0), Chain(), part1, none)
    void = argument.step(equal(A, 0), Antisymmetry(), void, part0)
    first = argument.step(
        claim,
        Combine((1, 2 * (1 - P), 2 * (1 - P) * (1 - 2 * mu), 2 * (1 - P) * mu**2 - 2 * M0)),
        limit,
        chord,
        void,
        empty,
        mass1,
    )
    some = argument.assume("some mass", less(0, P))
    whole = argument.assume("all mass", at_most(1, P))
    full = argument.step(equal(P, 1), Antisymmetry(), whole, mass1)
    second = argument.step(claim, Combine((1, 2 * P, -2 * M1)), limit, moment, full, mass0)
    proper = argument.assume("not all mass", less(P, 1))

    means = (argument.define(alpha, A / P, some), argument.define(c, B / (1 - P), proper))
    inside = (some, proper)
    alpha0 = argument.step(at_most(0, alpha), Combine((1 / P,)), part0, means[0], some)
    alpha1 = argument.step(at_most(alpha, 1), Combine((1 / P,)), part1, means[0], some)
    c0 = argument.step(at_most(0, c), Combine((1 / (1 - P),)), rest0, means[1], proper)
    c1 = argument.step(at_most(c, 1), Combine((1 / (1 - P),)), rest1, means[1], proper)
    spread = argument.step(at_most(0, rest * (x[a] - c) ** 2), Evident(), *ranges)
    spread = argument.step(at_most(0, Total(rest * (x[a] - c) ** 2, a)), SumOver(a), spread)
    jensen = argument.step(
        at_most((1 - P) * (c - mu) ** 2, M0), Combine((1, c**2 - mu**2)), spread, one, *meanings, means[1], *inside
    )
    reduced = argument.step(
        at_most(2 * (1 - P) * M1 - 2 * P * M0, cubic(P, alpha, c)),
        Combine((2 * (1 - P), 2 * P)),
        chord,
        jensen,
        *means,
        meanings[3],
        *inside,
    )
    instance, _ = polynomial.relation.instance({P: P, alpha: alpha, c: c})
    bounded = argument.step(
        instance,
        Instantiate({P: P, alpha: alpha, c: c}),
        polynomial,
        mass0,
        mass1,
        alpha0,
        alpha1,
        c0,
        c1,
    )
    third = argument.step(claim, Chain(), reduced, bounded)
    third = argument.step(claim, Discard(alpha), third)
    third = argument.step(claim, Discard(c), third)

    split = argument.step(claim, Cases(proper.relation, whole.relation), third, second)
    split = argument.step(claim, Cases(some.relation, none.relation), split, first)
    final = argument.step(at_most(curved(p[a], m[a], x[a]), LIMIT), Rewrite(), split, *meanings)
    for symbol in (M1, M0, mu, A, B, P):
        final = argument.step(final.relation, Discard(symbol), final)
    given = tuple(step.relation for step in (law, one, m0, m1, x0, x1))
    return argument.step(final.relation.for_all(p, m, x, given=given), Generalise((p, m, x), given), final)
