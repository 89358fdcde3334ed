"""The comparison system: how far the policies stray from a fixed point's bounds how far the values do, in any game.

With e_t = Q_t - Q* and eps_t the least bound of (Pi_t - Pi_*) Q* and of (Pi_* - Pi_t) Q_t at every state,

    Pi_* e_t - eps_t <= Pi_t Q_t - Pi_* Q* <= Pi_t e_t + eps_t,

so that l_t <= e_t <= h_t for the two linear systems driven by these bounds, and ||e_t|| grows by at most alpha gamma
eps_t on top of the factor rho.
"""

from __future__ import annotations

from typing import Any

import sympy

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import Relation, at_most, equal
from proofs.engine.rules.algebra import Antisymmetry, Combine, Rewrite
from proofs.engine.rules.induction import Induction
from proofs.engine.rules.quantifiers import Generalise, SumOver
from proofs.engine.step import Step
from proofs.engine.substitution import Entries
from proofs.engine.terms import Total
from proofs.markov.contraction_fixed_point import is_fixed, same_table, same_value
from proofs.markov.contraction_lemmas import (
    averaged,
    distances,
    future,
    in_symbols,
    next_distance,
    signs,
    x,
    y,
)
from proofs.markov.contraction_lines import at, everywhere, fact, instance, meaning, once
from proofs.markov.vocabulary import (
    ITERATION,
    LEADER,
    PLAYERS,
    REFERENCE,
    START,
    SYMBOLS,
    Player,
    Run,
    T,
    a,
    alpha,
    b,
    c,
    count,
    error,
    lower,
    s,
    t,
    upper,
)

TOPIC = "markov/comparison"
TITLE = "The comparison system of Q-value iteration"

ZERO = sympy.Integer(0)


def derivation() -> Derivation:
    """l <= e <= h at all times and entries; the excess is zero; ||e_t|| <= rho^t ||e_0|| + the sum of the slacks."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=ITERATION)
    below, above = _inside(argument, lower), _inside(argument, upper)
    argument.conclude("below", below)
    argument.conclude("above", above)
    argument.conclude("inside", _no_excess(argument, below, above))
    for player in PLAYERS:
        argument.conclude(player.name, _norm(argument, player))
    return argument.derivation()


def followed_below(argument: Argument, run: Run, bound: Step, time: Any) -> Step:
    """(Pi l)(s) <= (Pi r)(s), from l <= r at arbitrary a, b: along the choices of a run at a time."""
    return averaged(argument, run, averaged(argument, run, bound, b, time), a, time)


@once
def one_followed(argument: Argument, run: Run, time: Any) -> Step:
    """(Pi 1)(s) = 1."""
    replies, moves = (at(argument, f"{run.name}: {word} sum to one", time) for word in ("replies", "moves"))
    weight = run.move[time, s, a]
    inner = Total(run.reply[time, s, a, b], b)
    step = argument.step(equal(weight * inner, weight), Combine((weight,)), replies)
    step = argument.step(equal(Total(weight * inner, a), Total(weight, a)), SumOver(a), step)
    return argument.step(equal(Total(weight * inner, a), 1), Combine((1, 1)), step, moves)


@once
def followed_table(argument: Argument, run: Run, player: Player, time: Any) -> Step:
    """V = Pi Q at s, along the run's own choices at a time."""
    weight, answered = run.move[time, s, a], run.answered(player)[time, s, a]
    answer = at(argument, f"{run.name}: {player.name}'s value of a move", time)
    replied = answer.relation.rhs
    step = argument.step(equal(weight * answered, weight * replied), Combine((weight,)), answer)
    step = argument.step(equal(Total(weight * answered, a), Total(weight * replied, a)), SumOver(a), step)
    value = at(argument, f"{run.name}: {player.name}'s value of a state", time)
    return argument.step(equal(run.value(player)[time, s], step.relation.rhs), Combine((1, 1)), value, step)


def _entry(player: Player) -> Any:
    """e_t of a player at s, a, b."""
    return START.table(player)[t, s, a, b] - REFERENCE.table(player)[0, s, a, b]


@once
def value_gap(argument: Argument, player: Player) -> tuple[Step, Step]:
    """Pi_* e_t - eps_t <= V_t - V* and V_t - V* <= Pi_t e_t + eps_t at t, s."""
    entry, amount = _entry(player), player.slack[t]
    gap = START.value(player)[t, s] - REFERENCE.value(player)[0, s]
    loss, gain = (at(argument, f"{player.name}_slack bounds the {word}") for word in ("loss", "gain"))
    fixed, own = followed_table(argument, REFERENCE, player, ZERO), followed_table(argument, START, player, t)
    return (
        argument.step(at_most(REFERENCE.followed(entry, 0) - amount, gap), Combine((1, 1)), loss, fixed),
        argument.step(at_most(gap, START.followed(entry) + amount), Combine((1, 1)), gain, own),
    )


def _inside(argument: Argument, bound: Any) -> Step:
    """For all t, s, a, b: l_t <= e_t, or e_t <= h_t, for the bound's sequence."""
    low = bound is lower
    name, run, time = ("lower", REFERENCE, ZERO) if low else ("upper", START, t)

    def ordered(left: Any, right: Any) -> Relation:
        """The bound and what it bounds, in order."""
        return at_most(left, right) if low else at_most(right, left)

    claim = ordered(bound[t, s, a, b], error()).for_all(s, a, b)
    base = at(argument, f"{name} bound at the start")
    base = argument.step(claim.body.substitute({t: ZERO}), Combine((1 if low else -1,)), base)
    base = everywhere(argument, base, s, a, b)

    before = argument.assume("up to t", claim)
    here = instance(argument, before, {})
    along = followed_below(argument, run, here, time)  # Pi l <= Pi e, or Pi e <= Pi h
    sign = -1 if low else 1
    values, amount = START.value(LEADER)[t, s] - REFERENCE.value(LEADER)[0, s], sign * LEADER.slack[t]
    path = run.followed(bound[t, s, a, b], time)
    driven = argument.step(
        ordered(path + amount, values), Combine((1, 1)), along, value_gap(argument, LEADER)[0 if low else 1]
    )
    sides = driven.relation.lhs, driven.relation.rhs
    places = {x: Entries((s,), sides[0]), y: Entries((s,), sides[1]), c: ZERO}
    mean = instance(argument, future(argument), places, everywhere(argument, driven, s))
    one, known = at(argument, "they sum to one"), signs(argument, LEADER)
    gain = alpha * LEADER.discount
    after = argument.step(
        claim.body.substitute({t: t + 1}),
        Combine((gain, 1 - alpha, sign, -sign, sign * alpha, sign * gain * amount)),
        mean,
        here,
        at(argument, "start: leader's step"),
        at(argument, f"{name} bound"),
        is_fixed(argument, LEADER),
        one,
        known.positive,
        known.discount,
        known.at_most_one,
    )
    after = everywhere(argument, after, s, a, b)
    return argument.step(claim.for_all(t), Induction(claim, t), base, after)


def _no_excess(argument: Argument, below: Step, above: Step) -> Step:
    """leader_comparison_excess = 0."""
    name = "leader_comparison_excess"
    so_far = (at_most(count[t], count[T]),)
    proofs = []
    for step in (below, above):
        here = instance(argument, step, {})
        here = argument.step(at_most(here.relation.lhs - here.relation.rhs, 0), Rewrite(), here)
        general = here.relation.for_all(t, s, a, b, given=so_far)
        proofs.append(argument.step(general, Generalise((t, s, a, b), so_far), here))
    none = instance(argument, fact(argument, f"{name} is the least bound"), {c: ZERO}, *proofs)
    return argument.step(equal(SYMBOLS[name], 0), Antisymmetry(), none, fact(argument, f"{name} is nonnegative"))


def _values_follow(argument: Argument, player: Player) -> tuple[Step, Step]:
    """V <= V^ref + delta + eps_t and V^ref <= V + delta + eps_t at t, s."""
    apart, table = distances(argument, player), instance(argument, same_table(argument, player), {})
    amount = apart.sequence[t]
    loss, gain = value_gap(argument, player)
    values, same = [], same_value(argument, player)
    for run, time, side, bound, toward in (
        (START, t, apart.above, gain, 1),
        (REFERENCE, ZERO, apart.below, loss, -1),
    ):
        near = argument.step(
            at_most(toward * _entry(player), amount), Combine((1, toward)), instance(argument, side, {}), table
        )
        mean = followed_below(argument, run, near, time)
        one = one_followed(argument, run, time)
        mean = argument.step(
            at_most(toward * run.followed(_entry(player), time), amount), Combine((1, amount)), mean, one
        )
        high, low = (START, REFERENCE) if toward > 0 else (REFERENCE, START)
        relation = at_most(high.value(player)[t, s], low.value(player)[t, s] + amount + player.slack[t])
        values.append(argument.step(relation, Combine((1, 1, -toward)), mean, bound, same))
    return values[0], values[1]


def _norm(argument: Argument, player: Player) -> Step:
    """distance <= decay * start distance + the sum of the slacks, of a player."""
    step = next_distance(argument, player, _values_follow(argument, player))
    apart, decay, total = distances(argument, player).sequence, player.decay, player.slack_sum
    claim = at_most(apart[t], decay[t] * apart[0] + total[t])
    starts = [fact(argument, f"{player.name}_{word} at the start") for word in ("decay", "slack_sum")]
    base = argument.step(claim.substitute({t: ZERO}), Combine((-apart[0], -1)), *starts)
    before = argument.assume("up to t", claim)
    later = [at(argument, f"{player.name}_{word}") for word in ("decay", "slack_sum")]
    after = argument.step(
        claim.substitute({t: t + 1}),
        Combine((1, player.rate, -apart[0], -1)),
        step,
        before,
        *later,
        signs(argument, player).rate,
    )
    always = argument.step(claim.for_all(t), Induction(claim, t), base, after)
    words = (SYMBOLS[f"{player.name}_{word}"] for word in ("distance", "decay", "start_distance", "slack_sum"))
    distance, factor, start, slacks = words
    relation = at_most(distance, factor * start + slacks)
    more = (meaning(argument, f"{player.name}_slack_sum"),)
    return in_symbols(argument, relation, instance(argument, always, {t: T}), player, more=more)
