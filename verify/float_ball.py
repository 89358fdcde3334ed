"""Float arithmetic that knows its error: arrays of balls [value - radius, value + radius] that hold the true numbers.

Every operation adds to the radii what its operands' radii and its own rounding can contribute. With u = 2^-53,
  x + y : rx + ry + u|v|                       (sums that underflow are exact)
  x y   : |x| ry + |y| rx + rx ry + u|v| + e   (e = 2^-1074, the smallest float: products and quotients underflow)
  x / y : (rx + |v| ry) / (|y| - ry) + u|v| + e
  f(x)  : for a monotone f the largest distance from f(x) to the images of the ball's ends, where a library function is
          trusted to `LIBRARY_ULPS` units in the last place (tests hold this against ball arithmetic at 200 bits)
and each radius, a float computation too, is rounded up by the factor `UP`. A result about which nothing is known (an
overflow, a quotient by a ball around zero) is the ball 0 with infinite radius; a result that is undefined for certain
(the logarithm of a negative ball, a quotient by exactly zero) is NaN.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

UNIT = 2.0**-53
SMALLEST = 2.0**-1074
LIBRARY_ULPS = 8
UP = 1 + 2.0**-48  # covers the dozen roundings of any radius below, with room


@dataclasses.dataclass(frozen=True, slots=True)
class FloatBall:
    """Arrays of balls; value and radius have one shape."""

    value: np.ndarray
    radius: np.ndarray

    @classmethod
    def of(cls, values: Any, radii: Any = 0.0) -> FloatBall:
        """Balls as given. An infinite value says nothing and becomes the unknown ball; NaN stays."""
        value, radius = np.broadcast_arrays(np.asarray(values, dtype=np.float64), np.asarray(radii, dtype=np.float64))
        return _settle(value, radius, np.isnan(value) | np.isnan(radius) | (radius < 0))

    @classmethod
    def number(cls, number: Fraction) -> FloatBall:
        """The ball around a rational: radius zero where a float holds it."""
        try:
            nearest = float(number)
        except OverflowError:
            return cls.of(np.inf)
        missed = abs(number - Fraction(nearest))
        return cls.of(nearest, np.nextafter(float(missed), np.inf) if missed else 0.0)

    @property
    def lower(self) -> np.ndarray:
        """At most the least number of each ball."""
        return np.where(self.radius == 0, self.value, np.nextafter(self.value - self.radius, -np.inf))

    @property
    def upper(self) -> np.ndarray:
        """At least the largest number of each ball."""
        return np.where(self.radius == 0, self.value, np.nextafter(self.value + self.radius, np.inf))

    def __add__(self, other: FloatBall) -> FloatBall:
        with np.errstate(all="ignore"):
            value = self.value + other.value
            return _settle(value, (self.radius + other.radius + UNIT * np.abs(value)) * UP, _undefined(self, other))

    def __sub__(self, other: FloatBall) -> FloatBall:
        return self + -other

    def __mul__(self, other: FloatBall) -> FloatBall:
        with np.errstate(all="ignore"):
            value = self.value * other.value
            spread = np.abs(self.value) * other.radius + self.radius * (np.abs(other.value) + other.radius)
            radius = (spread + UNIT * np.abs(value)) * UP + SMALLEST * ((self.value != 0) & (other.value != 0))
            # Products of radii underflow as well.
            radius = radius + 4 * SMALLEST * ((self.radius != 0) | (other.radius != 0))
            return _settle(value, radius, _undefined(self, other))

    def __truediv__(self, other: FloatBall) -> FloatBall:
        with np.errstate(all="ignore"):
            value = self.value / other.value
            room = np.abs(other.value) - other.radius
            spread = (self.radius + np.abs(value) * other.radius) / (room * (1 - 4 * UNIT))
            radius = (spread + UNIT * np.abs(value)) * UP + 4 * SMALLEST * ((self.value != 0) | (self.radius != 0))
            unknown = ~(room > 0)
            by_zero = (other.value == 0) & (other.radius == 0)
            radius = np.where(unknown, np.inf, radius)
            return _settle(value, radius, _undefined(self, other) | by_zero)

    def __neg__(self) -> FloatBall:
        return FloatBall(-self.value, self.radius)

    def __abs__(self) -> FloatBall:
        return FloatBall(np.abs(self.value), self.radius)

    def maximum(self, other: FloatBall) -> FloatBall:
        return FloatBall(np.maximum(self.value, other.value), np.maximum(self.radius, other.radius))

    def minimum(self, other: FloatBall) -> FloatBall:
        return FloatBall(np.minimum(self.value, other.value), np.maximum(self.radius, other.radius))

    def exp(self) -> FloatBall:
        return _monotone(self, np.exp, LIBRARY_ULPS)

    def tanh(self) -> FloatBall:
        return _monotone(self, np.tanh, LIBRARY_ULPS)

    def log(self) -> FloatBall:
        return _monotone(self, np.log, LIBRARY_ULPS, undefined=self.upper <= 0)

    def sqrt(self) -> FloatBall:
        # The number is known to be at least zero wherever the root is defined at all.
        inside = FloatBall(np.maximum(self.value, 0.0), self.radius)
        return _monotone(inside, np.sqrt, 1, floor=0.0, undefined=self.upper < 0)

    def lambertw(self) -> FloatBall:
        """The principal branch W0, enclosed afterwards: w - r and w + r are ends of a bracket of w e^w = x."""
        from scipy.special import lambertw

        lower, upper = self.lower, self.upper
        end = -np.exp(-1.0)
        near = 2 * LIBRARY_ULPS * UNIT  # how well the library knows -1/e
        fits = np.zeros(np.shape(self.value), dtype=bool)
        with np.errstate(all="ignore"):
            value = np.real(lambertw(np.maximum(self.value, end * (1 - near))))
            slope = np.exp(-value) / (1 + value)  # W0'(x)
            radius = 4 * UNIT * np.abs(value) + self.radius * np.abs(slope) + SMALLEST
            for _ in range(60):
                below, above = value - radius, value + radius
                # -1 is the end of the branch; nothing has to be shown there.
                fits = (below <= -1) | (_product_upper(below) <= lower)
                fits &= (above >= -1) & (_product_lower(above) >= upper)
                if fits.all():
                    break
                radius = np.where(fits, radius, 2 * radius)
        radius = np.where(fits & (lower >= end * (1 - near)), radius * UP, np.inf)
        return _settle(value, radius, np.isnan(self.value) | (upper < end * (1 + near)))


def _product_upper(w: np.ndarray) -> np.ndarray:
    """At least w e^w."""
    product = w * np.exp(w)
    return product + (LIBRARY_ULPS + 2) * 2 * UNIT * np.abs(product) + SMALLEST


def _product_lower(w: np.ndarray) -> np.ndarray:
    """At most w e^w."""
    product = w * np.exp(w)
    return product - (LIBRARY_ULPS + 2) * 2 * UNIT * np.abs(product) - SMALLEST


def _undefined(x: FloatBall, y: FloatBall) -> np.ndarray:
    return np.isnan(x.value) | np.isnan(y.value)


def _settle(value: np.ndarray, radius: np.ndarray, undefined: np.ndarray) -> FloatBall:
    """The ball, unknown where it is not finite, NaN where undefined."""
    finite = np.isfinite(value) & np.isfinite(radius)
    value = np.where(undefined, np.nan, np.where(finite, value, 0.0))
    return FloatBall(value, np.where(finite & ~undefined, radius, np.inf))


def _monotone(
    ball: FloatBall,
    function: Callable[[np.ndarray], np.ndarray],
    ulps: int,
    *,
    floor: float = -np.inf,
    undefined: np.ndarray | bool = False,
) -> FloatBall:
    """The image under an increasing function that is computed to `ulps` units in the last place."""
    with np.errstate(all="ignore"):
        value = function(ball.value)
        ends = [function(np.maximum(ball.lower, floor)), function(ball.upper)]
        slack = [2 * UNIT * ulps * np.abs(end) + SMALLEST * ulps for end in (value, *ends)]
        reach = np.maximum(np.abs(ends[0] - value) + slack[1], np.abs(ends[1] - value) + slack[2])
        return _settle(value, (reach + slack[0]) * UP, np.isnan(ball.value) | undefined)
