"""Inner loops of the coupled Riccati equations: steps of an explicit Runge-Kutta pair of order 8, their sizes.

The pair is that of Dormand and Prince of order 8(5,3) (Hairer, Norsett and Wanner 1993, II.5 and II.10); states and
equations are those of `solvers.riccati.finite_kernel`.
"""

from __future__ import annotations

import math

import numpy as np

from games.kernel import kernel
from solvers.riccati.finite_algebra import FAST
from solvers.riccati.finite_kernel import backward_rates, room

FULL, DONE, COLLAPSED, SPENT = range(4)
"""How an integration stopped: no room for knots, at its end, at a step too small to move, at its limit of steps."""


@kernel(fastmath=FAST, forceinline=True)
def _add_rows(target, weights, scale, matrix, first, last, columns):
    """target[:columns] += scale * sum of weights[q] matrix[q, :columns] over first <= q < last."""
    q = first
    while q + 3 < last:
        w0, w1 = scale * weights[q], scale * weights[q + 1]
        w2, w3 = scale * weights[q + 2], scale * weights[q + 3]
        x0, x1, x2, x3 = matrix[q], matrix[q + 1], matrix[q + 2], matrix[q + 3]
        for j in range(columns):
            target[j] += w0 * x0[j] + w1 * x1[j] + w2 * x2[j] + w3 * x3[j]
        q += 4
    while q < last:
        w0, x0 = scale * weights[q], matrix[q]
        for j in range(columns):
            target[j] += w0 * x0[j]
        q += 1


@kernel(fastmath=FAST)
def _norms(state, norms, m, packed, b, n, moving):
    """Roots of the sums of squares of P, p and r of each player over all regimes, and of the scalar equations' r."""
    block = n * (n + 1) // 2
    for k in range(moving):
        P, p, r = 0.0, 0.0, 0.0
        for i in range(m):
            at = (k * m + i) * packed
            for j in range(at, at + block):
                P += state[j] * state[j]
            if b > n:
                for j in range(at + block, at + packed - 1):
                    p += state[j] * state[j]
                r += state[at + packed - 1] * state[at + packed - 1]
        norms[k, 0], norms[k, 1], norms[k, 2] = math.sqrt(P), math.sqrt(p), math.sqrt(r)
    r = 0.0
    for at in range(moving * m * packed, len(state)):
        r += state[at] * state[at]
    norms[moving, 0], norms[moving, 1], norms[moving, 2] = 0.0, 0.0, math.sqrt(r)


@kernel(fastmath=FAST)
def step(equations, A, B, y, h, K, stage, target, P, moved, H, rows, small, W, Z, U):
    """One step of size h from y to `target`; K[0] must be the rate at y. (code, regime) as `backward_rates`."""
    for s in range(1, 12):
        stage[:] = y
        _add_rows(stage, A[s], h, K, 0, s, len(y))
        code, regime = backward_rates(equations, stage, K[s], P, moved, H, rows, small, W, Z, U)
        if code != 0:
            return code, regime
    target[:] = y
    _add_rows(target, B, h, K, 0, 12, len(y))
    return 0, 0


@kernel(fastmath=FAST)
def integrate(equations, tableau, end, tolerance, least, limit, times, knots, rates, scales, progress, flags):
    """Steps from the last knot towards s = `end`, each with an error below `tolerance` times the norms so far.

    tableau (15, 12): rows 0 to 11 the stages, row 12 the weights, rows 13 and 14 the errors of order 5 and 3.
    times (room,), knots and rates (room, size), scales (blocks, 3) the largest norms of P, p, r so far;
    progress = [next step size], flags = [knots, steps tried, code, regime]. Returns how it stopped.
    """
    m, b, n = equations.wide.shape[0], equations.wide.shape[1], equations.switches[5]
    packed = b * (b + 1) // 2
    size = knots.shape[1]
    moving = (size - 2 * m) // (m * packed)
    P, moved, H, rows, small, W, Z, U = room(equations)
    K, stage, target = np.empty((12, size)), np.empty(size), np.empty(size)
    norms, fifth, third = np.empty((moving + 1, 3)), np.empty((moving + 1, 3)), np.empty((moving + 1, 3))
    A, B, E5, E3 = tableau[:12], tableau[12], tableau[13], tableau[14]
    last = flags[0] - 1
    if flags[1] == 0:
        flags[2], flags[3] = backward_rates(equations, knots[0], rates[0], P, moved, H, rows, small, W, Z, U)
        if flags[2] != 0:
            return COLLAPSED
        _norms(knots[0], scales, m, packed, b, n, moving)
        _norms(rates[0], norms, m, packed, b, n, moving)
        slowest = end
        for k in range(moving + 1):
            for kind in range(3):
                if norms[k, kind] > 0.0 and scales[k, kind] > 0.0:
                    slowest = min(slowest, scales[k, kind] / norms[k, kind])
        progress[0] = min(end, max(0.1 * slowest, 1e-6 * end))
    widest = 6.0
    while times[last] < end:
        if last + 1 == len(times):
            return FULL
        if flags[1] == limit:
            return SPENT
        flags[1] += 1
        h = progress[0]
        if times[last] + 1.01 * h >= end:  # no sliver of a step at the end
            h = end - times[last]
        if h < least:
            return COLLAPSED
        y = knots[last]
        K[0] = rates[last]
        code, regime = step(equations, A, B, y, h, K, stage, target, P, moved, H, rows, small, W, Z, U)
        if code == 0:
            code, regime = backward_rates(equations, target, rates[last + 1], P, moved, H, rows, small, W, Z, U)
        if code != 0:
            flags[2], flags[3] = code, regime
            progress[0] = 0.25 * h
            widest = 1.0
            continue
        _norms(target, norms, m, packed, b, n, moving)
        largest = 0.0
        for k in range(moving + 1):
            for kind in range(3):
                norms[k, kind] = max(norms[k, kind], scales[k, kind])
                if not norms[k, kind] <= largest:
                    largest = norms[k, kind]
        stage[:] = 0.0
        _add_rows(stage, E5, h, K, 0, 12, size)
        _norms(stage, fifth, m, packed, b, n, moving)
        stage[:] = 0.0
        _add_rows(stage, E3, h, K, 0, 12, size)
        _norms(stage, third, m, packed, b, n, moving)
        error = 0.0
        for k in range(moving + 1):
            for kind in range(3):
                # Values that are tiny beside the others are known to their rounding errors, not to their own digits.
                scale = max(norms[k, kind], 1e-6 * largest, 1e-300)
                five, three = fifth[k, kind] / scale, third[k, kind] / scale
                if five != five or three != three:
                    error = np.inf
                elif five > 0.0:
                    error = max(error, five * five / math.sqrt(five * five + 0.01 * three * three))
        error /= tolerance
        if not error <= 1.0 or not largest < np.inf:
            progress[0] = h * max(0.2, 0.9 * error**-0.125) if 1.0 < error < np.inf else 0.1 * h
            flags[2] = 0
            widest = 1.0
            continue
        for k in range(moving + 1):
            for kind in range(3):
                scales[k, kind] = norms[k, kind]
        progress[0] = h * min(widest, 0.9 * error**-0.125 if error > 0.0 else widest)
        widest = 6.0
        times[last + 1] = end if h == end - times[last] else times[last] + h
        knots[last + 1] = target
        last += 1
        flags[0] = last + 1
    return DONE


@kernel(fastmath=FAST)
def steps(equations, tableau, starts, lengths, knots, rates, found):
    """One step of each length from each knot with its rate, into `found` (points, size); False where one fails."""
    size = knots.shape[1]
    P, moved, H, rows, small, W, Z, U = room(equations)
    K, stage = np.empty((12, size)), np.empty(size)
    A, B = tableau[:12], tableau[12]
    for point in range(len(starts)):
        y = knots[starts[point]]
        K[0] = rates[starts[point]]
        code, _ = step(equations, A, B, y, lengths[point], K, stage, found[point], P, moved, H, rows, small, W, Z, U)
        if code != 0:
            return False
    return True
