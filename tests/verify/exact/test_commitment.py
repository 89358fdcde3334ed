"""Checkers of commitment values: hand-made proofs, values recomputed from vertices, and tampering."""

import copy
import itertools
import json
import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games.matrix import BimatrixGame
from solvers.matrix.exact import fact as prove
from verify.exact import commitment
from verify.exact.errors import CertificateError

F = Fraction


def game(leader, follower):
    return BimatrixGame(leader=leader, follower=follower).exact()


# Conitzer and Sandholm 2006: commit to both rows alike and the follower answers with the right column.
TWO_BY_TWO = game([[2, 4], [1, 3]], [[1, 0], [0, 1]])
SSE = {
    "concept": "sse",
    "value": "7/2",
    "strategy": ["1/2", "1/2"],
    "reply": 1,
    "follower_value": "1/2",
    "multipliers": [["0", "0"], ["1/2", "0"]],
}


def test_a_proof_worked_out_by_hand():
    assert commitment.sse(TWO_BY_TWO, SSE, 0) == F(7, 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"strategy": ["1/4", "3/4"]}, "expected the value 7/2"),
        ({"strategy": ["3/4", "1/4"]}, "best reply"),
        ({"strategy": ["1/2", "1/3"]}, "sums to 1"),
        ({"strategy": ["3/2", "-1/2"]}, "strategy >= 0"),
        ({"strategy": [0.5, 0.5]}, "rational"),
        ({"strategy": ["1/2"]}, "a list of 2"),
        ({"reply": 2}, "index from 0 to 1"),
        ({"reply": True}, "index from 0 to 1"),
        ({"value": "4"}, "expected the value 4"),
        ({"follower_value": "1"}, "follower's value"),
        ({"multipliers": [["0", "0"], ["0", "0"]]}, "bound reply 1 by 7/2"),
        ({"multipliers": [["0", "0"], ["-1/2", "0"]]}, "multipliers >= 0"),
        ({"multipliers": [["0", "0"]]}, "a list of 2"),
        ({"multipliers": None}, "a list of 2"),
        ({"value": "1/0"}, "finite number"),
    ],
)
def test_a_false_proof_is_refused_and_says_why(change, message):
    with pytest.raises(CertificateError, match=message) as caught:
        commitment.sse(TWO_BY_TWO, {**SSE, **change}, 0)
    assert "\n" not in str(caught.value)


def test_a_missing_entry_is_named():
    with pytest.raises(CertificateError, match=r"sse\.strategy: expected an entry"):
        commitment.sse(TWO_BY_TWO, {name: SSE[name] for name in SSE if name != "strategy"}, 0)


def test_floats_and_batches_have_no_exact_value():
    for other in (TWO_BY_TWO.float(), BimatrixGame(leader=[[[F(1)]]], follower=[[[F(1)]]])):
        with pytest.raises(CertificateError, match="single exact bimatrix game"):
            commitment.sse(other, SSE, 0)


# Every value once more from the vertices of the reply regions, with no duality and no linear program.


def solve(equations, size):
    """The unique solution of [coefficients | right side] rows, None where there is no or more than one."""
    rows = [list(row) for row in equations]
    for column in range(size):
        pivot = next((i for i in range(column, len(rows)) if rows[i][column]), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [entry / rows[column][column] for entry in rows[column]]
        for i, row in enumerate(rows):
            if i != column and row[column]:
                rows[i] = [entry - row[column] * other for entry, other in zip(row, rows[column], strict=True)]
    return None if any(row[size] for row in rows[size:]) else [row[size] for row in rows[:size]]


def vertices(planes, size):
    """The mixtures that meet every plane·x >= 0 and lie on `size` - 1 of these planes independently."""
    units = [[F(int(i == a)) for i in range(size)] for a in range(size)]
    found = set()
    for chosen in itertools.combinations([*units, *planes], size - 1):
        x = solve([[*row, F(0)] for row in chosen] + [[F(1)] * size + [F(1)]], size)
        if x and min(x) >= 0 and all(dot(plane, x) >= 0 for plane in planes):
            found.add(tuple(x))
    return found


def dot(x, y):
    return sum(a * b for a, b in zip(x, y, strict=True))


def columns(matrix):
    return [list(column) for column in zip(*matrix.tolist(), strict=True)]


def minus(x, y):
    return [a - b for a, b in zip(x, y, strict=True)]


def strong_value(own, other):
    size = len(own[0])
    regions = {b: vertices([minus(other[b], rival) for rival in other], size) for b in range(len(own))}
    return max(dot(x, own[b]) for b, points in regions.items() for x in points)


def weak_value(own, other):
    """Over reply regions with an interior, the best minimum over equal columns, cell by cell."""
    size, replies = len(own[0]), range(len(own))
    values = []
    for b in replies:
        region = [minus(other[b], rival) for rival in other]
        points = vertices(region, size)
        centre = [sum(coordinate) / len(points) for coordinate in zip(*points, strict=True)] if points else None
        if centre is None or any(dot(centre, plane) == 0 for plane in region if any(plane)):
            continue
        alike = [k for k in replies if other[k] == other[b]]
        for k in alike:  # the cell where column k is the leader's worst among the equal ones
            cell = region + [minus(own[rival], own[k]) for rival in alike]
            values += [dot(x, own[k]) for x in vertices(cell, size)]
    return max(values)


def random_game(seed):
    draw = random.Random(seed)
    m, n, largest = draw.randint(1, 3), draw.randint(1, 3), draw.choice([1, 1, 2, 7])
    leader, follower = ([[draw.randint(-largest, largest) for _ in range(n)] for _ in range(m)] for _ in range(2))
    if draw.random() < 0.3:  # two columns the follower cannot tell apart
        for row in follower:
            row[0] = row[-1]
    return game(leader, follower)


CHECKERS = {
    "sse": commitment.sse,
    "correlated": commitment.correlated,
    "minimax": commitment.minimax,
    "wse": commitment.wse,
    "pure": commitment.pure,
    "pure weak": commitment.pure_weak,
}


@pytest.mark.parametrize("seed", range(120))
def test_proven_values_are_those_of_the_vertices(seed):
    instance = random_game(seed)
    own, other = columns(instance.leader), columns(instance.follower)
    values = {name: check(instance, prove(instance, name), 0) for name, check in CHECKERS.items()}
    assert values["sse"] == values["correlated"] == strong_value(own, other)
    assert values["wse"] == weak_value(own, other)
    by_row = [
        [payoff for payoff, answer in zip(a, b, strict=True) if answer == max(b)]
        for a, b in zip(instance.leader.tolist(), instance.follower.tolist(), strict=True)
    ]
    assert values["pure"] == max(map(max, by_row))
    assert values["pure weak"] == max(map(min, by_row))
    opposed = [[-entry for entry in column] for column in own]
    assert values["minimax"] == strong_value(own, opposed)


def numbers(node, path=()):
    """The places of all numbers and flags in a JSON tree."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key != "concept":
                yield from numbers(value, (*path, key))
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from numbers(value, (*path, i))
    elif node is not None:
        yield path


@given(seed=st.integers(0, 119), name=st.sampled_from(sorted(CHECKERS)), data=st.data())
@settings(max_examples=400, deadline=None)
def test_no_tampered_proof_changes_a_value(seed, name, data):
    instance = random_game(seed)
    fact = json.loads(json.dumps(prove(instance, name)))
    value = CHECKERS[name](instance, fact, 0)
    tampered = copy.deepcopy(fact)
    *path, last = data.draw(st.sampled_from(list(numbers(fact))))
    place = tampered
    for key in path:
        place = place[key]
    old = place[last]
    if isinstance(old, bool):
        place[last] = not old
    elif isinstance(old, int):
        place[last] = data.draw(st.integers(-1, 4).filter(lambda k: k != old))
    else:
        step = data.draw(st.fractions(-2, 2, max_denominator=8).filter(bool))
        place[last] = str(F(old) + step)
    try:
        assert CHECKERS[name](instance, tampered, 0) == value
    except CertificateError:
        pass


def test_a_tampered_value_is_always_refused():
    for seed in range(40):
        instance = random_game(seed)
        for name in ("sse", "correlated", "minimax", "wse"):
            fact = prove(instance, name)
            for step in (F(1, 1000), F(-1, 1000)):
                with pytest.raises(CertificateError):
                    CHECKERS[name](instance, {**fact, "value": str(F(fact["value"]) + step)}, 0)


def test_the_weak_supremum_that_is_not_attained():
    # At the tie x = (1/2, 1/2) the follower hurts the leader; she comes as close to 1/2 as she likes, and never there.
    instance = game([[1, 0], [0, 0]], [[0, 1], [1, 0]])
    fact = prove(instance, "wse")
    assert commitment.wse(instance, fact, 0) == F(1, 2)
    assert fact["attained"] is False
    with pytest.raises(CertificateError, match="attained"):
        commitment.wse(instance, {**fact, "attained": True}, 0)


def test_one_equilibrium():
    instance = game([[2, 4], [1, 3]], [[1, 0], [0, 1]])
    fact = {"leader_mixture": ["1", "0"], "follower_mixture": ["1", "0"], "leader_value": "2", "follower_value": "1"}
    assert commitment.nash(instance, fact, 0) == 2
    with pytest.raises(CertificateError, match="no better reply"):
        commitment.nash(instance, {**fact, "follower_mixture": ["0", "1"]}, 0)
    with pytest.raises(CertificateError, match="no better row"):
        commitment.nash(instance, {**fact, "leader_mixture": ["0", "1"]}, 0)
    with pytest.raises(CertificateError, match="leader_value 2, found 3"):
        commitment.nash(instance, {**fact, "leader_value": "3"}, 0)
