"""A result says what it was made with, and other code is another run."""

import subprocess
import sys

import pytest

from verify import provenance


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder with the four packages, one empty module each."""
    for package in provenance.PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    return tmp_path


def digest():
    return provenance.code_digest.__wrapped__()


def test_any_edit_is_other_code(elsewhere):
    before = digest()
    assert digest() == before
    (elsewhere / "proofs" / "__init__.py").write_text("x = 1\n")
    edited = digest()
    (elsewhere / "proofs" / "__init__.py").rename(elsewhere / "proofs" / "other.py")
    assert len({before, edited, digest()}) == 3


def test_versions_of_what_numbers_depend_on():
    found = provenance.versions()
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert {"firstmover", "numpy", "numba", "python-flint"} <= set(found)


def test_the_commit_is_told_with_a_mark_where_files_differ(elsewhere):
    commit = provenance.commit.__wrapped__
    assert commit() == ""  # not a checkout

    def git(*arguments):
        identity = ("-c", "user.name=n", "-c", "user.email=e@example.org")
        subprocess.run(["git", "-C", str(elsewhere), *identity, *arguments], check=True, capture_output=True)

    git("init")
    git("add", ".")
    git("commit", "-m", "first")
    clean = commit()
    assert len(clean) == 40
    (elsewhere / "games" / "__init__.py").write_text("x = 1\n")
    assert commit() == f"{clean}+"
