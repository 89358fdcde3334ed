"""Findings kept: made once for the same sources, made anew when anything changes or an entry is damaged."""

import json
import time

import pytest

from verify import provenance
from verify import remembered as module
from verify.checks import PROOFS, run_check
from verify.provenance import ROOT
from verify.remembered import digest_of, remembered


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FIRSTMOVER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


class Counted:
    def __init__(self, finding):
        self.finding, self.times = finding, 0

    def __call__(self):
        self.times += 1
        return self.finding


def test_the_same_question_is_answered_once(folder):
    compute = Counted({"is_proof": True, "steps": [1, 2]})
    for _ in range(3):
        assert remembered("findings", ["sources", "claim"], compute) == compute.finding
    assert compute.times == 1
    remembered("findings", ["other sources", "claim"], compute)
    remembered("others", ["sources", "claim"], compute)
    assert compute.times == 3


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"key": 1}', "truth", "other"])
def test_a_damaged_entry_is_made_anew(folder, damage):
    compute = Counted({"is_proof": False})
    remembered("findings", ["sources"], compute)
    (file,) = (folder / "findings").iterdir()
    entry = json.loads(file.read_text())
    if damage == "truth":
        damage = json.dumps({**entry, "finding": {"is_proof": True}})
    elif damage == "other":
        damage = json.dumps({**entry, "key": "0" * 64})
    file.write_text(damage)
    assert remembered("findings", ["sources"], compute) == {"is_proof": False}
    assert compute.times == 2
    assert json.loads(file.read_text()) == entry


def test_a_folder_that_cannot_be_written_costs_time_alone(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FIRSTMOVER_CACHE", str(tmp_path / "file"))
    compute = Counted([1])
    assert [remembered("findings", [], compute) for _ in range(2)] == [[1], [1]]
    assert compute.times == 2


def test_the_digest_covers_every_derivation_and_what_reads_them():
    covered = {file for pattern in PROOFS for file in ROOT.glob(pattern)}
    for name in ("proofs/engine/identity.py", "proofs/softmax/value_gap.py", "verify/symbolic.py"):
        assert ROOT / name in covered
    assert digest_of(*PROOFS) != digest_of(*PROOFS[1:])


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_sources_changed_since_they_were_imported_are_not_answered_for(folder, tmp_path, monkeypatch, when):
    """What was computed by an older source must not be kept under the digest of the new one."""
    source = tmp_path / "source.py"
    source.write_text("")
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    monkeypatch.setattr(module, "_BEGUN", time.time_ns() + 10**12)  # as if the process began long after
    times = 0

    def compute():
        nonlocal times
        times += 1
        if when == "meanwhile" and times == 1:
            monkeypatch.setattr(module, "_BEGUN", 0)
        return times

    if when == "before":
        monkeypatch.setattr(module, "_BEGUN", time.time_ns())
    for expected in (1, 2):
        assert remembered("findings", ["claim"], compute, sources=("source.py",)) == expected
    assert not (folder / "findings").exists()
    monkeypatch.setattr(module, "_BEGUN", time.time_ns() + 10**12)
    for _ in range(2):
        assert remembered("findings", ["claim"], compute, sources=("source.py",)) == 3


def test_a_derivation_is_found_again_as_it_was(folder, monkeypatch):
    from verify.catalogue import find

    monkeypatch.setattr(module, "_BEGUN", time.time_ns() + 10**12)  # sources may be younger than this process
    claim = find("", "softmax/variational")
    first = json.loads(json.dumps(run_check(claim, "derivation")))
    (file,) = (folder / "derivations").iterdir()
    assert run_check(claim, "derivation") == first and first["is_proof"]
    assert json.loads(file.read_text())["finding"] == first
