"""Sizes, symmetries and degeneracies of bimatrix games: what hypotheses speak of."""

from __future__ import annotations

from fractions import Fraction

from games.core import Game
from games.matrix import BimatrixGame
from verify.exact import commitment
from verify.exact.commitment import Fact, payoffs, require_saddle
from verify.exact.payload import mappings, rational

LEADER_UNIT, FOLLOWER_UNIT = Fraction(2) ** 40, Fraction(2) ** -40
"""The change of units behind `rescaled_sse`; powers of two, so that floats change units exactly as well."""


def leader_actions(game: Game, fact: Fact, bits: int) -> Fraction:
    """The number of the leader's actions."""
    return Fraction(len(payoffs(game)[0]))


def follower_actions(game: Game, fact: Fact, bits: int) -> Fraction:
    """The number of the follower's actions."""
    return Fraction(len(payoffs(game)[0][0]))


def zero_sum_defect(game: Game, fact: Fact, bits: int) -> Fraction:
    """max over a, b of |A[a,b] + B[a,b]|: 0 exactly where the game is zero-sum."""
    leader, follower = payoffs(game)
    return max(abs(x + y) for own, other in zip(leader, follower, strict=True) for x, y in zip(own, other, strict=True))


def common_payoff_defect(game: Game, fact: Fact, bits: int) -> Fraction:
    """max over a, b of |A[a,b] - B[a,b]|: 0 exactly where both are paid alike."""
    leader, follower = payoffs(game)
    return max(abs(x - y) for own, other in zip(leader, follower, strict=True) for x, y in zip(own, other, strict=True))


def degenerate_replies(game: Game, fact: Fact, bits: int) -> Fraction:
    """The number of replies that are best replies to some mixture and to none the only one.

    Reply b has the margin d_b = max over x of min over b' != b of x'(B_b - B_b'), the value of a zero-sum game:
    positive where it is the only best reply to some x, negative where it is never one, 0 where it is degenerate. Proof:
    for each reply the saddle point {"value", "strategy", "reply_mixture"} of that game, other replies in their order.
    Of random games with independent continuous payoffs almost none has a degenerate reply.
    """
    _, follower = payoffs(game)
    replies = len(follower[0])
    if replies == 1:
        return Fraction(0)
    margins = []
    for b, saddle in enumerate(mappings(fact, "replies", replies)):
        named = {**saddle, "concept": f"{fact.get('concept')}.replies[{b}]"}
        margins.append(rational(named, "value"))
        require_saddle(lead(follower, b), named, margins[-1])
    return Fraction(sum(margin == 0 for margin in margins))


def lead(follower: tuple[tuple[Fraction, ...], ...], b: int) -> tuple[tuple[Fraction, ...], ...]:
    """B[a,b] - B[a,b'] for each row a and each b' other than b, in order."""
    return tuple(tuple(row[b] - row[k] for k in range(len(row)) if k != b) for row in follower)


def rescaled_sse(game: Game, fact: Fact, bits: int) -> Fraction:
    """The strong value of the game in other units; its proof is that of `sse` for that game."""
    payoffs(game)
    assert isinstance(game, BimatrixGame)
    other = BimatrixGame(leader=game.leader * LEADER_UNIT, follower=game.follower * FOLLOWER_UNIT)
    return commitment.sse(other, fact, bits)
