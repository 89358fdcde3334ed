"""Kernels: strong commitment of one small game by a condensed dual simplex, one program a reply.

Payoffs come in normal units, transposed so that the leader's actions run contiguously: C[b, a] in [0, 1] and
F[b, a] with |F[b, a] - F[b', a]| <= 1. For a reply b the dictionary of

    max { x'C_b : x in the simplex, x'(F_b - F_b') >= 0 for all b' }

has n rows (the slack of every other reply and, in row b, the action all mass starts on) and m columns (the other
actions and, in the column of the starting action, the constant), with the objective in row n:

    basic_i = T[i, k] + sum_{j != k} T[i, j] nonbasic_j,   k the starting action, the leader's best against b.

That start is dual feasible, so the objective is an upper bound all the time and falls with every pivot: a reply is
given up as soon as it falls below what another reply already reaches. Most replies cost no pivot.
"""

from __future__ import annotations

import numpy as np

from games.kernel import kernel

OPTIMAL, BOUNDED, UNINDUCIBLE, STALLED = 0, 1, 2, 3

# Decisions of the floating-point pivots in normal units; the filter afterwards proves or rejects their outcome, so
# these only decide how often it has to reject.
PIVOT = 1e-9
INFEASIBLE = 1e-12
MARGIN = 1e-9


@kernel(forceinline=True)
def bound_reply(C, F, b, limit, T, basic, nonbasic, multipliers):
    """Dual simplex for reply b until optimal, or until its bound falls below `limit`: (outcome, bound, start).

    Leaves the dictionary (its constants only, where no pivot was needed) in T, its variables in `basic` (n,) and
    `nonbasic` (m,) (actions 0..m-1, slack of reply b' as m + b'), and in multipliers[b] the multipliers of the bound.
    An uninducible reply's multipliers are moved along its Farkas ray until they bound it below `limit`.
    """
    n, m = C.shape
    start = 0
    for a in range(1, m):
        if C[b, a] > C[b, start]:
            start = a
    feasible = True
    for other in range(n):
        constant = F[b, start] - F[other, start]
        feasible = feasible and constant >= 0.0
        T[other, start] = constant
        basic[other] = m + other
        multipliers[b, other] = 0.0
    for a in range(m):
        nonbasic[a] = a
    T[b, start] = 1.0
    T[n, start] = C[b, start]
    basic[b] = start
    nonbasic[start] = -1
    if feasible:  # the best action against b already induces b: no dictionary is needed
        return OPTIMAL, C[b, start], start
    for other in range(n):
        constant = T[other, start]
        for a in range(m):
            T[other, a] = (F[b, a] - F[other, a]) - constant
        T[other, start] = constant
    for a in range(m):
        T[b, a] = -1.0
        T[n, a] = C[b, a] - C[b, start]
    T[b, start] = 1.0
    T[n, start] = C[b, start]
    outcome = STALLED
    leaving = -1
    for _ in range(20 * (m + n) + 50):
        if T[n, start] < limit - MARGIN:
            outcome = BOUNDED
            break
        leaving = -1
        lowest = -INFEASIBLE
        for i in range(n):
            if T[i, start] < lowest:
                lowest = T[i, start]
                leaving = i
        if leaving < 0:
            outcome = OPTIMAL
            break
        entering = -1
        ratio = np.inf
        for j in range(m):
            pivot = T[leaving, j]
            if pivot > PIVOT and j != start:
                candidate = -T[n, j] / pivot
                if candidate < ratio or (candidate == ratio and pivot > T[leaving, entering]):
                    ratio = candidate
                    entering = j
        if entering < 0:
            outcome = UNINDUCIBLE
            break
        exchange(T, leaving, entering)
        basic[leaving], nonbasic[entering] = nonbasic[entering], basic[leaving]
    for j in range(m):
        if nonbasic[j] >= m:
            multipliers[b, nonbasic[j] - m] = max(-T[n, j], 0.0)
    if outcome == UNINDUCIBLE:
        steps = (T[n, start] - limit + 1.0) / -T[leaving, start]
        for j in range(m):
            if nonbasic[j] >= m:
                multipliers[b, nonbasic[j] - m] += steps * max(-T[leaving, j], 0.0)
        if basic[leaving] >= m:
            multipliers[b, basic[leaving] - m] += steps
    return outcome, T[n, start], start


@kernel(forceinline=True)
def exchange(T, row, column):
    """Pivot: the basic variable of `row` and the nonbasic one of `column` change places."""
    scale = 1.0 / T[row, column]
    width = T.shape[1]
    for j in range(width):
        T[row, j] *= -scale
    T[row, column] = scale
    for i in range(T.shape[0]):
        if i != row:
            factor = T[i, column]
            T[i, column] = 0.0
            for j in range(width):
                T[i, j] += factor * T[row, j]
