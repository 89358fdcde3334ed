r"""Inner loops of the coupled Riccati equations: their right-hand side, and an explicit Runge-Kutta pair of order 8.

The affine game in n states is the homogeneous game in (x, 1): with Pbar = [[P, p], [p', 2r]], a last row and column of
costs m and a drift b, the three equations of `solvers.riccati.hamiltonian` are one Riccati equation, but for what
exploration adds to r, a scalar equation of its own. Backward in time, s = T - t,

  dPbar_k/ds = Hbar_k,xx + W'Z_k + Z_k'W + sum_j lam_ij Pbar_kj - beta Pbar_k,   Z_k = H_k,ax + H_k,aa W / 2,

with a = (u, v) and actions W x. The symmetric Pbar are packed in the state by rows of their lower triangles.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from games.kernel import kernel

FAST = {"contract", "reassoc", "nsz"}
"""Fused and reordered sums; NaN and infinities keep their meaning."""

CONDITIONS = ("", "H_F,vv", "Hhat_uu", "H_L,uu", "stage equations")
"""What the code of a failed right-hand side means: the matrix that is not positive definite (or, last, singular)."""

FULL, DONE, COLLAPSED, SPENT = range(4)
"""How an integration stopped: no room for knots, at its end, at a step too small to move, at its limit of steps."""


class Equations(NamedTuple):
    """A game as the kernel reads it: b states (x, or x and 1), a = ku + kv actions, c = b + a, d channels."""

    wide: np.ndarray  # (m, b, c (1 + d)) drift and noise matrices side by side
    noise: np.ndarray  # (m, d b, c) noise matrices below each other
    M: np.ndarray  # (2, m, c, c) costs
    generator: np.ndarray  # (m, m)
    scalars: np.ndarray  # beta, tau_L, tau_F
    slots: np.ndarray  # (2,) where a player's P stands among those that move, -1 where it stays zero
    switches: np.ndarray  # nobody leads, the follower sees actions; ku, kv, d, states without the constant


@kernel(fastmath=FAST, forceinline=True)
def _factor(matrix, size):
    """Cholesky's lower factor in place of the lower triangle; False where the matrix is not positive definite."""
    for j in range(size):
        pivot = matrix[j, j]
        for q in range(j):
            pivot -= matrix[j, q] * matrix[j, q]
        if not pivot > 0.0:
            return False
        root = math.sqrt(pivot)
        matrix[j, j] = root
        for i in range(j + 1, size):
            entry = matrix[i, j]
            for q in range(j):
                entry -= matrix[i, q] * matrix[j, q]
            matrix[i, j] = entry / root
    return True


@kernel(fastmath=FAST, forceinline=True)
def _substitute(factor, right, size, columns):
    """Solve (L L') X = R in place of R."""
    for i in range(size):
        for q in range(i):
            weight = factor[i, q]
            for j in range(columns):
                right[i, j] -= weight * right[q, j]
        weight = 1.0 / factor[i, i]
        for j in range(columns):
            right[i, j] *= weight
    for i in range(size - 1, -1, -1):
        for q in range(i + 1, size):
            weight = factor[q, i]
            for j in range(columns):
                right[i, j] -= weight * right[q, j]
        weight = 1.0 / factor[i, i]
        for j in range(columns):
            right[i, j] *= weight


@kernel(fastmath=FAST, forceinline=True)
def _eliminate(matrix, right, size, columns):
    """Solve A X = R in place of R by elimination with row exchanges; False where A is singular."""
    for k in range(size):
        best = k
        for i in range(k + 1, size):
            if abs(matrix[i, k]) > abs(matrix[best, k]):
                best = i
        if not abs(matrix[best, k]) > 0.0:
            return False
        if best != k:
            for j in range(size):
                matrix[k, j], matrix[best, j] = matrix[best, j], matrix[k, j]
            for j in range(columns):
                right[k, j], right[best, j] = right[best, j], right[k, j]
        for i in range(k + 1, size):
            weight = matrix[i, k] / matrix[k, k]
            for j in range(k + 1, size):
                matrix[i, j] -= weight * matrix[k, j]
            for j in range(columns):
                right[i, j] -= weight * right[k, j]
    for i in range(size - 1, -1, -1):
        for q in range(i + 1, size):
            weight = matrix[i, q]
            for j in range(columns):
                right[i, j] -= weight * right[q, j]
        for j in range(columns):
            right[i, j] /= matrix[i, i]
    return True


@kernel(fastmath=FAST, forceinline=True)
def _log_det(factor, size):
    found = 0.0
    for i in range(size):
        found += 2.0 * math.log(factor[i, i])
    return found


@kernel(fastmath=FAST)
def _hamiltonian(equations, i, P, moved, H, b, c, d, n):
    """H (c, c) of one player from his P (b, b) in regime i; `moved` (b, c (1 + d)) is room for P [A ... J_1 ...]."""
    wide, noise = equations.wide[i], equations.noise[i]
    columns = c * (1 + d)
    for row in range(b):
        target = moved[row]
        for j in range(columns):
            target[j] = 0.0
        q = 0
        while q + 3 < n:  # the constant state has no dynamics: its row of `wide` is zero
            w0, w1, w2, w3 = P[row, q], P[row, q + 1], P[row, q + 2], P[row, q + 3]
            for j in range(columns):
                target[j] += w0 * wide[q, j] + w1 * wide[q + 1, j] + w2 * wide[q + 2, j] + w3 * wide[q + 3, j]
            q += 4
        while q < n:
            w0 = P[row, q]
            for j in range(columns):
                target[j] += w0 * wide[q, j]
            q += 1
    for row in range(c):
        target = H[row]
        for channel in range(d):
            start = c * (1 + channel)
            q = 0
            while q + 1 < n:
                w0, w1 = noise[channel * b + q, row], noise[channel * b + q + 1, row]
                for j in range(row, c):
                    target[j] += w0 * moved[q, start + j] + w1 * moved[q + 1, start + j]
                q += 2
            while q < n:
                w0 = noise[channel * b + q, row]
                for j in range(row, c):
                    target[j] += w0 * moved[q, start + j]
                q += 1
    for row in range(b):
        for j in range(b):
            H[min(row, j), max(row, j)] += moved[row, j]
        H[row, row] += moved[row, row]
        for j in range(b, c):
            H[row, j] += moved[row, j]
    for row in range(c):
        for j in range(row):
            H[row, j] = H[j, row]


@kernel(fastmath=FAST)
def backward_rates(equations, state, rate, P, moved, H, small, W, Z):
    """d/ds of the packed state, into `rate`; (code, regime) of the condition that fails, (0, 0) where none does.

    Room: P (b, b), moved (b, c (1 + d)), H (2, c, c), small (5, a, c), W (a, b), Z (a, b).
    """
    beta, leader_tau, follower_tau = equations.scalars[0], equations.scalars[1], equations.scalars[2]
    nash, sees_action = equations.switches[0] == 1, equations.switches[1] == 1
    ku, kv, d, n = equations.switches[2], equations.switches[3], equations.switches[4], equations.switches[5]
    m, c = equations.generator.shape[0], equations.M.shape[-1]
    a = ku + kv
    b = c - a
    packed = b * (b + 1) // 2
    scalars = len(state) - 2 * m  # where the scalar equations stand: all P come first
    own, reduced, seen, answer, cross = small[0], small[1], small[2], small[3], small[4]
    for i in range(m):
        for k in range(2):
            for row in range(c):
                for j in range(c):
                    H[k, row, j] = equations.M[k, i, row, j]
            if equations.slots[k] >= 0:
                at = (equations.slots[k] * m + i) * packed
                for row in range(b):
                    for j in range(row + 1):
                        P[row, j] = state[at]
                        P[j, row] = state[at]
                        at += 1
                _hamiltonian(equations, i, P, moved, H[k], b, c, d, n)
        leader, follower = H[0], H[1]
        # own: the factor of H_F,vv
        for row in range(kv):
            for j in range(kv):
                own[row, j] = follower[b + ku + row, b + ku + j]
        if not _factor(own, kv):
            return 1, i
        if nash:
            for row in range(a):
                of = leader if row < ku else follower
                for j in range(a):
                    reduced[row, j] = of[b + row, b + j]
                for j in range(b):
                    W[row, j] = -of[b + row, j]
            if not _eliminate(reduced, W, a, b):
                return 4, i
        else:
            # answer = [T K], the follower's reply to (u, x)
            for row in range(kv):
                for j in range(ku):
                    answer[row, j] = -follower[b + ku + row, b + j]
                for j in range(b):
                    answer[row, ku + j] = -follower[b + ku + row, j]
            _substitute(own, answer, kv, ku + b)
            # seen = H_L,a(u, x) + H_L,av [T K], then reduced = its rows u + T' its rows v = Hhat_u(u, x)
            for row in range(a):
                for j in range(ku):
                    seen[row, j] = leader[b + row, b + j]
                for j in range(b):
                    seen[row, ku + j] = leader[b + row, j]
                for q in range(kv):
                    weight = leader[b + row, b + ku + q]
                    for j in range(ku + b):
                        seen[row, j] += weight * answer[q, j]
            for row in range(ku):
                for j in range(ku + b):
                    reduced[row, j] = seen[row, j]
                for q in range(kv):
                    weight = answer[q, row]
                    for j in range(ku + b):
                        reduced[row, j] += weight * seen[ku + q, j]
                for j in range(b):
                    W[row, j] = -reduced[row, ku + j]
            if not _factor(reduced, ku):
                return 2, i
            _substitute(reduced, W, ku, b)
            for row in range(kv):
                for j in range(b):
                    W[ku + row, j] = answer[row, ku + j]
                for q in range(ku):
                    weight = answer[row, q]
                    for j in range(b):
                        W[ku + row, j] += weight * W[q, j]
        if nash or (not sees_action and leader_tau > 0.0):
            for row in range(ku):
                for j in range(ku):
                    reduced[row, j] = leader[b + row, b + j]
            if not _factor(reduced, ku):
                return 3, i
        for k in range(2):
            at = scalars + k * m + i
            excess = _exploration(
                k, leader, follower, own, reduced, answer, cross, b, ku, kv, leader_tau, follower_tau, sees_action
            )
            rate[at] = excess - beta * state[at]
            for j in range(m):
                rate[at] += equations.generator[i, j] * state[scalars + k * m + j]
            if equations.slots[k] < 0:
                continue
            of = H[k]
            for row in range(a):
                for j in range(b):
                    Z[row, j] = of[b + row, j]
                for q in range(a):
                    weight = 0.5 * of[b + row, b + q]
                    for j in range(b):
                        Z[row, j] += weight * W[q, j]
            for row in range(b):
                for j in range(b):
                    P[row, j] = 0.0
                for q in range(a):
                    weight = W[q, row]
                    for j in range(b):
                        P[row, j] += weight * Z[q, j]
            start = equations.slots[k] * m * packed
            at = start + i * packed
            for row in range(b):
                for j in range(row + 1):
                    rate[at] = of[row, j] + P[row, j] + P[j, row] - beta * state[at]
                    at += 1
            at = start + i * packed
            for j in range(m):
                weight = equations.generator[i, j]
                if weight != 0.0:
                    other = start + j * packed
                    for q in range(packed):
                        rate[at + q] += weight * state[other + q]
    return 0, 0


@kernel(fastmath=FAST)
def _exploration(k, leader, follower, own, law, answer, room, b, ku, kv, leader_tau, follower_tau, sees_action):
    """tr(H_k S)/2 - tau_k Ent_k: `own` is the factor of H_F,vv, `law` that of the matrix of the leader's law.

    A player's own trace is tau k / 2, which with the entropy leaves (log det H - k log(2 pi tau)) tau / 2.
    """
    found = 0.0
    if k == 0:
        if leader_tau > 0.0:
            found += 0.5 * leader_tau * (_log_det(law, ku) - ku * math.log(2.0 * math.pi * leader_tau))
        if follower_tau > 0.0:
            for row in range(kv):
                for j in range(kv):
                    room[row, j] = leader[b + ku + row, b + ku + j]
            _substitute(own, room, kv, kv)
            for row in range(kv):
                found += 0.5 * follower_tau * room[row, row]
        return found
    if follower_tau > 0.0:
        found += 0.5 * follower_tau * (_log_det(own, kv) - kv * math.log(2.0 * math.pi * follower_tau))
    if leader_tau > 0.0:
        for row in range(ku):
            for j in range(ku):
                room[row, j] = follower[b + row, b + j]
                if sees_action:  # the reply moves with her noise: H_F,uu - H_F,uv H_F,vv^{-1} H_F,vu
                    for q in range(kv):
                        room[row, j] += follower[b + row, b + ku + q] * answer[q, j]
        _substitute(law, room, ku, ku)
        for row in range(ku):
            found += 0.5 * leader_tau * room[row, row]
    return found


@kernel(fastmath=FAST)
def _norms(state, norms, m, packed, b, n, moving):
    """The largest |P|, |p| and |r| of each player over all regimes, (players that move, 3) and one for the rest."""
    for k in range(moving):
        norms[k, 0] = norms[k, 1] = norms[k, 2] = 0.0
        at = k * m * packed
        for _ in range(m):
            for row in range(b):
                for j in range(row + 1):
                    kind = 0 if row < n else 1 if j < n else 2
                    size = abs(state[at])
                    if not size <= norms[k, kind]:  # NaN is the largest
                        norms[k, kind] = size
                    at += 1
    norms[moving, 0] = norms[moving, 1] = norms[moving, 2] = 0.0
    for at in range(moving * m * packed, len(state)):
        size = abs(state[at])
        if not size <= norms[moving, 2]:
            norms[moving, 2] = size


@kernel(fastmath=FAST)
def step(equations, A, B, y, h, K, stage, target, P, moved, H, small, W, Z):
    """One step of size h from y to `target`; K[0] must be the rate at y. (code, regime) as `backward_rates`."""
    for s in range(1, 12):
        for at in range(len(y)):
            stage[at] = y[at]
        for j in range(s):
            weight = h * A[s, j]
            if weight != 0.0:
                for at in range(len(y)):
                    stage[at] += weight * K[j, at]
        code, regime = backward_rates(equations, stage, K[s], P, moved, H, small, W, Z)
        if code != 0:
            return code, regime
    for at in range(len(y)):
        target[at] = y[at]
    for j in range(12):
        weight = h * B[j]
        if weight != 0.0:
            for at in range(len(y)):
                target[at] += weight * K[j, at]
    return 0, 0


@kernel(fastmath=FAST)
def integrate(equations, tableau, end, tolerance, least, limit, times, knots, rates, scales, progress, flags):
    """Steps from the last knot towards s = `end`, each with an error below `tolerance` times the largest values so far.

    tableau (15, 12): rows 0 to 11 the stages, row 12 the weights, rows 13 and 14 the errors of order 5 and 3.
    times (room,), knots and rates (room, size), scales (blocks, 3) the largest |P|, |p|, |r| so far; progress = [next
    step size], flags = [knots, steps tried, code, regime]. Returns how it stopped.
    """
    m, c = equations.generator.shape[0], equations.M.shape[-1]
    ku, kv, d, n = equations.switches[2], equations.switches[3], equations.switches[4], equations.switches[5]
    a = ku + kv
    b = c - a
    packed = b * (b + 1) // 2
    size = knots.shape[1]
    moving = (size - 2 * m) // (m * packed)
    P, moved, H = np.empty((b, b)), np.empty((b, c * (1 + d))), np.empty((2, c, c))
    small, W, Z = np.empty((5, a, c)), np.empty((a, b)), np.empty((a, b))
    K, stage, target = np.empty((12, size)), np.empty(size), np.empty(size)
    norms, fifth, third = np.empty((moving + 1, 3)), np.empty((moving + 1, 3)), np.empty((moving + 1, 3))
    A, B, E5, E3 = tableau[:12], tableau[12], tableau[13], tableau[14]
    last = flags[0] - 1
    if flags[1] == 0:
        flags[2], flags[3] = backward_rates(equations, knots[0], rates[0], P, moved, H, small, W, Z)
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
        code, regime = step(equations, A, B, y, h, K, stage, target, P, moved, H, small, W, Z)
        if code == 0:
            code, regime = backward_rates(equations, target, rates[last + 1], P, moved, H, small, W, Z)
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
        for at in range(size):
            stage[at] = 0.0
        for j in range(12):
            weight = h * E5[j]
            if weight != 0.0:
                for at in range(size):
                    stage[at] += weight * K[j, at]
        _norms(stage, fifth, m, packed, b, n, moving)
        for at in range(size):
            stage[at] = 0.0
        for j in range(12):
            weight = h * E3[j]
            if weight != 0.0:
                for at in range(size):
                    stage[at] += weight * K[j, at]
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
            progress[0] = h * max(0.2, 0.9 * error**-0.125) if error < np.inf else 0.1 * h
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
    c = equations.M.shape[-1]
    ku, kv, d = equations.switches[2], equations.switches[3], equations.switches[4]
    a = ku + kv
    b = c - a
    size = knots.shape[1]
    P, moved, H = np.empty((b, b)), np.empty((b, c * (1 + d))), np.empty((2, c, c))
    small, W, Z = np.empty((5, a, c)), np.empty((a, b)), np.empty((a, b))
    K, stage = np.empty((12, size)), np.empty(size)
    A, B = tableau[:12], tableau[12]
    for point in range(len(starts)):
        y = knots[starts[point]]
        K[0] = rates[starts[point]]
        code, _ = step(equations, A, B, y, lengths[point], K, stage, found[point], P, moved, H, small, W, Z)
        if code != 0:
            return False
    return True


@kernel(fastmath=FAST)
def rates_of(equations, states, found):
    """The backward rates of each state, into `found` (points, size); False where a condition fails."""
    c, d = equations.M.shape[-1], equations.switches[4]
    a = equations.switches[2] + equations.switches[3]
    b = c - a
    P, moved, H = np.empty((b, b)), np.empty((b, c * (1 + d))), np.empty((2, c, c))
    small, W, Z = np.empty((5, a, c)), np.empty((a, b)), np.empty((a, b))
    for point in range(len(states)):
        code, _ = backward_rates(equations, states[point], found[point], P, moved, H, small, W, Z)
        if code != 0:
            return False
    return True
