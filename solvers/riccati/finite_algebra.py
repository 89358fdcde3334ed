"""Inner loops of the coupled Riccati equations: products, factors and substitutions of small matrices.

Rows are worked on as far as whole vectors of the machine go (`whole`), which the callers leave room for.
"""

from __future__ import annotations

import math

from games.kernel import kernel

FAST = {"contract", "reassoc", "nsz"}
"""Fused and reordered sums; NaN and infinities keep their meaning."""


@kernel(fastmath=FAST, forceinline=True)
def set_product(target, base, row, weights, above, left, down, right, scale, matrix, skip, first, last, columns):
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
def set_symmetric(target, row, W, Z, first, last, columns):
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
def set_square(target, row, Y, last, columns):
    """target[row] = -(Y'Y)[row] over the rows q < last of Y, four at a time."""
    for start in range(0, last, 4):
        q0, q1, q2, q3 = start, min(start + 1, last - 1), min(start + 2, last - 1), min(start + 3, last - 1)
        w0, w1 = Y[q0, row], (Y[q1, row] if start + 1 < last else 0.0)
        w2, w3 = (Y[q2, row] if start + 2 < last else 0.0), (Y[q3, row] if start + 3 < last else 0.0)
        if start == 0:
            for j in range(columns):
                target[row, j] = -w0 * Y[q0, j] - w1 * Y[q1, j] - w2 * Y[q2, j] - w3 * Y[q3, j]
        else:
            for j in range(columns):
                target[row, j] -= w0 * Y[q0, j] + w1 * Y[q1, j] + w2 * Y[q2, j] + w3 * Y[q3, j]


@kernel(fastmath=FAST, forceinline=True)
def factor(matrix, size):
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
def forward(factor, right, size, columns):
    """Solve L X = R in place of R."""
    for i in range(size):
        for q in range(i):
            weight = factor[i, q]
            for j in range(columns):
                right[i, j] -= weight * right[q, j]
        weight = factor[i, i]
        for j in range(columns):
            right[i, j] *= weight


@kernel(fastmath=FAST, forceinline=True)
def substitute(factor, right, size, columns):
    """Solve (L L') X = R in place of R."""
    forward(factor, right, size, columns)
    for i in range(size - 1, -1, -1):
        for q in range(i + 1, size):
            weight = factor[q, i]
            for j in range(columns):
                right[i, j] -= weight * right[q, j]
        weight = factor[i, i]
        for j in range(columns):
            right[i, j] *= weight


@kernel(fastmath=FAST, forceinline=True)
def eliminate(matrix, right, size, columns):
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
def log_det(factor, size):
    found = 0.0
    for i in range(size):
        found -= 2.0 * math.log(factor[i, i])
    return found


@kernel(forceinline=True)
def whole(columns):
    """As many columns, or the next multiple of 16 where few are missing: loops of that length are vectors only."""
    rest = columns % 16
    return columns + 16 - rest if rest >= 6 else columns
