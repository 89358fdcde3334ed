"""Kernels: strong commitment of games with small integer payoffs, exactly, in 64-bit integers.

Ties are common where payoffs are small integers, and floats cannot prove a tie. The dictionary of `dual_simplex` is
kept as integers over one positive denominator: with numerators T, denominator d and p = T[r, e] > 0, a pivot gives

    T'[i, j] = (T[i, j] p - T[i, e] T[r, j]) / d,   T'[r, j] = -T[r, j],   T'[i, e] = T[i, e],   T'[r, e] = d,   d' = p,

where every division is exact, since all entries are minors of the payoff differences (Edmonds 1967, Bareiss 1968).
Pivots follow Bland's rule, so they end whatever the ties. A numerator beyond 31 bits, whose products might overflow,
gives up.
"""

from __future__ import annotations

import numpy as np

from games.kernel import kernel
from solvers.matrix.dual_simplex import BOUNDED, OPTIMAL, STALLED, UNINDUCIBLE
from solvers.matrix.filter import NONDEGENERATE, PROVED, UNSETTLED

LIMIT = 2**31 - 1


@kernel(forceinline=True)
def bound_reply_integers(A, B, b, best, best_scale, T, basic, nonbasic):
    """(outcome, start, denominator) for reply b: BOUNDED where it gives at most best / best_scale (0: nothing yet)."""
    m, n = A.shape
    start = 0
    for a in range(1, m):
        if A[a, b] > A[start, b]:
            start = a
    for other in range(n):
        constant = B[start, b] - B[start, other]
        for a in range(m):
            T[other, a] = (B[a, b] - B[a, other]) - constant
        T[other, start] = constant
        basic[other] = m + other
    for a in range(m):
        T[b, a] = -1
        T[n, a] = A[a, b] - A[start, b]
        nonbasic[a] = a
    T[b, start] = 1
    T[n, start] = A[start, b]
    basic[b] = start
    nonbasic[start] = -1
    scale = 1
    while True:
        if best_scale > 0 and T[n, start] * best_scale <= best * scale:
            return BOUNDED, start, scale
        leaving = -1
        for i in range(n):
            if T[i, start] < 0 and (leaving < 0 or basic[i] < basic[leaving]):
                leaving = i
        if leaving < 0:
            return OPTIMAL, start, scale
        entering = -1
        for j in range(m):
            if j != start and T[leaving, j] > 0:
                if entering < 0:
                    entering = j
                    continue
                # Compare the ratios -T[n, j] / T[leaving, j] without dividing.
                left = -T[n, j] * T[leaving, entering]
                right = -T[n, entering] * T[leaving, j]
                if left < right or (left == right and nonbasic[j] < nonbasic[entering]):
                    entering = j
        if entering < 0:
            return UNINDUCIBLE, start, scale
        scale = _exchange_integers(T, leaving, entering, scale)
        if scale == 0:
            return STALLED, start, scale
        basic[leaving], nonbasic[entering] = nonbasic[entering], basic[leaving]


@kernel(forceinline=True)
def _exchange_integers(T, row, column, scale):
    """Pivot on T[row, column] > 0; the new denominator, or 0 where a numerator grows beyond `LIMIT`."""
    pivot = T[row, column]
    width = T.shape[1]
    for i in range(T.shape[0]):
        if i != row:
            factor = T[i, column]
            for j in range(width):
                if j != column:
                    T[i, j] = (T[i, j] * pivot - factor * T[row, j]) // scale
                    if abs(T[i, j]) > LIMIT:
                        return 0
    for j in range(width):
        T[row, j] = -T[row, j]
    T[row, column] = scale
    return pivot


@kernel
def commit_integers(A, B, known, reply, value, strategy):
    """Solve the games with integer payoffs A, B (G, m, n), magnitudes at most 2^24; every other array leads with G.

    `known` is UNSETTLED where the numbers grow too large. `value` is the quotient of two integers, rounded once, and so
    are the entries of `strategy` (G, m).
    """
    games, m, n = A.shape
    T = np.empty((n + 1, m), np.int64)
    basic = np.empty(n, np.int64)
    nonbasic = np.empty(m, np.int64)
    for g in range(games):
        known[g] = UNSETTLED
        best = 0
        best_scale = 0
        for b in range(n):
            outcome, start, scale = bound_reply_integers(A[g], B[g], b, best, best_scale, T, basic, nonbasic)
            if outcome == STALLED:
                known[g] = UNSETTLED
                break
            if outcome == OPTIMAL:
                best = T[n, start]
                best_scale = scale
                known[g] = NONDEGENERATE
                reply[g] = b
                value[g] = best / scale
                for a in range(m):
                    strategy[g, a] = 0.0
                for i in range(n):
                    if T[i, start] == 0:
                        known[g] = PROVED
                    if basic[i] < m:
                        strategy[g, basic[i]] = T[i, start] / scale
