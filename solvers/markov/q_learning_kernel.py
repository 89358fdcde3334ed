"""The compiled learners of `solvers.markov.q_learning`: one replicate a call, by a generator of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from games.kernel import kernel


@kernel
def stage_choice(leader_q: np.ndarray, follower_q: np.ndarray, ties: int) -> tuple[int, int]:
    """(a(s), b(s, a(s))) of the stage rule in one state; tables (A, B)."""
    move, answer = 0, 0
    for a in range(leader_q.shape[0]):
        reply = stage_reply(leader_q[a], follower_q[a], ties)
        if a == 0 or leader_q[a, reply] > leader_q[move, answer]:
            move, answer = a, reply
    return move, answer


@kernel
def stage_reply(leader_q: np.ndarray, follower_q: np.ndarray, ties: int) -> int:
    """b(s, a); rows (B,). `ties` is an integer of `Ties`: 0 strong, 1 weak, 2 first."""
    reply = 0
    for b in range(1, follower_q.shape[0]):
        if follower_q[b] > follower_q[reply]:
            reply = b
        elif follower_q[b] == follower_q[reply] and (
            (ties == 0 and leader_q[b] > leader_q[reply]) or (ties == 1 and leader_q[b] < leader_q[reply])
        ):
            reply = b
    return reply


@kernel
def draw(cumulative: np.ndarray, uniform: float) -> int:
    """The first state whose cumulative probability exceeds `uniform` in [0, 1), by bisection."""
    low, high = 0, cumulative.shape[0] - 1
    while low < high:
        middle = (low + high) // 2
        if cumulative[middle] > uniform:
            high = middle
        else:
            low = middle + 1
    return low


@kernel
def record(
    leader_q: np.ndarray,
    follower_q: np.ndarray,
    leader_target: np.ndarray,
    follower_target: np.ndarray,
    leader_error: np.ndarray,
    follower_error: np.ndarray,
    squares: np.ndarray,
) -> None:
    """Add the errors of both players, and the squares of their largest, to the sums."""
    leader_worst, follower_worst = 0.0, 0.0
    states, rows, columns = leader_q.shape
    for s in range(states):
        for a in range(rows):
            for b in range(columns):
                missed = leader_q[s, a, b] - leader_target[s, a, b]
                leader_error[s, a, b] += missed
                leader_worst = max(leader_worst, abs(missed))
                missed = follower_q[s, a, b] - follower_target[s, a, b]
                follower_error[s, a, b] += missed
                follower_worst = max(follower_worst, abs(missed))
    squares[0] += leader_worst * leader_worst
    squares[1] += follower_worst * follower_worst


@kernel
def generative(
    rng: Any,
    cumulative: np.ndarray,
    leader_reward: np.ndarray,
    follower_reward: np.ndarray,
    leader_discount: float,
    follower_discount: float,
    ties: int,
    step_size: float,
    decay: float,
    leader_noise: float,
    follower_noise: float,
    steps: int,
    begin: int,
    leader_target: np.ndarray,
    follower_target: np.ndarray,
    leader_q: np.ndarray,
    follower_q: np.ndarray,
    leader_error: np.ndarray,
    follower_error: np.ndarray,
    squares: np.ndarray,
) -> int:
    """One learner with a generative model, in place; the number of recorded steps."""
    states, rows, columns = leader_q.shape
    leader_values, follower_values = np.empty(states), np.empty(states)
    for n in range(steps):
        alpha = step_size / (1.0 + decay * n)
        for s in range(states):
            a, b = stage_choice(leader_q[s], follower_q[s], ties)
            leader_values[s] = leader_q[s, a, b]
            follower_values[s] = follower_q[s, a, b]
        for s in range(states):
            for a in range(rows):
                for b in range(columns):
                    t = draw(cumulative[s, a, b], rng.random())
                    gain = leader_reward[s, a, b] + leader_discount * leader_values[t]
                    served = follower_reward[s, a, b] + follower_discount * follower_values[t]
                    if leader_noise > 0:
                        gain += leader_noise * rng.standard_normal()
                    if follower_noise > 0:
                        served += follower_noise * rng.standard_normal()
                    leader_q[s, a, b] += alpha * (gain - leader_q[s, a, b])
                    follower_q[s, a, b] += alpha * (served - follower_q[s, a, b])
        if n >= begin:
            record(leader_q, follower_q, leader_target, follower_target, leader_error, follower_error, squares)
    return steps - begin


@kernel
def trajectory(
    rng: Any,
    cumulative: np.ndarray,
    leader_reward: np.ndarray,
    follower_reward: np.ndarray,
    leader_discount: float,
    follower_discount: float,
    ties: int,
    step_size: float,
    decay: float,
    leader_noise: float,
    follower_noise: float,
    steps: int,
    begin: int,
    exploration: float,
    stride: int,
    leader_target: np.ndarray,
    follower_target: np.ndarray,
    leader_q: np.ndarray,
    follower_q: np.ndarray,
    leader_error: np.ndarray,
    follower_error: np.ndarray,
    squares: np.ndarray,
) -> int:
    """One learner along one path from a random state, in place; the number of recorded steps."""
    states, rows, columns = leader_q.shape
    visits = np.zeros(leader_q.shape)
    recorded = 0
    s = int(rng.random() * states)
    a, b = stage_choice(leader_q[s], follower_q[s], ties)
    for n in range(steps):
        if rng.random() < exploration:
            a = int(rng.random() * rows)
            b = stage_reply(leader_q[s, a], follower_q[s, a], ties)
        if rng.random() < exploration:
            b = int(rng.random() * columns)
        t = draw(cumulative[s, a, b], rng.random())
        next_a, next_b = stage_choice(leader_q[t], follower_q[t], ties)
        gain = leader_reward[s, a, b] + leader_discount * leader_q[t, next_a, next_b]
        served = follower_reward[s, a, b] + follower_discount * follower_q[t, next_a, next_b]
        if leader_noise > 0:
            gain += leader_noise * rng.standard_normal()
        if follower_noise > 0:
            served += follower_noise * rng.standard_normal()
        alpha = step_size / (1.0 + decay * visits[s, a, b])
        visits[s, a, b] += 1
        leader_q[s, a, b] += alpha * (gain - leader_q[s, a, b])
        follower_q[s, a, b] += alpha * (served - follower_q[s, a, b])
        if t == s:
            next_a, next_b = stage_choice(leader_q[t], follower_q[t], ties)  # the update may have changed its own state
        s, a, b = t, next_a, next_b
        if n >= begin and (n - begin) % stride == 0:
            record(leader_q, follower_q, leader_target, follower_target, leader_error, follower_error, squares)
            recorded += 1
    return recorded
