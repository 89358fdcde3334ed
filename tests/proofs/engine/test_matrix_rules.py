"""Rules between matrix equations: each lets true conclusions through and refuses those that only look like them."""

from __future__ import annotations

import dataclasses
import json

import pytest

from proofs.engine.errors import DerivationError
from proofs.engine.free_algebra import expectation, matrix, scalar, symmetric, vector, zero
from proofs.engine.free_algebra_argument import MatrixArgument
from proofs.engine.free_algebra_blocks import BlockMatrix
from proofs.engine.free_algebra_derivation import FreeAlgebra, GeneratorDefinition, equation, invertible, resolved
from proofs.engine.free_algebra_rules import Assume, Combine, Particular, TakeExpectation, expected
from proofs.engine.free_algebra_vocabulary import MatrixVocabulary
from proofs.engine.step import Step

A, B, P = matrix("A", "n", "n"), matrix("B", "n", "n"), symmetric("P", "n")
x, y, v, m = vector("x", "n"), vector("y", "n"), vector("v", "n"), vector("m", "n")
S, H = symmetric("S", "n"), symmetric("H", "n")
tau, c, d = scalar("tau"), scalar("c"), scalar("d")


def assumed(lhs, rhs, name: str = "assumed") -> Step:
    return Step(relation=equation(lhs, rhs), rule=Assume(name))


def test_a_hypothesis_has_its_name_and_needs_its_inverses() -> None:
    step = assumed(A.inverse() @ x, y)
    assert [assumption.name for assumption in step.assumptions] == ["A is invertible", "assumed"]
    used = Step(relation=equation(x, A @ y), rule=FreeAlgebra(), uses=(assumed(x, A @ y),))
    assert [assumption.name for assumption in used.assumptions] == ["assumed"]
    with pytest.raises(DerivationError, match="expected an equation between matrix expressions"):
        Step(relation=equation(BlockMatrix(((A,),)), BlockMatrix(((A,),))), rule=Assume("blocks"))


def test_linear_combinations() -> None:
    first, second = assumed(c, d, "first"), assumed(d, tau, "second")
    chained = Step(relation=equation(c, tau), rule=Combine(), uses=(first, second))
    assert [assumption.name for assumption in chained.assumptions] == ["first", "second"]
    Step(relation=equation(2 * c - d, 2 * d - tau), rule=Combine((2, -1)), uses=(first, second))
    Step(relation=equation(tau * c, tau * d), rule=Combine((tau,)), uses=(first,))
    for relation, rule, uses in (
        (equation(c, tau), Combine(), (first,)),
        (equation(c, tau), Combine((1, -1)), (first, second)),
        (equation(c, tau + 1), Combine(), (first, second)),
        (equation(c * c, d * d), Combine((c,)), (first,)),
    ):
        with pytest.raises(DerivationError, match="expected lhs - rhs = 0"):
            Step(relation=relation, rule=rule, uses=uses)
    with pytest.raises(DerivationError, match="expected 2 coefficients, one an equation, found 1"):
        Step(relation=equation(c, tau), rule=Combine((1,)), uses=(first, second))
    # Multiplying by an inverse assumes that it exists.
    divided = Step(relation=equation(c / tau, d / tau), rule=Combine((tau.inverse(),)), uses=(first,))
    assert "tau is invertible" in [assumption.name for assumption in divided.assumptions]


def test_combinations_put_definitions_in() -> None:
    meaning = Step(relation=equation(c, x.T @ P @ x), rule=GeneratorDefinition())
    nested = Step(relation=equation(d, 2 * c), rule=GeneratorDefinition())
    first = assumed(P @ x, y)
    step = Step(
        relation=equation(d, 2 * (x.T @ y)),
        rule=FreeAlgebra(),
        uses=(nested, meaning, first),
    )
    assert {assumption.kind for assumption in step.assumptions} == {"definition", "hypothesis"}
    with pytest.raises(DerivationError, match="expected one definition of c, found two"):
        other = Step(relation=equation(c, y.T @ y), rule=GeneratorDefinition())
        Step(relation=equation(c, c), rule=FreeAlgebra(), uses=(meaning, other))
    with pytest.raises(DerivationError, match="without a circle"):
        resolved({c: d + 1, d: c - 1})


def test_the_expectation_of_an_equation_that_holds_for_every_vector() -> None:
    multiplied = v.T @ H @ v + 2 * m.T @ H @ v + m.T @ H @ m
    square = Step(relation=equation((v + m).T @ H @ (v + m), multiplied), rule=FreeAlgebra())
    relation = expected(square.relation, v, m, S)
    assert Step(relation=relation, rule=TakeExpectation(), uses=(square,)).assumptions == ()
    wrong = equation(relation.lhs, expectation(multiplied, v, m, H))
    with pytest.raises(DerivationError, match="expected one law on both sides"):
        Step(relation=wrong, rule=TakeExpectation(), uses=(square,))
    with pytest.raises(DerivationError, match="expected an equation between expectations"):
        Step(relation=square.relation, rule=TakeExpectation(), uses=(square,))
    other = Step(relation=equation(v.T @ v, v.T @ v), rule=FreeAlgebra())
    with pytest.raises(DerivationError, match="expected the expectation of"):
        Step(relation=relation, rule=TakeExpectation(), uses=(other,))
    cubic = Step(relation=equation((v.T @ v) * (v.T @ v), (v.T @ v) * (v.T @ v)), rule=FreeAlgebra())
    with pytest.raises(DerivationError, match="expected degree at most 2"):
        Step(relation=expected(cubic.relation, v, m, S), rule=TakeExpectation(), uses=(cubic,))


def test_no_expectation_of_an_equation_about_one_vector() -> None:
    """From v = x it does not follow that E v = E x, whether v = x is assumed or defined, at once or behind a letter."""
    about_v = assumed(v, x)
    with pytest.raises(DerivationError, match="expected an equation for every v"):
        Step(relation=expected(about_v.relation, v, m, S), rule=TakeExpectation(), uses=(about_v,))
    named = Step(relation=equation(c, x.T @ v), rule=GeneratorDefinition())
    behind = Step(relation=equation(c + 1, x.T @ v + 1), rule=FreeAlgebra(), uses=(named,))
    with pytest.raises(DerivationError, match="expected an equation for every v"):
        Step(relation=expected(behind.relation, v, m, S), rule=TakeExpectation(), uses=(behind,))
    # E c = c is true of a constant c; putting v in behind the expectation's back would make it E x'v = x'v.
    constant = Step(relation=equation(expectation(c, v, m, S), c), rule=FreeAlgebra())
    assert constant.assumptions == ()
    with pytest.raises(DerivationError, match="expected nothing about a bound v"):
        Step(relation=equation(expectation(c, v, m, S), x.T @ m), rule=FreeAlgebra(), uses=(named,))
    with pytest.raises(DerivationError, match="expected lhs - rhs = 0"):  # nor does rewriting reach inside
        Step(relation=equation(expectation(v, v, m, S), x), rule=FreeAlgebra(), uses=(about_v,))
    with pytest.raises(DerivationError, match="expected lhs - rhs = 0"):
        Step(relation=equation(expectation(v, v, m, S), x), rule=Combine(), uses=(about_v,))


def test_particular_cases() -> None:
    general = Step(relation=equation((x + y).T @ (x + y), x.T @ x + 2 * x.T @ y + y.T @ y), rule=FreeAlgebra())
    twice = equation((x + A @ x).T @ (x + A @ x), x.T @ x + 2 * x.T @ A @ x + (A @ x).T @ A @ x)
    assert Step(relation=twice, rule=Particular(((y, A @ x),)), uses=(general,)).assumptions == ()
    with pytest.raises(DerivationError, match="expected `"):
        Step(relation=general.relation, rule=Particular(((y, A @ x),)), uses=(general,))
    special = assumed(P @ x, y)
    with pytest.raises(DerivationError, match="expected an equation for every y"):
        Step(relation=equation(P @ x, m), rule=Particular(((y, m),)), uses=(special,))
    about_p = Step(relation=equation(P - P.T, zero("n", "n")), rule=FreeAlgebra())
    with pytest.raises(DerivationError, match="expected a symmetric matrix for P"):
        Step(relation=equation(A - A.T, zero("n", "n")), rule=Particular(((P, A),)), uses=(about_p,))


def words() -> MatrixVocabulary:
    value, doubled = scalar("value"), scalar("doubled")
    return MatrixVocabulary(
        words={"value": value, "doubled": doubled, "temperature": tau},
        meanings={value: x.T @ P.inverse() @ x, doubled: 2 * value},
        given=(P,),
    )


def written(topic: str = "test/words") -> MatrixArgument:
    return MatrixArgument(topic=topic, title="Words", vocabulary=words())


VALUE, DOUBLED = scalar("value"), scalar("doubled")


def test_conclusions_over_words_prove_relations_over_words() -> None:
    argument = written()
    argument.conclude("twice", argument.identity(DOUBLED, 2 * VALUE, DOUBLED))
    argument.conclude("deep", argument.identity(DOUBLED, 2 * (x.T @ P.inverse() @ x), DOUBLED, VALUE))
    derivation = argument.derivation()
    derivation.check()
    assert derivation.is_proof_of(equation(DOUBLED, 2 * VALUE)) == (True, "conclusion 'twice', exact")
    assert derivation.is_proof_of(equation(2 * VALUE, DOUBLED))[0]
    assert derivation.is_proof_of(equation(DOUBLED, 2 * (x.T @ P.inverse() @ x)))[0]  # P is given invertible
    for mutant in (equation(DOUBLED, VALUE), equation(DOUBLED, 3 * VALUE), equation(VALUE, 2 * DOUBLED)):
        assert not derivation.is_proof_of(mutant)[0]
    bare = dataclasses.replace(derivation, vocabulary=dataclasses.replace(words(), given=()))
    proved, why = bare.is_proof_of(equation(DOUBLED, 2 * (x.T @ P.inverse() @ x)))
    assert not proved and r"P^{-1}\,P" in why
    assert bare.is_proof_of(equation(DOUBLED, 2 * (x.T @ P.inverse() @ x)), [invertible(P)])[0]
    found = derivation.functions()
    assert found["doubled"](P=[[2.0]], x=[[3.0]]) == pytest.approx(9)
    assert {"value", "doubled", "twice.lhs", "deep.rhs"} <= found.keys()


def test_words_mean_what_the_vocabulary_says() -> None:
    """A derivation that gives a word, or what a word rests on, a meaning of its own proves nothing of it."""
    argument = written()
    other = argument.step(equation(DOUBLED, 3 * VALUE), GeneratorDefinition())
    argument.conclude("thrice", argument.identity(DOUBLED, 3 * VALUE, other))
    proved, why = argument.derivation().is_proof_of(equation(DOUBLED, 3 * VALUE))
    assert not proved and "expected the vocabulary's meaning of doubled" in why

    argument = written()
    primitive = argument.meaning(x, zero("n", "1"))
    argument.conclude("nothing", argument.identity(VALUE, zero("1", "1"), VALUE, primitive))
    proved, why = argument.derivation().is_proof_of(equation(VALUE, zero("1", "1")))
    assert not proved and "expected x of the claim to be free" in why

    argument = written()
    helper = argument.meaning(c, 2 * VALUE)  # a name of the derivation's own is fine
    halved = argument.identity(DOUBLED, c, helper, DOUBLED)
    argument.conclude("helped", argument.combine(DOUBLED, 2 * VALUE, halved, helper))
    assert argument.derivation().is_proof_of(equation(DOUBLED, 2 * VALUE))[0]


def test_hypotheses_are_the_claims_or_none() -> None:
    argument = written()
    cold = argument.suppose("no temperature", tau, zero("1", "1"))
    argument.conclude("cold", argument.identity(VALUE + tau, VALUE, cold))
    derivation = argument.derivation()
    claim = equation(VALUE + tau, VALUE)
    assert not derivation.is_proof_of(claim)[0]
    assert derivation.is_proof_of(claim, [equation(tau, zero("1", "1"))])[0]
    assert derivation.is_proof_of(claim, {"cold": equation(tau, zero("1", "1"))})[0]
    assert not derivation.is_proof_of(claim, [equation(tau, VALUE)])[0]
    assert not derivation.is_proof_of(claim, [equation(tau, zero("1", "1"))], conclusion="elsewhere")[0]


def test_vocabularies_are_well_founded() -> None:
    with pytest.raises(DerivationError, match="expected value over earlier"):
        MatrixVocabulary(meanings={VALUE: 2 * DOUBLED, DOUBLED: c})
    with pytest.raises(DerivationError, match="over earlier generators"):
        MatrixVocabulary(meanings={VALUE: 2 * VALUE})
    with pytest.raises(DerivationError, match="expected a scalar"):
        MatrixVocabulary(words={"matrix": P})
    with pytest.raises(DerivationError, match="expected a symmetric matrix for P"):
        MatrixVocabulary(meanings={P: A})
    with pytest.raises(DerivationError, match="expected a new word, found value again"):
        words().extended(words={"value": c})
    with pytest.raises(DerivationError, match="expected a new generator, found value again"):
        words().extended(meanings={VALUE: c})
    longer = words().extended(words={"half": c}, meanings={c: VALUE / 2})
    assert longer.words["half"] == c and set(longer.meanings) > set(words().meanings)


def test_sections_and_final_conclusions_reach_the_report() -> None:
    argument = written()
    argument.section("Beginnings", "of   everything")
    argument.conclude("lemma", argument.identity(DOUBLED, 2 * VALUE, DOUBLED))
    argument.conclude("end", argument.identity(2 * DOUBLED, 4 * VALUE, DOUBLED))
    data = json.loads(json.dumps(argument.derivation(final=["end"]).to_json()))
    assert data["sections"] == [{"first": 1, "title": "Beginnings", "text": "of everything"}]
    assert [entry["name"] for entry in data["conclusions"]] == ["end"]
    with pytest.raises(DerivationError, match="expected a conclusion 'none'"):
        argument.derivation(final=["none"])
    with pytest.raises(DerivationError, match="expected a new name"):
        argument.conclude("end", argument.identity(VALUE, VALUE))
