"""Deciding relations: rationals exactly, balls by rising precision, ties by the stated rule."""

from fractions import Fraction

import pytest
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from games.choice import Choice
from games.matrix import BimatrixGame
from verify.comparison import at_most, equal
from verify.exact.errors import CertificateError
from verify.exact.evaluate import ball, decide, evaluate
from verify.terms import GAME, E, Relation, Term, exp, lambertw, log, maximum, minimum, sqrt, tanh
from verify.vocabulary.choice import log_sum_exp, soft_value, temperature
from verify.vocabulary.matrix import follower_actions, leader_actions, pure, sse, zero_sum_defect

F = Fraction
GAME_2X3 = BimatrixGame(leader=[[1, 2, 3], [4, 5, 6]], follower=[[0, 1, 0], [1, 0, 0]]).exact()


def settle(relation, game=GAME_2X3, **options):
    return decide(relation, game, **options)


@pytest.mark.parametrize(
    ("relation", "outcome"),
    [
        (at_most(leader_actions(GAME), 2), "tie"),
        (at_most(leader_actions(GAME), F(21, 10)), "holds"),
        (at_most(leader_actions(GAME), F(19, 10)), "violated"),
        (equal(leader_actions(GAME) * follower_actions(GAME), 6), "holds"),
        (equal(leader_actions(GAME), follower_actions(GAME)), "violated"),
        (equal(abs(-leader_actions(GAME)) / 4 - F(1, 2), 0), "holds"),
        (equal(maximum(leader_actions(GAME), 3), minimum(follower_actions(GAME), 3)), "holds"),
        # No precision tells these from equality, and none is needed: sqrt(4), exp(0), log(1) are rational.
        (equal(sqrt(leader_actions(GAME) * 2), 2), "holds"),
        (equal(sqrt(Term.of(F(9, 4))), F(3, 2)), "holds"),
        (at_most(exp(leader_actions(GAME) - 2), 1), "tie"),
        (equal(log(leader_actions(GAME) / 2) + tanh(Term.of(0)) + lambertw(Term.of(0)), 0), "holds"),
    ],
)
def test_rational_relations_are_decided_without_rounding(relation, outcome):
    decision = settle(relation)
    assert decision.outcome == outcome
    assert decision.is_rational and isinstance(decision.lhs, F) and isinstance(decision.rhs, F)


@pytest.mark.parametrize(
    ("relation", "outcome", "bits"),
    [
        (at_most(E, F(2718281829, 10**9)), "holds", 128),
        (at_most(E, F(2718281828, 10**9)), "violated", 128),
        (equal(exp(leader_actions(GAME)), 7), "violated", 128),
        # e^(1/3) e^(2/3) = e, and only balls say so: support, not proof.
        (equal(exp(Term.of(F(1, 3))) * exp(Term.of(F(2, 3))), E), "tie", 256),
        (at_most(lambertw(E * 2) * exp(lambertw(E * 2)), 2 * E), "tie", 256),
        # 2^-200 apart: the first precision cannot tell, the second can.
        (at_most(E + F(1, 2**200), E), "violated", 256),
        (at_most(E, E + F(1, 2**200)), "holds", 256),
    ],
)
def test_transcendental_relations_are_decided_in_balls(relation, outcome, bits):
    decision = settle(relation)
    assert (decision.outcome, decision.bits) == (outcome, bits)


def test_a_difference_below_the_last_precision_is_a_tie_and_above_it_is_not():
    # 2^-250 lies within the ball of 256 bits around a difference of numbers near 3; with more bits it does not.
    relation = at_most(E + F(1, 2**300), E)
    assert settle(relation).outcome == "tie"
    assert settle(relation, max_bits=512).outcome == "violated"


def test_balls_that_are_too_wide_stay_undecided():
    # Of (e^300 + 1) - e^300 at 256 bits nothing is left: e^300 has 433 bits before the point.
    relation = at_most(exp(Term.of(300)) + 1 - exp(Term.of(300)), 1)
    assert settle(relation).outcome == "undecided"
    assert settle(relation, max_bits=2048).outcome == "tie"


def test_the_tie_rule_follows_the_unit_of_the_game():
    # Both sides are zero up to a ball: tau log(sum exp) - tau log(sum exp) is small beside the smallest entry only.
    relation = equal(log_sum_exp(GAME) - log_sum_exp(GAME), 0)
    for scale in (F(1), F(1, 10**30)):
        game = Choice(values=[scale, 2 * scale], temperature=scale)
        assert settle(relation, game).outcome == "tie"


def test_concepts_in_balls_agree_with_the_closed_form():
    game = Choice(values=["0", "1"], temperature="1")
    decision = settle(equal(soft_value(GAME), E / (1 + E)), game)
    assert decision.outcome == "tie"
    with ctx.workprec(300):
        assert abs(ball(decision.lhs) - arb(1).exp() / (1 + arb(1).exp())) < 1e-58


@pytest.mark.parametrize(
    ("relation", "message"),
    [
        (equal(1 / (leader_actions(GAME) - 2), 0), "divisor other than 0"),
        (equal(log(leader_actions(GAME) - 2), 0), "log: expected a positive argument, found"),
        (equal(sqrt(leader_actions(GAME) - 3), 0), "sqrt: expected an argument >= 0"),
    ],
)
def test_what_has_no_value_is_an_error_and_not_an_outcome(relation, message):
    with pytest.raises(CertificateError, match=message):
        settle(relation)


def test_facts_are_asked_of_the_prover_and_checked():
    fact = {
        "concept": "sse",
        "value": "7/2",
        "strategy": ["1/2", "1/2"],
        "reply": 1,
        "follower_value": "1/2",
        "multipliers": [["0", "0"], ["1/2", "0"]],
    }
    game = BimatrixGame(leader=[[2, 4], [1, 3]], follower=[[1, 0], [0, 1]]).exact()
    relation = at_most(sse(GAME), F(7, 2))
    asked = []

    def prove(name, given):
        asked.append(name)
        assert given is game
        return fact

    decision = decide(relation, game, prove=prove)
    assert (decision.outcome, asked, decision.facts) == ("tie", ["sse"], (fact,))
    assert decide(relation, game, facts=[fact]) == decision
    with pytest.raises(CertificateError, match="expected the value 3"):
        decide(relation, game, prove=lambda name, given: {**fact, "value": "3"})
    with pytest.raises(CertificateError, match="facts: expected one for sse"):
        decide(relation, game, facts=[])
    with pytest.raises(CertificateError, match=r"sse\.value: expected an entry"):
        decide(relation, game)


def test_a_fact_stating_another_value_than_its_checker_found_is_refused():
    game = BimatrixGame(leader=[[2, 4]], follower=[[1, 0]]).exact()
    relation = equal(pure(GAME), 2)
    assert decide(relation, game, facts=[{"concept": "pure", "value": "2"}]).outcome == "holds"
    with pytest.raises(CertificateError, match=r"pure\.value: expected 2 as proven, found '3'"):
        decide(relation, game, facts=[{"concept": "pure", "value": "3"}])


def test_concepts_of_another_kind_of_game_are_refused():
    for relation, game in (
        (equal(zero_sum_defect(GAME), 0), Choice(values=["0"], temperature="1")),
        (equal(temperature(GAME), 0), GAME_2X3),
    ):
        with pytest.raises(CertificateError):
            decide(relation, game)


def test_batches_and_floats_are_refused():
    batch = BimatrixGame(leader=[[[F(1)]]], follower=[[[F(1)]]])
    for game in (batch, GAME_2X3.float()):
        with pytest.raises(CertificateError, match="single exact game"):
            settle(at_most(leader_actions(GAME), 2), game)


TERMS = st.recursive(
    st.fractions(-3, 3, max_denominator=5).map(Term.of),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*", "max", "min"]), inner, inner).map(lambda t: Term(t[0], t[1:])),
        st.tuples(st.sampled_from(["neg", "abs"]), inner).map(lambda t: Term(t[0], t[1:])),
    ),
    max_leaves=8,
)


def plain(term):
    """The value by Python's own Fraction arithmetic, written without the evaluator's tables."""
    x, *rest = [plain(arg) for arg in term.args] or [term.number]
    y = rest[0] if rest else None
    return {
        "number": lambda: x,
        "+": lambda: x + y,
        "-": lambda: x - y,
        "*": lambda: x * y,
        "max": lambda: x if x > y else y,
        "min": lambda: x if x < y else y,
        "neg": lambda: -x,
        "abs": lambda: x if x > 0 else -x,
    }[term.op]()


@given(TERMS)
@settings(max_examples=200, deadline=None)
def test_rational_terms_have_the_value_of_plain_arithmetic(term):
    assert evaluate(term, {}) == plain(term)


@given(TERMS, TERMS)
@settings(max_examples=150, deadline=None)
def test_balls_and_rationals_agree(left, right):
    """The same relation with everything multiplied by e, so that only balls can decide it."""
    exactly = decide(Relation("<=", left, right), GAME_2X3).outcome
    in_balls = decide(Relation("<=", left * E, right * E), GAME_2X3).outcome
    assert in_balls == exactly
