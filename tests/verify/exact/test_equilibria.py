"""Extreme equilibria: textbook games, an independent proof of each, and games where they form a continuum."""

import random
from fractions import Fraction

import pytest

from games.matrix import BimatrixGame
from solvers.matrix.exact import fact as prove
from verify.exact.commitment import columns, minimax, nash, payoffs, sse
from verify.exact.equilibria import best_nash, extreme_equilibria, worst_nash
from verify.exact.errors import CertificateError

F = Fraction


def game(leader, follower):
    return BimatrixGame(leader=leader, follower=follower).exact()


def range_of(leader, follower):
    instance = game(leader, follower)
    return worst_nash(instance, {}, 0), best_nash(instance, {}, 0)


@pytest.mark.parametrize(
    ("leader", "follower", "expected"),
    [
        ([[2, 0], [0, 1]], [[1, 0], [0, 2]], (F(2, 3), 2)),  # battle of the sexes
        ([[1, -1], [-1, 1]], [[-1, 1], [1, -1]], (0, 0)),  # matching pennies
        ([[3, 0], [5, 1]], [[3, 5], [0, 1]], (1, 1)),  # prisoners' dilemma
        ([[6, 2], [7, 0]], [[6, 7], [2, 0]], (2, 7)),  # chicken: mixed equilibrium (2/3, 1/3) gives 14/3
        ([[0, 0, 1], [1, 0, 0], [0, 1, 0]], [[0, 1, 0], [0, 0, 1], [1, 0, 0]], (F(1, 3), F(1, 3))),  # Shapley
        ([[5]], [[-1]], (5, 5)),
        # The follower does not care: every y with a best row against it is an equilibrium.
        ([[0, 4], [1, 2]], [[0, 0], [0, 0]], (1, 4)),
        ([[1, 0]], [[0, 0]], (0, 1)),
        # Duplicate rows and columns: faces of equilibria, the same two payoffs.
        ([[2, 0, 0], [2, 0, 0], [0, 1, 1]], [[1, 0, 0], [1, 0, 0], [0, 2, 2]], (F(2, 3), 2)),
    ],
)
def test_textbook_ranges(leader, follower, expected):
    assert range_of(leader, follower) == expected


def random_game(seed):
    draw = random.Random(seed)
    m, n, largest = draw.randint(1, 4), draw.randint(1, 4), draw.choice([1, 2, 9])
    leader, follower = ([[draw.randint(-largest, largest) for _ in range(n)] for _ in range(m)] for _ in range(2))
    return game(leader, follower)


@pytest.mark.parametrize("seed", range(60))
def test_all_that_are_found_are_equilibria_and_lie_between_security_and_commitment(seed):
    instance = random_game(seed)
    leader, follower = payoffs(instance)
    found = list(extreme_equilibria(leader, follower))
    assert found
    for x, y in found:
        value = sum(x[a] * leader[a][b] * y[b] for a in range(len(x)) for b in range(len(y)))
        answer = sum(x[a] * follower[a][b] * y[b] for a in range(len(x)) for b in range(len(y)))
        fact = {
            "leader_mixture": list(map(str, x)),
            "follower_mixture": list(map(str, y)),
            "leader_value": str(value),
            "follower_value": str(answer),
        }
        assert nash(instance, fact, 0) == value
    low, high = worst_nash(instance, {}, 0), best_nash(instance, {}, 0)
    assert minimax(instance, prove(instance, "minimax"), 0) <= low <= high <= sse(instance, prove(instance, "sse"), 0)


@pytest.mark.parametrize("seed", range(40))
def test_pure_equilibria_are_among_them(seed):
    leader, follower = payoffs(random_game(seed))
    found = set(extreme_equilibria(leader, follower))
    for a, row in enumerate(follower):
        for b, column in enumerate(columns(leader)):
            if row[b] == max(row) and column[a] == max(column):
                x = tuple(F(int(i == a)) for i in range(len(leader)))
                y = tuple(F(int(j == b)) for j in range(len(row)))
                assert (x, y) in found


def test_games_too_large_to_enumerate_are_refused():
    with pytest.raises(CertificateError, match="at most 50000 bases"):
        best_nash(game([[0] * 12] * 12, [[0] * 12] * 12), {}, 0)
