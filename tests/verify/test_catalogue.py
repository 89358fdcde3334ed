"""Claims are found by looking; names mean what people mean; what means nothing is refused with a suggestion."""

import pytest

from verify.catalogue import claims, claims_in, find, named
from verify.errors import ClaimError
from verify.verdict import Verdict


def ids(names):
    return [claim.id for _, claim in named(names)]


def test_every_claim_is_found_in_order():
    found = list(claims())
    assert found == sorted(found) == ids([])
    assert {"softmax/value-gap", "matrix/zero-sum-minimax"} <= set(found)


def conjecture(folder, text):
    file = folder / "conjecture.py"
    file.write_text(f"from verify import at_most, claim, value\nfrom verify.verdict import Verdict\n{text}\n")
    return file


@pytest.mark.parametrize(
    ("expected", "meant"), [("'REFUTED'", Verdict.REFUTED), ("Verdict.REFUTED", Verdict.REFUTED), ("None", None)]
)
def test_the_verdict_expected_may_be_named(tmp_path, expected, meant):
    (one,) = claims_in(conjecture(tmp_path, f"one = claim('mine/one', families=(), expected={expected})(len)")).values()
    assert one.expected is meant


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("claim('mine/one', families=(), expected='TRUE')(len)", "expected one of PROVED, .*, found 'TRUE'"),
        ("raise SystemExit(3)", "expected a file that imports, SystemExit: 3"),
    ],
)
def test_a_file_that_does_not_state_claims_is_one_line(tmp_path, text, message):
    with pytest.raises(ClaimError, match=message):
        claims_in(conjecture(tmp_path, text))


def test_a_name_is_a_claim_a_folder_or_a_paper():
    assert ids(["softmax/value-gap"]) == ["softmax/value-gap"]
    below = ids(["softmax"])
    assert below == [name for name in claims() if name.startswith("softmax/") or claims()[name].paper == "softmax"]
    others = [name for name in below if name != "softmax/value-gap"]
    assert ids(["softmax/value-gap", "softmax"]) == ["softmax/value-gap", *others]
    paper = claims()["matrix/zero-sum-minimax"].paper
    assert "matrix/zero-sum-minimax" in ids([paper])


def test_a_file_states_claims(toy_file):
    assert "toy/true" in ids([str(toy_file)])
    assert ids([f"{toy_file}::toy/false"]) == ["toy/false"]
    (source, claim) = named([f"{toy_file}::toy/false"])[0]
    assert find(source, "toy/false") is claim


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("softmax/valuegap", "expected one like softmax/value-gap"),
        ("", "claim or paper: expected one like"),
        ("nowhere.py", "expected a Python file that states claims, found none"),
        ("tests/verify/toy.py::toy/tru", "expected one of toy/true"),
    ],
)
def test_unknown_names_are_refused(name, message, toy_file, monkeypatch):
    monkeypatch.chdir(toy_file.parents[2])
    with pytest.raises(ClaimError, match=message) as caught:
        named([name])
    assert "\n" not in str(caught.value)


def statement(id):
    return f"""
from games.choice import Choice
from verify import at_least, claim
from verify.verdict import Verdict
from verify.vocabulary.choice import actions

@claim({id!r}, title="", paper="", place="", families=("spread",), expected=Verdict.SUPPORTED,
       witness=lambda: Choice(values=[0.0, 1.0], temperature=1.0), mutants=())
def body_{abs(hash(id))}(game):
    return at_least(actions(game), 1)
"""


def test_two_claims_of_one_id_are_refused(tmp_path):
    (tmp_path / "twice.py").write_text(statement("a") + statement("a").replace("body_", "other_"))
    with pytest.raises(ClaimError, match="claim a: expected one statement, found two"):
        claims_in(tmp_path / "twice.py")


def test_generated_claims_are_found(tmp_path):
    made = statement("a") + "\nmade = [body for name, body in list(globals().items()) if name.startswith('body_')]\n"
    made += "for name in [name for name in globals() if name.startswith('body_')]: del globals()[name]\n"
    made += "def claims():\n    return made\n"
    (tmp_path / "made.py").write_text(made)
    assert list(claims_in(tmp_path / "made.py")) == ["a"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "expected at least one claim, found none"),
        ("def", "expected a file that imports, SyntaxError"),
        ("import nonsense", "expected a file that imports, ModuleNotFoundError"),
        (statement("a").replace("title", "titel"), "claim 'a'"),
    ],
)
def test_files_without_claims_are_refused(tmp_path, text, message):
    (tmp_path / "claims.py").write_text(text)
    with pytest.raises(ClaimError, match=message) as caught:
        claims_in(tmp_path / "claims.py")
    assert "\n" not in str(caught.value)
