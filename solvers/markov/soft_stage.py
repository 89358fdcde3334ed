"""The soft stage of `games.markov`: both players choose by softmax at tables Q.

nu(b|s,a) ~ exp(Q_F / tau_F), q(s,a) = sum_b nu Q_L, pi(a|s) ~ exp(q / tau_L). With the entropies counted
V_L = tau_L LSE_a(q / tau_L) and V_F = sum_a pi F with F = tau_F LSE_b(Q_F / tau_F); without them V_L = sum_a pi q and
V_F = sum_a pi f with f = sum_b nu Q_F.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class SoftStage(NamedTuple):
    """Choices, values and what they are made of, for tables (S, A, B)."""

    leader: np.ndarray  # (S, A) pi
    follower: np.ndarray  # (S, A, B) nu
    served: np.ndarray  # (S, A) q
    reply_values: np.ndarray  # (S, A) F or f
    values: np.ndarray  # (2, S)


def soft_stage(tables: np.ndarray, temperatures: tuple[float, float], entropy: bool = True) -> SoftStage:
    """The stage of both players at tables (2, S, A, B); temperatures (tau_L, tau_F).

    Computed at tables without their middle, which shifts values and changes no choice: errors grow with spans alone.
    """
    middle = tables.max(axis=(1, 2, 3)) / 2 + tables.min(axis=(1, 2, 3)) / 2
    leader_q, follower_q = tables - middle[:, None, None, None]
    follower, reply_values = _softmax(follower_q, temperatures[1])
    served = (follower * leader_q).sum(axis=-1)
    leader, leader_values = _softmax(served, temperatures[0])
    if not entropy:
        reply_values = (follower * follower_q).sum(axis=-1)
        leader_values = (leader * served).sum(axis=-1)
    values = np.stack([leader_values, (leader * reply_values).sum(axis=-1)])
    return SoftStage(leader, follower, served + middle[0], reply_values + middle[1], values + middle[:, None])


def _softmax(scores: np.ndarray, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """softmax(scores / tau) and tau LSE(scores / tau) over the last axis."""
    top = scores.max(axis=-1, keepdims=True)
    with np.errstate(under="ignore", over="ignore"):
        weights = np.exp((scores - top) / temperature)
    total = weights.sum(axis=-1, keepdims=True)
    return weights / total, (top + temperature * np.log(total))[..., 0]
