"""In zero-sum games commitment is worth the minimax value, whatever the follower's tie-breaking.

With v = -u a best reply to x is a column that minimises <x, u_j>, so all best replies pay the leader min_j <x, u_j>.
"""

from __future__ import annotations

from proofs.commitment.vocabulary import (
    COLUMNS,
    COMMITMENT,
    HYPOTHESES,
    LAW,
    SECURE,
    STRONG,
    SYMBOLS,
    WEAK,
    against,
    best_reply,
    c,
    j,
    k,
    u,
    v,
    x,
)
from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most, equal
from proofs.engine.rules.algebra import Antisymmetry, Chain, Combine, Rewrite
from proofs.engine.rules.assuming import Choice, Discard
from proofs.engine.rules.heads import BestBound, Bound, Indicator
from proofs.engine.rules.quantifiers import Generalise, Instantiate
from proofs.engine.step import Step
from proofs.engine.terms import Index, Maximum

TOPIC = "commitment/zero-sum"
TITLE = "Commitment in zero-sum games"


def derivation() -> Derivation:
    """sse = minimax and wse = minimax, where v = -u."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=COMMITMENT)
    law = [argument.fact(name) for name in ("x is nonnegative", "x sums to one")]
    opposed = argument.assume("zero-sum", HYPOTHESES["zero-sum"])
    reply = Maximum(against(v, k), k)

    low = argument.step(at_most(SECURE, against(u, k)), Bound(SECURE, k))
    low = argument.step(at_most(against(v, k), -SECURE), Rewrite(), low, opposed)
    low = argument.step(at_most(reply, -SECURE), BestBound(reply, k), low)
    high = argument.step(at_most(against(v, j), reply), Bound(reply, j))
    high = argument.step(at_most(-reply, against(u, j)), Rewrite(), high, opposed)
    high = argument.step(at_most(-reply, SECURE), BestBound(SECURE, j), high)
    high = argument.step(at_most(-SECURE, reply), Rewrite(), high)
    mirrored = argument.step(equal(reply, -SECURE), Antisymmetry(), low, high)

    def all_alike(column: Index) -> Step:
        """[column is a best reply] (min_j <x, u_j> - <x, u_column>) = 0."""
        condition = best_reply(column)
        replies = argument.step(equal(condition * (against(v, column) - reply), 0), Indicator(condition))
        difference = condition * (SECURE - against(u, column))
        return argument.step(equal(difference, 0), Combine((1, condition)), replies, mirrored, opposed)

    alike = all_alike(j)
    gain = best_reply(j) * (SECURE - against(u, j))
    not_more = argument.step(at_most(0, gain), Combine((-1,)), alike)
    not_more = argument.step(at_most(STRONG, SECURE), BestBound(STRONG, j), not_more)
    not_less = argument.step(at_most(0, -gain), Combine((1,)), alike)
    not_less = argument.step(at_most(SECURE, WEAK), BestBound(WEAK, j), not_less)

    star = Index("l", COLUMNS)
    chosen = argument.step(equal(against(v, star), reply), Choice(star), reason="a best reply")
    best = argument.step(equal(best_reply(star), 1), Indicator(best_reply(star)), chosen)
    secured = argument.step(
        equal(against(u, star), SECURE), Combine((-1, SECURE - against(u, star))), all_alike(star), best
    )
    above = argument.step(at_most(0, best_reply(star) * (STRONG - against(u, star))), Bound(STRONG, star))
    at_least = argument.step(at_most(SECURE, STRONG), Combine((1, STRONG - against(u, star), -1)), above, best, secured)
    below = argument.step(at_most(0, best_reply(star) * (against(u, star) - WEAK)), Bound(WEAK, star))
    at_best = argument.step(at_most(WEAK, SECURE), Combine((1, against(u, star) - WEAK, 1)), below, best, secured)
    at_least, at_best = (argument.step(step.relation, Discard(star), step) for step in (at_least, at_best))

    def dominated(name: str, step: Step, above_name: str) -> Step:
        """The least bound of the left side is at most the other value, from a bound at every x."""
        value, other = SYMBOLS[name], SYMBOLS[above_name]
        bound = argument.step(
            at_most(step.relation.rhs, other), Instantiate({x: x}), argument.fact(f"{above_name} bounds"), *law
        )
        chained = argument.step(at_most(step.relation.lhs, other), Chain(), step, bound)
        everywhere = argument.step(chained.relation.for_all(x, given=LAW), Generalise((x,), LAW), chained)
        least = argument.fact(f"{name} is the least bound")
        return argument.step(at_most(value, other), Instantiate({c: other}), least, everywhere)

    for name, upper, lower in (("sse", not_more, at_least), ("wse", at_best, not_less)):
        both = dominated(name, upper, "minimax"), dominated("minimax", lower, name)
        argument.conclude(name, argument.step(equal(SYMBOLS[name], SYMBOLS["minimax"]), Antisymmetry(), *both))
    return argument.derivation()
