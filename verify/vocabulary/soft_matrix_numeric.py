"""The comparison matrix of soft iteration on batches of floats, with radii; see `verify.exact.soft_matrix`."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from games.markov import SoftMarkovIteration
from verify.float_ball import FloatBall

Ball = tuple[np.ndarray, np.ndarray]


def _entries(game: SoftMarkovIteration, *, entropies: bool) -> tuple[FloatBall, FloatBall, FloatBall, FloatBall]:
    """C_LL, C_LF, C_FL, C_FF."""
    from solvers.markov.soft_trajectories import follower_reward_span, leader_reward_span

    leader, follower = (FloatBall.of(discount) for discount in game.discounts())
    tau_L, tau_F = FloatBall.of(game.leader_temperature), FloatBall.of(game.follower_temperature)
    one, two, four = (FloatBall.of(number) for number in (1.0, 2.0, 4.0))
    R_L = FloatBall.of(*leader_reward_span(game)) / (one - leader)
    R_F = FloatBall.of(*follower_reward_span(game)) / (one - follower)
    k_L, k_F = (one, one) if entropies else (one + R_L / (two * tau_L), one + R_F / (two * tau_F))
    own = leader * k_L
    return (
        own,
        own * R_L / (two * tau_F),
        follower * R_F / (two * tau_L),
        follower * (k_F + R_L * R_F / (four * tau_L * tau_F)),
    )


def _leader_weight(game: SoftMarkovIteration, *, entropies: bool) -> Ball:
    _, _, FL, FF = _entries(game, entropies=entropies)
    return _pair(FloatBall.of(1.0) - FF + FL, game)


def _follower_weight(game: SoftMarkovIteration, *, entropies: bool) -> Ball:
    LL, LF, _, _ = _entries(game, entropies=entropies)
    return _pair(FloatBall.of(1.0) - LL + LF, game)


def _decay(game: SoftMarkovIteration, *, entropies: bool) -> Ball:
    """theta^t, by as many products as the longest run has steps."""
    LL, LF, FL, FF = _entries(game, entropies=entropies)
    one = FloatBall.of(1.0)
    margin = (one - LL) * (one - FF) - LF * FL
    rate = one - FloatBall.of(game.step_size) * margin / ((one - FF + FL) + (one - LL + LF))
    power = FloatBall.of(np.ones(game.batch_shape))
    for step in range(int(game.steps.max(initial=0))):
        further, going = power * rate, game.steps > step
        power = FloatBall.of(np.where(going, further.value, power.value), np.where(going, further.radius, power.radius))
    return _pair(power, game)


soft_leader_weight = functools.partial(_leader_weight, entropies=True)
soft_follower_weight = functools.partial(_follower_weight, entropies=True)
soft_decay = functools.partial(_decay, entropies=True)
plain_leader_weight = functools.partial(_leader_weight, entropies=False)
plain_follower_weight = functools.partial(_follower_weight, entropies=False)
plain_decay = functools.partial(_decay, entropies=False)


def _pair(ball: FloatBall, game: Any) -> Ball:
    value, radius = np.broadcast_arrays(ball.value, ball.radius)
    return np.broadcast_to(value, game.batch_shape), np.broadcast_to(radius, game.batch_shape)
