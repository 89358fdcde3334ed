"""Kernels: a rigorous filter. Floats prove the signs that make a basis optimal, or say that they cannot.

A basis of reply b is a support S of the leader's strategy and a set of tight replies, with k = |S| = tight + 1. With
K = [1; F_b - F_tight on S], vertex and multipliers solve K x = e_1 and K'z = C_b on S, z = (v, -y). From an approximate
inverse R and E = I - R K, |E| < 1/2, any approximate solutions have errors

    |x - x~| <= |R| |e_1 - K x~| / (1 - |E|)   (row-sum norms),      |z - z~| the same with column-sum norms,

where residuals and norms carry bounds for their own rounding: a sum of k terms errs by at most (k + 1) u times the sum
of absolute values, u = 2^-53; payoffs in normal units err by u each; bounds are inflated to cover their own evaluation
and underflow. Signs that survive are proved, under IEEE double arithmetic rounding to nearest: the exact solution of
the basis is then THE exact answer, although nothing rational was computed. Source: Rump 2010, Verification methods.
"""

from __future__ import annotations

import numpy as np

from games.kernel import kernel

# What is known of a game. In a NONDEGENERATE optimum the winning reply is strictly best in a full-dimensional region of
# mixtures beside the vertex, so that the weak supremum equals the strong value.
UNSETTLED, PROVED, NONDEGENERATE = 0, 1, 2

UNIT = 2.0**-53
TINY = 1e-280  # covers what underflows: payoffs in normal units below 1e-300 and their products
INFLATE = 1.001  # covers the rounding of the bounds themselves, products of few terms of one sign


@kernel(forceinline=True)
def upper_bound(C, F, b, multipliers, values):
    """A proved upper bound of the leader's value at reply b: max_a C[b, a] + sum_b' y_b' (F[b, a] - F[b', a])."""
    n, m = C.shape
    for a in range(m):
        values[a] = C[b, a]
    total = 0.0
    terms = 0
    for other in range(n):
        weight = multipliers[b, other]
        if weight > 0.0:
            total += weight
            terms += 1
            for a in range(m):
                values[a] += weight * (F[b, a] - F[other, a])
    largest = values[0]
    for a in range(1, m):
        largest = max(largest, values[a])
    return largest + INFLATE * (terms + 4) * UNIT * (1.0 + total) + TINY


@kernel(forceinline=True)
def invert(K, k, R):
    """R[:k, :k] = an approximate inverse of K[:k, :k], which is destroyed; False where a pivot vanishes."""
    for i in range(k):
        for j in range(k):
            R[i, j] = 0.0
        R[i, i] = 1.0
    for column in range(k):
        best = column
        for i in range(column + 1, k):
            if abs(K[i, column]) > abs(K[best, column]):
                best = i
        pivot = K[best, column]
        if abs(pivot) < 1e-14:
            return False
        if best != column:
            for j in range(k):
                K[best, j], K[column, j] = K[column, j], K[best, j]
                R[best, j], R[column, j] = R[column, j], R[best, j]
        scale = 1.0 / pivot
        for j in range(k):
            K[column, j] *= scale
            R[column, j] *= scale
        for i in range(k):
            if i != column:
                factor = K[i, column]
                if factor != 0.0:
                    for j in range(k):
                        K[i, j] -= factor * K[column, j]
                        R[i, j] -= factor * R[column, j]
    return True


@kernel(forceinline=True)
def prove_basis(A, C, F, b, support, tight, k, K, R, E, x, z, values):
    """(what is proved, error of x, error of z) for the basis `support[:k]`, `tight[:k-1]` of reply b, 2 <= k.

    x[:k] and z[:k] = (v, -y) are refined approximate solutions. NONDEGENERATE: every x > 0, every multiplier y > 0,
    every other reply's slack > 0 and every other action's reduced cost < 0, or exactly 0 since the action repeats one
    of the support. PROVED: as before, but a reply that equals b on all of the support has slack exactly 0.
    """
    n, m = C.shape
    if k == 2:
        x_error, z_error, x_size, z_size = _solve_pair(C, F, b, support, tight[0], x, z)
    else:
        x_error, z_error, x_size, z_size = _solve_system(C, F, b, support, tight, k, K, R, E, x, z, values)
    rounding = (k + 4) * UNIT
    for i in range(k):
        if not x[i] > x_error:
            return UNSETTLED, x_error, z_error
    for i in range(1, k):
        if not -z[i] > z_error:
            return UNSETTLED, x_error, z_error
    margin = INFLATE * (k * x_error + rounding * (1.0 + x_size)) + TINY
    proved = NONDEGENERATE
    next_tight = 0
    for other in range(n):  # tight is increasing
        if next_tight < k - 1 and tight[next_tight] == other:
            next_tight += 1
        elif other != b:
            slack = 0.0
            same = True
            for i in range(k):
                gain = F[b, support[i]] - F[other, support[i]]
                same = same and gain == 0.0
                slack += x[i] * gain
            if same:
                proved = PROVED
            elif not slack > margin:
                return UNSETTLED, x_error, z_error
    for a in range(m):
        values[a] = C[b, a] - z[0]
    for i in range(1, k):
        for a in range(m):
            values[a] -= z[i] * (F[b, a] - F[tight[i - 1], a])
    margin = INFLATE * (k * z_error + rounding * (2.0 + z_size)) + TINY
    next_support = 0
    for a in range(m):
        if next_support < k and support[next_support] == a:
            next_support += 1
        elif not values[a] < -margin and not _repeats(A, F, b, a, support, tight, k):
            return UNSETTLED, x_error, z_error
    return proved, x_error, z_error


@kernel(forceinline=True)
def _solve_pair(C, F, b, support, other, x, z):
    """x and z = (v, -y) of a basis of two actions, at one of which b gains on `other` and at one of which it loses.

    With gains d and e of opposite signs, x = (-e, d) / (d - e), v = x'C, -y = (C_0 - C_1) / (d - e): nothing cancels
    but the difference of the C, which are off by u each. Errors are infinite where the signs are not opposite.
    """
    first, second = support[0], support[1]
    d = F[b, first] - F[other, first]
    e = F[b, second] - F[other, second]
    if not ((d > 0.0 and e < 0.0) or (d < 0.0 and e > 0.0)):
        return np.inf, np.inf, 0.0, 0.0
    scale = 1.0 / (d - e)
    x[0] = -e * scale
    x[1] = d * scale
    z[0] = x[0] * C[b, first] + x[1] * C[b, second]
    z[1] = (C[b, first] - C[b, second]) * scale
    return 8.0 * UNIT, 8.0 * UNIT * (1.0 + abs(scale) + abs(z[1])) + TINY, 1.0, z[0] + abs(z[1])


@kernel(forceinline=True)
def _solve_system(C, F, b, support, tight, k, K, R, E, x, z, values):
    """(error of x, error of z, sums of their absolute values); infinite errors where K is too close to singular."""
    _fill(F, b, support, tight, k, K)
    if not invert(K, k, R):
        return np.inf, np.inf, 0.0, 0.0
    _fill(F, b, support, tight, k, K)
    inverse_rows, inverse_columns, misses_rows, misses_columns = _norms(K, R, E, k)
    if not (misses_rows < 0.5 and misses_columns < 0.5):
        return np.inf, np.inf, 0.0, 0.0
    # Approximate solutions, refined once, then the residual with a bound of its rounding.
    for i in range(k):
        x[i] = R[i, 0]
        total = 0.0
        for j in range(k):
            total += R[j, i] * C[b, support[j]]
        z[i] = total
    x_residual = 0.0
    z_residual = 0.0
    for attempt in range(2):
        x_residual = 0.0
        z_residual = 0.0
        for i in range(k):
            x_miss = 1.0 if i == 0 else 0.0
            z_miss = C[b, support[i]]
            for j in range(k):
                x_miss -= K[i, j] * x[j]
                z_miss -= K[j, i] * z[j]
            values[i] = x_miss
            values[k + i] = z_miss
            x_residual = max(x_residual, abs(x_miss))
            z_residual = max(z_residual, abs(z_miss))
        if attempt == 0:
            for i in range(k):
                for j in range(k):
                    x[i] += R[i, j] * values[j]
                    z[i] += R[j, i] * values[k + j]
    x_size = 0.0
    z_size = 0.0
    for i in range(k):
        x_size += abs(x[i])
        z_size += abs(z[i])
    rounding = (k + 4) * UNIT
    x_error = INFLATE * inverse_rows * (x_residual + rounding * (1.0 + x_size)) / (1.0 - misses_rows) + TINY
    z_error = INFLATE * inverse_columns * (z_residual + rounding * (1.0 + z_size)) / (1.0 - misses_columns) + TINY
    return x_error, z_error, x_size, z_size


@kernel(forceinline=True)
def _fill(F, b, support, tight, k, K):
    for j in range(k):
        K[0, j] = 1.0
    for i in range(1, k):
        other = tight[i - 1]
        for j in range(k):
            K[i, j] = F[b, support[j]] - F[other, support[j]]


@kernel(forceinline=True)
def _norms(K, R, E, k):
    """Row- and column-sum norms of R and proved bounds of those of I - R K."""
    inverse_rows = 0.0
    system_rows = 0.0
    misses_rows = 0.0
    for i in range(k):
        for j in range(k):
            E[i, j] = 0.0
        E[i, i] = 1.0
        for inner in range(k):
            factor = R[i, inner]
            for j in range(k):
                E[i, j] -= factor * K[inner, j]
        inverse_sum = 0.0
        system_sum = 0.0
        miss_sum = 0.0
        for j in range(k):
            inverse_sum += abs(R[i, j])
            system_sum += abs(K[i, j])
            miss_sum += abs(E[i, j])
        inverse_rows = max(inverse_rows, inverse_sum)
        system_rows = max(system_rows, system_sum)
        misses_rows = max(misses_rows, miss_sum)
    inverse_columns = 0.0
    system_columns = 0.0
    misses_columns = 0.0
    for j in range(k):
        inverse_sum = 0.0
        system_sum = 0.0
        miss_sum = 0.0
        for i in range(k):
            inverse_sum += abs(R[i, j])
            system_sum += abs(K[i, j])
            miss_sum += abs(E[i, j])
        inverse_columns = max(inverse_columns, inverse_sum)
        system_columns = max(system_columns, system_sum)
        misses_columns = max(misses_columns, miss_sum)
    rounding = INFLATE * (k + 4) * UNIT
    misses_rows = INFLATE * misses_rows + rounding * (1.0 + inverse_rows * system_rows)
    misses_columns = INFLATE * misses_columns + rounding * (1.0 + inverse_columns * system_columns)
    return inverse_rows, inverse_columns, misses_rows, misses_columns


@kernel(forceinline=True)
def _repeats(A, F, b, a, support, tight, k):
    """Whether action a has the payoffs of an action of the support, as far as the basis looks at them.

    Compares the leader's payoffs A as given, since the shift to normal units may round two of them to one number.
    """
    for j in range(k):
        other = support[j]
        same = A[a, b] == A[other, b] and F[b, a] == F[b, other]
        for i in range(k - 1):
            same = same and F[tight[i], a] == F[tight[i], other]
        if same:
            return True
    return False
