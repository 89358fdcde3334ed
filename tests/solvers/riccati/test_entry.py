"""The one door: which solver answers, and what is refused in one line."""

import dataclasses

import numpy as np
import pytest

from games.linear_quadratic import LinearQuadraticPoint
from games.matrix import BimatrixGame
from solvers.errors import SolverError
from solvers.riccati import finite
from solvers.riccati.entry import solve
from solvers.riccati.stationary import stationary


@pytest.mark.parametrize("concept", ["stackelberg", "nash"])
def test_a_horizon_decides_the_solver(scalar_game, concept):
    costs = {"L": np.diag([1, 1, 0]), "M": np.diag([1, 0, 1])}
    game = scalar_game(B=1, E=1, **costs)
    found = solve(game, concept=concept, tolerance=1e-9)
    assert found.concept == concept and found.path is not None
    np.testing.assert_array_equal(found.leader.P, finite.solve(game, order=concept, tolerance=1e-9).leader.P)
    endless = scalar_game(B=1, E=1, T=None, discount=0.1, **costs)
    found = solve(endless, concept=concept)
    assert found.path is None and found.converged
    np.testing.assert_array_equal(found.leader.P, stationary(endless, order=concept).leader.P)


def test_a_batch_without_a_horizon(random_game):
    games = random_game(5, batch=(2, 2), T=None)
    games = dataclasses.replace(games, discount=np.full((2, 2), 1.5))
    found = solve(games)
    assert found.batch_shape == (2, 2) and found.converged.all() and found.path is None
    assert np.isnan(found.error_bound).all() and found.residual.max() < 1e-9
    x = np.array([0.3, -0.2, 0.5])
    values = found.value("leader", 0.0, x, 1)
    for place in np.ndindex(2, 2):
        alone = solve(games[place])
        np.testing.assert_allclose(found.follower.P[place], alone.follower.P, atol=1e-10)
        assert values[place] == pytest.approx(alone.value("leader", 0.0, x, 1), abs=1e-9)
    with pytest.raises(SolverError, match="expected a single game"):
        solve(games, concept="nash")
    with pytest.raises(SolverError, match="expected a single game"):
        solve(games, start=(found.leader.P[0, 0], found.follower.P[0, 0]))


def test_exact_twins_are_answered_in_floats(scalar_game):
    game = scalar_game(E=1, M=np.diag([1, 0, 1]))
    assert solve(game.exact()).follower.P[0, 0, 0] == solve(game).follower.P[0, 0, 0]


def test_what_is_refused(scalar_game):
    with pytest.raises(SolverError, match="expected a concept among stackelberg, nash, found 'sse'"):
        solve(scalar_game(), concept="sse")
    with pytest.raises(SolverError, match="start: expected none for a game with a horizon"):
        solve(scalar_game(), start=object())
    with pytest.raises(SolverError, match="expected a game of kind 'lq', found one of kind 'bimatrix'"):
        solve(BimatrixGame(leader=[[1.0]], follower=[[1.0]]))
    game = scalar_game()
    players, names = ("leader", "follower"), (("P", "G"), ("p", "g"))
    coefficients = {f"{player}_{name}": getattr(game, f"{player}_{of}") for player in players for name, of in names}
    point = LinearQuadraticPoint(
        **{name: getattr(game, name) for name in (*game.core, "horizon", "follower_sees")}, **coefficients,
        leader_r=[0.0], follower_r=[0.0], regime=0, state=[1.0], leader_action=[0.0], leader_mean=[0.0],
        leader_factor=[[1.0]], follower_mean=[0.0], follower_factor=[[1.0]],
    )  # fmt: skip
    with pytest.raises(SolverError, match="expected a game of kind 'lq', found one of kind 'lq point'"):
        solve(point)
