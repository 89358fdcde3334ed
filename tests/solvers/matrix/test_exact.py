"""Exact answers: every fact verified by rules that use no solver, and held against enumeration of all vertices."""

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from games.matrix import BimatrixGame
from solvers.errors import SolverError
from solvers.matrix import exact
from solvers.matrix.exact_strong import strong
from solvers.matrix.guess import Guess, guess
from solvers.matrix.integers import integer_game
from solvers.matrix.rational_lp import Basis

SMALL = arrays(np.int64, st.tuples(st.just(2), st.integers(1, 3), st.integers(1, 3)), elements=st.integers(-3, 3))
CONITZER_SANDHOLM = BimatrixGame(leader=[["2", "4"], ["1", "3"]], follower=[["1", "0"], ["0", "1"]])


@given(SMALL)
@settings(max_examples=60, deadline=None)
def test_every_fact_is_true_and_optimal(checked, references, drawn):
    game = BimatrixGame(leader=drawn[0], follower=drawn[1]).exact()
    for concept in exact.CONCEPTS:
        fact = json.loads(json.dumps(exact.fact(game, concept)))
        checked(game, fact)
        if concept in references:
            assert Fraction(fact["value"]) == references[concept](game)


def test_the_order_of_the_concepts(rng, payoffs):
    strict = set()
    for kind in ("uniform", "integers", "binary"):
        for _ in range(40):
            leader, follower = payoffs(rng, kind, 3, 3)
            game = BimatrixGame(leader=leader, follower=follower).exact()
            value = {concept: Fraction(exact.fact(game, concept)["value"]) for concept in exact.CONCEPTS}
            assert value["minimax"] <= value["wse"] <= value["sse"] == value["correlated"]
            assert value["pure weak"] <= value["pure"] <= value["sse"] and value["pure weak"] <= value["wse"]
            assert value["minimax"] <= value["worst nash"] <= value["best nash"] <= value["sse"]
            assert value["worst nash"] <= value["wse"]  # von Stengel-Zamir 2010
            strict |= {concept for concept in value if value[concept] < value["sse"]}
    assert strict == set(exact.CONCEPTS) - {"sse", "correlated"}  # every inequality was strict somewhere


def test_closed_forms():
    # Conitzer-Sandholm 2006: commit to 1/2, 1/2 and be answered by the second column.
    found = exact.solve(CONITZER_SANDHOLM)
    assert found.leader_value == Fraction(7, 2) and found.follower_value == Fraction(1, 2)
    assert found.policies["leader"].tolist() == [Fraction(1, 2)] * 2 and found.policies["follower"] == 1
    assert exact.solve(CONITZER_SANDHOLM, "best nash").leader_value == 2
    # Rock, paper, scissors: the value is 0 at thirds for both.
    rock = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    found = exact.solve(BimatrixGame(leader=rock, follower=-rock), "minimax")
    assert found.leader_value == 0
    assert found.policies["leader"].tolist() == found.policies["follower"].tolist() == [Fraction(1, 3)] * 3


@pytest.mark.parametrize("power", [-900, -30, 0, 30, 900])
def test_scaling_by_powers_of_two_scales_the_exact_answer(rng, power):
    leader, follower = rng.random((2, 4, 4))
    plain = exact.solve(BimatrixGame(leader=leader, follower=follower))
    scaled = exact.solve(BimatrixGame(leader=np.ldexp(leader, power), follower=np.ldexp(follower, -power)))
    assert scaled.leader_value == plain.leader_value * Fraction(2) ** power
    assert (scaled.policies["leader"] == plain.policies["leader"]).all()
    assert scaled.policies["follower"] == plain.policies["follower"]


def test_integers_are_the_floats_bit_for_bit(rng):
    floats = np.concatenate([rng.normal(size=20) * 10.0 ** rng.integers(-300, 300, 20), [0.0, -0.0, 5e-324, 1.5]])
    game = BimatrixGame(leader=floats.reshape(4, 6), follower=-floats.reshape(4, 6))
    for twin in (game, game.exact()):
        scaled = integer_game(twin)
        for row, given_row in zip(scaled.leader, game.leader, strict=True):
            assert [Fraction(int(x), int(scaled.leader_scale)) for x in row] == [Fraction(x) for x in given_row]


@pytest.mark.parametrize("size", [2, 5, 12])
def test_a_guess_saves_work_and_decides_nothing(rng, checked, size):
    for kind in range(6):
        leader, follower = rng.random((2, size, size)) if kind % 2 else rng.integers(0, 3, (2, size, size))
        game = BimatrixGame(leader=leader, follower=follower)
        value = Fraction(strong(game)["value"])
        right = guess(game)
        assert right is not None
        everything = tuple(range(size))
        wrong = [
            Guess(reply=(right.reply + 1) % size, basis=right.basis, multipliers=right.multipliers),
            Guess(
                reply=right.reply,
                basis=Basis(variables=everything, tight=everything[1:]),
                multipliers=right.multipliers,
            ),
            Guess(reply=right.reply, basis=right.basis, multipliers=np.zeros((size, size))),
            Guess(reply=right.reply, basis=right.basis, multipliers=1e6 * right.multipliers + np.tri(size, k=-1)),
        ]
        for belief in (right, *wrong):
            fact = strong(game, belief)
            assert Fraction(fact["value"]) == value
            checked(game.exact(), fact)


def test_large_games_start_from_floats(rng, checked):
    leader, follower = rng.random((2, 24, 24))
    game = BimatrixGame(leader=leader, follower=follower)
    fact = strong(game, guess(game))
    checked(game.exact(), fact)
    # Short certificates: the multipliers of the 23 losing replies have at most 61 bits over a power of two.
    losing = [row for b, row in enumerate(fact["multipliers"]) if b != fact["reply"]]
    assert max(len(entry) for row in losing for entry in row) < 60


def test_refusals():
    with pytest.raises(SolverError, match=r"expected a concept among sse, .* found 'qse'"):
        exact.fact(CONITZER_SANDHOLM, "qse")
    with pytest.raises(SolverError, match="exact sse: expected a single game"):
        exact.solve(BimatrixGame(leader=np.ones((2, 1, 1)), follower=np.ones((2, 1, 1))))


def test_rounding_states_its_error():
    third = BimatrixGame(leader=[["1/3", "0"]], follower=[["1", "0"]])
    found = exact.rounded(exact.solve(third))
    assert found.leader_value == 1 / 3 and 0 < found.error_bound < 1e-16
    assert abs(Fraction(1, 3) - Fraction(1 / 3)) <= Fraction(found.error_bound)
    assert found.policies["leader"].dtype == np.float64
