"""Rates of switching modulo constants: facts are replayed by minors, interpolated powers and eigenvalues instead."""

import copy
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq, fmpq_mat

from games.errors import FirstmoverError
from games.markov import MarkovGame
from solvers.markov.exact_tables import tables_of
from solvers.markov.switching import damped, limit, lower, rates, upper
from solvers.markov.switching_modes import hull, is_definite, reaches


def game_of(kernel):
    kernel = np.array(kernel, dtype=object)
    fractions = np.array([Fraction(entry) for entry in kernel.ravel()], dtype=object).reshape(kernel.shape)
    nothing = np.zeros(kernel.shape[:-1])
    return MarkovGame(
        transition=fractions,
        leader_reward=nothing,
        follower_reward=nothing,
        leader_discount=Fraction(1, 2),
        follower_discount=Fraction(1, 2),
    )


def drawn(seed, states, moves=2, replies=2):
    rng = np.random.default_rng(seed)
    weights = rng.integers(0, 10, size=(states, moves, replies, states)) + np.eye(states, dtype=int)[0]
    return game_of([[[[Fraction(int(w), int(law.sum())) for w in law] for law in m] for m in s] for s in weights])


def mode(game, policy):
    """P_Pi in the coordinates x_i - x_{S-1}: E P_Pi D with D the inclusion that sets the last entry to 0."""
    rows = np.array([game.transition[s, a, b] for s, (a, b) in enumerate(policy)], dtype=object)
    return (rows - rows[-1])[:-1, :-1]


def definite(matrix, *, strict):
    """By principal minors: all of them for semidefiniteness, the leading ones for definiteness (Sylvester)."""
    size = len(matrix)
    subsets = (
        [tuple(range(k)) for k in range(1, size + 1)]
        if strict
        else [c for k in range(1, size + 1) for c in itertools.combinations(range(size), k)]
    )
    minors = [
        fmpq_mat([[fmpq(matrix[i][j].numerator, matrix[i][j].denominator) for j in rows] for i in rows]).det()
        for rows in subsets
    ]
    return all(minor > 0 if strict else minor >= 0 for minor in minors)


def monomials(y, degree):
    return [
        math.prod((y[i] for i in c), start=Fraction(1))
        for c in itertools.combinations_with_replacement(range(len(y)), degree)
    ]


def power(matrix, degree):
    """Interpolated: the matrix that maps v(y) to v(A y) at as many points as there are monomials."""
    size = len(matrix)
    count = math.comb(size + degree - 1, degree)
    rng = np.random.default_rng(0)
    while True:
        points = [[Fraction(int(x)) for x in rng.integers(-9, 10, size=size)] for _ in range(count)]
        source = fmpq_mat([[fmpq(int(x)) for x in monomials(y, degree)] for y in points])
        if source.det() != 0:
            break
    images = [monomials(list(matrix.dot(np.array(y, dtype=object))), degree) for y in points]
    target = fmpq_mat([[fmpq(x.numerator, x.denominator) for x in row] for row in images])
    found = source.solve(target).transpose().tolist()
    return np.array([[Fraction(int(x.p), int(x.q)) for x in row] for row in found], dtype=object)


def square(nested):
    return np.array([[Fraction(x) for x in row] for row in nested], dtype=object).reshape(len(nested), -1)


def upper_holds(game, fact):
    rate = Fraction(fact["value"])
    if fact.get("norm") == "span":
        laws = game.transition
        pairs = itertools.product(np.ndindex(laws.shape[:3]), repeat=2)
        return all(sum(abs(laws[x] - laws[y])) / 2 <= rate for x, y in pairs if x[0] != y[0])
    for s, (rows, mixed) in enumerate(zip(fact["rows"], fact["mixtures"], strict=True)):
        named = sorted([*map(tuple, rows), *(tuple(item["row"]) for item in mixed)])
        if named != list(np.ndindex(game.transition.shape[1:3])):
            return False
        for item in mixed:
            weights = [Fraction(w) for w in item["weights"]]
            mixture = sum(w * game.transition[s, a, b] for w, (a, b) in zip(weights, rows, strict=True))
            if min(weights) < 0 or sum(weights) != 1 or (mixture != game.transition[s, *item["row"]]).any():
                return False
    form, degree = square(fact["lyapunov"]), fact["degree"]
    if (form != form.T).any() or not definite(form, strict=True):
        return False
    for policy in itertools.product(*fact["rows"]):
        lifted = power(mode(game, policy), degree)
        if not definite(rate ** (2 * degree) * form - lifted.T.dot(form).dot(lifted), strict=False):
            return False
    return True


def lower_holds(game, fact):
    """By eigenvalues in floats: a rate that is 1e-9 too large passes; `reaches` is held to account elsewhere."""
    rate = Fraction(fact["value"])
    product = mode(game, fact["product"][0])
    for policy in fact["product"][1:]:
        product = product.dot(mode(game, policy))
    goal = rate ** len(fact["product"])
    roots = np.abs(np.linalg.eigvals(product.astype(float))).max()
    return roots >= float(goal) * (1 - 1e-9)


def limit_holds(game, fact):
    rate, degree = Fraction(fact["value"]) ** (2 * fact["degree"]), fact["degree"]
    total = 0
    for item in fact["duals"]:
        dual = square(item["matrix"])
        if not definite(dual, strict=False):
            return False
        lifted = power(mode(game, item["policy"]), degree)
        total = total + lifted.dot(dual).dot(lifted.T) - rate * dual
    return definite(total, strict=False) and (total != 0).any()


@pytest.mark.parametrize("seed", range(4))
def test_two_states_have_an_exact_rate(seed):
    game = drawn(seed, 2, 3, 2)
    found = rates(game)
    first = game.transition[..., 0]
    farthest = max(abs(x - y) for x in first[0].ravel() for y in first[1].ravel())
    assert found.gap == 0
    assert Fraction(found.upper["value"]) == farthest
    assert upper_holds(game, found.upper) and lower_holds(game, found.lower)
    assert lower(game) == found.lower and upper(game) == found.upper


@pytest.mark.parametrize("seed", range(3))
def test_three_states_have_a_small_gap(seed):
    game = drawn(seed, 3)
    found = rates(game, gap=1e-2)
    assert 0 <= found.gap <= Fraction(1, 100)
    assert upper_holds(game, found.upper) and lower_holds(game, found.lower)
    if found.limit is not None:
        assert limit_holds(game, found.limit)
        assert Fraction(found.limit["value"]) < Fraction(found.upper["value"])


def test_doctored_facts_are_refused():
    game = drawn(1, 3)
    found = rates(game, gap=1e-2)
    assert "lyapunov" in found.upper and found.limit is not None
    faster = {**found.upper, "value": str(Fraction(found.limit["value"]))}
    assert not upper_holds(game, faster)  # the dual proves that no form of this degree will do
    negative = copy.deepcopy(found.upper)
    negative["lyapunov"][0][0] = "-1"
    assert not upper_holds(game, negative)
    forgetful = copy.deepcopy(found.upper)
    forgetful["rows"][0].pop()
    for item in forgetful["mixtures"][0]:
        item["weights"].pop()
    assert not upper_holds(game, forgetful)
    assert not lower_holds(game, {**found.lower, "value": str(Fraction(found.lower["value"]) + Fraction(1, 100))})
    assert not limit_holds(game, {**found.limit, "value": found.upper["value"]})


def test_higher_degrees_close_gaps_that_quadratic_forms_leave():
    game = drawn(11, 3)
    coarse, fine = rates(game, gap=1e-2), rates(game, gap=1e-3)
    assert coarse.limit["degree"] == coarse.upper["degree"] < fine.upper["degree"]
    assert limit_holds(game, coarse.limit)
    # What no form of the lower degree certifies one of a higher degree does.
    assert Fraction(fine.upper["value"]) < Fraction(coarse.limit["value"])
    assert upper_holds(game, fine.upper)


@pytest.mark.parametrize(("seed", "states", "degree"), [(0, 2, 1), (1, 3, 1), (1, 3, 2)])
def test_what_forms_cannot_do_is_proved_near_what_they_can(seed, states, degree):
    game = drawn(seed, states)
    found = limit(game, degree)
    assert limit_holds(game, found) and found["degree"] == degree
    if states == 2:
        assert 0 < Fraction(upper(game)["value"]) - Fraction(found["value"]) < Fraction(1, 1000)
    with pytest.raises(FirstmoverError, match="expected a rate that no form"):
        limit(drawn(seed, 1))


def test_deterministic_cycles_do_not_forget():
    kernel = [[[[0, 1, 0]]], [[[0, 0, 1]]], [[[1, 0, 0]]]]
    found = rates(game_of(kernel))
    assert found.upper == {"concept": "span_rate_upper", "value": "1", "norm": "span"}
    assert found.lower["value"] == "1" and found.gap == 0


def test_one_state_has_nothing_to_forget():
    found = rates(game_of([[[[1], [1]]]]))
    assert found.upper["value"] == found.lower["value"] == "0"


def test_equal_rows_forget_at_once():
    law = ["1/2", "1/3", "1/6"]
    assert rates(game_of([[[law, law]]] * 3)).upper["value"] == "0"


def test_the_hull_keeps_vertices_only():
    kernel = [[[["0", "1"], ["1", "0"], ["1/3", "2/3"], ["0", "1"]]], [[["1/2", "1/2"]] * 4]]
    found = hull(tables_of(game_of(kernel), "test"))
    assert [len(rows) for rows in found.rows] == [2, 1]
    assert [len(mixed) for mixed in found.mixtures] == [2, 3]
    (third,) = [weights for row, weights in found.mixtures[0] if row == 2]
    assert sorted(map(str, third)) == ["1/3", "2/3"]


def test_definiteness_is_decided_exactly():
    tiny = fmpq(1, 10**40)
    assert is_definite([[fmpq(1), fmpq(1)], [fmpq(1), 1 + tiny]], strict=True)
    assert is_definite([[fmpq(1), fmpq(1)], [fmpq(1), fmpq(1)]], strict=False)
    assert not is_definite([[fmpq(1), fmpq(1)], [fmpq(1), fmpq(1)]], strict=True)
    assert not is_definite([[fmpq(1), fmpq(1)], [fmpq(1), 1 - tiny]], strict=False)
    assert not is_definite([[fmpq(0), fmpq(1)], [fmpq(1), fmpq(1)]], strict=False)


def test_spectral_radii_are_compared_exactly():
    tiny = fmpq(1, 10**40)
    rotation = [[fmpq(0), fmpq(-1, 2)], [fmpq(1, 2), fmpq(0)]]
    companion = [[fmpq(0), fmpq(0), fmpq(1, 8)], [fmpq(1), fmpq(0), fmpq(0)], [fmpq(0), fmpq(1), fmpq(0)]]
    for matrix in (rotation, companion, [[fmpq(-1, 2)]], [[fmpq(1, 2), fmpq(9)], [fmpq(0), fmpq(1, 3)]]):
        assert reaches(matrix, fmpq(1, 2))
        assert not reaches(matrix, fmpq(1, 2) + tiny)


def test_damped_operators_forget_as_fast_as_promised():
    """Products of (1 - alpha) I + alpha gamma P Pi modulo constants stay within the rate, in the norm of the proof."""
    rng = np.random.default_rng(0)
    game = drawn(3, 2)
    rate = Fraction(upper(game)["value"])
    kernel = game.transition.astype(float)
    alpha, gamma = 0.4, 0.9
    bound = damped(float(rate), discount=gamma, step_size=alpha)
    policies = list(itertools.product(itertools.product(range(2), repeat=2), repeat=2))

    def norm(q):  # max over joint policies of the span of the selected values, S = 2
        return max(abs(q[0][x] - q[1][y]) for x, y in policies)

    ratios = []
    for _ in range(300):
        q = rng.normal(size=(2, 2, 2))
        x, y = policies[rng.integers(len(policies))]
        moved = (1 - alpha) * q + alpha * gamma * kernel @ np.array([q[0][x], q[1][y]])
        ratios.append(norm(moved) / norm(q))
    assert max(ratios) <= bound * (1 + 1e-12)
    assert max(ratios) > 1 - alpha


def test_batches_are_refused():
    from games.core import stack

    game = drawn(0, 2)
    with pytest.raises(FirstmoverError, match="batch"):
        rates(stack([game, game]))
