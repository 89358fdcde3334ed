"""The l2 modulus of softmax: |softmax((q + d) / tau) - softmax(q / tau)|_2 <= |d|_2 / (2 tau).

Any law has Var(y) <= |y|^2 / 2, because 0 <= sum over a != b of p_a p_b (y_a + y_b)^2 and p_a (1 - p_a) <= 1 / 4. Along
the segment d/dt <v, softmax> = Cov(v, d) / tau, and 4 tau Cov(v, d) <= 4 tau^2 Var(v) + Var(d). With v the displacement
this says |v|^2 <= |v|^2 / 2 + |d|^2 / (8 tau^2).
"""

from __future__ import annotations

import sympy
from sympy import Rational, sqrt

from proofs.engine.argument import Argument
from proofs.engine.relation import at_most, equal
from proofs.engine.rules.algebra import Combine, Evident, Rewrite
from proofs.engine.rules.analysis import MeanValue, Monotone
from proofs.engine.rules.quantifiers import Generalise, Instantiate, SumOver
from proofs.engine.step import Step
from proofs.engine.substitution import Entries
from proofs.engine.terms import Delta, Scalar, Total, vector
from proofs.softmax.vocabulary import SYMBOLS, a, b, d, p, q, softmax, tau

y, v, t = vector("y"), vector("v"), Scalar("t")


def variance_bound(argument: Argument) -> Step:
    """For all laws p and vectors y: sum p y^2 - (sum p y)^2 <= sum y^2 / 2."""
    law = argument.assume("a law", at_most(0, p[a]).for_all(a))
    one = argument.assume("it sums to one", equal(Total(p[a], a), 1))
    pairs = (1 - Delta(a, b)) * p[a] * p[b] * (y[a] + y[b]) ** 2
    nonnegative = argument.step(at_most(0, pairs), Evident(), law, reason="pairs of different actions")
    nonnegative = argument.step(at_most(0, Total(pairs, b)), SumOver(b), nonnegative)
    nonnegative = argument.step(at_most(0, Total(Total(pairs, b), a)), SumOver(a), nonnegative)
    quarter = argument.step(
        at_most(p[a] * (1 - p[a]) * y[a] ** 2, y[a] ** 2 / 4),
        Combine((), plus=((p[a] - Rational(1, 2)) ** 2 * y[a] ** 2,)),
        reason="p (1 - p) <= 1 / 4",
    )
    quarter = argument.step(
        at_most(Total(p[a] * (1 - p[a]) * y[a] ** 2, a), Total(y[a] ** 2, a) / 4), SumOver(a), quarter
    )
    claim = at_most(Total(p[a] * y[a] ** 2, a) - Total(p[a] * y[a], a) ** 2, Total(y[a] ** 2, a) / 2)
    bound = argument.step(claim, Combine((Rational(1, 2), 2, Total(p[a] * y[a] ** 2, a))), nonnegative, quarter, one)
    given = (law.relation, one.relation)
    return argument.step(claim.for_all(p, y, given=given), Generalise((p, y), given), bound)


def euclidean(argument: Argument, warm: Step) -> Step:
    """response_distance_l2 <= l2_norm / (2 tau)."""
    bound = variance_bound(argument)
    along = softmax(q[a] + t * d[a], tau)

    def variance(entry: sympy.Expr) -> sympy.Expr:
        return Total(along * entry**2, a) - Total(along * entry, a) ** 2

    def bounded(entry: sympy.Expr) -> Step:
        relation = at_most(variance(entry), Total(entry**2, a) / 2)
        values = {p: Entries((a,), along), y: Entries((a,), entry)}
        return argument.step(relation, Instantiate(values), bound, warm)

    covariance = Total(along * v[a] * d[a], a) - Total(along * v[a], a) * Total(along * d[a], a)
    mixed = 2 * tau * v[a] - d[a]
    square = along * (mixed - Total(along * mixed, a)) ** 2
    spread = argument.step(at_most(0, Total(square, a)), Evident(), warm, reason="the variance of 2 tau v - d")
    ceiling = Total(v[a] ** 2, a) / 2 + Total(d[a] ** 2, a) / (8 * tau**2)
    slope = argument.step(
        at_most(covariance / tau, ceiling),
        Combine((1 / (4 * tau**2), 1, 1 / (4 * tau**2))),
        spread,
        bounded(v[a]),
        bounded(d[a]),
        warm,
    )
    path = Total(v[a] * along, a)
    increment = argument.step(
        at_most(Total(v[a] * (softmax(q[a] + d[a], tau) - softmax(q[a], tau)), a), ceiling),
        MeanValue(path, t, 1),
        slope,
        warm,
        reason="the slope of <v, softmax> along the segment",
    )
    increment = argument.step(increment.relation.for_all(v), Generalise((v,)), increment)
    displacement = softmax(q[a] + d[a], tau) - softmax(q[a], tau)
    length = Total(displacement**2, a)
    own = argument.step(
        at_most(length, length / 2 + Total(d[a] ** 2, a) / (8 * tau**2)),
        Instantiate({v: Entries((a,), displacement)}),
        increment,
        warm,
    )
    own = argument.step(at_most(length, Total(d[a] ** 2, a) / (4 * tau**2)), Combine((2,)), own, warm)
    own = argument.step(at_most(sqrt(length), sqrt(Total(d[a] ** 2, a)) / (2 * tau)), Monotone("sqrt"), own, warm)
    moved = argument.define("response_distance_l2", None, warm)
    norm = argument.define("l2_norm")
    claim = at_most(SYMBOLS["response_distance_l2"], SYMBOLS["l2_norm"] / (2 * tau))
    return argument.step(claim, Rewrite(), own, moved, norm, warm)
