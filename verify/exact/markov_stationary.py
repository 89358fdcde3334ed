"""Stationary solutions of small Markov games, by enumerating joint policies: no proof from outside is needed.

A joint policy Pi fixes the values, V = r_Pi + gamma P_Pi V, and these Q = r + gamma P V. The pair Q is a fixed point of
the iteration exactly where the rule at Q plays Pi, and different policies have different fixed points, since each is
what the rule plays at its own. Pi is a pure Markov perfect equilibrium of simultaneous moves where no player gains
by another action in any state: Q_L(s, a(s), b(s)) >= Q_L(s, a, b(s)) and Q_F(s, a(s), b(s)) >= Q_F(s, a(s), b).
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator
from fractions import Fraction

from flint import arb, fmpq, fmpq_mat

from games.core import Game
from games.errors import shown
from games.markov import Ties
from verify.exact.errors import CertificateError
from verify.exact.markov import (
    FOLLOWER,
    LEADER,
    Fact,
    JointPolicy,
    Pair,
    Rules,
    joint_action,
    to_fraction,
)
from verify.exact.markov_orbit import reached_fixed_point

MOST_POLICIES = 4096
"""Joint policies that may be enumerated."""


def fixed_points(game: Game, fact: Fact, bits: int) -> Fraction:
    """The number of fixed points of the iteration with pure commitments and ties broken for the leader."""
    return Fraction(len(_solutions(game)[0]))


def best_fixed_point(game: Game, fact: Fact, bits: int) -> Fraction:
    """The largest mean over states of the leader's stage value over all fixed points; an error where there is none."""
    return max(_some(_solutions(game)[0], "a fixed point"))


def worst_fixed_point(game: Game, fact: Fact, bits: int) -> Fraction:
    """The smallest mean over states of the leader's stage value over all fixed points; an error where there is none."""
    return min(_some(_solutions(game)[0], "a fixed point"))


def reached_loss(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """`best_fixed_point` less `reached_fixed_point`, whose fact's orbit this one holds.

    Stated as one concept, a difference of 0 can be known as 0 where both sides are known to many digits only.
    """
    reached = reached_fixed_point(game, fact, bits)
    return best_fixed_point(game, fact, bits) - reached if isinstance(reached, Fraction) else reached


def pure_nash_count(game: Game, fact: Fact, bits: int) -> Fraction:
    """The number of pure stationary Markov perfect equilibria of simultaneous moves."""
    return Fraction(len(_solutions(game)[1]))


def best_markov_nash(game: Game, fact: Fact, bits: int) -> Fraction:
    """The leader's largest mean value over pure stationary Markov perfect equilibria; an error where there is none."""
    return max(_some(_solutions(game)[1], "a pure equilibrium"))


def worst_markov_nash(game: Game, fact: Fact, bits: int) -> Fraction:
    """The leader's smallest mean value over pure stationary Markov perfect equilibria; an error where there is none."""
    return min(_some(_solutions(game)[1], "a pure equilibrium"))


def markov_commitment_gain(game: Game, fact: Fact, bits: int) -> Fraction:
    """`best_fixed_point` less `best_markov_nash`."""
    return best_fixed_point(game, fact, bits) - best_markov_nash(game, fact, bits)


def _some(values: list[Fraction], what: str) -> list[Fraction]:
    if not values:
        raise CertificateError(f"stationary solutions: expected {what}, found none")
    return values


@functools.lru_cache(maxsize=16)
def _solutions(game: Game) -> tuple[list[Fraction], list[Fraction]]:
    """The leader's mean value over states at every fixed point, and at every equilibrium; several concepts ask."""
    rules = Rules.of(game)
    fixed, equilibria = [], []
    for policy in _policies(rules):
        follower = _values(rules, policy, FOLLOWER)
        if _answers_badly(rules, policy, follower):
            continue
        leader = _values(rules, policy, LEADER)
        q, mean = rules.backup((leader, follower)), to_fraction(sum(leader, fmpq(0)) / rules.states)
        if is_fixed(q, policy):
            fixed.append(mean)
        if is_equilibrium(q, policy):
            equilibria.append(mean)
    return fixed, equilibria


def _answers_badly(rules: Rules, policy: JointPolicy, values: list[fmpq]) -> bool:
    """Whether the follower has a better reply in some state: then the policy is neither kind of solution."""
    rewards, discount = rules.rewards[FOLLOWER], rules.discounts[FOLLOWER]
    for s, (a, b) in enumerate(policy):
        worth = [
            reward + discount * sum((p * values[t] for t, p in law), fmpq(0))
            for reward, law in zip(rewards[s][a], rules.successors[s][a], strict=True)
        ]
        if worth[b] < max(worth):
            return True
    return False


def is_fixed(q: Pair, policy: JointPolicy) -> bool:
    """Whether the rule at Q plays this policy, ties broken for the leader."""
    tables = zip(*q, policy, strict=True)
    return all(joint_action(own, other, Ties.STRONG) == action for own, other, action in tables)


def is_equilibrium(q: Pair, policy: JointPolicy) -> bool:
    """Whether no player gains by another action in any state."""
    return all(
        own[a][b] == max(row[b] for row in own) and other[a][b] == max(other[a])
        for own, other, (a, b) in zip(*q, policy, strict=True)
    )


def _policies(rules: Rules) -> Iterator[JointPolicy]:
    """Every joint policy."""
    actions = list(itertools.product(range(rules.leader_actions), range(rules.follower_actions)))
    count = len(actions) ** rules.states
    if count > MOST_POLICIES:
        found = shown(count) if rules.states * math.log10(len(actions)) < 30 else "more than 10^30"
        raise CertificateError(f"stationary solutions: expected at most {MOST_POLICIES} joint policies, found {found}")
    return itertools.product(actions, repeat=rules.states)


def _values(rules: Rules, policy: JointPolicy, player: int) -> list[fmpq]:
    """(I - gamma P_Pi) V = r_Pi, which has one solution because gamma < 1."""
    size, discount = rules.states, rules.discounts[player]
    system = [[fmpq(int(s == t)) for t in range(size)] for s in range(size)]
    for s, (a, b) in enumerate(policy):
        for t, p in rules.successors[s][a][b]:
            system[s][t] -= discount * p
    rewards = [[rules.rewards[player][s][a][b]] for s, (a, b) in enumerate(policy)]
    solved = fmpq_mat(system).solve(fmpq_mat(rewards))
    return [solved[s, 0] for s in range(size)]
