r"""Where Q-value iteration from Q = 0 ends: a fixed point, or a periodic orbit that it never leaves.

A fact holds the orbit, phase by phase, and the time of entry. Let m_k(j) be player k's margin in phase j: by how much
the choices of the rule beat every other, the leader's where she moves and where she breaks a tie of his. Let d_k be the
sup-norm distance of player k's iterate at the entry from that of the phase entered, and rho_k = 1 - alpha(1 - gamma_k).

While the policies are those of the orbit, iterate and orbit follow one affine map, so that i steps later the distance
is at most rho_k^i d_k. If rho_k^i d_k < m_k / 2 in each of the p phases that follow, then in all phases ever after,
and the policies are those of the orbit forever: the iterates converge to the orbit, and p = 1 means that they converge.

Choices of the orbit that are exact ties have no margin. They are allowed where the iterates, too, are exactly tied in
the same entries, forever: the difference of two tied entries of the iterate is a fixed linear functional of its
deviation from the orbit, which every turn is mapped by one matrix, of size S for alpha = 1 (the deviation of Q is then
gamma P times that of V, but for Q = 0 itself) and S A B otherwise. By Cayley and Hamilton such a difference is zero
forever if it is in as many turns in a row as the matrix has rows. A tie that is reached in the limit only is refused:
nothing is proved of it.

The policies have exactly the period of the orbit: joint policies of a period d < p would make the map of d steps, a
contraction, have the phases as its fixed points.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq

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
    Table,
    iterate,
    joint_policy,
    stage_values,
    to_flint,
    to_fraction,
)
from verify.exact.payload import entry, mappings, matrix, position, rational, require

LONGEST_ORBIT = 1024

MOST_WORK = 20_000_000
"""Multiplications an entry may take: steps times entries of Q times states."""

EXACT_BITS = 1024
"""Denominators up to which iterates are exact; from there on they are balls, unless ties have to be told."""

TIED_BITS = 2**17
"""Denominators up to which iterates with ties are followed."""

BALL_BITS = 384

Entry = tuple[int, int, int]  # (s, a, b)


def orbit_period(game: Game, fact: Fact, bits: int) -> Fraction:
    """The period of the policies of Q-value iteration from Q = 0 with alpha = 1, 1 where it converges; strong ties."""
    return Fraction(len(_orbit(Rules.of(game), fact, fmpq(1))))


def orbit_period_half(game: Game, fact: Fact, bits: int) -> Fraction:
    """The same for damped iteration, alpha = 1/2."""
    return Fraction(len(_orbit(Rules.of(game), fact, fmpq(1, 2))))


def reached_fixed_point(game: Game, fact: Fact, bits: int) -> Fraction:
    """The leader's stage value, on average over the states, at the fixed point that the iteration from Q = 0 reaches.

    The fact holds that of `orbit_period`. Undefined, an error, where the iteration does not converge.
    """
    rules = Rules.of(game)
    part = entry(fact, "orbit")
    require(isinstance(part, dict), fact, f"the fact of an orbit, found {shown(part)}")
    phases = _orbit(rules, part, fmpq(1))
    require(len(phases) == 1, fact, f"an iteration that converges, found a cycle of {len(phases)} phases")
    return mean_leader_value(phases[0].q, phases[0].choices.policy)


def mean_leader_value(q: Pair, policy: JointPolicy) -> Fraction:
    """(1 / S) sum_s Q_L(s, a(s), b(s))."""
    values = stage_values(q, policy)[LEADER]
    return to_fraction(sum(values, fmpq(0)) / len(values))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the rule chooses at a Q, and how clearly.

    margins : the leader's and the follower's, None where there is nothing to choose between
    tied    : groups of entries (player, entries) whose exact equality the choices rest on
    """

    policy: JointPolicy
    margins: tuple[fmpq | None, fmpq | None]
    tied: tuple[tuple[int, tuple[Entry, ...]], ...]

    @classmethod
    def of(cls, q: Pair) -> Choices:
        """By the rule with ties broken for the leader; the order of comparisons is that of the rule."""
        leader, follower = q
        margins: tuple[list[fmpq], list[fmpq]] = ([], [])
        tied: list[tuple[int, tuple[Entry, ...]]] = []
        policy = []

        def choose(player: int, options: Sequence[Entry]) -> list[Entry]:
            """The options that are best for the player, who may have no margin over the rest."""
            worth = [q[player][s][a][b] for s, a, b in options]
            best = max(worth)
            margins[player].extend(best - value for value in worth if value < best)
            return [option for option, value in zip(options, worth, strict=True) if value == best]

        def equal(player: int, options: Sequence[Entry]) -> Entry:
            if len(options) > 1:
                tied.append((player, tuple(options)))
            return options[0]

        for s in range(len(leader)):
            moves = []
            for a, row in enumerate(follower[s]):
                answers = choose(FOLLOWER, [(s, a, b) for b in range(len(row))])
                equal(FOLLOWER, answers)
                moves.append(equal(LEADER, choose(LEADER, answers)))
            _, a, b = equal(LEADER, choose(LEADER, moves))
            policy.append((a, b))
        least = tuple(min(found, default=None) for found in margins)
        return cls(policy=tuple(policy), margins=(least[0], least[1]), tied=tuple(tied))

    def hold_ties(self, q: Pair) -> bool:
        """Whether the entries that the choices need to be equal are equal at another Q."""
        return all(
            len({(value.p, value.q) for value in (q[player][s][a][b] for s, a, b in entries)}) == 1
            for player, entries in self.tied
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One point of the orbit and what the rule chooses there."""

    q: Pair
    choices: Choices


def _orbit(rules: Rules, fact: Fact, step_size: fmpq) -> list[Phase]:
    """The phases of the fact's orbit, if all of it holds."""
    ties, stated = entry(fact, "ties"), to_flint(rational(fact, "step_size"))
    require(ties == Ties.STRONG.label, fact, f"ties {Ties.STRONG.label!r}, found {shown(ties)}")
    require(stated == step_size, fact, f"the step size {step_size}, found {stated}")
    phases = _phases(rules, fact)
    period = len(phases)
    require(rational(fact, "value") == period, fact, f"the value {period}, the number of phases")
    for j, phase in enumerate(phases):
        following = iterate(rules, phase.q, phase.choices.policy, step_size)
        require(following == phases[(j + 1) % period].q, fact, f"phase {j} to be mapped to the next one")
    policies = [phase.choices.policy for phase in phases]
    for d in (d for d in range(1, period) if period % d == 0):
        require(policies[d:] + policies[:d] != policies, fact, f"policies of period {period}, found period {d}")
    _require_entry(rules, fact, phases, step_size)
    return phases


def _phases(rules: Rules, fact: Fact) -> list[Phase]:
    listed = entry(fact, "orbit")
    count = len(listed) if isinstance(listed, list) else 0
    require(1 <= count <= LONGEST_ORBIT, fact, f"an orbit of 1 to {LONGEST_ORBIT} phases, found {shown(listed)}")
    found = []
    for j, phase in enumerate(mappings(fact, "orbit", count)):
        named = {**phase, "concept": f"{fact.get('concept', 'fact')}.orbit[{j}]"}
        q = (_table(rules, named, "leader"), _table(rules, named, "follower"))
        found.append(Phase(q=q, choices=Choices.of(q)))
    return found


def _table(rules: Rules, phase: Fact, key: str) -> Table:
    """Q[s][a][b] from nested lists of rationals."""
    states = entry(phase, key)
    require(isinstance(states, list) and len(states) == rules.states, phase, f"{rules.states} states in {key!r}")
    concept = phase["concept"]
    return [
        [
            [to_flint(number) for number in row]
            for row in matrix({"concept": concept, key: rows}, key, rules.leader_actions, rules.follower_actions)
        ]
        for rows in states
    ]


def _require_entry(rules: Rules, fact: Fact, phases: Sequence[Phase], step_size: fmpq) -> None:
    """The iteration from Q = 0 is caught by the orbit at the stated time."""
    period = len(phases)
    when = entry(fact, "entry")
    require(isinstance(when, dict), fact, f"an entry of steps and phase, found {shown(when)}")
    named = {**when, "concept": f"{fact.get('concept', 'fact')}.entry"}
    first = position(named, "phase", period)
    tied = any(phase.choices.tied for phase in phases)
    entries = rules.states * rules.leader_actions * rules.follower_actions
    turns = rules.states + 1 if step_size == 1 else entries  # one more for an entry at Q = 0
    most = max(0, MOST_WORK // (2 * entries * rules.states) - (turns * period if tied else 0))
    steps = position(named, "steps", most + 1)
    walk = _Walk(rules, step_size, exactly=tied)
    for _ in range(steps):
        walk.advance()
    walk.require_near(fact, phases, first)
    for i in range(turns * period if tied else 0):
        phase = phases[(first + i) % period]
        require(
            phase.choices.hold_ties(walk.q) and joint_policy(walk.q) == phase.choices.policy,
            fact,
            f"ties of the orbit to be ties of the iterate {steps + i}",
        )
        walk.advance()


class _Walk:
    """The iterates from Q = 0: exact while their denominators are short, then balls that tell every choice."""

    def __init__(self, rules: Rules, step_size: fmpq, *, exactly: bool) -> None:
        self.rules, self.step_size = rules, step_size
        self.exactly = exactly
        self.in_balls = False
        self.time = 0
        self.q: Pair = rules.constant(fmpq(0))

    def advance(self) -> None:
        if self.in_balls:
            with ctx.workprec(BALL_BITS):
                self.q = iterate(self.rules, self.q, _told(self.q, self.time), arb(self.step_size))
        else:
            self.q = iterate(self.rules, self.q, joint_policy(self.q), self.step_size)
            self._measure()
        self.time += 1

    def _measure(self) -> None:
        bits = max(value.q.bit_length() for table in self.q for rows in table for row in rows for value in row)
        if self.exactly and bits > TIED_BITS:
            raise CertificateError(f"orbit: expected ties within {TIED_BITS} bits, found more at step {self.time}")
        if not self.exactly and bits > EXACT_BITS:
            with ctx.workprec(BALL_BITS):
                leader, follower = ([[[arb(x) for x in row] for row in rows] for rows in table] for table in self.q)
            self.q, self.in_balls = (leader, follower), True

    def require_near(self, fact: Fact, phases: Sequence[Phase], first: int) -> None:
        """rho_k^i d_k < m_k / 2 in phase first + i, for both players and every phase."""
        with ctx.workprec(BALL_BITS):
            for player, whose in ((LEADER, "leader"), (FOLLOWER, "follower")):
                away = _away(self.q[player], phases[first].q[player])
                rate = arb(1 - self.step_size * (1 - self.rules.discounts[player]))
                for phase in (*phases[first:], *phases[:first]):
                    margin = phase.choices.margins[player]
                    near = margin is None or bool(away < arb(margin / 2))
                    require(near, fact, f"the {whose}'s Q after {self.time} steps within half the margins of the orbit")
                    away *= rate


def _away(one: Table, other: Table) -> arb:
    """An upper bound on the sup-norm distance of two tables, one of which may hold balls."""
    bound = arb(0)
    for tables in zip(one, other, strict=True):
        for rows in zip(*tables, strict=True):
            for x, y in zip(*rows, strict=True):
                bound = bound.max(arb(x - y).abs_upper())
    return bound


def _told(q: Pair, time: int) -> JointPolicy:
    """The joint policy at balls that tell every choice of the rule apart."""
    leader, follower = q
    policy = []
    for s, rows in enumerate(follower):
        replies = [_best(row, s, time) for row in rows]
        a = _best([leader[s][a][b] for a, b in enumerate(replies)], s, time)
        policy.append((a, replies[a]))
    return tuple(policy)


def _best(balls: Sequence[Any], s: int, time: int) -> int:
    best = max(range(len(balls)), key=lambda i: balls[i].mid())
    if not all(i == best or bool(balls[i] < balls[best]) for i in range(len(balls))):
        raise CertificateError(
            f"orbit: expected choices that {BALL_BITS} bits tell, found none at {time=} in state {s}"
        )
    return best
