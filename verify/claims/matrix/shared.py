"""What claims on one-shot commitment share: families, games, and hypotheses with what happens without them."""

from __future__ import annotations

from games.matrix import BimatrixGame
from verify.comparison import equal
from verify.statement import Ablation, Hypothesis
from verify.vocabulary.matrix import common_payoff_defect, degenerate_replies, zero_sum_defect

PAPER = "commitment"

GENERIC = ("uniform", "gaussian", "integers")
"""Families whose games are seldom degenerate."""

TIES = ("tie_rich", "knife_edge")
"""Families made of ties, where strong and weak values part."""


def exact_game(leader: list, follower: list) -> BimatrixGame:
    """The exact bimatrix game with these payoffs; a row is an action of the leader."""
    return BimatrixGame(leader=leader, follower=follower).exact()


def matching_pennies() -> BimatrixGame:
    return exact_game([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])


def conitzer_sandholm() -> BimatrixGame:
    """The leader plays her first row in the only equilibrium, and commits to both rows alike (2006, introduction)."""
    return exact_game([[2, 4], [1, 3]], [[1, 0], [0, 1]])


def two_faced_reply() -> BimatrixGame:
    """The leader has one action; the follower's two replies are the same to him and not to her."""
    return exact_game([[1, 0]], [[0, 0]])


ZERO_SUM = Hypothesis(
    name="zero-sum",
    text="the players' payoffs are opposite",
    body=lambda game: equal(zero_sum_defect(game), 0),
    means="zero-sum",
    ablation=Ablation(
        expected="counterexample",
        text="where interests are not opposed, commitment is worth more than security",
        families=GENERIC,
    ),
)

COMMON_PAYOFF = Hypothesis(
    name="common payoff",
    text="both players are paid alike",
    body=lambda game: equal(common_payoff_defect(game), 0),
    means="common payoff",
    ablation=Ablation(
        expected="counterexample",
        text="where payoffs differ, the leader gains by mixing",
        families=GENERIC,
    ),
)

NO_DEGENERATE_REPLY = Hypothesis(
    name="no degenerate reply",
    text="every reply that is a best reply to some mixture is the only one to some mixture",
    body=lambda game: equal(degenerate_replies(game), 0),
    means="no degenerate reply",
    ablation=Ablation(
        expected="counterexample",
        text="a reply that is best only in ties counts for the strong value and not for the weak one",
        families=TIES,
    ),
)
