"""Shrinking keeps a counterexample one, ends, and ends small."""

import numpy as np
import pytest

from games.choice import Choice
from games.families import all_families
from games.matrix import BimatrixGame
from verify.catalogue import claims
from verify.comparison import at_most
from verify.errors import ClaimError
from verify.hunt.shrink import shrink
from verify.statement import Claim
from verify.twin import Twin
from verify.verdict import Verdict
from verify.vocabulary.choice import temperature, value_gap


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


def test_a_budget_and_a_game_that_is_no_counterexample():
    claim = claims()["matrix/pure-suffices"]
    game = BimatrixGame(leader=[[2, 4], [1, 3]], follower=[[1, 0], [0, 1]]).exact()
    assert shrink(claim, game, budget=0) == game
    with pytest.raises(ClaimError, match="expected a counterexample"):
        shrink(claim, BimatrixGame(leader=[[1]], follower=[[1]]).exact())
