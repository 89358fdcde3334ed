"""When a derivation is a proof of a claim, and when it is not."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
import sympy
from sympy import log

from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.errors import DerivationError
from proofs.engine.relation import at_most, equal, less
from proofs.engine.rules.algebra import Combine, Evident, Rewrite
from proofs.engine.rules.assuming import Choice, Definition
from proofs.engine.rules.quantifiers import Cases
from proofs.engine.step import Step
from proofs.engine.terms import Index, IndexSet, Maximum, Scalar, Size, Total, vector
from proofs.engine.vocabulary import Vocabulary

n = Size("n")
A = IndexSet("A", n)
a, star = Index("a", A), Index("star", A)
q = vector("q")
x, total, top = Scalar("x"), Scalar("total"), Scalar("top")
local = Scalar("local")
WORDS = Vocabulary(
    symbols={"n": n, "x": x, "total": total, "top": top},
    vectors={"q": q},
    definitions={"total": Total(q[a] + x, a), "top": Maximum(q[a], a)},
    sizes={"n": ("q", 0)},
)
CLAIM = at_most(x, total)


def argument() -> Argument:
    return Argument(topic="test/sum", title="A sum", vocabulary=WORDS)


def derivation() -> Derivation:
    """x <= total from 0 <= q and 1 <= x."""
    lines = argument()
    entries = lines.assume("entries", at_most(0, Total(q[a], a)))
    positive = lines.assume("x", at_most(0, x))
    meaning = lines.define("total")
    lines.conclude("sum", lines.step(CLAIM, Combine((1, n - 1)), entries, positive, meaning))
    return lines.derivation()


HYPOTHESES = (at_most(0, Total(q[a], a)), at_most(0, x))


def test_a_proof() -> None:
    proof = derivation()
    proof.check()
    assert proof.is_proof_of(CLAIM, HYPOTHESES) == (True, "conclusion 'sum', exact")
    assert [assumption.name for assumption in proof.open_assumptions] == ["entries", "x"]


def test_stronger_hypotheses_of_the_claim_will_do() -> None:
    assert derivation().is_proof_of(CLAIM, (HYPOTHESES[0], less(1, x)))[0]


def test_hypotheses_may_have_names() -> None:
    assert derivation().is_proof_of(CLAIM, {"entries": HYPOTHESES[0], "x": HYPOTHESES[1]})[0]


def test_the_claims_own_spelling_does_not_matter() -> None:
    z, sum_of_all = sympy.Symbol("x", real=True), sympy.Symbol("total", real=True)
    assert derivation().is_proof_of(sympy.Ge(3 * sum_of_all, 3 * z), HYPOTHESES)[0]


@pytest.mark.parametrize(
    ("claim", "hypotheses", "why"),
    [
        (at_most(total, x), HYPOTHESES, "expected the conclusion"),
        (less(x, total), HYPOTHESES, "expected the conclusion"),
        (at_most(2 * x, total), HYPOTHESES, "expected the conclusion"),
        (CLAIM, HYPOTHESES[:1], "`0 <= x` assumed"),
        (CLAIM, (HYPOTHESES[0], at_most(-1, x)), "`0 <= x` assumed"),
    ],
    ids=str,
)
def test_not_a_proof(claim, hypotheses, why) -> None:
    proved, because = derivation().is_proof_of(claim, hypotheses)
    assert not proved
    assert why in because


def test_a_claim_must_be_defined_under_its_hypotheses() -> None:
    lines = argument()
    lines.conclude("trivial", lines.step(at_most(0, 1), Evident()))
    claim = at_most(log(x), log(x) + 1)
    assert "x is positive" in lines.derivation().is_proof_of(claim)[1]
    assert lines.derivation().is_proof_of(claim, (less(0, x),))[0]


def test_the_vocabularys_meaning_is_the_only_one() -> None:
    lines = argument()
    wrong = lines.step(equal(total, x), Definition())
    lines.conclude("sum", lines.step(CLAIM, Combine((-1,)), wrong))
    assert "vocabulary's meaning of total" in lines.derivation().is_proof_of(CLAIM)[1]


def test_a_primitive_symbol_cannot_be_defined() -> None:
    lines = argument()
    wrong = lines.step(equal(x, 0), Definition())
    lines.conclude("zero", lines.step(at_most(x, 0), Rewrite(), wrong))
    assert "vocabulary's meaning of x" in lines.derivation().is_proof_of(at_most(x, 0))[1]


def test_a_symbol_of_the_claim_cannot_have_a_local_meaning() -> None:
    lines = argument()
    lines.conclude("local", lines.step(at_most(local, 1), Rewrite(), lines.define(local, sympy.Integer(1))))
    assert "expected local of the claim to be free" in lines.derivation().is_proof_of(at_most(local, 1))[1]


def test_a_symbol_is_defined_once() -> None:
    lines = argument()
    one, two = lines.define(local, sympy.Integer(1)), lines.define(local, sympy.Integer(2))
    absurd = lines.step(equal(1, 2), Combine((-1, 1)), one, two)
    lines.conclude("absurd", absurd)
    assert "one definition of local" in lines.derivation().is_proof_of(equal(1, 2))[1]


def test_definitions_do_not_go_in_a_circle() -> None:
    other = Scalar("other")
    lines = argument()
    first, second = lines.define(local, other + 1), lines.define(other, local + 1)
    lines.conclude("absurd", lines.step(equal(0, 2), Combine((1, 1)), first, second))
    assert "circle" in lines.derivation().is_proof_of(equal(0, 2))[1]


def test_an_index_is_chosen_once() -> None:
    lines = argument()
    highest = lines.step(equal(q[star], Maximum(q[a], a)), Choice(star))
    lowest = lines.step(equal(-q[star], Maximum(-q[a], a)), Choice(star))
    absurd = equal(Maximum(q[a], a), -Maximum(-q[a], a))
    lines.conclude("absurd", lines.step(absurd, Combine((-1, -1)), highest, lowest))
    assert "one definition of star" in lines.derivation().is_proof_of(absurd)[1]


def test_what_a_definition_needs_is_not_lost_with_a_case() -> None:
    lines = argument()
    claim = at_most(0, x**2)
    positive, not_positive = lines.assume("positive", less(0, x)), lines.assume("not positive", at_most(x, 0))
    inverse = lines.define(local, log(x), positive)
    first = lines.step(claim, Combine((0,), plus=(x**2,)), inverse)
    second = lines.step(claim, Combine((0,), plus=(x**2,)), not_positive)
    lines.conclude("square", lines.step(claim, Cases(positive.relation, not_positive.relation), first, second))
    proof = lines.derivation()
    assert proof.open_assumptions == ()
    assert "`0 < x` assumed" in proof.is_proof_of(claim)[1]
    assert proof.is_proof_of(claim, (less(0, x),))[0]


def test_steps_come_after_those_they_use() -> None:
    proof = derivation()
    with pytest.raises(DerivationError, match=r"test/sum, line 1: expected only earlier steps"):
        Derivation(
            topic=proof.topic,
            title=proof.title,
            vocabulary=WORDS,
            steps=proof.steps[::-1],
            conclusions=proof.conclusions,
        )


def test_a_conclusion_is_one_of_the_steps() -> None:
    proof = derivation()
    stray = Step(relation=at_most(1, n), rule=Evident())
    with pytest.raises(DerivationError, match="among the steps"):
        Derivation(
            topic=proof.topic,
            title=proof.title,
            vocabulary=WORDS,
            steps=proof.steps,
            conclusions={"stray": stray},
        )


def test_an_error_names_the_line() -> None:
    lines = argument()
    lines.assume("x", at_most(0, x))
    with pytest.raises(DerivationError, match=r"test/sum, line 2: step `0 <= -x` \(sign of a term, wrongly\)"):
        lines.step(at_most(0, -x), Evident(), reason="wrongly")


def test_functions_are_the_definitions_and_the_sides() -> None:
    functions = derivation().functions()
    assert set(functions) == {"total", "sum.lhs", "sum.rhs"}
    assert functions["total"]([1.0, 2.5, -1.0], 0.5) == 4.0
    assert functions["total"](q=[Fraction(1, 2)] * 3, x=1) == 4.5
    assert functions["sum.lhs"](0.25) == 0.25
    with pytest.raises(DerivationError, match="expected a value of x"):
        functions["total"]([1.0])


def test_json_is_complete_and_numbered() -> None:
    data = json.loads(json.dumps(derivation().to_json()))
    assert data["topic"] == "test/sum"
    assert [step["number"] for step in data["steps"]] == [1, 2, 3, 4]
    assert data["steps"][3]["uses"] == [1, 2, 3]
    assert data["steps"][3]["assumptions"] == ["entries", "x"]
    assert data["steps"][3]["evidence"]["kind"] == "exact"
    assert data["conclusions"] == [{"name": "sum", "latex": r"x \le total", "number": 4}]
    assert data["definitions"][0]["latex"] == r"total = \sum_{a} \left(x + {q}_{a}\right)"
    assert {"name": "x", "latex": r"0 \le x"} in data["assumptions"]
