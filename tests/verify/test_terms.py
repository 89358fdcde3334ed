"""Statements as objects: what is printed, what is read back, and what a strict sign means where it is decided."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games.choice import Choice
from verify.comparison import Comparison, at_least, at_most, equal, less
from verify.errors import ClaimError
from verify.exact.evaluate import decide
from verify.statement import trace
from verify.terms import ARITY, GAME, E, Relation, Term, exp, lambertw, latex, sqrt
from verify.vocabulary.choice import actions, maximisers, temperature

NAMES = {"x": "x", "y": "y", "sum": "a + b"}
X, Y, SUM = (Term("concept", name=name) for name in NAMES)

leaves = st.one_of(
    st.sampled_from([X, Y, SUM]),
    st.fractions(max_denominator=9).map(lambda number: Term("number", number=number)),
)


def _joined(children):
    unary = [op for op, arity in ARITY.items() if arity == 1]
    binary = [op for op, arity in ARITY.items() if arity == 2]
    return st.one_of(
        st.builds(lambda op, x: Term(op, (x,)), st.sampled_from(unary), children),
        st.builds(lambda op, x, y: Term(op, (x, y)), st.sampled_from(binary), children, children),
    )


terms = st.recursive(leaves, _joined, max_leaves=8)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(["<=", "<", "="]), terms, terms)
def test_relations_survive_json(op, lhs, rhs):
    relation = Relation(op, lhs, rhs)
    assert Relation.from_json(relation.to_json()) == relation


@pytest.mark.parametrize("damaged", [["<=", "1"], [">=", "1", "2"], ["<=", ["+", "1"], "2"], ["<=", {"x": 1}, "2"], 3])
def test_damaged_relations_are_refused(damaged):
    with pytest.raises(ValueError, match="expected"):
        Relation.from_json(damaged)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (X - (Y - 1), r"x - \left(y - 1\right)"),
        (X - Y - 1, "x - y - 1"),
        (X - Term.of(-1), r"x - \left(-1\right)"),
        (X + -Y, r"x + \left(-y\right)"),
        (2 * (X + Y), r"2\, \left(x + y\right)"),
        (X * SUM, r"x\, \left(a + b\right)"),
        (X * Fraction(99, 100), r"x \cdot \tfrac{99}{100}"),
        (X / (Y + 1), r"\frac{x}{y + 1}"),
        (X * X, "x^2"),
        (lambertw((X - 1) / E), r"W_0\left(\frac{x - 1}{e}\right)"),
        (exp(-X / Y), r"e^{\frac{-x}{y}}"),
        (sqrt(X), r"\sqrt{x}"),
    ],
)
def test_latex_has_the_parentheses_it_needs(term, text):
    assert latex(term, NAMES) == text


@pytest.mark.parametrize(
    "body", [lambda game: actions(game) > 1, lambda game: at_most(actions(game), None), lambda g: g.leader]
)
def test_bodies_outside_the_vocabulary_are_one_line(body):
    with pytest.raises(ClaimError, match="claim 'x': expected") as caught:
        trace(body, "claim 'x'")
    assert "\n" not in str(caught.value)


def test_a_term_has_no_truth_value_and_takes_no_float():
    with pytest.raises(TypeError, match="outside the vocabulary"):
        bool(X)
    with pytest.raises(TypeError, match="int or a Fraction"):
        Term.of(0.1)


CHOICE = Choice(values=["0", "1", "1"], temperature="1/2")  # three actions, two of them best


@pytest.mark.parametrize(
    ("relation", "outcome"),
    [
        (less(maximisers(GAME), actions(GAME)), "holds"),
        (less(maximisers(GAME) + 1, actions(GAME)), "violated"),
        (at_most(maximisers(GAME) + 1, actions(GAME)), "tie"),
        (equal(maximisers(GAME) + 1, actions(GAME)), "holds"),
        (at_least(maximisers(GAME), actions(GAME)), "violated"),
        # Both sides e^2, reached by different balls: no precision tells < from =.
        (less(exp(1 / temperature(GAME)), exp(1) * exp(1)), "undecided"),
        (at_most(exp(1 / temperature(GAME)), exp(1) * exp(1)), "tie"),
        (less(exp(1 / temperature(GAME)), exp(1) * exp(1) + Fraction(1, 10**30)), "holds"),
    ],
)
def test_strict_and_weak_signs_part_at_equality(relation, outcome):
    assert decide(relation, CHOICE).outcome == outcome


def test_the_margin_of_an_inequality_keeps_its_sign_and_that_of_an_equality_does_not():
    strict, same = less([1.0, 3.0], [2.0, 2.0]), equal([1.0, 3.0], [2.0, 2.0])
    assert isinstance(strict, Comparison) and isinstance(same, Comparison)
    np.testing.assert_array_equal(strict.margin, [1.0, -1.0])
    np.testing.assert_array_equal(same.margin, [-1.0, -1.0])
