"""Two runs of soft Stackelberg Q-value iteration on one exact game, in balls from the rule of `games.markov`.

Every concept takes an exact `SoftMarkovIteration`, a fact (these values need no proof: its name says all) and a
precision, and returns a Fraction where the value is rational without exponentials, else a ball that encloses it. The
precision is raised until the ball is relatively as narrow as the bits asked for; a value that is zero without saying so
stays a tiny ball. The runs of a game are kept for the other concepts of the same game object.

Raises `CertificateError` for more than `MOST_STEPS` steps.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, ctx

from games.markov import SoftMarkovIteration
from verify.exact.errors import CertificateError
from verify.exact.iteration import (
    FOLLOWER,
    LEADER,
    Fact,
    Same,
    follower_start_distance,
    leader_start_distance,
    to_rational,
    to_table,
)
from verify.exact.precision import refined

Balls = list[arb]

MOST_STEPS = 512

MOST_BITS = 1024
"""How far beyond the bits asked for precision is raised: cancellation by 300 digits is told from zero."""


def _sum(terms: Iterable[arb]) -> arb:
    return sum(terms, arb(0))


class _Choice:
    """softmax(values / temperature) and its log-sum-exp, from the gaps to the (nearly) largest value."""

    def __init__(self, values: Sequence[arb], temperature: arb) -> None:
        top = max(values, key=lambda value: value.mid())
        weights = [((value - top) / temperature).exp() for value in values]
        total = _sum(weights)
        self.law = [weight / total for weight in weights]
        self.values = values
        self._top, self._total, self._temperature = top, total, temperature

    def mean(self, values: Sequence[arb]) -> arb:
        """<p, values>."""
        return _sum(p * value for p, value in zip(self.law, values, strict=True))

    def soft_maximum(self) -> arb:
        """tau log sum e^{v / tau}."""
        return self._top + self._temperature * self._total.log()


class _Rule:
    """The soft rule of one game in balls of the precision in force."""

    def __init__(self, game: SoftMarkovIteration, *, entropies: bool) -> None:
        self.entropies = entropies
        self.replies = game.follower_actions
        self.size = game.leader_actions * game.follower_actions  # joint actions of a state
        self.kernel = [
            [(state, arb(to_rational(p))) for state, p in enumerate(row) if p]
            for row in game.transition.reshape(-1, game.states)
        ]
        self.rewards = [[arb(r) for r in to_table(reward)] for reward in game.rewards()]
        self.discounts = [arb(to_rational(discount[()])) for discount in game.discounts()]
        self.temperatures = [
            arb(to_rational(game.leader_temperature[()])),
            arb(to_rational(game.follower_temperature[()])),
        ]
        self.step_size = arb(to_rational(game.step_size[()]))
        self.stay = arb(to_rational(1 - game.step_size[()]))

    def values(self, leader: Sequence[arb], follower: Sequence[arb]) -> tuple[Balls, Balls]:
        """V_L(s) and V_F(s)."""
        ours: Balls = []
        theirs: Balls = []
        for state in range(0, len(leader), self.size):
            means: Balls = []  # q(s, a)
            answers: Balls = []  # what the follower gets after a
            for row in range(state, state + self.size, self.replies):
                reply = _Choice(follower[row : row + self.replies], self.temperatures[FOLLOWER])
                means.append(reply.mean(leader[row : row + self.replies]))
                answers.append(reply.soft_maximum() if self.entropies else reply.mean(reply.values))
            move = _Choice(means, self.temperatures[LEADER])
            ours.append(move.soft_maximum() if self.entropies else move.mean(means))
            theirs.append(move.mean(answers))
        return ours, theirs

    def moved(self, q: tuple[Balls, Balls]) -> tuple[Balls, Balls]:
        """One step of the run's size."""
        leader, follower = (
            [
                self.stay * x + self.step_size * (r + discount * _sum(p * values[state] for state, p in row))
                for x, r, row in zip(table, rewards, self.kernel, strict=True)
            ]
            for table, rewards, discount, values in zip(q, self.rewards, self.discounts, self.values(*q), strict=True)
        )
        return leader, follower


def _balls(table: Any) -> Balls:
    return [arb(x) for x in to_table(table)]


@functools.lru_cache(maxsize=8)
def _distances(key: Same[SoftMarkovIteration], entropies: bool, bits: int) -> tuple[arb, arb]:
    """Both players' distances after the last step, computed with `bits` bits."""
    game = key.game
    with ctx.workprec(bits):
        rule = _Rule(game, entropies=entropies)
        run = _balls(game.leader_start), _balls(game.follower_start)
        other = _balls(game.leader_reference), _balls(game.follower_reference)
        for _ in range(int(game.steps[()])):
            run, other = rule.moved(run), rule.moved(other)
        leader, follower = (
            functools.reduce(arb.max, [abs(x - y) for x, y in zip(*tables, strict=True)])
            for tables in zip(run, other, strict=True)
        )
        return leader, follower


def _distance(game: SoftMarkovIteration, player: int, *, entropies: bool, bits: int) -> Fraction | arb:
    steps, alpha = game.steps[()], game.step_size[()]
    if steps > MOST_STEPS:
        raise CertificateError(f"steps: expected at most {MOST_STEPS} to take exactly, found {steps}")
    starts = leader_start_distance(game, {}, bits), follower_start_distance(game, {}, bits)
    if steps == 0 or game.discounts()[player][()] == 0 or not any(starts):
        return starts[player] * (1 - alpha) ** int(steps)  # what follows does not depend on where a run is
    return refined(lambda: _distances(Same(game), entropies, ctx.prec)[player], bits, most=MOST_BITS)


def soft_leader_distance(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction | arb:
    """||Q_L - Q'_L|| after the last step, entropies counted."""
    return _distance(game, LEADER, entropies=True, bits=bits)


def soft_follower_distance(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction | arb:
    """||Q_F - Q'_F|| after the last step, entropies counted."""
    return _distance(game, FOLLOWER, entropies=True, bits=bits)


def plain_leader_distance(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction | arb:
    """||Q_L - Q'_L|| after the last step, without entropies."""
    return _distance(game, LEADER, entropies=False, bits=bits)


def plain_follower_distance(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction | arb:
    """||Q_F - Q'_F|| after the last step, without entropies."""
    return _distance(game, FOLLOWER, entropies=False, bits=bits)


def leader_temperature(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction:
    """tau_L."""
    return game.leader_temperature[()]


def follower_temperature(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction:
    """tau_F."""
    return game.follower_temperature[()]


def leader_reward_span(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction:
    """max r_L - min r_L."""
    return _span(game.leader_reward)


def follower_reward_span(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction:
    """max r_F - min r_F."""
    return _span(game.follower_reward)


def leader_span(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction:
    """The larger of max Q_L - min Q_L in both runs before the first step."""
    return max(_span(game.leader_start), _span(game.leader_reference))


def follower_span(game: SoftMarkovIteration, fact: Fact, bits: int) -> Fraction:
    """The larger of max Q_F - min Q_F in both runs before the first step."""
    return max(_span(game.follower_start), _span(game.follower_reference))


def _span(table: Any) -> Fraction:
    return max(table.flat) - min(table.flat)
