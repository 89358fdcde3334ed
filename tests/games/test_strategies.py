"""The strategy draws what the family decodes, and shrinks to what a person would write down."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from games.errors import GameError
from games.families import all_families, family
from games.strategies import games

PLENTY = settings(max_examples=5000, deadline=None, database=None, derandomize=True)


def smallest(strategy, condition):
    return find(strategy, condition, settings=PLENTY)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_every_family_draws_its_exact_games(data):
    fam = data.draw(st.sampled_from(sorted(all_families().values(), key=lambda fam: fam.name)))
    game = data.draw(games(fam))
    assert type(game) is fam.game and game.is_exact and game.batch_shape == ()


@given(games("integers", leader_actions=1, follower_actions=(2, 3), low=0, high=1))
@settings(max_examples=50, deadline=None)
def test_parameters_replace_the_familys_own(game):
    assert game.leader_actions == 1 and game.follower_actions in (2, 3)
    assert {entry for entry in [*game.leader.flat, *game.follower.flat]} <= {0, 1}


@pytest.mark.parametrize("name", ["integers", "gaussian", "uniform", "tie_rich", "knife_edge"])
def test_a_first_payoff_is_found_in_the_smallest_game(name):
    game = smallest(games(name), lambda game: game.leader.max() > 0 and game.follower.max() > 0)
    assert game.leader.shape == (2, 2)
    for payoffs in (game.leader, game.follower):
        assert set(payoffs.flat) <= {0, 1} and payoffs.sum() <= 2


def test_a_threshold_is_met_exactly():
    game = smallest(games("gaussian"), lambda game: game.leader[0, 0] >= 5 and game.leader_actions >= 3)
    assert game.leader.shape == (3, 2) and game.leader[0, 0] == 5
    assert not game.follower.any() and np.count_nonzero(game.leader) == 1


def test_commitment_games_shrink_to_units(brute):
    """The smallest game in which commitment beats every equilibrium."""
    small = games("integers", leader_actions=(2, 3), follower_actions=(2, 3), low=-2, high=2)
    game = smallest(small, lambda game: brute.value(game, "sse") > brute.value(game, "best nash"))
    assert game.leader.shape == (2, 2)
    assert max(np.abs(game.leader).max(), np.abs(game.follower).max()) <= 1


def test_choices_shrink_too():
    game = smallest(games("spread"), lambda game: game.values.max() > 3 * game.temperature)
    assert game.actions == 2 and game.temperature == 1 and sorted(game.values) == [0, 4]
    law = smallest(games("with_policy"), lambda game: (game.policy > 0).sum() >= 2).policy
    assert law.tolist() == [law[0]] * 2 and law[0] * 2 == 1


def test_markov_games_shrink_to_one_state_and_one_action():
    game = smallest(games("markov_dense"), lambda game: game.leader_reward.max() > 2)
    assert game.transition.shape == (1, 1, 1, 1) and game.leader_reward.item() == 3
    assert game.leader_discount == game.follower_discount == 0
    game = smallest(games("markov_garnet"), lambda game: ((game.transition > 0) & (game.transition < 1)).any())
    assert game.transition.shape == (2, 1, 1, 2) and set(game.transition.flat) <= {0, Fraction(1, 2), 1}
    run = smallest(games("iteration_fixed"), lambda game: game.steps >= 2 and game.leader_start.max() > 0)
    assert run.transition.shape == (1, 1, 1, 1) and (run.steps, run.leader_start, run.step_size) == (2, 1, 1)
    assert not run.leader_reference.any() and not run.follower_start.any() and run.ties == 0


def test_ties_shrink_to_two_replies():
    """A tie between replies that the leader does not like equally, in the reference itself."""

    def pairs(table):
        return table[..., :2].reshape(-1, 2)

    game = smallest(
        games("iteration_tied"),
        lambda game: (
            any(
                his[0] == his[1] and mine[0] != mine[1]
                for his, mine in zip(pairs(game.follower_reference), pairs(game.leader_reference), strict=True)
            )
            if game.follower_actions > 1
            else False
        ),
    )
    assert game.transition.shape == (1, 1, 2, 1) and np.count_nonzero(game.leader_reference) == 1
    assert not game.follower_reference.any()


def test_dense_games_and_ties_are_both_drawn():
    drawn = settings(PLENTY, phases=[Phase.generate])
    square = games("gaussian", leader_actions=5, follower_actions=5)
    find(square, lambda game: len(set(game.leader.flat)) >= 23, settings=drawn)
    find(square, lambda game: np.all(game.leader != 0) and len(set(game.leader.flat)) <= 9, settings=drawn)
    find(square, lambda game: 0 < np.count_nonzero(game.leader) <= 4, settings=drawn)


def test_refusals():
    with pytest.raises(GameError, match=r"expected parameters among .*leader_actions.*, found 'rows'"):
        games("uniform", rows=3)
    with pytest.raises(GameError, match="expected one of uniform"):
        games("unifrm")
    with pytest.raises(GameError, match="low < high"):
        games(family("uniform"), low=2.0)


def test_hypothesis_is_loaded_by_this_module_alone():
    script = (
        "import sys, games, games.families.catalogue, games.files, games.literature.catalogue\n"
        "games.families.all_families()\n"
        "assert 'hypothesis' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
