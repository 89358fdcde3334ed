"""Mixed commitment in Markov games: closed forms, Shapley's operator, and honesty where nothing is proved."""

import numpy as np
import pytest

from games.markov import MarkovGame
from games.matrix import BimatrixGame
from solvers.errors import SolverError
from solvers.markov.mixed import solve
from solvers.matrix import value
from solvers.solution import Status


def _one_state(leader, follower, discounts=(0.75, 0.75)):
    leader, follower = np.array([leader], dtype=float), np.array([follower], dtype=float)
    return MarkovGame(
        transition=np.ones((*leader.shape, 1)),
        leader_reward=leader,
        follower_reward=follower,
        leader_discount=discounts[0],
        follower_discount=discounts[1],
    )


def test_a_zero_sum_state_is_worth_its_minimax_over_one_minus_gamma():
    """[[3, -1], [-2, 1]]: the leader mixes (3/7, 4/7) and gets 1/7 a step."""
    payoffs = np.array([[3.0, -1.0], [-2.0, 1.0]])
    found = solve(_one_state(payoffs, -payoffs))
    assert found.converged and found.error_bound < 1e-9
    assert abs(found.leader_value[0] - 4 / 7) <= found.error_bound
    assert found.policies["leader"][0] == pytest.approx([3 / 7, 4 / 7], abs=1e-9)


def test_the_zero_sum_fixed_point_is_shapley_s(drawn):
    game = drawn(np.random.default_rng(0), states=3, rows=2, columns=2, discount=0.8, follower=lambda r: -r)
    found = solve(game)
    values = np.zeros(3)
    for _ in range(150):  # .8^150 is 3e-15
        tables = game.leader_reward + 0.8 * game.transition @ values
        for s, ((a, b), (c, d)) in enumerate(tables):
            saddle = max(min(a, b), min(c, d)), min(max(a, c), max(b, d))
            values[s] = saddle[0] if saddle[0] == saddle[1] else (a * d - b * c) / (a + d - b - c)
    assert found.converged and np.abs(found.leader_value - values).max() <= found.error_bound + 1e-12


def test_a_common_game_needs_no_mixing(drawn):
    game = drawn(np.random.default_rng(1), states=2, discount=0.5, follower=lambda r: r)
    values = np.zeros(2)
    for _ in range(60):
        values = (game.leader_reward + 0.5 * game.transition @ values).max(axis=(1, 2))
    found = solve(game)
    assert found.converged and np.abs(found.leader_value - values).max() <= found.error_bound + 1e-12


def test_a_myopic_follower_is_committed_to_as_in_one_shot():
    """Conitzer and Sandholm's game, 11/3 a step, against a follower who does not look ahead."""
    leader, follower = [[2.0, 4.0], [1.0, 3.0]], [[1.0, 0.0], [0.0, 2.0]]
    found = solve(_one_state(leader, follower, (0.75, 0.0)))
    assert found.converged and abs(found.leader_value[0] - 4 * 11 / 3) <= found.error_bound < 1e-9
    assert found.policies["leader"][0] == pytest.approx([2 / 3, 1 / 3], abs=1e-9)


def test_elsewhere_a_small_residual_is_no_proof(drawn):
    leader, follower = [[2.0, 4.0], [1.0, 3.0]], [[1.0, 0.0], [0.0, 2.0]]
    found = solve(_one_state(leader, follower))
    assert found.status == Status.UNDECIDED and np.isnan(found.error_bound)
    assert "no contraction is known for mixed commitment" in found.message
    # With one state Q differs from the rewards by constants: one stage decides, and the residual is rounding.
    assert found.leader_value[0] == pytest.approx(4 * 11 / 3, abs=1e-9)
    assert found.residual < 1e-9
    game = drawn(np.random.default_rng(2), states=2, discount=0.5)
    general = solve(game)
    for s in range(2):
        stage = BimatrixGame(leader=general.q["leader"][s], follower=general.q["follower"][s])
        assert value(stage) == pytest.approx(general.leader_value[s], abs=1e-12)


def test_games_that_go_on_moving_are_said_to(drawn):
    rng = np.random.default_rng(5)
    endings = [solve(drawn(rng, discount=0.95), budget=200) for _ in range(40)]
    moving = [found for found in endings if found.residual > 1e-6]
    assert moving and all("does not fall" in found.message or "seem to return" in found.message for found in moving)


def test_exact_twins_are_refused(drawn):
    with pytest.raises(SolverError, match="mixed: expected a game of floats"):
        solve(drawn(np.random.default_rng(0)).exact())
