"""The value lost by softmax: max q - <softmax(q / tau), q> <= tau W((n - 1) / e), and where it is attained.

Write g_a = (max q - q_a) / tau for the scaled gaps and c = W((n - 1) / e). The tangent e^(s - 1) >= s at s = g_a - c
gives (g_a - c) e^(-g_a) <= e^(-1 - c); over the n - 1 actions other than one maximiser this sums to at most
(n - 1) e^(-1 - c) = c.
"""

from __future__ import annotations

import sympy
from sympy import exp

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most, equal, less
from proofs.engine.rules.algebra import Combine, Identity, Rewrite
from proofs.engine.rules.analysis import Monotone
from proofs.engine.rules.assuming import Choice
from proofs.engine.rules.heads import Lambert
from proofs.engine.rules.quantifiers import Instantiate, SumOver
from proofs.engine.terms import Delta, Index, Maximum, Scalar, Total, vector
from proofs.softmax.lemmas import exponential_tangent
from proofs.softmax.vocabulary import ACTIONS, SOFTMAX, SYMBOLS, a, max_value, n, q, tau

TOPIC = "softmax/value-gap"
TITLE = "The value lost by softmax"


def derivation() -> Derivation:
    """max_value - soft_value <= tau W((n - 1) / e); equality with one maximiser and the others at gap tau (1 + W)."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=SOFTMAX)
    soft_value, star, best = SYMBOLS["soft_value"], Index("l", ACTIONS), Index("t", ACTIONS)
    c, g, s = Scalar("c"), vector("g"), Scalar("s")
    bound = sympy.LambertW((n - 1) / sympy.E)

    warm = argument.assume("temperature", less(0, tau))
    value = argument.define("soft_value", None, warm)
    top = argument.define("max_value")
    chosen = argument.step(equal(q[star], Maximum(q[a], a)), Choice(star), reason="one maximiser")
    chosen = argument.step(equal(q[star], max_value), Rewrite(), chosen, top)

    constant = argument.define(c, bound)
    lambert = argument.step(equal(bound * exp(bound), (n - 1) / sympy.E), Lambert((n - 1) / sympy.E))
    lambert = argument.step(equal(c * exp(c), (n - 1) / sympy.E), Rewrite(), lambert, constant)
    fixed = argument.step(equal((n - 1) * exp(-1 - c), c), Combine((-exp(-c),)), lambert)

    gaps = argument.define(g[a], (max_value - q[a]) / tau, warm, reason="the scaled gaps")
    none = argument.step(equal(g[star], (max_value - q[star]) / tau), Instantiate({a: star}), gaps, warm)
    none = argument.step(equal(g[star], 0), Combine((1, -1 / tau)), none, chosen, warm, reason="no gap at a maximiser")
    unit = argument.step(equal(exp(g[star]), 1), Monotone("exp"), none)

    tangent = exponential_tangent(argument)
    tangent = argument.step(at_most(g[a] - c, exp(g[a] - c - 1)), Instantiate({s: g[a] - c}), tangent)
    other = 1 - Delta(a, star)
    pointwise = at_most(other * (g[a] - c) * exp(-g[a]), other * exp(-1 - c))
    pointwise = argument.step(pointwise, Combine((other * exp(-g[a]),)), tangent, reason="times [a is not l] e^(-g)")
    summed = argument.step(
        at_most(Total((g[a] - c) * exp(-g[a]), a) - (g[star] - c) * exp(-g[star]), (n - 1) * exp(-1 - c)),
        SumOver(a),
        pointwise,
        reason="over the others",
    )
    weighted = argument.step(
        at_most(Total(g[a] * exp(-g[a]), a), c * Total(exp(-g[a]), a)),
        Combine((1, 1, exp(-g[star]), c * exp(-g[star]))),
        summed,
        fixed,
        none,
        unit,
    )
    loss = argument.step(
        at_most(max_value - soft_value, tau * c),
        Combine((tau / Total(exp(-g[a]), a),)),
        weighted,
        value,
        gaps,
        reason="the mean of the gaps under softmax",
    )
    argument.conclude(
        "value gap", argument.step(at_most(max_value - soft_value, tau * bound), Rewrite(), loss, constant)
    )

    worst = argument.assume(
        "one maximiser, the others at gap tau (1 + W)",
        equal(q[a], max_value - (1 - Delta(a, best)) * tau * (1 + bound)).for_all(a),
    )
    attained = argument.step(
        equal(max_value - soft_value, tau * (n - 1) * (1 + bound) / (exp(1 + bound) + n - 1)),
        Identity(),
        value,
        worst,
        reason="softmax of such values",
    )
    total = argument.step(
        equal(exp(1 + bound) * bound, n - 1), Combine((sympy.E,)), *(step for step in (lambert, constant))
    )
    argument.conclude(
        "attained",
        argument.step(
            equal(max_value - soft_value, tau * bound),
            Combine((1, -tau / (exp(1 + bound) + n - 1))),
            attained,
            total,
        ),
    )
    return argument.derivation()
