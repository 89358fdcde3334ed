"""Markov games for the checkers: the stage rule and a step of the iteration in rationals, and what hypotheses measure.

Written from the definitions of `games.markov` alone. Numbers are flint's rationals (fmpq); Q is a pair of tables
Q[k][s][a][b], the leader's (k = 0) and the follower's (k = 1).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from games.core import Game
from games.markov import MarkovGame, Ties
from verify.exact.errors import CertificateError

Fact = Mapping[str, Any]
Table = list[list[list[Any]]]  # [s][a][b]
Pair = tuple[Table, Table]
JointPolicy = tuple[tuple[int, int], ...]  # (a, b) in every state

LEADER, FOLLOWER = 0, 1

UNKNOWN = arb("nan")
"""What a fact proves that says, with the entry "undecided", that its prover found nothing."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A single exact Markov game in flint's rationals.

    successors[s][a][b] lists (t, P(t | s, a, b)) where the probability is positive; rewards and discounts are pairs.
    """

    states: int
    leader_actions: int
    follower_actions: int
    successors: list[list[list[list[tuple[int, fmpq]]]]]
    rewards: Pair
    discounts: tuple[fmpq, fmpq]

    @classmethod
    def of(cls, game: Game) -> Rules:
        """Raises `CertificateError` for anything but one exact Markov game."""
        if not isinstance(game, MarkovGame) or not game.is_exact or game.batch_shape:
            raise CertificateError(
                f"expected a single exact Markov game, found a {game.kind or type(game).__name__} game"
            )
        kernel = game.transition.tolist()
        successors = [
            [[[(t, to_flint(p)) for t, p in enumerate(row) if p] for row in replies] for replies in moves]
            for moves in kernel
        ]
        leader, follower = (
            [[[to_flint(entry) for entry in row] for row in moves] for moves in table.tolist()]
            for table in game.rewards()
        )
        discounts = tuple(to_flint(discount[()]) for discount in game.discounts())
        return cls(
            states=game.states,
            leader_actions=game.leader_actions,
            follower_actions=game.follower_actions,
            successors=successors,
            rewards=(leader, follower),
            discounts=(discounts[0], discounts[1]),
        )

    def constant(self, number: Any) -> Pair:
        """Both tables filled with one number."""
        leader, follower = (
            [[[number] * self.follower_actions for _ in range(self.leader_actions)] for _ in range(self.states)]
            for _ in (LEADER, FOLLOWER)
        )
        return leader, follower

    def backup(self, values: tuple[Sequence[Any], Sequence[Any]]) -> Pair:
        """r_k + gamma_k P V_k for both players; the values are rationals, or flint's balls."""
        leader, follower = (
            [
                [
                    [reward + discount * sum(p * v[t] for t, p in law) for reward, law in zip(row, laws, strict=True)]
                    for row, laws in zip(rows, tables, strict=True)
                ]
                for rows, tables in zip(rewards, self.successors, strict=True)
            ]
            for rewards, discount, v in zip(self.rewards, self.discounts, values, strict=True)
        )
        return leader, follower


def to_flint(number: Fraction | int) -> fmpq:
    return fmpq(number.numerator, number.denominator)


def to_fraction(number: fmpq) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def reply(leader: Sequence[Any], follower: Sequence[Any], ties: int) -> int:
    """The follower's reply where the two rows are Q_L(s, a, .) and Q_F(s, a, .)."""
    best = max(follower)
    tied = [b for b, value in enumerate(follower) if value == best]
    if ties == Ties.STRONG:
        return max(tied, key=lambda b: leader[b])  # the first of equals
    if ties == Ties.WEAK:
        return min(tied, key=lambda b: leader[b])
    return tied[0]


def joint_action(leader: Sequence[Sequence[Any]], follower: Sequence[Sequence[Any]], ties: int) -> tuple[int, int]:
    """(a(s), b(s, a(s))) where the two tables are Q_L(s, ., .) and Q_F(s, ., .)."""
    replies = [reply(own, other, ties) for own, other in zip(leader, follower, strict=True)]
    a = max(range(len(leader)), key=lambda a: leader[a][replies[a]])  # the first of equals
    return a, replies[a]


def joint_policy(q: Pair, ties: int = Ties.STRONG) -> JointPolicy:
    """Pi(Q): what is played in every state."""
    return tuple(joint_action(leader, follower, ties) for leader, follower in zip(*q, strict=True))


def stage_values(q: Pair, policy: JointPolicy) -> tuple[list[Any], list[Any]]:
    """V_k(s) = Q_k(s, a(s), b(s)) for both players."""
    leader, follower = ([table[s][a][b] for s, (a, b) in enumerate(policy)] for table in q)
    return leader, follower


def iterate(rules: Rules, q: Pair, policy: JointPolicy, step_size: Any) -> Pair:
    """(1 - alpha) Q_k + alpha (r_k + gamma_k P V_k), V_k the stage values of `policy`, which must be that of Q."""
    target = rules.backup(stage_values(q, policy))
    if step_size == 1:
        return target
    keep = 1 - step_size
    leader, follower = (
        [
            [[keep * x + step_size * y for x, y in zip(*rows, strict=True)] for rows in zip(*tables, strict=True)]
            for tables in zip(old, new, strict=True)
        ]
        for old, new in zip(q, target, strict=True)
    )
    return leader, follower


def distance(one: Table, other: Table) -> Any:
    """The sup norm of the difference of two tables."""
    return max(
        abs(x - y)
        for tables in zip(one, other, strict=True)
        for rows in zip(*tables, strict=True)
        for x, y in zip(*rows, strict=True)
    )


# What hypotheses measure.


def states(game: Game, fact: Fact, bits: int) -> Fraction:
    """The number of states."""
    return Fraction(Rules.of(game).states)


def leader_actions_count(game: Game, fact: Fact, bits: int) -> Fraction:
    """The number of the leader's actions in every state."""
    return Fraction(Rules.of(game).leader_actions)


def follower_actions_count(game: Game, fact: Fact, bits: int) -> Fraction:
    """The number of the follower's actions in every state."""
    return Fraction(Rules.of(game).follower_actions)


def markov_zero_sum_defect(game: Game, fact: Fact, bits: int) -> Fraction:
    """The largest |r_L + r_F|: 0 exactly where the rewards are opposite."""
    leader, follower = Rules.of(game).rewards
    return to_fraction(distance(leader, [[[-x for x in row] for row in rows] for rows in follower]))


def markov_common_defect(game: Game, fact: Fact, bits: int) -> Fraction:
    """The largest |r_L - r_F|: 0 exactly where both are paid alike."""
    return to_fraction(distance(*Rules.of(game).rewards))


def markov_discount_difference(game: Game, fact: Fact, bits: int) -> Fraction:
    """|gamma_L - gamma_F|: 0 exactly where both discount alike."""
    leader, follower = Rules.of(game).discounts
    return to_fraction(abs(leader - follower))


def markov_follower_discount(game: Game, fact: Fact, bits: int) -> Fraction:
    """gamma_F: 0 exactly where the follower is myopic."""
    return to_fraction(Rules.of(game).discounts[FOLLOWER])
