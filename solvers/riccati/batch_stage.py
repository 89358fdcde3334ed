"""Compiled pieces of stationary solutions of many small games: the stage game of a regime, the flow, its Jacobian.

The formulas are those of `solvers.riccati.stationary_system`, written out in loops; a change of P in one regime moves
the stage game of that regime alone, so that a column of the Jacobian costs one regime's algebra.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from games.kernel import kernel


@kernel(forceinline=True)
def largest(entries: Any) -> float:
    """The largest absolute value of a row of numbers (array expressions would take seconds to compile)."""
    most = 0.0
    for entry in entries:
        if np.isnan(entry):
            return np.nan
        most = max(most, abs(entry))
    return most


@kernel(forceinline=True)
def copy(source: Any, target: Any) -> None:
    for i in range(len(source)):
        target[i] = source[i]


@kernel(forceinline=True)
def fill(target: Any, value: float) -> None:
    for i in range(len(target)):
        target[i] = value


@kernel(forceinline=True)
def cholesky(A: Any, k: int, L: Any) -> bool:
    """A = LL' for the leading k x k part; False where A is not positive definite."""
    for i in range(k):
        for j in range(i + 1):
            total = A[i, j]
            for c in range(j):
                total -= L[i, c] * L[j, c]
            if i == j:
                if not total > 0.0:
                    return False
                L[i, i] = np.sqrt(total)
            else:
                L[i, j] = total / L[j, j]
    return True


@kernel(forceinline=True)
def cholesky_solve(L: Any, k: int, X: Any, columns: int) -> None:
    """X <- -(LL')^{-1} X."""
    for c in range(columns):
        for i in range(k):
            total = X[i, c]
            for j in range(i):
                total -= L[i, j] * X[j, c]
            X[i, c] = total / L[i, i]
        for i in range(k - 1, -1, -1):
            total = X[i, c]
            for j in range(i + 1, k):
                total -= L[j, i] * X[j, c]
            X[i, c] = total / L[i, i]
        for i in range(k):
            X[i, c] = -X[i, c]


@kernel
def lu(A: Any, size: int, pivots: Any) -> bool:
    """LU with partial pivoting in place; False where A is singular or not finite."""
    for k in range(size):
        best = k
        for i in range(k + 1, size):
            if abs(A[i, k]) > abs(A[best, k]):
                best = i
        pivots[k] = best
        if not abs(A[best, k]) > 0.0 or not np.isfinite(A[best, k]):
            return False
        if best != k:
            for j in range(size):
                A[k, j], A[best, j] = A[best, j], A[k, j]
        for i in range(k + 1, size):
            ratio = A[i, k] / A[k, k]
            if ratio != 0.0:
                A[i, k] = ratio
                for j in range(k + 1, size):
                    A[i, j] -= ratio * A[k, j]
    return True


@kernel(forceinline=True)
def lu_solve(A: Any, size: int, pivots: Any, x: Any) -> None:
    """x <- A^{-1} x."""
    for k in range(size):
        other = pivots[k]
        if other != k:
            x[k], x[other] = x[other], x[k]
    for i in range(size):
        total = x[i]
        for j in range(i):
            total -= A[i, j] * x[j]
        x[i] = total
    for i in range(size - 1, -1, -1):
        total = x[i]
        for j in range(i + 1, size):
            total -= A[i, j] * x[j]
        x[i] = total / A[i, i]


@kernel(forceinline=True)
def product(A: Any, B: Any, rows: int, inner: int, columns: int, out: Any) -> None:
    """out <- A B."""
    for i in range(rows):
        for j in range(columns):
            total = 0.0
            for c in range(inner):
                total += A[i, c] * B[c, j]
            out[i, j] = total


@kernel(forceinline=True)
def hessian(M: Any, P: Any, S: Any, J: Any, H: Any) -> None:
    """H = M + [P S; 0] + [P S; 0]' + sum_l J_l'P J_l for S = [A B E], (n, N), and J (d, n, N)."""
    n, N = S.shape
    moved = np.empty((n, N))
    for a in range(N):
        for b in range(N):
            H[a, b] = (M[a, b] + M[b, a]) / 2
    product(P, S, n, n, N, moved)
    for a in range(n):
        for b in range(N):
            H[a, b] += moved[a, b]
            H[b, a] += moved[a, b]
    for channel in range(J.shape[0]):
        product(P, J[channel], n, n, N, moved)
        for a in range(N):
            for b in range(N):
                total = 0.0
                for c in range(n):
                    total += J[channel, c, a] * moved[c, b]
                H[a, b] += total


@kernel
def stage(i: int, M: Any, P: Any, S: Any, J: Any, ku: int, kv: int, H: Any, work: Any) -> bool:
    """The stage game of regime i at P (2, m, n, n), into H (2, m, N, N) and `work`; False where it is ill posed.

    work = (Lv, Lu, reply [K T], leads, Phi, slopes, closed, closed_noise), each led by regimes: factors of H_F,vv and
    Hhat_uu, the follower's reply, [0 I T'] H_L, the closed loop, H_k Phi of both players, S Phi and J_l Phi.
    """
    Lv, Lu, reply, leads, Phi, slopes, closed, closed_noise = work
    n, N = S.shape[1:]
    v = n + ku
    for k in range(2):
        hessian(M[k, i], P[k, i], S[i], J[i], H[k, i])
    small = np.empty((max(ku, kv), max(ku, kv)))
    for a in range(kv):
        for b in range(kv):
            small[a, b] = H[1, i, v + a, v + b]
        for b in range(v):
            reply[i, a, b] = H[1, i, v + a, b]
    if not cholesky(small, kv, Lv[i]):
        return False
    cholesky_solve(Lv[i], kv, reply[i], v)
    for a in range(ku):
        for b in range(N):
            total = H[0, i, n + a, b]
            for c in range(kv):
                total += reply[i, c, n + a] * H[0, i, v + c, b]
            leads[i, a, b] = total
    gain = np.empty((ku, n))
    for a in range(ku):
        for b in range(ku):
            total = leads[i, a, n + b]
            for c in range(kv):
                total += leads[i, a, v + c] * reply[i, c, n + b]
            small[a, b] = total
        for b in range(n):
            total = leads[i, a, b]
            for c in range(kv):
                total += leads[i, a, v + c] * reply[i, c, b]
            gain[a, b] = total
    if not cholesky(small, ku, Lu[i]):
        return False
    cholesky_solve(Lu[i], ku, gain, n)
    for b in range(n):
        for a in range(n):
            Phi[i, a, b] = 1.0 if a == b else 0.0
        for a in range(ku):
            Phi[i, n + a, b] = gain[a, b]
        for a in range(kv):
            total = reply[i, a, b]
            for c in range(ku):
                total += reply[i, a, n + c] * gain[c, b]
            Phi[i, v + a, b] = total
    for k in range(2):
        product(H[k, i], Phi[i], N, N, n, slopes[k, i])
    product(S[i], Phi[i], n, N, n, closed[i])
    for channel in range(J.shape[1]):
        product(J[i, channel], Phi[i], n, N, n, closed_noise[i, channel])
    return True


@kernel
def flow(generator: Any, beta: float, P: Any, work: Any, f: Any) -> None:
    """dP/ds in the unknowns: players, regimes, entries (r, c), r <= c."""
    _, _, _, _, Phi, slopes, closed, _ = work
    m, n = closed.shape[:2]
    N = Phi.shape[1]
    at = 0
    for k in range(2):
        for i in range(m):
            for r in range(n):
                for c in range(r, n):
                    total = -beta * P[k, i, r, c]
                    for a in range(N):
                        total += (Phi[i, a, r] * slopes[k, i, a, c] + Phi[i, a, c] * slopes[k, i, a, r]) / 2
                    for j in range(m):
                        total += generator[i, j] * P[k, j, r, c]
                    f[at] = total
                    at += 1


@kernel
def jacobian(generator: Any, beta: float, S: Any, J: Any, ku: int, kv: int, H: Any, work: Any, out: Any) -> None:
    """The derivative of the flow in the unknowns, column by column."""
    Lv, Lu, reply, leads, Phi, slopes, closed, closed_noise = work
    m, n = closed.shape[:2]
    N, d = Phi.shape[1], closed_noise.shape[1]
    v, half = n + ku, n * (n + 1) // 2
    moved, answered = np.empty((N, n)), np.empty((d, n, ku))
    dw, dT, dU = np.empty((kv, n)), np.empty((kv, ku)), np.empty((ku, n))
    fill(out.ravel(), 0.0)
    for i in range(m):
        for channel in range(d):  # D + F T
            for e in range(n):
                for b in range(ku):
                    total = J[i, channel, e, n + b]
                    for a in range(kv):
                        total += J[i, channel, e, v + a] * reply[i, a, n + b]
                    answered[channel, e, b] = total
        place = 0
        for r in range(n):
            for c in range(r, n):
                # moved = dH Phi = S'E + [E (S Phi); 0] + sum_l J_l'E (J_l Phi), which is the same for both players, for
                # a unit matrix E = e_r e_c' + e_c e_r', or e_r e_r'.
                for a in range(N):
                    for b in range(n):
                        total = 0.0
                        for channel in range(d):
                            total += J[i, channel, r, a] * closed_noise[i, channel, c, b]
                            if r != c:
                                total += J[i, channel, c, a] * closed_noise[i, channel, r, b]
                        moved[a, b] = total
                    moved[a, c] += S[i, r, a]
                    if r != c:
                        moved[a, r] += S[i, c, a]
                for b in range(n):
                    moved[r, b] += closed[i, c, b]
                    if r != c:
                        moved[c, b] += closed[i, r, b]
                for k in range(2):
                    if k == 1:
                        for a in range(kv):
                            for b in range(n):
                                dw[a, b] = moved[v + a, b]
                            for b in range(ku):
                                total = 0.0
                                for channel in range(d):
                                    total += J[i, channel, r, v + a] * answered[channel, c, b]
                                    if r != c:
                                        total += J[i, channel, c, v + a] * answered[channel, r, b]
                                dT[a, b] = total
                        cholesky_solve(Lv[i], kv, dw, n)
                        cholesky_solve(Lv[i], kv, dT, ku)
                        for a in range(ku):
                            for b in range(n):
                                total = 0.0
                                for e in range(kv):
                                    total += dT[e, a] * slopes[0, i, v + e, b] + leads[i, a, v + e] * dw[e, b]
                                dU[a, b] = total
                    else:
                        for a in range(ku):
                            for b in range(n):
                                total = moved[n + a, b]
                                for e in range(kv):
                                    total += reply[i, e, n + a] * moved[v + e, b]
                                dU[a, b] = total
                    cholesky_solve(Lu[i], ku, dU, n)
                    column = (k * m + i) * half + place
                    row = i * half
                    for x in range(n):
                        for y in range(x, n):
                            leader, follower = 0.0, 0.0
                            if k == 1:
                                for a in range(kv):
                                    leader += dw[a, x] * slopes[0, i, v + a, y] + dw[a, y] * slopes[0, i, v + a, x]
                            for a in range(ku):
                                follower += dU[a, x] * slopes[1, i, n + a, y] + dU[a, y] * slopes[1, i, n + a, x]
                            own = 0.0
                            for a in range(N):
                                own += (Phi[i, a, x] * moved[a, y] + Phi[i, a, y] * moved[a, x]) / 2
                            if k == 0:
                                leader += own
                            else:
                                follower += own
                            out[row, column] += leader
                            out[m * half + row, column] += follower
                            row += 1
                    for j in range(m):
                        out[(k * m + j) * half + place, column] += generator[j, i]
                    out[column, column] -= beta
                place += 1
