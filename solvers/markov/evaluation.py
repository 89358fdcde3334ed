"""The values of given policies, pure or mixed, of both players, with a rigorous bound.

V_k = r_k(Pi) + gamma_k P(Pi) V_k is a linear system of S equations, solved directly. Whatever the solution V found,

    max |V - V_k| <= ( max |r_k(Pi) + gamma_k P(Pi) V - V| + rounding ) / (1 - gamma_k (1 + defect)),

`rounding` bounds the error with which the residual is computed, `defect` how far rows of the kernel miss the sum one.
The bound is infinite where gamma_k (1 + defect) >= 1.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from games.errors import GameError
from games.markov import MarkovGame
from solvers.errors import SolverError, refuse_batch
from solvers.markov.backup import SLACK, SMALLEST, UNIT, Backup, amplified, centred_product
from solvers.markov.rules import refuse_exact

PLAYERS = ("leader", "follower")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation:
    """Values of both players under given policies; |values[player] - true| <= error_bound[player] in every state."""

    values: Mapping[str, np.ndarray]  # player -> (S,)
    residual: Mapping[str, float]
    error_bound: Mapping[str, float]


def evaluate(game: MarkovGame, leader: Any, follower: Any) -> Evaluation:
    """The discounted values of stationary policies of a single game.

    `leader` is an action a state, integers (S,), or a mixture, floats (S, A). `follower` is a reply a state, integers
    (S,), or to every action, integers (S, A), or mixtures, floats (S, B) or (S, A, B).

    Raises `SolverError` for a batch or an exact twin, `GameError` for policies of other shapes, unknown actions and
    mixtures that are negative or do not sum to one within 1e-12.
    """
    refuse_batch("evaluation", game.batch_shape)
    refuse_exact("evaluation", game)
    weights = joint_weights(game, leader, follower)  # (S, A, B)
    backup = Backup(game)
    backup.sharpen()
    states = game.states
    chosen = weights.reshape(states, -1)
    pure = bool(((chosen == 0) | (chosen == 1)).all())
    matrix = np.empty((states, states))
    rewards = np.empty((2, states))
    for s in range(states):
        played = np.flatnonzero(chosen[s])
        matrix[s] = chosen[s, played] @ game.transition[s].reshape(-1, states)[played]
        for k, reward in enumerate(game.rewards()):
            rewards[k, s] = chosen[s, played] @ reward[s].ravel()[played]
    # A mixture of n entries is rounded by n u, and its weights may miss one; both are small errors of rows.
    mixing = 0.0 if pure else SLACK * UNIT * (2 + np.count_nonzero(chosen, axis=1).max())
    backup.defect += 0.0 if pure else mixing + SLACK * float(np.abs(chosen.sum(axis=1) - 1).max())
    discounts = np.array([float(game.leader_discount), float(game.follower_discount)])
    values = np.stack([_solution(matrix, rewards[k], discounts[k]) for k in range(2)])
    target = rewards + discounts[:, None] * centred_product(matrix, values)
    misses = np.abs(target - values).max(axis=1)
    largest = np.abs(rewards).max(axis=1) + np.abs(values).max(axis=1)
    spread = np.ptp(values, axis=1)
    rounding = discounts * (backup.continuation_error(values) + mixing * spread) + SLACK * UNIT * 3 * largest
    rounding += np.where(largest > 0, SMALLEST * (states + chosen.shape[1] + 8), 0.0)
    rounding += mixing * np.array([np.abs(reward).max() for reward in game.rewards()])
    bounds = SLACK * amplified(misses + rounding, discounts, backup.defect)
    return Evaluation(
        values=dict(zip(PLAYERS, values, strict=True)),
        residual=dict(zip(PLAYERS, misses.tolist(), strict=True)),
        error_bound=dict(zip(PLAYERS, bounds.tolist(), strict=True)),
    )


def _solution(matrix: np.ndarray, rewards: np.ndarray, discount: float) -> np.ndarray:
    """V = r + gamma P V by elimination and one step of refinement."""
    system = np.eye(len(matrix)) - discount * matrix
    try:
        values = np.linalg.solve(system, rewards)
    except np.linalg.LinAlgError:
        raise SolverError(
            f"evaluation: expected discounts at which values exist, found {float(discount)!r}, so near 1 that rounding "
            "of the kernel's rows decides"
        ) from None
    miss = rewards + discount * centred_product(matrix, values[None])[0] - values
    return values + np.linalg.solve(system, miss)


def joint_weights(game: MarkovGame, leader: Any, follower: Any) -> np.ndarray:
    """The probability (S, A, B) of every pair of actions in every state; policies as `evaluate` takes them."""
    states, rows, columns = game.leader_reward.shape
    moves = _mixture("leader", leader, {(states,): rows}, {(states, rows)})
    replies = _mixture(
        "follower",
        follower,
        {(states,): columns, (states, rows): columns},
        {(states, columns), (states, rows, columns)},
    )
    if replies.ndim == 2:
        replies = replies[:, None, :]
    return moves[:, :, None] * replies


def _mixture(player: str, policy: Any, pure: dict[tuple[int, ...], int], mixed: set[tuple[int, ...]]) -> np.ndarray:
    """A policy as probabilities over its last axis."""
    array = np.asarray(policy)
    if array.dtype.kind in "iu":
        if array.shape not in pure:
            raise GameError(f"{player}: expected actions of shape {' or '.join(map(str, pure))}, found {array.shape}")
        count = pure[array.shape]
        if array.min() < 0 or array.max() >= count:
            raise GameError(f"{player}: expected actions 0 to {count - 1}, found {array.min()} to {array.max()}")
        return (array[..., None] == np.arange(count)).astype(np.float64)
    array = array.astype(np.float64)
    if array.shape not in mixed:
        known = " or ".join(map(str, sorted(mixed)))
        raise GameError(f"{player}: expected a mixture of shape {known}, found {array.shape}")
    sums = array.sum(axis=-1)
    if not (array >= 0).all() or not (np.abs(sums - 1) <= 1e-12).all():
        raise GameError(
            f"{player}: expected probabilities that sum to 1, found {array.min()} at least and {sums} in sum"
        )
    return array
