"""Games in units of their own: the same game to the last digit, and proofs that units do not spoil."""

import dataclasses

import mpmath
import numpy as np
import pytest

from games.linear_quadratic import LinearQuadraticGame, Sees
from solvers.riccati.stationary import stationary
from solvers.riccati.stationary_balls import Ball, Balls
from solvers.riccati.stationary_bound import enclose
from solvers.riccati.stationary_system import System
from solvers.riccati.units import in_units


@pytest.fixture
def game(random_game) -> LinearQuadraticGame:
    found = random_game(3, n=2)
    return dataclasses.replace(found, horizon=None, A=found.A - np.eye(2), discount=0.25)


def rescaled(game: LinearQuadraticGame, leader: float, follower: float, rate: float) -> LinearQuadraticGame:
    changed = {name: rate * getattr(game, name) for name in ("generator", "A", "B", "E", "b", "discount")}
    changed |= {name: np.sqrt(rate) * getattr(game, name) for name in "CDFs"}
    for player, unit in (("leader", leader), ("follower", follower)):
        changed |= {f"{player}_{name}": unit * getattr(game, f"{player}_{name}") for name in ("M", "m", "temperature")}
    return dataclasses.replace(game, **changed)


def test_units_are_those_of_costs_and_rates(game: LinearQuadraticGame) -> None:
    units = in_units(rescaled(game, 2.0**40, 2.0**-30, 4.0**10))
    same = in_units(game)
    assert [a / b for a, b in zip(units.costs, same.costs, strict=True)] == [2.0**40, 2.0**-30]
    assert units.rate == same.rate * 4.0**10
    for name in game.core:
        if not name.endswith(("_G", "_g")):  # that no game without an end uses
            np.testing.assert_array_equal(getattr(units.game, name), getattr(same.game, name))


@pytest.mark.parametrize("order", ["stackelberg", "nash"])
@pytest.mark.parametrize(
    "scales", [(1e9, 1e9, 1), (1e9, 1e-9, 1), (1e-9, 1e9, 1), (1.0, 1.0, 4.0**9), (1e12, 1, 4.0**-9)]
)
def test_answers_are_proved_in_any_units(
    game: LinearQuadraticGame, order: str, scales: tuple[float, float, float]
) -> None:
    leader, follower, rate = (2.0 ** round(np.log2(scale)) for scale in scales)
    plain = stationary(game, order=order)
    scaled = rescaled(game, leader, follower, rate)
    found = stationary(scaled, order=order)
    assert plain.converged and found.converged
    for one, other, unit in ((plain.leader, found.leader, leader), (plain.follower, found.follower, follower)):
        for name in "Ppr":
            np.testing.assert_allclose(getattr(other, name), unit / rate * getattr(one, name), rtol=1e-11)
    largest = max(np.abs(getattr(of, name)).max() for of in (found.leader, found.follower) for name in "Ppr")
    assert 0 < found.error_bound < 1e-9 * largest
    enclosed = enclose(scaled, order, np.stack([found.leader.P, found.follower.P]))
    assert enclosed is not None
    missed = System(scaled, order, Balls).flow(enclosed.point)
    assert (np.abs(missed.mid) <= missed.rad).all()  # the balls hold a zero


def test_the_bound_is_absolute(game: LinearQuadraticGame) -> None:
    """One regime, one state, x' = -x + v, leader idle: P = c (sqrt(a^2 + 1) - a) with a = 1 + beta/2, costs c."""
    costs = 1e12 / 3
    one = np.ones((1, 1, 1))
    idle, own = np.diag([0.0, 1.0, 0.0])[None], np.diag([costs, 0.0, costs])[None]
    alone = LinearQuadraticGame(
        generator=[[0.0]], A=-one, B=0 * one, E=one, b=[[0.0]], C=0 * one[None], D=0 * one[None], F=0 * one[None],
        s=np.zeros((1, 1, 1)), leader_M=idle, leader_m=np.zeros((1, 3)), leader_G=0 * one, leader_g=[[0.0]],
        follower_M=own, follower_m=np.zeros((1, 3)), follower_G=0 * one, follower_g=[[0.0]], discount=0.3,
        leader_temperature=0.0, follower_temperature=0.0, horizon=None, follower_sees=Sees.ACTION,
    )  # fmt: skip
    found = stationary(alone)
    with mpmath.workdps(40):
        a = 1 + mpmath.mpf(0.3) / 2
        exact = mpmath.mpf(costs) * (mpmath.sqrt(a * a + 1) - a)
        off = abs(exact - mpmath.mpf(float(found.follower.P[0, 0, 0])))
        assert off <= found.error_bound
    assert 1e-6 < found.error_bound < 1e-2  # no float near P is closer than a spacing of floats there


def test_log_det_encloses_where_rounding_pivots() -> None:
    """Cholesky factors whose rows grow downward: numpy's inverse exchanges rows and is not triangular any more."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        factor = np.tril(rng.normal(size=(4, 4))) * 10.0 ** np.arange(4)[:, None]
        matrix = factor @ factor.T + 1e-3 * np.eye(4)
        found = Balls.log_det(Ball(matrix))
        with mpmath.workdps(50):
            exact = mpmath.log(mpmath.det(mpmath.matrix(matrix.tolist())))
            assert abs(exact - mpmath.mpf(float(found.mid))) <= float(found.rad) < 1e-3
