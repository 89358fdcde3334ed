r"""Inner loops of the coupled Riccati equations: their right-hand side.

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

DENSE = 14
"""States up to which multiplying with the packed matrix is faster than with the factors it is made of."""


class Equations(NamedTuple):
    """A game as the kernel reads it: b states (x, or x and 1), a = ku + kv actions, c = b + a, d channels.

    Symmetric matrices are packed by rows of their lower triangles; z = (x, 1, u, v), so that the packed H begins with
    its block of the states. H - M is linear in P: small games have that map as a matrix, `operator`, which long loops
    multiply fast; it has no rows for games of more than `DENSE` states.
    """

    wide: np.ndarray  # (m, b, c (1 + d)) drift and noise matrices side by side
    noise: np.ndarray  # (m, d b, c) noise matrices below each other
    operator: np.ndarray  # (m, b (b + 1) / 2 or 0, c (c + 1) / 2)
    M: np.ndarray  # (2, m, c (c + 1) / 2) costs, packed
    generator: np.ndarray  # (m, m)
    scalars: np.ndarray  # beta, tau_L, tau_F
    slots: np.ndarray  # (2,) where a player's P stands among those that move, -1 where it stays zero
    orientations: np.ndarray  # (m,) of Nash's stage equations at the horizon: the sign of their determinant
    switches: np.ndarray  # nobody leads, the follower sees actions; ku, kv, d, states without the constant


@kernel(fastmath=FAST, forceinline=True)
def _set_product(target, base, row, weights, above, left, down, right, scale, matrix, skip, first, last, columns):
    """target[row] = base[row] + scale * sum of w_q matrix[skip + q] over first <= q < last, as far as `columns`.

    w_q = weights[above + q down, left + q right], a row or a column. Whole arrays are handed over and indexed, since
    slices of them are objects that are counted; four rows at a time, zero times the last where there are no more.
    """
    end = max(last - 1, 0)
    for start in range(first, max(last, first + 1), 4):
        q0, q1, q2, q3 = min(start, end), min(start + 1, end), min(start + 2, end), min(start + 3, end)
        w0 = scale * weights[above + q0 * down, left + q0 * right] if start < last else 0.0
        w1 = scale * weights[above + q1 * down, left + q1 * right] if start + 1 < last else 0.0
        w2 = scale * weights[above + q2 * down, left + q2 * right] if start + 2 < last else 0.0
        w3 = scale * weights[above + q3 * down, left + q3 * right] if start + 3 < last else 0.0
        r0, r1, r2, r3 = skip + q0, skip + q1, skip + q2, skip + q3
        if start == first:
            for j in range(columns):
                target[row, j] = (
                    base[row, j] + w0 * matrix[r0, j] + w1 * matrix[r1, j] + w2 * matrix[r2, j] + w3 * matrix[r3, j]
                )
        else:
            for j in range(columns):
                target[row, j] += w0 * matrix[r0, j] + w1 * matrix[r1, j] + w2 * matrix[r2, j] + w3 * matrix[r3, j]


@kernel(fastmath=FAST, forceinline=True)
def _set_symmetric(target, row, W, Z, first, last, columns):
    """target[row] = (W'Z + Z'W)[row] over the rows first <= q < last of W and Z, four at a time."""
    end = max(last - 1, 0)
    for start in range(first, max(last, first + 1), 4):
        q0, q1, q2, q3 = min(start, end), min(start + 1, end), min(start + 2, end), min(start + 3, end)
        w0, z0 = (W[q0, row], Z[q0, row]) if start < last else (0.0, 0.0)
        w1, z1 = (W[q1, row], Z[q1, row]) if start + 1 < last else (0.0, 0.0)
        w2, z2 = (W[q2, row], Z[q2, row]) if start + 2 < last else (0.0, 0.0)
        w3, z3 = (W[q3, row], Z[q3, row]) if start + 3 < last else (0.0, 0.0)
        if start == first:
            for j in range(columns):
                target[row, j] = 0.0
        for j in range(columns):
            near = w0 * Z[q0, j] + z0 * W[q0, j] + w1 * Z[q1, j] + z1 * W[q1, j]
            target[row, j] += near + w2 * Z[q2, j] + z2 * W[q2, j] + w3 * Z[q3, j] + z3 * W[q3, j]


@kernel(fastmath=FAST, forceinline=True)
def _factor(matrix, size):
    """Cholesky's lower factor in place, its diagonal as reciprocals; False where it is not positive definite."""
    for j in range(size):
        pivot = matrix[j, j]
        for q in range(j):
            pivot -= matrix[j, q] * matrix[j, q]
        if not pivot > 0.0:
            return False
        inverse = 1.0 / math.sqrt(pivot)
        matrix[j, j] = inverse
        for i in range(j + 1, size):
            entry = matrix[i, j]
            for q in range(j):
                entry -= matrix[i, q] * matrix[j, q]
            matrix[i, j] = entry * inverse
    return True


@kernel(fastmath=FAST, forceinline=True)
def _substitute(factor, right, size, columns):
    """Solve (L L') X = R in place of R."""
    for i in range(size):
        for q in range(i):
            weight = factor[i, q]
            for j in range(columns):
                right[i, j] -= weight * right[q, j]
        weight = factor[i, i]
        for j in range(columns):
            right[i, j] *= weight
    for i in range(size - 1, -1, -1):
        for q in range(i + 1, size):
            weight = factor[q, i]
            for j in range(columns):
                right[i, j] -= weight * right[q, j]
        weight = factor[i, i]
        for j in range(columns):
            right[i, j] *= weight


@kernel(fastmath=FAST, forceinline=True)
def _eliminate(matrix, right, size, columns):
    """Solve A X = R in place of R by elimination with row exchanges; the sign of det A, 0 where A is singular."""
    sign = 1
    for k in range(size):
        best = k
        for i in range(k + 1, size):
            if abs(matrix[i, k]) > abs(matrix[best, k]):
                best = i
        if not abs(matrix[best, k]) > 0.0:
            return 0
        if matrix[best, k] < 0.0:
            sign = -sign
        if best != k:
            sign = -sign
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
    return sign


@kernel(fastmath=FAST, forceinline=True)
def _log_det(factor, size):
    found = 0.0
    for i in range(size):
        found -= 2.0 * math.log(factor[i, i])
    return found


@kernel(fastmath=FAST)
def fill_operator(equations):
    """What H - M is for every packed unit matrix P: e_q e_j' + e_j e_q', or e_q e_q'."""
    wide, noise, operator = equations.wide, equations.noise, equations.operator
    d = equations.switches[4]
    m, b = wide.shape[0], wide.shape[1]
    c = wide.shape[2] // (1 + d)
    for i in range(m):
        unit = 0
        for q in range(b):
            for j in range(q + 1):
                image = operator[i, unit]
                unit += 1
                for channel in range(d):
                    first, second = noise[i, channel * b + q], noise[i, channel * b + j]
                    at = 0
                    for row in range(c):
                        for column in range(row + 1):
                            image[at] += first[row] * second[column]
                            if q != j:
                                image[at] += second[row] * first[column]
                            at += 1
                # P [A B E] has the row j of the drift in its row q, and the other way round; both sides are added.
                for column in range(c):
                    image[_packed(q, column)] += wide[i, j, column] * (2.0 if q == column else 1.0)
                    if q != j:
                        image[_packed(j, column)] += wide[i, q, column] * (2.0 if j == column else 1.0)


@kernel(forceinline=True)
def _packed(row, column):
    high, low = max(row, column), min(row, column)
    return high * (high + 1) // 2 + low


@kernel(fastmath=FAST)
def _hamiltonian_dense(equations, i, state, at, k, H):
    """The packed H of player k in regime i from his packed P, which starts at `at` in the state."""
    operator, M = equations.operator[i], equations.M[k, i]
    inputs, outputs = operator.shape
    for j in range(outputs):
        H[j] = M[j]
    q = 0
    while q + 4 < inputs:
        w0, w1, w2, w3, w4 = state[at + q], state[at + q + 1], state[at + q + 2], state[at + q + 3], state[at + q + 4]
        row0, row1, row2, row3, row4 = operator[q], operator[q + 1], operator[q + 2], operator[q + 3], operator[q + 4]
        for j in range(outputs):
            H[j] += w0 * row0[j] + w1 * row1[j] + w2 * row2[j] + w3 * row3[j] + w4 * row4[j]
        q += 5
    while q < inputs:
        weight, row0 = state[at + q], operator[q]
        for j in range(outputs):
            H[j] += weight * row0[j]
        q += 1


@kernel(fastmath=FAST)
def _hamiltonian_factored(equations, i, state, at, k, H, P, moved):
    """The same from drift and noise; `moved` (b, c (1 + d)) is room for P [A ... J_1 ...]."""
    wide, noise, M = equations.wide[i], equations.noise[i], equations.M[k, i]
    d, n = equations.switches[4], equations.switches[5]
    b, columns = wide.shape
    c = columns // (1 + d)
    for row in range(b):
        for j in range(row + 1):
            P[row, j] = state[at]
            P[j, row] = state[at]
            at += 1
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
    start = 0
    for row in range(c):
        target = H[start : start + row + 1]
        for j in range(row + 1):
            target[j] = M[start + j]
        for channel in range(d):
            onto = c * (1 + channel)
            q = 0
            while q + 3 < n:
                at = channel * b + q
                w0, w1, w2, w3 = noise[at, row], noise[at + 1, row], noise[at + 2, row], noise[at + 3, row]
                x0, x1, x2, x3 = moved[q, onto:], moved[q + 1, onto:], moved[q + 2, onto:], moved[q + 3, onto:]
                for j in range(row + 1):
                    target[j] += w0 * x0[j] + w1 * x1[j] + w2 * x2[j] + w3 * x3[j]
                q += 4
            while q < n:
                w0 = noise[channel * b + q, row]
                for j in range(row + 1):
                    target[j] += w0 * moved[q, onto + j]
                q += 1
        start += row + 1
    for row in range(b):
        for column in range(c):
            H[_packed(row, column)] += moved[row, column] * (2.0 if row == column else 1.0)


@kernel(fastmath=FAST)
def backward_rates(equations, state, rate, P, moved, H, rows, small, W, Z, U):
    """d/ds of the packed state, into `rate`; (code, regime) of the condition that fails, (0, 0) where none does.

    Room, from `room`: P (b, b), moved (b, c (1 + d)), H (2, c (c + 1) / 2), rows (2, m, a, c), small (5, a, c), W and Z
    (a, b), U (b, b), all but the first three with columns to spare.
    """
    beta, leader_tau, follower_tau = equations.scalars[0], equations.scalars[1], equations.scalars[2]
    nash, sees_action = equations.switches[0] == 1, equations.switches[1] == 1
    ku, kv = equations.switches[2], equations.switches[3]
    m, b = equations.wide.shape[0], equations.wide.shape[1]
    a = ku + kv
    # A player who has no values plays zero: only the actions from `first` to `last` move.
    first, last = 0 if equations.slots[0] >= 0 else ku, a if equations.slots[1] >= 0 else ku
    packed = b * (b + 1) // 2
    scalars = len(state) - 2 * m  # where the scalar equations stand: all P come first
    own, reduced, seen, answer, cross = small[0], small[1], small[2], small[3], small[4]
    # Rows are worked on as far as whole vectors of the machine go; what stands beyond their own columns is not used.
    of_x, of_xu = whole(b), whole(b + ku)
    for i in range(m):
        for k in range(2):
            if equations.slots[k] >= 0:
                at = (equations.slots[k] * m + i) * packed
                if equations.operator.shape[1] > 0:
                    _hamiltonian_dense(equations, i, state, at, k, H[k])
                else:
                    _hamiltonian_factored(equations, i, state, at, k, H[k], P, moved)
                _unpack_rows(H[k], rows[k, i], a, b)
        leader, follower = rows[0, i], rows[1, i]  # (a, c) each
        # own: the factor of H_F,vv
        for row in range(kv):
            for j in range(kv):
                own[row, j] = follower[ku + row, b + ku + j]
        if not _factor(own, kv):
            return 1, i
        if nash:
            for row in range(a):
                of = leader if row < ku else follower
                for j in range(a):
                    reduced[row, j] = of[row, b + j]
                for j in range(of_x):
                    W[row, j] = -of[row, j]
            # Between regular stage equations of different orientation lie singular ones.
            if _eliminate(reduced, W, a, of_x) != equations.orientations[i]:
                return 4, i
        else:
            # answer = [K T], the follower's reply to (x, u)
            for row in range(kv):
                for j in range(of_xu):
                    answer[row, j] = -follower[ku + row, j]
            _substitute(own, answer, kv, of_xu)
            # seen = H_L,a(x, u) + H_L,av [K T], then reduced = its rows u + T' its rows v = Hhat_u(x, u)
            if first == 0:
                for row in range(a):
                    _set_product(seen, leader, row, leader, row, b + ku, 0, 1, 1.0, answer, 0, 0, kv, of_xu)
                for row in range(ku):
                    _set_product(reduced, seen, row, answer, 0, b + row, 1, 0, 1.0, seen, ku, 0, kv, of_xu)
                    for j in range(of_x):
                        W[row, j] = -reduced[row, j]
            else:  # H_L is her own costs only
                for row in range(ku):
                    for j in range(ku):
                        reduced[row, b + j] = leader[row, b + j]
            curvature = reduced[:, b:]
            if not _factor(curvature, ku):
                return 2, i
            if first == 0:
                _substitute(curvature, W, ku, of_x)
            replies = W[ku:]
            for row in range(kv):
                _set_product(replies, answer, row, answer, row, b, 0, 1, 1.0, W, 0, first, ku, of_x)
        law = reduced[:, b:]
        if nash or (not sees_action and leader_tau > 0.0):
            for row in range(ku):
                for j in range(ku):
                    law[row, j] = leader[row, b + j]
            if not _factor(law, ku):
                return 3, i
        for k in range(2):
            at = scalars + k * m + i
            rate[at] = -beta * state[at]
            if leader_tau > 0.0 or follower_tau > 0.0:
                rate[at] += _exploration(
                    k,
                    leader,
                    follower,
                    own,
                    law,
                    answer[:, b:],
                    cross,
                    b,
                    ku,
                    kv,
                    leader_tau,
                    follower_tau,
                    sees_action,
                )
            for j in range(m):
                rate[at] += equations.generator[i, j] * state[scalars + k * m + j]
            if equations.slots[k] < 0:
                continue
            of = rows[k, i]
            for row in range(first, last):
                _set_product(Z, of, row, of, row, b, 0, 1, 0.5, W, 0, first, last, of_x)
            for row in range(b):
                _set_symmetric(U, row, W, Z, first, last, of_x)
            start = equations.slots[k] * m * packed
            at = start + i * packed
            own_share = equations.generator[i, i] - beta
            for j in range(packed):
                rate[at + j] = H[k, j] + own_share * state[at + j]
            for j in range(m):
                weight = equations.generator[i, j]
                if j != i and weight != 0.0:
                    other = start + j * packed
                    for q in range(packed):
                        rate[at + q] += weight * state[other + q]
            for row in range(b):
                for j in range(row + 1):
                    rate[at + j] += U[row, j]
                at += row + 1
    return 0, 0


@kernel(forceinline=True)
def whole(columns):
    """As many columns, or the next multiple of 16 where few are missing: loops of that length are vectors only."""
    rest = columns % 16
    return columns + 16 - rest if rest >= 6 else columns


@kernel(fastmath=FAST, forceinline=True)
def _unpack_rows(packed, rows, a, b):
    """The rows of the actions of a packed H."""
    at = b * (b + 1) // 2
    for row in range(a):
        for j in range(b + row + 1):
            rows[row, j] = packed[at + j]
        for j in range(row):
            rows[j, b + row] = packed[at + b + j]
        at += b + row + 1


@kernel
def room(equations):
    """Scratch arrays of `backward_rates`: zero, but for the rows of H of players without values."""
    d, a = equations.switches[4], equations.switches[2] + equations.switches[3]
    b = equations.wide.shape[1]
    c = b + a
    wide = max(whole(b), whole(b + equations.switches[2]), c)
    P, moved, H = np.zeros((b, b)), np.zeros((b, c * (1 + d))), np.zeros((2, c * (c + 1) // 2))
    m = len(equations.generator)
    rows, small, W, Z = np.zeros((2, m, a, wide)), np.zeros((5, a, wide)), np.zeros((a, wide)), np.zeros((a, wide))
    for k in range(2):
        if equations.slots[k] < 0:  # without values H is M, once and for all
            for i in range(m):
                _unpack_rows(equations.M[k, i], rows[k, i], a, b)
    return P, moved, H, rows, small, W, Z, np.zeros((b, wide))


@kernel(fastmath=FAST)
def _exploration(k, leader, follower, own, law, answer, room, b, ku, kv, leader_tau, follower_tau, sees_action):
    """tr(H_k S)/2 - tau_k Ent_k: `own` is the factor of H_F,vv, `law` that of the matrix of the leader's law.

    A player's own trace is tau k / 2, which with the entropy leaves (log det H - k log(2 pi tau)) tau / 2.
    """
    found = 0.0
    if k == 0:
        if leader_tau > 0.0:
            found += 0.5 * leader_tau * (_log_det(law, ku) - ku * (math.log(2.0 * math.pi) + math.log(leader_tau)))
        if follower_tau > 0.0:
            for row in range(kv):
                for j in range(kv):
                    room[row, j] = leader[ku + row, b + ku + j]
            _substitute(own, room, kv, kv)
            for row in range(kv):
                found += 0.5 * follower_tau * room[row, row]
        return found
    if follower_tau > 0.0:
        found += 0.5 * follower_tau * (_log_det(own, kv) - kv * (math.log(2.0 * math.pi) + math.log(follower_tau)))
    if leader_tau > 0.0:
        for row in range(ku):
            for j in range(ku):
                room[row, j] = follower[row, b + j]
                if sees_action:  # the reply moves with her noise: H_F,uu - H_F,uv H_F,vv^{-1} H_F,vu
                    for q in range(kv):
                        room[row, j] += follower[row, b + ku + q] * answer[q, j]
        _substitute(law, room, ku, ku)
        for row in range(ku):
            found += 0.5 * leader_tau * room[row, row]
    return found


@kernel(fastmath=FAST)
def rates_of(equations, states, found):
    """The backward rates of each state, into `found` (points, size); False where a condition fails."""
    P, moved, H, rows, small, W, Z, U = room(equations)
    for point in range(len(states)):
        code, _ = backward_rates(equations, states[point], found[point], P, moved, H, rows, small, W, Z, U)
        if code != 0:
            return False
    return True
