"""A report appears whole or not at all, and never in place of somebody else's files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from verify.report.errors import ReportError
from verify.report.folder import replace_folder


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_report_replaces_an_earlier_one_entirely(tmp_path):
    out = tmp_path / "deep" / "out"
    replace_folder(out, {"index.html": b"1", "claims/old.html": b"old"})
    replace_folder(out, {"index.html": b"2"})
    assert _contents(out) == {"index.html": b"2", "manifest.txt": b"index.html\nmanifest.txt\n"}
    assert os.listdir(out.parent) == ["out"]


def test_an_empty_folder_and_a_link_to_one_are_filled(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert replace_folder(tmp_path / "link", {"index.html": b""}) == tmp_path / "real"
    assert (tmp_path / "link").is_symlink() and (tmp_path / "link" / "index.html").is_file()


@pytest.mark.parametrize("earlier", [False, True])
def test_foreign_files_are_left_alone(tmp_path, earlier):
    if earlier:
        replace_folder(tmp_path / "out", {"index.html": b"1"})
    (tmp_path / "out").mkdir(exist_ok=True)
    (tmp_path / "out" / "thesis.tex").write_text("mine")
    before = _contents(tmp_path / "out")
    with pytest.raises(ReportError, match=r"expected an empty folder or an earlier report, found 'thesis.tex' in "):
        replace_folder(tmp_path / "out", {"index.html": b"2"})
    assert _contents(tmp_path / "out") == before


def test_a_file_in_the_way_is_one_line(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ReportError, match="expected a folder, found a file"):
        replace_folder(tmp_path / "file", {"index.html": b""})
    with pytest.raises(ReportError, match="expected a folder that can be written, found File exists"):
        replace_folder(tmp_path / "file" / "out", {"index.html": b""})


def test_a_full_disk_leaves_the_earlier_report(tmp_path):
    """The operating system refuses the write for real: a limit on file sizes stands in for the end of the disk."""
    out = tmp_path / "out"
    replace_folder(out, {"index.html": b"earlier"})
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from verify.report.folder import replace_folder; from verify.report.errors import ReportError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: replace_folder(Path(sys.argv[1]), {'a.html': b'new', 'index.html': b'x' * 5000})\n"
        "except ReportError as problem: print(problem)\n"
    )
    done = subprocess.run([sys.executable, "-B", "-c", code, str(out)], capture_output=True, text=True, check=True)
    assert "report: expected a folder that can be written, found File too large" in done.stdout
    assert done.stdout.count("\n") == 1
    assert _contents(out)["index.html"] == b"earlier"
    assert os.listdir(tmp_path) == ["out"]


def test_a_failed_exchange_puts_the_earlier_report_back(tmp_path, monkeypatch):
    out = tmp_path / "out"
    replace_folder(out, {"index.html": b"earlier"})
    rename = os.rename

    def refuse(source, target):
        if Path(target).name == "out" and not str(source).endswith("-old"):
            raise PermissionError(13, "Permission denied")
        rename(source, target)

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(ReportError, match="found Permission denied"):
        replace_folder(out, {"index.html": b"new"})
    assert _contents(out)["index.html"] == b"earlier"
    assert os.listdir(tmp_path) == ["out"]
