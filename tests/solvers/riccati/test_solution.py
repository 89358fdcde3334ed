"""Answers at any (t, x, regime): formulas, differences, broadcasting, and one line where there is no answer."""

import numpy as np
import pytest

from solvers.errors import SolverError
from solvers.riccati import finite
from solvers.riccati.hamiltonian import stage, terminal
from solvers.riccati.solution import LinearQuadraticSolution
from solvers.solution import Status


@pytest.fixture
def solved(random_game):
    return finite.solve(random_game(1, sees="action"))


def stationary_like(game):
    """A solution whose values do not move, as those of games that never end."""
    leader, follower = terminal(game)
    batch = game.batch_shape
    return LinearQuadraticSolution(
        concept="stackelberg",
        values={"leader": leader.r, "follower": follower.r},
        policies={},
        residual=np.zeros(batch),
        error_bound=np.zeros(batch),
        status=np.zeros(batch, dtype=int),
        game=game,
        leader=leader,
        follower=follower,
    )


def test_values_and_gradients_point_by_point(solved):
    rng = np.random.default_rng(2)
    t, x, regime = rng.uniform(0, 1, 7), rng.normal(size=(7, 3)), rng.integers(0, 2, 7)
    for player, k in (("leader", 0), ("follower", 1)):
        found, slope = solved.value(player, t, x, regime), solved.gradient(player, t, x, regime)
        assert found.shape == (7,) and slope.shape == (7, 3)
        for j in range(7):
            of = solved.values_at(t[j])[k]
            i = regime[j]
            assert found[j] == pytest.approx(x[j] @ of.P[i] @ x[j] / 2 + of.p[i] @ x[j] + of.r[i], abs=1e-13)
            for axis, unit in enumerate(1e-4 * np.eye(3)):
                ahead, behind = (solved.value(player, t[j], x[j] + s * unit, i) for s in (1, -1))
                # Central differences are exact for quadratics up to rounding, 1e-16 / 1e-4.
                assert slope[j, axis] == pytest.approx((ahead - behind) / 2e-4, abs=1e-10)


def test_laws_are_those_of_the_stage_game(solved):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(4, 5, 3))
    regime = rng.integers(0, 2, 5)
    laws = solved.laws(0.3, x, regime)
    at = solved.gains(0.3)
    for index in np.ndindex(4, 5):
        i = regime[index[1]]
        np.testing.assert_allclose(
            laws.leader_mean[index], at.leader_gain[i] @ x[index] + at.leader_offset[i], atol=1e-14
        )
        np.testing.assert_allclose(laws.follower_mean[index], at.K[i] @ x[index] + at.kappa[i], atol=1e-14)
        np.testing.assert_array_equal(laws.follower_response[index], at.T[i])
        np.testing.assert_array_equal(laws.leader_covariance[index], at.leader_covariance[i])
        np.testing.assert_array_equal(laws.follower_covariance[index], at.follower_covariance[i])
    again = stage(solved.game, *solved.values_at(0.3))
    np.testing.assert_array_equal(again.K, at.K)


def test_everything_broadcasts(solved):
    assert solved.value("leader", 0.5, np.zeros((100, 3)), 1).shape == (100,)
    assert solved.value("leader", np.zeros((4, 1)), np.zeros((5, 3)), np.zeros(5, dtype=int)).shape == (4, 5)
    grid = solved.gradient("follower", np.linspace(0, 1, 6)[:, None], np.ones(3), np.arange(2))
    assert grid.shape == (6, 2, 3)
    np.testing.assert_allclose(grid[3, 1], solved.gradient("follower", 0.6, np.ones(3), 1), atol=1e-12)
    assert solved.values_at(np.zeros((2, 3)))[0].P.shape == (2, 3, 2, 3, 3)
    end = solved.values_at(1.0)[0]
    np.testing.assert_allclose(end.P, solved.game.leader_G, atol=1e-15)


def test_batches_lead(random_game):
    games = random_game(4, batch=(2,), m=3, T=None)
    found = stationary_like(games)
    x = np.random.default_rng(5).normal(size=(6, 3))
    regime = np.array([0, 1, 2, 0, 1, 2])
    values = found.value("leader", np.zeros(6), x, regime)
    both = found.value("leader", 7.0, np.stack([x, 2 * x]), regime)
    laws = found.laws(np.arange(6), x, regime)
    for g in range(2):
        alone = stationary_like(games[g])
        np.testing.assert_allclose(values[g], alone.value("leader", 0.0, x, regime), atol=1e-13)
        np.testing.assert_allclose(both[g], alone.value("leader", 0.0, (1 + g) * x, regime), atol=1e-13)
        np.testing.assert_allclose(laws.follower_mean[g], alone.laws(0.0, x, regime).follower_mean, atol=1e-12)
    assert found.rates_at(np.zeros((4, 2)))[1].p.shape == (2, 4, 2, 3, 3)


def test_rates_are_the_slope_of_the_values(solved):
    moved = solved.rates_at(0.4)
    for k in range(2):
        ahead, behind = solved.values_at(0.401)[k], solved.values_at(0.399)[k]
        # Central differences with step 1e-3: third derivatives times 1e-6.
        np.testing.assert_allclose((ahead.r - behind.r) / 2e-3, moved[k].r, atol=1e-5)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda s: s.values_at(1.5), r"t: expected times of \[0, 1.0\], found 1.5"),
        (lambda s: s.values_at(np.nan), "t: expected times of"),
        (lambda s: s.value("leaders", 0, np.zeros(3), 0), "player: expected leader or follower, found 'leaders'"),
        (lambda s: s.value("leader", 0, np.zeros(3), 2), "regime: expected integers of 0, ..., 1, found 2"),
        (lambda s: s.laws(0, np.zeros(3), 0.5), "regime: expected integers of 0, ..., 1, found 0.5"),
        (lambda s: s.value("leader", 0, np.zeros(2), 0), "x: expected 3 states on the last axis, found shape"),
    ],
)
def test_what_is_refused(solved, ask, message):
    with pytest.raises(SolverError, match=message):
        ask(solved)


def test_the_message_is_the_solvers_reason(solved, scalar_game):
    assert solved.message == Status.CONVERGED.message and solved.order == "stackelberg"
    escaped = finite.solve(scalar_game(E=1, G=-2, M=np.diag([1, 0, 1])))
    assert escaped.message.startswith("ill-posed: finite escape")
