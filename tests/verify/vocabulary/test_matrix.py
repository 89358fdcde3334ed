"""Concepts of bimatrix games: floats with radii against checked exact values, on games made of ties as well."""

from fractions import Fraction

import numpy as np
import pytest

from games.families import all_families
from games.matrix import BimatrixGame
from verify.concept import resolve
from verify.exact.facts import check
from verify.vocabulary import concepts, prove, value

F = Fraction
NAMES = sorted(name for name, item in concepts().items() if item.game == "bimatrix")
FAMILIES = ("uniform", "integers", "tie_rich", "knife_edge", "zero_sum")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("family", FAMILIES)
def test_the_exact_value_lies_within_the_radius(name, family):
    rng = np.random.default_rng([NAMES.index(name), FAMILIES.index(family)])
    game = all_families()[family].sample(rng, 24)
    values, radii = resolve(concepts()[name].numeric)(game)
    assert values.shape == radii.shape == (24,)
    assert np.isinf(radii).sum() <= 2  # linear programs on knife edges may be plainly wrong, and must say so
    for place in range(0, 24, 4):
        twin = game[place].exact()
        exactly = check(twin, prove(name, twin), 0)
        if np.isfinite(radii[place]):
            assert abs(exactly - F(values[place])) <= F(radii[place])


@pytest.mark.parametrize("name", NAMES)
def test_single_games_and_grids_of_games(name):
    leader, follower = np.random.default_rng(1).integers(0, 3, (2, 2, 3, 2, 2)).astype(float)
    grid = BimatrixGame(leader=leader, follower=follower)
    values, radii = resolve(concepts()[name].numeric)(grid)
    assert values.shape == radii.shape == (2, 3)
    alone, radius = resolve(concepts()[name].numeric)(grid[1, 2])
    assert np.shape(alone) == np.shape(radius) == ()
    assert abs(alone - values[1, 2]) <= radius + radii[1, 2]


def test_the_vocabulary_answers_for_floats_and_exact_twins():
    game = BimatrixGame(leader=[[2, 4], [1, 3]], follower=[[1, 0], [0, 1]])
    assert value(game, "sse") == 3.5
    assert value(game.exact(), "sse") == F(7, 2)
    assert value(game.exact(), "commitment_gain") == F(3, 2)


def test_differences_that_are_zero_are_known_to_be_zero():
    """1/3 is no float: the two sides alone could not be told equal."""
    game = BimatrixGame(leader=[[[0, 0, 1], [1, 0, 0], [0, 1, 0]]], follower=[[[0, 0, -1], [-1, 0, 0], [0, -1, 0]]])
    for name in ("commitment_gain", "weak_commitment_gain", "equilibrium_gain"):
        values, radii = resolve(concepts()[name].numeric)(game)
        assert values[0] == 0 and radii[0] == 0
    for name in ("sse", "best_nash"):
        values, radii = resolve(concepts()[name].numeric)(game)
        assert 0 < radii[0] < 1e-13 and abs(values[0] - 1 / 3) < 1e-13
