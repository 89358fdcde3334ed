"""Is this installation what it should be? Each check looks at one thing and says what it found.

The four packages have plain names that another distribution could own as well; then Python would import whichever comes
first on its path, and a verification would speak of somebody else's code. So the names are looked up here, and by the
root conftest before any test.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib.metadata
import importlib.util
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from verify import provenance
from verify.threads import VARIABLES

DISTRIBUTION = "firstmover"

State = Literal["ok", "warning", "wrong"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line: what was looked at, how it stands, what was found."""

    name: str
    state: State
    text: str


@functools.cache
def _distributions() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()  # reads the records of everything installed


def owners(package: str) -> list[str]:
    """The distributions that say they install a top-level package of this name."""
    return sorted(set(_distributions().get(package, ())))


def location(package: str) -> Path | None:
    """The folder Python would import the package from; None where it would not find one."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))).resolve()


def package_problems() -> list[str]:
    """What is wrong with the names of the four packages, a line each: nothing, in a sound installation."""
    problems = []
    for package in provenance.PACKAGES:
        others = [owner for owner in owners(package) if owner != DISTRIBUTION]
        if others:
            problems.append(f"package {package}: expected {DISTRIBUTION} alone to own it, found {', '.join(others)}")
        folder = location(package)
        if folder is None:
            problems.append(f"package {package}: expected it beside {provenance.ROOT}, found none")
        elif folder.parent != provenance.ROOT:
            problems.append(f"package {package}: expected it in {provenance.ROOT}, found it in {folder.parent}")
    return problems


def examine() -> list[Finding]:
    """Every check, in the order people read."""
    return [_python(), _packages(), *_libraries(), _cores(), _threads(), _cache(), _store(), _pandoc()]


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    fits = (3, 11) <= sys.version_info[:2] < (3, 14)
    return Finding(
        name="python", state="ok" if fits else "wrong", text=found if fits else f"3.11 to 3.13, found {found}"
    )


def _packages() -> Finding:
    problems = package_problems()
    if problems:
        return Finding(name="packages", state="wrong", text="; ".join(problems))
    names = ", ".join(provenance.PACKAGES)
    return Finding(name="packages", state="ok", text=f"{names} are {DISTRIBUTION}'s, in {provenance.ROOT}")


def _libraries() -> list[Finding]:
    """The versions of the libraries results depend on."""
    found = provenance.versions()
    missing = [name for name in provenance.LIBRARIES if name not in found]
    text = ", ".join(f"{name} {version}" for name, version in found.items() if name != "python")
    if missing:
        return [Finding(name="libraries", state="wrong", text=f"expected {', '.join(missing)}, found {text}")]
    return [Finding(name="libraries", state="ok", text=text)]


def _cores() -> Finding:
    return Finding(name="cores", state="ok", text=str(provenance.cores()))


def _threads() -> Finding:
    """Whether numerical libraries will start threads of their own beside the runner's workers."""
    loose = [name for name in VARIABLES if os.environ.get(name) != "1"]
    if loose:
        return Finding(
            name="threads", state="warning", text=f"expected 1 in {', '.join(loose)}; the runner pins them itself"
        )
    return Finding(name="threads", state="ok", text="numerical libraries are pinned to one thread")


def _cache() -> Finding:
    from games.kernel import cache_folder

    return _writable("kernel cache", cache_folder(), "kernels will be compiled in every process")


def _store() -> Finding:
    from verify.store import default_path

    return _writable("store", default_path().parent, "results cannot be kept; choose a place with --store")


def _writable(name: str, folder: Path, otherwise: str) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as problem:
        text = f"expected a writable folder {folder}, {problem.strerror}: {otherwise}"
        return Finding(name=name, state="warning", text=text)
    return Finding(name=name, state="ok", text=str(folder))


def _pandoc() -> Finding:
    from verify.report.errors import ReportError
    from verify.report.pandoc import find

    try:
        return Finding(name="pandoc", state="ok", text=find())
    except ReportError as problem:
        return Finding(name="pandoc", state="warning", text=str(problem))
