"""Shrinking keeps a counterexample one, ends, and ends small."""

from fractions import Fraction

import numpy as np
import pytest

from games.choice import Choice
from games.families import all_families
from games.matrix import BimatrixGame
from verify.catalogue import claims
from verify.comparison import at_most
from verify.errors import ClaimError
from verify.hunt.shrink import _shorter_law, shrink
from verify.statement import Claim
from verify.twin import Twin
from verify.verdict import Verdict
from verify.vocabulary.choice import temperature, value_gap
from verify.vocabulary.markov_numeric import orbit_period as evaluate_period


def violates(claim, game):
    return Twin(game).decide(claim.relation).outcome == "violated"


@pytest.mark.parametrize(("name", "actions"), [("matrix/pure-suffices", 4), ("matrix/weak-equals-strong", 3)])
def test_random_counterexamples_become_the_smallest_size(name, actions):
    claim = claims()[name]
    rng = np.random.default_rng(3)
    games = [game.exact() for game in all_families()["knife_edge"].sample(rng, 64)]
    games += [game.exact() for game in all_families()["uniform"].sample(rng, 64)]
    games = [game for game in games if violates(claim, game)][::8]
    assert len(games) >= 3
    for game in games:
        small = shrink(claim, game)
        assert violates(claim, small)
        assert small.leader_actions + small.follower_actions == actions
        entries = [*small.leader.flat, *small.follower.flat]
        assert all(entry.denominator == 1 for entry in entries) and sum(map(abs, entries)) <= 4
        assert shrink(claim, small) == small


def test_other_classes_of_games_shrink_too():
    claim = Claim(
        id="test/tight",
        title="",
        paper="",
        place="",
        body=lambda game: at_most(value_gap(game), temperature(game) / 8),
        families=(),
        expected=Verdict.REFUTED,
        witness=lambda: None,
        mutants=(),
    )
    game = Choice(values=["17/13", "3/7", "1/9", "-5/11"], temperature="19/17")
    small = shrink(claim, game)
    assert violates(claim, small)
    assert small.actions == 2 and small.temperature[()] in (1, 2)
    assert all(value.denominator == 1 for value in small.values)


def test_markov_games_shrink_with_their_kernels():
    """Random cycles become games of two states and two actions each, deterministic or nearly so, of small integers."""
    claim = claims()["sqvi/general-sum-converges"]
    rng = np.random.default_rng(20)
    games = []
    while not games:
        batch = all_families()["markov_dense"].sample(rng, 64)
        periods, radii = evaluate_period(batch)
        games += [batch[int(place)].exact() for place in np.flatnonzero((radii == 0) & (periods > 1))[:1]]
    for game in games:
        small = shrink(claim, game, budget=300)
        assert violates(claim, small)
        assert small.leader_reward.shape == (2, 2, 2)
        entries = [*small.leader_reward.flat, *small.follower_reward.flat, *small.transition.flat]
        assert max(entry.denominator for entry in entries) <= 4
        assert sum(abs(entry) for entry in entries) <= 20


def test_laws_are_shortened_to_laws():
    law = np.array([Fraction(1, 3), Fraction(1, 5), Fraction(7, 15)], dtype=object)
    for denominator in (1, 2, 4, 8):
        shorter = _shorter_law(law, denominator)
        assert shorter.sum() == 1 and min(shorter) >= 0
        assert all(
            (p * denominator).denominator == 1 and abs(p - q) < Fraction(1, denominator)
            for p, q in zip(shorter, law, strict=True)
        )


def test_a_budget_and_a_game_that_is_no_counterexample():
    claim = claims()["matrix/pure-suffices"]
    game = BimatrixGame(leader=[[2, 4], [1, 3]], follower=[[1, 0], [0, 1]]).exact()
    assert shrink(claim, game, budget=0) == game
    with pytest.raises(ClaimError, match="expected a counterexample"):
        shrink(claim, BimatrixGame(leader=[[1]], follower=[[1]]).exact())
