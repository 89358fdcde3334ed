"""Independent answers, by enumerating vertices in Fractions, and checks of facts that use no solver."""

import itertools
from fractions import Fraction

import numpy as np
import pytest


def solve_linear(matrix, right):
    """Gauss-Jordan in Fractions; None where singular."""
    rows = [[Fraction(entry) for entry in row] + [Fraction(r)] for row, r in zip(matrix, right, strict=True)]
    size = len(rows)
    for column in range(size):
        pivot = next((i for i in range(column, size) if rows[i][column] != 0), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [entry / rows[column][column] for entry in rows[column]]
        for i in range(size):
            if i != column and rows[i][column] != 0:
                rows[i] = [p - rows[i][column] * q for p, q in zip(rows[i], rows[column], strict=True)]
    return [row[-1] for row in rows]


def vertices(equal, at_least):
    """Vertices of {z : row z = r in `equal`, row z >= r in `at_least`}, rows as (row, r)."""
    size = len(equal[0][0])
    found = []
    for chosen in itertools.combinations(at_least, size - len(equal)):
        system = [*equal, *chosen]
        point = solve_linear([row for row, _ in system], [r for _, r in system])
        if point is not None and all(sum(p * q for p, q in zip(row, point, strict=True)) >= r for row, r in at_least):
            found.append(point)
    return found


def dot(weights, entries):
    return sum((w * e for w, e in zip(weights, entries, strict=True)), Fraction(0))


def _region(game, b, extra=0):
    """Constraints of the mixtures to which b is a best reply, with `extra` further variables."""
    m, n = game.leader.shape
    zeros = [Fraction(0)] * extra
    equal = [([Fraction(1)] * m + zeros, 1)]
    at_least = [([Fraction(int(i == a)) for i in range(m)] + zeros, 0) for a in range(m)]
    at_least += [([game.follower[a, b] - game.follower[a, k] for a in range(m)] + zeros, 0) for k in range(n) if k != b]
    return equal, at_least


def _max_min(game, columns, equal, at_least):
    """max t with x'A_k >= t for k in columns over x in a region whose rows have room for t; None where empty."""
    m = game.leader.shape[0]
    rows = [([game.leader[a, k] for a in range(m)] + [Fraction(-1)], 0) for k in columns]
    return max((point[m] for point in vertices(equal, at_least + rows)), default=None)


def strong_value(game):
    m, n = game.leader.shape
    return max(dot(x, game.leader[:, b]) for b in range(n) for x in vertices(*_region(game, b)) if len(x) == m)


def weak_value(game):
    n = game.leader.shape[1]
    found = []
    for b in range(n):
        same = [k for k in range(n) if (game.follower[:, k] == game.follower[:, b]).all()]
        corners = vertices(*_region(game, b))
        if not corners:
            continue
        centre = [sum(column, Fraction(0)) / len(corners) for column in zip(*corners, strict=True)]
        paid = [dot(centre, game.follower[:, k]) for k in range(n)]
        if any(paid[k] >= paid[b] for k in range(n) if k not in same):
            continue  # tied throughout the region: it has no interior
        found.append(_max_min(game, same, *_region(game, b, extra=1)))
    return max(found)


def minimax_value(game):
    m, n = game.leader.shape
    equal = [([Fraction(1)] * m + [Fraction(0)], 1)]
    at_least = [([Fraction(int(i == a)) for i in range(m + 1)], 0) for a in range(m)]
    return _max_min(game, range(n), equal, at_least)


def pure_value(game, worst):
    m, n = game.leader.shape
    best = []
    for a in range(m):
        paid = [game.leader[a, b] for b in range(n) if game.follower[a, b] == max(game.follower[a])]
        best.append(min(paid) if worst else max(paid))
    return max(best)


REFERENCES = {
    "sse": strong_value,
    "correlated": strong_value,
    "wse": weak_value,
    "minimax": minimax_value,
    "pure": lambda game: pure_value(game, worst=False),
    "pure weak": lambda game: pure_value(game, worst=True),
}


def _numbers(entries):
    return [Fraction(entry) for entry in entries]


def _is_mixture(weights):
    return min(weights) >= 0 and sum(weights) == 1


def _bounds_every_reply(game, multipliers, value):
    m, n = game.leader.shape
    for b, row in enumerate(map(_numbers, multipliers)):
        assert min(row) >= 0 and row[b] == 0
        for a in range(m):
            gains = [game.follower[a, b] - game.follower[a, k] for k in range(n)]
            assert game.leader[a, b] + dot(row, gains) <= value


def check_fact(game, fact):
    """Assert that `fact` proves what it says of the exact twin `game`, by the rules it is published under."""
    m, n = game.leader.shape
    value = Fraction(fact["value"])
    if fact["concept"] == "sse":
        x, b = _numbers(fact["strategy"]), fact["reply"]
        paid = [dot(x, game.follower[:, k]) for k in range(n)]
        assert _is_mixture(x) and paid[b] == max(paid) == Fraction(fact["follower_value"])
        assert dot(x, game.leader[:, b]) == value
        _bounds_every_reply(game, fact["multipliers"], value)
    elif fact["concept"] == "correlated":
        joint = [_numbers(row) for row in fact["joint"]]
        assert _is_mixture([entry for row in joint for entry in row])
        for b in range(n):
            column = [row[b] for row in joint]
            for k in range(n):
                assert dot(column, game.follower[:, b]) >= dot(column, game.follower[:, k])
        assert sum(dot(joint[a], game.leader[a]) for a in range(m)) == value
        assert sum(dot(joint[a], game.follower[a]) for a in range(m)) == Fraction(fact["follower_value"])
        _bounds_every_reply(game, fact["multipliers"], value)
    elif fact["concept"] == "minimax":
        x, y = _numbers(fact["strategy"]), _numbers(fact["reply_mixture"])
        assert _is_mixture(x) and _is_mixture(y)
        assert min(dot(x, game.leader[:, b]) for b in range(n)) == value
        assert max(dot(y, game.leader[a]) for a in range(m)) == value
    elif fact["concept"] == "nash":
        x, y = _numbers(fact["leader_mixture"]), _numbers(fact["follower_mixture"])
        assert _is_mixture(x) and _is_mixture(y)
        rows = [dot(y, game.leader[a]) for a in range(m)]
        columns = [dot(x, game.follower[:, b]) for b in range(n)]
        assert max(rows) == dot(x, rows) == value == Fraction(fact["leader_value"])
        assert max(columns) == dot(y, columns) == Fraction(fact["follower_value"])
    elif fact["concept"] in ("pure", "pure weak"):
        a, b = fact["row"], fact["reply"]
        assert game.leader[a, b] == value == pure_value(game, worst=fact["concept"] == "pure weak")
        assert game.follower[a, b] == max(game.follower[a]) == Fraction(fact["follower_value"])
    else:
        assert fact["concept"] == "wse"
        _check_weak(game, fact, value)


def _check_weak(game, fact, value):
    m, n = game.leader.shape

    def same(b):
        return [k for k in range(n) if (game.follower[:, k] == game.follower[:, b]).all()]

    b, x, inside = fact["reply"], _numbers(fact["strategy"]), _numbers(fact["interior"])
    assert _is_mixture(x) and _is_mixture(inside)
    served = [dot(x, game.follower[:, k]) for k in range(n)]
    beside = [dot(inside, game.follower[:, k]) for k in range(n)]
    paid = [dot(x, game.leader[:, k]) for k in range(n)]
    assert served[b] == max(served)
    assert all(beside[b] > beside[k] for k in range(n) if k not in same(b))
    assert min(paid[k] for k in same(b)) == value
    if fact["attained"]:
        assert all(paid[k] >= value for k in range(n) if served[k] == max(served))
    else:
        assert fact["attained_proved"] is False
    assert len(fact["replies"]) == n
    for b, reply in enumerate(fact["replies"]):
        gains = [[game.follower[a, b] - game.follower[a, k] for k in range(n)] for a in range(m)]
        if "dominated" in reply:
            y = _numbers(reply["dominated"])
            assert _is_mixture(y) and all(y[k] == 0 for k in same(b))
            assert all(dot(y, gains[a]) <= 0 for a in range(m))
        else:
            y, w = _numbers(reply["multipliers"]), _numbers(reply["equivalents"])
            assert min(y) >= 0 and _is_mixture(w) and all(w[k] == 0 for k in range(n) if k not in same(b))
            assert all(dot(w, game.leader[a]) + dot(y, gains[a]) <= value for a in range(m))


@pytest.fixture(scope="session")
def checked():
    return check_fact


@pytest.fixture(scope="session")
def references():
    return REFERENCES


@pytest.fixture(scope="session")
def payoffs():
    """Payoffs (2, m, n) drawn by kind: "uniform", "integers" (-2..2) or "binary" ties."""

    def draw(rng, kind, m, n):
        if kind == "uniform":
            return rng.random((2, m, n))
        return rng.integers(-2 if kind == "integers" else 0, 3 if kind == "integers" else 2, (2, m, n)).astype(float)

    return draw


@pytest.fixture
def rng():
    return np.random.default_rng(20240607)
