"""Concepts of Markov games: floats with radii against checked exact values."""

from fractions import Fraction

import numpy as np
import pytest

from games.families import family
from verify.concept import resolve
from verify.exact.errors import CertificateError
from verify.exact.facts import check
from verify.vocabulary import concepts, prove

F = Fraction
SLOW = ("span_rate_upper", "span_rate_lower", "lyapunov_limit")
NAMES = sorted(name for name, item in concepts().items() if item.game == "markov")
FAMILIES = ("markov_dense", "markov_integers", "markov_tie_rich", "markov_zero_sum")


def games_of(name, count=16):
    """A batch with at most 64 joint policies a game."""
    rng = np.random.default_rng([3, sum(map(ord, name))])
    while True:
        games = family(name).sample(rng, count)
        if 16 <= (games.leader_actions * games.follower_actions) ** games.states <= 64 and games.states > 1:
            return games


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", NAMES)
def test_the_exact_value_lies_within_the_radius(name, family):
    games = games_of(family)
    values, radii = resolve(concepts()[name].numeric)(games)
    assert values.shape == radii.shape == (16,) and (radii >= 0).all()
    for place in range(0, 16, 5 if name not in SLOW else 16):
        if np.isinf(radii[place]):
            continue
        twin = games[place].exact()
        try:
            exactly = check(twin, prove(name, twin), 128)
        except CertificateError:
            assert np.isnan(values[place])  # there is none
            continue
        assert isinstance(exactly, Fraction)
        assert abs(exactly - F(values[place])) <= F(radii[place])


@pytest.mark.parametrize("name", [name for name in NAMES if name not in SLOW])
def test_single_games_and_grids_of_games(name):
    games = games_of("markov_dense", 6)
    numeric = resolve(concepts()[name].numeric)
    grid = type(games)(
        **{field: getattr(games, field).reshape(2, 3, *getattr(games, field).shape[1:]) for field in games.core}
    )
    values, radii = numeric(grid)
    assert values.shape == radii.shape == (2, 3)
    alone, radius = numeric(games[4])
    assert np.shape(alone) == np.shape(radius) == ()
    assert np.isnan(alone) == np.isnan(values[1, 1])
    assert np.isnan(alone) or abs(alone - values[1, 1]) <= radius + radii[1, 1]


def test_floats_settle_most_random_games():
    for name in ("orbit_period", "orbit_period_half", "fixed_points", "pure_nash_count"):
        _, radii = resolve(concepts()[name].numeric)(games_of("markov_dense", 512))
        assert (radii == 0).mean() > 0.99


def test_differences_that_are_zero_are_known_to_be_zero():
    games = games_of("markov_dense", 512)
    for name in ("reached_loss", "markov_commitment_gain"):
        values, radii = resolve(concepts()[name].numeric)(games)
        assert ((values == 0) & (radii == 0)).mean() > 0.2
        known = np.isfinite(values) & np.isfinite(radii) & (values != 0)
        assert (np.abs(values[known]) > radii[known]).all()
