"""Where every inducible reply is the only best one somewhere, ties do not matter: the weak value is the strong value.

Let j be a best reply to x, and the only one to w_j. For 0 < t <= 1 it is the only best reply to z = (1 - t) x + t w_j,
so that the weak value is at least <z, u_j> = (1 - t) <x, u_j> + t <w_j, u_j>; as t shrinks, at least <x, u_j>.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Abs

from proofs.commitment.vocabulary import (
    COLUMNS,
    COMMITMENT,
    HYPOTHESES,
    LAW,
    STRONG,
    SYMBOLS,
    WEAK,
    against,
    against_w,
    best_reply,
    best_to_w,
    c,
    i,
    j,
    k,
    r,
    u,
    v,
    w,
    x,
)
from proofs.commitment.weak import weak_at_most_strong
from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most, equal, less
from proofs.engine.rules.algebra import Antisymmetry, Chain, Combine, Evident, Identity
from proofs.engine.rules.heads import AbsoluteValue, BestBound, Bound, Indicator
from proofs.engine.rules.quantifiers import Cases, Generalise, Instantiate, SumOver
from proofs.engine.step import Step
from proofs.engine.substitution import Entries, substitute
from proofs.engine.terms import Delta, Index, Iverson, Maximum, Scalar, Total

TOPIC = "commitment/generic"
TITLE = "Commitment where no reply is degenerate"

t = Scalar("t")
h = Index("h", COLUMNS)  # another reply; of [r = h] [r = j] a sum over r sifts at the first name
MIX = (1 - t) * x[i] + t * w[i, j]
POSITIVE, AT_MOST_ONE = less(0, t), at_most(t, 1)
REPLY = Maximum(against(v, r), r)  # the follower's value against x
IS_BEST = equal(against(v, j), REPLY)


def _at_mix(payoff: Any, column: Any) -> Any:
    """<z, payoff_column>."""
    return Total(MIX * payoff[i, column], i)


def derivation() -> Derivation:
    """wse = sse where every reply that is best to some mixture is the only best one to some."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=COMMITMENT)
    sse, wse = SYMBOLS["sse"], SYMBOLS["wse"]

    best = argument.assume("j is a best reply to x", IS_BEST)
    reached = _limit(argument, _near(argument, best))
    counts, gain = best_reply(j), best_reply(j) * (wse - against(u, j))
    idle = argument.assume("j is no best reply to x", equal(counts, 0))
    either = argument.step(equal(counts * (against(v, j) - REPLY), 0), Indicator(counts))
    bound = argument.step(
        at_most(0, gain),
        Cases(idle.relation, IS_BEST),
        argument.step(at_most(0, gain), Combine((against(u, j) - wse,)), idle),
        argument.step(at_most(0, gain), Combine((counts,)), reached),
        either,
    )
    bound = argument.step(at_most(STRONG, wse), BestBound(STRONG, j), bound)
    everywhere = argument.step(at_most(STRONG, wse).for_all(x, given=LAW), Generalise((x,), LAW), bound)
    strong = argument.step(
        at_most(sse, wse), Instantiate({c: wse}), argument.fact("sse is the least bound"), everywhere
    )
    weak = weak_at_most_strong(argument)
    argument.conclude("generic", argument.step(equal(wse, sse), Antisymmetry(), weak, strong))
    return argument.derivation()


def _near(argument: Argument, best: Step) -> Step:
    """For all t in (0, 1]: (1 - t) <x, u_j> + t <w_j, u_j> <= wse, where j is a best reply to x."""
    wse = SYMBOLS["wse"]
    law = [argument.fact(name) for name in ("x is nonnegative", "x sums to one")]
    others = [argument.fact(name) for name in ("w is nonnegative", "w sums to one")]
    inside = argument.assume("t positive", POSITIVE), argument.assume("t at most one", AT_MOST_ONE)

    some = argument.step(at_most(0, MIX), Evident(), law[0], others[0], *inside)
    some = argument.step(some.relation.for_all(i), Generalise((i,)), some)
    whole = argument.step(equal(Total(w[i, j], i), 1), Instantiate({j: j}), others[1])
    whole = argument.step(equal(Total(MIX, i), 1), Combine((1 - t, t)), law[1], whole, reason="a law again")

    value = Maximum(_at_mix(v, r), r)
    against_mix: Any = Iverson(_at_mix(v, h), value)
    same: Any = Delta(h, j)
    off = equal((1 - same) * against_mix, 0)
    itself = argument.assume("h is j", equal(same, 1))
    another = argument.assume("h is not j", equal(same, 0))
    never = _never(argument, best, law, another, against_mix, inside)
    only = argument.step(
        off,
        Cases(itself.relation, another.relation),
        argument.step(off, Combine((-against_mix,)), itself),
        argument.step(off, Combine((1 - same,)), never),
        argument.step(equal(same * (1 - same), 0), Identity()),
        reason="j alone is best to z",
    )

    gap = _at_mix(u, h) - _at_mix(u, j)
    equal_pay = _at_one_index(argument, gap)
    kept = argument.step(
        at_most(0, against_mix * gap), Combine((against_mix, -gap)), equal_pay, only, reason="h is j, or not best"
    )
    weakest: Any = substitute(WEAK, {x: Entries((i,), MIX)})
    kept = argument.step(at_most(_at_mix(u, j), weakest), BestBound(weakest, h), kept)
    bound = argument.step(
        at_most(weakest, wse), Instantiate({x: Entries((i,), MIX)}), argument.fact("wse bounds"), some, whole
    )
    near = argument.step(at_most((1 - t) * against(u, j) + t * against_w(u, j), wse), Chain(), kept, bound)
    given = (POSITIVE, AT_MOST_ONE)
    return argument.step(near.relation.for_all(t, given=given), Generalise((t,), given), near)


def _never(
    argument: Argument, best: Step, law: list[Step], another: Step, against_mix: Any, inside: tuple[Step, Step]
) -> Step:
    """[h is a best reply to z] = 0 where h is not j."""
    name = "no degenerate reply"
    lonely = argument.assume(name, HYPOTHESES[name])
    counts = argument.step(equal(best_reply(j), 1), Indicator(best_reply(j)), best)

    def marked(column: Index, value: Any) -> Step:
        """[column is a best reply to w_j] = value, its value being [column = j]."""
        relation = equal(best_reply(j) * (best_to_w(column) - value), 0)
        step = argument.step(relation, Instantiate({j: j, k: column, x: x}), lonely, *law)
        return argument.step(equal(best_to_w(column), value), Combine((1, value - best_to_w(column))), step, counts)

    top = Maximum(against_w(v, r), r)
    attains = argument.step(equal(best_to_w(j) * (against_w(v, j) - top), 0), Indicator(best_to_w(j)))
    attains = argument.step(
        equal(against_w(v, j), top), Combine((1, top - against_w(v, j))), attains, marked(j, sympy.Integer(1))
    )
    missed = argument.step(equal(best_to_w(h), 0), Combine((1, 1)), marked(h, Delta(j, h)), another)

    never, value = equal(against_mix, 0), Maximum(_at_mix(v, r), r)
    below = argument.assume("h pays less at w", less(against_w(v, h), top))
    reply = argument.step(at_most(against(v, h), REPLY), Bound(REPLY, h))
    worse = argument.step(
        less(_at_mix(v, h), _at_mix(v, j)),
        Combine((1 - t, -(1 - t), t, -t)),
        reply,
        best,
        below,
        attains,
        *inside,
        reason="h loses against z",
    )
    most = argument.step(at_most(_at_mix(v, j), value), Bound(value, j))
    worse = argument.step(less(_at_mix(v, h), value), Chain(), worse, most)
    first = argument.step(never, Indicator(against_mix), worse)

    above = argument.assume("h pays as much at w", at_most(top, against_w(v, h)))
    bound = argument.step(at_most(against_w(v, h), top), Bound(top, h))
    also = argument.step(equal(against_w(v, h), top), Antisymmetry(), bound, above)
    also = argument.step(equal(best_to_w(h), 1), Indicator(best_to_w(h)), also)
    second = argument.step(never, Combine((-against_mix, against_mix)), also, missed, reason="it would be 1 and 0")
    return argument.step(never, Cases(below.relation, above.relation), first, second)


def _at_one_index(argument: Argument, gap: Any) -> Step:
    """0 <= [h = j] gap, for a gap that is zero at h = j: [h = j] |gap(h)| is at most its sum over h, which is zero."""
    size: Any = Delta(r, j) * Abs(substitute(gap, {h: r}))
    single = argument.step(at_most(Delta(r, h) * size, size), Evident())
    none = argument.step(at_most(Delta(h, j) * Abs(gap), 0), SumOver(r), single, reason="[r = j] sifts")
    below = argument.step(at_most(-gap, Abs(gap)), AbsoluteValue(gap))
    return argument.step(at_most(0, Delta(h, j) * gap), Combine((Delta(h, j), 1)), below, none)


def _limit(argument: Argument, near: Step) -> Step:
    """<x, u_j> <= wse: were it larger by D, t = D / (2 (<x, u_j> - <w_j, u_j>)) would refute the bound."""
    wse = SYMBOLS["wse"]
    here, there = against(u, j), against_w(u, j)
    excess, fall = here - wse, here - there
    claim = at_most(here, wse)
    holds = argument.assume("no excess", claim)
    fails = argument.assume("some excess", less(wse, here))
    at_one = argument.step(at_most(there, wse), Instantiate({t: sympy.Integer(1)}), near)
    steep = argument.step(at_most(excess, fall), Combine((1,)), at_one)
    drops = argument.step(less(0, fall), Combine((1, 1)), fails, steep)
    small = argument.step(
        at_most(excess / (2 * fall), 1), Combine((1 / (2 * fall),), plus=(sympy.Rational(1, 2),)), steep, drops
    )
    positive = argument.step(less(0, excess / (2 * fall)), Combine((1 / (2 * fall),)), fails, drops)
    instance = argument.step(
        at_most(here - excess / 2, wse), Instantiate({t: excess / (2 * fall)}), near, positive, small, drops
    )
    second = argument.step(claim, Combine((2,)), instance)
    return argument.step(claim, Cases(holds.relation, fails.relation), holds, second)
