"""Lemmas about softmax over any index set, for the derivations of soft Q-value iteration.

Each function writes the steps of one lemma into an argument, for the index set of the index it is given, and returns
the lemma quantified over all its vectors and scalars. sigma(x) stands for softmax(x / tau).
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Rational, exp, log, tanh

from proofs.engine.argument import Argument
from proofs.engine.relation import Relation, at_most, equal, less
from proofs.engine.rules.algebra import Antisymmetry, Combine, Identity
from proofs.engine.rules.analysis import MeanValue, Monotone
from proofs.engine.rules.quantifiers import Cases, Generalise, Instantiate, SumOver
from proofs.engine.step import Step
from proofs.engine.substitution import fresh_index, rename
from proofs.engine.terms import Index, Scalar, Total, vector

x, y, f = vector("x"), vector("y"), vector("f")
low2, high2 = Scalar("low'"), Scalar("high'")
tau, c, low, high, t = Scalar("tau", r"\tau"), Scalar("c"), Scalar("low"), Scalar("high"), Scalar("t")


def softmax(values: sympy.Expr, temperature: sympy.Expr, index: Index) -> sympy.Expr:
    """exp(values / temperature) over its sum, both written at the index."""
    other = fresh_index(index, {index})
    weight = exp(values / temperature)
    return weight / Total(rename(weight, index, other), other)


def log_sum_exp(values: sympy.Expr, temperature: sympy.Expr, index: Index) -> sympy.Expr:
    """temperature log sum exp(values / temperature)."""
    return temperature * log(Total(exp(values / temperature), index))


def close(index: Index) -> tuple[Relation, Relation]:
    """|x - y| <= c at every element."""
    return (
        at_most(x[index], y[index] + c).for_all(index),
        at_most(y[index], x[index] + c).for_all(index),
    )


def between(entry: Any, index: Index) -> tuple[Relation, Relation]:
    """low <= entry <= high at every element."""
    return at_most(low, entry).for_all(index), at_most(entry, high).for_all(index)


def tanh_below_identity(argument: Argument) -> Step:
    """For all c >= 0: tanh c <= c."""
    some = argument.assume("c nonnegative", at_most(0, c))
    slope = argument.step(
        at_most((1 - tanh(t * c) ** 2) * c, c), Combine((), plus=(tanh(t * c) ** 2 * c,)), some, reason="tanh' <= 1"
    )
    bound = argument.step(at_most(tanh(c), c), MeanValue(tanh(t * c), t, 1), slope)
    return argument.step(bound.relation.for_all(c, given=(some.relation,)), Generalise((c,), (some.relation,)), bound)


def nonexpansive(argument: Argument, index: Index) -> Step:
    """For all x <= y + c: tau LSE(x / tau) <= tau LSE(y / tau) + c."""
    warm = argument.assume("temperature", less(0, tau))
    given = warm.relation, close(index)[0]
    order = argument.assume("x at most y + c", given[1])
    scaled = argument.step(
        at_most(x[index] / tau, (y[index] + c) / tau), Combine((1 / tau,)), at(argument, order), warm
    )
    weights = argument.step(at_most(exp(x[index] / tau), exp(y[index] / tau) * exp(c / tau)), Monotone("exp"), scaled)
    sums = argument.step(
        at_most(Total(exp(x[index] / tau), index), Total(exp(y[index] / tau), index) * exp(c / tau)),
        SumOver(index),
        weights,
    )
    logs = argument.step(at_most(log(sums.relation.lhs), log(sums.relation.rhs)), Monotone("log"), sums)
    claim = at_most(log_sum_exp(x[index], tau, index), log_sum_exp(y[index], tau, index) + c)
    bound = argument.step(claim, Combine((tau,)), logs, warm)
    variables = (x, y, c, tau)
    return argument.step(claim.for_all(*variables, given=given), Generalise(variables, given), bound)


def average_bounds(argument: Argument, index: Index) -> tuple[Step, Step]:
    """For all low <= x <= high: low <= tau LSE(x / tau) - tau log n <= high, n the number of elements."""
    warm = argument.assume("temperature", less(0, tau))
    n = index.domain.size
    steps = []
    for ordered, down in zip(between(x[index], index), (True, False), strict=True):
        bound = at(argument, argument.assume("a bound", ordered))
        bound = argument.step(
            at_most(bound.relation.lhs / tau, bound.relation.rhs / tau), Combine((1 / tau,)), bound, warm
        )
        bound = argument.step(at_most(exp(bound.relation.lhs), exp(bound.relation.rhs)), Monotone("exp"), bound)
        total = Total(exp(x[index] / tau), index)
        sides = (n * exp(low / tau), total) if down else (total, n * exp(high / tau))
        bound = argument.step(at_most(*sides), SumOver(index), bound)
        bound = argument.step(at_most(log(sides[0]), log(sides[1])), Monotone("log"), bound)
        value = log_sum_exp(x[index], tau, index) - tau * log(n)
        claim = at_most(low, value) if down else at_most(value, high)
        bound = argument.step(claim, Combine((tau,)), bound, warm)
        given = warm.relation, ordered
        variables = (x, tau, low if down else high)
        steps.append(argument.step(claim.for_all(*variables, given=given), Generalise(variables, given), bound))
    return steps[0], steps[1]


def coupling(argument: Argument, index: Index) -> Step:
    """For all |x - y| <= c and low <= f <= high: <sigma(x) - sigma(y), f> <= (high - low) tanh(c / (2 tau)).

    Let w = sigma(y), u = e^((x - y) / tau) and Z = sum w u: then sigma(x) = w u / Z and 1 / U <= u <= U = e^(c / tau).
    With g = f - low the chord of (u - Z)_+ over [1 / U, U] gives (u - Z) g <= (high - low) (u - L) (U - Z) / (U - L),
    L = 1 / U; in the mean this is (high - low) (Z - L) (U - Z) / (Z (U - L)), and
    Z (sqrt U - sqrt L)^2 - (Z - L) (U - Z) = (Z - 1)^2.
    """
    warm = argument.assume("temperature", less(0, tau))
    given = (warm.relation, *close(index), *between(f[index], index))
    assumed = [argument.assume("close or between", relation) for relation in given[1:]]
    up, down, floor, ceiling = (at(argument, step) for step in assumed)
    claim = at_most(
        Total(softmax(x[index], tau, index) * f[index], index) - Total(softmax(y[index], tau, index) * f[index], index),
        (high - low) * tanh(c / (2 * tau)),
    )
    apart = argument.assume("c positive", less(0, c))
    together = argument.assume("c zero", at_most(c, 0))

    bound = argument.step(
        claim,
        Cases(apart.relation, together.relation),
        _moved(argument, index, claim, (up, down, floor, ceiling), warm, apart),
        _unmoved(argument, index, claim, (up, down, floor, ceiling), warm, together),
    )
    variables = (x, y, f, tau, c, low, high)
    return argument.step(claim.for_all(*variables, given=given), Generalise(variables, given), bound)


def _moved(
    argument: Argument, index: Index, claim: Relation, bounds: tuple[Step, ...], warm: Step, apart: Step
) -> Step:
    """The coupling bound where c > 0."""
    up, down, floor, ceiling = bounds
    u = exp((x[index] - y[index]) / tau)
    w = softmax(y[index], tau, index)
    Z = Total(w * u, index)
    L, U = exp(-c / tau), exp(c / tau)

    wide, root = (
        argument.step(
            less(1, exp(c / (times * tau))),
            Monotone("exp"),
            argument.step(less(0, c / (times * tau)), Combine((1 / (times * tau),)), apart, warm),
        )
        for times in (1, 2)
    )
    top = argument.step(at_most((x[index] - y[index]) / tau, c / tau), Combine((1 / tau,)), up, warm)
    top = argument.step(at_most(u, U), Monotone("exp"), top)
    bottom = argument.step(at_most(-c / tau, (x[index] - y[index]) / tau), Combine((1 / tau,)), down, warm)
    bottom = argument.step(at_most(L, u), Monotone("exp"), bottom)
    most = argument.step(at_most(w * u, w * U), Combine((w,)), top, warm)
    most = argument.step(at_most(Z, U), SumOver(index), most, warm)
    least = argument.step(at_most(w * L, w * u), Combine((w,)), bottom, warm)
    least = argument.step(at_most(L, Z), SumOver(index), least, warm)

    facts = (top, bottom, most, least, floor, ceiling, wide, warm)
    width = high - low
    pointwise = argument.step(
        at_most(
            w * (u - Z) * (f[index] - low) / Z,
            width * w * (u - L) * (U - Z) / (Z * (U - L)),
        ),
        Combine(
            (),
            plus=(
                w * (u - L) * (U - Z) * (high - f[index]) / (Z * (U - L)),
                w * (U - u) * (Z - L) * (f[index] - low) / (Z * (U - L)),
            ),
        ),
        *facts,
        reason="chord",
    )
    mean = argument.step(
        at_most(Total(w * (u - Z) * f[index] / Z, index), width * (Z - L) * (U - Z) / (Z * (U - L))),
        SumOver(index),
        pointwise,
        wide,
        warm,
        reason="the mean of u is Z",
    )
    some = argument.step(at_most(0, width), Combine((1, 1)), floor, ceiling)
    return argument.step(
        claim, Combine((1,), plus=(width * (Z - 1) ** 2 / (Z * (U - L)),)), mean, some, wide, root, warm
    )


def _unmoved(
    argument: Argument, index: Index, claim: Relation, bounds: tuple[Step, ...], warm: Step, together: Step
) -> Step:
    """The coupling bound where c <= 0: x and y are equal."""
    up, down, *_ = bounds
    more = argument.step(at_most(x[index], y[index]), Combine((1, 1)), up, together)
    less_ = argument.step(at_most(y[index], x[index]), Combine((1, 1)), down, together)
    same = argument.step(equal(x[index], y[index]), Antisymmetry(), more, less_)
    same = argument.step(same.relation.for_all(index), Generalise((index,)), same)
    still = argument.step(equal(claim.lhs, 0), Identity(), same, warm)
    some = argument.step(at_most(0, c), Combine((Rational(1, 2), Rational(1, 2))), up, down)
    none = argument.step(equal(c, 0), Antisymmetry(), together, some)
    return argument.step(claim, Combine((1,)), still, none, warm)


def warm_mean(argument: Argument, index: Index) -> Step:
    """For all |x - y| <= c, each spanning at most tau: <sigma(x), x> <= <sigma(y), y> + c.

    Along z = y + t (x - y), with p = sigma(z) and m = <p, z>, the slope of <p, z> is the mean under p of
    (1 + (z - m) / tau) (x - y). The first factor is not negative, as z and m differ by at most tau; its mean is one.
    """
    warm = argument.assume("temperature", less(0, tau))
    widths = at_most(high - low, tau), at_most(high2 - low2, tau)
    ranges = (
        *between(x[index], index),
        *(relation.substitute({low: low2, high: high2}) for relation in between(y[index], index)),
    )
    given = (warm.relation, *close(index), *ranges, *widths)
    up, x_low, x_high, y_low, y_high = (
        at(argument, argument.assume("close or between", relation)) for relation in (given[1], *ranges)
    )
    narrow = [argument.assume("spans at most the temperature", relation) for relation in widths]
    inside = argument.assume("0 <= t", at_most(0, t)), argument.assume("t <= 1", at_most(t, 1))

    z = y[index] + t * (x[index] - y[index])
    bottom, top = (1 - t) * low2 + t * low, (1 - t) * high2 + t * high
    p = softmax(z, tau, index)
    m = Total(p * z, index)
    floor = argument.step(at_most(bottom, z), Combine((1 - t, t)), y_low, x_low, *inside)
    ceiling = argument.step(at_most(z, top), Combine((1 - t, t)), y_high, x_high, *inside)
    mean = argument.step(at_most(p * z, p * top), Combine((p,)), ceiling, warm)
    mean = argument.step(at_most(m, top), SumOver(index), mean, warm)
    width = argument.step(at_most(top - bottom, tau), Combine((t, 1 - t)), *narrow, *inside)
    room = argument.step(at_most(0, tau + z - m), Combine((1, 1, 1)), floor, mean, width, warm)
    weight = p * (tau + z - m) / tau
    change = argument.step(at_most(x[index] - y[index], c), Combine((1,)), up)
    slope = argument.step(at_most(weight * (x[index] - y[index]), weight * c), Combine((weight,)), change, room, warm)
    slope = argument.step(at_most(Total(weight * (x[index] - y[index]), index), c), SumOver(index), slope, warm)
    path = Total(p * z, index)
    ends = [Total(softmax(v[index], tau, index) * v[index], index) for v in (x, y)]
    bound = argument.step(at_most(ends[0], ends[1] + c), MeanValue(path, t, 1), slope, warm)
    variables = (x, y, tau, c, low, high, low2, high2)
    return argument.step(bound.relation.for_all(*variables, given=given), Generalise(variables, given), bound)


def at(argument: Argument, general: Step) -> Step:
    """The relation at its own bound variables, without the quantifier."""
    own: dict[Any, Any] = {variable: variable for variable in general.relation.bound}
    return argument.step(general.relation.body, Instantiate(own), general)
