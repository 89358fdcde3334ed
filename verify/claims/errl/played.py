"""What experiments on simulated linear-quadratic games share: a game to play, from where, and what it is worth."""

from __future__ import annotations

from typing import Any

import numpy as np

from games.linear_quadratic import LinearQuadraticGame

STATE = (1.0, -1.0)
REGIME = 0


def played_game(**fields: Any) -> LinearQuadraticGame:
    """Two states, two regimes, one action each; cross and linear terms, and noise that every action drives."""
    arrays: dict[str, Any] = {
        "generator": [[-1.0, 1.0], [2.0, -2.0]],
        "A": [[[-0.5, 0.5], [0.0, -0.25]], [[0.25, 0.0], [-0.5, -0.5]]],
        "B": [[[1.0], [0.5]], [[0.5], [1.0]]],
        "E": [[[0.5], [1.0]], [[1.0], [-0.5]]],
        "b": [[0.25, 0.0], [0.0, -0.25]],
        "C": [[[[0.25, 0.0], [0.0, 0.25]]], [[[0.0, 0.25], [0.25, 0.0]]]],
        "D": [[[[0.5], [0.25]]], [[[0.25], [0.5]]]],
        "F": [[[[0.25], [0.5]]], [[[0.5], [-0.25]]]],
        "s": [[[0.125, 0.125]], [[0.125, -0.125]]],
        "leader_M": [cost([2, 1, 1, 0.5]), cost([1, 2, 1, 0.5])],
        "leader_m": [[0.25, 0.0, 0.25, -0.25], [0.0, 0.25, 0.0, 0.25]],
        "leader_G": [np.eye(2), np.diag([0.5, 1.0])],
        "leader_g": [[0.25, 0.0], [0.0, 0.25]],
        "follower_M": [cost([1, 2, 0.5, 1]), cost([2, 1, 0.5, 1])],
        "follower_m": [[0.0, 0.25, 0.25, 0.0], [0.25, 0.0, -0.25, 0.0]],
        "follower_G": [np.diag([1.0, 0.5]), np.eye(2)],
        "follower_g": [[0.0, -0.25], [0.25, 0.0]],
        "discount": 0.25,
        "leader_temperature": 1.0,
        "follower_temperature": 0.5,
        "horizon": 1.0,
    }
    return LinearQuadraticGame(**(arrays | fields))


def cost(diagonal: list[float]) -> np.ndarray:
    """The diagonal, and a quarter for every pair of different variables."""
    return np.diag(diagonal) + (1 - np.eye(len(diagonal))) / 4


def value_of(solution: Any) -> tuple[float, float]:
    """What the solver says the two players pay from `STATE` in regime `REGIME` at t = 0."""
    x = np.array(STATE)
    leader, follower = (
        float(x @ values.P[REGIME] @ x / 2 + values.p[REGIME] @ x + values.r[REGIME])
        for values in (solution.leader, solution.follower)
    )
    return leader, follower
