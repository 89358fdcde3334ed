"""Radii are bounds: the true result, in ball arithmetic at 300 bits, lies in the computed ball. Mutants do not pass."""

import math
from fractions import Fraction

import flint
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from verify.float_ball import FloatBall

BITS = 300

floats = st.floats(allow_nan=False, allow_infinity=False, width=64)
radii = st.one_of(st.just(0.0), st.floats(0, 1e-3), st.floats(0, 1e6), st.floats(0, 5e-324))
weights = st.fractions(-1, 1, max_denominator=8)


@pytest.fixture(scope="module", autouse=True)
def precision():
    before, flint.ctx.prec = flint.ctx.prec, BITS
    yield
    flint.ctx.prec = before


def ball(x: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(x.numerator, x.denominator))


def inside(value: float, radius: float, at: Fraction) -> Fraction:
    return Fraction(value) + at * Fraction(radius)


def holds(result: FloatBall, truth: flint.arb | Fraction) -> bool:
    """Whether the computed ball holds the true number: |truth - value| <= radius."""
    if np.isinf(result.radius):
        return True
    value, radius = Fraction(float(result.value)), Fraction(float(result.radius))
    if isinstance(truth, Fraction):
        return abs(truth - value) <= radius
    return not abs(truth - ball(value)) > ball(radius)


BINARY = {
    "+": (lambda x, y: x + y, lambda x, y: x + y),
    "-": (lambda x, y: x - y, lambda x, y: x - y),
    "*": (lambda x, y: x * y, lambda x, y: x * y),
    "/": (lambda x, y: x / y, lambda x, y: x / y),
    "max": (FloatBall.maximum, max),
    "min": (FloatBall.minimum, min),
}


@pytest.mark.parametrize("op", BINARY)
@settings(max_examples=150, deadline=None)
@given(x=floats, rx=radii, y=floats, ry=radii, s=weights, t=weights)
@example(x=5e-324, rx=0.0, y=0.5, ry=0.0, s=Fraction(0), t=Fraction(0))
@example(x=1.0, rx=0.0, y=3.0, ry=0.0, s=Fraction(0), t=Fraction(0))
@example(x=1e308, rx=0.0, y=1e308, ry=0.0, s=Fraction(0), t=Fraction(0))
def test_arithmetic_holds_the_exact_result(op, x, rx, y, ry, s, t):
    ours, exact = BINARY[op]
    result = ours(FloatBall.of(x, rx), FloatBall.of(y, ry))
    a, b = inside(x, rx, s), inside(y, ry, t)
    if op == "/" and b == 0:
        assert np.isinf(result.radius)
        return
    assert holds(result, exact(a, b))


UNARY = {
    "exp": (FloatBall.exp, lambda x: x.exp(), st.floats(-800, 800)),
    "tanh": (FloatBall.tanh, lambda x: x.tanh(), st.floats(-40, 40)),
    "log": (FloatBall.log, lambda x: x.log(), st.floats(1e-300, 1e300)),
    "sqrt": (FloatBall.sqrt, lambda x: x.sqrt(), st.floats(0, 1e300)),
    "lambertw": (FloatBall.lambertw, lambda x: x.lambertw(), st.floats(-0.36, 1e300)),
}


@pytest.mark.parametrize("op", UNARY)
@settings(max_examples=150, deadline=None)
@given(data=st.data(), r=st.one_of(st.just(0.0), st.floats(0, 1e-6), st.floats(0, 1.0)), t=weights)
def test_functions_hold_the_true_result(op, data, r, t):
    ours, exact, domain = UNARY[op]
    x = data.draw(domain)
    result = ours(FloatBall.of(x, r))
    at = inside(x, r, t)
    assume(op != "log" or at > 0)
    assume(op != "sqrt" or at >= 0)
    assume(op != "lambertw" or at > Fraction(-36, 100))
    assert holds(result, exact(ball(at)))


@pytest.mark.parametrize("op", UNARY)
def test_radii_are_small_where_nothing_is_lost(op):
    x = np.linspace(0.01, 20, 500)
    result = UNARY[op][0](FloatBall.of(x))
    assert np.all(result.radius <= 64 * 2.0**-53 * np.abs(result.value))


def test_radii_without_rounding_would_not_pass():
    third = FloatBall.number(Fraction(1, 3))
    forgetful = FloatBall(third.value, np.zeros(()))
    assert holds(third, Fraction(1, 3))
    assert not holds(forgetful, Fraction(1, 3))


def test_numbers_floats_hold_have_no_radius():
    assert FloatBall.number(Fraction(3, 8)).radius == 0
    assert (FloatBall.number(Fraction(3, 8)) - FloatBall.number(Fraction(3, 8))).radius == 0
    assert FloatBall.number(Fraction(10) ** 400).radius == np.inf


def test_what_is_unknown_and_what_is_undefined():
    zero, around = FloatBall.of(0.0), FloatBall.of(0.0, 1.0)
    one = FloatBall.of(1.0)
    assert np.isnan((one / zero).value)
    assert np.isinf((one / around).radius) and (one / around).value == 0
    assert np.isnan(FloatBall.of(-1.0).log().value)
    assert np.isinf(around.log().radius)
    assert np.isnan(FloatBall.of(-1.0).sqrt().value)
    assert np.isnan(FloatBall.of(-1.0).lambertw().value)
    assert np.isinf(FloatBall.of(-math.exp(-1), 1e-9).lambertw().radius)
    assert np.isnan((FloatBall.of(np.nan) + one).value)
    assert np.isinf(FloatBall.of(1000.0).exp().radius)
    assert np.isnan(FloatBall.of(1.0, -1.0).value)


def test_an_overflow_does_not_poison_its_neighbours():
    result = FloatBall.of(np.array([1.0, 1e308])) * FloatBall.of(10.0)
    assert result.value[0] == 10 and result.radius[0] < 1e-14
    assert result.value[1] == 0 and np.isinf(result.radius[1])
