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
from solvers.riccati.finite_algebra import (
    FAST,
    eliminate,
    factor,
    forward,
    log_det,
    set_product,
    set_square,
    set_symmetric,
    substitute,
    whole,
)
from solvers.riccati.finite_maps import hamiltonians

CONDITIONS = ("", "H_F,vv", "Hhat_uu", "H_L,uu", "stage equations")
"""What the code of a failed right-hand side means: the matrix that is not positive definite (or, last, singular)."""

DENSE = 14
"""States up to which multiplying with the packed matrix is faster than with the factors it is made of."""


class Equations(NamedTuple):
    """A game as the kernel reads it: b states (x, or x and 1), a = ku + kv actions, c = b + a, d channels.

    Symmetric matrices are packed by rows of their lower triangles; z = (x, 1, u, v), so that the packed H begins with
    its block of the states; rows of packed H are `width` long, zero beyond their c (c + 1) / 2 entries. H - M is linear
    in P: small games have that map as a matrix, `operator`, which long loops multiply fast; it has no rows for games of
    more than `DENSE` states. A player who plays zero and has no values may have been left out: then ku or kv is 0.
    """

    wide: np.ndarray  # (m, b, c (1 + d)) drift and noise matrices side by side
    noise: np.ndarray  # (m, d b, c) noise matrices below each other
    operator: np.ndarray  # (m, b (b + 1) / 2 or 0, width)
    M: np.ndarray  # (2, m, width) costs, packed
    generator: np.ndarray  # (m, m)
    scalars: np.ndarray  # beta, tau_L, tau_F
    slots: np.ndarray  # (2,) where a player's P stands among those that move, -1 where it stays zero
    orientations: np.ndarray  # (m,) of Nash's stage equations at the horizon: the sign of their determinant
    switches: np.ndarray  # nobody leads, the follower sees actions; ku, kv, d, states without the constant


@kernel(fastmath=FAST)
def backward_rates(equations, state, rate, P, moved, H, rows, small, W, Z, U):
    """d/ds of the packed state, into `rate`; (code, regime) of the condition that fails, (0, 0) where none does.

    Room, from `room`: P (b, b), moved (b, c (1 + d)), H (2, width), rows (2, m, a, c), small (5, a, c), W and Z (a, b),
    U (b, b), all but the first three with columns to spare.
    """
    beta, leader_tau, follower_tau = equations.scalars[0], equations.scalars[1], equations.scalars[2]
    nash, sees_action = equations.switches[0] == 1, equations.switches[1] == 1
    ku, kv = equations.switches[2], equations.switches[3]
    if ku == 0 or kv == 0:
        return _rates_alone(equations, state, rate, P, moved, H, small, W, U)
    m, b = equations.wide.shape[0], equations.wide.shape[1]
    a = ku + kv
    # A player who has no values plays zero: only the actions from `first` to `last` move.
    first, last = 0 if equations.slots[0] >= 0 else ku, a if equations.slots[1] >= 0 else ku
    scalars = len(state) - 2 * m  # where the scalar equations stand: all P come first
    own, reduced, seen, answer, cross = small[0], small[1], small[2], small[3], small[4]
    # Rows are worked on as far as whole vectors of the machine go; what stands beyond their own columns is not used.
    of_x, of_xu = whole(b), whole(b + ku)
    for i in range(m):
        hamiltonians(equations, i, state, H, P, moved)
        for k in range(2):
            if equations.slots[k] >= 0:
                _unpack_rows(H[k], rows[k, i], a, b)
        leader, follower = rows[0, i], rows[1, i]  # (a, c) each
        # own: the factor of H_F,vv
        for row in range(kv):
            for j in range(kv):
                own[row, j] = follower[ku + row, b + ku + j]
        if not factor(own, kv):
            return 1, i
        if nash:
            for row in range(a):
                of = leader if row < ku else follower
                for j in range(a):
                    reduced[row, j] = of[row, b + j]
                for j in range(of_x):
                    W[row, j] = -of[row, j]
            # Between regular stage equations of different orientation lie singular ones.
            if eliminate(reduced, W, a, of_x) != equations.orientations[i]:
                return 4, i
        else:
            # answer = [K T], the follower's reply to (x, u)
            for row in range(kv):
                for j in range(of_xu):
                    answer[row, j] = -follower[ku + row, j]
            substitute(own, answer, kv, of_xu)
            # seen = H_L,a(x, u) + H_L,av [K T], then reduced = its rows u + T' its rows v = Hhat_u(x, u)
            if first == 0:
                for row in range(a):
                    set_product(seen, leader, row, leader, row, b + ku, 0, 1, 1.0, answer, 0, 0, kv, of_xu)
                for row in range(ku):
                    set_product(reduced, seen, row, answer, 0, b + row, 1, 0, 1.0, seen, ku, 0, kv, of_xu)
                    for j in range(of_x):
                        W[row, j] = -reduced[row, j]
            else:  # H_L is her own costs only
                for row in range(ku):
                    for j in range(ku):
                        reduced[row, b + j] = leader[row, b + j]
            curvature = reduced[:, b:]
            if not factor(curvature, ku):
                return 2, i
            if first == 0:
                substitute(curvature, W, ku, of_x)
            replies = W[ku:]
            for row in range(kv):
                set_product(replies, answer, row, answer, row, b, 0, 1, 1.0, W, 0, first, ku, of_x)
        law = reduced[:, b:]
        if nash or (not sees_action and leader_tau > 0.0):
            for row in range(ku):
                for j in range(ku):
                    law[row, j] = leader[row, b + j]
            if not factor(law, ku):
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
                set_product(Z, of, row, of, row, b, 0, 1, 0.5, W, 0, first, last, of_x)
            for row in range(b):
                set_symmetric(U, row, W, Z, first, last, of_x)
            _set_rate(equations, k, i, state, rate, H, U)
    return 0, 0


@kernel(fastmath=FAST, forceinline=True)
def _rates_alone(equations, state, rate, P, moved, H, small, W, U):
    """`backward_rates` where one player has all the actions: -Y'Y for Y = L^{-1} H_ax, L the factor of H_aa."""
    beta, generator = equations.scalars[0], equations.generator
    k = 0 if equations.switches[3] == 0 else 1
    tau = equations.scalars[1 + k]
    m, b = equations.wide.shape[0], equations.wide.shape[1]
    a = equations.switches[2 + k]
    scalars = len(state) - 2 * m
    own, of_x = small[0], whole(b)
    for i in range(m):
        hamiltonians(equations, i, state, H, P, moved)
        at = b * (b + 1) // 2
        for row in range(a):
            for j in range(b):
                W[row, j] = H[k, at + j]
            for j in range(row + 1):
                own[row, j] = H[k, at + b + j]
            at += b + row + 1
        if not factor(own, a):
            return (1 if k == 1 else 3 if equations.switches[0] == 1 else 2), i
        forward(own, W, a, of_x)
        for row in range(b):
            set_square(U, row, W, a, of_x)
        _set_rate(equations, k, i, state, rate, H, U)
        for of in range(2):
            at = scalars + of * m
            rate[at + i] = -beta * state[at + i]
            for j in range(m):
                rate[at + i] += generator[i, j] * state[at + j]
        if tau > 0.0:
            rate[scalars + k * m + i] += 0.5 * tau * (log_det(own, a) - a * (math.log(2.0 * math.pi) + math.log(tau)))
    return 0, 0


@kernel(fastmath=FAST, forceinline=True)
def _set_rate(equations, k, i, state, rate, H, U):
    """The rate of player k's packed P in regime i: H_xx + U + sum_j lam_ij P_j - beta P."""
    generator, beta = equations.generator, equations.scalars[0]
    m, b = equations.wide.shape[0], equations.wide.shape[1]
    packed = b * (b + 1) // 2
    start = equations.slots[k] * m * packed
    at = start + i * packed
    end = m - 1
    for first in range(0, m, 4):
        j0, j1, j2, j3 = first, min(first + 1, end), min(first + 2, end), min(first + 3, end)
        w0 = generator[i, j0] - (beta if j0 == i else 0.0)
        w1 = generator[i, j1] - (beta if j1 == i else 0.0) if first + 1 < m else 0.0
        w2 = generator[i, j2] - (beta if j2 == i else 0.0) if first + 2 < m else 0.0
        w3 = generator[i, j3] - (beta if j3 == i else 0.0) if first + 3 < m else 0.0
        s0, s1, s2, s3 = start + j0 * packed, start + j1 * packed, start + j2 * packed, start + j3 * packed
        for q in range(packed):
            near = w0 * state[s0 + q] + w1 * state[s1 + q] + w2 * state[s2 + q] + w3 * state[s3 + q]
            rate[at + q] = near + (H[k, q] if first == 0 else rate[at + q])
    for row in range(b):
        for j in range(row + 1):
            rate[at + j] += U[row, j]
        at += row + 1


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
    P, moved, H = np.zeros((b, b)), np.zeros((b, c * (1 + d))), np.zeros((2, equations.M.shape[2]))
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
            found += 0.5 * leader_tau * (log_det(law, ku) - ku * (math.log(2.0 * math.pi) + math.log(leader_tau)))
        if follower_tau > 0.0:
            for row in range(kv):
                for j in range(kv):
                    room[row, j] = leader[ku + row, b + ku + j]
            substitute(own, room, kv, kv)
            for row in range(kv):
                found += 0.5 * follower_tau * room[row, row]
        return found
    if follower_tau > 0.0:
        found += 0.5 * follower_tau * (log_det(own, kv) - kv * (math.log(2.0 * math.pi) + math.log(follower_tau)))
    if leader_tau > 0.0:
        for row in range(ku):
            for j in range(ku):
                room[row, j] = follower[row, b + j]
                if sees_action:  # the reply moves with her noise: H_F,uu - H_F,uv H_F,vv^{-1} H_F,vu
                    for q in range(kv):
                        room[row, j] += follower[row, b + ku + q] * answer[q, j]
        substitute(law, room, ku, ku)
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
