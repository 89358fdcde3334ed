"""Plays of Markov games: the game's own numbers and chances, ends as promised, one line for what is wrong."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from games.errors import GameError
from games.families import family
from games.markov import EpisodicMarkovGame, MarkovGame
from games.simulate import MarkovEnvironment, Outcome


def dense(*discounts: float) -> MarkovGame:
    fam = dataclasses.replace(family("markov_dense"), states=3, leader_actions=2, follower_actions=2)
    drawn = fam.sample(np.random.default_rng(11), 1)[0]
    arrays = {name: getattr(drawn, name) for name in ("transition", "leader_reward", "follower_reward")}
    leader, follower = discounts or (0.75, 0.75)
    return MarkovGame(**arrays, leader_discount=leader, follower_discount=follower)


def episodic(steps: int = 3) -> EpisodicMarkovGame:
    """From state s on to s + 1 (modulo 3); 100 h + 10 s + 2 a + b for the leader, -h for the follower."""
    shape = (steps, 3, 2, 2)
    step, state, leader, follower = np.indices(shape)
    kernel = np.broadcast_to(np.roll(np.eye(3), 1, axis=1)[:, None, None, :], (*shape, 3))
    return EpisodicMarkovGame(
        transition=kernel,
        leader_reward=100.0 * step + 10 * state + 2 * leader + follower,
        follower_reward=0.0 - step,
    )


def test_rewards_and_transitions_are_those_of_the_game():
    game = dense()
    play = MarkovEnvironment(game, step_limit=20_000)
    state, rng = play.reset(seed=1), np.random.default_rng(2)
    counts = np.zeros(game.transition.shape)
    for _ in range(20_000):
        a, b = (int(action) for action in rng.integers(2, size=2))
        outcome = play.step(a, b)
        assert (outcome.leader_reward, outcome.follower_reward) == (
            game.leader_reward[state, a, b],
            game.follower_reward[state, a, b],
        )
        counts[state, a, b, outcome.state] += 1
        state = outcome.state
    assert outcome.truncated and not outcome.terminated
    total = counts.sum(axis=-1, keepdims=True)
    deviation = np.sqrt(game.transition * (1 - game.transition) / total)
    assert (np.abs(counts / total - game.transition) < 5 * deviation + 1e-12).all()  # 36 entries: 2e-5 by chance


def test_sums_until_the_end_have_the_discounted_value_as_mean():
    """v = (I - gamma P)^-1 r for constant actions, and (1 - gamma) sums of |r| bounded, so that means are normal."""
    game = dense()
    value = np.linalg.solve(np.eye(3) - 0.75 * game.transition[:, 0, 1], game.leader_reward[:, 0, 1])
    play = MarkovEnvironment(game, initial=1)
    sums, lengths = [], []
    for episode in range(4000):
        assert play.reset(seed=5 if episode == 0 else None) == 1
        total, over = 0.0, False
        while not over:
            outcome = play.step(0, 1)
            total, over = total + outcome.leader_reward, outcome.terminated
            assert not outcome.truncated
        sums.append(total)
        lengths.append(play.step_count)
    assert abs(np.mean(lengths) - 4) < 5 * np.sqrt(12 / len(lengths))  # geometric: mean 1/(1 - gamma), variance 12
    assert abs(np.mean(sums) - value[1]) < 4.5 * np.std(sums) / np.sqrt(len(sums))


def test_episodes_use_the_arrays_of_their_step_and_end_after_h():
    play = MarkovEnvironment(episodic(), initial=2)
    play.reset(seed=0)
    outcomes = [play.step(1, 0) for _ in range(3)]
    assert outcomes == [
        Outcome(22.0, 0.0, 0, False, False),
        Outcome(102.0, -1.0, 1, False, False),
        Outcome(212.0, -2.0, 2, True, False),
    ]
    with pytest.raises(GameError, match="step: expected a play in progress"):
        play.step(0, 0)
    assert play.reset() == 2 and play.step(0, 1).leader_reward == 21


def test_the_seed_determines_the_play():
    def history(seed):
        play = MarkovEnvironment(dense(), continuation=1.0, step_limit=30)
        return [play.reset(seed), *(play.step(k % 2, k % 3 % 2) for k in range(30))]

    assert history(3) == history(3) != history(4)


def test_states_of_probability_zero_are_never_reached():
    game = dense()
    kernel = np.zeros((3, 2, 2, 3))
    kernel[..., 1] = 1.0
    play = MarkovEnvironment(
        MarkovGame(
            transition=kernel,
            leader_reward=game.leader_reward,
            follower_reward=game.follower_reward,
            leader_discount=0.5,
            follower_discount=0.5,
        ),
        step_limit=200,
        initial=[0, 0, 1],
    )
    assert play.reset(seed=0) == 2
    assert {play.step(0, 0).state for _ in range(199)} == {1}
    play._rng = SimpleNamespace(random=lambda: 0.0)  # type: ignore[assignment]  the smallest draw there is
    assert play.step(0, 0).state == 1


def test_first_states_follow_their_law():
    play = MarkovEnvironment(dense(), initial=[0.5, 0, Fraction(1, 2)])
    play.reset(seed=9)
    first = [play.reset() for _ in range(2000)]
    assert set(first) == {0, 2} and abs(first.count(0) - 1000) < 112  # five standard deviations
    assert {MarkovEnvironment(dense()).reset(seed) for seed in range(40)} == {0, 1, 2}


def test_exact_games_are_played_in_floats():
    play = MarkovEnvironment(dense().exact(), step_limit=3)
    play.reset(seed=0)
    assert type(play.step(0, 0).leader_reward) is float


@pytest.mark.parametrize(
    "arguments, found",
    [
        ({"game": dense(0.5, 0.25)}, "expected a continuation or a step limit, found discounts 0.5, 0.25"),
        ({"continuation": 1.0}, "expected a step limit with continuation 1"),
        ({"continuation": 1.5}, "continuation: expected a probability, found 1.5"),
        ({"continuation": "x"}, "continuation: expected a probability, found 'x'"),
        ({"step_limit": 0}, "step_limit: expected an integer >= 1, found 0"),
        ({"step_limit": 2.5}, "step_limit: expected an integer >= 1, found 2.5"),
        ({"initial": 3}, "initial: expected one of the states 0, ..., 2, found 3"),
        ({"initial": [0.5, 0.5]}, "initial: expected a state or a law over 3 states"),
        ({"initial": [0.5, 0.25, 0.5]}, "initial: expected a state or a law"),
        ({"initial": [2, -1, 0]}, "initial: expected a state or a law"),
        ({"initial": "x"}, "initial: expected a state or a law over 3 states, found 'x'"),
        ({"game": episodic(), "step_limit": 3}, "expected no continuation and no step limit with a horizon"),
        ({"game": family("markov_dense").sample(np.random.default_rng(0), 2)}, r"found a batch of shape \(2,\)"),
        ({"game": family("uniform").decode([])}, "expected a single Markov game, found"),
        ({"game": 3}, "expected a single Markov game, found 3"),
    ],
)
def test_refusals(arguments, found):
    with pytest.raises(GameError, match=found) as error:
        MarkovEnvironment(**{"game": dense()} | arguments)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("action", [2, -1, 0.0, True, None, "0"])
def test_actions_that_do_not_exist(action):
    play = MarkovEnvironment(dense(), step_limit=5)
    play.reset(seed=0)
    with pytest.raises(GameError, match=r"leader_action: expected one of 0, ..., 1, found"):
        play.step(action, 0)
    with pytest.raises(GameError, match=r"follower_action: expected one of 0, ..., 1, found"):
        play.step(np.int64(1), action)
