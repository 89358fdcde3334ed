"""The weak value is at most the strong value: the worst best reply pays the leader no more than the best one."""

from __future__ import annotations

from proofs.commitment.vocabulary import (
    COLUMNS,
    COMMITMENT,
    LAW,
    STRONG,
    SYMBOLS,
    WEAK,
    against,
    best_reply,
    c,
    k,
    u,
    v,
    x,
)
from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most, equal
from proofs.engine.rules.algebra import Chain, Combine
from proofs.engine.rules.assuming import Choice, Discard
from proofs.engine.rules.heads import Bound, Indicator
from proofs.engine.rules.quantifiers import Generalise, Instantiate
from proofs.engine.step import Step
from proofs.engine.terms import Index, Maximum

TOPIC = "commitment/weak-and-strong"
TITLE = "The weak value is at most the strong value"


def derivation() -> Derivation:
    """wse <= sse."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=COMMITMENT)
    argument.conclude("weak", weak_at_most_strong(argument))
    return argument.derivation()


def weak_at_most_strong(argument: Argument) -> Step:
    """wse <= sse."""
    sse, wse = SYMBOLS["sse"], SYMBOLS["wse"]
    star = Index("l", COLUMNS)
    law = [argument.fact(name) for name in ("x is nonnegative", "x sums to one")]

    chosen = argument.step(equal(against(v, star), Maximum(against(v, k), k)), Choice(star), reason="a best reply")
    best = argument.step(equal(best_reply(star), 1), Indicator(best_reply(star)), chosen)
    above = argument.step(at_most(0, best_reply(star) * (STRONG - against(u, star))), Bound(STRONG, star))
    below = argument.step(at_most(0, best_reply(star) * (against(u, star) - WEAK)), Bound(WEAK, star))
    ordered = argument.step(at_most(WEAK, STRONG), Combine((1, 1, STRONG - WEAK)), above, below, best)
    ordered = argument.step(at_most(WEAK, STRONG), Discard(star), ordered)

    strong = argument.step(at_most(STRONG, sse), Instantiate({x: x}), argument.fact("sse bounds"), *law)
    weak = argument.step(at_most(WEAK, sse), Chain(), ordered, strong)
    everywhere = argument.step(at_most(WEAK, sse).for_all(x, given=LAW), Generalise((x,), LAW), weak)
    least = argument.fact("wse is the least bound")
    return argument.step(at_most(wse, sse), Instantiate({c: sse}), least, everywhere)
