"""Findings that cost seconds and depend on sources alone, kept beside the compiled kernels.

A finding is kept under a digest of everything it was made from, as a kernel is; whatever changes, it is made anew. A
process may have imported a source before the file was changed: then nothing is read or kept under the digest of what
is there now. Damaged entries and folders that cannot be written cost time, never a result.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from games.kernel import cache_folder
from games.whole_file import replace_file
from verify import provenance

_BEGUN = time.time_ns()

MARGIN = 2 * 10**9
"""Nanoseconds before this module's import in which others may have been imported."""


@functools.cache
def digest_of(*patterns: str) -> str:
    """A hash of the sources that match the patterns below the packages' folder, and of the libraries' versions."""
    state = hashlib.sha256(json.dumps(provenance.versions(), sort_keys=True).encode())
    for file in sorted(_matching(patterns)):
        state.update(file.relative_to(provenance.ROOT).as_posix().encode() + b"\0")
        state.update(hashlib.sha256(file.read_bytes()).digest())
    return state.hexdigest()


def are_settled(*patterns: str) -> bool:
    """Whether what this process imports are the sources that match: none was changed since shortly before it began."""
    try:
        found = [file.stat() for file in _matching(patterns)]
    except OSError:
        return False
    return all(max(stat.st_mtime_ns, stat.st_ctime_ns) < _BEGUN - MARGIN for stat in found)


def _matching(patterns: Iterable[str]) -> set[Path]:
    return {file for pattern in patterns for file in provenance.ROOT.glob(pattern)}


def remembered(
    kind: str, made_from: Iterable[Any], compute: Callable[[], Any], *, sources: tuple[str, ...] = ()
) -> Any:
    """What `compute` returns, JSON data, or returned before for the same `made_from`, which JSON can write too.

    `sources` are patterns of the files that it is made by.
    """
    if not are_settled(*sources):
        return compute()
    key = hashlib.sha256(json.dumps([kind, digest_of(*sources), *made_from], sort_keys=True).encode()).hexdigest()
    file = _place(kind, key)
    if file is not None:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(file.read_bytes())
            if kept["key"] == key and kept["sha256"] == _sha256(kept["finding"]):
                return kept["finding"]
    finding = compute()
    if file is not None and are_settled(*sources):  # modules may have been imported while it was computed
        _keep(file, {"key": key, "sha256": _sha256(finding), "finding": finding})
    return finding


def _sha256(finding: Any) -> str:
    return hashlib.sha256(json.dumps(finding, sort_keys=True).encode()).hexdigest()


def _place(kind: str, key: str) -> Path | None:
    try:
        return cache_folder() / kind / f"{key[:24]}.json"
    except (OSError, RuntimeError):  # RuntimeError: no home directory
        return None


def _keep(file: Path, entry: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, json.dumps(entry).encode())
