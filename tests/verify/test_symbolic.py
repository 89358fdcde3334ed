"""A claim is proved by a derivation that ends in it, from its hypotheses alone; by none that ends near it."""

import dataclasses
from fractions import Fraction

import pytest
import sympy

from proofs.catalogue import derive
from proofs.engine.errors import DerivationError
from verify.catalogue import claims
from verify.comparison import at_least, at_most, equal
from verify.errors import ClaimError
from verify.symbolic import proof_of, to_sympy
from verify.terms import GAME, E, exp, lambertw, log, maximum, sqrt, tanh
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
