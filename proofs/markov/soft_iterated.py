"""From one step to all: the distances of two soft runs decay like theta^T where the comparison matrix contracts.

One step takes (d_L, d_F) at most to M (d_L, d_F), M = (1 - alpha) I + alpha C. With w = (1 - C_FF + C_FL,
1 - C_LL + C_LF) and mu = det(I - C) the row w C is w - mu, so that w d falls by at least alpha mu (d_L + d_F), hence by
the factor theta = 1 - alpha mu / (w_L + w_F).
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, Integer, tanh

from proofs.engine.argument import Argument
from proofs.engine.relation import at_most, equal, less
from proofs.engine.rules.algebra import Chain, Combine, Identity, Rewrite
from proofs.engine.rules.heads import AbsoluteValue, Indicator
from proofs.engine.rules.induction import Induction
from proofs.engine.rules.quantifiers import Cases, Generalise, Instantiate
from proofs.engine.step import Step
from proofs.engine.terms import Iverson, vector
from proofs.markov import soft_lemmas as lemmas
from proofs.markov.soft_stage import DISTANCE, LIMIT, S_F, S_L, WITHIN, Stage, half
from proofs.markov.soft_vocabulary import (
    HYPOTHESES,
    SYMBOLS,
    coefficient,
    invariant_span,
    spread,
    tau_F,
    tau_L,
)
from proofs.markov.vocabulary import FOLLOWER, LEADER, PLAYERS, REFERENCE, START, Player, T, alpha, apart, count, t

x = vector("x")


def once(argument: Argument) -> Step:
    """For all sequences x: [steps = 1] (x[T] - x[1]) = 0."""
    zero, more = argument.fact("steps at the start"), argument.fact("one more step")
    more = argument.step(more.relation.body, Instantiate({t: t}), more)

    claim = at_most(0, count[t])
    before = argument.assume("steps so far", claim)
    base = argument.step(at_most(0, count[0]), Combine((-1,)), zero)
    positive = argument.step(less(0, count[t + 1]), Combine((1, -1), plus=(1,)), before, more)
    later = argument.step(at_most(0, count[t + 1]), Combine((1,)), positive)
    some = argument.step(claim.for_all(t), Induction(claim, t), base, later)

    none: Any = Iverson(count[t], 0)
    claim = equal(none * (x[t + 1] - x[1]), 0)
    base = argument.step(equal(Iverson(count[0], 0) * (x[1] - x[1]), 0), Identity())
    here = argument.step(at_most(0, count[t]), Instantiate({t: t}), some)
    positive = argument.step(less(0, count[t + 1]), Combine((1, -1), plus=(1,)), here, more)
    off: Any = Iverson(count[t + 1], 0)
    never = argument.step(equal(off, 0), Indicator(off), positive)
    later = argument.step(equal(off * (x[t + 2] - x[1]), 0), Combine((x[t + 2] - x[1],)), never)
    first = argument.step(claim.for_all(t), Induction(claim, t), base, later)

    single: Any = Iverson(count[t], 1)
    claim = equal(single * (x[t] - x[1]), 0)
    off = Iverson(count[0], 1)
    early = argument.step(less(count[0], 1), Combine((1,), plus=(1,)), zero)
    never = argument.step(equal(off, 0), Indicator(off), early)
    base = argument.step(equal(off * (x[0] - x[1]), 0), Combine((x[0] - x[1],)), never)
    now: Any = Iverson(count[t + 1], 1)
    product = argument.step(equal(now * (count[t + 1] - 1), 0), Indicator(now))
    product = argument.step(equal(now * count[t], 0), Combine((1, -now)), product, more)
    goal = equal(now * (x[t + 1] - x[1]), 0)
    is_off, at_start = argument.assume("not one", equal(now, 0)), argument.assume("none before", equal(count[t], 0))
    one = argument.step(equal(none, 1), Indicator(none), at_start)
    same = argument.step(first.relation.body, Instantiate({t: t}), first)
    later = argument.step(
        goal,
        Cases(is_off.relation, at_start.relation),
        argument.step(goal, Combine((x[t + 1] - x[1],)), is_off),
        argument.step(goal, Combine((now, -now * (x[t + 1] - x[1]))), same, one),
        product,
    )
    every = argument.step(claim.for_all(t), Induction(claim, t), base, later)
    final = argument.step(claim.substitute({t: T}), Instantiate({t: T}), every)
    return argument.step(final.relation.for_all(x), Generalise((x,)), final)


def linear(argument: Argument, known: Stage) -> dict[Player, Step]:
    """d[t + 1] <= (1 - alpha) d[t] + alpha (C_L d_L[t] + C_F d_F[t]) for both players, by tanh x <= x."""
    straight = lemmas.tanh_below_identity(argument)
    near = [known.tables[player].nonnegative(argument) for player in PLAYERS]
    wide_L, wide_F = (known.wide(argument, player) for player in PLAYERS)
    d_L, d_F = (known.tables[player].distance for player in PLAYERS)
    plain = 0 if known.kind == "soft" else 1

    def line(angle: Any) -> Step:
        facts = (*near, wide_L, *known.known.warm.values())
        return argument.step(at_most(tanh(angle), angle), Instantiate({lemmas.c: angle}), straight, *facts)

    inner, outer = line(d_F / (2 * tau_F)), line((d_L + S_L * tanh(d_F / (2 * tau_F))) / (2 * tau_L))
    made = {}
    for player, limit, factors, facts in (
        (LEADER, S_L, ((1 + plain * S_L / (2 * tau_L)), plain), (wide_L,)),
        (FOLLOWER, S_F, (plain + S_L / (2 * tau_L), 1), (wide_L, wide_F)),
    ):
        slope = alpha * player.discount * limit
        entries = [coefficient(known.kind, player, by, S_L, S_F) for by in PLAYERS]
        own = known.tables[player].distance
        claim = (1 - alpha) * own + alpha * (entries[0] * d_L + entries[1] * d_F)
        made[player] = argument.step(
            at_most(known.bounds[player].relation.lhs, claim),
            Combine((1, *(slope * factor for factor in factors))),
            known.bounds[player],
            inner,
            outer,
            *near,
            *facts,
            *known.known.signs(player),
        )
    return made


def below_both(argument: Argument, player: Player) -> tuple[Step, Step]:
    """Each run's span at time 0, the start run's first, is at most the larger of both."""
    spans = spread(START, player, 0), spread(REFERENCE, player, 0)
    meaning, difference = argument.define(f"{player.name}_span"), spans[0] - spans[1]
    made = []
    for sign, span in ((1, spans[0]), (-1, spans[1])):
        size = argument.step(at_most(sign * difference, Abs(difference)), AbsoluteValue(difference))
        made.append(argument.step(at_most(span, meaning.relation.lhs), Combine((half,)), size, meaning))
    return made[0], made[1]


def below_limits(argument: Argument) -> dict[str, dict[Player, Step]]:
    """What bounds the spans of the reference run's first tables, by name.

    "reference" are these spans themselves, "both" the larger of both runs' spans, "rewards" span(r) / (1 - gamma)
    where the larger of both runs' spans is below it, "kept" the same where the reference run's is.
    """
    found: dict[str, dict[Player, Step]] = {name: {} for name in ("reference", "both", "rewards", "kept")}
    for player in PLAYERS:
        first, span = spread(REFERENCE, player, 0), SYMBOLS[f"{player.name}_reference_span"]
        meaning = argument.define(f"{player.name}_reference_span")
        found["reference"][player] = argument.step(at_most(first, span), Combine((-1,)), meaning)
        _, both = below_both(argument, player)
        found["both"][player] = both
        below_one = argument.fact(f"{player.name}_discount below one")
        for name, label, step in (
            ("rewards", f"{player.name}_span within its invariant bound", both),
            ("kept", f"{player.name}'s reference within its invariant bound", found["reference"][player]),
        ):
            assumed = argument.assume(label, HYPOTHESES[label], below_one)
            limit = at_most(first, invariant_span(player))
            found[name][player] = argument.step(limit, Chain(), step, assumed)
    return found


def for_all_limits(argument: Argument, bound: Step) -> Step:
    """A bound of d[t + 1] for all t, and for all S_L and S_F that it mentions."""
    players = [player for player in PLAYERS if LIMIT[player] in bound.relation.free]
    variables = (t, *(LIMIT[player] for player in players))
    given = tuple(WITHIN[player] for player in players)
    return argument.step(bound.relation.for_all(*variables, given=given), Generalise(variables, given), bound)


def one_step(
    argument: Argument, kind: str, player: Player, general: Step, limits: dict[Player, Step], same: Step, *proofs: Step
) -> Step:
    """The distance where steps = 1, from a bound of d[t + 1] at t = 0; `same` says that d[T] = d[1]."""
    values: dict[Any, Any] = {t: Integer(0)}
    values |= {LIMIT[p]: step.relation.rhs for p, step in limits.items() if LIMIT[p] in general.relation.bound}
    facts = [argument.fact(f"{p.name}_discount below one") for p in PLAYERS if LIMIT[p] in values]
    first = argument.step(
        general.relation.body.substitute(values), Instantiate(values), general, *limits.values(), *proofs, *facts
    )
    meanings = [argument.define(f"{p.name}_start_distance") for p in PLAYERS]
    meanings += [argument.define(DISTANCE[p][t], apart(p)) for p in PLAYERS]
    meanings.append(argument.define(f"{kind}_{player.name}_distance"))
    initial = {DISTANCE[p][0]: SYMBOLS[f"{p.name}_start_distance"] for p in PLAYERS}
    claim = at_most(SYMBOLS[f"{kind}_{player.name}_distance"], first.relation.rhs.xreplace(initial))
    return argument.step(claim, Combine((1, 1)), first, same, *meanings)


def same_as_first(argument: Argument, player: Player) -> Step:
    """d[T] = d[1] where steps = 1."""
    sequences = once(argument)
    hypothesis = argument.assume("one step", HYPOTHESES["one step"])
    single: Any = Iverson(count[T], 1)
    now = argument.step(equal(count[T], 1), Rewrite(), hypothesis, argument.define("steps"))
    now = argument.step(equal(single, 1), Indicator(single), now)
    d = DISTANCE[player]
    same = argument.step(equal(single * (d[T] - d[1]), 0), Instantiate({x: d}), sequences)
    return argument.step(equal(d[T], d[1]), Combine((1, d[1] - d[T])), same, now)


def conclude_one_step(argument: Argument, known: Stage, bounds: dict[Player, Step], limits: Any) -> None:
    """Concludes the distances after one step, with tanh and linear, for every limit of the spans."""
    for player in PLAYERS:
        same = same_as_first(argument, player)
        for form, bound in (("tanh", known.bounds[player]), ("linear", bounds[player])):
            general = for_all_limits(argument, bound)
            for name in ("reference", "both", "rewards"):
                own = {p: step for p, step in limits[name].items() if LIMIT[p] in general.relation.bound}
                step = one_step(argument, known.kind, player, general, own, same)
                argument.conclude(f"{player.name}, {form}, {name}", step)
