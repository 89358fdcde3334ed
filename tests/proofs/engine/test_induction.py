"""Induction over the natural numbers, and entries at t + 1: what is proved, and what is refused."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from fractions import Fraction

import pytest
import sympy

from proofs.engine.errors import DerivationError
from proofs.engine.numeric import evaluate
from proofs.engine.relation import Relation, at_most, equal, less
from proofs.engine.rules.algebra import Combine, Evident, Rewrite
from proofs.engine.rules.assuming import Choice, Definition, Hypothesis
from proofs.engine.rules.heads import BestBound
from proofs.engine.rules.induction import Induction
from proofs.engine.rules.quantifiers import Generalise, Instantiate, SumOver
from proofs.engine.step import Rule, Step
from proofs.engine.substitution import Entries, free_variables, substitute
from proofs.engine.terms import NATURALS, Index, IndexSet, Maximum, Moment, Scalar, Size, Total, check_language, vector

n = Size("n")
A = IndexSet("A", n)
a = Index("a", A)
t, u = Index("t", NATURALS), Index("u", NATURALS)
T = Moment("T")
NAMESAKE = Index("T", NATURALS)
p, q, v = vector("p"), vector("q"), vector("v")
x, c, rho = Scalar("x"), Scalar("c"), Scalar("rho")


def assume(relation: Relation, *uses: Step) -> Step:
    return Step(relation=relation, rule=Hypothesis(str(relation)), uses=uses)


def infer(relation: Relation, rule: Rule, *uses: Step) -> Step:
    return Step(relation=relation, rule=rule, uses=uses)


# v[0] = 1 and v[t + 1] = rho v[t] with rho >= 0: no v[t] is negative.
first = assume(equal(v[0], 1))
recursion = assume(equal(v[t + 1], rho * v[t]).for_all(t))
some_rho = assume(at_most(0, rho))
claim = at_most(0, v[t])


def following(*more: Step) -> Step:
    """0 <= v[t + 1] under the hypothesis that 0 <= v[t]."""
    now = infer(equal(v[t + 1], rho * v[t]), Instantiate({t: t}), recursion)
    return infer(at_most(0, v[t + 1]), Combine((rho, -1)), assume(claim), now, some_rho, *more)


def start() -> Step:
    return infer(at_most(0, v[0]), Combine((-1,), plus=(1,)), first)


def nonnegative() -> Step:
    return infer(claim.for_all(t), Induction(claim, t), start(), following())


def test_induction_discharges_its_hypothesis_alone() -> None:
    step = nonnegative()
    step.check()
    assert step.evidence.proves
    assert {str(a.relation) for a in step.assumptions} == {str(s.relation) for s in (first, recursion, some_rho)}
    at_moment = infer(at_most(0, v[T]), Instantiate({t: T}), step)
    later = infer(at_most(0, v[T + 3]), Instantiate({t: T + 3}), step)
    assert (at_moment.relation, later.relation) == (at_most(0, v[T]), at_most(0, v[T + 3]))


def test_a_claim_may_hold_at_every_entry() -> None:
    """q[t + 1, a] = q[t, a] at every a, so q[t, a] = q[0, a]."""
    still = assume(equal(q[t + 1, a], q[t, a]).for_all(t, a))
    same = equal(q[t, a], q[0, a]).for_all(a)
    before = assume(same)
    at_start = infer(equal(q[0, a], q[0, a]).for_all(a), Generalise((a,)), infer(equal(q[0, a], q[0, a]), Evident()))
    here = infer(equal(q[t, a], q[0, a]), Instantiate({a: a}), before)
    move = infer(equal(q[t + 1, a], q[t, a]), Instantiate({t: t, a: a}), still)
    after = infer(equal(q[t + 1, a], q[0, a]), Combine((1, 1)), here, move)
    after = infer(after.relation.for_all(a), Generalise((a,)), after)
    step = infer(equal(q[t, a], q[0, a]).for_all(t, a), Induction(same, t), at_start, after)
    assert [str(a.relation) for a in step.assumptions] == [str(still.relation)]


def test_zero_or_a_successor() -> None:
    """Without the hypothesis about t induction is a case split."""
    zero = assume(at_most(0, p[0]))
    later = infer(at_most(0, p[t + 1]), Instantiate({t: t}), assume(at_most(0, p[t + 1]).for_all(t)))
    step = infer(at_most(0, p[u]).for_all(u), Induction(at_most(0, p[t]), t), zero, later)
    assert len(step.assumptions) == 2


REFUSED: dict[str, tuple[str, Callable[[], object]]] = {
    "no start": (
        r"says `0 <= v\[0\]`",
        lambda: infer(claim.for_all(t), Induction(claim, t), assume(at_most(0, v[1])), following()),
    ),
    "a start under the hypothesis": (
        "arbitrary",
        lambda: infer(
            claim.for_all(t),
            Induction(claim, t),
            infer(at_most(0, v[0]), Combine((0, -1), plus=(1,)), assume(claim), first),
            following(),
        ),
    ),
    "every second moment": (
        r"says `0 <= v\[t \+ 1\]`",
        lambda: infer(claim.for_all(t), Induction(claim, t), start(), assume(at_most(0, v[t + 2]))),
    ),
    "a step at one moment": (
        "arbitrary",
        lambda: infer(claim.for_all(t), Induction(claim, t), start(), following(assume(less(0, p[t])))),
    ),
    "a step from a stronger hypothesis": (
        "arbitrary",
        lambda: infer(
            claim.for_all(t),
            Induction(claim, t),
            start(),
            infer(at_most(0, v[t + 1]), Combine((1,), plus=(1,)), assume(at_most(1, v[t + 1]))),
        ),
    ),
    "a step at the fixed moment": (
        r"says `0 <= v\[t \+ 1\]`",
        lambda: infer(claim.for_all(t), Induction(claim, t), start(), assume(at_most(0, v[T + 1]))),
    ),
    "induction at the fixed moment": (
        "no replacement",
        lambda: infer(at_most(0, v[T]), Induction(at_most(0, v[T]), T), start(), assume(at_most(0, v[T + 1]))),
    ),
    "more than was shown": (
        "for all t",
        lambda: infer(at_most(1, v[t]).for_all(t), Induction(claim, t), start(), following()),
    ),
    "about another sequence": (
        "for all t",
        lambda: infer(at_most(0, p[t]).for_all(t), Induction(claim, t), start(), following()),
    ),
    "one moment for all": (
        "for all t",
        lambda: infer(claim, Induction(claim, t), start(), following()),
    ),
    "over a finite set": (
        "natural numbers",
        lambda: infer(
            at_most(0, p[a]).for_all(a),
            Induction(at_most(0, p[a]), a),
            assume(at_most(0, p[0])),
            assume(at_most(0, p[1])),
        ),
    ),
    "one step only": ("2|steps for 0", lambda: infer(claim.for_all(t), Induction(claim, t), start())),
    "a definition for the hypothesis": (
        "arbitrary|for all",
        lambda: infer(
            equal(v[t], x).for_all(t),
            Induction(equal(v[t], x), t),
            infer(equal(v[0], x), Instantiate({t: sympy.Integer(0)}), assume(equal(v[t], x).for_all(t))),
            assume(equal(v[t + 1], v[t])),
        ),
    ),
    # the natural numbers are infinite, and have no greatest
    "a sum over time": ("finite index set|finite set", lambda: Total(p[t], t)),
    "a maximum over time": ("finite set", lambda: Maximum(p[t], t)),
    "summing over time": (
        "finite set",
        lambda: infer(at_most(0, n), SumOver(t), assume(at_most(0, p[t]).for_all(t))),
    ),
    "a best bound over time": (
        "natural|finite set|expected",
        lambda: infer(
            at_most(Maximum(p[a], a), 0), BestBound(Maximum(p[a], a), t), assume(at_most(p[t], 0).for_all(t))
        ),
    ),
    "an extremum attained in time": (
        "over the index set",
        lambda: infer(equal(p[t], Maximum(p[a], a)), Choice(t)),
    ),
    # what may stand in an entry
    "the moment before": ("entry", lambda: check_language(p[t - 1])),
    "twice the moment": ("entry", lambda: check_language(p[2 * t])),
    "an element of a finite set plus one": ("entry", lambda: check_language(p[a + 1])),
    "a scalar for a moment": ("entry", lambda: check_language(p[x])),
    "a bare moment": ("bare", lambda: check_language(t + 1)),
    "a moment for an element": (
        "same set",
        lambda: infer(at_most(0, p[0]), Instantiate({a: sympy.Integer(0)}), assume(at_most(0, p[a]).for_all(a))),
    ),
    "an element for a moment": (
        "same set",
        lambda: infer(at_most(0, p[a]), Instantiate({t: a}), assume(at_most(0, p[t]).for_all(t))),
    ),
    "before zero": (
        "same set",
        lambda: infer(at_most(0, p[0]), Instantiate({t: sympy.Integer(-1)}), assume(at_most(0, p[t + 1]).for_all(t))),
    ),
    "another moment": (
        "instance",
        lambda: infer(at_most(0, p[t]), Instantiate({t: t + 1}), assume(at_most(0, p[t]).for_all(t))),
    ),
    "entries of another set": (
        "index of A",
        lambda: substitute(p[t + 1], {p: Entries((a,), q[a])}),
    ),
    # the fixed moment
    "for all fixed moments": ("distinct bound", lambda: at_most(0, p[T]).for_all(T)),
    "generalising the fixed moment": (
        "distinct bound|fixed",
        lambda: infer(at_most(0, p[t]).for_all(t), Generalise((T,)), assume(at_most(0, p[T]))),
    ),
    "an index of the fixed moment's name": (
        "for all T",
        lambda: infer(at_most(0, p[NAMESAKE]).for_all(NAMESAKE), Generalise((NAMESAKE,)), assume(at_most(0, p[T]))),
    ),
    "another form at an index of the moment's name": (
        "normal forms",
        lambda: infer(at_most(0, p[NAMESAKE]), Rewrite(), assume(at_most(0, p[T]))),
    ),
    "a definition at the fixed moment generalised": (
        "arbitrary",
        lambda: infer(
            equal(c, p[T]).for_all(p), Generalise((p,)), infer(equal(c, p[T]), Definition())
        ),
    ),
    "a condition at another moment": (
        "side condition",
        lambda: infer(
            at_most(q[t + 1, a], 0),
            Instantiate({t: t + 1, a: a}),
            assume(at_most(q[t, a], 0).for_all(t, a, given=(at_most(p[t], 0),))),
            assume(at_most(p[t], 0)),
        ),
    ),
    "replacing the fixed moment": ("no replacement", lambda: at_most(0, p[T]).substitute({T: t})),
    # definitions
    "a definition by itself a moment later": (
        "other symbols",
        lambda: infer(equal(v[t], v[t + 1] + 1).for_all(t), Definition()),
    ),
    "a definition at later moments": (
        "expected symbol",
        lambda: infer(equal(v[t + 1], x).for_all(t), Definition()),
    ),
    "a definition at a moment that is free": ("free indices", lambda: infer(equal(c, p[t + 1]), Definition())),
}  # fmt: skip # one case a line


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    why, attempt = REFUSED[name]
    with pytest.raises(DerivationError, match=why) as refusal:
        attempt()
    assert "\n" not in str(refusal.value)


def test_a_symbol_may_be_defined_at_the_fixed_moment() -> None:
    step = infer(equal(c, Maximum(q[T, a], a)), Definition())
    assert free_variables(step.relation.rhs) == {q, T}


def test_entries_a_moment_later() -> None:
    assert substitute(q[t + 1, a], {t: u + 2}) == q[u + 3, a]
    assert substitute(q[t + 1, a], {t: sympy.Integer(4)}) == q[5, a]
    assert substitute(p[t + 1], {p: Entries((u,), q[u + 1, a] * x)}) == q[t + 2, a] * x
    assert at_most(v[t], v[t + 1]).for_all(t).same_as(at_most(v[u], v[u + 1]).for_all(u))
    assert not at_most(v[t], v[t + 1]).for_all(t).same_as(at_most(v[u + 1], v[u + 1]).for_all(u))
    values = {"q": [[1, 2], [3, Fraction(9, 2)]], "n": 2, "T": 0, "t": 1}
    assert evaluate(Maximum(q[T + 1, a], a) - q[t, a], values | {"a": 0}) == 1.5


def test_conditions_about_a_bound_index_define_what_follows_them() -> None:
    positive = less(0, q[t, a]).for_all(a)
    inverse = at_most(0, 1 / q[t, a]).for_all(t, a, given=(positive,))
    assert assume(inverse).relation == inverse
    partial = at_most(0, p[t]).for_all(t, given=(at_most(1 / p[t], 1),))
    fixed = assume(less(0, p[t]))  # of this t alone
    for relation in (partial, at_most(0, 1 / p[t]).for_all(t)):
        with pytest.raises(DerivationError, match="nonzero"):
            assume(relation, fixed)


def test_index_sets_of_one_name_and_other_sizes_are_other_sets() -> None:
    other = Index("a", IndexSet("A", Size("m")))
    assert not at_most(0, p[a]).for_all(a).same_as(at_most(0, p[other]).for_all(other))
    assert at_most(p[u], p[T]).for_all(u).substitute({u: t}) == at_most(p[u], p[T]).for_all(u)
    assert at_most(p[NAMESAKE], p[u]).for_all(NAMESAKE).substitute({u: T}).bound != (NAMESAKE,)


def test_indices_survive_pickling() -> None:
    for index in (t, T, a):
        copy = pickle.loads(pickle.dumps(index))
        assert copy == index
        assert copy.domain == index.domain
    check_language(p[pickle.loads(pickle.dumps(t)) + 1])
