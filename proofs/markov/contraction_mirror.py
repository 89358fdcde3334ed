"""Games and runs whose players' tables are opposite, or alike: once so they stay so.

With sign = 1 for opposite and -1 for alike, r_L + sign r_F = 0, one discount, and Q_L + sign Q_F = 0 at the start give
Q_L + sign Q_F = 0 for ever: the choices are the same for both players, so both tables move by the same average.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import sympy

from proofs.engine.argument import Argument
from proofs.engine.relation import at_most, equal
from proofs.engine.rules.algebra import Chain, Combine, Rewrite
from proofs.engine.rules.heads import Bound
from proofs.engine.rules.induction import Induction
from proofs.engine.rules.quantifiers import Generalise, SumOver
from proofs.engine.step import Step
from proofs.engine.terms import Maximum, Total
from proofs.markov.contraction_lemmas import (
    answer_above,
    answer_below,
    best_answer,
    contracts,
    decay_symbol_nonnegative,
    decays,
    distance_at,
    distances,
    equal_discounts,
    larger_distance,
    least_bound,
    moves_follow,
    vanishes,
    with_start_distance,
)
from proofs.markov.contraction_lines import at, everywhere, instance, once
from proofs.markov.vocabulary import (
    FOLLOWER,
    LEADER,
    RUNS,
    SYMBOLS,
    P,
    Player,
    Run,
    T,
    a,
    alpha,
    b,
    gap,
    s,
    t,
    z,
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """Opposite or alike: the sign, and what the hypotheses and the symbols of the vocabulary are called."""

    sign: int
    hypotheses: str
    symbols: str


OPPOSITE = Mirror(sign=1, hypotheses="zero-sum", symbols="zero_sum")
ALIKE = Mirror(sign=-1, hypotheses="common", symbols="common")


@once
def mirrored_rewards(argument: Argument, mirror: Mirror) -> Step:
    """r_L + sign r_F = 0 at s, a, b."""
    entry = LEADER.reward[s, a, b] + mirror.sign * FOLLOWER.reward[s, a, b]
    return vanishes(argument, f"{mirror.hypotheses} rewards", f"{mirror.symbols}_reward_defect", entry)


@once
def mirrored_start(argument: Argument, mirror: Mirror, run: Run) -> Step:
    """Q_F = -sign Q_L at the start of a run, for all s, a, b."""
    leader, follower = (run.table(player)[0, s, a, b] for player in (LEADER, FOLLOWER))
    step = vanishes(
        argument,
        f"{mirror.hypotheses} {run.name}",
        f"{mirror.symbols}_{run.name}_defect",
        leader + mirror.sign * follower,
    )
    step = argument.step(equal(follower, -mirror.sign * leader), Combine((mirror.sign,)), step)
    return everywhere(argument, step, s, a, b)


@once
def mirrored_answers(argument: Argument, mirror: Mirror, run: Run, tables: Step) -> Step:
    """q_F = -sign q_L at t, s, a, from tables of which that holds at t for all s, a, b."""
    return argument.step(
        equal(run.answered(FOLLOWER)[t, s, a], -mirror.sign * run.answered(LEADER)[t, s, a]),
        Combine((1, 1, mirror.sign)),
        _averaged(argument, mirror, run, tables),
        at(argument, f"{run.name}: follower's value of a move"),
        at(argument, f"{run.name}: leader's value of a move"),
    )


def _averaged(argument: Argument, mirror: Mirror, run: Run, tables: Step) -> Step:
    """sum_b nu Q_F = -sign sum_b nu Q_L."""
    weight = run.reply[t, s, a, b]
    leader, follower = (weight * run.table(player)[t, s, a, b] for player in (LEADER, FOLLOWER))
    here = instance(argument, tables, {t: t})
    step = argument.step(equal(follower, -mirror.sign * leader), Combine((weight,)), here)
    return argument.step(equal(Total(follower, b), -mirror.sign * Total(leader, b)), SumOver(b), step)


@once
def mirrored_values(argument: Argument, mirror: Mirror, run: Run, tables: Step) -> Step:
    """V_F = -sign V_L at t, s."""
    weight = run.move[t, s, a]
    leader, follower = (weight * run.answered(player)[t, s, a] for player in (LEADER, FOLLOWER))
    step = mirrored_answers(argument, mirror, run, tables)
    step = argument.step(equal(follower, -mirror.sign * leader), Combine((weight,)), step)
    step = argument.step(equal(Total(follower, a), -mirror.sign * Total(leader, a)), SumOver(a), step)
    return argument.step(
        equal(run.value(FOLLOWER)[t, s], -mirror.sign * run.value(LEADER)[t, s]),
        Combine((1, 1, mirror.sign)),
        step,
        at(argument, f"{run.name}: follower's value of a state"),
        at(argument, f"{run.name}: leader's value of a state"),
    )


@once
def mirrored(argument: Argument, mirror: Mirror, run: Run) -> Step:
    """For all t, s, a, b: Q_F = -sign Q_L in a run, from rewards, one discount and the start."""
    sign, weight = mirror.sign, P[s, a, b, z]
    claim = equal(run.table(FOLLOWER)[t, s, a, b], -sign * run.table(LEADER)[t, s, a, b]).for_all(s, a, b)
    base = mirrored_start(argument, mirror, run)
    rewards, discounts = mirrored_rewards(argument, mirror), equal_discounts(argument)

    before = argument.assume("up to t", claim)
    values = mirrored_values(argument, mirror, run, before)
    values = instance(argument, everywhere(argument, values, s), {s: z})
    leader, follower = (weight * run.value(player)[t, z] for player in (LEADER, FOLLOWER))
    values = argument.step(equal(follower, -sign * leader), Combine((weight,)), values)
    values = argument.step(equal(Total(follower, z), -sign * Total(leader, z)), SumOver(z), values)
    after = argument.step(
        claim.body.substitute({t: t + 1}),
        Combine((1, sign, 1 - alpha, alpha * sign, alpha * FOLLOWER.discount, -alpha * sign * Total(leader, z))),
        at(argument, f"{run.name}: follower's step"),
        at(argument, f"{run.name}: leader's step"),
        instance(argument, before, {}),
        rewards,
        values,
        discounts,
    )
    after = everywhere(argument, after, s, a, b)
    return argument.step(claim.for_all(t), Induction(claim, t), base, after)


@once
def extreme_answer(argument: Argument, mirror: Mirror, run: Run, tables: Step) -> Step:
    """-sign Q_L <= -sign q_L at t, s, a, b: the reply is the worst for the leader, or the best."""
    sign, values = mirror.sign, run.table(FOLLOWER)[t, s, a, b]
    best = Maximum(values, b)
    bound = argument.step(at_most(values, best), Bound(best, b))
    table, answered = run.table(LEADER)[t, s, a, b], run.answered(LEADER)[t, s, a]
    return argument.step(
        at_most(-sign * table, -sign * answered),
        Combine((1, -1, 1, -1)),
        bound,
        best_answer(argument, run),
        mirrored_answers(argument, mirror, run, tables),
        instance(argument, tables, {t: t}),
    )


def answers_follow(argument: Argument, mirror: Mirror, above: Run, below: Run, close: Step, extreme: Step) -> Step:
    """q_L of one run is at most q_L of the other plus an amount, at t, s, a: at arbitrary b that holds of Q_L.

    The last step says -sign Q_L <= -sign q_L + slack, of the run above where the tables are opposite, of the run below
    where they are alike; the slack is added to the amount.
    """
    owner = above if mirror.sign > 0 else below
    slack = extreme.relation.rhs + mirror.sign * owner.answered(LEADER)[t, s, a]
    amount = close.relation.rhs - below.table(LEADER)[t, s, a, b] + slack
    if mirror.sign > 0:  # q <= Q + slack <= Q_below + amount, averaged over the replies of the run below
        relation = at_most(above.answered(LEADER)[t, s, a], close.relation.rhs + slack)
        return answer_above(argument, below, argument.step(relation, Combine((1, 1)), extreme, close))
    relation = at_most(close.relation.lhs, below.answered(LEADER)[t, s, a] + amount)
    return answer_below(argument, above, argument.step(relation, Combine((1, 1)), close, extreme))


@once
def closeness(argument: Argument, player: Player) -> dict[Run, Step]:
    """Q of either run is at most Q of the other plus delta, at t, s, a, b."""
    apart = distances(argument, player)
    steps = {}
    for run, other, side in zip(RUNS, RUNS[::-1], (apart.above, apart.below), strict=True):
        near = at_most(run.table(player)[t, s, a, b], other.table(player)[t, s, a, b] + apart.sequence[t])
        steps[run] = argument.step(near, Rewrite(), instance(argument, side, {}))
    return steps


def leader_values_follow(argument: Argument, mirror: Mirror, extremes: Mapping[Run, Step]) -> tuple[Step, Step]:
    """V_L <= V_L^ref + amount and V_L^ref <= V_L + amount at t, s, from what `answers_follow` takes of either run."""
    values = []
    for run, other in zip(RUNS, RUNS[::-1], strict=True):
        extreme = extremes[run if mirror.sign > 0 else other]
        answers = answers_follow(argument, mirror, run, other, closeness(argument, LEADER)[run], extreme)
        amount = answers.relation.rhs - other.answered(LEADER)[t, s, a]
        values.append(moves_follow(argument, run, other, answers, amount))
    return values[0], values[1]


@once
def values_follow(argument: Argument, mirror: Mirror) -> tuple[Step, Step]:
    """V_L <= V_L^ref + delta_L and V_L^ref <= V_L + delta_L at t, s."""
    tables = mirrored_runs(argument, mirror)
    return leader_values_follow(
        argument, mirror, {run: extreme_answer(argument, mirror, run, tables[run]) for run in RUNS}
    )


def mirrored_runs(argument: Argument, mirror: Mirror) -> dict[Run, Step]:
    """For all t, s, a, b: Q_F = -sign Q_L in both runs."""
    return {run: mirrored(argument, mirror, run) for run in RUNS}


@once
def contraction(argument: Argument, mirror: Mirror) -> Step:
    """delta_L[t + 1] <= rho delta_L[t]."""
    return contracts(argument, LEADER, values_follow(argument, mirror))


def _as_far_apart(
    argument: Argument, mirror: Mirror, tables: Mapping[Run, Step], player: Player, other: Player
) -> Step:
    """delta[t] of one player is at most delta[t] of the other, at t, where the tables of both runs are mirrored."""
    mine, theirs = distances(argument, player), distances(argument, other)
    known = [instance(argument, tables[run], {}) for run in RUNS]
    factor = 1 if player is FOLLOWER else mirror.sign  # Q_F = -sign Q_L, and so Q_L = -sign Q_F
    sides = []
    for toward, side in ((1, gap(player)), (-1, -gap(player))):
        near = instance(argument, theirs.below if toward * mirror.sign > 0 else theirs.above, {})
        relation = at_most(side, theirs.sequence[t])
        sides.append(argument.step(relation, Combine((1, toward * factor, -toward * factor)), near, *known))
    return least_bound(argument, mine, t, sides[0], sides[1])


def _follower_contraction(
    argument: Argument, mirror: Mirror, tables: Mapping[Run, Step], leader: tuple[Step, Step]
) -> Step:
    """delta_F[t + 1] <= rho delta_F[t], from the bounds of the leader's values: his are hers, up to the sign."""
    like = {run: mirrored_values(argument, mirror, run, tables[run]) for run in RUNS}
    near = _as_far_apart(argument, mirror, tables, LEADER, FOLLOWER)
    amount = distances(argument, FOLLOWER).sequence[t]
    bounds = dict(zip(RUNS, leader, strict=True))
    values = []
    for run, other in zip(RUNS, RUNS[::-1], strict=True):
        close = bounds[other if mirror.sign > 0 else run]
        relation = at_most(run.value(FOLLOWER)[t, s], other.value(FOLLOWER)[t, s] + amount)
        values.append(argument.step(relation, Combine((1, 1, 1, -1)), close, near, like[run], like[other]))
    return contracts(argument, FOLLOWER, (values[0], values[1]))


@once
def follower_contraction(argument: Argument, mirror: Mirror) -> Step:
    """delta_F[t + 1] <= rho delta_F[t]."""
    return _follower_contraction(argument, mirror, mirrored_runs(argument, mirror), values_follow(argument, mirror))


@once
def first_contraction(argument: Argument, mirror: Mirror) -> dict[Player, Step]:
    """delta[1] <= rho delta[0] of either player, from both starts alone: nothing is asked of rewards and discounts."""
    tables, given = {}, []
    for run in RUNS:
        leader, follower = (run.table(player)[t, s, a, b] for player in (LEADER, FOLLOWER))
        given.append(equal(follower, -mirror.sign * leader).for_all(s, a, b))
        tables[run] = argument.assume(f"the {run.name} at t", given[-1])
    extremes = {run: extreme_answer(argument, mirror, run, tables[run]) for run in RUNS}
    leader = leader_values_follow(argument, mirror, extremes)
    starts = [mirrored_start(argument, mirror, run) for run in RUNS]
    found = {}
    for player, step in (
        (LEADER, contracts(argument, LEADER, leader)),
        (FOLLOWER, _follower_contraction(argument, mirror, tables, leader)),
    ):
        general = argument.step(step.relation.for_all(t, given=given), Generalise((t,), tuple(given)), step)
        found[player] = instance(argument, general, {t: sympy.Integer(0)}, *starts)
    return found


def conclude(argument: Argument, mirror: Mirror) -> None:
    """leader: distance <= decay * start distance; the same of the follower, and of the larger of both distances."""
    leader = decays(argument, LEADER, contraction(argument, mirror))
    argument.conclude("leader", leader)
    argument.conclude("follower", decays(argument, FOLLOWER, follower_contraction(argument, mirror)))

    factor, positive = SYMBOLS["leader_decay"], decay_symbol_nonnegative(argument, LEADER)
    first = with_start_distance(argument, leader, factor, LEADER, positive)
    alike = _as_far_apart(argument, mirror, mirrored_runs(argument, mirror), FOLLOWER, LEADER)
    alike = instance(argument, everywhere(argument, alike, t), {t: T})
    meanings = [distance_at(argument, player, "distance") for player in (LEADER, FOLLOWER)]
    names = SYMBOLS["follower_distance"], SYMBOLS["leader_distance"]
    alike = argument.step(at_most(*names), Rewrite(), alike, *meanings)
    second = argument.step(at_most(names[0], first.relation.rhs), Chain(), alike, first)
    argument.conclude("both", larger_distance(argument, first, second))
