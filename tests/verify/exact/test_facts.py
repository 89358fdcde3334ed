"""The table of checkers names the checker of every concept, and nothing but checkers."""

import pytest
from flint import arb

from games.matrix import BimatrixGame
from verify.claims.errl.shared import two_regimes
from verify.concept import resolve
from verify.exact.errors import CertificateError
from verify.exact.facts import CHECKERS, check
from verify.vocabulary import concepts


def test_the_table_agrees_with_the_vocabulary():
    assert {name: item.exact for name, item in concepts().items()} == CHECKERS


@pytest.mark.parametrize("name", sorted(concepts()))
def test_every_reference_of_a_concept_resolves(name):
    item = concepts()[name]
    for reference in (item.numeric, item.exact, item.prove):
        assert not reference or callable(resolve(reference))
    assert item.exact.startswith("verify.exact.")


@pytest.mark.parametrize("fact", [None, [], {}, {"concept": "os.system"}, {"concept": ["sse"]}, {"concept": "nash"}])
def test_only_concepts_are_checked(fact):
    game = BimatrixGame(leader=[[1]], follower=[[1]]).exact()
    with pytest.raises(CertificateError, match="expected a concept among"):
        check(game, fact, 128)


def test_a_value_stated_of_a_ball_lies_in_it():
    """Exactly one, or within the digits of an enclosure: any other number is refused."""
    game = two_regimes()
    fact = {"concept": "leader_log_ratio"}
    ball = check(game, fact, 64)
    assert isinstance(ball, arb)
    inside = ball.mid().fmpq()
    check(game, {**fact, "value": f"{inside.p}/{inside.q}"}, 64)
    for value in ("99/7", "0"):
        with pytest.raises(CertificateError, match="as proven"):
            check(game, {**fact, "value": value}, 64)
