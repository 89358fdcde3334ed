"""Sizes, defects, degenerate replies, other units, and differences of values."""

from fractions import Fraction

import pytest

from games.matrix import BimatrixGame
from verify.exact import differences, features
from verify.exact.errors import CertificateError
from verify.exact.facts import check
from verify.vocabulary import prove

F = Fraction


def game(leader, follower):
    return BimatrixGame(leader=leader, follower=follower).exact()


def value(name, instance):
    return check(instance, prove(name, instance), 0)


def test_sizes_and_defects():
    instance = game([[1, 2, 3], [4, 5, 6]], [[-1, -2, -3], [-4, -5, "-61/10"]])
    assert (value("leader_actions", instance), value("follower_actions", instance)) == (2, 3)
    assert value("zero_sum_defect", instance) == F(1, 10)
    assert value("common_payoff_defect", instance) == F(121, 10)


@pytest.mark.parametrize(
    ("follower", "count"),
    [
        ([[1, 0], [0, 1]], 0),
        ([[0]], 0),
        ([[0, 0]], 2),  # never the only one, always a best one
        ([[0, 0], [1, 0]], 1),  # the second is best at the first row only, together with the first
        ([[1, 0], [1, 0]], 0),  # never best
        ([[2, 0, 1], [0, 2, 1]], 1),  # the third is best at the even mixture, with both others
        ([[2, 0, "9/10"], [0, 2, "9/10"]], 0),  # nowhere
        ([[2, 0, "11/10"], [0, 2, "11/10"]], 0),  # alone around the even mixture
        ([[2, 0, 2], [0, 2, 0]], 2),  # copies
    ],
)
def test_degenerate_replies(follower, count):
    instance = game([[0] * len(follower[0])] * len(follower), follower)
    assert value("degenerate_replies", instance) == count


def test_a_false_saddle_is_refused():
    instance = game([[0, 0, 0]] * 2, [[2, 0, 1], [0, 2, 1]])
    fact = prove("degenerate_replies", instance)
    for change in ({"value": "1/100"}, {"strategy": ["1", "0"]}, {"reply_mixture": ["1", "0"]}):
        replies = [{**saddle, **(change if b == 2 else {})} for b, saddle in enumerate(fact["replies"])]
        with pytest.raises(CertificateError, match=r"replies\[2\]"):
            features.degenerate_replies(instance, {**fact, "replies": replies}, 0)
    with pytest.raises(CertificateError, match="a list of 3"):
        features.degenerate_replies(instance, {**fact, "replies": fact["replies"][:2]}, 0)


def test_other_units():
    instance = game([[2, 4], [1, 3]], [[1, 0], [0, 1]])
    assert value("rescaled_sse", instance) == 2**40 * F(7, 2)


def test_differences():
    instance = game([[2, 4], [1, 3]], [[1, 0], [0, 1]])  # dominance: the only equilibrium gives 2
    assert value("commitment_gain", instance) == F(3, 2)
    assert value("weak_commitment_gain", instance) == F(3, 2)
    assert value("equilibrium_gain", instance) == 0
    with pytest.raises(CertificateError, match=r"commitment_gain\.sse: expected an entry"):
        differences.commitment_gain(instance, {"concept": "commitment_gain"}, 0)
    with pytest.raises(CertificateError, match="expected a fact"):
        differences.commitment_gain(instance, {"concept": "commitment_gain", "sse": []}, 0)
