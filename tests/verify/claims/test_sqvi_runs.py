"""The claims on two runs of Q-value iteration: both books agree on every family, and nothing that is wrong survives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import arb, ctx

from games.families import family, family_names
from verify.block import run_block
from verify.catalogue import claims
from verify.claims.sqvi.soft_threshold import beside_threshold
from verify.exact.evaluate import decide
from verify.exact.facts import check
from verify.numeric import evaluate, measure
from verify.statement import Claim
from verify.streams import stream
from verify.terms import Term
from verify.variant import variants
from verify.verdict import Verdict
from verify.vocabulary import concepts

KINDS = ("markov iteration", "soft markov iteration")
CLAIMS = {
    id: claim
    for id, claim in claims().items()
    if claim.families and {concepts()[name].game for name in claim.relation.concepts()} <= set(KINDS)
}
SEED = 2

GREEDY = [name for name in family_names() if family(name).game.kind == KINDS[0]]
SOFT = [name for name in family_names() if family(name).game.kind == KINDS[1]]


def test_the_claims_are_all_there():
    assert len(CLAIMS) >= 35
    assert {claim.expected for claim in CLAIMS.values()} == {Verdict.PROVED, Verdict.SUPPORTED, Verdict.REFUTED}


@pytest.mark.parametrize("name", GREEDY + SOFT)
def test_both_books_agree(name):
    """Double entry: the exact value lies within the radius of the float one, for every concept of every family.

    The soft family's greedy concepts are left out: its games are played by softmax.
    """
    kind = KINDS[0] if name in GREEDY else KINDS[1]
    known = [item.name for item in concepts().values() if item.game == kind]
    assert len(known) >= 10
    for block in range(2):
        sample = family(name).sample(stream(SEED, "double entry of runs", block), 256)
        balls = {concept: measure(concept, sample) for concept in known}
        for place in range(0, 256, 32):
            game = sample[place].exact()
            with ctx.workprec(200):
                for concept, ball in balls.items():
                    exact = check(game, {"concept": concept}, 128)
                    exact = arb(exact.numerator) / arb(exact.denominator) if not isinstance(exact, arb) else exact
                    value, radius = float(ball.value[place]), float(ball.radius[place])
                    if np.isfinite(radius):
                        assert abs(exact - arb(value)) <= arb(radius) + arb("1e-40"), (concept, block, place)


@pytest.mark.parametrize("name", GREEDY)
def test_floats_decide_most_distances(name):
    """Exact ties apart, a greedy choice is rarely left open by rounding."""
    sample = family(name).sample(stream(SEED, "double entry of runs", 3), 512)
    assert np.mean(np.isfinite(measure("leader_distance", sample).radius)) > 0.9


def refuted(claim: Claim, relation) -> bool:
    return any(decide(relation, build()).outcome == "violated" for build in (claim.witness, claim.tightness) if build)


@pytest.mark.parametrize("id", CLAIMS)
def test_witness_tightness_and_mutants(id):
    """Where a bound is (nearly) attained, wrong constants fail at that very game, after a step at least."""
    tight = False
    claim = CLAIMS[id]
    builds: list[Any] = [build for build in (claim.witness, claim.tightness) if build]
    for build in builds:
        for relation in (hypothesis.relation for hypothesis in claim.hypotheses):
            assert decide(relation, build()).outcome in ("holds", "tie")
        decision = decide(claim.relation, build())
        outcome = decision.outcome
        tight |= float(decision.lhs) >= 0.9 * float(decision.rhs)
        assert outcome == "violated" if claim.expected == Verdict.REFUTED else outcome in ("holds", "tie")
        assert build().steps[()] >= 1
    assert not tight or any(refuted(claim, mutant.relation) for mutant in claim.mutants)


@pytest.mark.parametrize("id", [id for id, claim in CLAIMS.items() if claim.expected != Verdict.REFUTED])
def test_no_violation_on_samples(id):
    claim = CLAIMS[id]
    for name in claim.families[:2]:
        games = family(name).sample(stream(SEED, id, 0), 512)
        for hypothesis in claim.hypotheses:
            comparison = evaluate(hypothesis.relation, games)
            games = games[comparison.margin >= comparison.error]
        comparison = evaluate(claim.relation, games)
        assert not np.any(comparison.margin < -comparison.error)


@pytest.mark.parametrize("id", [id for id, claim in CLAIMS.items() if claim.expected == Verdict.REFUTED])
def test_conjectures_are_refuted(id):
    claim = CLAIMS[id]
    names = [name for name in variants(claim) if not name.startswith("without: positive")]
    tallies = run_block(claim, names, seed=SEED, block=0)
    assert all(tally.outcome.violated and not tally.outcome.failures for tally in tallies)


@pytest.mark.parametrize(
    "id",
    [
        "zero-sum",
        "common-payoff",
        "myopic-follower",
        "any-start",
        "any-start-common",
        "any-start-uniform",
        "any-start-uniform/follower",
        "one-step-ratio",
        "one-step-ratio-common",
        "one-step-ratio-common/follower",
        "comparison-bound",
        "stopping/zero-sum",
        "stopping/settled-follower",
    ],
)
def test_attained(id):
    claim = CLAIMS[f"sqvi/{id}"]
    assert claim.tightness is not None
    decision = decide(claim.relation, claim.tightness())
    assert decision.outcome == "tie" and decision.is_rational and decision.rhs > 0


@pytest.mark.parametrize("id", ["soft-contraction", "soft-contraction/follower", "soft-sharp"])
def test_nearly_attained(id):
    claim = CLAIMS[f"sqvi/{id}"]
    assert claim.tightness is not None
    decision = decide(claim.relation, claim.tightness())
    assert 0.998 < float(decision.lhs) / float(decision.rhs) <= 1


def test_how_sharp_the_threshold_is():
    """With gamma_L = 7/8 and gamma_F = 1/2 a pair of runs moves apart below 7/8 of the threshold, and not above."""
    claim = CLAIMS["sqvi/soft-threshold"]
    grows = {eighths: decide(claim.relation, beside_threshold(_eighths(eighths))).outcome for eighths in (5, 6, 8, 10)}
    assert grows == {5: "violated", 6: "violated", 8: "holds", 10: "holds"}


def _eighths(count: int):
    number = Term.of(count).number
    assert number is not None
    return number / 8
