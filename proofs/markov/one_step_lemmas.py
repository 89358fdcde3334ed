"""One step from any tables, against reference tables that are opposite, or alike: by how much the distance can grow.

Against opposite tables the leader's replies are, up to her own error and twice the follower's, still the worst for her:
-delta_L <= V_L - V_L^ref <= delta_L + 2 delta_F, and -delta_F <= V_F - V_F^ref <= delta_F + 2 delta_L. Against equal
tables the leader's move is chosen by an answer that may lose delta_L + 2 delta_F, and costs the follower that and
delta_L + delta_F more: his value may fall by 2 delta_L + 3 delta_F.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from proofs.engine.argument import Argument
from proofs.engine.relation import at_most, equal, less
from proofs.engine.rules.algebra import Antisymmetry, Combine, Rewrite
from proofs.engine.rules.heads import Bound, Indicator
from proofs.engine.rules.induction import Induction
from proofs.engine.rules.quantifiers import Cases, Generalise
from proofs.engine.step import Step
from proofs.engine.terms import Iverson, Maximum
from proofs.markov.any_start_lemmas import (
    averages,
    best_move_bound,
    entry,
    follower_value_follows,
    reference_move,
    value_averaged,
)
from proofs.markov.contraction_lemmas import (
    answer_above,
    answer_below,
    below_start_distance,
    best_answer,
    distance_at,
    distances,
    equal_discounts,
    larger_distance,
    moves_follow,
    next_distance,
    signs,
)
from proofs.markov.contraction_lines import assume, at, everywhere, fact, instance, meaning, once
from proofs.markov.contraction_mirror import (
    Mirror,
    answers_follow,
    closeness,
    extreme_answer,
    mirrored_answers,
    mirrored_start,
)
from proofs.markov.vocabulary import (
    FOLLOWER,
    LEADER,
    PLAYERS,
    REFERENCE,
    START,
    SYMBOLS,
    Player,
    T,
    a,
    alpha,
    b,
    count,
    s,
    t,
)

ZERO = sympy.Integer(0)


def _deltas(argument: Argument) -> tuple[Any, Any]:
    """delta_L[t] and delta_F[t]."""
    return distances(argument, LEADER).sequence[t], distances(argument, FOLLOWER).sequence[t]


def _sum(argument: Argument) -> Any:
    """delta_L[t] + delta_F[t]."""
    first, second = _deltas(argument)
    return first + second


@once
def mirrored_now(argument: Argument, mirror: Mirror) -> Step:
    """Q_F^ref = -sign Q_L^ref at t, for all s, a, b: assumed."""
    leader, follower = (REFERENCE.table(player)[t, s, a, b] for player in PLAYERS)
    relation = equal(follower, -mirror.sign * leader).for_all(s, a, b)
    return argument.assume("the reference at t", relation)


@once
def sums_now(argument: Argument, mirror: Mirror) -> dict[int, tuple[Step, Step]]:
    """q_L + sign q_F and V_L + sign V_F of the start run are at most delta_L + delta_F, and so are their negatives."""
    leader, follower = distances(argument, LEADER), distances(argument, FOLLOWER)
    reference = instance(argument, mirrored_now(argument, mirror), {})
    found = {}
    for direction in (1, -1):
        own = instance(argument, leader.above if direction > 0 else leader.below, {})
        other = instance(argument, follower.above if direction * mirror.sign > 0 else follower.below, {})
        relation = at_most(direction * entry(mirror), _sum(argument))
        bound = argument.step(relation, Combine((1, 1, direction * mirror.sign)), own, other, reference)
        found[direction] = averages(argument, mirror, bound, direction)
    return found


@once
def leader_answers(argument: Argument, mirror: Mirror) -> tuple[Step, Step]:
    """The tight and the loose bound at t, s, a.

    Opposite: q_L^ref <= q_L + delta_L and q_L <= q_L^ref + delta_L + 2 delta_F; alike with the runs exchanged.
    """
    tables, sign = mirrored_now(argument, mirror), mirror.sign
    extreme = extreme_answer(argument, mirror, REFERENCE, tables)
    above, below = (REFERENCE, START) if sign > 0 else (START, REFERENCE)
    tight = answers_follow(argument, mirror, above, below, closeness(argument, LEADER)[above], extreme)

    values = START.table(FOLLOWER)[t, s, a, b]
    best = Maximum(values, b)
    bound = argument.step(at_most(values, best), Bound(best, b))
    table, answered = REFERENCE.table(LEADER)[t, s, a, b], START.answered(LEADER)[t, s, a]
    first, second = _deltas(argument)
    amount = first + 2 * second
    relation = at_most(answered, table + amount) if sign > 0 else at_most(table, answered + amount)
    crossed = argument.step(
        relation,
        Combine((1, -1, 1, 1, -1)),
        bound,
        best_answer(argument, START),
        closeness(argument, FOLLOWER)[REFERENCE],
        sums_now(argument, mirror)[sign][0],
        instance(argument, tables, {}),
    )
    loose = answer_above(argument, REFERENCE, crossed) if sign > 0 else answer_below(argument, REFERENCE, crossed)
    return tight, loose


@once
def room(argument: Argument, player: Player) -> Step:
    """0 <= delta[t] of a player."""
    apart, half = distances(argument, player), sympy.Rational(1, 2)
    sides = [instance(argument, side, {}) for side in (apart.above, apart.below)]
    return argument.step(at_most(0, apart.sequence[t]), Combine((half, half)), *sides)


def _values(argument: Argument, mirror: Mirror, player: Player, amount: Any) -> tuple[Step, Step]:
    """V <= V^ref + amount and V^ref <= V + amount at t, s."""
    tight, loose = _leader_values(argument, mirror) if player is LEADER else _follower_values(argument, mirror)
    low = REFERENCE if tight.relation.lhs == START.value(player)[t, s] else START
    relation = at_most(tight.relation.lhs, low.value(player)[t, s] + amount)
    spare = sympy.expand(relation.rhs - tight.relation.rhs)
    times = [spare.coeff(delta) for delta in _deltas(argument)]
    tight = argument.step(relation, Combine((1, *times)), tight, room(argument, LEADER), room(argument, FOLLOWER))
    return (tight, loose) if low is REFERENCE else (loose, tight)


def _leader_values(argument: Argument, mirror: Mirror) -> tuple[Step, Step]:
    """The tight and the loose bound of V_L."""
    first, second = _deltas(argument)
    tight, loose = leader_answers(argument, mirror)
    above, below = (REFERENCE, START) if mirror.sign > 0 else (START, REFERENCE)
    return (
        moves_follow(argument, above, below, tight, first),
        moves_follow(argument, below, above, loose, first + 2 * second),
    )


def _follower_values(argument: Argument, mirror: Mirror) -> tuple[Step, Step]:
    """The tight and the loose bound of V_F."""
    sign, tables = mirror.sign, mirrored_now(argument, mirror)
    extreme = reference_move(argument, mirror, tables)
    run, other = (REFERENCE, START) if sign > 0 else (START, REFERENCE)
    tight = follower_value_follows(argument, mirror, run, other, extreme)

    answers = leader_answers(argument, mirror)[0 if sign > 0 else 1]
    amount = answers.relation.rhs - START.answered(LEADER)[t, s, a] + _sum(argument)
    theirs, value = REFERENCE.answered(FOLLOWER)[t, s, a], START.value(FOLLOWER)[t, s]
    crossed = argument.step(
        at_most(value, theirs + amount) if sign > 0 else at_most(theirs, value + amount),
        Combine((1, 1, 1, -sign)),
        answers,
        best_move_bound(argument, START),
        sums_now(argument, mirror)[1][1],
        mirrored_answers(argument, mirror, REFERENCE, tables),
    )
    return tight, value_averaged(argument, REFERENCE, crossed)


def after_one_step(argument: Argument, mirror: Mirror, player: Player) -> Step:
    """delta[1] <= (1 - alpha) delta[0] + alpha gamma amount, from a reference mirrored at the start."""
    first, second = _deltas(argument)
    amounts = {LEADER: first + 2 * second, FOLLOWER: 2 * first + (second if mirror.sign > 0 else 3 * second)}
    step = next_distance(argument, player, _values(argument, mirror, player, amounts[player]))
    given = (mirrored_now(argument, mirror).relation,)
    general = argument.step(step.relation.for_all(t, given=given), Generalise((t,), given), step)
    return instance(argument, general, {t: ZERO}, mirrored_start(argument, mirror, REFERENCE))


@once
def count_nonnegative(argument: Argument) -> Step:
    """0 <= n[t] for all t."""
    claim = at_most(0, count[t])
    base = argument.step(claim.substitute({t: ZERO}), Combine((-1,)), fact(argument, "steps at the start"))
    before, one_more = argument.assume("up to t", claim), at(argument, "one more step")
    after = argument.step(claim.substitute({t: t + 1}), Combine((1, -1), plus=(1,)), before, one_more)
    return argument.step(claim.for_all(t), Induction(claim, t), base, after)


def _only_at_zero(argument: Argument, sequence: Any) -> Step:
    """[n[t] = 0] (sequence[t + 1] - sequence[1]) = 0 for all t: only the start has no steps."""
    none: Any = Iverson(count[t], 0)
    claim = equal(none * (sequence[t + 1] - sequence[1]), 0)
    base = argument.step(claim.substitute({t: ZERO}), Combine(()))
    one_more, some = at(argument, "one more step"), instance(argument, count_nonnegative(argument), {})
    more = argument.step(less(0, count[t + 1]), Combine((1, -1), plus=(1,)), some, one_more)
    later: Any = Iverson(count[t + 1], 0)
    never = argument.step(equal(later, 0), Indicator(later), more)
    rest = sequence[t + 2] - sequence[1]
    after = argument.step(claim.substitute({t: t + 1}), Combine((rest,)), never)
    return argument.step(claim.for_all(t), Induction(claim, t), base, after)


def at_one_step(argument: Argument, sequence: Any, bound: Step) -> Step:
    """sequence[T] <= c where one step is taken, from sequence[1] <= c."""
    limit, one = bound.relation.rhs, Iverson(count[t], 1)
    claim = at_most(0, one * (limit - sequence[t]))
    start, first = fact(argument, "steps at the start"), Iverson(count[0], 1)
    never = argument.step(equal(first, 0), Indicator(first), start)
    base = argument.step(claim.substitute({t: ZERO}), Combine((-(limit - sequence[0]),)), never)

    next_one: Any = Iverson(count[t + 1], 1)
    wanted, one_more = claim.substitute({t: t + 1}), at(argument, "one more step")
    later = argument.assume("after the start", less(0, count[t]))
    more = argument.step(less(1, count[t + 1]), Combine((1, -1)), later, one_more)
    never = argument.step(equal(next_one, 0), Indicator(next_one), more)
    first_case = argument.step(wanted, Combine((-(limit - sequence[t + 1]),)), never)

    none = argument.assume("at the start", at_most(count[t], 0))
    some = instance(argument, count_nonnegative(argument), {})
    zero = argument.step(equal(count[t], 0), Antisymmetry(), none, some)
    is_zero: Any = Iverson(count[t], 0)
    marked = argument.step(equal(is_zero, 1), Indicator(is_zero), zero)
    same = instance(argument, _only_at_zero(argument, sequence), {})
    apart = sequence[t + 1] - sequence[1]
    same = argument.step(equal(sequence[t + 1], sequence[1]), Combine((1, -apart)), same, marked)
    second_case = argument.step(wanted, Combine((next_one, next_one)), bound, same)
    after = argument.step(wanted, Cases(later.relation, none.relation), first_case, second_case)
    always = argument.step(claim.for_all(t), Induction(claim, t), base, after)

    last: Any = Iverson(count[T], 1)
    steps = argument.step(equal(count[T], 1), Rewrite(), assume(argument, "one step"), meaning(argument, "steps"))
    marked = argument.step(equal(last, 1), Indicator(last), steps)
    step = instance(argument, always, {t: T})
    return argument.step(at_most(sequence[T], limit), Combine((1, limit - sequence[T])), step, marked)


def conclude(argument: Argument, mirror: Mirror) -> None:
    """The distance after one step, of either player by both start distances, and of both by the larger."""
    own = {LEADER: 1, FOLLOWER: 1 if mirror.sign > 0 else 3}  # how much of the own distance the value moves by
    found = {}
    for player, other in zip(PLAYERS, PLAYERS[::-1], strict=True):
        step = at_one_step(argument, distances(argument, player).sequence, after_one_step(argument, mirror, player))
        mine, theirs = (SYMBOLS[f"{each.name}_start_distance"] for each in (player, other))
        bound = (1 - alpha) * mine + alpha * player.discount * (own[player] * mine + 2 * theirs)
        names = [(player, "distance"), (player, "start_distance"), (other, "start_distance")]
        meanings = [distance_at(argument, each, name) for each, name in names]
        relation = at_most(SYMBOLS[f"{player.name}_distance"], bound)
        found[player] = argument.step(relation, Rewrite(), step, *meanings)
        argument.conclude(player.name, found[player])
    factor = own[FOLLOWER] + 2
    both = _both(argument, own, found, (1 - alpha + factor * alpha * LEADER.discount) * SYMBOLS["start_distance"])
    argument.conclude("both", both)
    relation = at_most(SYMBOLS["distance"], factor * LEADER.discount * SYMBOLS["start_distance"])
    argument.conclude("full step", argument.step(relation, Rewrite(), both, assume(argument, "full step")))


def _both(argument: Argument, own: Mapping[Player, int], found: Mapping[Player, Step], bound: sympy.Expr) -> Step:
    """distance <= bound, from the bounds of either player and one discount."""
    gain, known = alpha * LEADER.discount, signs(argument, LEADER)
    steps = []
    for player, other in zip(PLAYERS, PLAYERS[::-1], strict=True):
        step = found[player]
        if player is FOLLOWER:
            changed = step.relation.substitute({FOLLOWER.discount: LEADER.discount})
            step = argument.step(changed, Rewrite(), step, equal_discounts(argument))
        spare = (own[FOLLOWER] - own[player]) * gain
        steps.append(
            argument.step(
                at_most(step.relation.lhs, bound),
                Combine((1, 1 - alpha + own[player] * gain, 2 * gain, spare)),
                step,
                below_start_distance(argument, player),
                below_start_distance(argument, other),
                start_nonnegative(argument),
                known.positive,
                known.at_most_one,
                known.discount,
            )
        )
    return larger_distance(argument, steps[0], steps[1])


@once
def start_nonnegative(argument: Argument) -> Step:
    """0 <= start_distance."""
    step = instance(argument, everywhere(argument, room(argument, LEADER), t), {t: ZERO})
    name = SYMBOLS["leader_start_distance"]
    step = argument.step(at_most(0, name), Rewrite(), step, distance_at(argument, LEADER, "start_distance"))
    larger = below_start_distance(argument, LEADER)
    return argument.step(at_most(0, SYMBOLS["start_distance"]), Combine((1, 1)), step, larger)
