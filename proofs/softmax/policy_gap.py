"""The distance of softmax from the uniform law on the maximisers.

softmax exceeds the uniform law exactly off the maximisers: |softmax_a - X_a / k| = (1 - 2 X_a) (softmax_a - X_a / k),
with X_a the indicator of the k maximisers. The sum is 2 (S - k) / S, S = sum_a exp((q_a - max q) / tau).
"""

from __future__ import annotations

import sympy

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most, equal
from proofs.engine.rules.algebra import Antisymmetry, Chain, Combine
from proofs.engine.rules.heads import AbsoluteValue
from proofs.engine.rules.quantifiers import Instantiate, SumOver
from proofs.engine.terms import Total
from proofs.softmax.maximisers import S, X, decay, e, gap, gap_bound, k, maximisers, sum_from_gap
from proofs.softmax.vocabulary import SOFTMAX, SYMBOLS, a, max_value, n, q

TOPIC = "softmax/policy-gap"
TITLE = "The distance of softmax from the best actions"


def derivation() -> Derivation:
    """policy_gap <= 2 (n - k) E / (k + (n - k) E) <= 2 n E with E = e^(-gap / tau); the first bound is attained."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=SOFTMAX)
    policy_gap = SYMBOLS["policy_gap"]
    levels = k + (n - k) * decay
    x = e / S - X / k

    known = maximisers(argument)
    distance = argument.define("policy_gap", None, known.warm, known.at_least_one)
    total = argument.step(equal(Total(X * e, a), Total(X, a)), SumOver(a), known.weight)

    size = sympy.Abs(x)
    up = argument.step(at_most(x, size), AbsoluteValue(x), known.warm, known.at_least_one)
    down = argument.step(at_most(-x, size), AbsoluteValue(x), known.warm, known.at_least_one)
    least = argument.step(at_most((1 - 2 * X) * x, size), Combine((1 - X, X)), up, down, known.at_least_one)
    on = argument.step(
        at_most(x, (1 - 2 * X) * x),
        Combine((2 * X / (k * S), 2 / S)),
        known.below,
        known.weight,
        known.at_least_one,
        reason="on the maximisers softmax is below 1 / k",
    )
    off = argument.step(
        at_most(-x, (1 - 2 * X) * x), Combine((), plus=(2 * (1 - X) * e / S,)), known.warm, known.at_least_one
    )
    most = argument.step(at_most(size, (1 - 2 * X) * x), AbsoluteValue(x), on, off, known.at_least_one)
    exact = argument.step(equal(size, (1 - 2 * X) * x), Antisymmetry(), least, most, known.at_least_one)
    summed = argument.step(equal(Total(size, a), Total((1 - 2 * X) * x, a)), SumOver(a), exact, known.at_least_one)
    value = argument.step(
        equal(policy_gap, 2 * (S - k) / S),
        Combine((1, -2 / S)),
        summed,
        total,
        distance,
        known.count,
        known.at_least_one,
        reason="a sum over the maximisers and one over the others",
    )

    fewer, _, bound = gap_bound(argument, known)
    sums = sum_from_gap(argument, known, bound)
    sharp = 2 * (n - k) * decay / levels
    upper = argument.step(
        at_most(policy_gap, sharp),
        Combine((1, 2 * k / (S * levels))),
        value,
        sums,
        known.at_least_one,
        fewer,
        reason="2 - 2 k / S grows with S",
    )
    argument.conclude("policy gap", upper)
    simple = argument.step(
        at_most(sharp, 2 * n * decay),
        Combine((2 * n * decay / levels,), plus=(2 * decay * (n * (n - k) * decay + k) / levels,)),
        known.at_least_one,
        fewer,
        known.warm,
        reason="k >= 1",
    )
    argument.conclude("simple", argument.step(at_most(policy_gap, 2 * n * decay), Chain(), upper, simple))

    alike = argument.assume("all other actions at the gap", equal(0, (1 - X) * (max_value - q[a] - gap)).for_all(a))
    alike = argument.step(equal(0, (1 - X) * (max_value - q[a] - gap)), Instantiate({a: a}), alike)
    sums = sum_from_gap(argument, known, alike)
    attained = argument.step(
        equal(policy_gap, sharp), Combine((1, 2 * k / (S * levels))), value, sums, known.at_least_one, fewer
    )
    argument.conclude("attained", attained)
    return argument.derivation()
