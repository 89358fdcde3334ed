"""The one door: which solver answers, and what is refused in one line."""

import numpy as np
import pytest

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
