"""Why a backward integration stops: roots as flat as cube roots, values that leave the floats, units of costs."""

import dataclasses

import numpy as np
import pytest
from mpmath import mp
from scipy.integrate import quad

from games.families.lq_nearly_ill_posed import NearlyIllPosedFamily
from solvers.riccati import finite
from solvers.solution import Status


def test_an_unbounded_gain_of_his_own_takes_the_root_to_zero(scalar_game):
    """dP/ds = -1 - P^2/(1 + P), where H_F,vv = 1 + P: it vanishes like the root of the distance."""
    game = scalar_game(E=1, F=1, M=((-1, 0, 0), (0, 0, 0), (0, 0, 1)))
    found = finite.solve(game)
    time = 2 - quad(lambda P: (1 + P) / (1 + P + P * P), -1, 0, epsabs=1e-13)[0]
    assert found.certificate["condition"] == "H_F,vv"
    assert found.certificate["time"] == pytest.approx(time, abs=1e-12)


@pytest.mark.parametrize("order", ["stackelberg", "nash"])
def test_nearly_ill_posed_games_are_decided(order):
    """Where the other's value answers a gain that is unbounded the curvature vanishes like a cube root, or flatter."""
    statuses = []
    for seed in (2, 4, 7):
        games = NearlyIllPosedFamily().sample(np.random.default_rng(seed), 4).float()
        for index in range(4):
            found = finite.solve(games[index], order=order, check=False)
            statuses.append(found.status)
            if found.status == Status.ILL_POSED and "eigenvalue" in found.certificate:
                smallest = min(values.min() for values in found.gains(float(games.horizon)).eigenvalues.values())
                assert found.certificate["eigenvalue"] < min(1e-3, smallest)
    assert Status.UNDECIDED not in statuses
    assert statuses.count(Status.ILL_POSED) >= 4


def test_values_that_leave_the_floats_are_neither_an_escape_nor_a_condition_lost(scalar_game):
    game = scalar_game(A=1, M=((1, 0, 0), (0, 0, 0), (0, 0, 1)), T=1000)  # P = (e^{2s} - 1) / 2
    found = finite.solve(game)
    assert found.status == Status.UNDECIDED and found.certificate is None
    assert "leave the floats" in found.message
    assert found.values_at(900.0)[1].P[0, 0, 0] == pytest.approx(np.exp(200) / 2)


@pytest.mark.parametrize("M", [1e308, 1e-320])
def test_costs_at_the_ends_of_the_floats_warn_of_nothing(scalar_game, M):
    game = scalar_game(E=1, L=((M, 0, 0), (0, M, 0), (0, 0, M)), M=((1, 0, 0), (0, 0, 0), (0, 0, 1)))
    finite.solve(game)


def test_the_bound_counts_rounding_where_both_solutions_agree(scalar_game):
    """r = -(tau/2) log(2 pi tau) T alone, which both tolerances integrate without any other error."""
    game = scalar_game(temperatures=(0, 0.3), T=0.7)
    found = finite.solve(game)
    with mp.workdps(40):
        tau = mp.mpf(0.3)
        exact = -(tau / 2) * mp.log(2 * mp.pi * tau) * mp.mpf(0.7)
        assert 0 < abs(exact - mp.mpf(float(found.follower.r[0]))) + mp.mpf(1e-300) <= found.error_bound < 1e-13


def test_units_of_one_players_costs_do_not_matter_where_nobody_leads(random_game):
    game = random_game(5)
    factor = 2.0**70
    scaled = {
        f"leader_{name}": factor * getattr(game, f"leader_{name}") for name in ("M", "m", "G", "g", "temperature")
    }
    one, other = finite.solve(game, order="nash"), finite.solve(dataclasses.replace(game, **scaled), order="nash")
    np.testing.assert_allclose(other.follower.P, one.follower.P, rtol=1e-9)
    np.testing.assert_allclose(other.leader.P, factor * one.leader.P, rtol=1e-9)
