"""A folder of files that appears whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

from verify.report.errors import ReportError

MANIFEST = "manifest.txt"
"""Lists the files of a report, itself included: what stands in the folder beside them is somebody else's."""


def replace_folder(out_dir: Path, files: Mapping[str, bytes]) -> Path:
    """Make `out_dir` hold exactly `files` (relative path: content) and a manifest; returns its path.

    The files are written to a folder beside it, which then takes its place, so that a crash or a full disk leaves the
    earlier report untouched. Raises `ReportError` where `out_dir` holds anything that no earlier report put there, and
    where the files cannot be written.
    """
    try:
        target = out_dir.resolve()
        check_ours(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}-{uuid.uuid4().hex}")
        fresh.mkdir()
    except OSError as problem:
        raise _refused(out_dir, problem) from None
    old = fresh.with_name(fresh.name + "-old")
    try:
        for name, content in {**files, MANIFEST: _manifest(files)}.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if target.exists():
            os.rename(target, old)
        try:
            os.rename(fresh, target)
        except BaseException:
            if old.exists():
                os.rename(old, target)
            raise
    except OSError as problem:
        raise _refused(out_dir, problem) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
    return target


def _manifest(files: Mapping[str, bytes]) -> bytes:
    return "".join(f"{name}\n" for name in sorted([*files, MANIFEST])).encode()


def check_ours(out_dir: Path) -> None:
    """Raise `ReportError` where `out_dir` is a file, or holds anything that no earlier report put there."""
    target = out_dir.resolve()
    if not target.exists():
        return
    if not target.is_dir():
        raise ReportError(f"report: expected a folder, found a file: {target}")
    known: set[str] = set()
    with contextlib.suppress(FileNotFoundError):
        known = set((target / MANIFEST).read_text(errors="replace").splitlines())
    for path in sorted(target.rglob("*")):
        name = path.relative_to(target).as_posix()
        if not path.is_dir() and name not in known:
            raise ReportError(f"report: expected an empty folder or an earlier report, found {name!r} in {target}")


def _refused(out_dir: Path, problem: OSError) -> ReportError:
    return ReportError(f"report: expected a folder that can be written, found {problem.strerror or problem}: {out_dir}")
