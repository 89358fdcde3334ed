"""P V for every state and action pair of one game, with a bound of its rounding and without a second copy of P.

The kernel is read where it lies, in one product with the values of both players. Values are centred first,

    P V = P (V - c) + c (P 1),        c the middle of the range of V,

so that errors grow with the span of V, which stays of the size of the rewards, and not with V, which grows like
1 / (1 - gamma). By |fl(x'y) - x'y| <= n u / (1 - n u) |x|'|y|, whatever the order of summation (Higham 2002, 3.1).
"""

from __future__ import annotations

import math

import numpy as np

from games.markov import ROW_SUM_ERROR, MarkovGame

UNIT = 2.0**-53
"""The unit roundoff of float64."""

SMALLEST = 2.0**-1074
"""What an operation may be off by, beside its unit roundoff, where it underflows."""

SLACK = 1.01
"""Covers the products of roundoffs, and the rounding of the bounds themselves, below 10^13 states."""


class Backup:
    """Products with the kernel of one game of floats. `defect` bounds |P 1 - 1| over all rows."""

    def __init__(self, game: MarkovGame) -> None:
        self.game = game
        self.states = game.states
        self.defect = ROW_SUM_ERROR * self.states * SLACK  # what games are validated with
        self._sharp = False

    def sharpen(self) -> bool:
        """Measure the defect, which costs a pass over the kernel; whether that was not yet done."""
        if self._sharp:
            return False
        self._sharp = True
        if self.states == 1:
            self.defect = float(np.abs(self.game.transition - 1).max())
            return True
        sums = self.game.transition.sum(axis=-1)
        # numpy adds contiguous rows pairwise: 8 accumulators over 128 entries, then halves (depth 20 + log2 n).
        depth = 20 + math.log2(self.states) if self.game.transition.flags.c_contiguous else self.states
        self.defect = min(self.defect, float(np.abs(sums - 1).max()) + SLACK * min(depth, self.states) * UNIT)
        return True

    def continuation(self, values: np.ndarray) -> np.ndarray:
        """P V: (k, S, A, B) for k rows of values (k, S)."""
        centre = centre_of(values)
        shape = self.game.leader_reward.shape
        kernel = self.game.transition
        if (values == centre).all():  # as at the start from zero: no pass is needed
            return np.broadcast_to(centre[:, :, None, None], (len(values), *shape)).copy()
        if kernel.flags.c_contiguous:
            flat = kernel.reshape(-1, self.states)
            # One row of values, or (k, S) by (S, S A B), the kernel as BLAS's transposed operand: nothing is copied.
            found = (flat @ (values - centre)[0])[None] if len(values) == 1 else (values - centre) @ flat.T
        else:
            found = np.empty((len(values), math.prod(shape)))
            rows = found.reshape(len(values), self.states, -1)
            for s in range(self.states):
                rows[:, s] = (values - centre) @ kernel[s].reshape(-1, self.states).T
        found += centre
        return found.reshape(len(values), *shape)

    def continuation_error(self, values: np.ndarray) -> np.ndarray:
        """How far `continuation` may be off: (k,). Zero where the values are zero."""
        centre = centre_of(values)[:, 0]
        spread = np.abs(values - centre[:, None]).max(axis=1)
        rounding = SLACK * UNIT * ((self.states + 4) * spread + 2 * np.abs(centre))
        return np.where(spread > 0, rounding, 0.0) + SLACK * self.defect * np.abs(centre)

    def rows(self, moves: np.ndarray, answers: np.ndarray) -> np.ndarray:
        """The kernel (S, S) under one action of both players a state."""
        return self.game.transition[np.arange(self.states), moves, answers]

    def rewards(self, moves: np.ndarray, answers: np.ndarray) -> np.ndarray:
        """Both players' rewards (2, S) under one action of both players a state."""
        at = np.arange(self.states), moves, answers
        return np.stack([self.game.leader_reward[at], self.game.follower_reward[at]])


def centred_product(matrix: np.ndarray, values: np.ndarray) -> np.ndarray:
    """`matrix` (S, S) applied to rows of values (k, S), centred as `continuation` does."""
    centre = centre_of(values)
    return (values - centre) @ matrix.T + centre


def centre_of(values: np.ndarray) -> np.ndarray:
    """The middle of the range of every row of values (k, S): (k, 1)."""
    return (values.max(axis=1) / 2 + values.min(axis=1) / 2)[:, None]


def table_error(backup: Backup, values: np.ndarray, discounts: np.ndarray, rewards: np.ndarray) -> np.ndarray:
    """How far fl(r + gamma P V) may be off for rows of values (k, S): (k,). `rewards` are the largest |r|, (k,)."""
    largest = np.abs(values).max(axis=1)
    adding = SLACK * 3 * UNIT * (rewards + discounts * largest) + SMALLEST * (backup.states + 8)
    return discounts * backup.continuation_error(values) + np.where((discounts > 0) & (largest > 0), adding, 0.0)


def amplified(error: np.ndarray, discounts: np.ndarray, defect: float) -> np.ndarray:
    """error / (1 - gamma (1 + defect)): how far a fixed point is from what misses itself by `error`.

    Infinite where discounts are so near one that rows which miss one by the defect need not contract.
    """
    contraction = (1 - discounts) - (1 + 2.0**-40) * discounts * defect  # 1 - gamma is exact above 1/2
    contracts = contraction > 0
    return np.where(contracts, error / np.where(contracts, contraction, 1.0), np.inf)
