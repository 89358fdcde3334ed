"""Q-value iteration from Q = 0 with every greedy choice certain: floats with a running error bound, rationals at ties.

The float iterate differs from the true one by at most e_t in the sup norm over both players. One step
    Q <- (1 - alpha) Q + alpha (r + gamma sum_t P_t V_t)
rounds r, P, gamma, alpha once when they are read and every operation once, each time by a factor 1 + d, |d| <= 2^-53 =
u: to first order S + 11 times a number of the size of max|Q| and 5 times one of the size of max|r|. Inherited errors
grow by at most 1 - alpha + alpha gamma, so
    e_{t+1} = (1 - alpha + alpha gamma) e_t + (S + 16) u (max|Q| + max|r|) + tiny.
A choice between values further apart than 2 e_t is the true one. Where a choice is closer, as at the ties that the
first steps from Q = 0 meet, the iterate is computed in rationals, the choice decided, and the floats go on.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from games.kernel import kernel
from games.markov import MarkovGame, Ties
from solvers.markov.exact_tables import ExactTables, as_rational, nearest

UNIT = 2.0**-53
UP = 1 + 2.0**-20  # covers the roundings of the bounds themselves
TINY = 2.0**-900  # covers every underflow of a step: entries are below 2^100 or the bound is infinite anyway

LARGEST_PREFIX = 512
"""Steps computed in rationals before a trace gives up: numbers grow by the bits of gamma P at every step."""


@kernel
def _advance(
    transition: np.ndarray,  # (S, A, B, S)
    rewards: np.ndarray,  # (2, S, A, B)
    discounts: np.ndarray,  # (2,)
    step_size: float,
    history: np.ndarray,  # (T + 1, 2, S, A, B)
    errors: np.ndarray,  # (T + 1,)
    policies: np.ndarray,  # (T + 1, S) rows of the tables
    start: int,
    stop: int,
) -> int:
    """Fill times start + 1, ..., stop; the first time at which a choice is not certain, or `stop`."""
    states, moves, replies = rewards.shape[1:]
    largest = 0.0
    for k in range(2):
        for s in range(states):
            for a in range(moves):
                for b in range(replies):
                    largest = max(largest, abs(rewards[k, s, a, b]))
    growth = 1.0 - step_size + step_size * max(discounts[0], discounts[1])
    values = np.empty((2, states))
    for now in range(start, stop):
        leader, follower = history[now, 0], history[now, 1]
        apart = 2.0 * errors[now] * UP
        for s in range(states):
            best_move, best_row = -np.inf, -1
            closest = -np.inf
            for a in range(moves):
                reply = 0
                for b in range(1, replies):
                    if follower[s, a, b] > follower[s, a, reply]:
                        reply = b
                for b in range(replies):
                    if b != reply and not (follower[s, a, reply] - follower[s, a, b] > apart):
                        return now
                served = leader[s, a, reply]
                if best_row < 0 or served > best_move:
                    closest = max(closest, best_move)
                    best_move, best_row = served, (s * moves + a) * replies + reply
                else:
                    closest = max(closest, served)
            if moves > 1 and not (best_move - closest > apart):
                return now
            policies[now, s] = best_row
            rest = best_row - s * moves * replies
            values[0, s] = leader[s, rest // replies, rest % replies]
            values[1, s] = follower[s, rest // replies, rest % replies]
        size = 0.0
        for k in range(2):
            for s in range(states):
                for a in range(moves):
                    for b in range(replies):
                        ahead = 0.0
                        for t in range(states):
                            ahead += transition[s, a, b, t] * values[k, t]
                        old = history[now, k, s, a, b]
                        target = rewards[k, s, a, b] + discounts[k] * ahead
                        history[now + 1, k, s, a, b] = (1.0 - step_size) * old + step_size * target
                        size = max(size, abs(old))
        errors[now + 1] = (growth * errors[now] + (states + 16) * UNIT * (size + largest)) * UP + TINY
    return stop


class Trace:
    """The iterates from Q = 0 and their joint policies, as far as they were computed.

    Times 0, ..., `length` hold certain iterates, times 0, ..., `length - 1` certain policies. `stuck` tells that the
    next choice could not be decided.
    """

    def __init__(self, game: MarkovGame, tables: ExactTables, *, ties: Ties, step_size: Fraction) -> None:
        floats = game.float()
        self.tables = tables
        self.ties = ties
        self.step_size = step_size
        self.length = 0
        self.stuck = False
        self._kernel = np.array(floats.transition)
        self._rewards = np.stack([floats.leader_reward, floats.follower_reward])
        self._discounts = np.array([floats.leader_discount, floats.follower_discount], dtype=np.float64)
        self.history = np.zeros((1, *self._rewards.shape))  # (T + 1, 2, S, A, B)
        self.errors = np.zeros(1)  # (T + 1,)
        self.policies = np.zeros((1, tables.shape[0]), dtype=np.int64)  # (T + 1, S)
        self._exact = tables.zero()
        self._exact_time = 0

    def extend(self, stop: int) -> None:
        """Compute on to time `stop`, or to the first choice that cannot be decided."""
        self._reserve(stop + 1)
        while self.length < stop and not self.stuck:
            if self.length:  # at time 0 everything is tied
                self.length = _advance(
                    self._kernel,
                    self._rewards,
                    self._discounts,
                    float(self.step_size),
                    self.history,
                    self.errors,
                    self.policies,
                    self.length,
                    stop,
                )
            if self.length < stop:
                self._decide()

    def _reserve(self, count: int) -> None:
        missing = count - len(self.errors)
        if missing > 0:
            self.history = np.concatenate([self.history, np.empty((missing, *self.history.shape[1:]))])
            self.errors = np.concatenate([self.errors, np.empty(missing)])
            self.policies = np.concatenate([self.policies, np.empty((missing, self.policies.shape[1]), dtype=np.int64)])

    def _decide(self) -> None:
        """The choice at time `length` and the next iterate, in rationals."""
        if self.length >= LARGEST_PREFIX:
            self.stuck = True
            return
        step_size: Any = as_rational(self.step_size)
        for now in range(self._exact_time, self.length + 1):
            policy, _ = self.tables.stage(self._exact, self.ties)
            self._exact = self.tables.step(self._exact, policy, step_size)
            self.policies[now] = policy
        self.length += 1
        self._exact_time = self.length
        for k, table in enumerate(self._exact):
            self.history[self.length, k] = np.array([nearest(entry) for entry in table]).reshape(self.tables.shape)
        self.errors[self.length] = UNIT * UP * np.abs(self.history[self.length]).max() + TINY
