"""Calls of pandoc, which the report extra brings along (pypandoc_binary) and some machines have anyway."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path

from verify.report.errors import ReportError

SECONDS = 300
"""A call that takes longer is given up: a report of two thousand formulas takes about two seconds."""


def find() -> str:
    """The pandoc of the report extra, else the one on the path. Raises `ReportError` where there is neither."""
    spec = importlib.util.find_spec("pypandoc")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "files" / "pandoc"
        for candidate in (bundled, bundled.with_suffix(".exe")):
            if candidate.is_file():
                return str(candidate)
    found = shutil.which("pandoc")
    if found is None:
        raise ReportError("report: expected pandoc, found none: install firstmover[report]")
    return found


def convert(text: str, *arguments: str) -> bytes:
    """What pandoc makes of `text`. Raises `ReportError` with pandoc's own first line where it fails."""
    command = [find(), "--sandbox", *arguments]
    try:
        done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise ReportError(f"pandoc: expected an answer within {SECONDS} seconds, found none") from None
    except OSError as problem:
        raise ReportError(f"pandoc: expected a program that runs, found {problem.strerror}: {command[0]}") from None
    if done.returncode:
        line = next(iter(done.stderr.decode(errors="replace").splitlines()), "no message")
        raise ReportError(f"pandoc: expected a document, found exit code {done.returncode}: {line}")
    return done.stdout
