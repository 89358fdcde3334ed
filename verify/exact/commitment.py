r"""Checkers of one-shot commitment values: each proof brackets the value from both sides.

A is the leader's payoff matrix, B the follower's, row a, column b; x'A_b is the leader's payoff from the mixture x
against the reply b, and b is a best reply to x when x'B_b >= x'B_b' for all b'. Feasible points bound a value from
below. From above it is bounded by weak duality: for multipliers y >= 0 and every x to which b is a best reply,

    x'A_b <= sum_a x_a (A[a,b] + sum_b' y_b' (B[a,b] - B[a,b'])) <= max_a (A[a,b] + sum_b' y_b' (B[a,b] - B[a,b'])).

A reply that no mixture makes a best one is covered too: some y then makes the right side as low as one likes.
Sources: Conitzer and Sandholm 2006 (one linear program a reply), Conitzer and Korzhyk 2011 (one for all), von Stengel
and Zamir 2010 (ties against the leader).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from games.core import Game
from games.errors import shown
from games.matrix import BimatrixGame
from verify.exact.errors import CertificateError
from verify.exact.payload import (
    Matrix,
    Vector,
    flag,
    mappings,
    matrix,
    position,
    rational,
    require,
    require_probabilities,
    vector,
)

Fact = Mapping[str, Any]


def payoffs(game: Game) -> tuple[Matrix, Matrix]:
    """(A, B) as rows of Fractions; `CertificateError` for anything but one exact bimatrix game."""
    if not isinstance(game, BimatrixGame) or not game.is_exact or game.batch_shape:
        raise CertificateError(
            f"expected a single exact bimatrix game, found a {game.kind or type(game).__name__} game"
        )
    leader, follower = (tuple(map(tuple, array.tolist())) for array in (game.leader, game.follower))
    return leader, follower


def dot(left: Iterable[Fraction], right: Iterable[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(left, right, strict=True)), Fraction(0))


def columns(payoff: Matrix) -> Matrix:
    return tuple(zip(*payoff, strict=True))


def sse(game: Game, fact: Fact, bits: int) -> Fraction:
    """The strong Stackelberg value of mixed commitments: max over b and over x with b among the best replies of x'A_b.

    Proof: a mixture with its reply, and multipliers Y[b] >= 0 for every reply b.
    """
    leader, follower = payoffs(game)
    value = rational(fact, "value")
    strategy, reply, found = _commitment(leader, follower, fact)
    require(found == value, fact, f"the value {shown(value)} from the strategy, found {shown(found)}")
    answer = dot(strategy, columns(follower)[reply])
    stated = rational(fact, "follower_value")
    require(answer == stated, fact, f"the follower's value {shown(stated)} from the strategy, found {shown(answer)}")
    _require_bounded(leader, follower, fact, value)
    return value


def correlated(game: Game, fact: Fact, bits: int) -> Fraction:
    """The value of the optimal correlated commitment: the leader announces a joint law p whose advice is obeyed.

    Proof: p >= 0 of sum 1 with sum_a p[a,b] (B[a,b] - B[a,b']) >= 0 for all b, b', and the multipliers of `sse`: the
    same sums bound sum_ab p[a,b] A[a,b], which is why the second signal is worth nothing against one follower.
    """
    leader, follower = payoffs(game)
    rows, replies = len(leader), len(leader[0])
    value = rational(fact, "value")
    joint = matrix(fact, "joint", rows, replies)
    require_probabilities(tuple(p for row in joint for p in row), fact, "joint")
    for b in range(replies):
        for other in range(replies):
            gain = sum(joint[a][b] * (follower[a][b] - follower[a][other]) for a in range(rows))
            require(gain >= 0, fact, f"obedience to advice {b} rather than {other}, found a loss of {shown(-gain)}")
    for stated, payoff, whose in (
        (value, leader, "value"),
        (rational(fact, "follower_value"), follower, "follower_value"),
    ):
        found = sum((dot(p, row) for p, row in zip(joint, payoff, strict=True)), Fraction(0))
        require(found == stated, fact, f"the {whose} {shown(stated)} from the joint law, found {shown(found)}")
    _require_bounded(leader, follower, fact, value)
    return value


def single_lp(game: Game, fact: Fact, bits: int) -> Fraction:
    """The value of the commitments that an optimal joint law recommends: each advised column, normalised, is a mixture.

    Proof: that of `correlated`. Every recommended mixture has its advice as a best reply, and must bring the value.
    """
    value = correlated(game, fact, bits)
    leader, _ = payoffs(game)
    joint = matrix(fact, "joint", len(leader), len(leader[0]))
    for b, (weights, own) in enumerate(zip(columns(joint), columns(leader), strict=True)):
        if mass := sum(weights):
            found = dot(weights, own) / mass
            require(
                found == value, fact, f"the value {shown(value)} from the mixture advising {b}, found {shown(found)}"
            )
    return value


def multiple_lps(game: Game, fact: Fact, bits: int) -> Fraction:
    """The largest value of the programs max x'A_b over x to which b is a best reply: `sse`, proof and all."""
    return sse(game, fact, bits)


def minimax(game: Game, fact: Fact, bits: int) -> Fraction:
    """The leader's security level max_x min_b x'A_b. Proof: x, and a mixture y of replies that concedes no more."""
    leader, _ = payoffs(game)
    value = rational(fact, "value")
    require_saddle(leader, fact, value)
    return value


def require_saddle(payoff: Matrix, fact: Fact, value: Fraction) -> None:
    """`value` is that of the zero-sum game `payoff` for its row player, by the fact's strategy and reply_mixture."""
    strategy = vector(fact, "strategy", len(payoff))
    mixture = vector(fact, "reply_mixture", len(payoff[0]))
    require_probabilities(strategy, fact, "strategy")
    require_probabilities(mixture, fact, "reply_mixture")
    lower = min(dot(strategy, column) for column in columns(payoff))
    upper = max(dot(row, mixture) for row in payoff)
    require(
        lower == value == upper,
        fact,
        f"{shown(value)} guaranteed and conceded, found {shown(lower)} and {shown(upper)}",
    )


def pure(game: Game, fact: Fact, bits: int) -> Fraction:
    """The strong value of pure commitments, max over a and over best replies b to a of A[a,b], by enumeration."""
    return _pure(game, fact, max)


def pure_weak(game: Game, fact: Fact, bits: int) -> Fraction:
    """The weak value of pure commitments, max over a of the min over best replies b to a of A[a,b], by enumeration."""
    return _pure(game, fact, min)


def _pure(game: Game, fact: Fact, tie_break: Any) -> Fraction:
    leader, follower = payoffs(game)
    worth = [
        tie_break(payoff for payoff, answer in zip(own, other, strict=True) if answer == max(other))
        for own, other in zip(leader, follower, strict=True)
    ]
    if "row" in fact:
        row, reply = position(fact, "row", len(leader)), position(fact, "reply", len(leader[0]))
        reached = worth[row] == leader[row][reply] and follower[row][reply] == max(follower[row])
        require(reached and worth[row] == max(worth), fact, f"row {row}, reply {reply} to attain {shown(max(worth))}")
    return max(worth)


def wse(game: Game, fact: Fact, bits: int) -> Fraction:
    """The weak Stackelberg value: the supremum over x of the minimum over best replies b to x of x'A_b.

    Columns k with B_k = B_b identically are equivalent to b: no commitment tells them apart.

    Lower bound: b is a best reply to the strategy x, and at the interior point x0 strictly better than every column
    not equivalent to it, hence the best replies to (1 - eps) x + eps x0 are b's equivalents alone, and the leader gets
    min over k ~ b of x'A_k up to eps.
    Upper bound: the replies whose sets of x have an interior cover the simplex. For each reply either multipliers
    with a mixture w of its equivalents bound min over k ~ b of x'A_k on its set, or a mixture y of columns not
    equivalent to it is at least as good for the follower against every row, and then its set has no interior.
    If the fact says the supremum is attained, the strategy must attain it.
    """
    leader, follower = payoffs(game)
    own, other = columns(leader), columns(follower)
    replies = range(len(own))
    value = rational(fact, "value")
    alike = [[k for k in replies if other[k] == other[b]] for b in replies]

    reply = position(fact, "reply", len(own))
    strategy, interior = vector(fact, "strategy", len(leader)), vector(fact, "interior", len(leader))
    require_probabilities(strategy, fact, "strategy")
    require_probabilities(interior, fact, "interior")
    answers, inside = ([dot(x, column) for column in other] for x in (strategy, interior))
    require(answers[reply] == max(answers), fact, f"reply {reply} to be a best reply to the strategy")
    rivals = [inside[k] for k in replies if k not in alike[reply]]
    require(all(inside[reply] > rival for rival in rivals), fact, f"reply {reply} to be strictly best at interior")
    found = min(dot(strategy, own[k]) for k in alike[reply])
    require(found == value, fact, f"the value {shown(value)} near the strategy, found {shown(found)}")

    for b, bound in enumerate(mappings(fact, "replies", len(own))):
        named = {**bound, "concept": f"{fact.get('concept', 'wse')}.replies[{b}]"}
        if "dominated" in bound:
            weights = vector(named, "dominated", len(own))
            require_probabilities(weights, named, "dominated")
            require(
                not any(weights[k] for k in alike[b]), named, "a mixture of columns the follower tells apart from it"
            )
            gains = _gains(follower, b, weights)
            require(
                max(gains) <= 0, named, f"no row at which it beats the mixture, found a gain of {shown(max(gains))}"
            )
        else:
            weights = vector(named, "equivalents", len(own))
            require_probabilities(weights, named, "equivalents")
            require(not any(weights[k] for k in replies if k not in alike[b]), named, "a mixture of its equivalents")
            target = [dot(weights, row) for row in leader]
            _require_at_most(target, follower, b, vector(named, "multipliers", len(own)), named, value)
    if flag(fact, "attained"):
        worst = min(dot(strategy, own[k]) for k in replies if answers[k] == max(answers))
        require(worst >= value, fact, f"the value {shown(value)} attained at the strategy, found {shown(worst)}")
    return value


def nash(game: Game, fact: Fact, bits: int) -> Fraction:
    """The leader's payoff in one Nash equilibrium of the simultaneous game: proof by the equilibrium itself.

    One of possibly many, so this is no concept of the vocabulary; `verify.exact.equilibria` has the best and the worst.
    """
    leader, follower = payoffs(game)
    x = vector(fact, "leader_mixture", len(leader))
    y = vector(fact, "follower_mixture", len(leader[0]))
    require_probabilities(x, fact, "leader_mixture")
    require_probabilities(y, fact, "follower_mixture")
    against_y = [dot(row, y) for row in leader]
    against_x = [dot(x, column) for column in columns(follower)]
    value, answer = dot(x, against_y), dot(y, against_x)
    require(
        value == max(against_y), fact, f"no better row for the leader, found {shown(max(against_y) - value)} to gain"
    )
    require(
        answer == max(against_x),
        fact,
        f"no better reply for the follower, found {shown(max(against_x) - answer)} to gain",
    )
    for key, exactly in (("leader_value", value), ("follower_value", answer)):
        stated = rational(fact, key)
        require(stated == exactly, fact, f"{key} {shown(exactly)}, found {shown(stated)}")
    return value


def _commitment(leader: Matrix, follower: Matrix, fact: Fact) -> tuple[Vector, int, Fraction]:
    """(x, b, x'A_b) of the fact's strategy and reply, b a best reply to x."""
    strategy = vector(fact, "strategy", len(leader))
    require_probabilities(strategy, fact, "strategy")
    reply = position(fact, "reply", len(leader[0]))
    answers = [dot(strategy, column) for column in columns(follower)]
    require(answers[reply] == max(answers), fact, f"reply {reply} to be a best reply to the strategy")
    return strategy, reply, dot(strategy, columns(leader)[reply])


def _require_bounded(leader: Matrix, follower: Matrix, fact: Fact, value: Fraction) -> None:
    """For every reply b: max_a (A[a,b] + sum_b' Y[b][b'] (B[a,b] - B[a,b'])) <= value."""
    replies = len(leader[0])
    for b, weights in enumerate(matrix(fact, "multipliers", replies, replies)):
        _require_at_most([row[b] for row in leader], follower, b, weights, fact, value)


def _require_at_most(
    target: Sequence[Fraction], follower: Matrix, b: int, weights: Vector, fact: Fact, value: Fraction
) -> None:
    """target_a + sum_b' weights[b'] (B[a,b] - B[a,b']) <= value for every row a, and weights >= 0."""
    require(min(weights) >= 0, fact, f"multipliers >= 0 for reply {b}, found {shown(min(weights))}")
    bound = max(payoff + gain for payoff, gain in zip(target, _gains(follower, b, weights), strict=True))
    require(bound <= value, fact, f"multipliers that bound reply {b} by {shown(value)}, found {shown(bound)}")


def _gains(follower: Matrix, b: int, weights: Vector) -> list[Fraction]:
    """sum_b' weights[b'] (B[a,b] - B[a,b']) for each row a."""
    total = sum(weights)
    return [total * row[b] - dot(weights, row) for row in follower]
