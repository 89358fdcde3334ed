"""Nothing is forgotten: every claim can be printed, sampled, decided, and fails where it should."""

import re

import pytest

import verify.claims
from games.families import all_families
from games.literature import literature, named
from proofs.catalogue import derive, topics
from verify.catalogue import claims
from verify.concept import resolve
from verify.papers import PAPERS
from verify.provenance import ROOT
from verify.statement import Claim
from verify.twin import Twin
from verify.variant import variants
from verify.verdict import Verdict
from verify.vocabulary import concepts

CLAIMS = list(claims().values())
PLAYED = [claim for claim in CLAIMS if claim.experiment is None]
MEASURED = [claim for claim in CLAIMS if claim.experiment is not None]
every_claim = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
every_played_claim = pytest.mark.parametrize("claim", PLAYED, ids=lambda claim: claim.id)
every_experiment = pytest.mark.parametrize("claim", MEASURED, ids=lambda claim: claim.id)
every_concept = pytest.mark.parametrize("concept", concepts().values(), ids=lambda concept: concept.name)


@every_claim
def test_a_claim_says_where_it_is_from(claim: Claim):
    assert claim.title and claim.paper in PAPERS and claim.place
    assert re.fullmatch(r"[a-z0-9-]+(/[a-z0-9_ -]+)+", claim.id)
    assert claim.file is not None


@every_claim
def test_a_claim_lives_in_the_file_of_its_name(claim: Claim):
    """softmax/value-gap in softmax/value_gap.py; generated claims in the file their ids begin with."""
    assert claim.file is not None
    folder = (ROOT / "verify" / "claims").resolve()
    place = claim.file.resolve().relative_to(folder).with_suffix("").as_posix().replace("_", "-")
    assert claim.id == place or claim.id.startswith(f"{place}/")


def test_every_file_of_claims_states_one():
    folder = ROOT / "verify" / "claims"
    assert [str(folder)] == [str(path) for path in verify.claims.__path__]
    stating = {claim.file.resolve() for claim in CLAIMS if claim.file}
    for file in folder.rglob("*.py"):
        if file.name != "__init__.py" and "claim(" in file.read_text(encoding="utf-8"):
            assert file.resolve() in stating, f"{file} states no claim that the catalogue finds"


@every_claim
def test_statements_are_traced_and_printed(claim: Claim):
    names = {name: concepts()[name].latex for name in concepts()}
    for variant in variants(claim).values():
        for relation in (variant.relation, *(relation for _, relation in variant.hypotheses)):
            text = relation.latex({**names, **_measured(claim)})
            assert text.count("{") == text.count("}") and text.count(r"\left") == text.count(r"\right")
            assert relation.from_json(relation.to_json()) == relation


def _measured(claim: Claim) -> dict[str, str]:
    return {item.name: item.latex for item in claim.experiment.quantities} if claim.experiment else {}


@every_claim
def test_a_claim_has_what_keeps_it_honest(claim: Claim):
    assert claim.expected is not None
    assert (claim.witness is None) == (claim.experiment is not None)
    assert claim.mutants
    assert len({mutant.name for mutant in claim.mutants}) == len(claim.mutants)
    assert len({hypothesis.name for hypothesis in claim.hypotheses}) == len(claim.hypotheses)
    for mutant in claim.mutants:
        assert mutant.relation != claim.relation
    for hypothesis in claim.hypotheses:
        assert hypothesis.text and hypothesis.ablation.text
        assert (hypothesis.ablation.expected == "undefined") == (hypothesis.ablation.instance is not None)


@every_experiment
def test_an_experiment_is_declared(claim: Claim):
    """A plan in words, an ablation of each condition, and statements on what it measures alone."""
    experiment = claim.experiment
    assert experiment is not None and len(experiment.plan) > 80 and experiment.contrasts
    assert not claim.families and not claim.hypotheses and not claim.derivation
    assert 0 < experiment.alpha <= 0.05 and 4 <= experiment.quick <= experiment.default
    known = {quantity.name for quantity in experiment.quantities}
    for relation in (claim.relation, *(mutant.relation for mutant in claim.mutants)):
        assert set(relation.measured()) <= known and not list(relation.concepts())
    assert all(quantity.text and quantity.latex for quantity in experiment.quantities)
    assert all(contrast.text and contrast.without for contrast in experiment.contrasts)


@every_played_claim
def test_the_witness_meets_every_hypothesis(claim: Claim):
    twin = Twin(claim.witness())
    itself = variants(claim)["claim"]
    assert twin.unmet(itself) == ""
    outcome = twin.decide(itself.relation).outcome
    allowed = {"holds", "tie", "violated"} if claim.expected == Verdict.REFUTED else {"holds", "tie"}
    assert outcome in allowed


@every_claim
def test_families_exist_and_sample_the_right_games(claim: Claim):
    known = all_families()
    for variant in variants(claim).values():
        for name in variant.families:
            assert name in known
            kinds = {getattr(base, "kind", "") for base in known[name].game.__mro__}
            for concept in variant.relation.concepts():
                assert concepts()[concept].game in kinds, f"{concept} is not defined on games of {name}"
    if not claim.families and claim.experiment is None:
        assert claim.expected in (Verdict.PROVED, Verdict.REFUTED)


@every_claim
def test_derivations_exist(claim: Claim):
    if claim.derivation:
        assert claim.derivation in topics()
        assert not claim.conclusion or claim.conclusion in derive(claim.derivation).conclusions
    elif claim.families:
        assert claim.expected != Verdict.PROVED, "sampling does not prove"


@every_concept
def test_concepts_resolve(concept):
    assert callable(resolve(concept.numeric)) and callable(resolve(concept.exact))
    assert concept.numeric.startswith(("solvers.", "verify.vocabulary."))
    assert concept.exact.startswith("verify.exact.")
    if concept.prove:
        assert callable(resolve(concept.prove))
    assert concept.latex and concept.text


@pytest.mark.parametrize("topic", topics())
def test_every_step_has_evidence(topic):
    derivation = derive(topic)
    data = derivation.to_json()
    assert data["topic"] == topic and data["title"]
    assert all(step["evidence"]["kind"] and step["rule"] and step["latex"] for step in data["steps"])
    assert data["conclusions"]


def test_published_games_are_ten_at_least_and_load():
    assert len(literature()) >= 10
    for name in literature():
        assert named(name).GAME.is_exact
