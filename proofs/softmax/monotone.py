"""Heating softmax lowers its mean value and raises its entropy, without calculus.

Let p, v, H be softmax at tau with its value and entropy, and p2, v2, H2 those at tau2 >= tau. The divergences are
KL(p || p2) = -H - v / tau2 + LSE2 and KL(p2 || p) = -H2 - v2 / tau + LSE, LSE = H + v / tau, LSE2 = H2 + v2 / tau2.
Both are nonnegative; so are (1 / tau - 1 / tau2) (v - v2), their sum, and (tau2 - tau) (H2 - H) = tau2 KL + tau KL.
"""

from __future__ import annotations

import sympy
from sympy import log

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import Relation, at_most, equal, less
from proofs.engine.rules.algebra import Antisymmetry, Combine, Identity
from proofs.engine.rules.quantifiers import Cases, Instantiate, SumOver
from proofs.engine.step import Step
from proofs.engine.terms import Scalar, Total, XLogX
from proofs.softmax.lemmas import gibbs, r, soft_entropy_terms, x
from proofs.softmax.vocabulary import SOFTMAX, SYMBOLS, a, hotter, partition, q, softmax, tau

TOPIC = "softmax/monotone"
TITLE = "Heating softmax"


def derivation() -> Derivation:
    """hotter_soft_value <= soft_value and soft_entropy <= hotter_soft_entropy, where tau <= hotter."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=SOFTMAX)
    v, v2, H, H2 = (
        SYMBOLS[name] for name in ("soft_value", "hotter_soft_value", "soft_entropy", "hotter_soft_entropy")
    )
    warm = argument.assume("temperature", less(0, tau))
    order = argument.assume("hotter", at_most(tau, hotter))
    warm2 = argument.step(less(0, hotter), Combine((1, 1)), warm, order)
    meanings = (
        argument.define("soft_value", None, warm),
        argument.define("soft_entropy", None, warm),
        argument.define("hotter_soft_value", None, warm2),
        argument.define("hotter_soft_entropy", None, warm2),
    )
    inequality = gibbs(argument)
    cold_lse, hot_lse = log(partition(q[a], tau)), log(partition(q[a], hotter))

    def entropy_identity(entropy: Scalar, value: Scalar, temperature: Scalar, lse: sympy.Expr) -> Step:
        terms = soft_entropy_terms(argument, temperature, warm if temperature == tau else warm2)
        return argument.step(equal(entropy, lse - value / temperature), Combine((-1,)), terms, *meanings, warm, warm2)

    cold = entropy_identity(H, v, tau, cold_lse)
    hot = entropy_identity(H2, v2, hotter, hot_lse)

    def divergence(first: Scalar, second: Scalar, claim: Relation) -> Step:
        law, reference = softmax(q[a], first), softmax(q[a], second)
        terms = XLogX(law) - law * log(reference)
        pointwise = argument.step(
            at_most(law - reference, terms), Instantiate({x: law, r: reference}), inequality, warm, warm2
        )
        summed = argument.step(at_most(0, Total(terms, a)), SumOver(a), pointwise, warm, warm2)
        return argument.step(claim, Combine((1,)), summed, *meanings, warm, warm2)

    forth = divergence(tau, hotter, at_most(0, hot_lse - H - v / hotter))
    back = divergence(hotter, tau, at_most(0, cold_lse - H2 - v2 / tau))

    values = argument.step(
        at_most(0, (1 / tau - 1 / hotter) * (v - v2)), Combine((1, 1, -1, -1)), forth, back, cold, hot, warm, warm2
    )
    entropies = argument.step(
        at_most(0, (hotter - tau) * (H2 - H)),
        Combine((hotter, tau, -hotter, -tau)),
        forth,
        back,
        hot,
        cold,
        warm,
        warm2,
    )

    apart = argument.assume("strictly hotter", less(tau, hotter))
    same = argument.assume("not hotter", at_most(hotter, tau))
    equal_temperatures = argument.step(equal(hotter, tau), Antisymmetry(), same, order)

    def conclude(name: str, claim: Relation, product: Step, factor: sympy.Expr) -> None:
        first = argument.step(claim, Combine((factor,)), product, apart, warm, warm2)
        second = argument.step(claim, Identity(), *meanings, equal_temperatures, warm)
        argument.conclude(name, argument.step(claim, Cases(apart.relation, same.relation), first, second))

    conclude("value", at_most(v2, v), values, tau * hotter / (hotter - tau))
    conclude("entropy", at_most(H, H2), entropies, 1 / (hotter - tau))
    return argument.derivation()
