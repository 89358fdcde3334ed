"""Lemmas that several softmax derivations use; each function writes the steps into an argument and returns the last."""

from __future__ import annotations

import dataclasses

import sympy
from sympy import exp, log

from proofs.engine.argument import Argument
from proofs.engine.relation import at_most, equal, less
from proofs.engine.rules.algebra import Antisymmetry, Chain, Combine, Evident, Rewrite
from proofs.engine.rules.analysis import Tangent
from proofs.engine.rules.heads import Bound, EntropyTerm
from proofs.engine.rules.quantifiers import Cases, Generalise, Instantiate, SumOver
from proofs.engine.step import Step
from proofs.engine.terms import Maximum, Minimum, Scalar, Total, XLogX
from proofs.softmax.vocabulary import SYMBOLS, a, d, q, softmax

x, r, s = Scalar("x"), Scalar("r"), Scalar("s")


def exponential_tangent(argument: Argument) -> Step:
    """For all s: s <= e^(s - 1)."""
    f = exp(s - 1)
    convex = argument.step(at_most(0, f), Evident(), reason="the second derivative of the exponential")
    tangent = argument.step(at_most(s, f), Tangent(f, s, sympy.Integer(1)), convex, reason="the tangent at one")
    return argument.step(tangent.relation.for_all(s), Generalise((s,)), tangent)


def gibbs(argument: Argument) -> Step:
    """For all x >= 0 and r > 0: x - r <= x log x - x log r."""
    tangent = exponential_tangent(argument)
    some = argument.assume("x nonnegative", at_most(0, x))
    positive = argument.assume("r positive", less(0, r))
    claim = at_most(x - r, XLogX(x) - x * log(r))

    inside = argument.assume("x positive", less(0, x))
    value = argument.step(equal(XLogX(x), x * log(x)), EntropyTerm(x), inside)
    ratio = argument.step(
        at_most(1 + log(r / x), exp(log(r / x))), Instantiate({s: 1 + log(r / x)}), tangent, inside, positive
    )
    first = argument.step(claim, Combine((x, -1)), ratio, value, inside, positive, reason="log t <= t - 1 at t = r / x")

    edge = argument.assume("x zero", at_most(x, 0))
    zero = argument.step(equal(x, 0), Antisymmetry(), edge, some)
    trivial = argument.step(at_most(-r, 0), Evident(), positive)
    second = argument.step(claim, Rewrite(), trivial, zero, some, positive, reason="0 log 0 = 0")

    either = argument.step(claim, Cases(inside.relation, edge.relation), first, second)
    given = (some.relation, positive.relation)
    return argument.step(claim.for_all(x, r, given=given), Generalise((x, r), given), either)


def soft_entropy_terms(argument: Argument, temperature: sympy.Expr, warm: Step) -> Step:
    """sum_a s_a log s_a, with s = softmax(q / temperature), without the convention at zero."""
    law = softmax(q[a], temperature)
    value = argument.step(equal(XLogX(law), law * log(law)), EntropyTerm(law), warm)
    return argument.step(equal(Total(XLogX(law), a), Total(law * log(law), a)), SumOver(a), value, warm)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The least and greatest change, as local symbols, and the steps that place d between them."""

    low: Scalar
    high: Scalar
    above: Step  # low <= d[a]
    below: Step  # d[a] <= high
    span: Step  # span = high - low


def range_of_change(argument: Argument) -> Range:
    """Defines low = min d and high = max d."""
    low, high = Scalar("low", r"\underline{d}"), Scalar("high", r"\overline{d}")
    least, greatest = Minimum(d[a], a), Maximum(d[a], a)
    lowest = argument.define(low, least)
    highest = argument.define(high, greatest)
    above = argument.step(at_most(least, d[a]), Bound(least, a))
    above = argument.step(at_most(low, d[a]), Rewrite(), above, lowest)
    below = argument.step(at_most(d[a], greatest), Bound(greatest, a))
    below = argument.step(at_most(d[a], high), Rewrite(), below, highest)
    span = argument.define("span")
    span = argument.step(equal(SYMBOLS["span"], high - low), Rewrite(), span, lowest, highest)
    return Range(low=low, high=high, above=above, below=below, span=span)


def unchanged(argument: Argument, known: Range, narrow: Step) -> Step:
    """For all a: d[a] = low, from high <= low."""
    below = argument.step(at_most(d[a], known.low), Chain(), known.below, narrow)
    same = argument.step(equal(d[a], known.low), Antisymmetry(), below, known.above)
    return argument.step(same.relation.for_all(a), Generalise((a,)), same)
