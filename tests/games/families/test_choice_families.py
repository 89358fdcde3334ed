"""The regimes of the choice families, and the bounds the tight ones attain."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.special import lambertw

from games.families import family
from games.families.tight import worst_gap
from games.families.with_policy import stochastic

BATCH = 4000


def philox(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def sample(name: str, seed: int = 1, batch: int = BATCH, **parameters):
    return dataclasses.replace(family(name), **parameters).sample(philox(seed), batch)


def law(values: np.ndarray, temperature: np.ndarray) -> np.ndarray:
    scaled = values / temperature[..., None]
    weights = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("name", ["spread", "with_policy", "two_temperatures"])
def test_values_and_temperatures_range_over_24_decades_matched_and_not(name):
    game = sample(name, actions=4)
    scale = np.abs(game.values).max(axis=-1)
    assert game.temperature.min() < 1e-11 and game.temperature.max() > 1e11
    assert scale.min() < 1e-10 and scale.max() > 1e10
    ratio = np.log10(scale / game.temperature)
    assert (np.abs(ratio) < 2.5).mean() > 0.5, "the matched half"
    assert (ratio > 6).mean() > 0.08 and (ratio < -6).mean() > 0.08, "nearly deterministic and nearly uniform laws"


def test_tied_has_every_number_of_best_actions():
    game = sample("tied", actions=5)
    best = (game.values == game.values.max(axis=-1, keepdims=True)).sum(axis=-1)
    counts = np.bincount(best, minlength=6)
    # uniform on 1, ..., 5, five standard deviations
    assert counts[0] == 0 and (np.abs(counts[1:] / BATCH - 0.2) < 5 * (0.16 / BATCH) ** 0.5).all()
    places = (game.values == game.values.max(axis=-1, keepdims=True)).mean(axis=0)
    assert (np.abs(places - 0.6) < 5 * (0.24 / BATCH) ** 0.5).all(), "the best actions are anywhere"


def test_tied_codes():
    fam = family("tied")
    game = fam.decode([2, 0, 1, -7, 4, 1])  # five actions, two of them best, at -7
    assert game.values.tolist() == [-7, -7, -15, -9, -8]


@pytest.mark.parametrize("n", [2, 3, 7, 64, 10**6])
def test_the_worst_gap_is_lamberts(n):
    assert worst_gap(n) == pytest.approx(1 + lambertw((n - 1) / math.e).real, rel=1e-15)


@pytest.mark.parametrize("n", [2, 3, 12, 64])
def test_tight_choices_attain_the_value_gap(n):
    game = sample("tight", actions=n)
    loss = game.values.max(axis=-1) - (law(game.values, game.temperature) * game.values).sum(axis=-1)
    ratio = loss / (game.temperature * lambertw((n - 1) / math.e).real)
    # The loss is flat at its maximum, so that a float gap costs rounding only; 1e-13 allows for a sum of 64 terms.
    assert ratio.max() <= 1 + 1e-13 and 0.45 < (ratio > 1 - 1e-13).mean()
    assert ratio.min() > 0.98 and (ratio < 1 - 1e-9).any(), "the others are near"
    assert ((game.values == 0).sum(axis=-1) == 1).all()


def test_tight_codes_are_near_the_worst_gap():
    for n in (2, 5):
        fam = dataclasses.replace(family("tight"), actions=n)
        gaps = {-fam.decode([0, 1, step]).values[1] / 2 for step in range(-3, 4)}
        assert len(gaps) == 7 and all(abs(gap - Fraction(worst_gap(n))) < Fraction(4, 64) for gap in gaps)


@pytest.mark.parametrize("n", [2, 3, 8, 13])
def test_tight_perturbations_attain_the_lipschitz_and_the_remainder_bound(n):
    game = sample("tight_perturbed", actions=n)
    before = law(game.values, game.temperature)
    after = law(game.values + game.perturbation, game.temperature)
    moved = np.abs(after - before).sum(axis=-1)
    span = np.ptp(game.perturbation, axis=-1) / game.temperature
    bound = 2 * np.tanh(span / 4)
    clear = span > 1e-3  # below, the difference of two laws is mostly rounding: 1e-16 / 1e-3 stays within 1e-12
    assert (moved <= bound * (1 + 1e-12) + 1e-15).all()
    assert (moved[clear] > bound[clear] * (1 - 1e-12)).mean() > 0.4

    scaled = game.perturbation / game.temperature[:, None]
    first = before * (scaled - (before * scaled).sum(axis=-1, keepdims=True))
    missed = np.abs(after - before - first).sum(axis=-1)
    ratio = missed * 6 * math.sqrt(3) / span**2
    small = (span > 1e-3) & (span < 1e-2)  # the ratio is 1 - O(span); rounding takes 1e-15 / 1e-6 of it
    assert (ratio[clear] < 1 + 1e-8).all() and (ratio[small] > 0.99).mean() > 0.4


def test_tight_pairs_attain_the_bound_in_the_supremum_norm():
    game = sample("tight_pair")
    moved = np.abs(law(game.values + game.perturbation, game.temperature) - law(game.values, game.temperature)).sum(
        axis=-1
    )
    bound = 2 * np.tanh(np.abs(game.perturbation).max(axis=-1) / (2 * game.temperature))
    clear = bound > 1e-3  # as above
    assert (moved <= bound * (1 + 1e-12) + 1e-15).all() and (moved[clear] > bound[clear] * (1 - 1e-12)).mean() > 0.4


def test_perturbations_range_from_far_below_to_far_above_the_temperature():
    game = sample("perturbed", actions=4)
    ratio = np.abs(game.perturbation).max(axis=-1) / game.temperature
    assert ratio.min() < 1e-8 and ratio.max() > 1e2
    moved = (game.perturbation != 0).sum(axis=-1)
    assert set(moved) == {1, 4} and abs((moved == 1).mean() - 0.25) < 5 * (0.1875 / BATCH) ** 0.5


def test_laws_are_exactly_stochastic_and_of_four_kinds():
    for seed in range(20):
        game = sample("with_policy", seed, 100)
        assert all(sum(map(Fraction, row)) == 1 for row in game.policy.tolist())
    game = sample("with_policy", actions=5)
    support = (game.policy > 0).sum(axis=-1)
    soft = law(game.values, game.temperature)
    assert (np.abs(game.policy - soft).max(axis=-1) < 1e-15).mean() > 0.2, "softmax itself, up to 2^-53 and rounding"
    assert (
        ((support > 1) & (support < 5)).mean() > 0.1 and (support == 1).mean() > 0.25 and (support == 5).mean() > 0.25
    )


@pytest.mark.parametrize(
    "weights", [[1.0, 1.0, 1.0], [1e-300, 1e-300, 0.0], [0.1] * 10, [1.0, 1e-17], [1e300, 1e300], [5e-324, 0.0]]
)
def test_stochastic(weights):
    policy = stochastic(np.array([weights]))[0]
    assert sum(map(Fraction, policy.tolist())) == 1 and policy.min() >= 0
    share = np.array(weights) / sum(weights)
    assert np.abs(policy - share).max() <= len(weights) * 2.0**-53 + 2.0**-52  # rounding down, and of the shares


def test_policy_codes_are_weights_over_their_sum():
    game = family("with_policy").decode([1, 0, 4, 1, 5, -1, 6, 0])  # values 4, 5, 6 and weights 1, 2, 0
    assert game.values.tolist() == [4, 5, 6] and game.policy.tolist() == [Fraction(1, 3), Fraction(2, 3), 0]
    assert family("with_policy").decode([]).policy.tolist() == [1, 0]


def test_the_second_temperature_is_higher_at_all_scales():
    game = sample("two_temperatures")
    excess = game.hotter / game.temperature - 1
    assert excess.min() > 0 and excess.min() < 1e-8 and excess.max() > 1e5


def test_some_choices_are_large():
    sizes = {sample("spread", seed, 1).actions for seed in range(200)}
    assert sizes == {*range(2, 13), 64}
