"""Lemmas about runs of Q-value iteration; each writes its steps into an argument.

The distances of two runs are written delta_L[t] and delta_F[t]: at every entry the tables differ by no more, and they
are the least such numbers.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import sympy
from sympy import Abs, Rational

from proofs.engine.argument import Argument
from proofs.engine.relation import Relation, at_most, equal
from proofs.engine.rules.algebra import Antisymmetry, Chain, Combine, Rewrite
from proofs.engine.rules.heads import AbsoluteValue, BestBound, Bound
from proofs.engine.rules.induction import Induction
from proofs.engine.rules.quantifiers import Cases, Generalise, SumOver
from proofs.engine.step import Step
from proofs.engine.substitution import Entries
from proofs.engine.terms import Maximum, Scalar, Total, vector
from proofs.markov.contraction_lines import assume, at, everywhere, fact, instance, meaning, once
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
    gap,
    larger,
    norm,
    s,
    t,
    z,
)

x, y = vector("x"), vector("y")
d, e, k = Scalar("d"), Scalar("e"), Scalar("k")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """0 < alpha, alpha <= 1, 0 <= gamma, and 0 <= rho."""

    positive: Step
    at_most_one: Step
    discount: Step
    rate: Step


@once
def signs(argument: Argument, player: Player) -> Signs:
    """The signs that one step of a player's table needs."""
    names = ("step_size", "step_size at most one", f"{player.name}_discount")
    some, one, discount = (fact(argument, name) for name in names)
    rate = argument.step(at_most(0, player.rate), Combine((1,), plus=(alpha * player.discount,)), one, some, discount)
    return Signs(positive=some, at_most_one=one, discount=discount, rate=rate)


def entry_below_norm(argument: Argument, entry: sympy.Expr) -> Step:
    """|entry| <= ||entry|| at s, a, b."""
    links, inner = [], Abs(entry)
    for index in (b, a, s):
        outer: Any = Maximum(inner, index)
        links.append(argument.step(at_most(inner, outer), Bound(outer, index)))
        inner = outer
    return argument.step(at_most(Abs(entry), inner), Chain(), *links)


@once
def both_sides(argument: Argument, entry: sympy.Expr) -> tuple[Step, Step]:
    """entry <= ||entry|| and -entry <= ||entry|| at s, a, b."""
    size = entry_below_norm(argument, entry)
    sides = []
    for side in (entry, -entry):
        step = argument.step(at_most(side, Abs(entry)), AbsoluteValue(entry))
        sides.append(argument.step(at_most(side, size.relation.rhs), Chain(), step, size))
    return sides[0], sides[1]


@once
def vanishes(argument: Argument, name: str, symbol: str, entry: sympy.Expr) -> Step:
    """entry = 0 at s, a, b, where by the hypothesis the norm of that symbol is zero."""
    none = argument.step(equal(norm(entry), 0), Rewrite(), assume(argument, name), meaning(argument, symbol))
    up, down = (
        argument.step(at_most(side.relation.lhs, 0), Chain(), side, none) for side in both_sides(argument, entry)
    )
    down = argument.step(at_most(0, entry), Rewrite(), down)
    return argument.step(equal(entry, 0), Antisymmetry(), up, down)


@once
def equal_discounts(argument: Argument) -> Step:
    """gamma_F = gamma_L."""
    difference = LEADER.discount - FOLLOWER.discount
    none = assume(argument, "equal discounts")
    none = argument.step(equal(Abs(difference), 0), Rewrite(), none, meaning(argument, "discount_difference"))
    sides = []
    for side in (difference, -difference):
        step = argument.step(at_most(side, Abs(difference)), AbsoluteValue(difference))
        sides.append(argument.step(at_most(side, 0), Chain(), step, none))
    up, down = sides
    down = argument.step(at_most(0, difference), Rewrite(), down)
    none = argument.step(equal(difference, 0), Antisymmetry(), up, down)
    return argument.step(equal(FOLLOWER.discount, LEADER.discount), Combine((-1,)), none)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Norm:
    """The norm of entries at every time, as a sequence of its own: delta[t] = ||entry||."""

    sequence: Any
    meaning: Step  # delta[t] = ||entry|| for all t
    above: Step  # entry <= delta[t] for all t, s, a, b
    below: Step  # -entry <= delta[t] for all t, s, a, b
    least: Step  # delta[t] <= c for all t, c such that entry <= c and -entry <= c for all s, a, b


@once
def norms(argument: Argument, name: str, entry: sympy.Expr) -> Norm:
    """Defines the sequence of that name as the norm of an entry at t, s, a, b."""
    sequence = vector(name)
    definition = argument.define(sequence[t], norm(entry))
    sides = []
    for side in both_sides(argument, entry):
        step = argument.step(at_most(side.relation.lhs, sequence[t]), Rewrite(), side, definition)
        sides.append(everywhere(argument, step, t, s, a, b))
    given = tuple(at_most(side, c).for_all(s, a, b) for side in (entry, -entry))
    bounds = [instance(argument, argument.assume("a bound of the entries", bound), {}) for bound in given]
    step = argument.step(at_most(Abs(entry), c), AbsoluteValue(entry), *bounds)
    extremum: Any = Abs(entry)
    for index in (b, a, s):
        extremum = Maximum(extremum, index)
        step = argument.step(at_most(extremum, c), BestBound(extremum, index), step)
    step = argument.step(at_most(sequence[t], c), Rewrite(), step, definition)
    least = argument.step(step.relation.for_all(t, c, given=given), Generalise((t, c), given), step)
    return Norm(sequence=sequence, meaning=definition, above=sides[0], below=sides[1], least=least)


def distances(argument: Argument, player: Player) -> Norm:
    """delta[t] = ||Q_t - Q_t^ref|| of a player."""
    return norms(argument, f"delta_{player.letter}", gap(player))


def least_bound(argument: Argument, known: Norm, time: Any, up: Step, down: Step) -> Step:
    """delta[time] <= c, from entry <= c and -entry <= c at arbitrary s, a, b."""
    proofs = [everywhere(argument, step, s, a, b) for step in (up, down)]
    return instance(argument, known.least, {t: time, c: up.relation.rhs}, *proofs)


@once
def future(argument: Argument) -> Step:
    """For all x, y, c, s, a, b such that x <= y + c at every state: P x <= P y + c."""
    weight = P[s, a, b, z]
    given = at_most(x[s], y[s] + c).for_all(s)
    step = instance(argument, argument.assume("values apart by c", given), {s: z})
    step = argument.step(
        at_most(weight * x[z], weight * (y[z] + c)), Combine((weight,)), step, at(argument, "probabilities")
    )
    means = Total(weight * x[z], z), Total(weight * y[z], z)
    step = argument.step(at_most(means[0], means[1] + c * Total(weight, z)), SumOver(z), step)
    step = argument.step(at_most(means[0], means[1] + c), Combine((1, c)), step, at(argument, "they sum to one"))
    return argument.step(step.relation.for_all(x, y, c, s, a, b, given=(given,)), _all((x, y, c, s, a, b), given), step)


def _all(variables: tuple[Any, ...], given: Relation) -> Generalise:
    return Generalise(variables, (given,))


@once
def replies_average(argument: Argument, run: Run) -> Step:
    """For all x, y, t, s, a such that x <= y at every reply: sum_b nu x <= sum_b nu y."""
    weight, given = run.reply[t, s, a, b], at_most(x[b], y[b]).for_all(b)
    step = instance(argument, argument.assume("one below the other", given), {})
    some = at(argument, f"{run.name}: replies are nonnegative")
    step = argument.step(at_most(weight * x[b], weight * y[b]), Combine((weight,)), step, some)
    step = argument.step(at_most(Total(weight * x[b], b), Total(weight * y[b], b)), SumOver(b), step)
    return argument.step(step.relation.for_all(x, y, t, s, a, given=(given,)), _all((x, y, t, s, a), given), step)


@once
def moves_average(argument: Argument, run: Run) -> Step:
    """For all x, y, t, s such that x <= y at every move: sum_a pi x <= sum_a pi y."""
    weight, given = run.move[t, s, a], at_most(x[a], y[a]).for_all(a)
    step = instance(argument, argument.assume("one below the other", given), {})
    some = at(argument, f"{run.name}: moves are nonnegative")
    step = argument.step(at_most(weight * x[a], weight * y[a]), Combine((weight,)), step, some)
    step = argument.step(at_most(Total(weight * x[a], a), Total(weight * y[a], a)), SumOver(a), step)
    return argument.step(step.relation.for_all(x, y, t, s, given=(given,)), _all((x, y, t, s), given), step)


def averaged(argument: Argument, run: Run, bound: Step, index: Any, time: Any = t) -> Step:
    """A bound l <= r at an arbitrary reply b (or move a): its average over the replies (or moves) of a run."""
    general = replies_average(argument, run) if index == b else moves_average(argument, run)
    left, right = bound.relation.lhs, bound.relation.rhs
    values = {x: Entries((index,), left), y: Entries((index,), right), t: time}
    return instance(argument, general, values, everywhere(argument, bound, index))


@once
def best_answer(argument: Argument, run: Run) -> Step:
    """q_F[t, s, a] = max_b Q_F[t, s, a, b]: the follower takes the best reply."""
    table, reply, answered = run.table(FOLLOWER)[t, s, a, b], run.reply[t, s, a, b], run.answered(FOLLOWER)[t, s, a]
    best = Maximum(table, b)
    summed = at(argument, f"{run.name}: replies are best")
    summed = argument.step(equal(best * Total(reply, b) - Total(reply * table, b), 0), SumOver(b), summed)
    one = at(argument, f"{run.name}: replies sum to one")
    average = at(argument, f"{run.name}: follower's value of a move")
    return argument.step(equal(answered, best), Combine((-1, best, 1)), summed, one, average)


@once
def best_move(argument: Argument, run: Run) -> Step:
    """V_L[t, s] = max_a q_L[t, s, a]: the leader takes the best move."""
    answered, move, value = run.answered(LEADER)[t, s, a], run.move[t, s, a], run.value(LEADER)[t, s]
    best = Maximum(answered, a)
    summed = at(argument, f"{run.name}: moves are best")
    summed = argument.step(equal(best * Total(move, a) - Total(move * answered, a), 0), SumOver(a), summed)
    one = at(argument, f"{run.name}: moves sum to one")
    average = at(argument, f"{run.name}: leader's value of a state")
    return argument.step(equal(value, best), Combine((-1, best, 1)), summed, one, average)


def moves_follow(argument: Argument, above: Run, below: Run, answers: Step, amount: sympy.Expr) -> Step:
    """V_L of one run is at most V_L of the other plus an amount, at t, s: at arbitrary a that holds of q_L."""
    high, low = (Maximum(run.answered(LEADER)[t, s, a], a) for run in (above, below))
    bound = argument.step(at_most(low.args[0], low), Bound(low, a))
    bound = argument.step(at_most(high.args[0], low + amount), Combine((1, 1)), answers, bound)
    bound = argument.step(at_most(high, low + amount), BestBound(high, a), bound)
    values = [run.value(LEADER)[t, s] for run in (above, below)]
    meanings = best_move(argument, above), best_move(argument, below)
    return argument.step(at_most(values[0], values[1] + amount), Combine((1, 1, -1)), bound, *meanings)


def answer_below(argument: Argument, run: Run, bound: Step, player: Player = LEADER) -> Step:
    """q <= c at t, s, a, from Q <= c at arbitrary b."""
    value = bound.relation.rhs
    mean = averaged(argument, run, bound, b)
    one = at(argument, f"{run.name}: replies sum to one")
    average = at(argument, f"{run.name}: {player.name}'s value of a move")
    return argument.step(at_most(run.answered(player)[t, s, a], value), Combine((1, value, 1)), mean, one, average)


def answer_above(argument: Argument, run: Run, bound: Step, player: Player = LEADER) -> Step:
    """c <= q + rest at t, s, a, from c <= Q + rest at arbitrary b."""
    value, rest = bound.relation.lhs, bound.relation.rhs - run.table(player)[t, s, a, b]
    mean = averaged(argument, run, bound, b)
    one = at(argument, f"{run.name}: replies sum to one")
    average = at(argument, f"{run.name}: {player.name}'s value of a move")
    relation = at_most(value, run.answered(player)[t, s, a] + rest)
    return argument.step(relation, Combine((1, rest - value, -1)), mean, one, average)


def next_gap(argument: Argument, player: Player, above: Run, below: Run, values: Step) -> Step:
    """Q of one run less that of the other, one step later at s, a, b: from V_above <= V_below + amount at t, s."""
    amount = values.relation.rhs - below.value(player)[t, s]
    places = {x: Entries((s,), above.value(player)[t, s]), y: Entries((s,), below.value(player)[t, s]), c: amount}
    mean = instance(argument, future(argument), places, everywhere(argument, values, s))
    steps = [at(argument, f"{run.name}: {player.name}'s step") for run in (above, below)]
    now, later = (above.table(player)[at, s, a, b] - below.table(player)[at, s, a, b] for at in (t, t + 1))
    known = signs(argument, player)
    return argument.step(
        at_most(later, (1 - alpha) * now + alpha * player.discount * amount),
        Combine((alpha * player.discount, 1, -1)),
        mean,
        *steps,
        known.positive,
        known.discount,
    )


def next_distance(argument: Argument, player: Player, values: tuple[Step, Step]) -> Step:
    """delta[t + 1] <= (1 - alpha) delta[t] + alpha gamma amount.

    The steps say V <= V^ref + amount and V^ref <= V + amount at t, s.
    """
    apart = distances(argument, player)
    amount = values[0].relation.rhs - REFERENCE.value(player)[t, s]
    bound = (1 - alpha) * apart.sequence[t] + alpha * player.discount * amount
    sides = []
    for run, other, step, side in zip(RUNS, RUNS[::-1], values, (apart.above, apart.below), strict=True):
        later, now = next_gap(argument, player, run, other, step), instance(argument, side, {})
        one = signs(argument, player).at_most_one
        sides.append(argument.step(at_most(later.relation.lhs, bound), Combine((1, 1 - alpha)), later, now, one))
    return least_bound(argument, apart, t + 1, *sides)


def contracts(argument: Argument, player: Player, values: tuple[Step, Step]) -> Step:
    """delta[t + 1] <= rho delta[t], from values at most delta[t] apart, as `next_distance` takes them."""
    step, apart = next_distance(argument, player, values), distances(argument, player).sequence
    return argument.step(at_most(apart[t + 1], player.rate * apart[t]), Rewrite(), step)


def decays(argument: Argument, player: Player, contraction: Step) -> Step:
    """distance <= decay * start distance of a player, from delta[t + 1] <= rho delta[t]."""
    decay, apart = player.decay, distances(argument, player)
    first = apart.sequence[0]
    claim = at_most(apart.sequence[t], decay[t] * first)
    one = fact(argument, f"{player.name}_decay at the start")
    base = argument.step(claim.substitute({t: sympy.Integer(0)}), Combine((-first,)), one)
    before = argument.assume("up to t", claim)
    power = at(argument, f"{player.name}_decay")
    after = argument.step(
        claim.substitute({t: t + 1}),
        Combine((1, player.rate, -first)),
        contraction,
        before,
        power,
        signs(argument, player).rate,
    )
    always = argument.step(claim.for_all(t), Induction(claim, t), base, after)
    distance, factor, start = (SYMBOLS[f"{player.name}_{word}"] for word in ("distance", "decay", "start_distance"))
    return in_symbols(argument, at_most(distance, factor * start), instance(argument, always, {t: T}), player)


@once
def distance_at(argument: Argument, player: Player, name: str) -> Step:
    """The player's distance of that name, at the end or at the start, is delta[T] or delta[0]."""
    apart, symbol = distances(argument, player), SYMBOLS[f"{player.name}_{name}"]
    time = T if name == "distance" else sympy.Integer(0)
    sequence = instance(argument, apart.meaning, {t: time})
    definition = meaning(argument, str(symbol))
    return argument.step(equal(symbol, apart.sequence[time]), Combine((1, -1)), definition, sequence)


def in_symbols(
    argument: Argument, relation: Relation, step: Step, *players: Player, more: tuple[Step, ...] = ()
) -> Step:
    """The relation in the words of the claims that a step says of delta[T], delta[0] and decay[T]; more meanings."""
    names = ("distance", "start_distance")
    meanings = [distance_at(argument, player, name) for player in players for name in names]
    meanings += [meaning(argument, f"{player.name}_decay") for player in players]
    return argument.step(relation, Rewrite(), step, *meanings, *more)


@once
def decay_nonnegative(argument: Argument, player: Player) -> Step:
    """0 <= decay[t] for all t."""
    claim = at_most(0, player.decay[t])
    one = fact(argument, f"{player.name}_decay at the start")
    base = argument.step(claim.substitute({t: sympy.Integer(0)}), Combine((-1,), plus=(1,)), one)
    before, power = argument.assume("up to t", claim), at(argument, f"{player.name}_decay")
    rate = signs(argument, player).rate
    after = argument.step(claim.substitute({t: t + 1}), Combine((player.rate, -1)), before, power, rate)
    return argument.step(claim.for_all(t), Induction(claim, t), base, after)


@once
def decay_symbol_nonnegative(argument: Argument, player: Player) -> Step:
    """0 <= decay, in the words of the claims."""
    step = instance(argument, decay_nonnegative(argument, player), {t: T})
    name = f"{player.name}_decay"
    return argument.step(at_most(0, SYMBOLS[name]), Rewrite(), step, meaning(argument, name))


@once
def below_start_distance(argument: Argument, player: Player) -> Step:
    """A player's start distance is at most the larger of both."""
    x, y = SYMBOLS["leader_start_distance"], SYMBOLS["follower_start_distance"]
    mine = SYMBOLS[f"{player.name}_start_distance"]
    side = x - y if player is LEADER else y - x
    step = argument.step(at_most(side, Abs(x - y)), AbsoluteValue(x - y))
    definition = meaning(argument, "start_distance")
    return argument.step(at_most(mine, SYMBOLS["start_distance"]), Combine((Rational(1, 2), -1)), step, definition)


@once
def larger_below(argument: Argument) -> Step:
    """For all d, e, c such that d <= c and e <= c: max(d, e) <= c."""
    room = 2 * c - d - e
    given = at_most(d, c), at_most(e, c)
    first, second = (argument.assume("below c", bound) for bound in given)
    sides = [
        argument.step(at_most(d - e, room), Combine((2,)), first),
        argument.step(at_most(e - d, room), Combine((2,)), second),
    ]
    step = argument.step(at_most(Abs(d - e), room), AbsoluteValue(d - e), *sides)
    step = argument.step(at_most(larger(d, e), c), Combine((Rational(1, 2),)), step)
    return argument.step(step.relation.for_all(d, e, c, given=given), Generalise((d, e, c), given), step)


def larger_distance(argument: Argument, leader: Step, follower: Step) -> Step:
    """distance <= bound, where the steps say leader_distance <= bound and follower_distance <= bound."""
    places = {d: leader.relation.lhs, e: follower.relation.lhs, c: leader.relation.rhs}
    step = instance(argument, larger_below(argument), places, leader, follower)
    relation = at_most(SYMBOLS["distance"], leader.relation.rhs)
    return argument.step(relation, Combine((1, 1)), step, meaning(argument, "distance"))


def with_start_distance(argument: Argument, step: Step, factor: sympy.Expr, player: Player, *signs: Step) -> Step:
    """left <= factor * start_distance, from left <= factor * the player's start distance, and factor >= 0."""
    larger = below_start_distance(argument, player)
    relation = at_most(step.relation.lhs, factor * SYMBOLS["start_distance"])
    return argument.step(relation, Combine((1, factor)), step, larger, *signs)


@once
def distance_nonnegative(argument: Argument, player: Player) -> Step:
    """0 <= distance of a player, in the words of the claims."""
    apart = distances(argument, player)
    sides = [instance(argument, side, {}) for side in (apart.above, apart.below)]
    half = Rational(1, 2)
    step = argument.step(at_most(0, apart.sequence[t]), Combine((half, half)), *sides)
    step = instance(argument, everywhere(argument, step, t), {t: T})
    symbol = SYMBOLS[f"{player.name}_distance"]
    return argument.step(at_most(0, symbol), Rewrite(), step, distance_at(argument, player, "distance"))


@once
def larger_times(argument: Argument) -> Step:
    """For all k, d, e, c such that k d <= c and k e <= c: k max(d, e) <= c."""
    given = at_most(k * d, c), at_most(k * e, c)
    first, second = (argument.assume("below c", bound) for bound in given)
    claim = at_most(k * larger(d, e), c)
    cases = []
    for greater, smaller, bound in ((e, d, second), (d, e, first)):
        case = argument.assume("the larger", at_most(smaller, greater))
        size = argument.step(equal(Abs(greater - smaller), greater - smaller), AbsoluteValue(greater - smaller), case)
        cases.append((case.relation, argument.step(claim, Combine((1, k / 2)), bound, size)))
    step = argument.step(claim, Cases(cases[0][0], cases[1][0]), cases[0][1], cases[1][1])
    return argument.step(step.relation.for_all(k, d, e, c, given=given), Generalise((k, d, e, c), given), step)


@once
def equal_decays(argument: Argument) -> Step:
    """follower_decay = leader_decay, where the discounts are equal."""
    claim = equal(FOLLOWER.decay[t], LEADER.decay[t])
    ones = [fact(argument, f"{player.name}_decay at the start") for player in (FOLLOWER, LEADER)]
    base = argument.step(claim.substitute({t: sympy.Integer(0)}), Combine((1, -1)), *ones)
    before, discounts = argument.assume("up to t", claim), equal_discounts(argument)
    powers = [at(argument, f"{player.name}_decay") for player in (FOLLOWER, LEADER)]
    after = argument.step(
        claim.substitute({t: t + 1}),
        Combine((1, -1, FOLLOWER.rate, alpha * LEADER.decay[t])),
        *powers,
        before,
        discounts,
    )
    step = instance(argument, argument.step(claim.for_all(t), Induction(claim, t), base, after), {t: T})
    names = [f"{player.name}_decay" for player in (FOLLOWER, LEADER)]
    meanings = [meaning(argument, name) for name in names]
    return argument.step(equal(*(SYMBOLS[name] for name in names)), Rewrite(), step, *meanings)


@once
def steps_nonnegative(argument: Argument) -> Step:
    """0 <= steps."""
    claim = at_most(0, count[t])
    base = argument.step(claim.substitute({t: sympy.Integer(0)}), Combine((-1,)), fact(argument, "steps at the start"))
    before, next_one = argument.assume("up to t", claim), at(argument, "one more step")
    after = argument.step(claim.substitute({t: t + 1}), Combine((1, -1), plus=(1,)), before, next_one)
    step = instance(argument, argument.step(claim.for_all(t), Induction(claim, t), base, after), {t: T})
    return argument.step(at_most(0, SYMBOLS["steps"]), Rewrite(), step, meaning(argument, "steps"))


def same_replies_follow(argument: Argument, above: Run, below: Run, same: Step) -> Step:
    """q_L <= q_L of the other run + delta_L at t, s, a, where nu = nu^ref at t, s, a, b."""
    apart = distances(argument, LEADER)
    near = instance(argument, apart.above if above is START else apart.below, {})
    amount, table = near.relation.rhs, above.table(LEADER)[t, s, a, b]
    weight = below.reply[t, s, a, b]
    some = at(argument, f"{below.name}: replies are nonnegative")
    near = argument.step(at_most(weight * near.relation.lhs, weight * amount), Combine((weight,)), near, some)
    high, low = (run.reply[t, s, a, b] * run.table(LEADER)[t, s, a, b] for run in (above, below))
    toward = 1 if above is START else -1
    mean = argument.step(at_most(high, low + weight * amount), Combine((1, toward * table)), near, same)
    summed = at_most(Total(high, b), Total(low, b) + amount * Total(weight, b))
    mean = argument.step(summed, SumOver(b), mean)
    one = at(argument, f"{below.name}: replies sum to one")
    averages = [at(argument, f"{run.name}: leader's value of a move") for run in (above, below)]
    relation = at_most(above.answered(LEADER)[t, s, a], below.answered(LEADER)[t, s, a] + amount)
    return argument.step(relation, Combine((1, amount, 1, -1)), mean, one, *averages)
