"""Two runs of Stackelberg Q-value iteration on one exact game, in rational arithmetic from the rule of `games.markov`.

Every concept takes an exact `MarkovIteration`, a fact (these values need no proof: its name says all) and a precision
that is not needed, and returns a Fraction. The runs of a game are kept for the other concepts of the same game object.

Raises `CertificateError` for more than `MOST_STEPS` steps: the digits of an exact iterate grow with every step.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Generic, TypeVar

from flint import fmpq

from games.core import Game
from games.markov import MarkovIteration, Ties
from verify.exact.errors import CertificateError

Fact = Mapping[str, Any]
Table = list[fmpq]  # a function of (state, leader action, follower action), row by row
Pair = tuple[Table, Table]  # the leader's table and the follower's

G = TypeVar("G", bound=Game)

LEADER, FOLLOWER = 0, 1

MOST_STEPS = 512
"""An iterate of a float game gains about 160 binary digits a step: its last step then takes milliseconds an entry."""


def to_rational(number: Fraction) -> fmpq:
    return fmpq(number.numerator, number.denominator)


def to_table(entries: Any) -> Table:
    return [to_rational(entry) for entry in entries.flat]


def to_fraction(number: fmpq) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def sup(numbers: Iterable[fmpq]) -> fmpq:
    """max |x|."""
    return max(map(abs, numbers))


def minus(left: Sequence[fmpq], right: Sequence[fmpq]) -> Table:
    return [x - y for x, y in zip(left, right, strict=True)]


class Runs:
    """The game in rationals of flint, and its two runs as far as they were asked for."""

    def __init__(self, game: MarkovIteration) -> None:
        if not 0 <= game.steps[()] <= MOST_STEPS:
            raise CertificateError(f"steps: expected at most {MOST_STEPS} to take exactly, found {game.steps[()]}")
        self.replies = game.follower_actions
        self.size = game.leader_actions * game.follower_actions  # joint actions of a state
        self.kernel = [
            [(state, to_rational(p)) for state, p in enumerate(row) if p]
            for row in game.transition.reshape(-1, game.states)
        ]
        self.rewards = to_table(game.leader_reward), to_table(game.follower_reward)
        self.discounts = to_rational(game.leader_discount[()]), to_rational(game.follower_discount[()])
        self.step_size = to_rational(game.step_size[()])
        self.steps = int(game.steps[()])
        self.ties = Ties(int(game.ties[()]))
        self.start: Pair = to_table(game.leader_start), to_table(game.follower_start)
        self.reference: Pair = to_table(game.leader_reference), to_table(game.follower_reference)

    def chosen(self, q: Pair) -> list[int]:
        """Where in a table the stage rule's (s, a(s), b(s, a(s))) stands, for every state s."""
        leader = q[LEADER]
        found = []
        for state in range(0, len(leader), self.size):
            best = self.reply(q, state)
            for row in range(state + self.replies, state + self.size, self.replies):
                rival = self.reply(q, row)
                if leader[rival] > leader[best]:
                    best = rival
            found.append(best)
        return found

    def reply(self, q: Pair, row: int) -> int:
        """Where the follower's reply to the leader's action stands whose row of the tables begins at `row`."""
        leader, follower = q
        best = row
        for rival in range(row + 1, row + self.replies):
            if follower[rival] > follower[best]:
                best = rival
            elif follower[rival] == follower[best] and (
                (self.ties == Ties.STRONG and leader[rival] > leader[best])
                or (self.ties == Ties.WEAK and leader[rival] < leader[best])
            ):
                best = rival
        return best

    def expected(self, values: Sequence[fmpq]) -> Table:
        """P V."""
        return [sum((p * values[state] for state, p in row), fmpq(0)) for row in self.kernel]

    def operator(self, q: Pair) -> Pair:
        """The undamped step r_k + gamma_k P V_k of both players."""
        policy = self.chosen(q)
        images = []
        for reward, discount, table in zip(self.rewards, self.discounts, q, strict=True):
            after = self.expected([table[at] for at in policy])
            images.append([r + discount * v for r, v in zip(reward, after, strict=True)])
        return images[LEADER], images[FOLLOWER]

    def moved(self, q: Pair) -> Pair:
        """One step of the run's size."""
        alpha, stay = self.step_size, 1 - self.step_size
        leader, follower = (
            [stay * x + alpha * y for x, y in zip(old, new, strict=True)]
            for old, new in zip(q, self.operator(q), strict=True)
        )
        return leader, follower

    def trajectory(self, q: Pair) -> list[Pair]:
        """The run from q at the times 0, ..., steps."""
        run = [q]
        for _ in range(self.steps):
            if len(run) > 1 and run[-1] == run[-2]:  # a fixed point stays
                return run + [run[-1]] * (self.steps + 1 - len(run))
            run.append(self.moved(run[-1]))
        return run

    @functools.cached_property
    def started(self) -> list[Pair]:
        return self.trajectory(self.start)

    @functools.cached_property
    def referred(self) -> list[Pair]:
        return self.trajectory(self.reference)

    def distance(self, player: int) -> fmpq:
        return sup(minus(self.started[-1][player], self.referred[-1][player]))

    def start_distance(self, player: int) -> fmpq:
        return sup(minus(self.start[player], self.reference[player]))

    def decay(self, player: int) -> fmpq:
        return self.rate(player) ** self.steps

    def rate(self, player: int) -> fmpq:
        """rho = 1 - alpha (1 - gamma)."""
        return 1 - self.step_size * (1 - self.discounts[player])

    def residual(self, q: Pair) -> fmpq:
        """The larger of both players' ||T Q - Q||."""
        return max(sup(minus(new, old)) for new, old in zip(self.operator(q), q, strict=True))

    @functools.cached_property
    def policies(self) -> list[list[int]]:
        """The joint policies of the first run at the times 0, ..., steps - 1."""
        return [self.chosen(q) for q in self.started[:-1]]

    @functools.cached_property
    def target(self) -> list[int]:
        """The joint policy of the reference."""
        return self.chosen(self.reference)

    def slacks(self, player: int) -> list[fmpq]:
        """The least eps_j >= 0 with (Pi_j - Pi_*) Q* <= eps_j and (Pi_j - Pi_*) Q_j >= -eps_j, for each j < steps."""
        goal = self.reference[player]
        slacks = []
        for q, policy in zip(self.started[:-1], self.policies, strict=True):
            own = q[player]
            moves = list(zip(policy, self.target, strict=True))
            lost = [goal[at] - goal[to] for at, to in moves] + [own[to] - own[at] for at, to in moves]
            slacks.append(max(fmpq(0), *lost))
        return slacks

    def slack_sum(self, player: int) -> fmpq:
        """alpha gamma sum over j < t of rho^(t-1-j) eps_j."""
        total, rate = fmpq(0), self.rate(player)
        for slack in self.slacks(player):
            total = rate * total + slack
        return self.step_size * self.discounts[player] * total

    def comparison_excess(self, player: int, below: Sequence[Sequence[int]], slacks: Sequence[fmpq]) -> fmpq:
        """How far e_j = Q_j - Q* leaves [l_j, u_j] at most, over j = 0, ..., t and all entries.

        l_{j+1} = ((1 - alpha) I + alpha gamma P Pi) l_j - alpha gamma eps_j with Pi = below[j], u_{j+1} alike with the
        run's Pi_j and + alpha gamma eps_j, from l_0 = u_0 = e_0.
        """
        errors = [minus(q[player], self.reference[player]) for q in self.started]
        low = high = errors[0]
        excess = fmpq(0)
        for error, policy, lower, slack in zip(errors[1:], self.policies, below, slacks, strict=True):
            low = self._bound(low, lower, player, -slack)
            high = self._bound(high, policy, player, slack)
            excess = max(excess, *(max(x - e, e - y) for x, e, y in zip(low, error, high, strict=True)))
        return excess

    def _bound(self, bound: Table, policy: Sequence[int], player: int, slack: fmpq) -> Table:
        stay, go = 1 - self.step_size, self.step_size * self.discounts[player]
        after = self.expected([bound[at] for at in policy])
        return [stay * x + go * (v + slack) for x, v in zip(bound, after, strict=True)]


class Same(Generic[G]):
    """A game as a key of a cache: equal to itself alone."""

    __slots__ = ("game",)

    def __init__(self, game: G) -> None:
        self.game = game

    def __hash__(self) -> int:
        return id(self.game)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.game is self.game


@functools.lru_cache(maxsize=8)
def _runs(key: Same[MarkovIteration]) -> Runs:
    return Runs(key.game)


def runs_of(game: MarkovIteration) -> Runs:
    """The runs of this game object, computed once for all concepts that ask in a row."""
    return _runs(Same(game))


def largest_defect(left: Any, right: Any, sign: int) -> Fraction:
    """max |x + sign y| over the entries of two exact arrays."""
    return max(abs(x + sign * y) for x, y in zip(left.flat, right.flat, strict=True))


def leader_distance(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """||Q_L - Q'_L|| after the last step."""
    return to_fraction(runs_of(game).distance(LEADER))


def follower_distance(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """||Q_F - Q'_F|| after the last step."""
    return to_fraction(runs_of(game).distance(FOLLOWER))


def distance(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """The larger of both players' distances after the last step."""
    return max(leader_distance(game, fact, bits), follower_distance(game, fact, bits))


def leader_start_distance(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """||Q_L - Q'_L|| before the first step."""
    return to_fraction(runs_of(game).start_distance(LEADER))


def follower_start_distance(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """||Q_F - Q'_F|| before the first step."""
    return to_fraction(runs_of(game).start_distance(FOLLOWER))


def start_distance(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """The larger of both players' distances before the first step."""
    return max(leader_start_distance(game, fact, bits), follower_start_distance(game, fact, bits))


def leader_decay(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """rho_L^t with rho_L = 1 - alpha (1 - gamma_L)."""
    return to_fraction(runs_of(game).decay(LEADER))


def follower_decay(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """rho_F^t with rho_F = 1 - alpha (1 - gamma_F)."""
    return to_fraction(runs_of(game).decay(FOLLOWER))


def steps(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """t."""
    return game.steps[()]


def step_size(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """alpha."""
    return game.step_size[()]


def leader_discount(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """gamma_L."""
    return game.leader_discount[()]


def follower_discount(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """gamma_F."""
    return game.follower_discount[()]


def discount_difference(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """|gamma_L - gamma_F|."""
    return abs(game.leader_discount[()] - game.follower_discount[()])


def zero_sum_reward_defect(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """||r_L + r_F||."""
    return largest_defect(game.leader_reward, game.follower_reward, 1)


def common_reward_defect(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """||r_L - r_F||."""
    return largest_defect(game.leader_reward, game.follower_reward, -1)


def zero_sum_start_defect(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """||Q_L + Q_F|| before the first step."""
    return largest_defect(game.leader_start, game.follower_start, 1)


def common_start_defect(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """||Q_L - Q_F|| before the first step."""
    return largest_defect(game.leader_start, game.follower_start, -1)


def zero_sum_reference_defect(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """||Q'_L + Q'_F|| before the first step."""
    return largest_defect(game.leader_reference, game.follower_reference, 1)


def common_reference_defect(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """||Q'_L - Q'_F|| before the first step."""
    return largest_defect(game.leader_reference, game.follower_reference, -1)


def follower_start_reward_defect(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """||Q_F - r_F|| before the first step."""
    return largest_defect(game.follower_start, game.follower_reward, -1)


def follower_reference_reward_defect(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """||Q'_F - r_F|| before the first step."""
    return largest_defect(game.follower_reference, game.follower_reward, -1)


def reference_residual(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """The larger of both players' ||T Q' - Q'|| before the first step, T undamped: 0 at a fixed point."""
    runs = runs_of(game)
    return to_fraction(runs.residual(runs.reference))


def start_residual(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """The larger of both players' ||T Q - Q|| before the first step, T undamped."""
    runs = runs_of(game)
    return to_fraction(runs.residual(runs.start))


def leader_slack(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """max over j < t of the leader's eps_j, 0 where no step is taken."""
    return to_fraction(max(runs_of(game).slacks(LEADER), default=fmpq(0)))


def leader_slack_sum(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """alpha gamma_L sum over j < t of rho_L^(t-1-j) eps_j."""
    return to_fraction(runs_of(game).slack_sum(LEADER))


def follower_slack_sum(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """alpha gamma_F sum over j < t of rho_F^(t-1-j) eps_j."""
    return to_fraction(runs_of(game).slack_sum(FOLLOWER))


def leader_comparison_excess(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """How far the leader's errors leave the bounds of the comparison system: 0 where they stay inside.

    The lower bound moves with the reference's policy, the upper one with the run's.
    """
    runs = runs_of(game)
    below = [runs.target] * runs.steps
    return to_fraction(runs.comparison_excess(LEADER, below, runs.slacks(LEADER)))


def leader_comparison_excess_without_slack(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """The same with eps_j = 0: what the comparison system misses where its condition fails."""
    runs = runs_of(game)
    return to_fraction(runs.comparison_excess(LEADER, [runs.target] * runs.steps, [fmpq(0)] * runs.steps))


def leader_comparison_excess_own_policy(game: MarkovIteration, fact: Fact, bits: int) -> Fraction:
    """The same with the run's policy in the lower bound as well."""
    runs = runs_of(game)
    return to_fraction(runs.comparison_excess(LEADER, runs.policies, runs.slacks(LEADER)))
