"""Policy evaluation beside elimination in Fractions, and closed forms of large and slow chains."""

from fractions import Fraction

import numpy as np
import pytest

from games.errors import FirstmoverError
from games.markov import MarkovGame
from solvers.markov.evaluation import evaluate, joint_weights


def test_pure_and_mixed_policies_against_fractions(reference, drawn, distance):
    rng = np.random.default_rng(2)
    for case in range(12):
        game = drawn(rng, states=3, rows=2, columns=3, discount=0.9, follower_discount=0.5)
        if case % 2:
            leader = rng.integers(0, 2, 3)
            follower = rng.integers(0, 3, (3, 2)) if case % 3 else rng.integers(0, 3, 3)
        else:  # multiples of 1/8 sum to one exactly
            cut = rng.integers(0, 9, (3, 1)) / 8
            leader = np.concatenate([cut, 1 - cut], axis=1)
            cut = rng.integers(0, 5, (3, 2, 2)) / 8
            follower = np.concatenate([cut, 1 - cut.sum(axis=-1, keepdims=True)], axis=-1)
        weights = joint_weights(game, leader, follower)
        truth = reference(game).evaluate(np.vectorize(Fraction, otypes=[object])(weights).tolist())
        found = evaluate(game, leader, follower)
        for k, player in enumerate(("leader", "follower")):
            assert distance(found.values[player], truth[k]) <= Fraction(found.error_bound[player]) < Fraction(1e-12)


def test_five_hundred_states_at_discount_999():
    """A walk round a ring with reward one in one state: by symmetry a convolution, solved by the Fourier transform."""
    n, gamma = 500, 0.999
    transition = np.zeros((n, 1, 1, n))
    for s in range(n):
        transition[s, 0, 0, [(s + 1) % n, (s - 1) % n]] = 0.25
        transition[s, 0, 0, s] = 0.5
    reward = np.zeros((n, 1, 1))
    reward[0] = 1.0
    game = MarkovGame(
        transition=transition,
        leader_reward=reward,
        follower_reward=np.full((n, 1, 1), 2.0),
        leader_discount=gamma,
        follower_discount=gamma,
    )
    zero = np.zeros(n, dtype=int)
    found = evaluate(game, zero, zero)
    waves = 1 / (1 - gamma * (0.5 + 0.5 * np.cos(2 * np.pi * np.arange(n) / n)))
    assert np.abs(found.values["leader"] - np.fft.ifft(waves).real).max() <= found.error_bound["leader"] + 1e-11
    assert np.abs(found.values["follower"] - 2000).max() <= found.error_bound["follower"]
    assert max(found.error_bound.values()) < 1e-8


def test_a_reply_for_every_action_is_read_at_the_move(drawn):
    game = drawn(np.random.default_rng(4))
    moves, replies = np.array([1, 0]), np.array([[0, 1], [1, 0]])
    one = evaluate(game, moves, replies)
    other = evaluate(game, moves, np.array([1, 1]))  # b(s, a(s))
    assert np.array_equal(one.values["leader"], other.values["leader"])


@pytest.mark.parametrize(
    ("leader", "follower", "message"),
    [
        ([0, 2], [0, 0], "leader: expected actions 0 to 1, found 0 to 2"),
        ([0], [0, 0], "leader: expected actions of shape"),
        ([0, 0], [[0.5, 0.25], [1, 0]], "follower: expected probabilities that sum to 1"),
        ([[1.5, -0.5], [1, 0]], [0, 0], "leader: expected probabilities"),
        ([0, 0], [0.5, 0.5], "follower: expected a mixture of shape"),
    ],
)
def test_bad_policies_are_one_line(drawn, leader, follower, message):
    with pytest.raises(FirstmoverError, match=message):
        evaluate(drawn(np.random.default_rng(0)), leader, follower)


@pytest.mark.parametrize("discount", [1 - 2.0**-51, 1 - 2.0**-53])
def test_discounts_nearer_to_one_than_rows_are_never_bounded_by_a_negative_number(discount):
    """Rows of floats may sum to more than 1 / discount: then values need not exist, and nothing bounds them."""
    row = np.array([0.5, 0.5]) * (1 + 2.0**-50)
    game = MarkovGame(
        transition=np.broadcast_to(row, (2, 1, 1, 2)),
        leader_reward=np.array([[[1.0]], [[0.5]]]),
        follower_reward=np.zeros((2, 1, 1)),
        leader_discount=discount,
        follower_discount=0.5,
    )
    found = evaluate(game, np.zeros(2, dtype=int), np.zeros(2, dtype=int))
    assert found.error_bound["leader"] == np.inf
    assert 0 <= found.error_bound["follower"] < 1e-300


def test_values_that_floats_cannot_have_are_refused():
    game = MarkovGame(
        transition=np.array([[[[1 + 2.0**-50]]]]),
        leader_reward=np.ones((1, 1, 1)),
        follower_reward=np.ones((1, 1, 1)),
        leader_discount=1 - 2.0**-50,
        follower_discount=0.5,
    )
    with pytest.raises(FirstmoverError, match=r"evaluation: expected discounts at which values exist, found 0\.99"):
        evaluate(game, np.zeros(1, dtype=int), np.zeros(1, dtype=int))
