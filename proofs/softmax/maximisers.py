"""What the maximisers do to softmax: e_a = exp((q_a - max q) / tau) is 1 at each, and at most e^(-gap / tau) elsewhere.

With X_a = [q_a = max q] the indicator of the k maximisers: X_a e_a = X_a, hence k <= sum e, and
e_a <= X_a + (1 - X_a) e^(-gap / tau), hence sum e <= k + (n - k) e^(-gap / tau).
"""

from __future__ import annotations

import dataclasses
from typing import Any

import sympy
from sympy import exp

from proofs.engine.argument import Argument
from proofs.engine.relation import Relation, at_most, equal, less
from proofs.engine.rules.algebra import Combine, Evident, Rewrite
from proofs.engine.rules.analysis import Monotone
from proofs.engine.rules.assuming import Choice
from proofs.engine.rules.heads import Bound, Indicator
from proofs.engine.rules.quantifiers import Cases, SumOver
from proofs.engine.step import Step
from proofs.engine.terms import Delta, Index, Iverson, Maximum, Minimum, Total
from proofs.softmax.vocabulary import ACTIONS, DEFINITIONS, SYMBOLS, a, is_maximiser, max_value, n, q, tau

k, gap = SYMBOLS["maximisers"], SYMBOLS["gap"]
X: Any = is_maximiser()
e = exp((q[a] - max_value) / tau)
S = Total(e, a)
decay = exp(-gap / tau)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Maximisers:
    """The steps that the derivations build on."""

    warm: Step  # 0 < tau
    top: Step  # the definition of max q
    count: Step  # the definition of k
    at_least_one: Step  # 1 <= k
    below_top: Step  # q[a] <= max q
    either: Step  # X_a (max q - q_a) = 0
    weight: Step  # X_a e_a = X_a
    below: Step  # k <= sum e


def maximisers(argument: Argument) -> Maximisers:
    """Writes the steps about the maximisers, from tau > 0 alone."""
    warm = argument.assume("temperature", less(0, tau))
    top = argument.define("max_value")
    count = argument.define("maximisers")

    star = Index("l", ACTIONS)
    chosen = argument.step(equal(q[star], Maximum(q[a], a)), Choice(star), reason="one maximiser")
    chosen = argument.step(equal(q[star], max_value), Rewrite(), chosen, top)
    at_star = Iverson(q[star], max_value)
    one = argument.step(equal(at_star, 1), Indicator(at_star), chosen)
    single = argument.step(at_most(Delta(a, star) * X, X), Evident())
    single = argument.step(at_most(at_star, Total(X, a)), SumOver(a), single)
    at_least_one = argument.step(at_most(1, k), Combine((1, -1)), single, one, count, reason="there is a maximiser")

    below_top = argument.step(at_most(q[a], Maximum(q[a], a)), Bound(Maximum(q[a], a), a))
    below_top = argument.step(at_most(q[a], max_value), Rewrite(), below_top, top)

    either = argument.step(equal(X * (max_value - q[a]), 0), Indicator(X))
    not_one, is_one = _cases(argument)
    unit = at_maximiser(argument, is_one, warm)
    weight = argument.step(
        equal(X * e, X),
        Cases(not_one.relation, is_one.relation),
        argument.step(equal(X * e, X), Combine((e - 1,)), not_one, warm),
        argument.step(equal(X * e, X), Combine((X,)), unit),
        either,
        reason="X_a = 0, or q_a = max q",
    )
    pointwise = argument.step(at_most(X, e), Combine((-1,), plus=((1 - X) * e,)), weight)
    summed = argument.step(at_most(Total(X, a), S), SumOver(a), pointwise)
    below = argument.step(at_most(k, S), Rewrite(), summed, count)
    return Maximisers(
        warm=warm,
        top=top,
        count=count,
        at_least_one=at_least_one,
        below_top=below_top,
        either=either,
        weight=weight,
        below=below,
    )


def _cases(argument: Argument) -> tuple[Step, Step]:
    return (
        argument.assume("not a maximiser", equal(X, 0)),
        argument.assume("a maximiser", equal(q[a], max_value)),
    )


def at_maximiser(argument: Argument, is_one: Step, warm: Step) -> Step:
    """e_a = 1, where q_a = max q."""
    exponent = argument.step(equal((q[a] - max_value) / tau, 0), Combine((1 / tau,)), is_one, warm)
    return argument.step(equal(e, 1), Monotone("exp"), exponent)


def gap_bound(argument: Argument, known: Maximisers) -> tuple[Step, Step, Step]:
    """k < n, the definition of the gap, and 0 <= (1 - X_a) (max q - q_a - gap)."""
    fewer = argument.assume("gap", less(k, n))
    definition = argument.define("gap", None, fewer, known.count, reason="over the non-maximisers")
    minimum = DEFINITIONS["gap"]
    assert isinstance(minimum, Minimum)
    bound = argument.step(at_most(0, (1 - X) * (max_value - q[a] - minimum)), Bound(minimum, a), fewer, known.count)
    bound = argument.step(at_most(0, (1 - X) * (max_value - q[a] - gap)), Rewrite(), bound, definition)
    return fewer, definition, bound


def sum_from_gap(argument: Argument, known: Maximisers, bound: Step) -> Step:
    """sum e <= k + (n - k) e^(-gap / tau) from 0 <= (1 - X_a) (max q - q_a - gap); with equality from equality."""
    op = bound.relation.op
    not_one, is_one = _cases(argument)

    def related(lhs: sympy.Expr, rhs: sympy.Expr) -> Relation:
        return Relation(op=op, lhs=lhs, rhs=rhs)

    slack = max_value - q[a] - gap
    away = argument.step(
        related((q[a] - max_value) / tau, -gap / tau), Combine((1 / tau, -slack / tau)), bound, not_one, known.warm
    )
    away = argument.step(related(e, decay), Monotone("exp"), away)
    level = related(e, X + (1 - X) * decay)
    first = argument.step(level, Combine((1, decay - 1)), away, not_one)
    unit = at_maximiser(argument, is_one, known.warm)
    one = argument.step(equal(X, 1), Indicator(X), is_one)
    second = argument.step(level, Combine((1, decay - 1)), unit, one)
    pointwise = argument.step(level, Cases(not_one.relation, is_one.relation), first, second, known.either)
    summed = argument.step(related(S, Total(X, a) + (n - Total(X, a)) * decay), SumOver(a), pointwise)
    return argument.step(related(S, k + (n - k) * decay), Rewrite(), summed, known.count)
