"""With common payoffs a single action is as good a commitment as any mixture: the strong value is the pure value.

A single action is a mixture, so the pure value never exceeds the strong one. With v = u a best reply to row i pays
max_k v[i, k], and any reply to x pays the leader <x, u_j> <= sum_i x_i max_k v[i, k].
"""

from __future__ import annotations

from proofs.commitment.vocabulary import (
    COLUMNS,
    COMMITMENT,
    HYPOTHESES,
    LAW,
    PURE,
    ROWS,
    STRONG,
    SYMBOLS,
    against,
    best_reply,
    c,
    i,
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
from proofs.engine.rules.quantifiers import Generalise, Instantiate, SumOver
from proofs.engine.step import Step
from proofs.engine.substitution import Entries
from proofs.engine.terms import Delta, Index, Iverson, Maximum, Total

TOPIC = "commitment/common-payoff"
TITLE = "Commitment with common payoffs"


def derivation() -> Derivation:
    """pure <= sse; sse = pure where v = u."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=COMMITMENT)
    sse, pure = SYMBOLS["sse"], SYMBOLS["pure"]
    meaning = argument.define("pure")
    bounds = argument.fact("sse bounds")

    row = Index("r", ROWS)
    alone = argument.step(
        at_most(PURE, sse), Instantiate({x: Entries((row,), Delta(row, i))}), bounds, reason="all weight on row i"
    )
    single = argument.step(at_most(Maximum(PURE, i), sse), BestBound(Maximum(PURE, i), i), alone)
    single = argument.step(at_most(pure, sse), Rewrite(), single, meaning)
    argument.conclude("pure", single)

    mixture = _mixture(argument, meaning)
    above = argument.step(at_most(0, best_reply(j) * (pure - against(u, j))), Combine((best_reply(j),)), mixture)
    above = argument.step(at_most(STRONG, pure), BestBound(STRONG, j), above)
    everywhere = argument.step(at_most(STRONG, pure).for_all(x, given=LAW), Generalise((x,), LAW), above)
    least = argument.fact("sse is the least bound")
    mixed = argument.step(at_most(sse, pure), Instantiate({c: pure}), least, everywhere)
    argument.conclude("common payoff", argument.step(equal(sse, pure), Antisymmetry(), mixed, single))
    return argument.derivation()


def _mixture(argument: Argument, meaning: Step) -> Step:
    """<x, u_j> <= pure for every column j, where v = u."""
    pure, best = SYMBOLS["pure"], Maximum(v[i, k], k)
    alike = argument.assume("common payoff", HYPOTHESES["common payoff"])
    some, one = argument.fact("x is nonnegative"), argument.fact("x sums to one")

    star = Index("l", COLUMNS)
    chosen = argument.step(equal(v[i, star], best), Choice(star), reason="a best reply to row i")
    is_best = Iverson(v[i, star], best)
    marked = argument.step(equal(is_best, 1), Indicator(is_best), chosen)
    pays = argument.step(at_most(0, is_best * (PURE - u[i, star])), Bound(PURE, star))
    pays = argument.step(at_most(u[i, star], PURE), Combine((1, PURE - u[i, star])), pays, marked)
    same = argument.step(equal(v[i, star], u[i, star]), Instantiate({i: i, j: star}), alike)
    pays = argument.step(at_most(best, PURE), Combine((1, -1, 1)), pays, chosen, same)
    pays = argument.step(at_most(best, PURE), Discard(star), pays)

    least = argument.step(at_most(PURE, Maximum(PURE, i)), Bound(Maximum(PURE, i), i))
    pays = argument.step(at_most(best, Maximum(PURE, i)), Chain(), pays, least)
    reply = argument.step(at_most(v[i, j], best), Bound(best, j))
    reply = argument.step(at_most(v[i, j], Maximum(PURE, i)), Chain(), reply, pays)
    reply = argument.step(at_most(u[i, j], pure), Rewrite(), reply, alike, meaning)
    reply = argument.step(at_most(x[i] * u[i, j], x[i] * pure), Combine((x[i],)), reply, some)
    mixed = argument.step(at_most(against(u, j), Total(x[i], i) * pure), SumOver(i), reply)
    return argument.step(at_most(against(u, j), pure), Combine((1, pure)), mixed, one, reason="x is a law")
