"""Stationary values of blocks of small games, one after another: the Riccati flow from zero, Newton, p, r, stability.

As in `solvers.riccati.stationary_flow` a Rosenbrock method follows the flow until Newton's steps are short and shrink.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from games.kernel import kernel
from solvers.riccati.batch_stage import (
    cholesky,
    cholesky_solve,
    copy,
    fill,
    flow,
    jacobian,
    largest,
    lu,
    lu_solve,
    stage,
)

GAMMA = 1 + math.sqrt(0.5)
ACCURACY = 3e-2
NEAR = 3e-2
ESCAPE = 1e8
NEWTON_STEPS = 12

CONVERGED, ILL_POSED, BUDGET = 0, 3, 4


@kernel
def solve_block(
    generator: Any, S: Any, J: Any, M: Any, b: Any, s: Any, linear: Any, beta: Any, temperature: Any,
    ku: int, kv: int, sees_action: bool, tolerance: float, budget: int,
    status: Any, residual: Any, steps: Any, P: Any, p: Any, r: Any, gains: Any,
) -> None:  # fmt: skip
    """Every game of the block; inputs and outputs lead with games, see `solvers.riccati.batch`."""
    _, m, n, N = S.shape
    d = J.shape[2]
    v = n + ku
    size = m * n * (n + 1)
    H = np.empty((2, m, N, N))
    work = (
        np.empty((m, kv, kv)),
        np.empty((m, ku, ku)),
        np.empty((m, kv, v)),
        np.empty((m, ku, N)),
        np.empty((m, N, n)),
        np.empty((2, m, N, n)),
        np.empty((m, n, n)),
        np.empty((m, d, n, n)),
    )
    for game in range(len(S)):
        fill(P[game].ravel(), 0.0)
        fill(p[game].ravel(), np.nan)
        fill(r[game].ravel(), np.nan)
        fill(gains[game].ravel(), np.nan)
        residual[game] = np.nan
        status[game], steps[game] = _quadratic(
            generator[game], beta[game], S[game], J[game], M[game], ku, kv, budget, size, P[game], H, work
        )
        if status[game] != CONVERGED:
            fill(P[game].ravel(), np.nan)
            continue
        if not _stable(generator[game], beta[game], work):
            status[game] = ILL_POSED
            fill(P[game].ravel(), np.nan)
            continue
        for i in range(m):
            for a in range(ku + kv):
                for c in range(n):
                    gains[game, i, a, c] = work[4][i, n + a, c]
        missed = _rest(
            generator[game], beta[game], S[game], J[game], b[game], s[game], linear[game], temperature[game],
            ku, kv, sees_action, P[game], H, work, p[game], r[game],
        )  # fmt: skip
        f = np.empty(size)
        flow(generator[game], beta[game], P[game], work, f)
        residual[game] = max(missed, largest(f.ravel()))
        scale = 1.0 + largest(P[game].ravel()) + largest(p[game].ravel())
        terms = scale * (
            1.0 + largest(work[6].ravel()) + largest(work[7].ravel()) ** 2 + largest(generator[game].ravel())
        )
        if beta[game] > 0.0:  # what r balances may be of another size: temperatures are in it
            terms += (beta[game] + largest(generator[game].ravel())) * largest(r[game].ravel())
        if not residual[game] <= tolerance * terms:
            status[game] = BUDGET if np.isfinite(residual[game]) else ILL_POSED


@kernel
def _all_stages(M: Any, P: Any, S: Any, J: Any, ku: int, kv: int, H: Any, work: Any) -> bool:
    for i in range(len(S)):
        if not stage(i, M, P, S, J, ku, kv, H, work):
            return False
    return True


@kernel
def _add(P: Any, step: Any, length: float, out: Any) -> float:
    """out <- P + length step, and the largest entry; `step` in the unknowns."""
    _, m, n, _ = P.shape
    at, most = 0, 0.0
    for k in range(2):
        for i in range(m):
            for r in range(n):
                for c in range(r, n):
                    out[k, i, r, c] = out[k, i, c, r] = P[k, i, r, c] + length * step[at]
                    most = max(most, abs(out[k, i, r, c]))
                    at += 1
    return most


@kernel
def _quadratic(
    generator: Any, beta: float, S: Any, J: Any, M: Any, ku: int, kv: int, budget: int, size: int,
    P: Any, H: Any, work: Any,
) -> tuple[int, int]:  # fmt: skip
    """P from zero along the flow, then by Newton; the status and the steps taken. H and work end at the last P."""
    f, k1, k2 = np.empty(size), np.empty(size), np.empty(size)
    derivative, left = np.empty((size, size)), np.empty((size, size))
    pivots = np.empty(size, dtype=np.int64)
    trial = np.empty(P.shape)
    if not _all_stages(M, P, S, J, ku, kv, H, work):
        return ILL_POSED, 0
    flow(generator, beta, P, work, f)
    step, before = 0.0, np.inf
    for count in range(budget):
        jacobian(generator, beta, S, J, ku, kv, H, work, derivative)
        size_of_P = largest(P.ravel())
        if step == 0.0:
            step = 0.05 / (1e-300 + largest(derivative.ravel()) + largest(f.ravel()))
        copy(derivative.ravel(), left.ravel())
        length = np.inf
        if lu(left, size, pivots):
            copy(f, k1)
            lu_solve(left, size, pivots, k1)
            length = largest(k1)
        if length < NEAR * (1.0 + size_of_P) and length < before:
            for row in range(size):
                k1[row] = -k1[row]
            done = _newton(generator, beta, S, J, M, ku, kv, size, P, H, work, f, k1, derivative, pivots, trial)
            if done:
                return CONVERGED, count
        before = length
        while True:
            for row in range(size):
                for column in range(size):
                    left[row, column] = -GAMMA * step * derivative[row, column]
                left[row, row] += 1.0
            good = lu(left, size, pivots)
            if good:
                copy(f, k1)
                lu_solve(left, size, pivots, k1)
                _add(P, k1, step, trial)
                good = _all_stages(M, trial, S, J, ku, kv, H, work)
            error = np.inf
            if good:
                flow(generator, beta, trial, work, k2)
                for row in range(size):
                    k2[row] -= 2.0 * k1[row]
                lu_solve(left, size, pivots, k2)
                error = 0.0
                for row in range(size):
                    error = max(error, step / 2 * abs(k1[row] + k2[row]))
                    k2[row] = 1.5 * k1[row] + 0.5 * k2[row]
                error /= ACCURACY * (1.0 + size_of_P)
                _add(P, k2, step, trial)
                good = error <= 1.0 and _all_stages(M, trial, S, J, ku, kv, H, work)
            if good:
                break
            step *= 0.3
            if step < 1e-13:
                return ILL_POSED, count
        copy(trial.ravel(), P.ravel())
        flow(generator, beta, P, work, f)
        step *= min(8.0, 0.8 / math.sqrt(max(error, 1e-6)))
        if not largest(P.ravel()) < ESCAPE:
            return ILL_POSED, count
    return BUDGET, budget


@kernel
def _newton(
    generator: Any, beta: float, S: Any, J: Any, M: Any, ku: int, kv: int, size: int,
    P: Any, H: Any, work: Any, f: Any, change: Any, derivative: Any, pivots: Any, trial: Any,
) -> bool:  # fmt: skip
    """Newton's method from P with its first step at hand; False, and P as it was, where steps do not shrink."""
    start = P.copy()
    length = largest(change.ravel())
    for _ in range(NEWTON_STEPS):
        most = _add(P, change, 1.0, trial)
        if not _all_stages(M, trial, S, J, ku, kv, H, work):
            break
        copy(trial.ravel(), P.ravel())
        flow(generator, beta, P, work, f)
        if length <= 1e-9 * (1.0 + most):  # the step was quadratically small: its error is beyond rounding
            return True
        jacobian(generator, beta, S, J, ku, kv, H, work, derivative)
        if not lu(derivative, size, pivots):
            break
        for row in range(size):
            change[row] = -f[row]
        lu_solve(derivative, size, pivots, change)
        shorter = largest(change.ravel())
        if not shorter < 0.5 * length and not shorter < 1e-11 * (1.0 + most):
            break
        length = shorter
    copy(start.ravel(), P.ravel())
    _all_stages(M, P, S, J, ku, kv, H, work)
    flow(generator, beta, P, work, f)
    jacobian(generator, beta, S, J, ku, kv, H, work, derivative)
    return False


@kernel
def _stable(generator: Any, beta: float, work: Any) -> bool:
    """Whether X > 0 for L(X) - beta X = -I, that is whether the closed loop is stable at the discount."""
    closed, closed_noise = work[6], work[7]
    m, n = closed.shape[:2]
    half = n * (n + 1) // 2
    size = m * half
    left, right = np.zeros((size, size)), np.zeros(size)
    turned = np.empty((n, n))
    delta = np.zeros((n, n))
    for i in range(m):
        column = i * half
        for r in range(n):
            for c in range(r, n):
                fill(delta.ravel(), 0.0)
                delta[r, c] = delta[c, r] = 1.0
                row = i * half
                for x in range(n):
                    for y in range(x, n):
                        total = 0.0
                        for e in range(n):
                            total += closed[i, e, x] * delta[e, y] + delta[x, e] * closed[i, e, y]
                        left[row, column] += total
                        row += 1
                for channel in range(closed_noise.shape[1]):
                    for e in range(n):
                        for y in range(n):
                            turned[e, y] = 0.0
                            for g in range(n):
                                turned[e, y] += delta[e, g] * closed_noise[i, channel, g, y]
                    row = i * half
                    for x in range(n):
                        for y in range(x, n):
                            for e in range(n):
                                left[row, column] += closed_noise[i, channel, e, x] * turned[e, y]
                            row += 1
                place = column - i * half
                for j in range(m):
                    left[j * half + place, column] += generator[j, i]
                left[column, column] -= beta
                right[column] = -1.0 if r == c else 0.0
                column += 1
    pivots = np.empty(size, dtype=np.int64)
    if not lu(left, size, pivots):
        return False
    lu_solve(left, size, pivots, right)
    for i in range(m):
        at = i * half
        for r in range(n):
            for c in range(r, n):
                delta[r, c] = delta[c, r] = right[at]
                at += 1
        if not cholesky(delta, n, turned):
            return False
    return True


@kernel
def _offsets(h: Any, i: int, ku: int, kv: int, H: Any, work: Any, phi: Any) -> None:
    """The closed loop's offset phi (N,) of regime i for both players' gradients h (2, N)."""
    Lv, Lu, reply, leads = work[0], work[1], work[2], work[3]
    N = leads.shape[2]
    v = N - kv
    n = v - ku
    kappa, mean = np.empty((kv, 1)), np.empty((ku, 1))
    for a in range(kv):
        kappa[a, 0] = h[1, v + a]
    cholesky_solve(Lv[i], kv, kappa, 1)
    for a in range(ku):
        total = h[0, n + a]
        for c in range(kv):
            total += reply[i, c, n + a] * h[0, v + c] + leads[i, a, v + c] * kappa[c, 0]
        mean[a, 0] = total
    cholesky_solve(Lu[i], ku, mean, 1)
    for a in range(n):
        phi[a] = 0.0
    for a in range(ku):
        phi[n + a] = mean[a, 0]
    for a in range(kv):
        total = kappa[a, 0]
        for c in range(ku):
            total += reply[i, a, n + c] * mean[c, 0]
        phi[v + a] = total


@kernel
def _linear_rate(i: int, h: Any, ku: int, kv: int, H: Any, work: Any, phi: Any, g: Any) -> None:
    """Phi'(H_k phi + h_k) of both players in regime i, (2, n)."""
    _offsets(h, i, ku, kv, H, work, phi)
    Phi, slopes = work[4], work[5]
    N, n = Phi.shape[1:]
    for k in range(2):
        for x in range(n):
            total = 0.0
            for a in range(N):
                total += slopes[k, i, a, x] * phi[a] + Phi[i, a, x] * h[k, a]
            g[k, x] = total


@kernel
def _gradients(i: int, S: Any, J: Any, b: Any, s: Any, linear: Any, P: Any, p: Any, h: Any) -> None:
    """h_k = m_k + S'p_k + (P_k b on x) + sum_l J_l'P_k s_l of both players in regime i, (2, N)."""
    n, N = S.shape[1:]
    for k in range(2):
        for a in range(N):
            total = linear[k, i, a]
            for c in range(n):
                total += S[i, c, a] * p[k, i, c]
                for e in range(n):
                    if a < n and c == a:
                        total += P[k, i, a, e] * b[i, e]
                    for channel in range(J.shape[1]):
                        total += J[i, channel, c, a] * P[k, i, c, e] * s[i, channel, e]
            h[k, a] = total


@kernel
def _rest(
    generator: Any, beta: float, S: Any, J: Any, b: Any, s: Any, linear: Any, temperature: Any,
    ku: int, kv: int, sees_action: bool, P: Any, H: Any, work: Any, p: Any, r: Any,
) -> float:  # fmt: skip
    """p and r at P, and the residual of their equations; r is NaN without a discount."""
    m, n, N = S.shape
    size = 2 * m * n
    left, right, known = np.zeros((size, size)), np.empty(size), np.empty((size, size))
    pivots = np.empty(size, dtype=np.int64)
    h, phi, g = np.zeros((2, N)), np.empty(N), np.empty((2, n))
    fill(p.ravel(), 0.0)
    for i in range(m):
        for k in range(2):
            for x in range(n):
                fill(h.ravel(), 0.0)
                for a in range(N):
                    h[k, a] = S[i, x, a]
                _linear_rate(i, h, ku, kv, H, work, phi, g)
                column = (k * m + i) * n + x
                for other in range(2):
                    for y in range(n):
                        left[(other * m + i) * n + y, column] += g[other, y]
                for j in range(m):
                    left[(k * m + j) * n + x, column] += generator[j, i]
                left[column, column] -= beta
        _gradients(i, S, J, b, s, linear, P, p, h)
        _linear_rate(i, h, ku, kv, H, work, phi, g)
        for k in range(2):
            for x in range(n):
                right[(k * m + i) * n + x] = -g[k, x]
    copy(left.ravel(), known.ravel())
    solved = right.copy()
    if not lu(left, size, pivots):
        return np.nan
    lu_solve(left, size, pivots, solved)
    missed = 0.0
    for row in range(size):
        total = -right[row]
        for column in range(size):
            total += known[row, column] * solved[column]
        missed = max(missed, abs(total))
        p[row // (m * n), row // n % m, row % n] = solved[row]
    if beta > 0.0:
        return max(
            missed, _scalar(generator, beta, S, J, b, s, linear, temperature, ku, kv, sees_action, P, H, work, p, r)
        )
    return missed


@kernel
def _scalar(
    generator: Any, beta: float, S: Any, J: Any, b: Any, s: Any, linear: Any, temperature: Any,
    ku: int, kv: int, sees_action: bool, P: Any, H: Any, work: Any, p: Any, r: Any,
) -> float:  # fmt: skip
    """r at P and p, into r (2, m), and the residual of its equations."""
    Lv, Lu, reply = work[0], work[1], work[2]
    m, n, N = S.shape
    v = n + ku
    h, phi = np.empty((2, N)), np.empty(N)
    covariance = np.empty((N, N))
    factor, own, seen = np.empty((ku, ku)), np.empty((ku, ku)), np.empty((kv, kv))
    load = np.empty((2, m))
    left, pivots, right = np.empty((m, m)), np.empty(m, dtype=np.int64), np.empty(m)
    for i in range(m):
        _gradients(i, S, J, b, s, linear, P, p, h)
        _offsets(h, i, ku, kv, H, work, phi)
        copy(Lu[i].ravel(), factor.ravel())
        if not sees_action and temperature[0] > 0.0:
            for a in range(ku):
                for c in range(ku):
                    own[a, c] = H[0, i, n + a, n + c]
            if not cholesky(own, ku, factor):
                return np.nan
        fill(own.ravel(), 0.0)
        fill(seen.ravel(), 0.0)
        for a in range(ku):
            own[a, a] = -temperature[0]
        for a in range(kv):
            seen[a, a] = -temperature[1]
        cholesky_solve(factor, ku, own, ku)
        cholesky_solve(Lv[i], kv, seen, kv)
        fill(covariance.ravel(), 0.0)
        for a in range(ku):
            for c in range(ku):
                covariance[n + a, n + c] = own[a, c]
        for a in range(kv):
            for c in range(kv):
                covariance[v + a, v + c] = seen[a, c]
        if sees_action:
            for a in range(kv):
                for c in range(ku):
                    total = 0.0
                    for e in range(ku):
                        total += reply[i, a, n + e] * own[e, c]
                    covariance[v + a, n + c] = covariance[n + c, v + a] = total
            for a in range(kv):
                for c in range(kv):
                    for e in range(ku):
                        covariance[v + a, v + c] += covariance[v + a, n + e] * reply[i, c, n + e]
        for k in range(2):
            total = 0.0
            for a in range(N):
                total += h[k, a] * phi[a]
                for c in range(N):
                    total += H[k, i, a, c] * (phi[a] * phi[c] + covariance[a, c]) / 2
            for a in range(n):
                total += p[k, i, a] * b[i, a]
                for c in range(n):
                    for channel in range(s.shape[1]):
                        total += s[i, channel, a] * P[k, i, a, c] * s[i, channel, c] / 2
            tau = temperature[k]
            if tau > 0.0:
                count = ku if k == 0 else kv
                log_det = 0.0
                for a in range(count):
                    log_det += 2.0 * math.log(factor[a, a] if k == 0 else Lv[i, a, a])
                total -= tau * (count * math.log(2 * math.pi * math.e * tau) - log_det) / 2
            load[k, i] = total
    missed = 0.0
    for k in range(2):
        for i in range(m):
            right[i] = load[k, i]
            for j in range(m):
                left[i, j] = -generator[i, j]
            left[i, i] += beta
        if not lu(left, m, pivots):
            return np.nan
        lu_solve(left, m, pivots, right)
        for i in range(m):
            r[k, i] = right[i]
        for i in range(m):
            total = beta * right[i] - load[k, i]
            for j in range(m):
                total -= generator[i, j] * right[j]
            missed = max(missed, abs(total))
    return missed
