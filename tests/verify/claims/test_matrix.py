"""The claims on one-shot commitment: they hold, their mutants do not survive, and what they need is needed."""

import dataclasses

import numpy as np
import pytest

from games.families import family
from games.literature import literature, named
from games.matrix import BimatrixGame
from verify.catalogue import claims
from verify.errors import ClaimError
from verify.numeric import evaluate, settled
from verify.statement import Claim
from verify.symbolic import proof_of
from verify.twin import Twin
from verify.variant import variants
from verify.verdict import Verdict

CLAIMS = {id: claim for id, claim in claims().items() if id.startswith("matrix/")}
SAMPLED = {id: claim for id, claim in CLAIMS.items() if claim.families}
PUBLISHED = {id: claim for id, claim in CLAIMS.items() if id.startswith("matrix/published/")}
EXACTLY = 24


def games_of(name, count=192):
    return family(name).sample(np.random.default_rng([7, sum(map(ord, name))]), count)


def violations(relation, conditions, games, limit):
    """Exactly confirmed violations among the games that floats suspect most, at most `limit` decisions."""
    comparison = evaluate(relation, games)
    suspects = np.flatnonzero(~(settled(comparison) & (comparison.margin >= 0)))
    found = []
    for place in suspects[np.argsort(comparison.margin[suspects], kind="stable")][:limit].tolist():
        twin = Twin(games[place].exact())
        if all(twin.decide(condition).outcome in ("holds", "tie") for _, condition in conditions):
            found += [place] if twin.decide(relation).outcome == "violated" else []
    return found


def test_the_claims_are_all_there():
    assert sorted(SAMPLED) == [
        "matrix/commitment-beats-nash",
        "matrix/common-payoff-pure",
        "matrix/correlated-adds-nothing",
        "matrix/lp-formulations-agree",
        "matrix/nash-beats-security",
        "matrix/pure-suffices",
        "matrix/scale-invariance",
        "matrix/weak-at-most-strong",
        "matrix/weak-beats-worst-nash",
        "matrix/weak-equals-strong",
        "matrix/weak-equals-strong-generic",
        "matrix/zero-sum-minimax",
        "matrix/zero-sum-nash",
        "matrix/zero-sum-weak",
    ]


@pytest.mark.parametrize("id", SAMPLED)
def test_floats_find_no_violation_and_exact_arithmetic_agrees(id):
    claim = SAMPLED[id]
    if claim.expected is Verdict.REFUTED:
        return
    conditions = variants(claim)["claim"].hypotheses
    for name in claim.families:
        games = games_of(name)
        assert violations(claim.relation, conditions, games, EXACTLY) == []
        for game in games[:6]:
            twin = Twin(game.exact())
            if all(twin.decide(condition).outcome == "holds" for _, condition in conditions):
                assert twin.decide(claim.relation).outcome in ("holds", "tie")


def breaks(claim: Claim, variant: str) -> bool:
    itself = variants(claim)[variant]
    return any(violations(itself.relation, itself.hypotheses, games_of(name), EXACTLY) for name in itself.families)


@pytest.mark.parametrize(
    ("id", "variant"),
    [(id, name) for id, claim in SAMPLED.items() for name in variants(claim) if name != "claim"],
    ids=lambda text: text.removeprefix("matrix/"),
)
def test_mutants_and_ablations_are_refuted_on_the_families(id, variant):
    assert breaks(SAMPLED[id], variant)


@pytest.mark.parametrize("id", [id for id, claim in SAMPLED.items() if claim.expected is Verdict.REFUTED])
def test_what_is_to_be_refuted_is_refuted(id):
    assert SAMPLED[id].smallest and breaks(SAMPLED[id], "claim")


@pytest.mark.parametrize("id", [id for id, claim in SAMPLED.items() if claim.derivation])
def test_derivations_prove_what_the_claims_say(id):
    claim = SAMPLED[id]
    proof = proof_of(claim)
    assert proof.is_proof and proof.evidence.proves and claim.expected is Verdict.PROVED
    for mutant in claim.mutants:
        wrong = dataclasses.replace(claim, body=mutant.body)
        try:
            assert not proof_of(wrong).is_proof
        except ClaimError as problem:  # it speaks of what the derivation has no word for
            assert "expected a symbol over" in str(problem)


def test_what_belongs_to_the_meaning_of_a_claim_is_needed_and_shown():
    claim = SAMPLED["matrix/commitment-beats-nash"]
    assert "read as part of the statement" in proof_of(claim).reason
    assert not proof_of(dataclasses.replace(claim, means=())).is_proof
    with pytest.raises(ClaimError, match="expected an assumption named 'nothing'"):
        proof_of(dataclasses.replace(claim, means=("nothing",)))
    zero_sum = SAMPLED["matrix/zero-sum-minimax"]
    assert not proof_of(dataclasses.replace(zero_sum, hypotheses=())).is_proof


@pytest.mark.parametrize("id", [id for id, claim in SAMPLED.items() if claim.derivation])
def test_no_hypothesis_and_no_reading_is_idle(id):
    claim = SAMPLED[id]
    for dropped in claim.hypotheses:
        kept = tuple(hypothesis for hypothesis in claim.hypotheses if hypothesis is not dropped)
        assert "assumed" in proof_of(dataclasses.replace(claim, hypotheses=kept)).reason
    for reading in claim.means:
        kept = tuple(name for name in claim.means if name != reading)
        assert "assumed" in proof_of(dataclasses.replace(claim, means=kept)).reason


def test_nothing_is_read_into_the_worst_equilibrium():
    """Its payoff is a greatest lower bound by definition; the security level is derived to be below it."""
    claim = SAMPLED["matrix/nash-beats-security"]
    assert not claim.means and "read as" not in proof_of(claim).reason


@pytest.mark.parametrize("id", [id for id, claim in SAMPLED.items() if claim.tightness])
def test_equality_is_attained(id):
    claim = SAMPLED[id]
    assert claim.tightness is not None
    decision = Twin(claim.tightness()).decide(claim.relation)
    assert decision.lhs == decision.rhs


def test_ties_are_decided_where_they_abound():
    """Most instances of these claims are exact equalities; floats that left them open would decide nothing."""
    for id in ("matrix/commitment-beats-nash", "matrix/weak-beats-worst-nash", "matrix/nash-beats-security"):
        comparison = evaluate(SAMPLED[id].relation, games_of("tie_rich", 512))
        assert settled(comparison).mean() > 0.99
        assert (comparison.margin == 0).mean() > 0.3


def test_one_claim_for_each_published_game():
    names = [name for name in literature() if isinstance(named(name).GAME, BimatrixGame)]
    assert sorted(PUBLISHED) == sorted(f"matrix/published/{name.replace('_', '-')}" for name in names)


@pytest.mark.parametrize("id", PUBLISHED)
def test_published_answers_are_proved_and_wrong_ones_refuted(id):
    claim = PUBLISHED[id]
    twin = Twin(claim.witness())
    assert twin.decide(claim.relation).outcome == "holds"
    assert [twin.decide(mutant.relation).outcome for mutant in claim.mutants] == ["violated"]
    assert len(list(claim.relation.concepts())) == len(named(id.split("/")[-1].replace("-", "_")).ANSWERS)
