"""In zero-sum games from any start no factor t is lost: the error is at most rho^t (||e_F|| + ||D||) for the leader.

Against opposite tables each player's table falls below the reference's by no more than rho^t times the start: what the
choices cost him goes to the other. The other side is bounded through the other player, Q_L = D - Q_F, where D = Q_L +
Q_F decays like rho^t itself.
"""

from __future__ import annotations

import sympy

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.relation import at_most
from proofs.engine.rules.algebra import Combine, Rewrite
from proofs.engine.rules.induction import Induction
from proofs.engine.step import Step
from proofs.markov.any_start_lemmas import ends_below_norm, follower_value_follows, reference_move, spread, sums
from proofs.markov.contraction_lemmas import (
    decay_nonnegative,
    distance_at,
    distances,
    equal_discounts,
    in_symbols,
    least_bound,
    moves_follow,
    next_gap,
    signs,
)
from proofs.markov.contraction_lines import at, everywhere, fact, instance
from proofs.markov.contraction_mirror import OPPOSITE, answers_follow, extreme_answer, mirrored, mirrored_start
from proofs.markov.vocabulary import (
    FOLLOWER,
    ITERATION,
    LEADER,
    REFERENCE,
    START,
    SYMBOLS,
    Player,
    T,
    a,
    alpha,
    b,
    gap,
    s,
    t,
)

TOPIC = "markov/any-start-uniform"
TITLE = "Q-value iteration in zero-sum games from any start, without a factor t"

ZERO = sympy.Integer(0)


def derivation() -> Derivation:
    """distance <= rho^t (the other player's start distance + ||D_0||) for either player."""
    argument = Argument(topic=TOPIC, title=TITLE, vocabulary=ITERATION)
    for player, other in ((LEADER, FOLLOWER), (FOLLOWER, LEADER)):
        argument.conclude(player.name, _enclosed(argument, player, other))
    return argument.derivation()


def _value_falls(argument: Argument, player: Player, close: Step) -> Step:
    """V^ref <= V + amount at t, s, from Q^ref <= Q + amount at arbitrary s, a, b."""
    tables = mirrored(argument, OPPOSITE, REFERENCE)
    if player is FOLLOWER:
        extreme = reference_move(argument, OPPOSITE, tables)
        return follower_value_follows(argument, OPPOSITE, REFERENCE, START, extreme, close)
    extreme = extreme_answer(argument, OPPOSITE, REFERENCE, tables)
    answers = answers_follow(argument, OPPOSITE, REFERENCE, START, close, extreme)
    amount = answers.relation.rhs - START.answered(LEADER)[t, s, a]
    return moves_follow(argument, REFERENCE, START, answers, amount)


def shortfall(argument: Argument, player: Player, paced: Player) -> Step:
    """For all t, s, a, b: Q^ref - Q <= rho^t delta[0] of a player, rho the rate of the player who sets the pace."""
    start, decay = distances(argument, player), paced.decay
    first = start.sequence[0]
    now, fixed = START.table(player)[t, s, a, b], REFERENCE.table(player)[t, s, a, b]
    claim = at_most(fixed - now, decay[t] * first).for_all(s, a, b)
    base = argument.step(
        claim.body.substitute({t: ZERO}),
        Combine((1, -first)),
        instance(argument, start.below, {t: ZERO}),
        fact(argument, f"{paced.name}_decay at the start"),
    )
    before = argument.assume("up to t", claim)
    here = instance(argument, before, {})
    close = argument.step(at_most(fixed, now + decay[t] * first), Rewrite(), here)
    later = next_gap(argument, player, REFERENCE, START, _value_falls(argument, player, close))
    toward = 0 if player is paced else 1 if paced is LEADER else -1  # gamma_F = gamma_L
    after = argument.step(
        claim.body.substitute({t: t + 1}),
        Combine((1, 1 - alpha, -first, toward * alpha * decay[t] * first)),
        later,
        here,
        at(argument, f"{paced.name}_decay"),
        equal_discounts(argument),
        signs(argument, player).at_most_one,
    )
    after, base = (everywhere(argument, step, s, a, b) for step in (after, base))
    return argument.step(claim.for_all(t), Induction(claim, t), base, after)


def _start_within(argument: Argument, player: Player, other: Player) -> Step:
    """delta[0] of a player is at most that of the other and ||D_0||."""
    apart, theirs, defect = distances(argument, player), distances(argument, other), SYMBOLS["zero_sum_start_defect"]
    known, ends = spread(argument, OPPOSITE), ends_below_norm(argument, OPPOSITE)
    mirrored_there = instance(argument, mirrored_start(argument, OPPOSITE, REFERENCE), {})
    amount, sides = theirs.sequence[0] + defect, []
    for toward, total, end, near in (
        (1, known.above, ends[0], theirs.below),
        (-1, known.below, ends[1], theirs.above),
    ):
        near = instance(argument, near, {t: ZERO})
        relation = at_most(toward * gap(player, 0), amount)
        sides.append(argument.step(relation, Combine((1, 1, 1, -toward)), total, end, near, mirrored_there))
    return least_bound(argument, apart, ZERO, sides[0], sides[1])


def _enclosed(argument: Argument, player: Player, other: Player) -> Step:
    """distance <= rho^t (the other's start distance + ||D_0||) of a player."""
    apart, theirs, defect = distances(argument, player), distances(argument, other), SYMBOLS["zero_sum_start_defect"]
    decay = player.decay[t]
    amount = theirs.sequence[0] + defect
    positive = instance(argument, decay_nonnegative(argument, player), {})
    low = instance(argument, shortfall(argument, player, player), {})
    down = argument.step(
        at_most(-gap(player), decay * amount),
        Combine((1, decay)),
        low,
        _start_within(argument, player, other),
        positive,
    )
    up = argument.step(
        at_most(gap(player), decay * amount),
        Combine((1, 1, decay, -1)),
        instance(argument, shortfall(argument, other, player), {}),
        sums(argument, OPPOSITE, player).tables[0],
        ends_below_norm(argument, OPPOSITE)[0],
        instance(argument, mirrored(argument, OPPOSITE, REFERENCE), {}),
        positive,
    )
    step = everywhere(argument, least_bound(argument, apart, t, up, down), t)
    names = [SYMBOLS[f"{player.name}_{word}"] for word in ("distance", "decay")]
    relation = at_most(names[0], names[1] * (SYMBOLS[f"{other.name}_start_distance"] + defect))
    more = (distance_at(argument, other, "start_distance"),)
    return in_symbols(argument, relation, instance(argument, step, {t: T}), player, more=more)
