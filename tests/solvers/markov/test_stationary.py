"""Enumerated solutions: closed forms, a plain numpy enumeration, and what is refused."""

import itertools

import numpy as np
import pytest

from games.families import family
from games.markov import MarkovGame
from solvers.errors import SolverError
from solvers.markov.stationary import stationary


def plain(game):
    """The leader's mean values at fixed points and equilibria of a game without ties."""
    S, A, B = game.states, game.leader_actions, game.follower_actions
    fixed, equilibria = [], []
    for policy in itertools.product(itertools.product(range(A), range(B)), repeat=S):
        kernel = np.array([game.transition[s, a, b] for s, (a, b) in enumerate(policy)])
        values, tables = [], []
        for reward, discount in zip(game.rewards(), game.discounts(), strict=True):
            own = np.array([reward[s, a, b] for s, (a, b) in enumerate(policy)])
            values.append(np.linalg.solve(np.eye(S) - discount * kernel, own))
            tables.append(reward + discount * game.transition @ values[-1])
        leader, follower = tables
        answers = follower.argmax(axis=2)  # (S, A)
        moves = np.take_along_axis(leader, answers[:, :, None], axis=2)[:, :, 0].argmax(axis=1)
        if all((moves[s], answers[s, moves[s]]) == policy[s] for s in range(S)):
            fixed.append(values[0].mean())
        if all(leader[s, :, b].argmax() == a and follower[s, a].argmax() == b for s, (a, b) in enumerate(policy)):
            equilibria.append(values[0].mean())
    return fixed, equilibria


@pytest.mark.parametrize("seed", range(4))
def test_solutions_are_those_of_a_plain_enumeration(seed):
    rng = np.random.default_rng(seed)
    S, A, B = [(2, 2, 2), (2, 3, 2), (3, 2, 2), (2, 2, 3)][seed]
    games = MarkovGame(
        transition=rng.dirichlet(np.ones(S), (12, S, A, B)),
        leader_reward=rng.normal(size=(12, S, A, B)),
        follower_reward=rng.normal(size=(12, S, A, B)),
        leader_discount=rng.uniform(0, 0.95, 12),
        follower_discount=rng.uniform(0, 0.95, 12),
    )
    found = stationary(games)
    for place, game in enumerate(games):
        for kind, expected in zip(found, plain(game), strict=True):
            assert kind.settled[place] and kind.count[place] == len(expected)
            if expected:
                assert abs(kind.best[place] - max(expected)) <= kind.error[place] + 1e-12
                assert abs(kind.worst[place] - min(expected)) <= kind.error[place] + 1e-12
            else:
                assert np.isnan(kind.best[place]) and np.isnan(kind.worst[place])
    assert {len(plain(game)[0]) for game in games} - {1} or seed


def test_copies_are_ties_for_certain_and_others_are_left_open():
    """Two replies that are copies for the follower: the leader's is taken, and nothing is open."""
    game = MarkovGame(
        transition=np.ones((1, 1, 2, 1)),
        leader_reward=[[[1.0, 3.0]]],
        follower_reward=[[[2.0, 2.0]]],
        leader_discount=0.5,
        follower_discount=0.5,
    )
    fixed, equilibria = stationary(game)
    assert fixed.settled and fixed.count == 1 and abs(fixed.best - 6.0) <= fixed.error
    assert equilibria.settled and equilibria.count == 2 and abs(equilibria.worst - 2.0) <= equilibria.error
    # Equal in value and not by their looks: nothing is certain.
    kernel = np.zeros((2, 1, 2, 2))
    kernel[:, :, 0, 0] = kernel[:, :, 1, 1] = 1.0
    zero = np.zeros((2, 1, 2))
    blank = MarkovGame(
        transition=kernel, leader_reward=zero, follower_reward=zero, leader_discount=0.5, follower_discount=0.5
    )
    fixed, _ = stationary(blank)
    assert not fixed.settled


def test_shapes_and_refusals():
    game = family("markov_dense").sample(np.random.default_rng(0), 3)
    fixed, equilibria = stationary(game)
    assert fixed.count.shape == equilibria.best.shape == (3,)
    alone, _ = stationary(game[0])
    assert alone.count.shape == () and alone.count == fixed.count[0]
    with pytest.raises(SolverError, match="exact twin"):
        stationary(game[0].exact())
    shape = (8, 3, 3)
    large = MarkovGame(
        transition=np.full((*shape, 8), 0.125),
        leader_reward=np.zeros(shape),
        follower_reward=np.zeros(shape),
        leader_discount=0.5,
        follower_discount=0.5,
    )
    with pytest.raises(SolverError, match="joint policies"):
        stationary(large)
