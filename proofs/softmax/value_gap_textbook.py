"""The value lost by softmax is at most tau log n, as textbooks have it: max q <= LSE = <softmax, q> + tau Ent(softmax).

Gibbs' inequality against the uniform law, s_a - 1 / n <= s_a log s_a + s_a log n, sums to Ent(softmax) <= log n.
"""

from __future__ import annotations

from sympy import exp, log

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most, equal, less
from proofs.engine.rules.algebra import Combine, Evident, Rewrite
from proofs.engine.rules.analysis import Monotone
from proofs.engine.rules.assuming import Choice
from proofs.engine.rules.quantifiers import Instantiate, SumOver
from proofs.engine.terms import Delta, Index, Maximum, Total, XLogX
from proofs.softmax.lemmas import gibbs, r, soft_entropy_terms, x
from proofs.softmax.vocabulary import ACTIONS, SOFTMAX, SYMBOLS, a, max_value, n, partition, q, softmax, tau

TOPIC = "softmax/value-gap-textbook"
TITLE = "The value lost by softmax, as textbooks bound it"


def derivation() -> Derivation:
    """max_value <= log_sum_exp, soft_entropy <= log n, and max_value - soft_value <= tau log n."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=SOFTMAX)
    lse, soft_value, soft_entropy = (SYMBOLS[name] for name in ("log_sum_exp", "soft_value", "soft_entropy"))
    law, star = softmax(q[a], tau), Index("l", ACTIONS)
    weight, total = exp(q[a] / tau), partition(q[a], tau)

    warm = argument.assume("temperature", less(0, tau))
    meaning = argument.define("log_sum_exp", None, warm)
    chosen = argument.step(equal(q[star], Maximum(q[a], a)), Choice(star), reason="one maximiser")
    chosen = argument.step(equal(q[star], max_value), Rewrite(), chosen, argument.define("max_value"))
    single = argument.step(at_most(Delta(a, star) * weight, weight), Evident(), warm)
    single = argument.step(at_most(exp(q[star] / tau), total), SumOver(a), single, reason="one term of the sum")
    logs = argument.step(at_most(q[star] / tau, log(total)), Monotone("log"), single)
    above = argument.step(at_most(max_value, lse), Combine((tau, -1)), logs, chosen, meaning, warm)
    argument.conclude("maximum", above)

    entropy = argument.define("soft_entropy", None, warm)
    uniform = argument.step(
        at_most(law - 1 / n, XLogX(law) + law * log(n)), Instantiate({x: law, r: 1 / n}), gibbs(argument), warm
    )
    uniform = argument.step(
        at_most(0, Total(XLogX(law), a) + log(n)), SumOver(a), uniform, warm, reason="both laws sum to one"
    )
    most = argument.step(at_most(soft_entropy, log(n)), Combine((1,)), uniform, entropy, warm)
    argument.conclude("entropy", most)

    terms = soft_entropy_terms(argument, tau, warm)
    value = argument.define("soft_value", None, warm)
    attained = argument.step(
        equal(lse, soft_value + tau * soft_entropy), Combine((tau,)), terms, meaning, value, entropy, warm
    )
    argument.conclude(
        "value gap",
        argument.step(at_most(max_value - soft_value, tau * log(n)), Combine((1, 1, tau)), above, attained, most, warm),
    )
    return argument.derivation()
