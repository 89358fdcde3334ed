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

from solvers.markov.backup import SLACK, SMALLEST, Backup, amplified, centred_product, table_error

# What a table (S, A, B) is worth in every state, and the actions of both that are played for it, or None where mixed.
StageValue = Callable[[np.ndarray], tuple[np.ndarray, Any, Any]]

DIRECT = 64
"""States up to which a policy is evaluated by elimination at once; above, by steps along P while they mix quickly."""

QUICK_STEPS = 30

SMALL_SHARE = 0.2
"""Of the pairs of actions: the rows of so many are read, and copied, without a pass over the kernel."""


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
    greedy: bool = False,
) -> Settled:
    """The fixed point of Q = r + gamma P stage_value(Q) for one player's rewards and discount.

    Ends where the bound is at most `tolerance` times the largest reward, or as small as rounding lets it be, or after
    `budget` passes; the bound holds in any case, and is infinite where the discount is so near one that rows of floats,
    which may miss one, need not contract. `stage_error` tells how far the last stage values may be off.
    `greedy` says that the stage value is the largest entry of the state, so that policies can be improved before the
    next pass.
    """
    reward = backup.game.rewards()[player]
    scale = float(np.abs(reward).max())
    goal = tolerance * scale
    values = np.zeros(backup.states)
    least, plain, newton = np.inf, values, False
    policy = _Policy(backup, player, discount)
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
            bound += 2.0**-52 * (float(np.abs(table).max()) + abs(shift)) + (4 * SMALLEST if scale else 0.0)
            return Settled(table, found + shift, moves, answers, half, bound, step)
        if moves is None:
            values = found + (low + high) / 2
        elif half <= least / 2 or not newton:
            ahead = found + (low + high) / 2
            if half < least:
                least, plain = half, ahead
            base = values
            values = policy.evaluate(moves, answers, ahead, half * 1e-3)
            # Only pairs that lag by less than the span of the change can overtake: improve among them while few.
            for _ in range(QUICK_STEPS if greedy else 0):
                better = policy.overtaking(table, discount * float(np.ptp(values - base)), values)
                if better is None:
                    break
                _, moves, answers = stage_value(better)
                if policy.is_last(moves, answers):  # the best one for these values: the next pass will confirm it
                    values = policy.evaluate(moves, answers, values, goal * (1 - discount) / 4)
                    break
                values = policy.evaluate(moves, answers, values, half * 1e-3)
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
    error += stage_error + 2.0**-52 * max(abs(low), abs(high)) + (4 * SMALLEST if low or high else 0.0)

    half = (high - low) / 2
    floor = SLACK * float(amplified(np.array(error), np.array(discount), backup.defect))
    if not np.isfinite(floor):
        return 0.0, 0.0, half, np.inf

    def lifted(change: float, outward: bool) -> float:
        # Rows of the kernel sum to one within the defect: the far side of the interval takes the larger factor.
        defect = backup.defect * (1 if outward else -1)
        return discount * (1 + defect) * change / ((1 - discount) - discount * defect)

    return lifted(low, low < 0), lifted(high, high > 0), half, floor


class _Policy:
    """The policy evaluated last, and its rows of the kernel."""

    def __init__(self, backup: Backup, player: int, discount: float) -> None:
        self.backup, self.player, self.discount = backup, player, discount
        self.matrix: np.ndarray | None = None
        self.moves: Any = None
        self.answers: Any = None

    def is_last(self, moves: np.ndarray, answers: np.ndarray) -> bool:
        return np.array_equal(moves, self.moves) and np.array_equal(answers, self.answers)

    def evaluate(self, moves: np.ndarray, answers: np.ndarray, ahead: np.ndarray, precision: float) -> np.ndarray:
        """About the values of a policy; rows of states in which it is the one before are kept."""
        if self.matrix is None:
            self.matrix = self.backup.rows(moves, answers)
        else:
            fresh = (moves != self.moves) | (answers != self.answers)
            self.matrix[fresh] = self.backup.game.transition[fresh, moves[fresh], answers[fresh]]
        self.moves, self.answers = moves, answers
        rewards = self.backup.rewards(moves, answers)[self.player]
        return collected(self.matrix, rewards, self.discount, ahead, precision=precision)

    def overtaking(self, table: np.ndarray, margin: float, values: np.ndarray) -> np.ndarray | None:
        """r + gamma P V at pairs within `margin` of the best of `table`, -inf elsewhere; None where they are many."""
        kernel = self.backup.game.transition
        near = table >= table.max(axis=(1, 2), keepdims=True) - margin
        if not kernel.flags.c_contiguous or np.count_nonzero(near) > SMALL_SHARE * near.size:
            return None
        rows = np.flatnonzero(near)
        improved = np.full(table.shape, -np.inf)
        rewards = self.backup.game.rewards()[self.player]
        following = kernel.reshape(-1, self.backup.states)[rows] @ values
        improved.flat[rows] = rewards.flat[rows] + self.discount * following
        return improved


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
    try:
        return np.linalg.solve(np.eye(len(rewards)) - discount * matrix, rewards)
    except np.linalg.LinAlgError:  # discounts within rounding of one
        return ahead
