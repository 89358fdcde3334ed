"""Commitment is worth at least any Nash equilibrium: the strong value bounds the leader's payoff there.

In equilibrium (x, y) the follower mixes over best replies to x only: sum_j y_j (F - <x, v_j>) = 0 with every term
nonnegative, F his payoff. Each column he plays is a best reply, so pays the leader at most the strong value. That the
leader answers y best is not needed.
"""

from __future__ import annotations

from proofs.commitment.vocabulary import (
    COLUMNS,
    COMMITMENT,
    HYPOTHESES,
    STRONG,
    SYMBOLS,
    against,
    best_reply,
    i,
    j,
    k,
    u,
    v,
    x,
    y,
)
from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most, equal, less
from proofs.engine.rules.algebra import Antisymmetry, Chain, Combine, Evident
from proofs.engine.rules.heads import BestBound, Bound, Indicator
from proofs.engine.rules.quantifiers import Cases, Instantiate, SumOver
from proofs.engine.terms import Delta, Index, Maximum, Total

TOPIC = "commitment/nash"
TITLE = "Commitment is worth at least any Nash equilibrium"


def derivation() -> Derivation:
    """nash <= sse where the follower answers x best with y."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=COMMITMENT)
    sse, nash = SYMBOLS["sse"], SYMBOLS["nash"]
    law = [argument.fact(name) for name in ("x is nonnegative", "x sums to one")]
    mixed, one = argument.fact("y is nonnegative"), argument.fact("y sums to one")
    name = "the follower answers y best"
    answers = argument.assume(name, HYPOTHESES[name])
    meaning = argument.define("nash")
    reply = Maximum(against(v, k), k)
    F = Total(Total(x[i] * y[j] * v[i, j], i), j)

    other = Index("l", COLUMNS)
    at = argument.step(at_most(against(v, j), F), Instantiate({k: j}), answers)
    loss = y[j] * (F - against(v, j))
    losses = argument.step(at_most(0, loss), Combine((y[j],)), at, mixed)
    rest = (1 - Delta(j, other)) * loss
    others = argument.step(at_most(0, rest), Combine((1 - Delta(j, other),)), losses)
    total = argument.step(at_most(0, Total(rest, j)), SumOver(j), others)
    at_other = y[other] * (F - against(v, other))
    none = argument.step(at_most(at_other, 0), Combine((1, F)), total, one, reason="the losses sum to zero")
    some = argument.step(
        at_most(0, at_other),
        Evident(),
        argument.step(at_most(against(v, other), F), Instantiate({k: other}), answers),
        mixed,
    )
    vanishing = argument.step(equal(at_other, 0), Antisymmetry(), none, some)

    claim = at_most(y[other] * against(u, other), y[other] * sse)
    played = argument.assume("played", less(0, y[other]))
    as_good = argument.step(equal(against(v, other), F), Combine((-1 / y[other],)), vanishing, played)
    bound = argument.step(
        at_most(reply, F), BestBound(reply, k), argument.step(at_most(against(v, k), F), Instantiate({k: k}), answers)
    )
    least = argument.step(at_most(reply, against(v, other)), Combine((1, -1)), bound, as_good)
    most = argument.step(at_most(against(v, other), reply), Bound(reply, other))
    optimal = argument.step(equal(against(v, other), reply), Antisymmetry(), most, least)
    best = argument.step(equal(best_reply(other), 1), Indicator(best_reply(other)), optimal)
    pays = argument.step(at_most(0, best_reply(other) * (STRONG - against(u, other))), Bound(STRONG, other))
    pays = argument.step(at_most(against(u, other), STRONG), Combine((1, STRONG - against(u, other))), pays, best)
    strong = argument.step(at_most(STRONG, sse), Instantiate({x: x}), argument.fact("sse bounds"), *law)
    pays = argument.step(at_most(against(u, other), sse), Chain(), pays, strong)
    first = argument.step(claim, Combine((y[other],)), pays, mixed, played)

    unplayed = argument.assume("not played", at_most(y[other], 0))
    floor = argument.step(at_most(0, y[other]), Instantiate({j: other}), mixed)
    zero = argument.step(equal(y[other], 0), Antisymmetry(), unplayed, floor)
    second = argument.step(claim, Combine((against(u, other) - sse,)), zero)
    pointwise = argument.step(claim, Cases(played.relation, unplayed.relation), first, second)
    summed = argument.step(
        at_most(Total(y[other] * against(u, other), other), Total(y[other] * sse, other)), SumOver(other), pointwise
    )
    argument.conclude("nash", argument.step(at_most(nash, sse), Combine((1, sse)), summed, one, meaning))
    return argument.derivation()
