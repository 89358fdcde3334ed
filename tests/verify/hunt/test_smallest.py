"""Smallest counterexamples: found by exhaustion in the stated order, and held against a plain loop."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from games.matrix import BimatrixGame
from verify.catalogue import claims
from verify.comparison import at_least, at_most, equal, less
from verify.errors import ClaimError
from verify.exact.certificate import replay
from verify.hunt.bimatrix_order import BimatrixOrder, batches
from verify.hunt.smallest import search, smallest
from verify.statement import Ablation, Claim, Hypothesis
from verify.twin import Twin
from verify.verdict import Verdict
from verify.vocabulary.matrix import follower_actions, leader_actions, pure, pure_weak, sse, wse, zero_sum_defect


def conjecture(body, hypotheses=()):
    return Claim(
        id="test/conjecture",
        title="",
        paper="",
        place="",
        body=body,
        families=(),
        expected=Verdict.REFUTED,
        witness=lambda: None,
        mutants=(),
        hypotheses=hypotheses,
    )


def hypothesis(name, body):
    return Hypothesis(name=name, text="", body=body, ablation=Ablation(expected="redundant", text=""))


def flat(game):
    return (*game.leader.ravel().tolist(), *game.follower.ravel().tolist())


def place(number):
    """Its place in 0, 1, -1, 2, -2, ..."""
    return 2 * number - 1 if number > 0 else -2 * number


@pytest.mark.parametrize(("m", "n", "largest"), [(1, 1, 2), (1, 2, 1), (2, 1, 1), (1, 3, 1), (2, 2, 1)])
def test_the_enumeration_is_complete_and_in_order(m, n, largest):
    listed = [flat(game) for batch in batches(m, n, largest) for game in batch]

    def relabelled(code):
        leader, follower = np.array(code).reshape(2, m, n)
        for rows in itertools.permutations(range(m)):
            for columns in itertools.permutations(range(n)):
                table = np.ix_(rows, columns)
                yield (*leader[table].ravel().tolist(), *follower[table].ravel().tolist())

    def key(code):
        return sum(map(abs, code)), [place(number) for number in code]

    codes = itertools.product(range(-largest, largest + 1), repeat=2 * m * n)
    expected = {min(relabelled(code), key=key) for code in codes if max(map(abs, code)) == largest}
    assert listed == sorted(expected, key=key)


def test_ties_matter_first_in_a_game_of_one_by_two():
    found = search(claims()["matrix/weak-equals-strong"])
    assert found.game == BimatrixGame(leader=[[0, 1]], follower=[[0, 0]]).exact()
    assert replay(found.certificate).complete
    assert "1 by 1 with payoffs up to 2" in found.bound


def test_mixing_helps_first_in_a_game_of_two_by_two():
    claim = claims()["matrix/pure-suffices"]
    found = search(claim)
    assert found.game == BimatrixGame(leader=[[0, 0], [0, 1]], follower=[[0, 1], [0, -1]]).exact()
    assert replay(found.certificate).complete
    assert f"none of the {found.examined - 1} smaller integer games" in found.bound
    # The same by a plain loop with exact decisions only: no game of this size with a smaller sum of payoffs.
    games = [game for batch in batches(2, 2, 1) for game in batch]
    smaller = [game for game in games if np.abs(game.leader).sum() + np.abs(game.follower).sum() <= 2]
    assert len(smaller) > 20
    assert all(Twin(game.exact()).decide(claim.relation).outcome != "violated" for game in smaller)


def test_hypotheses_are_heeded():
    def mixing_is_useless(game):
        return at_most(sse(game), pure(game))

    zero_sum = hypothesis("zero-sum", lambda game: equal(zero_sum_defect(game), 0))
    found = search(conjecture(mixing_is_useless, (zero_sum,)))
    assert found.game is not None and (found.game.leader == -found.game.follower).all()
    assert replay(found.certificate).complete
    wide = hypothesis("wide", lambda game: at_least(follower_actions(game), leader_actions(game) + 1))
    found = search(conjecture(lambda game: at_most(sse(game), pure_weak(game)), (wide,)))
    assert found.game is not None and found.game.leader.shape == (1, 2)


def test_equality_violates_a_strict_inequality():
    found = search(conjecture(lambda game: less(pure_weak(game), sse(game))))
    assert found.game == BimatrixGame(leader=[[0]], follower=[[0]]).exact() and found.examined == 1


def test_true_statements_have_no_counterexample_and_the_bound_says_where():
    found = search(conjecture(lambda game: at_most(wse(game), sse(game))), order=BimatrixOrder(actions=3, payoff=1))
    assert found.game is None and found.certificate is None
    counted = sum(len(batch) for size in ((1, 1), (1, 2), (2, 1)) for k in (0, 1) for batch in batches(*size, k))
    assert found.examined == counted
    assert found.bound.startswith(f"none of {counted} integer games") and "2 by 1 with payoffs up to 1" in found.bound


def test_the_budget_ends_a_search_honestly():
    third = Fraction(1, 3)  # no float: where the value is not 0, rounding leaves the equality open
    found = search(
        conjecture(lambda game: at_most(sse(game) * third, sse(game) / 3)),
        order=BimatrixOrder(actions=3, payoff=1),
        budget=5,
    )
    assert found.game is None and found.exactly == 5 and "in part" in found.bound


def test_findings_are_json():
    found = smallest(claims()["matrix/weak-equals-strong"])
    assert set(found) == {"game", "certificate", "examined", "exactly", "undecided", "bound"}
    assert found["game"]["kind"] == "bimatrix" and found["certificate"]["kind"] == "violation"


def test_other_games_are_refused():
    with pytest.raises(ClaimError, match="expected a claim on bimatrix games or markov games"):
        search(claims()["softmax/value-gap"])
