"""Feedback Nash play of a linear-quadratic game: nobody leads, both players' stage equations hold at once.

The stage game is solved by `solvers.riccati.hamiltonian.stage(..., order="nash")`:

  [H_L,uu H_L,uv; H_F,vu H_F,vv] (u, v) = -(H_L,ux x + h_L,u, H_F,vx x + h_F,v),

each player's own block positive definite, and the system regular: both conditions of its own do not make it so.
"""

from __future__ import annotations

import numpy as np

from games.linear_quadratic import LinearQuadraticGame
from solvers.riccati.hamiltonian import Values, hamiltonian


def stage_equations(game: LinearQuadraticGame, leader: Values, follower: Values) -> np.ndarray:
    """The matrix of both players' first order conditions in (u, v), (..., m, ku + kv, ku + kv)."""
    n, ku = game.states, game.leader_actions
    of_leader, of_follower = hamiltonian(game, "leader", leader)[0], hamiltonian(game, "follower", follower)[0]
    return np.concatenate([of_leader[..., n : n + ku, n:], of_follower[..., n + ku :, n:]], axis=-2)


def condition_number(game: LinearQuadraticGame, leader: Values, follower: Values) -> np.ndarray:
    """Of the stage equations, largest over smallest singular value, (..., m); infinite where they are singular.

    Each equation and then each action is scaled by its largest entry: units of costs and actions do not matter.
    """
    singular = np.linalg.svd(equilibrated(stage_equations(game, leader, follower)), compute_uv=False)
    largest, smallest = singular[..., 0], singular[..., -1]
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return np.where(smallest > 0, largest / smallest, np.inf)


def equilibrated(matrices: np.ndarray) -> np.ndarray:
    """The matrices with rows and then columns divided by their largest entries; rows and columns of zeros stay."""
    scaled = matrices
    for axis in (-1, -2):
        largest = np.abs(scaled).max(axis=axis, keepdims=True)
        scaled = scaled / np.where(largest > 0, largest, 1.0)
    return scaled
