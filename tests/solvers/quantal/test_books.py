"""Three books on softmax held against each other: floats with radii, balls of flint, and mpmath from the definitions.

mpmath works with 400 digits, so that what it loses where numbers cancel is below the least radius, 2^-1022.
"""

from __future__ import annotations

import importlib
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import example, given, settings
from hypothesis import strategies as st

from games.choice import Choice, ChoiceAtTwoTemperatures, ChoiceWithPolicy, PerturbedChoice
from games.families import family
from verify.vocabulary import choice as vocabulary

DIGITS = 400
LOST = mpmath.mpf(10) ** (70 - DIGITS)  # by mpmath, where numbers up to 1e60 cancel


def law(values, tau):
    weights = [mpmath.exp(value / tau) for value in values]
    return [weight / mpmath.fsum(weights) for weight in weights]


def entropy(p):
    return -mpmath.fsum(x * mpmath.log(x) for x in p if x)


def dot(x, y):
    return mpmath.fsum(a * b for a, b in zip(x, y, strict=True))


def lse(values, tau):
    return tau * mpmath.log(mpmath.fsum(mpmath.exp(value / tau) for value in values))


def first_order(q, tau, d):
    p = law(q, tau)
    return [x * (change - dot(p, d)) / tau for x, change in zip(p, d, strict=True)]


def moved(q, tau, d):
    after = law([x + y for x, y in zip(q, d, strict=True)], tau)
    return [y - x for x, y in zip(law(q, tau), after, strict=True)]


def best(q):
    return [value == max(q) for value in q]


OF_CHOICE = {
    "actions": lambda q, tau: len(q),
    "temperature": lambda q, tau: tau,
    "maximisers": lambda q, tau: sum(best(q)),
    "gap": lambda q, tau: max(q) - max(value for value in q if value < max(q)),
    "max_value": lambda q, tau: max(q),
    "soft_value": lambda q, tau: dot(law(q, tau), q),
    "value_gap": lambda q, tau: max(q) - dot(law(q, tau), q),
    "log_sum_exp": lse,
    "lse_gap": lambda q, tau: lse(q, tau) - max(q),
    "soft_entropy": lambda q, tau: entropy(law(q, tau)),
    "policy_gap": lambda q, tau: mpmath.fsum(
        abs(p - mpmath.mpf(b) / sum(best(q))) for p, b in zip(law(q, tau), best(q), strict=True)
    ),
}
OF_PERTURBED = {
    "span": lambda q, tau, d: max(d) - min(d),
    "sup_norm": lambda q, tau, d: max(map(abs, d)),
    "l2_norm": lambda q, tau, d: mpmath.sqrt(dot(d, d)),
    "response_distance": lambda q, tau, d: mpmath.fsum(map(abs, moved(q, tau, d))),
    "response_distance_l2": lambda q, tau, d: mpmath.sqrt(dot(moved(q, tau, d), moved(q, tau, d))),
    "remainder": lambda q, tau, d: mpmath.fsum(
        abs(x - y) for x, y in zip(moved(q, tau, d), first_order(q, tau, d), strict=True)
    ),
}
OF_POLICY = {
    "policy_value": lambda q, tau, p: dot(p, q),
    "policy_entropy": lambda q, tau, p: entropy(p),
    "free_energy_gap": lambda q, tau, p: lse(q, tau) - dot(p, q) - tau * entropy(p),
    "policy_divergence": lambda q, tau, p: mpmath.fsum(
        x * mpmath.log(x / s) for x, s in zip(p, law(q, tau), strict=True) if x
    ),
}
OF_TWO = {
    "hotter": lambda q, tau, hotter: hotter,
    "hotter_soft_value": lambda q, tau, hotter: dot(law(q, hotter), q),
    "hotter_soft_entropy": lambda q, tau, hotter: entropy(law(q, hotter)),
    "soft_value_drop": lambda q, tau, hotter: dot(law(q, tau), q) - dot(law(q, hotter), q),
    "entropy_rise": lambda q, tau, hotter: entropy(law(q, hotter)) - entropy(law(q, tau)),
}
BOOKS = {
    "choice": OF_CHOICE,
    "perturbed choice": OF_PERTURBED,
    "choice with policy": OF_POLICY,
    "choice at two temperatures": OF_TWO,
}


def numeric(name):
    module, _, function = getattr(vocabulary, name).numeric.partition(":")
    return getattr(importlib.import_module(module), function)


def exact(name):
    module, _, function = getattr(vocabulary, name).exact.partition(":")
    return getattr(importlib.import_module(module), function)


def as_mpf(number):
    if isinstance(number, Fraction):
        return mpmath.mpf(number.numerator) / number.denominator
    mantissa, exponent = number.man_exp()
    return mpmath.ldexp(mpmath.mpf(int(mantissa)), int(exponent))


def numbers(game):
    """The game's fields as mpf, in the order of the references' arguments."""
    fields = [getattr(game, name) for name in game.core]
    return [[as_mpf(Fraction(x)) for x in f] if f.ndim else as_mpf(Fraction(float(f))) for f in fields]


def hold_against_each_other(games, names=None):
    """Every quantity of every game of a batch: the float's radius and the ball both hold mpmath's value."""
    book = BOOKS[games.kind]
    for name in names or book:
        values, radii = numeric(name)(games)
        assert values.shape == radii.shape == games.batch_shape
        for i, game in enumerate(games):
            if np.isnan(values[i]):
                assert name == "gap" and len(set(game.values)) == 1
                continue
            with mpmath.workdps(DIGITS):
                truth = book[name](*numbers(game))
                assert abs(mpmath.mpf(float(values[i])) - truth) <= mpmath.mpf(float(radii[i])), (name, game)
                ball = exact(name)(game.exact(), {}, 200)
                middle, radius = (ball, 0) if isinstance(ball, Fraction) else (ball.mid(), as_mpf(ball.rad()))
                assert abs(as_mpf(middle) - truth) <= radius + LOST, (name, game)


@pytest.mark.parametrize(
    "name", ["spread", "tied", "tight", "perturbed", "tight_perturbed", "tight_pair", "with_policy", "two_temperatures"]
)
def test_samples_of_the_families(name):
    rng = np.random.Generator(np.random.Philox(20))
    for _ in range(2):
        hold_against_each_other(family(name).sample(rng, 12))


def signed(low, high):
    """Floats of either sign and any size from `low` to `high`, and zero."""
    size = st.floats(np.log2(low), np.log2(high)).map(lambda x: float(2.0**x))
    return st.one_of(st.just(0.0), size, size.map(lambda x: -x), st.integers(-3, 3).map(float))


SIZES = signed(1e-30, 1e30)
TEMPERATURES = st.floats(-40, 40).map(lambda x: float(2.0**x)) | st.sampled_from([1.0, 1e-12, 1e12])


def lists(n):
    return st.lists(SIZES, min_size=n, max_size=n)


QUICK = settings(max_examples=60, deadline=None)


@QUICK
@given(st.lists(SIZES, min_size=1, max_size=5), TEMPERATURES)
@example([0.0, 1e30], 1e-12)
@example([1.0, 1.0 + 2.0**-52], 1e-17)
@example([0.0, -699.9999999, -700.0000001], 1.0)
def test_any_choice(values, tau):
    hold_against_each_other(Choice(values=[values], temperature=[tau]))


@QUICK
@given(st.integers(1, 5).flatmap(lambda n: st.tuples(lists(n), lists(n))), TEMPERATURES)
@example(([0.0, 0.0], [1.0, 0.0]), 1.0)
@example(([0.0, -1000.0], [0.0, 1000.0]), 1.0)
@example(([0.0, -1e8], [0.0, 1e8]), 1.0)
@example(([0.0, -1e9], [0.0, 1e9]), 1.0)
@example(([0.0, 3.0, 1.0], [1e-300, 0.0, 0.0]), 1.0)
@example(([1e25, 0.0], [1.0, 1.0 + 2.0**-52]), 1.0)
def test_any_perturbed_choice(arrays, tau):
    values, changes = arrays
    hold_against_each_other(PerturbedChoice(values=[values], temperature=[tau], perturbation=[changes]))


@QUICK
@given(
    st.integers(1, 5).flatmap(lambda n: st.tuples(lists(n), st.lists(st.integers(0, 2**20), min_size=n, max_size=n))),
    TEMPERATURES,
)
@example(([0.0, 0.0], [1, 1]), 1.0)
@example(([0.0, -1e6], [1, 2**40 - 1]), 1e-6)
@example(([0.0, float(np.log(3))], [1, 3]), 1.0)
def test_any_choice_with_policy(arrays, tau):
    values, weights = arrays
    # Dyadic probabilities with sum exactly 1: the first takes the rest.
    total = 2 ** max(1, sum(weights)).bit_length()
    policy = [float(Fraction(weight, total)) for weight in weights]
    policy[0] = float(Fraction(total - sum(weights[1:]), total))
    hold_against_each_other(ChoiceWithPolicy(values=[values], temperature=[tau], policy=[policy]))


@QUICK
@given(st.lists(SIZES, min_size=1, max_size=5), TEMPERATURES, st.floats(1e-15, 1e9) | st.just(0.0))
@example([0.0, -1.0], 1.0, 0.0)
@example([0.0, -1000.0, -1.0], 1.0, 1e3)
@example([0.0, -1000.0, -701.0], 1.0, 2.0**-50)
@example([0.0, -1e20, -1.0], 1.0, 1e-9)
def test_any_choice_at_two_temperatures(values, tau, rise):
    hold_against_each_other(ChoiceAtTwoTemperatures(values=[values], temperature=[tau], hotter=[tau * (1 + rise)]))


def test_the_comparison_can_fail(monkeypatch):
    """A radius without the error of the gaps, or a ball for another temperature, does not pass."""
    games = family("spread").sample(np.random.Generator(np.random.Philox(3)), 12)
    found = numeric("value_gap")

    def shifted(game):
        value, radius = found(game)
        return value + 2 * radius, radius

    monkeypatch.setattr("solvers.quantal.softmax.value_gap", shifted)
    with pytest.raises(AssertionError):
        hold_against_each_other(games, ["value_gap"])
    monkeypatch.undo()
    hold_against_each_other(games, ["value_gap"])
    monkeypatch.setattr("verify.exact.choice.lse_gap", lambda game, fact, bits: arb(fmpq(1, 3)))
    with pytest.raises(AssertionError):
        hold_against_each_other(games, ["lse_gap"])
