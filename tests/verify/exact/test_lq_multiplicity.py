"""All stationary solutions of scalar games: by hand, and by the solvers' own elimination."""

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pytest

from solvers.riccati.multiplicity_scalar import eliminate
from verify.claims.errl.solved import indifferent_answer, scalar_game, two_controllers
from verify.exact.errors import CertificateError
from verify.exact.lq_multiplicity import _solutions, stabilising_count, stationary_count

FACT: dict[str, str] = {}


def test_two_controllers():
    """q = 0 leaves p^2 - 4p = 1; q = 2 - p leaves 3p^2 - 4p + 1 = 0."""
    game = two_controllers(1, 1)
    expected = [(2 - math.sqrt(5), 0), (1 / 3, 5 / 3), (1, 1), (2 + math.sqrt(5), 0)]
    found = sorted((float(p), float(q)) for p, q in _solutions(game, 64))
    assert np.allclose(found, expected, rtol=0, atol=1e-12)
    assert stationary_count(game, FACT, 64) == 4 and stabilising_count(game, FACT, 64) == 3


def test_the_indifferent_answer_has_one_equilibrium():
    assert stationary_count(indifferent_answer(), FACT, 64) == 2
    assert stabilising_count(indifferent_answer(), FACT, 64) == 1


@pytest.mark.parametrize("seed", range(12))
def test_the_solvers_find_as_many(seed):
    rng = np.random.default_rng(seed)
    roots = rng.integers(-1, 2, (2, 3, 3))
    costs = [(root @ root.T + np.diag([0, 1, 1])).tolist() for root in roots]
    A, B, E = (int(x) for x in rng.integers(-2, 3, 3))
    game = scalar_game(A, B or 1, E or 1, *costs)
    elimination = eliminate(game)
    assert elimination.complete and stationary_count(game, FACT, 64) == len(elimination.roots)
    theirs = sorted((float(root.leader), float(root.follower)) for root in elimination.roots)
    mine = sorted((float(p), float(q)) for p, q in _solutions(game, 64))
    assert np.allclose(mine, theirs, rtol=1e-9, atol=1e-9)


def test_a_double_solution_is_refused():
    """p' = p^2: one player without costs of the state."""
    game = scalar_game(0, 1, 0, [[0, 0, 0], [0, 1, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 0], [0, 0, 1]])
    with pytest.raises(CertificateError, match="simple"):
        stationary_count(game, FACT, 64)


def test_games_beyond_are_refused():
    noisy = two_controllers(1, 1)

    noisy = dataclasses.replace(noisy, C=noisy.C + Fraction(1))
    with pytest.raises(CertificateError, match="no noise"):
        stationary_count(noisy, FACT, 64)


@pytest.mark.parametrize("size", ["1e110", "1e400", "-1e400", "1e2000"])
def test_numbers_beyond_floats_are_refused(size):
    """One line, whatever a certificate holds."""
    point = two_controllers(1, 1)
    with pytest.raises(CertificateError):
        stabilising_count(dataclasses.replace(point, A=[[[Fraction(size)]]]).exact(), FACT, 64)
