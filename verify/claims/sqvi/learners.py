"""What experiments on Stackelberg Q-learning share: step sizes over two decades, games, and replicates of learners."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from games.markov import MarkovGame
from verify.experiment.plan import Replicate, exponent

STEP_SIZES = tuple(float(alpha) for alpha in np.geomspace(1e-3, 1e-1, 5))

LEARNERS = 16
"""Independent learners a replicate, of each step size."""

RELAXATIONS = 24.0
"""Steps a run takes, in units of 1 / (alpha (1 - gamma)), in which means forget their start; half of it is recorded."""


def one_state(leader: Any, follower: Any, discount: float = 0.5) -> MarkovGame:
    """The game with one state and these rewards; rows are moves, columns replies."""
    leader, follower = np.array([leader], dtype=float), np.array([follower], dtype=float)
    return MarkovGame(
        transition=np.ones((*leader.shape, 1)),
        leader_reward=leader,
        follower_reward=follower,
        leader_discount=discount,
        follower_discount=discount,
    )


def fixed_point(game: MarkovGame) -> tuple[np.ndarray, np.ndarray]:
    """(Q_L, Q_F) of a one-state game, ties broken for the leader: policies from the rewards, then r + gamma V."""
    from solvers.markov.stage import choose, values

    policies = choose(*game.rewards())
    pairs = zip(game.rewards(), game.discounts(), strict=True)
    leader, follower = (
        reward + discount / (1 - discount) * values(reward, *policies)[:, None, None] for reward, discount in pairs
    )
    return leader, follower


def decided_game() -> MarkovGame:
    """Two states, two moves, two replies; every greedy choice is strict, by 6 at least at the fixed point."""
    leader = np.array([[[8.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 8.0]]])
    follower = np.array([[[8.0, 0.0], [0.0, 8.0]], [[8.0, 0.0], [0.0, 8.0]]])
    kernel = np.array([[[[0.75, 0.25], [0.5, 0.5]], [[0.5, 0.5], [0.25, 0.75]]]] * 2)
    return MarkovGame(
        transition=kernel, leader_reward=leader, follower_reward=follower, leader_discount=0.5, follower_discount=0.5
    )


def power_law(
    game: MarkovGame,
    *,
    quantity: str,
    label: str,
    read: Callable[[Any], float],
    noise: tuple[float, float],
    equally_long: bool = False,
) -> Callable[[np.random.Generator], Replicate]:
    """One replicate: `read` of the learners' traces at every step size, and the exponent fitted to it.

    Every step size has its own seed, so that its learners are independent of the others'. Runs take `RELAXATIONS`, or
    where `equally_long` as many steps as the smallest step size needs for that.
    """
    rate = 1 - float(game.leader_discount)

    def measure(rng: np.random.Generator) -> Replicate:
        from solvers.markov.q_learning import learn

        curve = []
        for alpha in STEP_SIZES:
            trace = learn(
                game,
                step_size=alpha,
                steps=int(RELAXATIONS / (rate * (min(STEP_SIZES) if equally_long else alpha))),
                seed=int(rng.integers(2**62)),
                replicates=LEARNERS,
                noise=noise,
                reference=fixed_point(game) if game.states == 1 else None,
            )
            curve.append((alpha, read(trace)))
        return Replicate(values={quantity: exponent(curve)}, curves={label: curve})

    return measure
