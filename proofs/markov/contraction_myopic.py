"""With a myopic follower who starts at his rewards two runs come together at the rate rho, for every way to break ties.

Where gamma_F = 0 and Q_F = r_F at the start, Q_F = r_F for ever: the best replies are the same at all times and in both
runs. Ties broken for the leader give her the largest Q_L among them, ties broken against her the smallest, and the
first index one and the same reply: each moves by no more than Q_L does.
"""

from __future__ import annotations

from typing import Any

from sympy import Rational

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most, equal
from proofs.engine.rules.algebra import Antisymmetry, Chain, Combine, Rewrite
from proofs.engine.rules.heads import Bound, Indicator
from proofs.engine.rules.induction import Induction
from proofs.engine.rules.quantifiers import Cases, SumOver
from proofs.engine.step import Step
from proofs.engine.substitution import Entries, rename, substitute
from proofs.engine.terms import Delta, Iverson, Maximum, Total
from proofs.markov.contraction_lemmas import (
    contracts,
    decay_symbol_nonnegative,
    decays,
    distance_at,
    distance_nonnegative,
    distances,
    larger_distance,
    least_bound,
    moves_follow,
    same_replies_follow,
    signs,
    vanishes,
    with_start_distance,
)
from proofs.markov.contraction_lines import assume, at, everywhere, fact, instance, once
from proofs.markov.vocabulary import (
    FOLLOWER,
    ITERATION,
    LEADER,
    RUNS,
    SYMBOLS,
    P,
    Run,
    T,
    a,
    alpha,
    b,
    gap,
    is_best_reply,
    other_reply,
    rank,
    s,
    strongest,
    t,
    ties,
    weakest,
    z,
)
from proofs.markov.vocabulary import first as first_rank

TOPIC = "markov/myopic"
TITLE = "Q-value iteration contracts where the follower is myopic"

REWARD = FOLLOWER.reward[s, a, b]
IS_BEST: Any = is_best_reply(REWARD)


def derivation() -> Derivation:
    """||Q_t - Q'_t|| <= rho^t ||Q_0 - Q'_0|| of either player and of the larger of both; the follower's is zero."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=ITERATION)
    leader = decays(argument, LEADER, contraction(argument))
    argument.conclude("leader", leader)
    follower = follower_stays(argument)
    argument.conclude("the follower stays", follower)
    argument.conclude("follower", decays(argument, FOLLOWER, _follower_contraction(argument)))

    factor, positive = SYMBOLS["leader_decay"], decay_symbol_nonnegative(argument, LEADER)
    first = with_start_distance(argument, leader, factor, LEADER, positive)
    links = follower, distance_nonnegative(argument, LEADER), first
    second = argument.step(at_most(follower.relation.lhs, first.relation.rhs), Chain(), *links)
    argument.conclude("both", larger_distance(argument, first, second))
    return argument.derivation()


@once
def contraction(argument: Argument) -> Step:
    """delta_L[t + 1] <= rho delta_L[t]."""
    amount = distances(argument, LEADER).sequence[t]
    values = []
    for run, other in zip(RUNS, RUNS[::-1], strict=True):
        values.append(moves_follow(argument, run, other, answers_follow(argument, run, other), amount))
    return contracts(argument, LEADER, (values[0], values[1]))


@once
def at_rewards(argument: Argument, run: Run) -> Step:
    """For all t, s, a, b: Q_F = r_F in a run."""
    table = run.table(FOLLOWER)
    claim = equal(table[t, s, a, b], REWARD).for_all(s, a, b)
    name = f"follower_{run.name}_reward_defect"
    base = vanishes(argument, f"{run.name} at the rewards", name, table[0, s, a, b] - REWARD)
    base = argument.step(equal(table[0, s, a, b], REWARD), Combine((1,)), base)
    base = everywhere(argument, base, s, a, b)
    before = argument.assume("up to t", claim)
    future = Total(P[s, a, b, z] * run.value(FOLLOWER)[t, z], z)
    after = argument.step(
        claim.body.substitute({t: t + 1}),
        Combine((1, 1 - alpha, alpha * future)),
        at(argument, f"{run.name}: follower's step"),
        instance(argument, before, {}),
        assume(argument, "myopic follower"),
    )
    return argument.step(claim.for_all(t), Induction(claim, t), base, everywhere(argument, after, s, a, b))


def _over_rewards(run: Run, term: Any) -> Any:
    """A term with the follower's rewards for his values."""
    return substitute(term, {run.table(FOLLOWER): Entries((t, s, a, b), REWARD)})


@once
def supported(argument: Argument, run: Run) -> Step:
    """nu [b is best] = nu at t, s, a, b: only best replies have weight."""
    weight, best = run.reply[t, s, a, b], Maximum(REWARD, b)
    replies = at(argument, f"{run.name}: replies are best")
    replies = argument.step(equal(weight * (best - REWARD), 0), Rewrite(), replies, at_rewards(argument, run))
    claim = equal(weight * IS_BEST, weight)
    never = argument.assume("no weight", equal(weight, 0))
    attained = argument.assume("a best reply", equal(REWARD, best))
    marked = argument.step(equal(IS_BEST, 1), Indicator(IS_BEST), attained)
    return argument.step(
        claim,
        Cases(never.relation, attained.relation),
        argument.step(claim, Combine((IS_BEST - 1,)), never),
        argument.step(claim, Combine((weight,)), marked),
        replies,
    )


def _by_rule(argument: Argument, run: Run, rule: Step, name: str, rest: Any) -> Step:
    """nu rest = 0 at t, s, a, b: what a rule says of the replies, where it is the rule."""
    is_rule: Any = Iverson(ties, rule.relation.rhs)
    weighed = run.reply[t, s, a, b] * rest
    step = at(argument, f"{run.name}: {name}")
    step = argument.step(equal(is_rule * weighed, 0), Rewrite(), step, at_rewards(argument, run))
    marked = argument.step(equal(is_rule, 1), Indicator(is_rule), rule)
    return argument.step(equal(weighed, 0), Combine((1, -weighed)), step, marked)


def answers_follow(argument: Argument, above: Run, below: Run) -> Step:
    """q_L of one run is at most q_L of the other plus delta_L, at t, s, a."""
    strong, weak, first = (argument.assume("ties", equal(ties, number)) for number in range(3))
    other = argument.assume("ties not strong", equal((ties - 1) * (ties - 2), 0))
    fixed = same_replies_follow(argument, above, below, _same_replies(argument, first))
    relation = fixed.relation
    later = argument.step(
        relation,
        Cases(weak.relation, first.relation),
        _extreme(argument, above, below, weak),
        fixed,
        other,
        reason="against her, or the first",
    )
    return argument.step(
        relation,
        Cases(strong.relation, other.relation),
        _extreme(argument, above, below, strong),
        later,
        fact(argument, "ties strong, weak or first"),
        reason="for the leader, or not",
    )


def _close(argument: Argument, above: Run) -> Step:
    """Q_L of one run is at most Q_L of the other plus delta_L, at t, s, a, b."""
    apart = distances(argument, LEADER)
    return instance(argument, apart.above if above is RUNS[0] else apart.below, {})


def _extreme(argument: Argument, above: Run, below: Run, rule: Step) -> Step:
    """The largest, or the smallest, of Q_L among the best replies moves by at most delta_L."""
    strong = rule.relation.rhs == 0
    owner, weigher = (below, above) if strong else (above, below)  # whose extremum, and whose replies meet it
    extremum = _over_rewards(owner, (strongest if strong else weakest)(owner))
    sign, name = (1, "strong") if strong else (-1, "weak")

    def short(run: Run) -> Any:
        """What a value of a run lacks to the extremum; of its own run never less than nothing."""
        return sign * (extremum - run.table(LEADER)[t, s, a, b])

    attained = _by_rule(argument, owner, rule, name, short(owner))
    own, one = owner.reply[t, s, a, b], at(argument, f"{owner.name}: replies sum to one")
    table, answered = owner.table(LEADER)[t, s, a, b], owner.answered(LEADER)[t, s, a]
    attained = argument.step(equal(sign * (extremum * Total(own, b) - Total(own * table, b)), 0), SumOver(b), attained)
    average = at(argument, f"{owner.name}: leader's value of a move")
    attained = argument.step(equal(answered, extremum), Combine((-sign, extremum, 1)), attained, one, average)

    weight = weigher.reply[t, s, a, b]
    some = at(argument, f"{weigher.name}: replies are nonnegative")
    bound = argument.step(at_most(0, IS_BEST * short(owner)), Bound(extremum, b))
    bound = argument.step(at_most(0, weight * IS_BEST * short(owner)), Combine((weight,)), bound, some)
    bound = argument.step(
        at_most(0, weight * short(owner)), Combine((1, short(owner))), bound, supported(argument, weigher)
    )
    near = _close(argument, above)
    amount, difference = near.relation.rhs, near.relation.lhs
    near = argument.step(at_most(weight * difference, weight * amount), Combine((weight,)), near, some)
    theirs = weigher.table(LEADER)[t, s, a, b]
    sides = (
        (weight * theirs, weight * (extremum + amount)) if strong else (weight * extremum, weight * (theirs + amount))
    )
    mean = argument.step(at_most(*sides), Combine((1, 1)), near, bound)
    mean = argument.step(at_most(*(Total(side, b) for side in sides)), SumOver(b), mean)
    one = at(argument, f"{weigher.name}: replies sum to one")
    average = at(argument, f"{weigher.name}: leader's value of a move")
    relation = at_most(above.answered(LEADER)[t, s, a], below.answered(LEADER)[t, s, a] + amount)
    rest = extremum + amount if strong else amount - extremum
    return argument.step(relation, Combine((1, rest, sign, -1 if strong else 1)), mean, one, average, attained)


@once
def _same_replies(argument: Argument, rule: Step) -> Step:
    """nu = nu^ref at t, s, a, b, where the first of the best replies is given."""
    kept = []
    for run, other in zip(RUNS, RUNS[::-1], strict=True):
        mine, theirs = run.reply[t, s, a, b], rename(other.reply[t, s, a, b], b, other_reply)
        order = _by_rule(argument, run, rule, "first", rank[b] - _over_rewards(run, first_rank(run)))
        reorder = _by_rule(argument, other, rule, "first", rank[b] - _over_rewards(other, first_rank(other)))
        reorder = instance(argument, everywhere(argument, reorder, b), {b: other_reply})
        product = mine * theirs
        equal_ranks = argument.step(
            equal(product * (rank[b] - rank[other_reply]), 0), Combine((theirs, -mine)), order, reorder
        )
        same: Any = Delta(b, other_reply)
        claim = equal(product * same, product)
        never = argument.assume("no weight on both", equal(product, 0))
        level = argument.assume("one rank", equal(rank[b], rank[other_reply]))
        is_level: Any = Iverson(rank[b], rank[other_reply])
        marked = argument.step(equal(is_level, 1), Indicator(is_level), level)
        marked = argument.step(equal(same, 1), Combine((1, -1)), marked, at_ranks(argument))
        claim_step = argument.step(
            claim,
            Cases(never.relation, level.relation),
            argument.step(claim, Combine((same - 1,)), never),
            argument.step(claim, Combine((product,)), marked),
            equal_ranks,
        )
        total = argument.step(
            equal(mine * other.reply[t, s, a, b], mine * Total(other.reply[t, s, a, b], b)),
            SumOver(other_reply),
            claim_step,
        )
        one = at(argument, f"{other.name}: replies sum to one")
        kept.append(argument.step(equal(mine * other.reply[t, s, a, b], mine), Combine((1, mine)), total, one))
    start, reference = (run.reply[t, s, a, b] for run in RUNS)
    return argument.step(equal(start, reference), Combine((-1, 1)), *kept)


@once
def at_ranks(argument: Argument) -> Step:
    """[k_b = k_b'] = [b = b']."""
    return instance(argument, fact(argument, "ranks differ"), {})


@once
def _no_gap(argument: Argument) -> Step:
    """delta_F[t] = 0 at t: both runs stay at the rewards."""
    apart = distances(argument, FOLLOWER)
    tables = [instance(argument, at_rewards(argument, run), {}) for run in RUNS]
    sides = [
        argument.step(at_most(gap(FOLLOWER), 0), Combine((1, -1)), *tables),
        argument.step(at_most(-gap(FOLLOWER), 0), Combine((-1, 1)), *tables),
    ]
    return least_bound(argument, apart, t, *sides)


def _follower_contraction(argument: Argument) -> Step:
    """delta_F[t + 1] <= rho delta_F[t]: both are zero."""
    apart = distances(argument, FOLLOWER)
    none = everywhere(argument, _no_gap(argument), t)
    later = instance(argument, none, {t: t + 1})
    sides = [instance(argument, side, {}) for side in (apart.above, apart.below)]
    half = Rational(1, 2)
    some = argument.step(at_most(0, apart.sequence[t]), Combine((half, half)), *sides)
    rate = FOLLOWER.rate
    return argument.step(
        at_most(apart.sequence[t + 1], rate * apart.sequence[t]),
        Combine((1, rate)),
        later,
        some,
        signs(argument, FOLLOWER).rate,
    )


@once
def follower_stays(argument: Argument) -> Step:
    """follower_distance = 0."""
    step = instance(argument, everywhere(argument, _no_gap(argument), t), {t: T})
    symbol = SYMBOLS["follower_distance"]
    step = argument.step(at_most(symbol, 0), Rewrite(), step, distance_at(argument, FOLLOWER, "distance"))
    return argument.step(equal(symbol, 0), Antisymmetry(), step, distance_nonnegative(argument, FOLLOWER))
