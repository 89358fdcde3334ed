"""Where Q-value iteration goes while its policies repeat with period p, and how near it must come to stay there.

Every iterate is Q_t = r + w_t (Q_0 - r) + gamma P U_t with w_t = (1 - alpha)^t, U_0 = 0 and U_{t+1} = (1 - alpha) U_t +
alpha V_t. Under policies Pi_0, ..., Pi_{p-1} that repeat, U has one periodic orbit,

    U_{j+1} = (1 - alpha) U_j + alpha (r(Pi_j) + gamma P(Pi_j) U_j),   indices modulo p,

a linear system in S unknowns; p = 1 is policy evaluation. If the policies chosen at the orbit's own
Q*_j = r + gamma P U_j are Pi_j, every choice by a margin above m, and at some time span(Q_t - Q*_j) < m for both
players, then Q_t has the policy Pi_j, and Q_{t+1} - Q*_{j+1} = (1 - alpha) D + alpha gamma P D(., Pi_j), where
D = Q_t - Q*_j, has no larger span, and so on for ever: the iteration converges to the orbit. Choices compare entries
with each other: spans, not norms, count.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from solvers.markov.backup import SLACK, UNIT, Backup, amplified, centred_product, table_error

Policy = tuple[np.ndarray, np.ndarray]  # a(s) and b(s, a(s)), each (S,)


class Orbit(NamedTuple):
    """The periodic orbit of U, each entry within `error` (of either player) of the true one."""

    means: np.ndarray  # (p, 2, S)
    error: np.ndarray  # (2,)


def periodic_orbit(backup: Backup, policies: Sequence[Policy], step_size: float, discounts: np.ndarray) -> Orbit | None:
    """The orbit of U under policies that repeat for ever, by one elimination; S^3 p operations.

    None where steps are so small, or discounts so near one, that floats do not tell the steps from the identity.
    """
    backup.sharpen()
    rows = [backup.rows(*policy) for policy in policies]
    rewards = [backup.rewards(*policy) for policy in policies]
    states = backup.states
    means = np.empty((len(policies), 2, states))
    for k in range(2):
        matrix, constant = np.eye(states), np.zeros(states)
        for kernel, reward in zip(rows, rewards, strict=True):
            matrix = (1 - step_size) * matrix + step_size * discounts[k] * (kernel @ matrix)
            constant = (1 - step_size) * constant + step_size * (reward[k] + discounts[k] * (kernel @ constant))
        try:
            means[0, k] = np.linalg.solve(np.eye(states) - matrix, constant)
        except np.linalg.LinAlgError:
            return None
    if not np.isfinite(means[0]).all():
        return None

    def go_round() -> np.ndarray:
        begin = means[0].copy()
        for j, (kernel, reward) in enumerate(zip(rows, rewards, strict=True)):
            played = reward + discounts[:, None] * centred_product(kernel, means[j])
            means[(j + 1) % len(policies)] = (1 - step_size) * means[j] + step_size * played
        return np.abs(means[0] - begin).max(axis=1)

    go_round()  # takes out most of what elimination left of the error
    miss = go_round()
    largest = np.array([np.abs(reward).max() for reward in backup.game.rewards()])
    rounding = np.max([table_error(backup, mean, discounts, largest) for mean in means], axis=0)
    rounding = step_size * rounding + 3 * UNIT * np.abs(means).max(axis=(0, 2))
    error = SLACK * amplified((miss + rounding) / step_size, discounts, backup.defect)
    return Orbit(means, error) if np.isfinite(error).all() else None


def gap(
    backup: Backup,
    means: np.ndarray,
    target: np.ndarray,
    error: np.ndarray,
    discounts: np.ndarray,
    remainder: np.ndarray,
) -> np.ndarray:
    """Above every span(Q_n - Q*) from now on, while the policies are those of the orbit: (2,).

    means and target (2, S) are U_t and U_j, together wrong by at most `error` (2,); `remainder` (2,) is the span of
    w_t (Q_0 - r). Rows of the kernel that miss one by the defect let the common part of the difference through.
    """
    difference = means - target
    span = np.ptp(difference, axis=1) + 2 * error
    common = np.abs(difference).max(axis=1) + error
    leak = 2 * backup.defect * common * (1 + discounts / (1 - discounts * (1 + backup.defect)))
    return SLACK_OF_SPAN * (discounts * ((1 + backup.defect) * span + leak) + remainder)


SLACK_OF_SPAN = 1 + 2.0**-48
"""Rounding of the few operations that make a gap."""
