"""Algebra of batches of small matrices that know their errors: a matrix is a `FloatBall` of shape (..., rows, columns).

A product of length k computed by the library, in whatever order and with or without fused operations, misses the true
one by at most k u |X| |Y| (1 + k u), u = 2^-53, and what underflows; radii of the operands come on top. Where operands
are exact multiples of some 2^-a and 2^-b and |X| |Y| stays below 2^(53-a-b), nothing is rounded, and the radius is 0:
so a block of a Hessian that vanishes is known to vanish. Definite matrices are eliminated without pivoting; where a
pivot may be zero the result is unknown.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from verify.float_ball import SMALLEST, UNIT, UP, FloatBall

LONGEST = 4096
"""Terms of a sum: `UP` covers the rounding of its radius."""

GRAINS = (0.0, 6.0, 12.0, 20.0)


def product(*factors: FloatBall) -> FloatBall:
    """The matrix product, from the left."""
    return functools.reduce(_product, factors)


def _product(X: FloatBall, Y: FloatBall) -> FloatBall:
    length = X.value.shape[-1]
    assert length <= LONGEST
    with np.errstate(all="ignore"):
        value = X.value @ Y.value
        left, right = np.abs(X.value), np.abs(Y.value)
        if not X.radius.any() and not Y.radius.any() and _is_exact(X.value, Y.value):
            return FloatBall(value, np.zeros_like(value))
        rounding = length * UNIT * UP
        radius = left @ (Y.radius + rounding * right)
        if X.radius.any():
            radius = radius + X.radius @ (right + Y.radius)
        radius = radius * UP + 8 * length * SMALLEST * _touched(X, Y)
        undefined = np.isnan(value) & (_any_nan(X, -1) | _any_nan(Y, -2))
    return settled(value, radius, undefined)


def _any_nan(X: FloatBall, axis: int) -> np.ndarray:
    return np.asarray(np.isnan(X.value).any(axis=axis, keepdims=True))


def _is_exact(X: np.ndarray, Y: np.ndarray) -> bool:
    """Whether no product of the batch rounds anything."""
    grains = _grain(X) + _grain(Y)
    if not np.isfinite(grains):
        return False
    largest = np.abs(X).max(initial=0.0) * np.abs(Y).max(initial=0.0) * X.shape[-1]
    return bool(largest * 2.0**grains < 2.0**53)


def _grain(X: np.ndarray) -> float:
    """An a such that all entries are multiples of 2^-a, infinite where none of `GRAINS` will do."""
    return next((a for a in GRAINS if (X * 2.0**a == np.rint(X * 2.0**a)).all()), np.inf)


def _touched(X: FloatBall, Y: FloatBall) -> np.ndarray:
    """Where a product is not zero by its factors alone."""
    some, other = (((item.value != 0) | (item.radius != 0)).astype(np.float64) for item in (X, Y))
    return (some @ other) > 0


def settled(value: np.ndarray, radius: np.ndarray, undefined: Any = False) -> FloatBall:
    """The ball, unknown where value or radius is not finite, NaN where undefined."""
    known = np.isfinite(value) & np.isfinite(radius)
    value = np.where(undefined, np.nan, np.where(known, value, 0.0))
    return FloatBall(value, np.where(known & ~np.asarray(undefined), radius, np.inf))


def transposed(X: FloatBall) -> FloatBall:
    return FloatBall(np.swapaxes(X.value, -1, -2), np.swapaxes(X.radius, -1, -2))


def part(X: FloatBall, rows: slice, columns: slice) -> FloatBall:
    return FloatBall(X.value[..., rows, columns], X.radius[..., rows, columns])


def joined(parts: Sequence[FloatBall], axis: int) -> FloatBall:
    """Blocks one after the other along an axis."""
    values, radii = ([getattr(item, name) for item in parts] for name in ("value", "radius"))
    return FloatBall(np.concatenate(values, axis), np.concatenate(radii, axis))


def bordered(X: FloatBall, before: tuple[int, int], after: tuple[int, int]) -> FloatBall:
    """The matrix with rows and columns of zeros around it: (rows, columns) before and after."""
    widths = [(0, 0)] * (X.value.ndim - 2) + [(before[0], after[0]), (before[1], after[1])]
    return FloatBall(np.pad(X.value, widths), np.pad(X.radius, widths))


def total(X: FloatBall, axis: int | tuple[int, ...]) -> FloatBall:
    """The sum over axes."""
    axes = (axis,) if isinstance(axis, int) else axis
    count = int(np.prod([X.value.shape[at] for at in axes]))
    assert count <= LONGEST
    with np.errstate(all="ignore"):
        value = X.value.sum(axis=axes)
        size = np.abs(X.value).sum(axis=axes) if count > 1 else np.zeros_like(value)
        radius = (X.radius.sum(axis=axes) + count * UNIT * size) * UP
    return settled(value, radius, np.isnan(X.value).any(axis=axes))


def trace(X: FloatBall) -> FloatBall:
    """(...,) of (..., k, k)."""
    diagonal = FloatBall(*(np.diagonal(array, axis1=-2, axis2=-1) for array in (X.value, X.radius)))
    return total(diagonal, -1)


def trace_of_product(X: FloatBall, Y: FloatBall) -> FloatBall:
    """tr(X Y) as the sum of X_ij Y_ji."""
    return total(X * transposed(Y), (-2, -1))


def scalar(X: FloatBall) -> FloatBall:
    """(...,) of (..., 1, 1)."""
    return FloatBall(X.value[..., 0, 0], X.radius[..., 0, 0])


def scaled(weight: FloatBall, X: FloatBall) -> FloatBall:
    """Numbers (...,) times matrices (..., r, c)."""
    return FloatBall(weight.value[..., None, None], weight.radius[..., None, None]) * X


def number(value: float) -> FloatBall:
    return FloatBall.of(value)


def identity(size: int, lead: tuple[int, ...]) -> FloatBall:
    return FloatBall.of(np.broadcast_to(np.eye(size), (*lead, size, size)))


def largest(parts: Sequence[FloatBall]) -> FloatBall:
    """The largest |entry| of each matrix of several, (...,)."""
    flat = joined([abs(_flat(item)) for item in parts], -1)
    value, most = flat.value.max(axis=-1), (flat.value + flat.radius).max(axis=-1)
    unknown = ~np.isfinite(flat.radius).all(axis=-1)
    with np.errstate(invalid="ignore"):
        # Every entry lies within its own radius, so the largest does within the largest of them.
        radius = np.where(unknown, np.inf, flat.radius.max(axis=-1))
    return settled(value, np.where(np.isfinite(most), radius, np.inf), np.isnan(flat.value).any(axis=-1))


def _flat(X: FloatBall) -> FloatBall:
    return FloatBall(*(array.reshape(*array.shape[:-2], -1) for array in (X.value, X.radius)))


def solved(S: FloatBall, R: FloatBall) -> FloatBall:
    """S^-1 R by elimination without pivoting; unknown where a pivot may be zero."""
    return _eliminated(S, R)[1]


def inverse(S: FloatBall) -> FloatBall:
    return solved(S, identity(S.value.shape[-1], S.value.shape[:-2]))


def pivots(S: FloatBall) -> FloatBall:
    """The pivots of elimination, (..., k): their product is the determinant."""
    return _eliminated(S, part(S, slice(None), slice(0)))[0]


def _eliminated(S: FloatBall, R: FloatBall) -> tuple[FloatBall, FloatBall]:
    size = S.value.shape[-1]
    left = joined([S, R], -1)  # (..., k, k + c), turned into the identity and the solution
    found = []
    for k in range(size):
        row = part(left, slice(k, k + 1), slice(None))
        pivot = part(row, slice(None), slice(k, k + 1))
        found.append(FloatBall(pivot.value[..., 0], pivot.radius[..., 0]))
        row = row / _nonzero(pivot)
        rest = left - part(left, slice(None), slice(k, k + 1)) * row
        value, radius = rest.value.copy(), rest.radius.copy()
        value[..., k, :], radius[..., k, :] = row.value[..., 0, :], row.radius[..., 0, :]
        # Columns before k + 1 are those of the identity, and are not looked at again.
        left = FloatBall(value, radius)
    return joined(found, -1), part(left, slice(None), slice(size, None))


def _nonzero(pivot: FloatBall) -> FloatBall:
    """The pivot, unknown instead of zero: with other pivots the quotient might be defined."""
    zero = (pivot.value == 0) & (pivot.radius == 0)
    return FloatBall(pivot.value, np.where(zero, np.inf, pivot.radius))


def log_determinant(S: FloatBall) -> FloatBall:
    """log det of positive definite matrices, (...,): the sum of the logarithms of the pivots."""
    return total(pivots(S).log(), -1)
