"""Normal forms: known identities, near misses, and random terms evaluated before and after."""

from __future__ import annotations

import math

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Abs, exp, log, sqrt, tanh

from proofs.engine.errors import DerivationError
from proofs.engine.identity import canonical, is_identity, normal_form
from proofs.engine.numeric import evaluate
from proofs.engine.terms import Delta, Index, IndexSet, Iverson, Maximum, Minimum, Scalar, Signum, Size, Total, vector

n = Size("n")
A = IndexSet("A", n)
a, b, star = Index("a", A), Index("b", A), Index("star", A)
q, p = vector("q"), vector("p")
x, y = Scalar("x"), Scalar("y")
indicator = Iverson(q[a], x)

TRUE = {
    "linear": (Total(q[a] * x + 1, a), x * Total(q[b], b) + n),
    "sifting": (Total(Delta(a, star) * q[a] ** 2, a), q[star] ** 2),
    "double sifting": (Total(Total(Delta(a, b) * p[a] * q[b], a), b), Total(p[a] * q[a], a)),
    "exponentials": (exp((q[a] - x) / y), exp(q[a] / y) * exp(-x / y)),
    "shift of a sum": (Total(exp((q[a] - x) / y), a) * exp(x / y), Total(exp(q[b] / y), b)),
    "shift of a log": (log(Total(exp((q[a] - x) / y), a)), log(Total(exp(q[b] / y), b)) - x / y),
    "tanh": (tanh(x / 2), (exp(x) - 1) / (exp(x) + 1)),
    "half exponents": (exp(x / 3) ** 3, exp(x)),
    "square root of three": ((sqrt(3) - 1) * (sqrt(3) + 1), sympy.Integer(2)),
    "compound root": (sqrt(1 + x**2) ** 3, sqrt(1 + x**2) * (1 + x**2)),
    "absolute value": (Abs(2 * x - 2 * y), 2 * Abs(y - x)),
    "positive factor of |.|": (Abs(exp(x) * (q[a] - y)), exp(x) * Abs(y - q[a])),
    "indicator is idempotent": (Total(indicator * (1 - indicator) * q[a], a), sympy.Integer(0)),
    "indicator in an exponent": (exp(indicator * y), 1 + indicator * (exp(y) - 1)),
    "sign squared": (Signum(x) ** 3, Signum(x)),
    "variance": (
        Total(Total(p[a] * p[b] * (q[a] - q[b]) ** 2, a), b),
        2 * Total(p[a], a) * Total(p[a] * q[a] ** 2, a) - 2 * Total(p[a] * q[a], a) ** 2,
    ),
    "bound names": (Maximum(q[a] - x, a), Maximum(q[b] - x, b)),
    "log of a power": (log(exp(x) * 8), x + 3 * log(2)),
    "factor out of a log": (exp(log(3) / 2), sqrt(3)),
}

FALSE = {
    "wrong size": (Total(q[a] * x + 1, a), x * Total(q[b], b) + 1),
    "sum of a product": (Total(p[a] * q[a], a), Total(p[a], a) * Total(q[a], a)),
    "free for bound": (Total(q[a], b), Total(q[b], b)),
    "wrong shift": (exp((q[a] - x) / y), exp(q[a] / y) * exp(x / y)),
    "unknown factor of |.|": (Abs(x * y), x * Abs(y)),
    "log of an unknown factor": (log(x * y), log(x) + log(y)),
    "maximum against minimum": (Maximum(q[a], a), Minimum(q[a], a)),
    "different constants": (sqrt(3), sqrt(2) + sympy.Rational(1, 3)),
    "exponential of a sign": (exp(2 * Signum(x)), sympy.Integer(1)),
    "capture": (Total(q[a] * Total(p[b], b), a), Total(q[a] * p[a], a)),
}


@pytest.mark.parametrize("name", TRUE)
def test_true(name: str) -> None:
    assert is_identity(*TRUE[name])


@pytest.mark.parametrize("name", FALSE)
def test_not_decided_true(name: str) -> None:
    assert not is_identity(*FALSE[name])


def test_log_splits_over_what_is_positive_only() -> None:
    assert is_identity(log(x * y), log(x) + log(y), positive=lambda term: term in (x, y))


def test_a_denominator_that_vanishes_identically_is_refused() -> None:
    with pytest.raises(DerivationError, match="denominator"):
        normal_form(1 / (Total(q[a], a) - Total(q[b], b)))


def test_heads_outside_the_language_are_refused() -> None:
    with pytest.raises(DerivationError, match="language"):
        normal_form(sympy.sin(x))


atoms = st.sampled_from([x, y, q[star], n, sympy.Integer(2), sympy.Rational(-1, 3), Signum(x), Iverson(x, y), sqrt(3)])


def _composites(inner: st.SearchStrategy[sympy.Expr]) -> st.SearchStrategy[sympy.Expr]:
    return st.one_of(
        st.builds(lambda f, g: f + g, inner, inner),
        st.builds(lambda f, g: f * g, inner, inner),
        st.builds(lambda f: f**2, inner),
        st.builds(lambda f: 1 / (1 + f**2), inner),
        st.builds(lambda f: exp(f / 4), inner),
        st.builds(lambda f: log(1 + f**2), inner),
        st.builds(lambda f: sqrt(1 + f**2), inner),
        st.builds(lambda f: tanh(f), inner),
        st.builds(lambda f: Abs(f), inner),
        st.builds(lambda f, k: Total(f * q[a] ** k + p[a], a), inner, st.integers(0, 2)),
        st.builds(lambda f: Total(exp(f * q[a] / 9) * Delta(a, star) + q[a], a), inner),
        st.builds(lambda f: Maximum(f + q[a], a), inner),
    )


terms = st.recursive(atoms, _composites, max_leaves=5)
numbers = st.integers(-3, 3).map(lambda i: i / 2)


@given(terms, st.lists(numbers, min_size=3, max_size=3), st.lists(numbers, min_size=3, max_size=3), numbers, numbers)
@settings(max_examples=150, deadline=None)
def test_a_normal_form_has_the_value_of_its_term(term, ps, qs, at_x, at_y) -> None:
    values = {"p": ps, "q": qs, "x": at_x, "y": at_y, "n": 3, "star": 1}
    try:
        plain = canonical(term)
    except (DerivationError, OverflowError):
        return  # identically undefined
    try:
        before, after = evaluate(term, values), evaluate(plain, values)
    except (OverflowError, ZeroDivisionError):
        return
    assert math.isclose(before, after, rel_tol=1e-12, abs_tol=1e-12)  # forty digits, printed to seventeen
