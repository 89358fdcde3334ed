"""Value iteration where the stage value is monotone, with bounds of MacQueen's kind and Newton steps.

Let F(V)(s) = stage value of the table r + gamma P V at s, where the stage value is monotone in the table and shifts
with it: a maximum, a max-min, a maximum over fixed sets of replies. Then, with lo <= F(V) - V <= hi,

    V + lo / (1 - gamma) <= V* <= V + hi / (1 - gamma)
    Q + gamma lo / (1 - gamma) <= Q* <= Q + gamma hi / (1 - gamma)

for Q = r + gamma P V (MacQueen 1966, Porteus 1971; nothing but monotonicity and the shift is used). The span hi - lo
falls with gamma times the mixing of the chain, often much faster than gamma. A Newton step evaluates the policy of the
stage (for one agent: policy iteration); for max-min it may fail to help, and then a plain step follows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from solvers.markov.backup import SLACK, Backup, centred_product, table_error

# What a table (S, A, B) is worth in every state, and the actions of both that are played for it, or None where mixed.
StageValue = Callable[[np.ndarray], tuple[np.ndarray, Any, Any]]

DIRECT = 64
"""States up to which a policy is evaluated by elimination at once; above, by steps along P while they mix quickly."""

QUICK_STEPS = 30


class Settled(NamedTuple):
    """A table within `bound` of the fixed point in the sup norm, and the stage at it."""

    q: np.ndarray  # (S, A, B)
    values: np.ndarray  # (S,)
    moves: Any  # (S,), or None
    answers: Any  # (S,), or None
    residual: float  # (hi - lo) / 2: by how much F(V) - V, shifted, misses zero
    bound: float
    iterations: int  # passes over the kernel


def settle(
    backup: Backup,
    player: int,
    discount: float,
    stage_value: StageValue,
    *,
    tolerance: float,
    budget: int,
    stage_error: Callable[[], float] | None = None,
) -> Settled:
    """The fixed point of Q = r + gamma P stage_value(Q) for one player's rewards and discount.

    Ends where the bound is at most `tolerance` times the largest reward, or as small as rounding lets it be, or after
    `budget` passes; the bound holds in any case. `stage_error` tells how far the last stage values may be off.
    """
    reward = backup.game.rewards()[player]
    scale = float(np.abs(reward).max())
    goal = tolerance * scale
    values = np.zeros(backup.states)
    least, plain, newton = np.inf, values, False
    matrix, played = None, (values, values)  # the kernel of the last policy that was evaluated, and that policy
    for step in range(1, budget + 1):
        table = backup.continuation(values[None])[0]
        table *= discount
        table += reward
        found, moves, answers = stage_value(table)
        error = 0.0 if stage_error is None else stage_error()
        low, high, half, floor = _interval(backup, values, found, discount, scale, error)
        if floor > goal and backup.sharpen():
            low, high, half, floor = _interval(backup, values, found, discount, scale, error)
        bound = SLACK * (high - low) / 2 + floor
        # What is left is rounding where the interval is no longer than its own error.
        if bound <= goal or (high - low) / 2 <= floor or step == budget:
            shift = (low + high) / 2
            table += shift
            bound += 2.0**-52 * (float(np.abs(table).max()) + abs(shift))
            return Settled(table, found + shift, moves, answers, half, bound, step)
        if moves is None:
            values = found + (low + high) / 2
        elif half <= least / 2 or not newton:
            ahead = found + (low + high) / 2
            if half < least:
                least, plain = half, ahead
            if matrix is None:
                matrix = backup.rows(moves, answers)
            else:  # most of the policy is that of the step before
                fresh = (moves != played[0]) | (answers != played[1])
                matrix[fresh] = backup.game.transition[fresh, moves[fresh], answers[fresh]]
            played = moves, answers
            values = collected(matrix, backup.rewards(*played)[player], discount, ahead, precision=half * 1e-3)
            newton = True
        else:
            values, newton = plain, False
            least, plain = np.inf, plain
    raise AssertionError("the last step returns")


def _interval(
    backup: Backup, values: np.ndarray, found: np.ndarray, discount: float, scale: float, stage_error: float
) -> tuple[float, float, float, float]:
    """(low, high, half, floor): Q* - Q is in [low - floor, high + floor]; half is half the span of F(V) - V."""
    rise = found - values
    low, high = float(rise.min()), float(rise.max())
    error = float(table_error(backup, values[None], np.array([discount]), np.array([scale]))[0])
    error += stage_error + 2.0**-52 * max(abs(low), abs(high))

    def lifted(change: float, outward: bool) -> float:
        # Rows of the kernel sum to one within the defect: the far side of the interval takes the larger factor.
        factor = discount * (1 + backup.defect * (1 if outward else -1))
        return factor * change / (1 - factor)

    down, up = lifted(low, low < 0), lifted(high, high > 0)
    worst = discount * (1 + backup.defect)
    return down, up, (high - low) / 2, SLACK * error / (1 - worst)


def collected(
    matrix: np.ndarray, rewards: np.ndarray, discount: float, ahead: np.ndarray, *, precision: float
) -> np.ndarray:
    """About the values (S,) of a policy with kernel `matrix` (S, S) and `rewards` (S,).

    To `precision` in span where steps from `ahead` get there quickly, else by elimination. How good they are is for the
    caller to measure.
    """
    if len(rewards) > DIRECT:
        values = ahead
        for _ in range(QUICK_STEPS):
            following = rewards + discount * centred_product(matrix, values[None])[0]
            rise = following - values
            low, high = rise.min(), rise.max()
            values = following + discount / (1 - discount) * (low + high) / 2
            if discount * (high - low) <= precision:
                return values
    return np.linalg.solve(np.eye(len(rewards)) - discount * matrix, rewards)
