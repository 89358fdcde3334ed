r"""Where Q-value iteration from Q = 0 ends: a fixed point, or a periodic orbit that it never leaves.

A fact holds the orbit, phase by phase, and the time of entry. Let m_k(j) be player k's margin in phase j: by how much
the choices beat every other one that they do not tie with. Let d_k be the sup-norm distance of player k's iterate at
the entry from that of the phase entered, and rho_k = 1 - alpha(1 - gamma_k). While the policies are those of the orbit,
iterates and orbit follow one affine map, so that i steps later the distance is at most rho_k^i d_k. If
rho_k^i d_k < m_k / 2 in each phase that follows, then in all phases ever after: the policies are those of the orbit
forever, and the iterates converge to it. The period is that of the orbit; 1 means that the iterates converge.

Choices that tie on the orbit have no margin. They are told by the iterates themselves, exactly: the difference of two
entries of the iterate that are tied on the orbit is a fixed linear functional of its deviation from the orbit, which a
turn maps by a matrix, of size S for alpha = 1 (the deviation of Q is then gamma P times that of V, but for Q = 0
itself), and S A B otherwise. By Cayley and Hamilton such a functional is zero in all turns if it is in as many turns in
a row as the matrix has rows. This is asked of the difference, a tie that lasts and that the rule breaks in the same way
forever, or of the difference after a turn minus mu times that before it, mu > 0: then the difference keeps its sign
while it vanishes in the limit. Anything else is refused.

Where no choice of the orbit is a tie, the orbit outlives every small change of the game, and attracts what is near it;
the iterates from Q = 0 may then be led elsewhere, if their own first choices are ties.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
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
    UNKNOWN,
    Fact,
    JointPolicy,
    Pair,
    Rules,
    Table,
    iterate,
    joint_policy,
    reply,
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
"""Denominators up to which iterates are followed exactly."""

MOST_EXACT_WORK = 2**29
"""Multiplications, times bits of the denominators, that exact iterates may take while ties are told."""

BALL_BITS = 384

Place = tuple[int, int, int]  # (s, a, b)
Margins = tuple[fmpq | None, fmpq | None]  # the leader's and the follower's, None where nothing is chosen by one


def orbit_period(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """The period of the orbit that Q-value iteration from Q = 0 with alpha = 1 tends to; ties broken for the leader."""
    orbit = _orbit(Rules.of(game), fact, fmpq(1))
    return Fraction(orbit.period) if orbit else UNKNOWN


def orbit_period_half(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """The same for damped iteration, alpha = 1/2."""
    orbit = _orbit(Rules.of(game), fact, fmpq(1, 2))
    return Fraction(orbit.period) if orbit else UNKNOWN


def orbit_ties(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """The number of alternatives that tie with a choice on the orbit of `orbit_period`, whose fact this one holds."""
    orbit = _orbit(Rules.of(game), _part(fact), fmpq(1))
    return Fraction(orbit.ties) if orbit else UNKNOWN


def reached_fixed_point(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """The leader's stage value, on average over the states, in the limit of the iteration from Q = 0.

    The fact holds that of `orbit_period`. Undefined, an error, where the iteration does not converge. The limit is a
    fixed point where none of its choices is a tie; elsewhere the rule may play another policy at the limit itself than
    at the iterates.
    """
    orbit = _orbit(Rules.of(game), _part(fact), fmpq(1))
    if not orbit:
        return UNKNOWN
    require(orbit.period == 1, fact, f"an iteration that converges, found a cycle of {orbit.period} phases")
    values = stage_values(orbit.phases[0], orbit.policies[0])[LEADER]
    return to_fraction(sum(values, fmpq(0)) / len(values))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Orbit:
    """An orbit that the iterates from Q = 0 tend to.

    period : the least period of its phases, which may be listed several times over
    ties   : how many alternatives tie with a choice in the phases of one period
    """

    phases: list[Pair]
    policies: list[JointPolicy]
    period: int
    ties: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What is played at a Q: the replies to all actions in all states, and the leader's moves."""

    replies: tuple[tuple[int, ...], ...]  # [s][a]
    moves: tuple[int, ...]  # [s]

    @classmethod
    def of(cls, q: Pair) -> Choices:
        """By the rule, ties broken for the leader."""
        replies = tuple(
            tuple(reply(own, other, Ties.STRONG) for own, other in zip(*rows, strict=True))
            for rows in zip(*q, strict=True)
        )
        return cls(replies=replies, moves=tuple(a for a, _ in joint_policy(q)))

    @property
    def policy(self) -> JointPolicy:
        return tuple((a, replies[a]) for a, replies in zip(self.moves, self.replies, strict=True))

    def comparisons(self, actions: int) -> Iterator[tuple[tuple[int, ...], Place, Place]]:
        """(players, chosen, alternative): whose Q the rule compares, in turn; at last the smaller place is chosen.

        `actions` is the number of the follower's.
        """
        for s, (replies, move) in enumerate(zip(self.replies, self.moves, strict=True)):
            for a, b in enumerate(replies):
                yield from (((FOLLOWER, LEADER), (s, a, b), (s, a, other)) for other in range(actions) if other != b)
                if a != move:
                    yield (LEADER,), (s, move, replies[move]), (s, a, b)


def _orbit(rules: Rules, fact: Fact, step_size: fmpq) -> Orbit | None:
    """The fact's orbit, if all of it holds; None where the fact says that nothing is known."""
    if "undecided" in fact:
        return None
    ties, stated = entry(fact, "ties"), to_flint(rational(fact, "step_size"))
    require(ties == Ties.STRONG.label, fact, f"ties {Ties.STRONG.label!r}, found {shown(ties)}")
    require(stated == step_size, fact, f"the step size {step_size}, found {stated}")
    phases = _phases(rules, fact)
    found = _Caught.of(rules, fact, phases, step_size)
    for j, (phase, following) in enumerate(zip(phases, [*phases[1:], phases[0]], strict=True)):
        mapped = iterate(rules, phase, found.policies[j], step_size)
        require(mapped == following, fact, f"phase {j} to be mapped to the next one")
    period = next(d for d in range(1, len(phases) + 1) if phases[d:] + phases[:d] == phases)
    require(rational(fact, "value") == period, fact, f"the value {period}, the period of its phases")
    return Orbit(phases=phases, policies=found.policies, period=period, ties=found.ties * period // len(phases))


def _part(fact: Fact) -> Fact:
    part = entry(fact, "orbit")
    require(isinstance(part, dict), fact, f"the fact of an orbit, found {shown(part)}")
    return part


def _phases(rules: Rules, fact: Fact) -> list[Pair]:
    listed = entry(fact, "orbit")
    count = len(listed) if isinstance(listed, list) else 0
    require(1 <= count <= LONGEST_ORBIT, fact, f"an orbit of 1 to {LONGEST_ORBIT} phases, found {shown(listed)}")
    found = []
    for j, phase in enumerate(mappings(fact, "orbit", count)):
        named = {**phase, "concept": f"{fact.get('concept', 'fact')}.orbit[{j}]"}
        found.append((_table(rules, named, "leader"), _table(rules, named, "follower")))
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


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Caught:
    """That the iteration from Q = 0 is caught by the orbit at the stated time, playing these policies ever after."""

    policies: list[JointPolicy]
    ties: int

    @classmethod
    def of(cls, rules: Rules, fact: Fact, phases: list[Pair], step_size: fmpq) -> _Caught:
        when = entry(fact, "entry")
        require(isinstance(when, dict), fact, f"an entry of steps and phase, found {shown(when)}")
        named = {**when, "concept": f"{fact.get('concept', 'fact')}.entry"}
        first = position(named, "phase", len(phases))
        entries = rules.states * rules.leader_actions * rules.follower_actions
        most = MOST_WORK // (2 * entries * rules.states)
        steps = position(named, "steps", most + 1)
        by_rule = [Choices.of(phase) for phase in phases]
        actions = rules.follower_actions
        ties = sum(
            _gap(phase, players[0], chosen, other) == 0
            for phase, choices in zip(phases, by_rule, strict=True)
            for players, chosen, other in choices.comparisons(actions)
        )
        walk = _Walk(rules, step_size, exactly=ties > 0)
        for _ in range(steps):
            walk.advance()
        entered = walk.q
        if ties:
            turns = rules.states + 2 if step_size == 1 else entries + 1
            require(turns * len(phases) <= most, fact, f"at most {most} steps to tell ties")
            iterates = []
            for _ in range(turns * len(phases)):
                iterates.append(walk.q)
                walk.advance()
            # Phase j is met at the times steps + (j - first) + n p, n = 0, 1, ...
            met = [iterates[(j - first) % len(phases) :: len(phases)] for j in range(len(phases))]
        else:
            met = [[]] * len(phases)
        played = [_played(fact, own, rule, j) for j, (own, rule) in enumerate(zip(met, by_rule, strict=True))]
        margins = [
            _margins(fact, phase, own, choices, actions)
            for phase, own, choices in zip(phases, met, played, strict=True)
        ]
        _require_near(rules, fact, entered, phases[first], [*margins[first:], *margins[:first]], step_size)
        return cls(policies=[choices.policy for choices in played], ties=ties)


def _played(fact: Fact, iterates: Sequence[Pair], by_rule: Choices, j: int) -> Choices:
    """What is played whenever the iterates are in a phase: by the rule at the phase itself where nothing is tied."""
    if not iterates:
        return by_rule
    choices = [Choices.of(q) for q in iterates]
    require(all(other == choices[0] for other in choices), fact, f"the same choices whenever phase {j} comes round")
    return choices[0]


def _margins(fact: Fact, phase: Pair, iterates: Sequence[Pair], choices: Choices, actions: int) -> Margins:
    """The least margin of each player's choices in a phase; ties are told by the iterates that meet it."""
    margins: tuple[list[fmpq], list[fmpq]] = ([], [])
    for players, chosen, other in choices.comparisons(actions):
        for player in players:
            gap = _gap(phase, player, chosen, other)
            require(gap >= 0, fact, f"{chosen} to be chosen rather than {other} on the orbit")
            if gap > 0:
                margins[player].append(gap)
                break
            differences = [_gap(q, player, chosen, other) for q in iterates]
            if any(differences):
                require(
                    _keep_sign(differences), fact, f"a tie of {chosen} and {other} that lasts or is told in one way"
                )
                break
        else:
            require(chosen < other, fact, f"the smaller of {chosen} and {other} to be chosen")
    least = [min(found, default=None) for found in margins]
    return least[LEADER], least[FOLLOWER]


def _gap(q: Pair, player: int, one: Place, other: Place) -> fmpq:
    (s, a, b), (t, c, d) = one, other
    return q[player][s][a][b] - q[player][t][c][d]


def _keep_sign(differences: list[fmpq]) -> bool:
    """Whether they are positive and each is the same multiple of the one before."""
    if not all(difference > 0 for difference in differences):
        return False
    return len({after / before for before, after in itertools.pairwise(differences)}) == 1


def _require_near(rules: Rules, fact: Fact, q: Pair, phase: Pair, margins: Sequence[Margins], step_size: fmpq) -> None:
    """rho_k^i d_k < m_k / 2 for both players in every phase, the one entered first."""
    with ctx.workprec(BALL_BITS):
        for player, whose in ((LEADER, "leader"), (FOLLOWER, "follower")):
            away = _away(q[player], phase[player])
            rate = arb(1 - step_size * (1 - rules.discounts[player]))
            for pair in margins:
                margin = pair[player]
                near = margin is None or bool(away < arb(margin / 2))
                require(near, fact, f"the {whose}'s Q at the entry within half the margins of the orbit")
                away *= rate


def _away(one: Table, other: Table) -> arb:
    """An upper bound on the sup-norm distance of two tables, one of which may hold balls."""
    bound = arb(0)
    for tables in zip(one, other, strict=True):
        for rows in zip(*tables, strict=True):
            for x, y in zip(*rows, strict=True):
                bound = bound.max(arb(x - y).abs_upper())
    return bound


class _Walk:
    """The iterates from Q = 0: exact while their denominators are short, then balls that tell every choice."""

    def __init__(self, rules: Rules, step_size: fmpq, *, exactly: bool) -> None:
        self.rules, self.step_size = rules, step_size
        self.exactly = exactly
        self.in_balls = False
        self.time = 0
        self.work = 0
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
        rules = self.rules
        self.work += 2 * rules.states**2 * rules.leader_actions * rules.follower_actions * bits
        if self.exactly and self.work > MOST_EXACT_WORK:
            raise CertificateError(f"orbit: expected ties that are told sooner, found none by step {self.time}")
        if self.exactly and bits > TIED_BITS:
            raise CertificateError(f"orbit: expected ties within {TIED_BITS} bits, found more at step {self.time}")
        if not self.exactly and bits > EXACT_BITS:
            with ctx.workprec(BALL_BITS):
                leader, follower = ([[[arb(x) for x in row] for row in rows] for rows in table] for table in self.q)
            self.q, self.in_balls = (leader, follower), True


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
        raise CertificateError(f"orbit: expected choices that {BALL_BITS} bits tell in state {s}, step {time}")
    return best
