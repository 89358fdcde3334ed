"""The comparison matrix of soft iteration on batches of floats, with radii; see `verify.exact.soft_matrix`."""

from __future__ import annotations

from typing import Any

import numpy as np

from games.markov import SoftMarkovIteration
from verify.float_ball import FloatBall

Ball = tuple[np.ndarray, np.ndarray]


def _entries(game: SoftMarkovIteration) -> tuple[FloatBall, FloatBall, FloatBall, FloatBall]:
    """C_LL, C_LF, C_FL, C_FF."""
    from solvers.markov.soft_trajectories import follower_reward_span, leader_reward_span

    leader, follower = (FloatBall.of(discount) for discount in game.discounts())
    tau_L, tau_F = FloatBall.of(game.leader_temperature), FloatBall.of(game.follower_temperature)
    one, two, four = (FloatBall.of(number) for number in (1.0, 2.0, 4.0))
    R_L = FloatBall.of(*leader_reward_span(game)) / (one - leader)
    R_F = FloatBall.of(*follower_reward_span(game)) / (one - follower)
    return (
        leader,
        leader * R_L / (two * tau_F),
        follower * R_F / (two * tau_L),
        follower * (one + R_L * R_F / (four * tau_L * tau_F)),
    )


def soft_leader_weight(game: SoftMarkovIteration) -> Ball:
    _, _, FL, FF = _entries(game)
    return _pair(FloatBall.of(1.0) - FF + FL, game)


def soft_follower_weight(game: SoftMarkovIteration) -> Ball:
    LL, LF, _, _ = _entries(game)
    return _pair(FloatBall.of(1.0) - LL + LF, game)


def soft_decay(game: SoftMarkovIteration) -> Ball:
    """theta^t, by as many products as the longest run has steps."""
    LL, LF, FL, FF = _entries(game)
    one = FloatBall.of(1.0)
    margin = (one - LL) * (one - FF) - LF * FL
    rate = one - FloatBall.of(game.step_size) * margin / ((one - FF + FL) + (one - LL + LF))
    power = FloatBall.of(np.ones(game.batch_shape))
    for step in range(int(game.steps.max(initial=0))):
        further, going = power * rate, game.steps > step
        power = FloatBall.of(np.where(going, further.value, power.value), np.where(going, further.radius, power.radius))
    return _pair(power, game)


def _pair(ball: FloatBall, game: Any) -> Ball:
    value, radius = np.broadcast_arrays(ball.value, ball.radius)
    return np.broadcast_to(value, game.batch_shape), np.broadcast_to(radius, game.batch_shape)
