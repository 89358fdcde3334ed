"""Certificates: what is written replays without a solver, and nothing that was changed does."""

import copy
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games.choice import Choice
from games.matrix import BimatrixGame
from verify.comparison import at_least, at_most, equal
from verify.exact.certificate import SCHEMA, Condition, build, load, replay, save
from verify.exact.errors import CertificateError
from verify.exact.evaluate import decide
from verify.terms import GAME, E
from verify.vocabulary import prove
from verify.vocabulary.choice import soft_value, temperature
from verify.vocabulary.matrix import best_nash, pure, sse, zero_sum_defect

F = Fraction
GAME_2X2 = BimatrixGame(leader=[[2, 4], [1, 3]], follower=[[1, 0], [0, 1]]).exact()
PENNIES = BimatrixGame(leader=[[1, -1], [-1, 1]], follower=[[-1, 1], [1, -1]]).exact()


def certificate_of(relation, game, hypotheses=(), file=None, claim="test/claim"):
    conditions = [Condition(name=name, relation=r, decision=decide(r, game, prove=prove)) for name, r in hypotheses]
    decision = decide(relation, game, prove=prove)
    return build(claim=claim, game=game, relation=relation, decision=decision, hypotheses=conditions, file=file)


VIOLATION = certificate_of(at_most(sse(GAME), pure(GAME)), GAME_2X2)
INSTANCE = certificate_of(
    equal(sse(GAME) + best_nash(GAME), 0), PENNIES, hypotheses=[("zero-sum", equal(zero_sum_defect(GAME), 0))]
)
BALL = certificate_of(
    at_most(soft_value(GAME), E / 4),
    Choice(values=["0", "1"], temperature="1"),
    hypotheses=[("temperature", at_least(temperature(GAME), 0))],
)


def test_what_a_certificate_says():
    assert VIOLATION["schema"] == SCHEMA
    assert (VIOLATION["kind"], VIOLATION["outcome"]) == ("violation", "violated")
    assert (VIOLATION["lhs"], VIOLATION["rhs"]) == ("7/2", "3")
    assert (INSTANCE["kind"], INSTANCE["outcome"]) == ("instance", "holds")
    assert BALL["lhs"]["bits"] == 128 and BALL["lhs"]["ball"].startswith("[0.7310585786300048")
    assert BALL["outcome"] == "violated"


@pytest.mark.parametrize("certificate", [VIOLATION, INSTANCE, BALL], ids=["violation", "instance", "ball"])
def test_replaying_confirms_and_a_file_keeps_everything(certificate, tmp_path):
    found = replay(certificate)
    assert found.confirmed and found.complete and found.reason == ""
    assert found.outcome == certificate["outcome"]
    save(certificate, tmp_path / "new" / "certificate.json")
    assert load(tmp_path / "new" / "certificate.json") == certificate
    again = replay(tmp_path / "new" / "certificate.json")
    assert str(again) == str(found)  # balls are not equal to themselves: two numbers in one ball may differ
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["certificate.json"]


def test_replaying_loads_no_solver():
    code = """
import json, sys
from verify.exact.certificate import replay
assert replay(json.load(sys.stdin)).complete
bad = {name.split(".")[0] for name in sys.modules} & {"solvers", "proofs", "scipy", "highspy", "numba", "cvxpy"}
assert not bad, bad
assert "verify.claims" not in sys.modules
"""
    for certificate in (VIOLATION, INSTANCE, BALL):
        text = json.dumps(certificate)
        done = subprocess.run([sys.executable, "-c", code], input=text, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"lhs": "4"}, "lhs: expected 7/2 as recomputed, found '4'"),
        ({"rhs": {"ball": "[3.1 +/- 1e-9]", "bits": 128}}, "rhs: expected 3 as recomputed"),
        ({"rhs": {"ball": "[0 +/- 1e9]", "bits": 128}}, "rhs: expected 3 as recomputed"),
        ({"outcome": "holds", "kind": "instance"}, "outcome: expected holds as recorded, found violated"),
        ({"outcome": "tie", "kind": "instance"}, "outcome: expected tie as recorded, found violated"),
        ({"facts": []}, "facts: expected one for sse"),
        ({"relation": ["<=", {"concept": "sse"}, {"concept": "nothing"}]}, "facts: expected one for nothing"),
        (
            {"game": {"kind": "bimatrix", "leader": [["2", "5"], ["1", "3"]], "follower": [["1", "0"], ["0", "1"]]}},
            "sse",
        ),
    ],
)
def test_a_changed_certificate_is_lowered_and_says_why(change, reason):
    found = replay({**VIOLATION, **change})
    assert not found.confirmed and reason in found.reason and "\n" not in found.reason


def test_a_hypothesis_that_does_not_hold_is_found():
    certificate = certificate_of(
        at_most(sse(GAME), pure(GAME)), GAME_2X2, hypotheses=[("zero-sum", equal(zero_sum_defect(GAME), 0))]
    )
    found = replay(certificate)
    assert found.outcome == "violated" and found.hypotheses == (("zero-sum", "violated"),)
    assert not found.confirmed and not found.complete
    assert "hypotheses not met: zero-sum" in found.reason


def test_undecided_instances_have_no_certificate():
    relation = at_most(sse(GAME), pure(GAME))
    decision = decide(relation, GAME_2X2, prove=prove)
    with pytest.raises(CertificateError, match="found undecided"):
        build(
            claim="x",
            game=GAME_2X2,
            relation=relation,
            decision=type(decision)(outcome="undecided", lhs=F(1), rhs=F(2), bits=256, facts=()),
        )


def test_relations_that_would_exhaust_the_machine_are_refused():
    deep: list = ["<=", "1", "1"]
    for _ in range(100_000):
        deep = ["neg", deep]
    for relation in (["<=", "1e999999999", "1"], ["<=", "9" * 5000, "1"], deep, ["<=", "1/0", "1"], ["<=", "1", "x"]):
        with pytest.raises(CertificateError, match="relation") as caught:
            replay({**VIOLATION, "relation": relation})
        assert len(str(caught.value)) < 400


def places(node, path=()):
    """Every place of a JSON tree."""
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from places(value, (*path, key))


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**30),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["1/0", "1e999999999", "nan", "[1 +/- 2", "9" * 5000, "violated", "sse", "<="]),
    st.lists(st.integers(0, 2), max_size=3),
    st.dictionaries(st.sampled_from(["concept", "ball", "bits", "value"]), st.text(max_size=3), max_size=2),
)


@given(certificate=st.sampled_from([VIOLATION, INSTANCE, BALL]), data=st.data(), junk=JUNK)
@settings(max_examples=500, deadline=None)
def test_damage_is_an_error_or_lowers_or_is_harmless(certificate, data, junk):
    """Whatever one entry is replaced by: one line of error, or an answer whose sides are the true ones."""
    damaged = copy.deepcopy(certificate)
    *path, last = data.draw(st.sampled_from([place for place in places(certificate) if place]))
    target = damaged
    for key in path:
        target = target[key]
    if data.draw(st.booleans()) and isinstance(target, dict):
        del target[last]
    else:
        target[last] = junk
    try:
        found = replay(damaged)
    except CertificateError as problem:
        assert "\n" not in str(problem) and len(str(problem)) < 1000
        return
    if found.confirmed and damaged["relation"] == certificate["relation"] and damaged["game"] == certificate["game"]:
        honest = replay(certificate)
        assert found.outcome == honest.outcome == damaged["outcome"]
        assert str(found.lhs) == str(honest.lhs) or damaged["lhs"] != certificate["lhs"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected JSON"),
        (b"{", "expected JSON"),
        (b"\xff\xfe{}", "expected UTF-8"),
        (b"[]", "expected an object"),
        (b"{}", "schema: expected 'firstmover/certificate/1', found None"),
        (b'{"schema": "firstmover/certificate/1"}', "kind: expected a string, found none"),
        (b'{"schema": "firstmover/certificate/2"}', "schema"),
        (b'{"a": 1, "a": 2}', "given twice"),
        (b"[" * 100_000, "expected JSON"),
        (
            b'{"schema": "firstmover/certificate/1", "kind": "violation", "claim": 7}',
            "claim: expected a string, found 7",
        ),
    ],
)
def test_files_that_are_no_certificates_are_one_line(content, message, tmp_path):
    file = tmp_path / "certificate.json"
    file.write_bytes(content)
    with pytest.raises(CertificateError, match=message) as caught:
        replay(file)
    assert str(file) in str(caught.value) and "\n" not in str(caught.value)


def test_files_that_cannot_be_read_or_written_are_one_line(tmp_path):
    with pytest.raises(CertificateError, match="expected a readable file"):
        load(tmp_path / "none.json")
    with pytest.raises(CertificateError, match="expected a readable file"):
        load(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(CertificateError, match="expected a writable place"):
        save(VIOLATION, tmp_path / "file" / "certificate.json")


AUTHOR = """
from pathlib import Path
from games.matrix import BimatrixGame
from verify.comparison import at_most
from verify.statement import Ablation, Hypothesis, claim
from verify.verdict import Verdict
from verify.vocabulary.matrix import pure, sse

ABLATION = Ablation(expected="redundant", text="")

@claim(
    "author/claim", title="", paper="", place="", families=(), expected=Verdict.REFUTED, mutants=(),
    witness=lambda: BimatrixGame(leader=[[2, 4], [1, 3]], follower=[[1, 0], [0, 1]]),
    hypotheses=(Hypothesis(name="square", text="", body=lambda game: game.leader_actions == game.follower_actions,
                           ablation=ABLATION),),
)
def statement(game):
    return at_most(sse(game), pure(game))
"""


@pytest.fixture
def authored(tmp_path, monkeypatch) -> tuple[Path, dict]:
    """A claim outside the package, with a hypothesis in Python alone, and a counterexample to it."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "conjecture.py"
    file.write_text(AUTHOR)
    relation = at_most(sse(GAME), pure(GAME))
    certificate = build(
        claim="author/claim",
        game=GAME_2X2,
        relation=relation,
        decision=decide(relation, GAME_2X2, prove=prove),
        hypotheses=[Condition(name="square")],
        file=file,
    )
    return file, certificate


def test_hypotheses_in_python_are_replayed_on_request_only(authored):
    _, certificate = authored
    assert certificate["file"] == "conjecture.py"
    found = replay(certificate)
    assert found.confirmed and not found.complete
    assert found.hypotheses == (("square", "not replayed"),)
    assert found.reason == "hypotheses not replayed: square"
    trusted = replay(certificate, trust_files=True)
    assert trusted.complete and trusted.hypotheses == (("square", "holds"),)


def test_a_changed_file_is_not_imported(authored):
    file, certificate = authored
    file.write_text(AUTHOR + "raise SystemExit('imported')\n")
    found = replay(certificate, trust_files=True)
    assert found.hypotheses == (("square", "not replayed"),) and "sha256" in found.reason
    assert not found.confirmed and not found.from_file


def test_the_relation_must_be_that_of_the_file(authored):
    relation = at_most(sse(GAME), 1)
    other = build(
        claim="author/claim",
        game=GAME_2X2,
        relation=relation,
        decision=decide(relation, GAME_2X2, prove=prove),
        file=authored[0],
    )
    assert replay(other).confirmed
    found = replay(other, trust_files=True)
    assert not found.confirmed and "relation: expected that of author/claim" in found.reason
    assert "expected all of author/claim" in found.reason  # and the hypothesis was left out


@pytest.mark.parametrize("name", ["/etc/passwd", "../conjecture.py", "", "missing.py"])
def test_only_named_files_nearby_are_looked_for(authored, name):
    _, certificate = authored
    found = replay({**certificate, "file": name}, trust_files=True)
    assert found.hypotheses == (("square", "not replayed"),) and "file: expected" in found.reason
    assert not found.confirmed


def test_files_of_the_package_are_named_relative_to_it():
    import verify.claims.matrix.pure_suffices as module
    from verify.catalogue import claims

    claim = claims()["matrix/pure-suffices"]
    certificate = certificate_of(claim.relation, GAME_2X2, file=Path(module.__file__), claim=claim.id)
    assert certificate["file"] == "verify/claims/matrix/pure_suffices.py"
    assert replay(certificate, trust_files=True).complete


def test_a_claim_about_one_game_is_not_refuted_by_another():
    from verify.catalogue import claims

    claim = claims()["matrix/published/dobss"]
    assert claim.file and claim.witness
    own = claim.witness().exact()
    for game, confirmed in ((own, True), (GAME_2X2, False)):
        found = replay(certificate_of(claim.relation, game, file=claim.file, claim=claim.id), trust_files=True)
        assert found.from_file and found.confirmed is confirmed and ("game: expected" in found.reason) is not confirmed


def test_mutants_and_ablations_are_held_against_their_claim():
    from verify.catalogue import claims
    from verify.twin import Twin
    from verify.variant import variants

    claim = claims()["matrix/common-payoff-pure"]
    common = BimatrixGame(leader=[[1, 0], [0, 2]], follower=[[1, 0], [0, 2]]).exact()
    for name, variant in variants(claim).items():
        twin = Twin(GAME_2X2 if name.startswith("without") else common)
        certificate = twin.certificate(variant, twin.decide(variant.relation))
        assert replay(certificate, trust_files=True).complete
        assert not replay({**certificate, "claim": claim.id + " (mutant: none)"}, trust_files=True).confirmed
        if name != "claim":  # what is said of a variant says nothing of the claim
            assert not replay({**certificate, "claim": claim.id}, trust_files=True).confirmed


@pytest.mark.parametrize("name", ["x\ny: violation confirmed", "\x1b[2J", "\ud800"])
def test_names_that_would_upset_a_terminal_are_refused(name):
    for change in ({"claim": name}, {"file": name}, {"hypotheses": [{"name": name, "relation": None, "facts": []}]}):
        with pytest.raises(CertificateError, match="expected"):
            replay({**VIOLATION, **change})
