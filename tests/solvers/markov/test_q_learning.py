"""Stackelberg Q-learning: its samples, its rule, the streams of replicates, and what constant steps leave."""

from typing import Any

import numpy as np
import pytest

from games.errors import FirstmoverError
from games.markov import MarkovGame
from solvers.markov.q_learning import _cumulative, learn
from solvers.markov.q_learning_kernel import draw, stage_choice

GAMMA = 0.5


def _game(rng, states=2, rows=2, columns=2):
    shape = (states, rows, columns)
    return MarkovGame(
        transition=rng.dirichlet(np.ones(states), shape),
        leader_reward=rng.random(shape),
        follower_reward=rng.random(shape),
        leader_discount=GAMMA,
        follower_discount=GAMMA,
    )


def _iterated(game, steps=80):
    """Q-value iteration, state by state (no ties in these games)."""
    leader, follower = np.zeros(game.leader_reward.shape), np.zeros(game.leader_reward.shape)
    for _ in range(steps):
        values = []
        for s in range(game.states):
            replies = follower[s].argmax(axis=-1)
            a = np.array([leader[s, a, b] for a, b in enumerate(replies)]).argmax()
            values.append((leader[s, a, replies[a]], follower[s, a, replies[a]]))
        values = np.array(values)
        leader = game.leader_reward + GAMMA * game.transition @ values[:, 0]
        follower = game.follower_reward + GAMMA * game.transition @ values[:, 1]
    return leader, follower


@pytest.fixture(scope="module")
def problem():
    game = _game(np.random.default_rng(3))
    return game, _iterated(game)


def test_a_deterministic_kernel_makes_learning_value_iteration():
    game = _game(np.random.default_rng(0), states=3)
    to = np.random.default_rng(1).integers(0, 3, game.leader_reward.shape)
    sure = MarkovGame(
        transition=(np.arange(3) == to[..., None]).astype(float),
        **{name: getattr(game, name) for name in game.core if name != "transition"},
    )
    reference = _iterated(sure, 7)
    found = learn(sure, step_size=1.0, steps=7, seed=0, replicates=2, reference=reference, tail=0.1)
    assert found.recorded == 1 and found.distance <= 1e-14
    assert np.allclose(found.leader_q, reference[0], rtol=0, atol=1e-14)


@pytest.mark.parametrize("sampling", ["generative", "trajectory"])
def test_the_distance_is_that_of_the_definition_and_replicates_have_their_own_streams(problem, sampling):
    game, reference = problem
    options: dict[str, Any] = {
        "step_size": 0.3,
        "seed": 11,
        "noise": (0.1, 0.2),
        "sampling": sampling,
        "reference": reference,
    }
    one = learn(game, steps=50, replicates=1, tail=0.01, **options)
    many = learn(game, steps=50, replicates=5, tail=0.01, threads=2, **options)
    assert np.array_equal(one.leader_q[0], many.leader_q[0])
    assert not np.array_equal(many.leader_q[0], many.leader_q[1])
    # One recorded step: the last one, or the first of the tail, which is the last one too.
    assert many.recorded == 1
    assert np.allclose(many.follower_error, many.follower_q - reference[1], rtol=0, atol=1e-15)
    squares = np.abs(many.follower_q - reference[1]).max(axis=(1, 2, 3)) ** 2
    assert many.follower_distance == pytest.approx(np.sqrt(squares.mean()), rel=1e-12)
    assert many.bias >= np.abs((many.follower_q - reference[1]).mean(axis=0)).max() - 1e-15
    assert not np.array_equal(
        learn(game, steps=50, replicates=1, tail=0.01, **(options | {"seed": 12})).leader_q, one.leader_q
    )


@pytest.mark.parametrize("sampling", ["generative", "trajectory"])
def test_decaying_steps_find_the_fixed_point(problem, sampling):
    game, reference = problem
    steps = 20_000 if sampling == "generative" else 200_000
    options: dict[str, Any] = {
        "seed": 5,
        "replicates": 8,
        "exploration": 0.5,
        "sampling": sampling,
        "reference": reference,
    }
    found = learn(game, step_size=1.0, decay=1 - GAMMA, steps=steps, noise=0.5, **options)
    # The error of an entry after n visits is about sigma / ((1 - gamma)^2 n)^(1/2), here below 0.02.
    assert found.distance < 0.06
    wrong = (reference[0] + 0.2, reference[1])
    assert (
        learn(game, step_size=1.0, decay=1 - GAMMA, steps=steps, noise=0.5, **(options | {"reference": wrong})).bias
        > 0.15
    )


def test_the_floor_of_a_constant_step_falls_like_its_square_root(problem):
    game, reference = problem
    floors = [
        learn(
            game, step_size=alpha, steps=int(200 / alpha), seed=2, replicates=16, noise=1.0, reference=reference
        ).distance
        for alpha in (0.1, 0.1 / 16)
    ]
    # A factor 4 in theory; 2.8 and 5.7 would be exponents 0.37 and 0.63.
    assert 2.8 < floors[0] / floors[1] < 5.7


def test_the_reference_is_where_the_iteration_goes(problem):
    game, reference = problem
    options: dict[str, Any] = {"step_size": 0.1, "steps": 20, "seed": 0, "replicates": 2}
    found, given = learn(game, **options), learn(game, **options, reference=reference)
    assert np.allclose(found.leader_error, given.leader_error, rtol=0, atol=1e-12)
    cycling = MarkovGame(  # the published cycle of period two
        transition=[[[[1, 0], [0, 1]], [[0, 1], [0, 1]]], [[[1, 0], [0, 1]], [[1, 0], [0, 1]]]],
        leader_reward=[[[1, 0], [0, 1]], [[0, 0], [0, 0]]],
        follower_reward=[[[0, 0], [0, 1]], [[1, 0], [0, 1]]],
        leader_discount=0.5,
        follower_discount=0.5,
    )
    with pytest.raises(FirstmoverError, match="expected a reference, or a game whose iteration converges; found cycle"):
        learn(cycling, **options)


def test_without_randomness_there_is_no_floor():
    game = MarkovGame(
        transition=np.ones((1, 2, 2, 1)),
        leader_reward=[[[2.0, 0.0], [3.0, 1.0]]],
        follower_reward=[[[1.0, 0.0], [0.0, 1.0]]],
        leader_discount=GAMMA,
        follower_discount=0.0,
    )
    # The follower answers 0 to row 0 and 1 to row 1: the leader takes row 0, worth 2 / (1 - gamma).
    reference = (game.leader_reward + GAMMA * 4.0, np.asarray(game.follower_reward))
    assert learn(game, step_size=0.5, steps=400, seed=0, replicates=1, reference=reference).distance < 1e-12


@pytest.mark.parametrize(("ties", "chosen"), [(0, (1, 1)), (1, (0, 0)), (2, (1, 0))])
def test_the_stage_rule_breaks_ties(ties, chosen):
    leader = np.array([[2.0, 4.0, 9.0], [3.0, 5.0, 1.0]])
    follower = np.array([[7.0, 7.0, 0.0], [6.0, 6.0, 6.0]])
    assert stage_choice(leader, follower, ties) == chosen


def test_states_are_drawn_with_their_probabilities_and_impossible_ones_never():
    rows = np.array([[0.0, 0.25, 0.0, 0.75, 0.0]])
    sums = _cumulative(rows)
    uniforms = np.linspace(0, 1, 4001)[:-1]
    drawn = np.array([draw(sums[0], u) for u in [*uniforms, np.nextafter(1.0, 0.0)]])
    assert set(drawn) == {1, 3} and np.mean(drawn == 1) == pytest.approx(0.25, abs=1e-3)
    thirds = np.full((1, 3), 1 / 3)  # their float sum may miss one
    assert draw(_cumulative(thirds)[0], np.nextafter(1.0, 0.0)) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"step_size": 0.0}, "step_size: expected 0 < step size <= 1"),
        ({"steps": 0}, "steps: expected at least 1"),
        ({"replicates": 0}, "replicates"),
        ({"sampling": "online"}, "sampling: expected one of generative, trajectory"),
        ({"noise": (1.0, -1.0)}, "noise"),
        ({"ties": "mixed"}, "ties: expected one of strong, weak, first"),
        ({"tail": 0.0}, "tail"),
        ({"start": (np.zeros((1, 1, 1)),) * 2}, "start, leader: expected a table of shape"),
        ({"noise": 1e300}, "overflow"),
    ],
)
def test_bad_arguments_are_one_line(problem, change, message):
    game, reference = problem
    with pytest.raises(FirstmoverError, match=message):
        learn(game, **({"step_size": 0.1, "steps": 5, "seed": 0, "replicates": 2, "reference": reference} | change))
