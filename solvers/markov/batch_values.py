"""Kernel: Q-value iteration with a stage in mixtures, followed in floats until it stands still or returns.

Adding a constant to Q_k changes no choice and adds gamma_k times it to the next Q_k. So the iteration is followed
modulo constants: Q_t = (1 - c_t) r + gamma P W_t up to a constant for each player, c_t = (1 - alpha)^t, W_{t+1} =
(1 - alpha) W_t + alpha V_t less its first entry; slow constants, gamma^t, are never waited for. Where V - W is the
constant kappa_k in all states, W + kappa_k / (1 - gamma_k) is the fixed point.

Nothing is proved. With all numbers relative to each player's largest |reward|, and modulo constants, a game has
  converged  where a step changes W by at most tolerance x (1 - gamma), and what is left at the rate of the last eight
             steps is within the tolerance
  cycled     where W comes back to where it was at the last power of two, to within tolerance x (1 - gamma), while
             single steps are a thousand times as large, and then comes back to there again; the period is the first
             time at which it does, to within a hundredfold
and runs out of its budget otherwise (slow, or wandering).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from games.kernel import kernel
from solvers.solution import Status

SOFT, PLAIN, MIXED = 0, 1, 2
WINDOW = 8
TINY = 2.0**-1022
NOISE = 2.0**-45  # relative to the largest reward: where rounding is all that moves
CONVERGED, CYCLE, BUDGET = int(Status.CONVERGED), int(Status.CYCLE), int(Status.BUDGET)


class Stage(NamedTuple):
    """The stage at tables Q and what is chosen there."""

    leader_q: np.ndarray  # (S, A, B)
    follower_q: np.ndarray  # (S, A, B)
    served: np.ndarray  # (A,) what the leader gets from each action, or B numbers of a mixed stage
    paid: np.ndarray  # (A,) what the follower gets
    mixture: np.ndarray  # (S, A)
    law: np.ndarray  # (S, A, B)
    leader_value: np.ndarray  # (S,)
    follower_value: np.ndarray  # (S,)


@kernel(forceinline=True)
def _soft_maximum(scores, tau, law):
    """tau log sum_n e^(scores / tau), and the law softmax(scores / tau)."""
    n = scores.shape[0]
    best = 0
    for i in range(1, n):
        if scores[i] > scores[best]:
            best = i
    total = 0.0
    for i in range(n):
        law[i] = 1.0 if i == best else math.exp((scores[i] - scores[best]) / tau)
        total += law[i]
    for i in range(n):
        law[i] /= total
    return scores[best] + tau * math.log(total)


@kernel(forceinline=True)
def _mean(law, scores):
    total = 0.0
    for i in range(scores.shape[0]):
        total += law[i] * scores[i]
    return total


@kernel
def soft_stage(tau_leader, tau_follower, entropy, w):
    """The soft stage of `games.markov` at the tables in w."""
    S, A, _ = w.leader_q.shape
    for s in range(S):
        for a in range(A):
            bonus = _soft_maximum(w.follower_q[s, a], tau_follower, w.law[s, a])
            w.served[a] = _mean(w.law[s, a], w.leader_q[s, a])
            w.paid[a] = bonus if entropy else _mean(w.law[s, a], w.follower_q[s, a])
        bonus = _soft_maximum(w.served, tau_leader, w.mixture[s])
        w.leader_value[s] = bonus if entropy else _mean(w.mixture[s], w.served)
        w.follower_value[s] = _mean(w.mixture[s], w.paid)


@kernel
def mixed_stage(w):
    """Strong Stackelberg equilibria of every state for a leader of one action or two.

    The reply b is best on an interval of x, the weight of her action 1: where (1 - x) d_0 + x d_1 >= 0 for every other
    reply, d_a = F(a, b) - F(a, k). Her payoff against b is linear, so that an end of an interval is optimal; ends are
    compared in the order of replies, the first of the best is taken.
    """
    S, A, B = w.leader_q.shape
    for s in range(S):
        L, F = w.leader_q[s], w.follower_q[s]
        top = A - 1  # with one action both ends are that action
        best, weight, reply = -np.inf, 0.0, 0
        for b in range(B):
            low, high = 0.0, 1.0
            for k in range(B):
                d0, d1 = F[0, b] - F[0, k], F[top, b] - F[top, k]
                if d0 < 0.0 and d1 < 0.0:
                    low, high = 1.0, 0.0
                elif d0 < 0.0:
                    low = max(low, d0 / (d0 - d1))
                elif d1 < 0.0:
                    high = min(high, d0 / (d0 - d1))
            if low <= high:
                for x in (low, high):
                    value = L[0, b] if x == 0.0 else (1.0 - x) * L[0, b] + x * L[top, b]
                    if value > best:
                        best, weight, reply = value, x, b
        w.leader_value[s] = best
        w.follower_value[s] = (1.0 - weight) * F[0, reply] + weight * F[top, reply]
        w.mixture[s, 0] = 1.0 - weight
        w.mixture[s, top] = weight if top > 0 else 1.0
        for a in range(A):
            for b in range(B):
                w.law[s, a, b] = 1.0 if b == reply else 0.0


@kernel(forceinline=True)
def _tables(P, reward, share, gamma, state, q):
    """q = share r + gamma P W."""
    S, A, B = q.shape
    for s in range(S):
        for a in range(A):
            for b in range(B):
                total = 0.0
                for k in range(S):
                    total += P[s, a, b, k] * state[k]
                q[s, a, b] = share * reward[s, a, b] + gamma * total


@kernel(forceinline=True)
def _largest(table):
    largest = 0.0
    for x in table.flat:
        largest = max(largest, abs(x))
    return largest


@kernel(forceinline=True)
def _spread(x, y):
    """span(x - y)."""
    low, high = np.inf, -np.inf
    for s in range(x.shape[0]):
        low = min(low, x[s] - y[s])
        high = max(high, x[s] - y[s])
    return high - low


@kernel(forceinline=True)
def _advance(state, value, alpha):
    """W <- (1 - alpha) W + alpha V, less its first entry."""
    first = (1.0 - alpha) * state[0] + alpha * value[0]
    for s in range(state.shape[0]):
        state[s] = (1.0 - alpha) * state[s] + alpha * value[s] - first


@kernel(forceinline=True)
def _settle(state, value, gamma):
    """W + kappa / (1 - gamma), kappa the middle of V - W."""
    low, high = np.inf, -np.inf
    for s in range(state.shape[0]):
        low = min(low, value[s] - state[s])
        high = max(high, value[s] - state[s])
    for s in range(state.shape[0]):
        state[s] += 0.5 * (low + high) / (1.0 - gamma)


@kernel(forceinline=True)
def _is_near(move, before, alpha, tolerance):
    """Whether what is left, alpha move / (1 - rate), is within the tolerance; the rate as the last steps show it."""
    if move <= NOISE:
        return True
    rate = math.exp(math.log(move / before) / WINDOW) if before > 0.0 else 1.0
    return alpha * move <= tolerance * (1.0 - rate)


@kernel
def follow_block(
    P, rL, rF, gL, gF, tau_leader, tau_follower, alpha, kind, tolerance, budget,
    status, period, iterations, residual, mixture, law, vL, vF, qL, qF,
):  # fmt: skip # arguments in the groups they belong to
    """Follow the games, one after another; every array leads with the games."""
    G, S, A, B = rL.shape
    w = Stage(
        np.empty((S, A, B)), np.empty((S, A, B)), np.empty(A), np.empty(A), np.empty((S, A)), np.empty((S, A, B)),
        np.empty(S), np.empty(S),
    )  # fmt: skip # arguments in the groups they belong to
    leader, follower, leader_saved, follower_saved = np.empty(S), np.empty(S), np.empty(S), np.empty(S)
    moves = np.empty(WINDOW)
    for g in range(G):
        leader[:], follower[:], leader_saved[:], follower_saved[:] = 0.0, 0.0, 0.0, 0.0
        leader_unit, follower_unit = max(_largest(rL[g]), TINY), max(_largest(rF[g]), TINY)
        enough = tolerance * (1.0 - max(gL[g], gF[g]))
        c, t, since, lag = 1.0, 0, 0, 0
        status[g], period[g] = BUDGET, 0
        while True:
            _tables(P[g], rL[g], 1.0 - c, gL[g], leader, w.leader_q)
            _tables(P[g], rF[g], 1.0 - c, gF[g], follower, w.follower_q)
            if kind == MIXED:
                mixed_stage(w)
            else:
                soft_stage(tau_leader[g], tau_follower[g], kind == SOFT, w)
            leader_move, follower_move = _spread(w.leader_value, leader), _spread(w.follower_value, follower)
            move = max(leader_move / leader_unit, follower_move / follower_unit)
            before = moves[t % WINDOW]
            moves[t % WINDOW] = move
            settled = c < 0.1 * tolerance and t > 1
            if settled and move <= enough and (t < WINDOW or _is_near(move, before, alpha[g], tolerance)):
                status[g], period[g] = CONVERGED, 1
                break
            if settled and t - since > 1 and alpha[g] * move > 1000.0 * enough:
                away = max(
                    _spread(leader, leader_saved) / leader_unit, _spread(follower, follower_saved) / follower_unit
                )
                if lag > 0 and away <= 100.0 * enough:
                    status[g], period[g] = CYCLE, t - since
                    break
                if lag == 0 and away <= enough:
                    lag = t - since
                    leader_saved[:], follower_saved[:] = leader, follower
                    since = t
            if t - since > lag:
                lag = 0
            if t == budget:
                break
            if lag == 0 and t & (t - 1) == 0:
                leader_saved[:], follower_saved[:] = leader, follower
                since = t
            _advance(leader, w.leader_value, alpha[g])
            _advance(follower, w.follower_value, alpha[g])
            c *= 1.0 - alpha[g]
            t += 1
        iterations[g] = t
        residual[g] = max(leader_move, follower_move)
        _settle(leader, w.leader_value, gL[g])
        _settle(follower, w.follower_value, gF[g])
        _tables(P[g], rL[g], 1.0, gL[g], leader, qL[g])
        _tables(P[g], rF[g], 1.0, gF[g], follower, qF[g])
        vL[g], vF[g] = leader, follower
        mixture[g], law[g] = w.mixture, w.law
