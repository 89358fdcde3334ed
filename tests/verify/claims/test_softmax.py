"""The claims on softmax: they hold, they are tight where they say so, and their mutants do not survive."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, ctx

from games.families import family
from verify.block import run_block
from verify.catalogue import claims
from verify.claims.softmax.lipschitz_l2 import pulled_apart
from verify.claims.softmax.remainder import most_curved
from verify.claims.softmax.value_gap import tightest
from verify.exact.evaluate import ball, decide, evaluate
from verify.exact.facts import check
from verify.numeric import evaluate as evaluate_floats
from verify.numeric import settled
from verify.statement import Claim
from verify.variant import variants

CLAIMS = {id: claim for id, claim in claims().items() if id.startswith("softmax/")}
SEED = 1


BITS = 600


@pytest.fixture(autouse=True)
def precision():
    with ctx.workprec(BITS):
        yield


def sides(claim: Claim, game):
    """Both sides on an exact game, as balls."""
    values = {name: check(game, {"concept": name}, BITS) for name in claim.relation.concepts()}
    return ball(evaluate(claim.relation.lhs, values)), ball(evaluate(claim.relation.rhs, values))


def test_the_claims_are_all_there():
    assert sorted(CLAIMS) == [
        "softmax/lipschitz",
        "softmax/lipschitz-l2",
        "softmax/lipschitz-sup",
        "softmax/lse-gap-lower",
        "softmax/lse-gap-textbook",
        "softmax/lse-gap-upper",
        "softmax/monotone",
        "softmax/monotone-entropy",
        "softmax/policy-gap",
        "softmax/policy-gap-crude",
        "softmax/remainder",
        "softmax/value-gap",
        "softmax/value-gap-textbook",
        "softmax/variational",
        "softmax/variational-gap",
    ]


@pytest.mark.parametrize("id", CLAIMS)
def test_floats_and_balls_agree_that_it_holds(id):
    """No violation on samples; where floats decide, so do balls; and floats decide most of what is not a tie."""
    claim = CLAIMS[id]
    for place, name in enumerate(claim.families):
        rng = np.random.Generator(np.random.Philox([SEED, place]))
        games = family(name).sample(rng, 1024)
        for hypothesis in claim.hypotheses:
            games = games[evaluate_floats(hypothesis.relation, games).margin >= 0]
        comparison = evaluate_floats(claim.relation, games)
        known = settled(comparison)
        assert not np.any(known & (comparison.margin < 0))
        for i in [*np.flatnonzero(known)[:8].tolist(), *np.flatnonzero(~known)[:8].tolist()]:
            decision = decide(claim.relation, games[i].exact())
            assert decision.outcome in ("holds", "tie")
            if known[i] and claim.relation.op == "<=":
                difference = ball(decision.rhs) - ball(decision.lhs)
                assert abs(difference - arb(float(comparison.margin[i]))) <= arb(float(comparison.error[i])) + 1e-300


@pytest.mark.parametrize("id", CLAIMS)
def test_every_mutant_is_refuted(id):
    claim = CLAIMS[id]
    mutants = [name for name in variants(claim) if name.startswith("mutant")]
    assert len(mutants) == len(claim.mutants) > 0
    for block in range(len(claim.families)):
        for tally in run_block(claim, mutants, seed=SEED, block=block):
            assert not tally.outcome.failures
            if tally.outcome.violated:
                mutants.remove(tally.variant)
    assert not mutants


@pytest.mark.parametrize("id", CLAIMS)
def test_witness_tightness_and_ablations(id):
    claim = CLAIMS[id]
    for build in (claim.witness, claim.tightness):
        if build is not None:
            for relation in (*(hypothesis.relation for hypothesis in claim.hypotheses), claim.relation):
                assert decide(relation, build()).outcome in ("holds", "tie")
    for hypothesis in claim.hypotheses:
        assert hypothesis.ablation.expected == "undefined" and hypothesis.ablation.instance is not None
        with pytest.raises(ValueError, match="expected"):
            hypothesis.ablation.instance()


@pytest.mark.parametrize("id", [id for id, claim in CLAIMS.items() if claim.series])
def test_series_lie_below_the_bound(id):
    claim = CLAIMS[id]
    assert claim.series is not None
    points = list(claim.series())
    assert len(points) >= 8 and [x for x, _, _ in points] == sorted(x for x, _, _ in points)
    for _, label, game in points:
        assert label and decide(claim.relation, game).outcome in ("holds", "tie")


DIGITS = arb(10) ** -50


@pytest.mark.parametrize(
    "id",
    [
        "lse-gap-lower",
        "lse-gap-upper",
        "lse-gap-textbook",
        "policy-gap",
        "lipschitz",
        "lipschitz-sup",
        "variational-gap",
    ],
)
def test_attained(id):
    """Equality to fifty digits at the game the claim names."""
    claim = CLAIMS[f"softmax/{id}"]
    assert claim.tightness is not None
    lhs, rhs = sides(claim, claim.tightness())
    assert (rhs - lhs).contains(0)
    assert (rhs - lhs).rad() < DIGITS


@pytest.mark.parametrize("n", [2, 3, 10, 64])
def test_value_gap_is_attained(n):
    """At gaps known to 2^-256 the sides differ by the square of that: equality to a hundred digits."""
    lhs, rhs = sides(CLAIMS["softmax/value-gap"], tightest(n))
    assert 0 < rhs - lhs < arb("1e-100")
    assert rhs > arb("0.27")


def test_value_gap_against_the_textbook():
    """The textbook bound is 2.09 to 2.49 times the sharp one for n <= 10."""
    ratios = {}
    for n in range(2, 11):
        sharp, textbook = (sides(CLAIMS[f"softmax/value-gap{kind}"], tightest(n, 64))[1] for kind in ("", "-textbook"))
        ratios[n] = float(textbook / sharp)
    assert sorted(ratios.values(), reverse=True) == list(ratios.values())
    assert ratios[2] == pytest.approx(2.4892, abs=1e-4)
    assert ratios[10] == pytest.approx(2.0914, abs=1e-4)


@pytest.mark.parametrize("power", [3, 9, 25, 60])
def test_suprema_are_approached(power):
    """The l2 modulus like 1 - s^2/12, since tanh(s/2) = s/2 - s^3/24, the remainder's constant like 1 - O(s)."""
    s = Fraction(1, 10**power)
    lhs, rhs = sides(CLAIMS["softmax/lipschitz-l2"], pulled_apart(s))
    assert 0 < 1 - lhs / rhs < arb(10) ** (-2 * power) / 11
    lhs, rhs = sides(CLAIMS["softmax/remainder"], most_curved(s, 300))
    assert 0 < 1 - lhs / rhs < arb(10) ** -power


@pytest.mark.parametrize("id", CLAIMS)
def test_margins_do_not_depend_on_units(id):
    """Values and temperatures in other units give the same relative margin."""
    claim = CLAIMS[id]
    game = claim.witness()
    scale = Fraction(10) ** 15 / 7
    units = {name: getattr(game, name) * scale for name in game.core if name != "policy"}
    relative = []
    for instance in (game, dataclasses.replace(game, **units)):
        lhs, rhs = sides(claim, instance)
        relative.append((rhs - lhs) / (abs(lhs) + abs(rhs)))
    assert (relative[0] - relative[1]).contains(0)
    assert abs(relative[0] - relative[1]).upper() < DIGITS
