"""From any start in a zero-sum game, or with common payoffs: the tables' sum, or difference, decays like rho^t.

D = Q_L + sign Q_F moves by averages of itself, so that rho^t low <= D_t <= rho^t high with low and high its least and
greatest entry at the start. Compared with a reference whose tables are opposite (alike), where D = 0, the follower's
replies cost at most the spread w_t = rho^t (high - low): -sign Q_L <= -sign q_L + w_t. So do the leader's moves cost
him: sign V_F <= sign q_F + w_t. Each step adds at most alpha gamma w_t to rho times the distance.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import sympy

from proofs.engine.argument import Argument
from proofs.engine.relation import at_most, equal
from proofs.engine.rules.algebra import Chain, Combine, Rewrite
from proofs.engine.rules.heads import BestBound, Bound
from proofs.engine.rules.induction import Induction
from proofs.engine.step import Step
from proofs.engine.substitution import Entries, substitute
from proofs.engine.terms import Maximum, Minimum, Scalar, Total
from proofs.markov.contraction_lemmas import (
    averaged,
    below_start_distance,
    best_answer,
    best_move,
    both_sides,
    d,
    decay_nonnegative,
    decay_symbol_nonnegative,
    distances,
    e,
    equal_decays,
    equal_discounts,
    future,
    in_symbols,
    k,
    larger_times,
    next_distance,
    signs,
    steps_nonnegative,
    x,
    y,
)
from proofs.markov.contraction_lines import assume, at, everywhere, fact, instance, meaning, once
from proofs.markov.contraction_mirror import (
    Mirror,
    closeness,
    extreme_answer,
    leader_values_follow,
    mirrored,
    mirrored_answers,
    mirrored_rewards,
    mirrored_values,
)
from proofs.markov.vocabulary import (
    FOLLOWER,
    LEADER,
    REFERENCE,
    RUNS,
    START,
    SYMBOLS,
    P,
    Player,
    Run,
    T,
    a,
    alpha,
    b,
    c,
    count,
    greatest,
    least,
    s,
    t,
    z,
)


def entry(mirror: Mirror, time: Any = t) -> Any:
    """D = Q_L + sign Q_F of the start run at s, a, b."""
    return START.table(LEADER)[time, s, a, b] + mirror.sign * START.table(FOLLOWER)[time, s, a, b]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """low and high, and their steps: low <= D_0 <= high at s, a, b, and low <= high."""

    low: Scalar
    high: Scalar
    meanings: tuple[Step, Step]
    above: Step  # D_0 <= high
    below: Step  # -D_0 <= -low
    ordered: Step  # low <= high


@once
def spread(argument: Argument, mirror: Mirror) -> Spread:
    """Defines low and high as the least and the greatest entry of D at the start."""
    start = entry(mirror, 0)
    low, high = Scalar("low", r"\underline{D}"), Scalar("high", r"\overline{D}")
    meanings = argument.define(low, least(start)), argument.define(high, greatest(start))
    sides = []
    for symbol, definition, kind in ((high, meanings[1], Maximum), (low, meanings[0], Minimum)):
        inner, links = start, []
        for index in (b, a, s):
            outer: Any = kind(inner, index)
            pair = (inner, outer) if kind is Maximum else (outer, inner)
            links.append(argument.step(at_most(*pair), Bound(outer, index)))
            inner = outer
        ends = (start, inner) if kind is Maximum else (inner, start)
        step = argument.step(at_most(*ends), Chain(), *(links if kind is Maximum else links[::-1]))
        ends = (start, symbol) if kind is Maximum else (symbol, start)
        sides.append(argument.step(at_most(*ends), Rewrite(), step, definition))
    ordered = argument.step(at_most(low, high), Chain(), sides[1], sides[0])
    below = argument.step(at_most(-start, -low), Combine((1,)), sides[1])
    return Spread(low=low, high=high, meanings=meanings, above=sides[0], below=below, ordered=ordered)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Bounds at t of Q_L + sign Q_F, q_L + sign q_F and V_L + sign V_F, each from above and, negated, from below."""

    tables: tuple[Step, Step]
    answers: tuple[Step, Step]
    values: tuple[Step, Step]


def averages(argument: Argument, mirror: Mirror, bound: Step, direction: int) -> tuple[Step, Step]:
    """direction (q_L + sign q_F) <= c and direction (V_L + sign V_F) <= c, from that of the tables at s, a, b."""
    run, value = START, bound.relation.rhs
    found, step = [], bound
    for index, word, words in ((b, "replies", "value of a move"), (a, "moves", "value of a state")):
        step = averaged(argument, run, step, index)
        one = at(argument, f"{run.name}: {word} sum to one")
        means = [at(argument, f"{run.name}: {player.name}'s {words}") for player in (LEADER, FOLLOWER)]
        total = means[0].relation.lhs + mirror.sign * means[1].relation.lhs
        step = argument.step(
            at_most(direction * total, value),
            Combine((1, value, direction, direction * mirror.sign)),
            step,
            one,
            *means,
        )
        found.append(step)
    return found[0], found[1]


@once
def sums(argument: Argument, mirror: Mirror, player: Player) -> Sums:
    """rho^t low <= D_t <= rho^t high, and the same of what the choices make of D; rho is a player's rate."""
    known, decay = spread(argument, mirror), player.decay
    rewards, discounts = mirrored_rewards(argument, mirror), equal_discounts(argument)
    one, power = fact(argument, f"{player.name}_decay at the start"), at(argument, f"{player.name}_decay")
    steps = [at(argument, f"start: {each.name}'s step") for each in (LEADER, FOLLOWER)]
    small = signs(argument, player)
    tables, answers, values = [], [], []
    for direction, base, limit in ((1, known.above, known.high), (-1, known.below, -known.low)):
        claim = at_most(direction * entry(mirror), decay[t] * limit).for_all(s, a, b)
        base = argument.step(claim.body.substitute({t: sympy.Integer(0)}), Combine((1, -limit)), base, one)
        base = everywhere(argument, base, s, a, b)
        before = argument.assume("up to t", claim)
        here = instance(argument, before, {})
        _, value = averages(argument, mirror, here, direction)
        body = Entries((s,), value.relation.lhs)
        places = {x: body, y: Entries((s,), sympy.Integer(0)), c: value.relation.rhs}
        mean = instance(argument, future(argument), places, everywhere(argument, value, s))
        late, wrong = (START.value(each)[t, z] for each in (LEADER, FOLLOWER))
        moved = mirror.sign * Total(P[s, a, b, z] * wrong, z) if player is LEADER else -Total(P[s, a, b, z] * late, z)
        after = argument.step(
            claim.body.substitute({t: t + 1}),
            Combine(
                (
                    1 - alpha,
                    alpha * player.discount,
                    direction,
                    direction * mirror.sign,
                    direction * alpha,
                    direction * alpha * moved,
                    -limit,
                )
            ),
            here,
            mean,
            *steps,
            rewards,
            discounts,
            power,
            small.at_most_one,
            small.positive,
            small.discount,
        )
        after = everywhere(argument, after, s, a, b)
        always = argument.step(claim.for_all(t), Induction(claim, t), base, after)
        here = instance(argument, always, {})
        found = averages(argument, mirror, here, direction)
        tables.append(here)
        answers.append(found[0])
        values.append(found[1])
    return Sums(tables=(tables[0], tables[1]), answers=(answers[0], answers[1]), values=(values[0], values[1]))


def width(argument: Argument, mirror: Mirror, player: Player) -> Any:
    """w_t = rho^t (high - low)."""
    known = spread(argument, mirror)
    return player.decay[t] * (known.high - known.low)


@once
def loose_answer(argument: Argument, mirror: Mirror, player: Player) -> Step:
    """-sign Q_L <= -sign q_L + w_t in the start run, at t, s, a, b."""
    values, sign, known = START.table(FOLLOWER)[t, s, a, b], mirror.sign, sums(argument, mirror, player)
    best = Maximum(values, b)
    bound = argument.step(at_most(values, best), Bound(best, b))
    table, answered = START.table(LEADER)[t, s, a, b], START.answered(LEADER)[t, s, a]
    spreads = (known.tables[1], known.answers[0]) if sign > 0 else (known.tables[0], known.answers[1])
    return argument.step(
        at_most(-sign * table, -sign * answered + width(argument, mirror, player)),
        Combine((1, -1, 1, 1)),
        bound,
        best_answer(argument, START),
        *spreads,
    )


@once
def best_move_bound(argument: Argument, run: Run) -> Step:
    """q_L <= V_L at t, s, a."""
    answered = run.answered(LEADER)[t, s, a]
    best = Maximum(answered, a)
    bound = argument.step(at_most(answered, best), Bound(best, a))
    return argument.step(at_most(answered, run.value(LEADER)[t, s]), Combine((1, -1)), bound, best_move(argument, run))


@once
def reference_move(argument: Argument, mirror: Mirror, tables: Step) -> Step:
    """sign V_F^ref <= sign q_F^ref at t, s, a, from tables that are opposite, or alike, at t."""
    run, sign = REFERENCE, mirror.sign
    return argument.step(
        at_most(sign * run.value(FOLLOWER)[t, s], sign * run.answered(FOLLOWER)[t, s, a]),
        Combine((1, -sign, sign)),
        best_move_bound(argument, run),
        mirrored_answers(argument, mirror, run, tables),
        mirrored_values(argument, mirror, run, tables),
    )


@once
def loose_move(argument: Argument, mirror: Mirror, player: Player) -> Step:
    """sign V_F <= sign q_F + w_t in the start run, at t, s, a."""
    known, sign = sums(argument, mirror, player), mirror.sign
    sides = sign * START.value(FOLLOWER)[t, s], sign * START.answered(FOLLOWER)[t, s, a]
    relation = at_most(sides[0], sides[1] + width(argument, mirror, player))
    return argument.step(
        relation, Combine((1, 1, 1)), best_move_bound(argument, START), known.answers[1], known.values[0]
    )


def follower_answers(argument: Argument, above: Run, below: Run, close: Step) -> Step:
    """q_F of one run is at most q_F of the other plus an amount, at t, s, a: at arbitrary b that holds of Q_F."""
    high, low = (Maximum(run.table(FOLLOWER)[t, s, a, b], b) for run in (above, below))
    amount = close.relation.rhs - low.args[0]
    bound = argument.step(at_most(low.args[0], low), Bound(low, b))
    bound = argument.step(at_most(high.args[0], low + amount), Combine((1, 1)), close, bound)
    bound = argument.step(at_most(high, low + amount), BestBound(high, b), bound)
    values = [run.answered(FOLLOWER)[t, s, a] for run in (above, below)]
    meanings = best_answer(argument, above), best_answer(argument, below)
    return argument.step(at_most(values[0], values[1] + amount), Combine((1, 1, -1)), bound, *meanings)


def follower_value_follows(
    argument: Argument, mirror: Mirror, run: Run, other: Run, extreme: Step, close: Step | None = None
) -> Step:
    """V_F of one run is at most V_F of the other plus an amount and slack, at t, s.

    One step says sign V_F <= sign q_F + slack, of the run where the tables are opposite, else of the other run; the
    last that Q_F is at most Q_F of the other run plus the amount, which is delta_F unless told.
    """
    owner, weigher = (run, other) if mirror.sign > 0 else (other, run)
    answers = follower_answers(argument, run, other, close or closeness(argument, FOLLOWER)[run])
    amount = answers.relation.rhs - other.answered(FOLLOWER)[t, s, a]
    amount += extreme.relation.rhs - mirror.sign * owner.answered(FOLLOWER)[t, s, a]
    high, low = run.value(FOLLOWER)[t, s], other.value(FOLLOWER)[t, s]
    if mirror.sign > 0:
        sides = high, other.answered(FOLLOWER)[t, s, a] + amount
    else:
        sides = run.answered(FOLLOWER)[t, s, a], low + amount
    bound = argument.step(at_most(*sides), Combine((1, 1)), answers, extreme)
    return value_averaged(argument, weigher, bound)


def value_averaged(argument: Argument, run: Run, bound: Step) -> Step:
    """v <= V_F + rest from v <= q_F + rest at arbitrary a, or V_F <= v from q_F <= v, at t, s."""
    left, right = bound.relation.lhs, bound.relation.rhs
    answered, value = run.answered(FOLLOWER)[t, s, a], run.value(FOLLOWER)[t, s]
    mean = averaged(argument, run, bound, a)
    one = at(argument, f"{run.name}: moves sum to one")
    average = at(argument, f"{run.name}: follower's value of a state")
    if left == answered:
        return argument.step(at_most(value, right), Combine((1, right, 1)), mean, one, average)
    rest = right - answered
    return argument.step(at_most(left, value + rest), Combine((1, rest - left, -1)), mean, one, average)


def follower_values_follow(argument: Argument, mirror: Mirror, player: Player) -> tuple[Step, Step]:
    """V_F <= V_F^ref + amount and V_F^ref <= V_F + amount at t, s; one of the amounts has w_t on top of delta_F."""
    extremes = {
        START: loose_move(argument, mirror, player),
        REFERENCE: reference_move(argument, mirror, mirrored(argument, mirror, REFERENCE)),
    }
    values = []
    for run, other in zip(RUNS, RUNS[::-1], strict=True):
        extreme = extremes[run if mirror.sign > 0 else other]
        values.append(follower_value_follows(argument, mirror, run, other, extreme))
    return values[0], values[1]


def values_follow_loosely(argument: Argument, mirror: Mirror, player: Player) -> tuple[Step, Step]:
    """V <= V^ref + delta + w_t and V^ref <= V + delta + w_t of a player, at t, s."""
    if player is LEADER:
        tables = mirrored(argument, mirror, REFERENCE)
        extremes = {
            START: loose_answer(argument, mirror, player),
            REFERENCE: extreme_answer(argument, mirror, REFERENCE, tables),
        }
        values = leader_values_follow(argument, mirror, extremes)
    else:
        values = follower_values_follow(argument, mirror, player)
    known, total = spread(argument, mirror), width(argument, mirror, player)
    positive = instance(argument, decay_nonnegative(argument, player), {})
    some = argument.step(at_most(0, total), Combine((player.decay[t],)), known.ordered, positive)
    amount = distances(argument, player).sequence[t] + total
    wide = []
    for run, step in zip(RUNS[::-1], values, strict=True):
        value = run.value(player)[t, s]
        relation = at_most(step.relation.lhs, value + amount)
        wide.append(argument.step(relation, Combine((1, 0 if step.relation.rhs == relation.rhs else 1)), step, some))
    return wide[0], wide[1]


def growth(argument: Argument, mirror: Mirror, player: Player) -> Step:
    """rho delta[T] <= rho^T (rho delta[0] + alpha gamma T (high - low))."""
    step = next_distance(argument, player, values_follow_loosely(argument, mirror, player))
    known, apart = spread(argument, mirror), distances(argument, player).sequence
    rate, decay, gain = player.rate, player.decay, alpha * player.discount * (known.high - known.low)

    claim = at_most(rate * apart[t], decay[t] * (rate * apart[0] + gain * count[t]))
    starts = fact(argument, f"{player.name}_decay at the start"), fact(argument, "steps at the start")
    base = argument.step(
        claim.substitute({t: sympy.Integer(0)}), Combine((-(rate * apart[0] + gain * count[0]), -gain)), *starts
    )
    before = argument.assume("up to t", claim)
    powers = at(argument, f"{player.name}_decay"), at(argument, "one more step")
    after = argument.step(
        claim.substitute({t: t + 1}),
        Combine((rate, rate, -(rate * apart[0] + gain * count[t + 1]), -rate * decay[t] * gain)),
        step,
        before,
        *powers,
        signs(argument, player).rate,
    )
    return instance(argument, argument.step(claim.for_all(t), Induction(claim, t), base, after), {t: T})


@once
def ends_below_norm(argument: Argument, mirror: Mirror) -> tuple[Step, Step]:
    """high <= ||D_0|| and -low <= ||D_0||, in the word of the claims."""
    known, symbol = spread(argument, mirror), SYMBOLS[f"{mirror.symbols}_start_defect"]
    word = meaning(argument, str(symbol))
    up, down = both_sides(argument, entry(mirror, 0))
    limit = up.relation.rhs
    down = argument.step(at_most(-limit, entry(mirror, 0)), Rewrite(), down)
    highest, lowest = entry(mirror, 0), entry(mirror, 0)
    for index in (b, a, s):
        highest, lowest = Maximum(highest, index), Minimum(lowest, index)
        up = argument.step(at_most(highest, limit), BestBound(highest, index), up)
        down = argument.step(at_most(-limit, lowest), BestBound(lowest, index), down)
    return (
        argument.step(at_most(known.high, symbol), Combine((1, 1, -1)), up, known.meanings[1], word),
        argument.step(at_most(-known.low, symbol), Combine((1, -1, -1)), down, known.meanings[0], word),
    )


@once
def span_below_norm(argument: Argument, mirror: Mirror) -> Step:
    """high - low <= 2 ||D_0||."""
    known, symbol = spread(argument, mirror), SYMBOLS[f"{mirror.symbols}_start_defect"]
    ends = ends_below_norm(argument, mirror)
    return argument.step(at_most(known.high - known.low, 2 * symbol), Combine((1, 1)), *ends)


def conclude(argument: Argument, mirror: Mirror) -> None:
    """For either player and the larger of both: the bound by the span of D_0, by 2 ||D_0||, and divided by rho."""
    steps, times = SYMBOLS["steps"], {player: alpha * player.discount for player in (LEADER, FOLLOWER)}
    span = SYMBOLS[f"{mirror.symbols}_start_span"]
    known, count_word = spread(argument, mirror), meaning(argument, "steps")
    found = {}
    for player in (LEADER, FOLLOWER):
        distance, start, factor = (SYMBOLS[f"{player.name}_{word}"] for word in ("distance", "start_distance", "decay"))
        inner = growth(argument, mirror, player)
        relation = at_most(
            player.rate * distance, factor * (player.rate * start + times[player] * steps * (known.high - known.low))
        )
        inner = in_symbols(argument, relation, inner, player, more=(count_word,))
        relation = at_most(relation.lhs, factor * (player.rate * start + times[player] * steps * span))
        found[player] = argument.step(
            relation, Combine((1, factor * times[player] * steps)), inner, _span(argument, mirror)
        )
    gain = times[LEADER] * steps * span
    bound = SYMBOLS["leader_decay"] * (LEADER.rate * SYMBOLS["start_distance"] + gain)
    for name, step in (
        ("leader", found[LEADER]),
        ("follower", found[FOLLOWER]),
        ("both", _both(argument, found[LEADER], found[FOLLOWER], bound)),
    ):
        player = FOLLOWER if name == "follower" else LEADER
        argument.conclude(name, step)
        by_norm = _by_norm(argument, mirror, player, step)
        argument.conclude(f"{name}, by the norm", by_norm)
        argument.conclude(f"{name}, divided", _divided(argument, player, by_norm))


def _both(argument: Argument, leader: Step, follower: Step, bound: sympy.Expr) -> Step:
    """rho distance <= bound, written with the larger start distance, from the bounds of either player."""
    factor, rate = SYMBOLS["leader_decay"], LEADER.rate
    positive = decay_symbol_nonnegative(argument, LEADER), signs(argument, LEADER).rate
    same = equal_discounts(argument), equal_decays(argument)
    changed = substitute(follower.relation.rhs, {step.relation.lhs: step.relation.rhs for step in same})
    second = SYMBOLS["follower_distance"]
    follower = argument.step(at_most(rate * second, changed), Rewrite(), follower, *same)
    steps = []
    for player, step in ((LEADER, leader), (FOLLOWER, follower)):
        larger = below_start_distance(argument, player)
        relation = at_most(step.relation.lhs, bound)
        steps.append(argument.step(relation, Combine((1, factor * rate)), step, larger, *positive))
    places = {k: rate, d: SYMBOLS["leader_distance"], e: second, c: bound}
    step = instance(argument, larger_times(argument), places, *steps)
    relation = at_most(rate * SYMBOLS["distance"], bound)
    return argument.step(relation, Combine((1, rate)), step, meaning(argument, "distance"))


def _by_norm(argument: Argument, mirror: Mirror, player: Player, step: Step) -> Step:
    """The bound with 2 ||D_0|| in place of the span of D_0."""
    span, norm = SYMBOLS[f"{mirror.symbols}_start_span"], SYMBOLS[f"{mirror.symbols}_start_defect"]
    factor, gain = SYMBOLS[f"{player.name}_decay"], alpha * player.discount * SYMBOLS["steps"]
    known = signs(argument, player)
    positive = decay_symbol_nonnegative(argument, player), steps_nonnegative(argument), known.positive, known.discount
    wide = substitute(step.relation.rhs, {span: 2 * norm})
    wider = argument.step(
        at_most(span, 2 * norm), Combine((1, -1)), span_below_norm(argument, mirror), _span(argument, mirror)
    )
    return argument.step(at_most(step.relation.lhs, wide), Combine((1, factor * gain)), step, wider, *positive)


def _divided(argument: Argument, player: Player, step: Step) -> Step:
    """The bound of the distance itself, where rho > 0."""
    rate = player.rate
    positive = assume(argument, f"{player.name} rate positive")
    relation = at_most(step.relation.lhs / rate, step.relation.rhs / rate)
    return argument.step(relation, Combine((1 / rate,)), step, positive)


@once
def _span(argument: Argument, mirror: Mirror) -> Step:
    """high - low is the span of D at the start."""
    known, name = spread(argument, mirror), f"{mirror.symbols}_start_span"
    low, high = known.meanings
    relation = equal(known.high - known.low, SYMBOLS[name])
    return argument.step(relation, Combine((1, -1, -1)), high, low, meaning(argument, name))
