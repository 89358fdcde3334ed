"""The second-order remainder of softmax, in l1 and for any number of actions: at most span^2 / (6 sqrt 3 tau^2).

The l1 norm of the remainder is <s, remainder> for its signs s. With phi(t) = <s, softmax((q + t d) / tau)> it is
phi(1) - phi(0) - phi'(0) <= max phi'' / 2, and tau^2 phi'' = E[(s - E s) (d - E d)^2] is 2 (1 - P) M1 - 2 P M0 in the
words of the curvature lemma, applied to the changes (d - min d) / span and to the actions of positive sign.
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, sqrt

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most, equal, less
from proofs.engine.rules.algebra import Combine, Identity, Rewrite
from proofs.engine.rules.analysis import MeanValue
from proofs.engine.rules.heads import AbsoluteValue
from proofs.engine.rules.quantifiers import Cases, Generalise, Instantiate, SumOver
from proofs.engine.step import Step
from proofs.engine.substitution import Entries
from proofs.engine.terms import Scalar, Signum, Total, vector
from proofs.softmax.curvature import LIMIT, curvature, curved, m, x
from proofs.softmax.lemmas import Range, range_of_change, unchanged
from proofs.softmax.vocabulary import SOFTMAX, SYMBOLS, a, d, first_order, p, q, softmax, tau

TOPIC = "softmax/remainder"
TITLE = "The second-order remainder of softmax"

s, t = vector("s"), Scalar("t")


def derivation() -> Derivation:
    """remainder <= span^2 / (6 sqrt 3 tau^2)."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=SOFTMAX)
    warm = argument.assume("temperature", less(0, tau))
    known = range_of_change(argument)
    remainder = argument.define("remainder", None, warm)
    low, high = known.low, known.high
    claim = at_most(SYMBOLS["remainder"], (high - low) ** 2 / (6 * sqrt(3) * tau**2))

    first = _some_change(argument, known, warm, remainder, claim)
    narrow = argument.assume("no change", at_most(high, low))
    same = unchanged(argument, known, narrow)
    still = argument.step(equal(SYMBOLS["remainder"], 0), Identity(), remainder, same, warm)
    second = argument.step(claim, Combine((1,), plus=((high - low) ** 2 / (6 * sqrt(3) * tau**2),)), still, warm)
    bound = argument.step(claim, Cases(less(low, high), narrow.relation), first, second)
    span = SYMBOLS["span"]
    final = argument.step(
        at_most(SYMBOLS["remainder"], span**2 / (6 * sqrt(3) * tau**2)), Rewrite(), bound, known.span, warm
    )
    argument.conclude("remainder", final)
    return argument.derivation()


def _some_change(argument: Argument, known: Range, warm: Step, remainder: Step, claim: Any) -> Step:
    """The bound where low < high."""
    low, high = known.low, known.high
    lemma = curvature(argument)
    wide = argument.assume("some change", less(low, high))
    signs = (
        argument.assume("signs above", at_most(s[a], 1).for_all(a)),
        argument.assume("signs below", at_most(-1, s[a]).for_all(a)),
    )
    scaled, share = (d[a] - low) / (high - low), (1 + s[a]) / 2
    scaled0 = argument.step(at_most(0, scaled), Combine((1 / (high - low),)), known.above, wide)
    scaled1 = argument.step(at_most(scaled, 1), Combine((1 / (high - low),)), known.below, wide)
    unit = [argument.step(step.relation.for_all(a), Generalise((a,)), step) for step in (scaled0, scaled1)]

    law = softmax(q[a] + t * d[a], tau)
    flat = argument.step(
        at_most(curved(law, share, scaled), LIMIT),
        Instantiate({p: Entries((a,), law), m: Entries((a,), share), x: Entries((a,), scaled)}),
        lemma,
        *signs,
        *unit,
        wide,
        warm,
    )
    mean = Total(law * d[a], a)
    moment = Total(law * s[a] * (d[a] - mean) ** 2, a) - Total(law * s[a], a) * Total(law * (d[a] - mean) ** 2, a)
    ceiling = (high - low) ** 2 / (3 * sqrt(3) * tau**2)
    second = argument.step(
        at_most(moment / tau**2, ceiling),
        Combine(((high - low) ** 2 / tau**2,)),
        flat,
        wide,
        warm,
        reason="the curvature along the segment",
    )
    error = softmax(q[a] + d[a], tau) - softmax(q[a], tau) - first_order()
    path = Total(s[a] * law, a)
    expanded = argument.step(at_most(Total(s[a] * error, a), ceiling / 2), MeanValue(path, t, 2), second, warm)
    given = tuple(step.relation for step in signs)
    expanded = argument.step(expanded.relation.for_all(s, given=given), Generalise((s,), given), expanded)
    own = argument.step(
        at_most(Total(Signum(error) * error, a), ceiling / 2),
        Instantiate({s: Entries((a,), Signum(error))}),
        expanded,
        warm,
        reason="the signs of the remainder itself",
    )
    size = argument.step(equal(Abs(error), Signum(error) * error), AbsoluteValue(error), warm)
    size = argument.step(equal(Total(Abs(error), a), Total(Signum(error) * error, a)), SumOver(a), size, warm)
    return argument.step(claim, Combine((1, 1)), own, size, remainder, warm)
