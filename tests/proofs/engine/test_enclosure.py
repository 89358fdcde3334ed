"""Signs on boxes: true ones are proved, touching zero included, false ones are refuted at a point."""

from __future__ import annotations

import math
import random
import re
from fractions import Fraction

import flint
import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.engine import enclosure_exact
from proofs.engine.enclosure import SignDisproved, SignUndecided, prove_convex, prove_monotone, prove_sign
from proofs.engine.enclosure_interval import EVERYTHING, INFINITY, Interval, Lambert, Program, between
from proofs.engine.enclosure_prover import Prover, Stuck
from proofs.engine.errors import DerivationError

x, y, a, c, r, s, t, P = sympy.symbols("x y a c r s t P")
oo = sympy.oo
UNIT = (0, 1)
exp, log, sqrt, tanh, W = sympy.exp, sympy.log, sympy.sqrt, sympy.tanh, sympy.LambertW
half, third = sympy.Rational(1, 2), sympy.Rational(1, 3)

TRUE = {
    "zero at both ends": (x**2 * (1 - x), {x: UNIT}, ">="),
    "zero at an end that is no binary fraction": (x - third, {x: (third, 1)}, ">="),
    "double root at an irrational point": (sqrt(3) / 9 - 2 * P * (1 - P) * (1 - 2 * P), {P: (0, Fraction(1, 4))}, ">="),
    "tangent of exp": (exp(x) - 1 - x, {x: (-1, 1)}, ">="),
    "tangent of exp, everywhere": (exp(x - 1) - x, {x: (-oo, oo)}, ">="),
    "Taylor polynomial below exp": (exp(x) - 1 - x - x**2 / 2 - x**3 / 6, {x: (0, oo)}, ">="),
    "strict, unbounded": (1 - x * exp(-x), {x: (0, oo)}, ">"),
    "less than one in the limit": (1 - tanh(x), {x: (0, oo)}, ">="),
    "logarithm, zero in the limit": (1 / x - log(1 + 1 / x), {x: (1, oo)}, ">"),
    "logarithm below its tangent": (log(1 + x) - x, {x: (0, oo)}, "<="),
    "tanh below its tangent": (tanh(x) - x, {x: (0, oo)}, "<="),
    "tanh above a cubic": (tanh(x) - x + x**3 / 3, {x: (0, oo)}, ">="),
    "positive quadratic": (x**2 - 3 * x + 5, {x: (-oo, oo)}, ">"),
    "zero on two faces": (exp(t * x) - 1 - t * x, {x: UNIT, t: UNIT}, ">="),
    "zero at a corner, not monotone": (x**2 - x * y + y**2, {x: UNIT, y: UNIT}, ">="),
    "the same, unbounded": (x**2 - x * y + y**2, {x: (0, oo), y: (0, oo)}, ">="),
    "zero at one point inside": (
        (x - third) ** 2 + (y - half) ** 2 - (x - third) * (y - half),
        {x: UNIT, y: UNIT},
        ">=",
    ),
    "zero along a curve": (
        (1 - r**2) * (s**2 - 1) / (s**2 - r**2) - (s - r) / (s + r),
        {r: (Fraction(1, 10), Fraction(9, 10)), s: (Fraction(11, 10), oo)},
        "<=",
    ),
    "root": (sqrt(x) - x, {x: UNIT}, ">="),
    "Lambert": (W(x) - log(1 + x), {x: (0, oo)}, "<="),
    "constant": (sympy.pi - sympy.Rational(355, 113), {}, "<"),
    "constant zero": (sqrt(12) - 2 * sqrt(3), {}, ">="),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_signs_are_proved(name: str) -> None:
    expression, box, relation = TRUE[name]
    evidence = prove_sign(expression, box, relation)
    assert evidence.proves and evidence.bits == 128 and f" {relation} 0 on" in evidence.enclosure


@pytest.mark.parametrize("name", TRUE)
def test_the_same_with_a_shift_against_it_is_not_proved(name: str) -> None:
    """Mutant: the tight statements become false when shifted by 1/100, the others at least when turned around."""
    expression, box, relation = TRUE[name]
    turned = {"<=": ">", "<": ">=", ">=": "<", ">": "<="}[relation]
    with pytest.raises((SignDisproved, SignUndecided)):
        prove_sign(expression, box, turned, budget=300)
    shift = Fraction(1, 100) if relation.startswith("<") else -Fraction(1, 100)
    if name not in ("positive quadratic", "strict, unbounded"):  # these have room
        with pytest.raises((SignDisproved, SignUndecided)):
            prove_sign(expression + sympy.Rational(shift.numerator, shift.denominator), box, relation, budget=300)


FALSE = {
    "strict where it touches": (x**2 * (1 - x), {x: UNIT}, ">"),
    "strict at a double root inside": ((x - half) ** 2, {x: UNIT}, ">"),
    "between the roots": (x**2 - 3 * x + 2, {x: (-oo, oo)}, ">="),
    "in the limit": (exp(-x) - sympy.Rational(1, 1000), {x: (0, oo)}, ">"),
    "in a corner": (x * y - sympy.Rational(1, 2), {x: UNIT, y: UNIT}, "<="),
    "slightly": (
        sympy.Rational(19, 100) - 2 * P * (1 - P) * (1 - 2 * P),
        {P: UNIT},
        ">=",
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_false_signs_are_refuted_at_a_point_where_they_fail(name: str) -> None:
    expression, box, relation = FALSE[name]
    with pytest.raises(SignDisproved) as caught:
        prove_sign(expression, box, relation)
    message = str(caught.value)
    assert "\n" not in message
    point = {
        symbol: sympy.Rational(found.group(1))
        for symbol in box
        if (found := re.search(rf"at .*\b{symbol} = (-?[\d/]+)", message))
    }
    if len(point) == len(box):
        value = expression.subs(point)
        assert not {"<=": value <= 0, "<": value < 0, ">=": value >= 0, ">": value > 0}[relation]
    else:
        assert "-> oo" in message and sympy.limit(expression, x, oo) < 0


def test_remainder_of_softmax_as_a_polynomial_in_three_variables() -> None:
    """2P(1-P)G <= 1/(3 sqrt 3) on the unit cube, where it is attained at two irrational points; 0.192 is refuted."""
    chord = a - 2 * P * a**2 + (1 - 2 * P) * (c**2 - 2 * a * c)
    with pytest.raises(SignDisproved):
        prove_sign(sympy.Rational(192, 1000) - 2 * P * (1 - P) * chord, {P: UNIT, a: UNIT, c: UNIT}, ">=")
    prove_sign(sqrt(3) / 9 - 2 * P * (1 - P) * chord.subs(c, 0), {P: UNIT, a: UNIT}, ">=")


def test_undecided_is_said_apart_and_names_the_box() -> None:
    """Zero at an irrational point inside, where nothing factors: true, and out of reach."""
    u, v = x**2 - half, y**2 - third
    touching = u**2 - u * v + v**2
    with pytest.raises(SignUndecided, match=r"undecided on x in .*, y in .* after \d+ boxes at 64 bits") as caught:
        prove_sign(touching, {x: UNIT, y: UNIT}, ">=", bits=64, budget=200)
    box = re.search(r"undecided on x in \[(\S+), (\S+)\], y in \[(\S+), (\S+)\] after", str(caught.value))
    assert box is not None
    low, high, bottom, top = (sympy.Rational(end) for end in box.groups())
    # The box where the budget ran out is close to the zero, which is what used it up.
    near = sympy.Rational(1, 16)
    assert low - near <= sqrt(half) <= high + near and bottom - near <= sqrt(third) <= top + near
    with pytest.raises(SignUndecided):
        prove_sign(touching, {x: UNIT, y: UNIT}, ">", bits=64, budget=200)


def test_expressions_must_be_defined_on_the_whole_box() -> None:
    for expression, box in (
        (1 / x, {x: (-1, 1)}),
        (log(x), {x: UNIT}),
        (sqrt(x - half), {x: UNIT}),
        (1 / (x - half) ** 2, {x: UNIT}),
        (W(x), {x: (-1, 0)}),
        (log(x - 1) ** 2, {x: (0, 3)}),
    ):
        with pytest.raises(SignUndecided, match="to be defined on"):
            prove_sign(expression, box, ">=")
    prove_sign(1 / (x - half) ** 2, {x: (1, 2)}, ">")
    prove_sign(W(x), {x: (-Fraction(1, 3), 0)}, "<=")


def test_what_is_not_understood_is_refused() -> None:
    for call, message in (
        (lambda: prove_sign(sympy.sin(x), {x: UNIT}, "<="), "found sin"),
        (lambda: prove_sign(sympy.Abs(x), {x: UNIT}, ">="), "found Abs"),
        (lambda: prove_sign(sympy.Float(0.1) * x, {x: UNIT}, ">="), "enclosure: expected rationals"),
        (lambda: prove_sign(W(x, -1), {x: (-Fraction(1, 4), -Fraction(1, 5))}, "<"), "principal branch"),
        (lambda: prove_sign(x + y, {x: UNIT}, ">="), "found none for y"),
        (lambda: prove_sign(x, {x: (0.0, 0.5)}, ">="), "expected rational or infinite ends"),
        (lambda: prove_sign(x, {x: (1, 0)}, ">="), "lower end <= upper end"),
        (lambda: prove_sign(x, {x: UNIT}, "=="), "expected one of"),
    ):
        with pytest.raises(DerivationError, match=message):
            call()


def test_monotone_and_convex() -> None:
    prove_monotone(x / (1 + x), x, {x: (0, oo)}, strict=True)
    prove_monotone(W(x), x, {x: (0, oo)}, strict=True)
    prove_monotone(exp(-(x**2)), x, {x: (0, oo)}, "decreasing")
    with pytest.raises(SignDisproved):
        prove_monotone(x - x**2, x, {x: UNIT})
    with pytest.raises(SignUndecided, match="to be defined"):
        prove_monotone(-1 / x, x, {x: (-1, 1)})
    prove_convex(x * log(x), x, {x: (Fraction(1, 100), oo)})
    prove_convex(log(exp(x) + exp(y)), [x, y], {x: (-2, 2), y: (-2, 2)})
    with pytest.raises(SignDisproved):
        prove_convex(x * y, [x, y], {x: UNIT, y: UNIT})  # convex in each, not in both
    prove_convex(x * y, x, {x: UNIT, y: UNIT})
    with pytest.raises(DerivationError, match="at least one symbol"):
        prove_convex(x, [], {x: UNIT})


@settings(max_examples=40, deadline=None)
@given(
    coefficients=st.lists(st.integers(-5, 5), min_size=2, max_size=5),
    low=st.integers(-3, 2),
    width=st.integers(1, 3),
)
def test_polynomial_signs_agree_with_sturm(coefficients: list[int], low: int, width: int) -> None:
    """A polynomial in one variable is positive on an interval iff it has no root there and is positive at an end."""
    polynomial = sympy.Poly(coefficients, x)
    expression, high = polynomial.as_expr(), low + width
    no_root = not polynomial.is_zero and polynomial.count_roots(low, high) == 0
    expected = no_root and polynomial.eval(low) > 0
    try:
        prove_sign(expression, {x: (low, high)}, ">", budget=400)
    except SignDisproved:
        assert not expected
    except SignUndecided:
        pass
    else:
        assert expected


EXPRESSIONS = (
    exp(x) * y - x / (2 + y**2),
    tanh(x * y) + sqrt(1 + x**2) - sympy.Rational(1, 7),
    log(2 + x + y) ** 3 / (3 + x),
    W(2 + x * y) - sympy.cosh(x) + sympy.sinh(y),
    (x - y) ** 4 - (2 + x) ** sympy.Rational(-2, 3) + (2 + y) ** x,
    sympy.erf(x) + sympy.atan(y) * sympy.asinh(x) + sympy.pi * sympy.E,
)


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_enclosures_contain_the_values(expression: sympy.Expr) -> None:
    """Against mpmath at 40 digits, at random points of random boxes."""
    source, program = random.Random(3), Program(expression)
    numeric = sympy.lambdify((x, y), expression, modules="mpmath")
    for _ in range(20):
        ends = {symbol: sorted(Fraction(source.randint(-128, 128), 128) for _ in range(2)) for symbol in (x, y)}
        found = program({symbol: between((low, high)) for symbol, (low, high) in ends.items()})
        for _ in range(5):
            point = [low + (high - low) * Fraction(source.randint(0, 8), 8) for low, high in ends.values()]
            with mpmath.workdps(40):
                value = mpmath.re(numeric(*(mpmath.mpf(p.numerator) / p.denominator for p in point)))
                slack = mpmath.mpf(10) ** -12  # intervals are computed with 53 bits here and may be points
                assert float(found.lower) - slack <= value <= float(found.upper) + slack


def test_intervals_round_outwards_and_reach_infinity() -> None:
    third_ = between((Fraction(1, 3), Fraction(1, 3)))
    assert third_.lower.fmpq() < flint.fmpq(1, 3) < third_.upper.fmpq()
    tail = between((Fraction(2), float("inf")))
    at_infinity = Interval(INFINITY, INFINITY)
    vanishing = (-at_infinity).exp()
    assert vanishing.upper == 0
    # On a set of reals 0 * x is 0; for limits 0 * oo says nothing.
    assert tail.times(Interval(vanishing.lower, vanishing.upper), limits=False).upper == 0
    assert at_infinity.times(vanishing, limits=True) == EVERYTHING
    assert at_infinity + -at_infinity == EVERYTHING
    assert (-tail).exp().upper < Fraction(1, 7).__float__()
    assert tail.reciprocal().lower == 0
    assert Interval(-INFINITY, INFINITY).power(2).lower == 0


def test_own_lambert_has_the_derivative_without_singularity() -> None:
    derivative = sympy.diff(Lambert(x), x)
    assert derivative.subs(x, 0) == 1
    assert abs(sympy.N((derivative - sympy.diff(W(x), x)).subs(x, 2).replace(Lambert, W))) < 1e-12
    assert (Lambert(0), Lambert(sympy.E)) == (0, 1)


def test_exact_zero_test_is_sound_and_finds_cancellation() -> None:
    for zero in (
        sqrt(12) - 2 * sqrt(3),
        exp(2 * x + 1) - exp(x) ** 2 * sympy.E,
        (x + y) ** 3 - x**3 - 3 * x**2 * y - 3 * x * y**2 - y**3,
        1 / x + 1 / y - (x + y) / (x * y),
        -1 / x**2 + 1 / (x**2 * (1 + 1 / x)) + 1 / (x**2 * (x + 1)),
        log(x) * (exp(x) - exp(-x)) * exp(x) - log(x) * (exp(2 * x) - 1),
    ):
        assert enclosure_exact.is_zero(zero)
    for nonzero in (sqrt(2) + sqrt(3) - sqrt(5), exp(x) - 1, x * y - y, sqrt(x**2) - x, log(x**2) - log(x), 1 / x - 1):
        assert not enclosure_exact.is_zero(nonzero)


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        (x**2 * (1 - x), 2),
        (sqrt(3) / 9 - 2 * P * (1 - P) * (1 - 2 * P), 2),
        (exp(2 * x) - 1, 2),
        (1 / x - 1 / (1 + x), 2),
        (t * exp(t * x) - t, 2),
    ],
)
def test_factors_multiply_to_the_expression(expression: sympy.Expr, count: int) -> None:
    constant, factors = enclosure_exact.factored(expression)
    product = sympy.Rational(constant.numerator, constant.denominator) * sympy.Mul(*(f**e for f, e in factors))
    assert len(factors) >= count
    for value in (sympy.Rational(2, 7), sympy.Rational(5, 3)):
        point = {symbol: value + i for i, symbol in enumerate(sorted(expression.free_symbols, key=str))}
        assert abs(sympy.N((expression - product).subs(point), 30)) < 1e-25


def _grown(source: random.Random, depth: int) -> sympy.Expr:
    if depth == 0:
        return source.choice([x, y, sympy.Rational(source.randint(-4, 4), source.randint(1, 3))])
    left, right = _grown(source, depth - 1), _grown(source, depth - 1)
    one = source.choice(
        [exp(-(x**2)), exp(y), tanh(left), log(1 + left**2), sqrt(1 + left**2), 1 / (1 + left**2), W(y**2)]
    )
    return source.choice([left + right, left * right, left - right, left**2, one, one * right])


def test_whatever_is_proved_holds_at_sampled_points() -> None:
    """Grown expressions shifted to be zero at a corner, where it is hardest; true, false and undecided all occur."""
    source, outcomes = random.Random(12), set()
    for _ in range(150):
        expression = _grown(source, source.randint(1, 3))
        ends = {symbol: source.choice([(0, 1), (-1, 1), (-third, 2), (0, oo)]) for symbol in (x, y)}
        expression = expression - expression.subs({symbol: low for symbol, (low, _) in ends.items()})
        relation = source.choice(["<=", ">=", ">"])
        try:
            prove_sign(expression, ends, relation, budget=60)
        except DerivationError as error:
            outcomes.add(type(error))
            continue
        outcomes.add(None)
        numeric = sympy.lambdify((x, y), expression, modules="mpmath")
        for _ in range(30):
            with mpmath.workdps(30):
                point = [
                    float(low) + source.random() * (4 if high == oo else float(high - low))
                    for low, high in ends.values()
                ]
                value = mpmath.re(numeric(*map(mpmath.mpf, point)))
                assert value <= 0 if relation == "<=" else value >= 0
    assert outcomes == {None, SignDisproved, SignUndecided}


def test_a_factor_that_vanishes_in_the_limit_may_come_from_below() -> None:
    falling = (tanh(x) - 1) * exp(3 * x)  # to -oo, though its factors have the limits 0 and oo
    with flint.ctx.workprec(128), pytest.raises(Stuck):
        Prover(budget=100, bits=128).prove(falling, {x: (math.inf, math.inf)}, strict=False)
