"""Substitution captures nothing; relations are compared up to names and normal form; the language is closed."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from sympy import exp

from proofs.engine.errors import DerivationError
from proofs.engine.relation import Relation, as_relation, at_most, equal, less
from proofs.engine.substitution import Entries, free_variables, substitute
from proofs.engine.terms import (
    NATURALS,
    Delta,
    Index,
    IndexSet,
    Maximum,
    Scalar,
    Size,
    Total,
    check_language,
    vector,
)

n, m = Size("n"), Size("m")
A, B = IndexSet("A", n), IndexSet("B", m)
a, b, c = Index("a", A), Index("b", A), Index("c", B)
p, q = vector("p"), vector("q")
t: Any = Index("t", NATURALS)
x, y, z = Scalar("x"), Scalar("y"), Scalar("z")


def test_a_bound_index_is_renamed_where_it_would_capture() -> None:
    term = substitute(Total(p[a] * x, a), {x: q[a]})
    assert free_variables(term) == {p, q, a}
    assert at_most(term, 0).same_as(at_most(Total(p[b] * q[a], b), 0))


def test_vectors_are_replaced_entry_by_entry() -> None:
    term = substitute(Total(p[a], a) + p[b], {p: Entries((a,), q[a] * x)})
    assert equal(term, x * Total(q[a], a) + x * q[b]).same_as(equal(term, term))
    assert free_variables(term) == {q, x, b}


def test_a_vectors_entries_may_depend_on_a_free_index() -> None:
    term = substitute(Total(p[b], b), {p: Entries((a,), Delta(a, b))})
    assert at_most(term, 0).same_as(at_most(1, 0))  # sum over b' of [b' = b]


def test_substitution_is_simultaneous() -> None:
    assert substitute(x - 2 * y, {x: y, y: x}) == y - 2 * x


@pytest.mark.parametrize(
    "replacement",
    [{n: x}, {a: c}, {p: x}, {x: sympy.Symbol("x", positive=True)}, {p: Entries((c,), q[c])}],
    ids=["size", "index of another set", "vector by scalar", "assumptions", "entries over another set"],
)
def test_replacements_of_the_wrong_sort_are_refused(replacement) -> None:
    with pytest.raises(DerivationError):
        substitute(Total(p[a], a) + x, replacement)


def test_sympys_own_subs_is_refused_under_a_binder() -> None:
    with pytest.raises(DerivationError):
        Total(p[a] * x, a).subs(x, q[a])


def test_index_sets_of_one_name_but_another_size_are_apart() -> None:
    other = Index("a", IndexSet("A", m))
    assert other != a
    assert Total(sympy.Integer(1), other) != Total(sympy.Integer(1), a)


@pytest.mark.parametrize(
    "term",
    [
        sympy.Float(0.5),
        sympy.oo,
        sympy.nan,
        sympy.pi,
        sympy.sin(x),
        x**y,
        sympy.Symbol("z"),
        sympy.Symbol("z", positive=True),
        sympy.Symbol("z", nonnegative=True),
        sympy.Symbol("z", integer=True),
        Total(a * p[a], a),
        p[sympy.Integer(-1)],
        p[a + 1],
        p[2 * t],
        p[t - 1],
        sympy.IndexedBase("w")[a],
        sympy.IndexedBase("w", nonnegative=True)[a],
        Delta(a, Index("_1", A)),
        Total(p[Index("_1", A)], Index("_1", A)),
        sympy.LambertW(x, -1),
    ],
    ids=str,
)
def test_terms_outside_the_language_are_refused(term) -> None:
    with pytest.raises(DerivationError):
        check_language(term)


SAME = [
    (at_most(x, y), at_most(2 * x, 2 * y)),
    (at_most(x - y, 0), at_most(x, y)),
    (equal(x, y), equal(-3 * y, -3 * x)),
    (at_most(0, p[a]).for_all(a), at_most(0, p[b]).for_all(b)),
    (
        at_most(0, Total(p[a], a)).for_all(p, given=[at_most(0, p[a]).for_all(a)]),
        at_most(0, Total(q[b], b)).for_all(q, given=[at_most(0, q[b]).for_all(b)]),
    ),
    (at_most(Maximum(p[a], a), x), at_most(Maximum(p[b], b), x)),
    (less(exp(x + y), 1), less(exp(x) * exp(y), 1)),
]
DIFFERENT = [
    (at_most(x, y), at_most(y, x)),
    (at_most(x, y), less(x, y)),
    (at_most(x, y), at_most(x, y + 1)),
    (equal(x, y), equal(x, -y)),
    (at_most(0, p[a]).for_all(a), at_most(0, p[a])),
    (at_most(0, p[a]).for_all(a), at_most(0, p[c]).for_all(c)),
    (at_most(0, x).for_all(x, given=[less(0, x)]), at_most(0, x).for_all(x)),
    (at_most(x, y).for_all(x), at_most(x, y).for_all(y)),
    (at_most(x, y).for_all(x, y), at_most(y, x).for_all(x, y, given=[])),
]


@pytest.mark.parametrize(("left", "right"), SAME, ids=str)
def test_same(left: Relation, right: Relation) -> None:
    assert left.same_as(right)
    assert right.same_as(left)


@pytest.mark.parametrize(("left", "right"), DIFFERENT[:-1], ids=str)
def test_different(left: Relation, right: Relation) -> None:
    assert not left.same_as(right)
    assert not right.same_as(left)


def test_quantified_relations_compare_in_the_order_of_their_variables() -> None:
    assert at_most(x, y).for_all(x, y).same_as(at_most(y, x).for_all(y, x))


def test_substitution_under_a_quantifier_renames_its_variable() -> None:
    renamed = at_most(x, y).for_all(x).substitute({y: x})
    assert renamed.free == {x}
    assert renamed.same_as(at_most(y, x).for_all(y))
    vectors = at_most(Total(p[a], a), q[b]).for_all(p).substitute({q: p})
    assert vectors.free == {p, b}


def test_a_condition_on_a_free_variable_is_not_captured_by_an_inner_quantifier() -> None:
    nested = less(0, z).for_all(y).for_all(x, given=[less(0, y)])
    assert y in nested.free and y not in nested.bound
    assert not nested.same_as(Relation(op="<", lhs=sympy.Integer(0), rhs=z, bound=(x, y), given=(less(0, y),)))


def test_an_instance_replaces_exactly_the_bound_variables() -> None:
    relation = at_most(x, y).for_all(x, given=[less(0, x)])
    body, given = relation.instance({x: 2 * y})
    assert body == at_most(2 * y, y)
    assert given == (less(0, 2 * y),)
    with pytest.raises(DerivationError):
        relation.instance({y: x})


def test_sympys_relations_are_read() -> None:
    assert as_relation(sympy.Ge(x, y)) == at_most(y, x)
    assert as_relation(sympy.Lt(x, y)) == less(x, y)
    with pytest.raises(DerivationError):
        as_relation(sympy.Ne(x, y))


def test_latex_is_printed_from_the_relation() -> None:
    tau = Scalar("tau", r"\tau")
    assert at_most(tau, Total(p[a], a)).for_all(p).latex() == r"\forall p:\; \tau \le \sum_{a} {p}_{a}"
