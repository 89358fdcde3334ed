"""Verdicts come from evidence; the ones that cannot be earned are not given."""

import dataclasses

import pytest

from verify.compare import compare
from verify.errors import ClaimError
from verify.evidence import Ball, Cited, Exact, Float, Randomised, Statistical, Symbolic, evidence_from_json
from verify.result import assemble
from verify.statement import claim as make_claim
from verify.tally import BINS, Event, Tally, Worst, relative
from verify.verdict import Outcome, Verdict

RUN = {"seed": 3, "id": "1"}
DERIVED = {"is_proof": True, "reason": "", "evidence": {"kind": "exact", "certificate": ""}, "derivation": None}
WITNESS = {"outcome": "holds", "lhs": "1", "rhs": "2", "game": {"kind": "choice"}}
HELD = Outcome(instances=4096, met=4000, held=3990, ties=10)
VIOLATION = {
    "game": {"kind": "choice", "values": ["0", "1"], "temperature": "1"},
    "lhs": "1",
    "rhs": "0",
    "outcome": "violated",
}


@pytest.fixture
def claim(toys):
    claim = toys["toy/true"][1]
    return dataclasses.replace(claim, mutants=(), hypotheses=(), tightness=None, derivation="softmax/value-gap")


def record(claim, *tallies, findings=None, failures=()):
    found = {(claim.id, "witness"): WITNESS, **{(claim.id, name): data for name, data in (findings or {}).items()}}
    result = assemble(RUN, [("", claim)], tallies=tallies, findings=found, failures={claim.id: list(failures)})
    return result["claims"][0]


def tally(outcome=HELD, block=0, **fields):
    worst = Worst(index=4096 * block, measure=0.25, lhs=3.0, rhs=5.0, margin=2.0, error=1e-16)
    defaults = dict(claim="toy/true", variant="claim", block=block, family="tied", residual=1e-16, worst=worst)
    histogram = tuple(outcome.held if i == BINS // 2 else 0 for i in range(BINS))
    return Tally(**{**defaults, "outcome": outcome, "histogram": histogram, **fields})


def test_nothing_drawn_is_not_run(claim):
    found = record(claim)
    assert found["verdict"] == "NOT_RUN" and found["evidence"] is None and found["violation_rate_upper"] is None


def test_what_held_is_supported_by_floats(claim):
    found = record(claim, tally(), tally(block=1))
    assert found["verdict"] == "SUPPORTED"
    assert found["evidence"] == {"kind": "float", "residual": 1e-16, "margin": 0.25}
    assert found["scope"]["detail"] == "8,192 instances of tied, spread; seed 3"
    assert found["worst"]["index"] == 0 and found["worst"]["game"]["kind"] == "choice"
    assert found["violation_rate_upper"] == pytest.approx(1 - 0.05 ** (1 / 8000), rel=1e-6)


def test_a_derivation_proves_for_all_parameters(claim):
    found = record(claim, tally(), findings={"derivation": DERIVED})
    assert (found["verdict"], found["scope"]["kind"]) == ("PROVED", "all parameters")
    small = dataclasses.replace(claim, dimensions="n <= 3")
    scope = record(small, tally(), findings={"derivation": DERIVED})["scope"]
    assert scope == {"kind": "fixed dimensions", "detail": "n <= 3"}


@pytest.mark.parametrize("kind", [{"kind": "symbolic", "system": "sympy"}])
def test_weaker_evidence_proves_nothing(claim, kind):
    found = record(claim, tally(), findings={"derivation": {**DERIVED, "evidence": kind}})
    assert found["verdict"] == "SUPPORTED" and found["evidence"]["kind"] == "symbolic"


def test_a_derivation_of_something_else_proves_nothing(claim):
    other = {**DERIVED, "is_proof": False, "reason": "expected another conclusion"}
    assert record(claim, tally(), findings={"derivation": other})["verdict"] == "SUPPORTED"


def test_books_that_disagree_are_undecided(claim):
    event = Event(index=1, margin=-1.0, certificate=VIOLATION)
    broken = tally(Outcome(instances=4096, met=10, held=9, violated=1), events=(event,))
    found = record(claim, broken, findings={"derivation": DERIVED})
    assert found["verdict"] == "UNDECIDED" and "books disagree" in found["reason"] and not found["ok"]


def test_the_simplest_violation_is_shown(claim):
    large = {**VIOLATION, "game": {"kind": "choice", "values": ["0", "1", "2"], "temperature": "1"}}
    long = {**VIOLATION, "game": {"kind": "choice", "values": ["0", "1/1000"], "temperature": "1"}}
    outcome = Outcome(instances=4096, met=3, violated=3)
    events = [Event(index=i, margin=-1.0, certificate=c) for i, c in enumerate((large, long, VIOLATION))]
    found = record(claim, tally(outcome, events=tuple(events)))
    assert found["verdict"] == "REFUTED" and found["certificate"] is VIOLATION
    assert found["evidence"]["kind"] == "exact"


def test_a_violation_in_balls_is_ball_evidence(claim):
    sides = {"lhs": {"ball": "[7.39 +/- 1e-30]", "bits": 128}, "rhs": "7"}
    event = Event(index=0, margin=-0.1, certificate={**VIOLATION, **sides})
    found = record(claim, tally(Outcome(instances=4096, met=1, violated=1), events=(event,)))
    assert found["evidence"] == {"kind": "ball", "enclosure": "[7.39 +/- 1e-30] against 7", "bits": 128}


@pytest.mark.parametrize(
    ("outcome", "ok"),
    [("holds", True), ("hypothesis gap not met", True), ("undecided", False), ("nash: expected 8 actions", False)],
)
def test_a_published_game_nobody_could_decide_is_not_as_expected(claim, outcome, ok):
    published = [{"name": "x", "source": "y", "outcome": outcome, "lhs": None, "rhs": None}]
    claim = dataclasses.replace(claim, expected=Verdict.PROVED)
    found = record(claim, tally(), findings={"published": published, "derivation": DERIVED})
    assert found["verdict"] == "PROVED" and found["ok"] is ok
    assert ok or found["reason"] == f"the published game x is not decided: {outcome}"


def test_a_published_game_refutes_as_well(claim):
    published = [{"name": "x", "source": "y", "outcome": "violated", "lhs": "1", "rhs": "0", "certificate": VIOLATION}]
    found = record(claim, tally(), findings={"published": published})
    assert found["verdict"] == "REFUTED" and found["violated"] == 1 and found["certificate"] is VIOLATION


def test_a_witness_refutes_a_claim_whose_blocks_were_lost(claim):
    witness = {**WITNESS, "outcome": "violated", "certificate": VIOLATION}
    found = record(claim, findings={"witness": witness}, failures=["block 0: a worker died"])
    assert found["verdict"] == "REFUTED" and found["evidence"]["kind"] == "exact" and not found["ok"]


def test_ties_between_balls_prove_nothing_of_one_game(claim):
    alone = dataclasses.replace(claim, families=(), derivation="")
    outcome = Outcome(instances=1, met=1, ties=1)
    assert record(alone, tally(outcome, rational=1))["verdict"] == "PROVED"
    assert record(alone, tally(outcome))["verdict"] == "SUPPORTED"


def test_an_unknown_family_costs_its_own_claim_alone(claim):
    lost = dataclasses.replace(claim, families=("nosuch",))
    found = record(lost, failures=["block 0: family: expected one of ..., found 'nosuch'"])
    assert found["verdict"] == "UNDECIDED" and found["families"][0]["title"] == "nosuch"


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Outcome(instances=4096, met=5, held=4, open=1), "1 of 5 instances lie within the float error"),
        (Outcome(instances=4096, met=5, held=4, candidates=1), "numerical counterexample in 1 instances"),
        (Outcome(instances=4096, met=5, held=5, failures=("block 0: gave up",)), "block 0: gave up"),
    ],
)
def test_what_is_not_settled_is_undecided_with_its_reason(claim, outcome, reason):
    found = record(claim, tally(outcome))
    assert found["verdict"] == "UNDECIDED" and reason in found["reason"]


def test_lost_jobs_count_against_a_claim_even_when_it_is_proved(claim):
    found = record(claim, tally(), findings={"derivation": DERIVED}, failures=["block 3: a worker died"])
    assert found["verdict"] == "PROVED" and not found["ok"] and "a worker died" in found["reason"]


def test_decided_exactly_throughout_is_exact_evidence(claim):
    outcome = Outcome(instances=4096, met=8, held=8)
    assert record(claim, tally(outcome, rational=8))["evidence"]["kind"] == "exact"
    assert record(claim, tally(outcome, rational=5, balls=3))["evidence"]["kind"] == "ball"
    assert record(claim, tally(outcome, rational=5))["evidence"]["kind"] == "float"


def test_the_histogram_keeps_zero_in_sight_and_counts_all(claim):
    found = record(claim, tally(), tally(block=1))["histogram"]
    assert found["counts"] == [2 * 3990] and found["edges"] == [0.0, 0.025] and found["ties"] == 20


def test_relative_margins_of_nothing():
    assert relative(0.0, 0.0, 0.0) == 0.0
    assert relative(-1.0, 1.0, 0.0) == -1.0


@pytest.mark.parametrize(
    "evidence",
    [
        Exact(certificate="c"),
        Ball(enclosure="e", bits=64),
        Symbolic(system="s"),
        Randomised(error=1, primes=2, points=3),
        Statistical(alpha=0.05, plan="p", n=10),
        Float(residual=1e-9, margin=0.1),
        Cited(source="s"),
    ],
)
def test_evidence_survives_json(evidence):
    assert evidence_from_json(evidence.to_json()) == evidence


def test_changes_between_runs_are_named(claim):
    before = record(claim, tally())
    worse = dataclasses.replace(tally().worst, measure=0.125)
    after = record(claim, tally(worst=worse), findings={"derivation": DERIVED})
    texts = [change["text"] for change in compare({"result": {"claims": [before]}, "id": 1}, {"claims": [after]})]
    assert texts == ["verdict SUPPORTED -> PROVED", "evidence float -> exact", "worst margin 0.25 -> 0.125"]
    assert compare({"result": {"claims": [before]}, "id": 1}, {"claims": [before]}) == []
    assert compare({"result": {"claims": []}, "id": 1}, {"claims": [before]}) == [{"claim": claim.id, "text": "new"}]
    with pytest.raises(ClaimError, match="found run 4, which is running"):
        compare({"result": None, "id": 4, "state": "running"}, {"claims": []})


@pytest.mark.parametrize(("outcome", "ok"), [(HELD, True), (Outcome(instances=4096), False)])
def test_a_conjecture_that_expects_nothing_wants_an_answer(claim, outcome, ok):
    claim = dataclasses.replace(claim, expected=None, derivation="")
    found = record(claim, tally(outcome, worst=None))
    assert found["expected"] is None and found["ok"] is ok
    assert found["verdict"] == ("SUPPORTED" if ok else "VACUOUS")


def test_families_are_a_tuple_of_names():
    with pytest.raises(ClaimError, match=r"families: expected a tuple of names, found 'integers'"):
        make_claim("mine/x", families="integers")(lambda game: None)
