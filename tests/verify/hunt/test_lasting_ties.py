"""Games proved to converge at once do converge: held against exact iterates, and against the checker of orbits."""

from fractions import Fraction

import numpy as np
import pytest

from games.families import family
from games.markov import MarkovGame
from verify.exact.markov import Rules, iterate, joint_policy
from verify.exact.markov_orbit import orbit_period
from verify.hunt.lasting_ties import converges, exact_steps
from verify.hunt.markov_order import batches
from verify.hunt.tied_orbit import tied_orbit


def small(S, A, B, total):
    return next(batches(S, A, B, total, Fraction(1, 2)))


@pytest.mark.parametrize("size", [(2, 2, 2, 2), (2, 1, 2, 3), (2, 2, 1, 3), (3, 1, 2, 2)])
def test_what_is_proved_is_true(size):
    games = small(*size)[::7]
    proved = converges(games)
    assert proved.any()
    for game, settled in zip(games, proved, strict=True):
        orbit = tied_orbit(game.exact())
        if settled:
            assert orbit is not None and orbit["value"] == "1"
        if orbit is not None and orbit["value"] != "1":
            assert not settled


def test_cycles_are_never_proved_to_converge():
    games = small(2, 2, 2, 2)
    doubtful = games[~converges(games)]
    periods = [tied_orbit(game.exact()) for game in doubtful]
    assert sum(orbit is not None and orbit["value"] != "1" for orbit in periods) >= 10


@pytest.mark.parametrize("name", ["markov_tie_rich", "markov_integers", "markov_dense"])
def test_floats_are_exact_for_the_steps_that_are_said_to_be(name):
    games = family(name).sample(np.random.default_rng(12), 400)
    steps = exact_steps(games)
    assert steps.min() >= 0
    for place in np.flatnonzero(steps > 3)[:6].tolist():
        game = games[place]
        rules = Rules.of(game.exact())
        q = rules.constant(rules.discounts[0] * 0)
        for _ in range(int(steps[place])):
            q = iterate(rules, q, joint_policy(q), 1)
        entries = [x for table in q for rows in table for row in rows for x in row]
        assert all(int(x.q) & (int(x.q) - 1) == 0 and abs(int(x.p)) < 2**53 for x in entries)


def test_numbers_that_are_not_dyadic_are_left_alone():
    game = MarkovGame(
        transition=np.ones((1, 1, 2, 2, 1)),
        leader_reward=np.zeros((1, 1, 2, 2)),
        follower_reward=np.zeros((1, 1, 2, 2)),
        leader_discount=[0.1],
        follower_discount=[0.5],
    )
    assert exact_steps(game).tolist() == [0] and not converges(game).any()


def test_guesses_are_facts_that_check():
    found = []
    for game in family("markov_tie_rich").sample(np.random.default_rng(3), 40):
        exact = game.exact()
        orbit = tied_orbit(exact)
        if orbit is not None:
            assert orbit_period(exact, orbit, 0) == Fraction(orbit["value"])
            found.append(orbit["value"])
    assert len(found) > 20
