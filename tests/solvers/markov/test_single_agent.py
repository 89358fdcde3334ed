"""One player decides: every policy in Fractions, ties, and the bound at a discount near one."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from games.markov import MarkovGame
from solvers.errors import SolverError
from solvers.markov.single_agent import is_strict, solve
from solvers.solution import Status


@pytest.mark.parametrize("agent", ["leader", "follower"])
def test_optimal_values_by_trying_every_policy(reference, drawn, distance, agent):
    rng = np.random.default_rng(6)
    for _ in range(10):
        rows, columns = (3, 1) if agent == "leader" else (1, 3)
        game = drawn(rng, states=3, rows=rows, columns=columns, discount=0.9)
        exact = reference(game)
        k = 0 if agent == "leader" else 1
        best, optimal = None, None
        for actions in itertools.product(range(3), repeat=3):
            moves, replies = (actions, [[0] * 3] * 3) if k == 0 else ([0] * 3, [[b] for b in actions])
            values = exact.of_policy(moves, replies)
            if best is None or sum(values[k]) > sum(best[k]):
                best, optimal = values, actions
        found = solve(game)
        truth = exact.backup(best)
        assert found.converged and is_strict(game, found) and found.error_bound < 1e-9
        for place, player in enumerate(("leader", "follower")):
            assert distance(found.q[player], truth[place]) <= Fraction(found.error_bound)
        played = found.policies["leader"] if k == 0 else found.policies["follower"][:, 0]
        assert tuple(played.tolist()) == optimal


def test_a_slow_chain_at_discount_999():
    """A corridor of 100 states, a step costs one, the end is free: V(s) = -(1 - gamma^s) / (1 - gamma)."""
    n, gamma = 100, 0.999
    transition = np.zeros((n, 2, 1, n))
    transition[:, 0, 0][np.arange(n), np.maximum(np.arange(n) - 1, 0)] = 1
    transition[:, 1, 0][np.arange(n), np.minimum(np.arange(n) + 1, n - 1)] = 1
    cost = -np.ones((n, 2, 1))
    cost[0] = [[0.0], [-1.0]]
    game = MarkovGame(
        transition=transition, leader_reward=cost, follower_reward=cost, leader_discount=gamma, follower_discount=gamma
    )
    found = solve(game, tolerance=1e-8)
    truth = -(1 - gamma ** np.arange(n)) / (1 - gamma)
    assert found.converged and found.error_bound <= 1e-8
    assert np.abs(found.leader_value - truth).max() <= found.error_bound + 1e-12 * 1000  # pow itself is rounded
    assert found.iterations < 2 * n + 10  # policy iteration, where plain steps would need thousands


def test_ties_of_the_agent_are_not_strict_and_break_by_the_rule():
    game = MarkovGame(
        transition=np.ones((1, 1, 2, 1)),
        leader_reward=[[[1.0, 3.0]]],
        follower_reward=[[[2.0, 2.0]]],
        leader_discount=0.5,
        follower_discount=0.5,
    )
    for ties, value in (("strong", 6.0), ("weak", 2.0), ("first", 2.0)):
        found = solve(game, ties=ties)
        assert not is_strict(game, found)
        assert found.leader_value[0] == pytest.approx(value, abs=1e-12)
        assert found.follower_value[0] == pytest.approx(4.0, abs=1e-12)


def test_two_who_decide_are_refused(drawn):
    with pytest.raises(SolverError, match="expected a player with one action, found 2 and 2"):
        solve(drawn(np.random.default_rng(0)))


def test_out_of_budget_the_bound_holds_all_the_same(drawn):
    game = drawn(np.random.default_rng(1), states=4, rows=3, columns=1, discount=0.99)
    short, full = solve(game, budget=1), solve(game)
    assert not short.converged and "raise the budget" in short.message
    assert np.abs(short.q["leader"] - full.q["leader"]).max() <= short.error_bound + full.error_bound


def test_a_discount_within_rounding_of_one_leaves_no_bound():
    game = MarkovGame(
        transition=np.full((2, 2, 1, 2), 0.5) * (1 + 2.0**-50),
        leader_reward=np.array([[[1.0], [0.0]], [[0.5], [0.25]]]),
        follower_reward=np.zeros((2, 2, 1)),
        leader_discount=1 - 2.0**-53,
        follower_discount=0.5,
    )
    found = solve(game, budget=50)
    assert found.status == Status.UNDECIDED and np.isnan(found.error_bound) and found.period == 0
    assert "so near 1" in found.message


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_values_of_the_other_player_beyond_the_floats_leave_no_bound():
    game = MarkovGame(
        transition=np.ones((1, 2, 1, 1)),
        leader_reward=np.array([[[1.0], [0.0]]]),
        follower_reward=np.full((1, 2, 1), 1e308),
        leader_discount=0.5,
        follower_discount=0.99,
    )
    found = solve(game)
    assert found.status == Status.UNDECIDED and np.isnan(found.error_bound)


@pytest.mark.parametrize("unit", [2.0**-1074, 2.0**-1070])
def test_a_bound_covers_underflow(unit):
    game = MarkovGame(
        transition=np.ones((1, 2, 1, 1)),
        leader_reward=np.array([[[3 * unit], [unit]]]),
        follower_reward=np.zeros((1, 2, 1)),
        leader_discount=0.99,
        follower_discount=0.5,
    )
    found = solve(game)
    truth = 3 * Fraction(unit) / (1 - Fraction(0.99))
    assert abs(Fraction(float(found.q["leader"][0, 0, 0])) - truth) <= Fraction(found.error_bound)
