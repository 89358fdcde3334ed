"""Every joint policy shrinks spans by the Dobrushin coefficient of the kernel, and keeps constants as they are.

Of two rows p, p' of P and low <= x <= high, with m the middle of low and high, <p - p', x> = <p - p', x - m> is at most
|p - p'|_1 (high - low) / 2. Means over actions under a policy keep this: span(P_sigma x) <= delta span(x), so that the
joint spectral radius on vectors modulo constants is at most delta. On all vectors it is one: no mode enlarges the sup
norm, and every mode maps constants to themselves.
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, Integer

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most, equal
from proofs.engine.rules.algebra import Antisymmetry, Chain, Combine, Evident, Rewrite
from proofs.engine.rules.heads import AbsoluteValue, BestBound, Bound
from proofs.engine.rules.quantifiers import Generalise, Instantiate, SumOver
from proofs.engine.step import Step
from proofs.engine.substitution import Entries, rename, substitute
from proofs.engine.terms import Index, Maximum, Minimum, Scalar, Total
from proofs.markov.soft_lemmas import at
from proofs.markov.soft_ranges import Between, best_bound, range_of
from proofs.markov.soft_vocabulary import span
from proofs.markov.span_vocabulary import (
    POLICY,
    SPAN,
    SYMBOLS,
    a2,
    b2,
    c,
    expected,
    followed,
    furthest,
    mode,
    q,
    range_over_states,
    rate,
    s2,
    sigma,
    x,
)
from proofs.markov.vocabulary import MOVES, PLAYERS, REPLIES, P, a, alpha, b, greatest, least, s, z

TOPIC = "markov/span"
TITLE = "Spans shrink by the Dobrushin coefficient"

delta = SYMBOLS["dobrushin"]
low, high = Scalar("low"), Scalar("high")
FIRST, SECOND = (s, a, b), (s2, a2, b2)


def derivation() -> Derivation:
    """span(P_sigma x) <= delta span(x), of tables too; span_rate <= delta, and sup_rate = 1."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=SPAN)
    rows = _rows(argument)
    law = tuple(argument.assume(name, relation) for name, relation in zip(("weights", "a policy"), POLICY, strict=True))
    modes = _modes(argument, rows, law)
    argument.conclude("modes", modes)
    _tables(argument, rows, law)
    spectral = argument.fact("span_rate is at most every factor")
    some = _nonnegative(argument)
    spectral = argument.step(at_most(SYMBOLS["span_rate"], delta), Instantiate({c: delta}), spectral, modes, some)
    argument.conclude("span rate", spectral)
    lower = argument.fact("span_rate_lower bounds span_rate")
    below = argument.step(at_most(SYMBOLS["span_rate_lower"], delta), Chain(), lower, spectral)
    argument.conclude("lower bound of the span rate", below)
    _sup_norm(argument, law)
    return argument.derivation()


def _rows(argument: Argument) -> Step:
    """For all low <= x <= high and all rows: (P x)(row) <= (P x)(row') + delta (high - low)."""
    given = at_most(low, x[s]).for_all(s), at_most(x[s], high).for_all(s)
    floor, ceiling = (
        argument.step(relation.body.substitute({s: z}), Instantiate({s: z}), argument.assume(name, relation))
        for name, relation in zip(("low <= x", "x <= high"), given, strict=True)
    )
    change = P[(*FIRST, z)] - P[(*SECOND, z)]
    up = argument.step(at_most(change, Abs(change)), AbsoluteValue(change))
    down = argument.step(at_most(-change, Abs(change)), AbsoluteValue(change))
    parts = (Abs(change) + change) / 2 * (high - x[z]), (Abs(change) - change) / 2 * (x[z] - low)
    pointwise = argument.step(
        at_most(change * (x[z] - (low + high) / 2), Abs(change) * (high - low) / 2),
        Combine((), plus=parts),
        up,
        down,
        floor,
        ceiling,
    )
    total = argument.step(
        at_most(
            expected(FIRST, x[z]) - expected(SECOND, x[z]) - (low + high) / 2 * Total(change, z),
            (high - low) / 2 * Total(Abs(change), z),
        ),
        SumOver(z),
        pointwise,
    )
    one = argument.fact("they sum to one")
    sums = [
        argument.step(equal(Total(P[(*row, z)], z), 1), Instantiate(dict(zip(FIRST, row, strict=True))), one)
        for row in (FIRST, SECOND)
    ]
    links, inner = [], furthest()
    while isinstance(inner, Maximum):
        body: Any = inner.args[0]
        links.append(argument.step(at_most(body, inner), Bound(inner, inner.index)))
        inner = body
    largest = argument.step(at_most(inner, furthest()), Chain(), *reversed(links))
    meaning = argument.define("dobrushin")
    wide = argument.step(at_most(0, high - low), Combine((1, 1)), floor, ceiling)
    middle = (low + high) / 2
    claim = at_most(expected(FIRST, x[z]), expected(SECOND, x[z]) + delta * (high - low))
    bound = argument.step(claim, Combine((1, high - low, middle, -middle)), total, largest, *sums, meaning, wide)
    variables = (*FIRST, *SECOND, x, low, high)
    return argument.step(claim.for_all(*variables, given=given), Generalise(variables, given), bound)


def _nonnegative(argument: Argument) -> Step:
    """0 <= delta: the distance of a row from another is not negative."""
    term = argument.step(at_most(0, furthest()), Evident())
    return argument.step(at_most(0, delta), Rewrite(), term, argument.define("dobrushin"))


def _averaged(argument: Argument, bound: Step, row: tuple[Index, Index, Index], law: tuple[Step, ...]) -> Step:
    """The means under sigma(row's state) of both sides of a bound at row, one of them free of row's actions."""
    weight = sigma[row]
    some = argument.step(at_most(0, weight), Instantiate(dict(zip(FIRST, row, strict=True))), law[0])
    step = argument.step(
        at_most(weight * bound.relation.lhs, weight * bound.relation.rhs), Combine((weight,)), bound, some
    )
    for index in reversed(row[1:]):
        sides = Total(step.relation.lhs, index), Total(step.relation.rhs, index)
        step = argument.step(at_most(*sides), SumOver(index), step)
    return step


def _whole(argument: Argument, state: Index, law: tuple[Step, ...]) -> Step:
    """The weights in a state sum to one."""
    return argument.step(equal(followed(1, state), 1), Instantiate({s: state}), law[1])


def _modes(argument: Argument, rows: Step, law: tuple[Step, ...]) -> Step:
    """For all policies sigma and all x: span(P_sigma x) <= delta span(x)."""
    least, greatest = Minimum(x[s], s), Maximum(x[s], s)
    floor = argument.step(at_most(least, x[s]), Bound(least, s))
    ceiling = argument.step(at_most(x[s], greatest), Bound(greatest, s))
    floor, ceiling = (argument.step(step.relation.for_all(s), Generalise((s,)), step) for step in (floor, ceiling))
    width = delta * (greatest - least)
    values: dict[Any, Any] = {index: index for index in (*FIRST, *SECOND)} | {x: x, low: least, high: greatest}
    claim = at_most(expected(FIRST, x[z]), expected(SECOND, x[z]) + width)
    pair = argument.step(claim, Instantiate(values), rows, floor, ceiling)
    first = _averaged(argument, pair, FIRST, law)
    right = expected(SECOND, x[z]) + width
    first = argument.step(at_most(mode(), right), Combine((1, right)), first, _whole(argument, s, law))
    second = _averaged(argument, first, SECOND, law)
    other = mode(s2)
    whole = _whole(argument, s2, law)
    second = argument.step(at_most(mode(), other + width), Combine((1, width - mode())), second, whole)
    top = Maximum(mode(), s)
    second = argument.step(at_most(top, other + width), BestBound(top, s), second)
    bottom = Minimum(mode(), s)
    second = argument.step(at_most(top - width, other), Combine((1,)), second)
    second = argument.step(at_most(top - width, bottom), BestBound(bottom, s2), second)
    shrinks = argument.step(at_most(range_over_states(mode()), delta * range_over_states(x[s])), Combine((1,)), second)
    return argument.step(shrinks.relation.for_all(sigma, x, given=POLICY), Generalise((sigma, x), POLICY), shrinks)


def _tables(argument: Argument, rows: Step, law: tuple[Step, ...]) -> None:
    """span(P Pi q) <= delta span(q) for tables q, and the same of a damped step of Q-value iteration."""
    table = range_of(argument, q[s, a, b])
    means = []
    for bounded, limit, sign in ((table.floor, table.low, -1), (table.ceiling, table.high, 1)):
        step = _averaged(argument, at(argument, bounded), FIRST, law)
        ends = (followed(q[s, a, b]), limit)[::sign]
        step = argument.step(at_most(*ends), Combine((1, sign * limit)), step, _whole(argument, s, law))
        means.append(argument.step(step.relation.for_all(s), Generalise((s,)), step))
    ahead = followed(q[s, a, b])
    values: dict[Any, Any] = {index: index for index in (*FIRST, *SECOND)}
    values |= {x: Entries((s,), ahead), low: table.low, high: table.high}
    width = delta * (table.high - table.low)
    future = rename(ahead, s, z)
    claim = at_most(expected(FIRST, future), expected(SECOND, future) + width)
    pair = argument.step(claim, Instantiate(values), rows, *means)
    after = expected(FIRST, future)
    top = best_bound(argument, greatest(after), pair)
    gap = argument.step(at_most(greatest(after) - width, expected(SECOND, future)), Combine((1,)), top)
    gap = argument.step(gap.relation.for_all(*SECOND), Generalise(SECOND), gap)
    gap = argument.step(
        at_most(greatest(after) - width, after), Instantiate(dict(zip(SECOND, FIRST, strict=True))), gap
    )
    bottom = best_bound(argument, least(after), gap)
    shrunk = argument.step(at_most(span(after), delta * span(q[s, a, b])), Combine((1,)), bottom)
    _conclude(argument, "tables", shrunk)
    _damped(argument, table, range_of(argument, after), shrunk)


def _damped(argument: Argument, before: Between, after: Between, shrunk: Step) -> None:
    """span((1 - alpha) q + alpha gamma P Pi q) <= (1 - alpha + alpha gamma delta) span(q)."""
    damping = argument.fact("step_size"), argument.fact("step_size at most one")
    for player in PLAYERS:
        discounted = alpha * player.discount
        facts = (*damping, argument.fact(f"{player.name}_discount"))
        moved = (1 - alpha) * before.entry + discounted * after.entry
        ends = []
        for side, extremum in (("floor", least(moved)), ("ceiling", greatest(moved))):
            steps = [at(argument, getattr(found, side)) for found in (before, after)]
            limit = [getattr(found, "low" if side == "floor" else "high") for found in (before, after)]
            bound = (1 - alpha) * limit[0] + discounted * limit[1]
            claim = at_most(bound, moved) if side == "floor" else at_most(moved, bound)
            step = argument.step(claim, Combine((1 - alpha, discounted)), *steps, *facts)
            ends.append(best_bound(argument, extremum, step))
        factor = 1 - alpha + discounted * delta
        step = argument.step(
            at_most(span(moved), factor * span(before.entry)), Combine((1, 1, discounted)), *ends, shrunk, *facts
        )
        _conclude(argument, f"{player.name}'s step", step)


def _conclude(argument: Argument, name: str, step: Step) -> None:
    """Concludes a step about q and sigma, for all tables and policies."""
    relation = step.relation.for_all(sigma, q, given=POLICY)
    argument.conclude(name, argument.step(relation, Generalise((sigma, q), POLICY), step))


def _sup_norm(argument: Argument, law: tuple[Step, ...]) -> None:
    """sup_rate = 1: no mode enlarges the sup norm, and every mode maps constants to themselves."""
    size = Maximum(Abs(x[s]), s)
    below = argument.step(at_most(Abs(x[s]), size), Bound(size, s))
    ends = []
    weights, one = argument.fact("probabilities"), argument.fact("they sum to one")
    weight = argument.step(at_most(0, P[s, a, b, z]), Instantiate({i: i for i in (s, a, b, z)}), weights)
    sums = argument.step(equal(Total(P[s, a, b, z], z), 1), Instantiate({i: i for i in FIRST}), one)
    for sign in (1, -1):
        step = argument.step(at_most(sign * x[s], Abs(x[s])), AbsoluteValue(x[s]))
        step = argument.step(at_most(sign * x[s], size), Chain(), step, below)
        step = argument.step(step.relation.for_all(s), Generalise((s,)), step)
        step = argument.step(at_most(sign * x[z], size), Instantiate({s: z}), step)
        step = argument.step(
            at_most(P[s, a, b, z] * sign * x[z], P[s, a, b, z] * size), Combine((P[s, a, b, z],)), step, weight
        )
        step = argument.step(at_most(sign * expected(FIRST, x[z]), Total(P[s, a, b, z], z) * size), SumOver(z), step)
        step = argument.step(at_most(sign * expected(FIRST, x[z]), size), Combine((1, size)), step, sums)
        step = _averaged(argument, step, FIRST, law)
        ends.append(argument.step(at_most(sign * mode(), size), Combine((1, size)), step, _whole(argument, s, law)))
    norm = argument.step(at_most(Abs(mode()), size), AbsoluteValue(mode()), *ends)
    norm = argument.step(at_most(Maximum(Abs(mode()), s), size), BestBound(Maximum(Abs(mode()), s), s), norm)
    every = argument.step(norm.relation.for_all(sigma, x, given=POLICY), Generalise((sigma, x), POLICY), norm)
    argument.conclude("sup norm", every)

    sup_rate = SYMBOLS["sup_rate"]
    upper = argument.fact("sup_rate is at most every factor")
    upper = argument.step(at_most(sup_rate, 1), Instantiate({c: Integer(1)}), upper, every)

    uniform = 1 / (MOVES.size * REPLIES.size)
    constant = substitute(mode(), {sigma: Entries(FIRST, uniform), x: Entries((s,), Integer(1))})
    kept = argument.step(equal(uniform * Total(P[s, a, b, z], z), uniform), Combine((uniform,)), sums)
    for index in (b, a):
        kept = argument.step(
            equal(Total(kept.relation.lhs, index), Total(kept.relation.rhs, index)), SumOver(index), kept
        )
    kept = argument.step(equal(constant, 1), Rewrite(), kept)
    kept = argument.step(kept.relation.for_all(s), Generalise((s,)), kept)
    lower = argument.fact("sup_rate is at least every eigenvalue")
    values: dict[Any, Any] = {sigma: Entries(FIRST, uniform), x: Entries((s,), Integer(1)), rate: Integer(1)}
    lower = argument.step(at_most(1, sup_rate), Instantiate(values), lower, kept)
    argument.conclude("sup rate", argument.step(equal(sup_rate, 1), Antisymmetry(), upper, lower))
