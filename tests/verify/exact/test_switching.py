"""Rates of switching systems: proofs made by hand are accepted, doctored ones refused; coefficients against numpy."""

import copy
import itertools
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq

from games.families import family
from games.markov import MarkovGame
from solvers.markov.exact import fact
from solvers.markov.switching import limit
from verify.exact.errors import CertificateError
from verify.exact.facts import check
from verify.exact.switching import power

F = Fraction


def game_of(rows):
    """rows[s] lists the laws of the leader's actions; the follower has one."""
    kernel = [[[[F(p) for p in law]] for law in laws] for laws in rows]
    shape = (len(rows), len(rows[0]), 1)
    return MarkovGame(
        transition=kernel,
        leader_reward=np.zeros(shape),
        follower_reward=np.zeros(shape),
        leader_discount="1/2",
        follower_discount="1/2",
    ).exact()


TWO = game_of([[["3/4", "1/4"], ["1/2", "1/2"]], [["1/4", "3/4"], ["1/2", "1/2"]]])  # modes 1/2, 1/4, 1/4, 0
THREE = game_of(
    [
        [["1/4", "1/2", "1/4"], ["1/4", "1/2", "1/4"]],
        [["1/2", "0", "1/2"], ["1/4", "1/4", "1/2"]],
        [["0", "3/4", "1/4"], ["1/4", "1/4", "1/2"]],
    ]
)
HEXIC = game_of(
    [
        [[0, 0, 1], ["1/4", "1/2", "1/4"]],
        [["1/4", "3/4", 0], ["3/4", "1/4", 0]],
        [["1/2", "1/4", "1/4"], ["1/4", "1/4", "1/2"]],
    ]
)


def both(s):
    return [[0, 0], [1, 0]]


UPPER_TWO = {
    "concept": "span_rate_upper",
    "value": "1/2",
    "degree": 1,
    "rows": [both(0), both(1)],
    "mixtures": [[], []],
    "lyapunov": [["1"]],
}
LOWER_TWO = {"concept": "span_rate_lower", "value": "1/2", "product": [[[0, 0], [0, 0]]]}


def refused(game, doctored):
    with pytest.raises(CertificateError):
        check(game, doctored, 128)


def changed(original, path, value):
    doctored = copy.deepcopy(original)
    place = doctored
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return doctored


def test_two_states_by_hand():
    assert check(TWO, UPPER_TWO, 128) == check(TWO, LOWER_TWO, 128) == F(1, 2)
    refused(TWO, {**UPPER_TWO, "value": "499/1000"})
    refused(TWO, {**LOWER_TWO, "value": "501/1000"})
    refused(TWO, {**UPPER_TWO, "value": "-1/2"})  # its square would do
    refused(TWO, {**LOWER_TWO, "value": "-1/2"})
    assert check(TWO, {**LOWER_TWO, "value": "1/4", "product": [[[0, 0], [1, 0]]]}, 128) == F(1, 4)
    assert check(TWO, {**LOWER_TWO, "value": "0", "product": [[[1, 0], [1, 0]]]}, 128) == 0


def test_rows_that_are_mixtures_may_be_left_out():
    mixed = game_of([[["3/4", "1/4"], ["1/4", "3/4"], ["1/2", "1/2"]], [["1/4", "3/4"]] * 3])
    kept = {
        **UPPER_TWO,
        "rows": [[[0, 0], [1, 0]], [[0, 0]]],
        "mixtures": [
            [{"row": [2, 0], "weights": ["1/2", "1/2"]}],
            [{"row": [1, 0], "weights": ["1"]}, {"row": [2, 0], "weights": ["1"]}],
        ],
    }
    assert check(mixed, kept, 128) == F(1, 2)
    refused(mixed, changed(kept, ("mixtures", 0, 0, "weights"), ["1/3", "2/3"]))
    refused(mixed, changed(kept, ("mixtures", 0, 0, "weights"), ["3/2", "-1/2"]))
    refused(mixed, changed(kept, ("mixtures", 0), []))  # a row is missing
    refused(mixed, changed(kept, ("mixtures", 1, 1, "row"), [1, 0]))  # one twice, one never
    refused(mixed, changed(kept, ("rows", 0), [[0, 0]]))
    refused(mixed, changed(kept, ("rows", 1), []))
    refused(mixed, changed(kept, ("rows", 1), [[7, 0]]))


@pytest.mark.parametrize(("game", "ellipse"), [(THREE, True), (HEXIC, False)], ids=["ellipse", "higher degree"])
def test_certificates_of_the_solver_are_checked_to_the_last_digit(game, ellipse):
    upper, lower = fact(game, "span_rate_upper"), fact(game, "span_rate_lower")
    assert (upper["degree"] == 1) == ellipse
    high, low = check(game, upper, 128), check(game, lower, 128)
    assert low <= high <= low + F(1, 1000)
    for value in (low - F(1, 10**4), high - F(1, 500)):
        refused(game, {**upper, "value": str(value)})
    refused(game, {**lower, "value": str(high + F(1, 10**6))})
    size = len(upper["lyapunov"])
    for i, j in itertools.combinations_with_replacement(range(size), 2):
        bent = changed(upper, ("lyapunov", i, j), str(-F(upper["lyapunov"][i][j]) - 1))
        refused(game, bent)
        bent["lyapunov"][j][i] = bent["lyapunov"][i][j]
        refused(game, bent)  # symmetric, and no longer a proof
    refused(game, {**upper, "lyapunov": [["0"] * size for _ in range(size)]})
    for key in ("degree", "rows", "mixtures", "lyapunov"):
        refused(game, {name: item for name, item in upper.items() if name != key})
    for degree in (0, -1, "1", True, 10**9, upper["degree"] + 1):
        refused(game, {**upper, "degree": degree})
    for product in ([], [[[0, 0]]], [[[0, 0], [0, 0], [5, 0]]], "all", [lower["product"][0]] * 65):
        refused(game, {**lower, "product": product})


def test_the_rate_is_between_the_bounds_of_long_random_products():
    rng = np.random.default_rng(2)
    for game in (THREE, HEXIC):
        high = float(check(game, fact(game, "span_rate_upper"), 128))
        kernel = game.transition[:, :, 0].astype(float)
        for _ in range(200):
            product = np.eye(2)
            for _ in range(40):
                mode = kernel[np.arange(3), rng.integers(2, size=3)]
                product = product @ (mode[:2, :2] - mode[2, :2])
            assert np.abs(np.linalg.eigvals(product)).max() ** (1 / 40) <= high + 1e-9


def test_the_span_seminorm_is_a_certificate():
    by_norm = {"concept": "span_rate_upper", "value": "3/4", "norm": "span"}
    assert check(THREE, by_norm, 128) == F(3, 4)
    refused(THREE, {**by_norm, "value": "74/100"})
    refused(THREE, {**by_norm, "norm": "sup"})
    alone = game_of([[[1], [1]]])
    assert check(alone, {**by_norm, "value": "0"}, 128) == 0
    assert check(alone, {**LOWER_TWO, "value": "0", "product": [[[0, 0]]]}, 128) == 0
    refused(alone, {**LOWER_TWO, "value": "1/9", "product": [[[0, 0]]]})


def test_a_dual_shows_where_ellipses_end():
    dual = limit(HEXIC)
    found = check(HEXIC, dual, 128)
    assert found > check(HEXIC, fact(HEXIC, "span_rate_upper"), 128) + F(1, 50)
    refused(HEXIC, {**dual, "value": str(found + F(1, 100))})
    for i in range(len(dual["duals"])):
        matrix = dual["duals"][i]["matrix"]
        negative = [[str(-F(x)) for x in row] for row in matrix]
        if any(F(x) for row in matrix for x in row):
            refused(HEXIC, changed(dual, ("duals", i, "matrix"), negative))
    zero = [[["0", "0"], ["0", "0"]] for _ in dual["duals"]]
    nothing = [{**item, "matrix": matrix} for item, matrix in zip(dual["duals"], zero, strict=True)]
    refused(HEXIC, {**dual, "duals": nothing})
    refused(HEXIC, {**dual, "duals": []})


def test_symmetric_powers_follow_monomials():
    rng = np.random.default_rng(4)
    for size, degree in ((1, 4), (2, 3), (3, 2)):
        mode = rng.integers(-3, 4, (size, size))
        y = rng.integers(-3, 4, size)
        indices = list(itertools.combinations_with_replacement(range(size), degree))

        def monomials(x, indices=indices):
            return [int(np.prod([x[i] for i in index])) for index in indices]

        lifted = power([[fmpq(int(x)) for x in row] for row in mode], degree)
        ahead = [sum(c * m for c, m in zip(row, monomials(y), strict=True)) for row in lifted]
        assert ahead == monomials(mode @ y)


@pytest.mark.parametrize("name", ["markov_dense", "markov_integers", "markov_garnet"])
def test_coefficients_against_numpy(name):
    for game in family(name).sample(np.random.default_rng(8), 6):
        exact = game.exact()
        rows = exact.transition.reshape(-1, game.states)
        distances = [np.abs(x - y).sum() / 2 for x in rows for y in rows]
        assert check(exact, {"concept": "dobrushin"}, 0) == max(distances)
        assert check(exact, {"concept": "doeblin"}, 0) == 1 - rows.min(axis=0).sum()
        assert check(exact, {"concept": "sup_rate"}, 0) == 1


def test_nothing_known_is_nothing_proved():
    for name in ("span_rate_upper", "span_rate_lower", "lyapunov_limit"):
        found = check(THREE, {"concept": name, "undecided": "no time"}, 128)
        assert isinstance(found, arb) and not found.is_finite()
