"""What a result was made with: versions, commit, and a digest of the code itself."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

PACKAGES = ("games", "solvers", "proofs", "verify")
LIBRARIES = ("numpy", "scipy", "numba", "sympy", "python-flint", "highspy", "cvxpy", "clarabel")

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds the four packages: a checkout, or site-packages."""


@functools.cache
def versions() -> dict[str, str]:
    """Versions of firstmover, Python and the libraries numbers depend on; those not installed are left out."""
    found = {"python": platform.python_version()}
    for name in ("firstmover", *LIBRARIES):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


@functools.cache
def commit() -> str:
    """The checkout's commit, with "+" where files differ from it; "" outside a checkout or without git."""
    if not (ROOT / ".git").exists():
        return ""
    try:
        head, changes = (
            subprocess.run(["git", "-C", str(ROOT), *command], capture_output=True, text=True, timeout=10, check=True)
            for command in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return head.stdout.strip() + ("+" if changes.stdout.strip() else "")


@functools.cache
def code_digest() -> str:
    """A hash of every Python file of the four packages: equal digests, equal code."""
    state = hashlib.sha256()
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            state.update(file.relative_to(ROOT).as_posix().encode() + b"\0")
            state.update(hashlib.sha256(file.read_bytes()).digest())
    return state.hexdigest()


def cores() -> int:
    """Processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS or Windows
        return os.cpu_count() or 1


def machine() -> dict[str, Any]:
    return {
        "cores": cores(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }
