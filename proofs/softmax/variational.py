"""The variational form: tau LSE(q / tau) = max over laws p of <p, q> + tau Ent(p), missed by tau KL(p || softmax).

KL >= 0 is Gibbs' inequality: p log p - p log s >= p - s for every p >= 0 and s > 0, from log t <= t - 1 at t = s / p.
"""

from __future__ import annotations

from sympy import log

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most, equal, less
from proofs.engine.rules.algebra import Combine
from proofs.engine.rules.quantifiers import Instantiate, SumOver
from proofs.engine.terms import Total, XLogX
from proofs.softmax.lemmas import gibbs, r, soft_entropy_terms, x
from proofs.softmax.vocabulary import SOFTMAX, SYMBOLS, a, p, q, softmax, tau

TOPIC = "softmax/variational"
TITLE = "The variational form of the log-sum-exp"


def derivation() -> Derivation:
    """log_sum_exp = policy_value + tau policy_entropy + tau policy_divergence >= policy_value + tau policy_entropy."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=SOFTMAX)
    lse, value, entropy, divergence, soft_value, soft_entropy = (
        SYMBOLS[name]
        for name in (
            "log_sum_exp",
            "policy_value",
            "policy_entropy",
            "policy_divergence",
            "soft_value",
            "soft_entropy",
        )
    )
    law = softmax(q[a], tau)

    warm = argument.assume("temperature", less(0, tau))
    probabilities = argument.fact("probabilities")
    one = argument.fact("they sum to one")
    meanings = (
        argument.define("log_sum_exp", None, warm),
        argument.define("policy_value"),
        argument.define("policy_entropy", None, probabilities),
        argument.define("policy_divergence", None, probabilities, warm),
    )
    gap = argument.step(
        equal(lse - value - tau * entropy, tau * divergence),
        Combine((-lse,)),
        one,
        *meanings,
        warm,
        reason="log softmax_a = q_a / tau - LSE(q / tau)",
    )
    argument.conclude("gap", gap)

    pointwise = argument.step(
        at_most(p[a] - law, XLogX(p[a]) - p[a] * log(law)),
        Instantiate({x: p[a], r: law}),
        gibbs(argument),
        probabilities,
        warm,
    )
    summed = argument.step(
        at_most(Total(p[a], a) - 1, Total(XLogX(p[a]) - p[a] * log(law), a)),
        SumOver(a),
        pointwise,
        probabilities,
        warm,
        reason="softmax sums to one",
    )
    positive = argument.step(at_most(0, divergence), Combine((1, -1)), summed, one, meanings[3], warm)
    argument.conclude("divergence", positive)
    bound = argument.step(at_most(value + tau * entropy, lse), Combine((-1, tau)), gap, positive, warm)
    argument.conclude("upper bound", bound)

    soft = (argument.define("soft_value", None, warm), argument.define("soft_entropy", None, warm))
    terms = soft_entropy_terms(argument, tau, warm)
    attained = argument.step(
        equal(lse, soft_value + tau * soft_entropy), Combine((tau,)), terms, meanings[0], *soft, warm
    )
    argument.conclude("attained by softmax", attained)
    return argument.derivation()
