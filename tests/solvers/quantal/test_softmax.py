"""Closed forms, invariances, precision and refusals of the softmax quantities."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games.choice import Choice, ChoiceAtTwoTemperatures, ChoiceWithPolicy, PerturbedChoice
from games.families import family
from solvers.errors import SolverError
from solvers.quantal import perturbation, policy, softmax, temperatures
from solvers.quantal.rounding import CURVE, LIBRARY, UNIT, curve

TWO = Choice(values=[0.0, -math.log(3)], temperature=1.0)  # plays 3/4, 1/4


def near(found, value):
    return abs(found[0] - value) <= found[1] + 4e-16 * abs(value)  # the closed form is rounded, and so is log 3


def test_closed_forms_of_two_actions():
    law, radii = softmax.softmax(TWO)
    assert np.all(np.abs(law - [0.75, 0.25]) <= radii + 1e-16)
    assert near(softmax.value_gap(TWO), math.log(3) / 4)
    assert near(softmax.soft_value(TWO), -math.log(3) / 4)
    assert near(softmax.lse_gap(TWO), math.log(4 / 3))
    assert near(softmax.log_sum_exp(TWO), math.log(4 / 3))
    assert near(softmax.soft_entropy(TWO), math.log(4) - 0.75 * math.log(3))
    assert near(softmax.policy_gap(TWO), 0.5)


def test_all_actions_best():
    game = Choice(values=np.full((3, 5), [[0.0], [1e12], [-7.0]]), temperature=[1e-12, 1.0, 1e12])
    assert np.all(softmax.value_gap(game)[0] == 0)
    assert np.all(softmax.policy_gap(game)[0] == 0)
    assert np.all(softmax.maximisers(game)[0] == 5)
    assert np.all(np.isnan(softmax.gap(game)[0]))
    for value, radius, tau in zip(*softmax.lse_gap(game), game.temperature, strict=True):
        assert abs(value - tau * math.log(5)) <= radius + UNIT * value


def test_opposite_changes_reverse_the_law():
    """The log-odds of two actions go from -s/2 to s/2: the law moves by 2 tanh(s/4)."""
    for s in (1e-9, 1e-3, 0.5, 3.0, 40.0):
        game = PerturbedChoice(values=[-s / 2, 0.0], temperature=1.0, perturbation=[s, 0.0])
        assert near(perturbation.response_distance(game), 2 * math.tanh(s / 4))
        assert near(perturbation.response_distance_l2(game), math.sqrt(2) * math.tanh(s / 4))


@pytest.mark.parametrize("s", [1e-9, 1e-5, 1e-2])
def test_remainder_of_tiny_changes(s):
    """Between two actions p'' = p (1-p) (1-2p): the remainder is s^2 p (1-p) |1-2p| up to O(s^3), however small s."""
    game = PerturbedChoice(values=[0.0, -math.log(3)], temperature=1.0, perturbation=[0.0, s])
    value, radius = perturbation.remainder(game)
    assert radius < 1e-13 * value
    assert value == pytest.approx(s * s * (3 / 16) / 2, rel=s)


def test_wide_spans_get_trivial_enclosures():
    game = PerturbedChoice(values=[0.0, 1e9], temperature=1.0, perturbation=[0.0, 1e15])
    for function, most in ((perturbation.response_distance, 2), (perturbation.response_distance_l2, 1.5)):
        value, radius = function(game)
        assert value - radius <= 0 < most <= value + radius
    value, radius = perturbation.remainder(game)
    assert value + radius < (1e15) ** 2 / (6 * math.sqrt(3))


def test_policy_quantities():
    game = ChoiceWithPolicy(values=[0.0, -math.log(3)], temperature=2.0, policy=[0.5, 0.5])
    cold = Choice(values=game.values, temperature=2.0)
    law = softmax.softmax(cold)[0]
    assert near(policy.policy_entropy(game), math.log(2))
    assert near(policy.policy_value(game), -math.log(3) / 2)
    assert near(policy.policy_divergence(game), -0.5 * math.log(4 * law[0] * law[1]))
    assert near(policy.free_energy_gap(game), -math.log(4 * law[0] * law[1]))
    alone = ChoiceWithPolicy(values=[0.0, -math.log(3)], temperature=1.0, policy=[0.0, 1.0])
    assert near(policy.policy_divergence(alone), math.log(4))
    assert policy.policy_entropy(alone)[0] == 0


def test_divergence_from_nearly_the_same_law_does_not_cancel():
    """KL(p || s) for s = p + h (1, -1) is h^2/(2 p (1-p)) up to O(h^3)."""
    h = 2.0**-20
    game = ChoiceWithPolicy(values=[0.0, 0.0], temperature=1.0, policy=[0.5 + h, 0.5 - h])
    value, radius = policy.policy_divergence(game)
    assert value == pytest.approx(2 * h * h, rel=1e-10)
    assert radius < 1e-8 * value


def test_probabilities_that_miss_one():
    """Floats need not sum to 1: the radius covers what the formulas take from that."""
    rng = np.random.default_rng(4)
    laws = rng.dirichlet(np.full(7, 0.3), 200)
    missed = [abs(sum(map(Fraction, law)) - 1) for law in laws]
    bound = policy._missing(laws)
    assert np.allclose(bound, np.array(missed, dtype=float), rtol=1e-15, atol=1e-29)  # some n^2 u^2
    assert max(bound) > 0
    assert np.all(policy._missing(np.array([[0.25, 0.75], [0.0, 1.0]])) == 0)
    values = rng.integers(-3, 3, 7) + 1e6
    game = ChoiceWithPolicy(values=np.tile(values, (200, 1)), temperature=0.5, policy=laws)
    with mpmath.workdps(60):
        q = [mpmath.mpf(float(x)) for x in values]
        top = mpmath.log(mpmath.fsum(mpmath.exp(x / 0.5) for x in q)) / 2
        for i, law in enumerate(laws):
            p = [mpmath.mpf(float(x)) for x in law]
            free = top - mpmath.fsum(x * y - x * mpmath.log(x) / 2 for x, y in zip(p, q, strict=True) if x)
            divergence = mpmath.fsum(x * (mpmath.log(x) - 2 * (y - top)) for x, y in zip(p, q, strict=True) if x)
            for function, truth in ((policy.free_energy_gap, free), (policy.policy_divergence, divergence)):
                value, radius = function(game[i])
                assert abs(float(value) - truth) <= float(radius)


def test_heating_a_little():
    """d<p, q>/d tau = -Var(q)/tau^2 and dEnt/d tau = Var(q)/tau^3."""
    variance = (3 / 16) * math.log(3) ** 2
    game = ChoiceAtTwoTemperatures(values=[0.0, -math.log(3)], temperature=1.0, hotter=1.0 + 2.0**-40)
    for function in (temperatures.soft_value_drop, temperatures.entropy_rise):
        value, radius = function(game)
        assert value == pytest.approx(variance * 2.0**-40, rel=1e-9)
        assert radius < 1e-12 * value
    same = ChoiceAtTwoTemperatures(values=[0.0, -1.0], temperature=1.0, hotter=1.0)
    assert temperatures.soft_value_drop(same)[0] == temperatures.entropy_rise(same)[0] == 0


OF_CHOICE = ["value_gap", "lse_gap", "gap"]
SCALE_FREE = ["soft_entropy", "policy_gap"]


@settings(max_examples=50, deadline=None)
@given(st.integers(-60, 60), st.integers(0, 2**32))
def test_powers_of_two_scale_values_exactly(power, seed):
    """(c q, c tau) has c times the losses and the same law, to the last bit where c is a power of two."""
    scale = 2.0**power
    game = family("tied").sample(np.random.Generator(np.random.Philox(seed)), 8)
    scaled = Choice(values=game.values * scale, temperature=game.temperature * scale)
    for name in OF_CHOICE:
        assert np.array_equal(
            getattr(softmax, name)(game)[0] * scale, getattr(softmax, name)(scaled)[0], equal_nan=True
        )
    for name in SCALE_FREE:
        assert np.array_equal(getattr(softmax, name)(game)[0], getattr(softmax, name)(scaled)[0])


def test_shifts_and_relabelling_change_nothing():
    rng = np.random.default_rng(5)
    values = rng.integers(-(2**20), 2**20, (64, 6)) / 2.0**16  # dyadic: shifts are exact
    game = Choice(values=values, temperature=rng.uniform(0.5, 2.0, 64))
    shifted = dataclasses.replace(game, values=values[:, ::-1] + 1024.0)
    for name in OF_CHOICE + SCALE_FREE:
        (a, ra), (b, rb) = getattr(softmax, name)(game), getattr(softmax, name)(shifted)
        assert np.all(np.abs(a - b) <= ra + rb), name


def test_radii_are_small():
    """Radii that are sound but useless would leave everything to exact arithmetic."""
    rng = np.random.Generator(np.random.Philox(11))
    generic = dataclasses.replace(family("spread"), actions=(2, 12)).sample(rng, 4096)
    for name in ("value_gap", "lse_gap", "soft_entropy", "policy_gap"):
        value, radius = getattr(softmax, name)(generic)
        shown = value > 1e-270  # the rest (nearly) underflows
        assert shown.mean() > 0.7
        assert np.max(radius[shown] / value[shown]) < 1e-12, name
    moved = dataclasses.replace(family("perturbed"), actions=(2, 12)).sample(rng, 4096)
    bound = (perturbation.span(moved)[0] / moved.temperature) ** 2
    assert np.max(perturbation.remainder(moved)[1] / bound) < 1e-12
    heated = dataclasses.replace(family("two_temperatures"), actions=(2, 12)).sample(rng, 4096)
    for function in (temperatures.soft_value_drop, temperatures.entropy_rise):
        value, radius = function(heated)
        shown = value > 1e-270
        assert np.max(radius[shown] / value[shown]) < 1e-12


@pytest.mark.parametrize("big", [1e300, 1.7e308])
def test_overflow_is_ignorance_not_nonsense(big):
    """Neither warnings nor NaN: what a float cannot hold has an infinite radius, and everything else stays sound."""
    games = PerturbedChoice(
        values=[[big, -big], [big, 0.0], [0.0, 1e-300]],
        temperature=[big, 1e-300, 5e-324],
        perturbation=[[big, -big], [0.0, big], [1e-310, 0.0]],
    )
    for module, names in (
        (softmax, ("value_gap", "lse_gap", "policy_gap", "soft_value", "log_sum_exp", "soft_entropy")),
        (perturbation, ("span", "l2_norm", "response_distance", "response_distance_l2", "remainder")),
    ):
        for name in names:
            value, radius = getattr(module, name)(games)
            assert np.all(np.isfinite(value)) and np.all(radius >= 0), name
    # q = (big, -big), tau = big: the loss is 2 big / (1 + e^2), and floats know it, or that they do not.
    value, radius = softmax.value_gap(games[0])
    with mpmath.workdps(50):
        assert abs(2 * mpmath.mpf(big) / (1 + mpmath.e**2) - float(value)) <= float(radius)


def test_curve_is_as_accurate_as_it_says():
    y = np.concatenate([np.linspace(-1, 1, 801), np.logspace(-300, 0, 200), -np.logspace(-300, 0, 200)])
    y = y[np.abs(y) > 1e-150]  # the square of what is smaller underflows
    with mpmath.workdps(700):
        for point, value in zip(y, curve(y), strict=True):
            exact = mpmath.expm1(mpmath.mpf(float(point))) - float(point)
            assert abs(float(value) - exact) <= CURVE * UNIT * exact


@pytest.mark.parametrize(
    ("function", "low", "high"),
    [("exp", -700, 5), ("expm1", -1, 1), ("log1p", 0, 100), ("log", 1e-16, 1)],
)
def test_the_library_is_as_accurate_as_assumed(function, low, high):
    points = np.random.default_rng(9).uniform(low, high, 500)
    with mpmath.workdps(40):
        for point, value in zip(points, getattr(np, function)(points), strict=True):
            exact = getattr(mpmath, function)(mpmath.mpf(float(point)))
            assert abs(float(value) - exact) <= LIBRARY * UNIT * abs(exact)


def test_batches_of_any_shape():
    values = np.random.default_rng(2).standard_normal((2, 3, 4))
    game = Choice(values=values, temperature=1.0)
    assert softmax.value_gap(game)[0].shape == (2, 3)
    assert softmax.value_gap(game)[0][1, 2] == softmax.value_gap(game[1, 2])[0]
    assert softmax.actions(game)[0].shape == (2, 3)


def test_exact_twins_are_refused():
    exact = Choice(values=[Fraction(0), Fraction(1)], temperature=Fraction(1))
    with pytest.raises(SolverError, match="expected a game of floats, found an exact twin"):
        softmax.value_gap(exact)
