"""Arrays of balls over float64: midpoints by the fastest routines, radii that include every rounding error.

For u = 2^-53 a sum or dot product of k terms is off by at most k u times the same of absolute values (Higham 2002,
section 3.1, for any order of summation and with fused multiplications); radii are themselves computed in floats and
widened for it (Rump 1999, "Fast and parallel interval arithmetic"). What is enclosed is exact arithmetic on the balls.
"""

from __future__ import annotations

from typing import Any

import numpy as np

UNIT = 2.0**-53
TINY = 1e-290
"""More than all underflow of a dot product of fewer than 10^10 terms."""


class Ball:
    """An array of intervals mid +- rad. Mixes with float arrays, which are exact."""

    __array_ufunc__ = None  # numpy hands mixed operations over
    __slots__ = ("mid", "rad")

    def __init__(self, mid: Any, rad: Any = 0.0) -> None:
        self.mid = np.asarray(mid, dtype=float)
        self.rad = np.broadcast_to(np.asarray(rad, dtype=float), self.mid.shape)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.mid.shape

    @property
    def mT(self) -> Ball:
        return Ball(self.mid.mT, self.rad.mT)

    def __getitem__(self, index: Any) -> Ball:
        return Ball(self.mid[index], self.rad[index])

    def reshape(self, *shape: int) -> Ball:
        return Ball(self.mid.reshape(*shape), self.rad.reshape(*shape))

    def swapaxes(self, one: int, other: int) -> Ball:
        return Ball(self.mid.swapaxes(one, other), self.rad.swapaxes(one, other))

    def __neg__(self) -> Ball:
        return Ball(-self.mid, self.rad)

    def __add__(self, other: Any) -> Ball:
        other = as_ball(other)
        mid = self.mid + other.mid
        return Ball(mid, _up(self.rad + other.rad + UNIT * np.abs(mid), 4))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Ball:
        return self + -as_ball(other)

    def __rsub__(self, other: Any) -> Ball:
        return -self + other

    def __mul__(self, other: Any) -> Ball:
        other = as_ball(other)
        mid = self.mid * other.mid
        rad = np.abs(self.mid) * other.rad + self.rad * (np.abs(other.mid) + other.rad)
        return Ball(mid, _up(rad + 2 * UNIT * np.abs(mid), 8))

    __rmul__ = __mul__

    def __truediv__(self, power_of_two: float) -> Ball:
        return Ball(self.mid / power_of_two, _up(self.rad / power_of_two, 2))

    def __matmul__(self, other: Any) -> Ball:
        return _product(self, as_ball(other))

    def __rmatmul__(self, other: Any) -> Ball:
        return _product(as_ball(other), self)

    def sum(self, axis: int | tuple[int, ...]) -> Ball:
        terms = self.mid.size // max(1, self.mid.sum(axis=axis).size)
        rad = self.rad.sum(axis=axis) + terms * UNIT * np.abs(self.mid).sum(axis=axis)
        return Ball(self.mid.sum(axis=axis), _up(rad, 2 * terms + 8))

    def magnitude(self) -> np.ndarray:
        """An upper bound on the absolute values."""
        return _up(np.abs(self.mid) + self.rad, 4)


def as_ball(value: Any) -> Ball:
    return value if isinstance(value, Ball) else Ball(value)


class Balls:
    """The arithmetic of balls, as `stationary_system.Floats` is that of floats."""

    @staticmethod
    def solve(matrices: Any, right: Any) -> Ball:
        """An enclosure of all A^{-1} B. Raises `np.linalg.LinAlgError` unless every A in the balls is proved regular.

        With Y close to A^{-1} and eta >= |I - YA| (row sums) < 1, X - X~ = (I - (I - YA))^{-1} Y (B - A X~).
        """
        matrices, right = as_ball(matrices), as_ball(right)
        inverse = np.linalg.inv(matrices.mid)
        _, eta = _nearly_one(inverse, matrices)
        if not (eta < 1).all():
            raise np.linalg.LinAlgError("expected regular matrices throughout their balls")
        guess = inverse @ right.mid
        off = (inverse @ (right - matrices @ guess)).magnitude()
        spread = eta / (1 - eta)
        return Ball(guess, _up(off + _up(spread, 4) * off.max(axis=-2, keepdims=True), 8))

    @staticmethod
    def join(rows: list[list[Any]]) -> Ball:
        """One matrix from blocks."""
        balls = [[as_ball(block) for block in row] for row in rows]
        lead = np.broadcast_shapes(*(block.shape[:-2] for row in balls for block in row))

        def joined(part: str) -> np.ndarray:
            lines = [
                np.concatenate(
                    [np.broadcast_to(getattr(b, part), (*lead, *b.shape[-2:])) for b in row],
                    axis=-1,
                )
                for row in balls
            ]
            return np.concatenate(lines, axis=-2)

        return Ball(joined("mid"), joined("rad"))

    @staticmethod
    def log(number: float) -> Ball:
        """The logarithm of a number known up to four roundings."""
        value = np.log(number)
        return Ball(value, 8 * UNIT * (1 + np.abs(value)))

    @staticmethod
    def log_det(matrices: Any) -> Ball:
        """log det of positive definite matrices, (...). Raises `np.linalg.LinAlgError` where that is not proved."""
        matrices = as_ball(matrices)
        k = matrices.shape[-1]
        # Lower triangular W with W A W' close to I; the inverse may leave rounding errors above the diagonal.
        factor = np.tril(np.linalg.inv(np.linalg.cholesky(matrices.mid)))
        _, eta = _nearly_one(np.eye(k), factor @ matrices @ factor.mT)
        if not (eta < 1).all():
            raise np.linalg.LinAlgError("expected positive definite matrices throughout their balls")
        logs = np.log(np.diagonal(factor, axis1=-2, axis2=-1))
        mid = -2 * logs.sum(axis=-1)
        off = -k * np.log1p(-_up(eta[..., 0, 0], 4))
        return Ball(mid, _up(off + (8 + 2 * k) * UNIT * 2 * np.abs(logs).sum(axis=-1), 16))


def is_definite(matrices: Any) -> np.ndarray:
    """Where symmetric matrices are proved positive definite throughout their balls, (...) of bool.

    By congruence with approximate eigenvectors V, proved regular, and Gershgorin's discs of V'AV.
    """
    matrices = as_ball(matrices)
    _, V = np.linalg.eigh(matrices.mid)
    _, eta = _nearly_one(V.mT, Ball(V))
    turned = V.mT @ matrices @ V
    size = turned.shape[-1]
    diagonal = np.diagonal(turned.mid, axis1=-2, axis2=-1)
    others = turned.magnitude() * (1 - np.eye(size)) + turned.rad * np.eye(size)
    return (eta[..., 0, 0] < 1) & (diagonal > _up(others.sum(axis=-1), 2 * size + 8)).all(axis=-1)


def _nearly_one(left: np.ndarray, right: Ball) -> tuple[Ball, np.ndarray]:
    """I - left right, and a bound on its row sums, (..., 1, 1)."""
    near = np.eye(right.shape[-1]) - left @ right
    return near, _up(near.magnitude().sum(axis=-1).max(axis=-1), 2 * right.shape[-1] + 8)[..., None, None]


def _product(left: Ball, right: Ball) -> Ball:
    terms = left.shape[-1]
    mid = left.mid @ right.mid
    size = np.abs(left.mid)
    rounding = (terms + 2) * UNIT
    rad = size @ (right.rad + rounding * np.abs(right.mid))
    if left.rad.any():
        rad = rad + left.rad @ (np.abs(right.mid) + right.rad)
    return Ball(mid, _up(rad, 4 * terms + 16))


def _up(radius: np.ndarray, operations: int) -> np.ndarray:
    """A radius computed in floats by that many operations at most, widened for their rounding and for underflow."""
    return radius * (1 + 2 * operations * UNIT) + TINY
