"""The follower's own change at a state, entropies counted, moves his value by no more than itself where it is warm.

V = <pi, u>, u = tau_F LSE(F / tau_F), pi = softmax(q / tau_L), q = <nu, L>, nu = softmax(F / tau_F): along a segment of
F the slope of V is the mean under pi and nu of (1 + (u - V) (L - q) / (tau_L tau_F)) dF. With L spanning at most S_L
and F at most S_F the first factor is not negative where S_L S_F <= tau_L tau_F, and its mean is one. The comparison by
coupling alone, in `markov/soft-entropy`, has the factor 1 + S_L S_F / (4 tau_L tau_F) in its place.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, log

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import Relation, at_most
from proofs.engine.rules.algebra import Combine
from proofs.engine.rules.analysis import MeanValue
from proofs.engine.rules.quantifiers import Generalise, Instantiate, SumOver
from proofs.engine.step import Step
from proofs.engine.substitution import Entries
from proofs.engine.terms import Scalar, Total, vector
from proofs.markov import soft_lemmas as lemmas
from proofs.markov.soft_lemmas import at
from proofs.markov.soft_vocabulary import SOFT, log_sum_exp, softmax, tau_F, tau_L
from proofs.markov.vocabulary import a, b

TOPIC = "markov/soft-joint"
TITLE = "The follower's value of a state, his own change alone"

F, G, L = vector("F"), vector("G"), vector("L")
S_L, S_F, c, t = Scalar("S_L"), Scalar("S_F"), Scalar("c"), Scalar("t")
low, high = Scalar("low"), Scalar("high")
low_F, high_F, low_G, high_G = (Scalar(name) for name in ("low_F", "high_F", "low_G", "high_G"))


def answers(follower: Any) -> Expr:
    """q, at a."""
    return Total(softmax(follower, tau_F, b) * L[a, b], b)


def value(follower: Any) -> Expr:
    """V: the mean under pi of tau_F LSE(F / tau_F)."""
    return Total(softmax(answers(follower), tau_L, a) * log_sum_exp(follower, tau_F, b), a)


def _within(entry: Any, bottom: Any, top: Any) -> tuple[Relation, Relation]:
    return at_most(bottom, entry).for_all(a, b), at_most(entry, top).for_all(a, b)


GIVEN = (
    at_most(F[a, b], G[a, b] + c).for_all(a, b),
    *_within(F[a, b], low_F, high_F),
    *_within(G[a, b], low_G, high_G),
    *_within(L[a, b], low, high),
    at_most(high_F - low_F, S_F),
    at_most(high_G - low_G, S_F),
    at_most(high - low, S_L),
    at_most(S_L * S_F, tau_L * tau_F),
)


def derivation() -> Derivation:
    """For all F <= G + c and L, of spans at most S_F and S_L with S_L S_F <= tau_L tau_F: V(F) <= V(G) + c."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=SOFT)
    argument.conclude("own change", own_change(argument))
    return argument.derivation()


def own_change(argument: Argument) -> Step:
    """The same as a lemma."""
    warm_L, warm_F = argument.fact("leader_temperature"), argument.fact("follower_temperature")
    warm = (warm_L, warm_F)
    assumed = [argument.assume(f"condition {number}", relation) for number, relation in enumerate(GIVEN, 1)]
    change, F_low, F_high, G_low, G_high, L_low, L_high = (at(argument, step) for step in assumed[:7])
    F_width, G_width, L_width, product = assumed[7:]
    inside = argument.assume("0 <= t", at_most(0, t)), argument.assume("t <= 1", at_most(t, 1))

    z = G[a, b] + t * (F[a, b] - G[a, b])
    bottom, top = (1 - t) * low_G + t * low_F, (1 - t) * high_G + t * high_F
    floor = argument.step(at_most(bottom, z), Combine((1 - t, t)), G_low, F_low, *inside)
    ceiling = argument.step(at_most(z, top), Combine((1 - t, t)), G_high, F_high, *inside)
    width = argument.step(at_most(top - bottom, S_F), Combine((1 - t, t)), G_width, F_width, *inside)
    below, above = lemmas.average_bounds(argument, b)
    floor, ceiling = (argument.step(step.relation.for_all(b), Generalise((b,)), step) for step in (floor, ceiling))
    u, q, nu = log_sum_exp(z, tau_F, b), answers(z), softmax(z, tau_F, b)
    pi = softmax(q, tau_L, a)
    V = Total(pi * u, a)
    shift = tau_F * log(b.domain.size)
    along: dict[Any, Any] = {lemmas.x: Entries((b,), z), lemmas.tau: tau_F}
    u_low = argument.step(at_most(bottom, u - shift), Instantiate({**along, lemmas.low: bottom}), below, floor, warm_F)
    u_high = argument.step(at_most(u - shift, top), Instantiate({**along, lemmas.high: top}), above, ceiling, warm_F)

    def mean(weight: Expr, index: Any, step: Step, claim: Relation) -> Step:
        sides = weight * step.relation.lhs, weight * step.relation.rhs
        made = argument.step(at_most(*sides), Combine((weight,)), step, *warm)
        return argument.step(claim, SumOver(index), made, *warm)

    V_low = mean(pi, a, u_low, at_most(bottom, V - shift))
    V_high = mean(pi, a, u_high, at_most(V - shift, top))
    q_low = mean(nu, b, L_low, at_most(low, q))
    q_high = mean(nu, b, L_high, at_most(q, high))
    A, B = u - V, L[a, b] - q
    facts = [
        argument.step(at_most(*sides), Combine((1, 1, 1)), *steps, *warm)
        for sides, steps in (
            ((A, S_F), (u_high, V_low, width)),
            ((-A, S_F), (u_low, V_high, width)),
            ((B, S_L), (L_high, q_low, L_width)),
            ((-B, S_L), (L_low, q_high, L_width)),
        )
    ]
    room = argument.step(
        at_most(0, tau_L + A * B / tau_F),
        Combine((1 / tau_F,), plus=((S_F + A) * (S_L + B) / (2 * tau_F), (S_F - A) * (S_L - B) / (2 * tau_F))),
        product,
        *facts,
        *warm,
    )
    weight = pi * nu * (tau_L + A * B / tau_F) / tau_L
    slope = argument.step(at_most(weight * (F[a, b] - G[a, b]), weight * c), Combine((weight,)), change, room, *warm)
    rows = Total(slope.relation.lhs, b), pi * c
    slope = argument.step(at_most(*rows), SumOver(b), slope, *warm, reason="the mean of L - q is zero")
    slope = argument.step(at_most(Total(rows[0], a), c), SumOver(a), slope, *warm)
    bound = argument.step(at_most(value(F[a, b]), value(G[a, b]) + c), MeanValue(V, t, 1), slope, *warm)
    variables = (F, G, L, c, S_L, S_F, low, high, low_F, high_F, low_G, high_G)
    claim = bound.relation.for_all(*variables, given=GIVEN)
    return argument.step(claim, Generalise(variables, GIVEN), bound)
