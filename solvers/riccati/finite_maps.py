"""Inner loops of the coupled Riccati equations: from P to the players' Hamiltonians, H = M + a linear map of P.

Small games have the map as a matrix, packed to packed; the cost of a right-hand side is mostly that of reading it, so
that its rows begin at whole vectors of the machine, and both players' P pass through it together.
"""

from __future__ import annotations

from games.kernel import kernel
from solvers.riccati.finite_algebra import FAST


@kernel(fastmath=FAST, forceinline=True)
def hamiltonians(equations, i, state, H, P, moved):
    """The packed H (2, width) in regime i of the players who have values; P and `moved` are room, see `_factored`."""
    leader, follower, m = equations.slots[0], equations.slots[1], len(equations.generator)
    b = equations.wide.shape[1]
    packed = b * (b + 1) // 2
    operator, M = equations.operator, equations.M
    if operator.shape[1] == 0:
        for k in range(2):
            if equations.slots[k] >= 0:
                _factored(equations, i, state, (equations.slots[k] * m + i) * packed, k, H[k], P, moved)
    elif leader >= 0 and follower >= 0:
        at, onto = (leader * m + i) * packed, (follower * m + i) * packed
        _dense_of_two(operator, M, i, state, at, onto, H)
    else:
        for k in range(2):
            if equations.slots[k] >= 0:
                _dense_of_one(operator, M, i, state, i * packed, k, H)


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
                    image[packed_place(q, column)] += wide[i, j, column] * (2.0 if q == column else 1.0)
                    if q != j:
                        image[packed_place(j, column)] += wide[i, q, column] * (2.0 if j == column else 1.0)


@kernel(forceinline=True)
def packed_place(row, column):
    high, low = max(row, column), min(row, column)
    return high * (high + 1) // 2 + low


@kernel(fastmath=FAST, forceinline=True)
def _dense_of_one(operator, M, i, state, at, k, H):
    """H[k] = M[k, i] + operator[i]' times the packed P, which starts at `at` in the state, five rows at a time."""
    inputs, outputs = operator.shape[1:]
    for j in range(outputs):
        H[k, j] = M[k, i, j]
    q = 0
    while q + 4 < inputs:
        w0, w1, w2, w3, w4 = state[at + q], state[at + q + 1], state[at + q + 2], state[at + q + 3], state[at + q + 4]
        for j in range(outputs):
            near = w0 * operator[i, q, j] + w1 * operator[i, q + 1, j] + w2 * operator[i, q + 2, j]
            H[k, j] += near + w3 * operator[i, q + 3, j] + w4 * operator[i, q + 4, j]
        q += 5
    while q < inputs:
        w0 = state[at + q]
        for j in range(outputs):
            H[k, j] += w0 * operator[i, q, j]
        q += 1


@kernel(fastmath=FAST, forceinline=True)
def _dense_of_two(operator, M, i, state, at, onto, H):
    """The same for both players at once, since reading the operator takes longer than multiplying with it."""
    inputs, outputs = operator.shape[1:]
    for j in range(outputs):
        H[0, j] = M[0, i, j]
        H[1, j] = M[1, i, j]
    q = 0
    while q + 4 < inputs:
        w0, w1, w2, w3, w4 = state[at + q], state[at + q + 1], state[at + q + 2], state[at + q + 3], state[at + q + 4]
        o = onto + q
        v0, v1, v2, v3, v4 = state[o], state[o + 1], state[o + 2], state[o + 3], state[o + 4]
        for j in range(outputs):
            x0, x1, x2 = operator[i, q, j], operator[i, q + 1, j], operator[i, q + 2, j]
            x3, x4 = operator[i, q + 3, j], operator[i, q + 4, j]
            H[0, j] += w0 * x0 + w1 * x1 + w2 * x2 + w3 * x3 + w4 * x4
            H[1, j] += v0 * x0 + v1 * x1 + v2 * x2 + v3 * x3 + v4 * x4
        q += 5
    while q < inputs:
        w0, v0 = state[at + q], state[onto + q]
        for j in range(outputs):
            H[0, j] += w0 * operator[i, q, j]
            H[1, j] += v0 * operator[i, q, j]
        q += 1


@kernel(fastmath=FAST)
def _factored(equations, i, state, at, k, H, P, moved):
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
            H[packed_place(row, column)] += moved[row, column] * (2.0 if row == column else 1.0)
