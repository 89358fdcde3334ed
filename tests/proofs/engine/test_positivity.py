"""Signs: what is proved, what must not be, and random terms at random points."""

from __future__ import annotations

import itertools

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Abs, LambertW, exp, log, sqrt

from proofs.engine.errors import DerivationError
from proofs.engine.numeric import evaluate
from proofs.engine.positivity import Facts, check_defined
from proofs.engine.relation import at_most, equal, less
from proofs.engine.terms import (
    Delta,
    Index,
    IndexSet,
    Iverson,
    Maximum,
    Minimum,
    Scalar,
    Signum,
    Size,
    Total,
    XLogX,
    vector,
)

n, m = Size("n"), Size("m")
A, B = IndexSet("A", n), IndexSet("B", m)
a, b, c = Index("a", A), Index("b", A), Index("c", B)
p, q, d = vector("p"), vector("q"), vector("d")
x, y, k, low, high, tau = (Scalar(name) for name in ("x", "y", "k", "low", "high", "tau"))

FACTS = Facts(
    [
        less(0, tau),
        at_most(1, k),
        at_most(k, n - 1),
        at_most(low, d[a]).for_all(a),
        at_most(d[a], high).for_all(a),
        at_most(0, p[a]).for_all(a),
        less(0, x),
        at_most(x, 1),
    ]
)
PROVED = [
    less(0, 1 / tau),
    less(0, n - k),
    at_most(0, n - 2),
    at_most(low, high),
    at_most(low, d[b]),
    at_most(0, p[b] * exp(-q[a] / tau)),
    at_most(0, x - x**2),
    at_most(0, Total(p[a] * q[a] ** 2, a)),
    less(0, Total(exp(q[a]), a)),
    less(0, log(n)),
    at_most(0, log(k)),
    at_most(log(x), 0),
    at_most(0, x**2 - 2 * x * y + y**2),
    less(0, Abs(y) + 1),
    at_most(Delta(a, b), 1),
    at_most(0, (1 - Iverson(x, y)) * p[a]),
    at_most(0, 1 + Signum(y)),
    at_most(0, LambertW((n - 1) / sympy.E)),
]
NOT_PROVED = [
    less(0, y),
    less(0, y**2),
    at_most(0, d[a]),
    at_most(0, n - 3),
    less(low, high),
    less(0, p[a]),
    at_most(0, Total(p[a] * q[a], a)),
    at_most(0, sympy.E - 3),
    at_most(0, 1 - 2 * x),
    at_most(0, p[c]),  # known on the other index set only
    at_most(0, log(y)),
    equal(k, 1),
]


@pytest.mark.parametrize("relation", PROVED, ids=str)
def test_proved(relation) -> None:
    assert FACTS.proves(relation)


@pytest.mark.parametrize("relation", NOT_PROVED, ids=str)
def test_not_proved(relation) -> None:
    assert not FACTS.proves(relation)


def test_terms_of_both_signs_may_cancel_in_a_sum_but_not_in_an_extremum() -> None:
    for entry in (Signum(q[a]), 1 / q[a]):
        assert not Facts().nonzero(Total(entry, a))
        assert Facts().nonzero(Maximum(entry, a))


def test_a_fact_about_one_index_says_nothing_under_a_sum_over_it() -> None:
    facts = Facts([less(0, q[a])])
    assert facts.positive(q[a])
    assert not facts.nonnegative(Total(q[a], a))
    assert not facts.nonnegative(q[b])


@pytest.mark.parametrize(
    "term",
    [
        1 / tau,
        1 / (n - k),
        log(k),
        sqrt(x),
        XLogX(p[a]),
        Total(1 / (1 + p[a]), a),
        Minimum(q[a], a),
        Minimum(q[a], a, Iverson(d[a], Maximum(d[b], b))),  # the maximum is attained somewhere
    ],
    ids=str,
)
def test_defined(term) -> None:
    check_defined(term, FACTS)


@pytest.mark.parametrize(
    "term",
    [
        1 / y,
        1 / (n - k - 1),
        log(y),
        log(p[a]),
        sqrt(y),
        XLogX(q[a]),
        LambertW(y),
        Total(1 / p[a], a),
        Minimum(q[a], a, Iverson(q[a], x)),  # nothing may attain x
        Minimum(q[a], a, 1 + p[a]),  # not a condition
        Minimum(q[a], a, Iverson(d[a], Maximum(q[b], b))),  # attained by another vector
        Minimum(q[a], a, Iverson(q[a], Maximum(q[b], b, Iverson(q[b], x)))),  # a maximum over nothing
    ],
    ids=str,
)
def test_not_defined(term) -> None:
    with pytest.raises(DerivationError):
        check_defined(term, FACTS)


leaves = st.sampled_from([x, y, tau, n, n - k, x - 1, high - low, d[b] - low, Signum(y), 1 - Iverson(x, y), y - x])


def _composites(inner: st.SearchStrategy[sympy.Expr]) -> st.SearchStrategy[sympy.Expr]:
    return st.one_of(
        st.builds(lambda f, g: f + g, inner, inner),
        st.builds(lambda f, g: f * g, inner, inner),
        st.builds(lambda f: -f, inner),
        st.builds(lambda f: f**2, inner),
        st.builds(lambda f: 1 / (1 + f**2), inner),
        st.builds(lambda f: Abs(f), inner),
        st.builds(lambda f: log(1 + f**2), inner),
        st.builds(lambda f: Total(f * p[a] + (d[a] - low), a), inner),
        st.builds(lambda f: Total(f * (d[a] - high) - p[a], a), inner),
    )


terms = st.recursive(leaves, _composites, max_leaves=4)
quarters = st.integers(0, 4).map(lambda i: i / 4)


@given(terms, st.lists(quarters, min_size=6, max_size=6), st.integers(-3, 3), st.integers(1, 2), quarters)
@settings(max_examples=120, deadline=None)
def test_signs_hold_at_every_point_the_facts_allow(term, entries, at_y, at_k, at_x) -> None:
    values = {"p": entries[:3], "d": entries[3:], "low": min(entries[3:]), "high": max(entries[3:]) + at_x}
    values |= {"x": max(at_x, 0.25), "y": at_y / 2, "k": at_k, "n": 3, "tau": 0.5}
    signs = FACTS.sign(term)
    for position in itertools.product(range(3), repeat=1):
        value = evaluate(term, {**values, "b": position[0]})
        assert (value > 1e-25) - (value < -1e-25) in signs  # dyadic points, forty digits: zero is seen as zero


def test_a_fact_that_says_nothing_at_some_index_is_passed_over() -> None:
    """[p_a = p_b] = [a = b] says 0 = 0 at a = b."""
    distinct = equal(Iverson(p[a], p[b]), Delta(a, b)).for_all(a, b)
    assert Facts((distinct, at_most(x, 1))).nonnegative(1 - x)
