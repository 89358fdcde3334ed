"""A claim is proved by a derivation that ends in it, from its hypotheses alone; by none that ends near it."""

import dataclasses
from fractions import Fraction

import pytest
import sympy

from proofs.catalogue import derive
from proofs.engine.errors import DerivationError
from proofs.engine.free_algebra import identity
from proofs.engine.free_algebra_derivation import equation, invertible
from proofs.riccati.vocabulary import vocabulary
from verify.catalogue import claims
from verify.comparison import at_least, at_most, equal, less
from verify.errors import ClaimError
from verify.symbolic import proof_of, to_matrices, to_sympy
from verify.terms import GAME, E, exp, lambertw, log, maximum, sqrt, tanh
from verify.vocabulary import concept
from verify.vocabulary.choice import actions, temperature, value_gap

CLAIM = claims()["softmax/value-gap"]
SYMBOLS = derive("softmax/value-gap").vocabulary.symbols


def test_terms_become_expressions():
    tau, n = SYMBOLS["tau"], SYMBOLS["n"]
    t, k = temperature(GAME), actions(GAME)
    relation = at_most(-abs(log(t)) + sqrt(k) / 3, exp(t) - tanh(k) * lambertw(k))
    found = to_sympy(relation, SYMBOLS)
    assert found.op == "<="
    assert found.lhs == -sympy.Abs(sympy.log(tau)) + sympy.sqrt(n) / 3
    assert found.rhs == sympy.exp(tau) - sympy.tanh(n) * sympy.LambertW(n)
    gap = to_sympy(at_most(value_gap(GAME), Fraction(1, 3)), SYMBOLS)
    assert gap.lhs == SYMBOLS["max_value"] - SYMBOLS["soft_value"] and gap.rhs == sympy.Rational(1, 3)


def test_the_claim_is_what_the_derivation_ends_in():
    found = proof_of(CLAIM)
    assert found.is_proof and found.evidence.kind == "exact"
    assert "value gap" in found.reason


def bound(game, factor):
    return temperature(game) * lambertw((actions(game) - 1) / E) * factor


@pytest.mark.parametrize(
    "body",
    [
        lambda game: at_most(value_gap(game), bound(game, Fraction(99, 100))),
        lambda game: at_least(value_gap(game), bound(game, 1)),
        lambda game: equal(value_gap(game), bound(game, 1)),
        lambda game: at_most(value_gap(game), lambertw((actions(game) - 1) / E)),
        lambda game: at_most(value_gap(game), temperature(game) * lambertw(actions(game) / E)),
    ],
    ids=["constant", "reversed", "equality", "rate", "dimension"],
)
def test_mutants_of_the_claim_are_not_proved(body):
    found = proof_of(dataclasses.replace(CLAIM, body=body))
    assert not found.is_proof and found.reason.startswith("expected")


def test_a_rearranged_claim_is_the_same():
    moved = dataclasses.replace(CLAIM, body=lambda game: at_most(0, bound(game, 1) - value_gap(game)))
    assert proof_of(moved).is_proof


def test_another_conclusion_than_the_named_one_does_not_count():
    found = proof_of(dataclasses.replace(CLAIM, conclusion="attained"))
    assert not found.is_proof and "assumed" in found.reason  # it says as much, of the worst case alone
    other = proof_of(dataclasses.replace(CLAIM, conclusion="elsewhere"))
    assert not other.is_proof and "'elsewhere'" in other.reason


def test_a_conclusion_that_needs_more_is_no_proof():
    """lse-gap-upper stands on k < n; a claim without that hypothesis is not what was derived."""
    claim = claims()["softmax/lse-gap-upper"]
    assert proof_of(claim).is_proof
    bare = dataclasses.replace(claim, hypotheses=tuple(h for h in claim.hypotheses if h.name != "gap"))
    found = proof_of(bare)
    assert not found.is_proof and "assumed" in found.reason


def test_what_cannot_be_looked_up_is_named():
    with pytest.raises(ClaimError, match="expected the topic of a derivation"):
        proof_of(dataclasses.replace(CLAIM, derivation=""))
    with pytest.raises(DerivationError, match="found 'softmax/none'"):
        proof_of(dataclasses.replace(CLAIM, derivation="softmax/none"))
    with pytest.raises(DerivationError, match="Max"):
        to_sympy(at_least(maximum(actions(GAME), 1), 1), SYMBOLS)
    with pytest.raises(ClaimError, match="concept actions: expected a symbol over"):
        to_sympy(at_least(actions(GAME), 1), {"tau": SYMBOLS["tau"]})


LQ = {name: claim for name, claim in claims().items() if name.startswith(("errl/hjbi-residual", "errl/gaussian"))}
WORDS = vocabulary().words


def test_claims_on_linear_quadratic_games_stand_on_derivations_for_every_dimension():
    assert len(LQ) == 7
    for claim in LQ.values():
        found = proof_of(claim)
        assert found.is_proof, f"{claim.id}: {found.reason}"
        assert found.evidence.kind == "exact"


def test_relations_become_equations_between_words():
    discount, value, ku = concept("lq_discount"), concept("leader_value"), concept("leader_dimension")
    relation = equal(discount(GAME) * value(GAME) / 2 - 3, -ku(GAME) / discount(GAME))
    beta, V, k = WORDS["lq_discount"], WORDS["leader_value"], WORDS["leader_dimension"]
    assert to_matrices(relation, WORDS).same_as(equation(beta * V / 2 - 3, -(k / beta)))
    nothing = equal(discount(GAME) * 0, 0)
    assert to_matrices(nothing, WORDS).same_as(equation(beta - beta, 0 * identity("1")))
    with pytest.raises(ClaimError, match="expected an equation"):
        to_matrices(at_most(discount(GAME), 1), WORDS)
    with pytest.raises(ClaimError, match="expected sums, products, quotients and logarithms"):
        to_matrices(equal(exp(discount(GAME)), 1), WORDS)
    with pytest.raises(ClaimError, match="concept lq_discount: expected a word among none"):
        to_matrices(equal(discount(GAME), 1), {})
    with pytest.raises(DerivationError, match="expected a nonzero number"):
        to_matrices(equal(discount(GAME) / 0, 1), WORDS)


@pytest.mark.parametrize("name", sorted(LQ))
def test_mutants_on_linear_quadratic_games_are_not_proved(name):
    claim = LQ[name]
    value = concept("leader_value")
    wrong = (
        lambda game: equal(claim.relation.lhs, claim.relation.rhs + value(game)),
        lambda game: equal(claim.relation.lhs * 2, claim.relation.rhs),
        lambda game: equal(-claim.relation.lhs, claim.relation.rhs),
    )
    for body in wrong:
        assert not proof_of(dataclasses.replace(claim, body=body)).is_proof


def test_a_strict_hypothesis_says_that_a_number_has_an_inverse():
    claim = LQ["errl/gaussian/follower"]
    (positive,) = claim.hypotheses
    assert positive.relation.op == "<"
    bare = proof_of(dataclasses.replace(claim, hypotheses=()))
    assert not bare.is_proof and "tau_F" in bare.reason
    other = concept("lq_leader_temperature")

    def elsewhere(game):
        return less(0, other(game))

    about_her = dataclasses.replace(claim, hypotheses=(dataclasses.replace(positive, body=elsewhere),))
    assert not proof_of(about_her).is_proof
    tau = WORDS["lq_follower_temperature"]
    assert invertible(tau) in [assumption.relation for assumption in proof_of(claim).derivation.open_assumptions]
