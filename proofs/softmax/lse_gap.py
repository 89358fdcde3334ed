"""The log-sum-exp above the maximum, with k maximisers: between tau log k and tau log(k + (n - k) e^(-gap / tau))."""

from __future__ import annotations

from sympy import log

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most
from proofs.engine.rules.algebra import Combine, Rewrite
from proofs.engine.rules.analysis import Monotone
from proofs.engine.rules.heads import BestBound
from proofs.engine.rules.quantifiers import SumOver
from proofs.engine.terms import Minimum
from proofs.softmax.maximisers import S, X, decay, e, gap, gap_bound, k, maximisers, sum_from_gap
from proofs.softmax.vocabulary import DEFINITIONS, SOFTMAX, SYMBOLS, a, max_value, n, q, tau

TOPIC = "softmax/lse-gap"
TITLE = "The log-sum-exp above the maximum"


def derivation() -> Derivation:
    """tau log k <= log_sum_exp - max_value <= tau log(k + (n - k) e^(-gap / tau)) <= tau log n."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=SOFTMAX)
    excess = SYMBOLS["log_sum_exp"] - max_value
    levels = k + (n - k) * decay

    known = maximisers(argument)
    lse = argument.define("log_sum_exp", None, known.warm)

    logs = argument.step(at_most(log(k), log(S)), Monotone("log"), known.below, known.at_least_one)
    lower = argument.step(at_most(tau * log(k), excess), Combine((tau,)), logs, lse, known.warm, known.at_least_one)
    argument.conclude("lower", lower)

    small = argument.step(at_most((q[a] - max_value) / tau, 0), Combine((1 / tau,)), known.below_top, known.warm)
    small = argument.step(at_most(e, 1), Monotone("exp"), small)
    small = argument.step(at_most(S, n), SumOver(a), small)
    logs = argument.step(at_most(log(S), log(n)), Monotone("log"), small)
    argument.conclude("log n", argument.step(at_most(excess, tau * log(n)), Combine((tau,)), logs, lse, known.warm))

    fewer, definition, bound = gap_bound(argument, known)
    sums = sum_from_gap(argument, known, bound)
    logs = argument.step(at_most(log(S), log(levels)), Monotone("log"), sums, known.at_least_one, fewer)
    upper = argument.step(
        at_most(excess, tau * log(levels)), Combine((tau,)), logs, lse, known.warm, known.at_least_one
    )
    argument.conclude("upper", upper)

    minimum = DEFINITIONS["gap"]
    assert isinstance(minimum, Minimum)
    apart = argument.step(at_most(0, (1 - X) * (max_value - q[a])), Combine((1 - X,)), known.below_top)
    apart = argument.step(at_most(0, minimum), BestBound(minimum, a), apart, fewer, known.count)
    apart = argument.step(at_most(0, gap), Rewrite(), apart, definition, reason="the gap is not negative")
    faded = argument.step(at_most(-gap / tau, 0), Combine((1 / tau,)), apart, known.warm)
    faded = argument.step(at_most(decay, 1), Monotone("exp"), faded)
    fewest = argument.step(at_most(levels, n), Combine((n - k,)), faded, fewer)
    logs = argument.step(at_most(log(levels), log(n)), Monotone("log"), fewest, known.at_least_one, fewer)
    argument.conclude(
        "upper below log n",
        argument.step(at_most(tau * log(levels), tau * log(n)), Combine((tau,)), logs, known.warm, known.at_least_one),
    )
    return argument.derivation()
