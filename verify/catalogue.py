"""The claims there are, found by looking at the files of `verify.claims`: none can be forgotten in a list."""

from __future__ import annotations

import difflib
import functools
import hashlib
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import FunctionType, MappingProxyType, ModuleType

import verify.claims
from games.errors import FirstmoverError, shown
from verify.errors import ClaimError
from verify.statement import Claim


@functools.cache
def claims() -> Mapping[str, Claim]:
    """Every claim of the package by id, in the order of ids.

    A module states claims as module-level `Claim` objects, or through a function `claims()` that returns generated
    ones. Raises `ClaimError` for an id that two of them have.
    """
    modules = sorted(module.name for module in pkgutil.walk_packages(verify.claims.__path__, "verify.claims."))
    found: dict[str, Claim] = {}
    for module in modules:
        _gather(importlib.import_module(module), found)
    return MappingProxyType(dict(sorted(found.items())))


def claims_in(path: Path | str) -> Mapping[str, Claim]:
    """The claims of a file outside the package, by id. The file is imported: its code runs.

    Raises `ClaimError` where there is no such file, it does not import, or it states no claim.
    """
    file = Path(path).resolve()
    name = f"firstmover_claims_{hashlib.sha256(str(file).encode()).hexdigest()[:16]}"
    module = sys.modules.get(name)
    if module is None:
        spec = importlib.util.spec_from_file_location(name, file)
        if not file.is_file() or spec is None or spec.loader is None:
            raise ClaimError(f"{path}: expected a Python file that states claims, found none")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # dataclasses and pickles look their module up
        try:
            spec.loader.exec_module(module)
        except FirstmoverError:
            del sys.modules[name]
            raise
        except (Exception, SystemExit) as problem:
            del sys.modules[name]
            raise ClaimError(f"{path}: expected a file that imports, {type(problem).__name__}: {problem}") from problem
    found: dict[str, Claim] = {}
    _gather(module, found)
    if not found:
        raise ClaimError(f"{path}: expected at least one claim, found none")
    return MappingProxyType(found)


def _gather(module: ModuleType, found: dict[str, Claim]) -> None:
    stated = [item for item in vars(module).values() if isinstance(item, Claim)]
    generator = getattr(module, "claims", None)
    if isinstance(generator, FunctionType) and generator.__module__ == module.__name__:
        stated += generator()
    for claim in stated:
        other = found.setdefault(claim.id, claim)
        if other is not claim:
            raise ClaimError(f"claim {claim.id}: expected one statement, found two, in {other.file} and {claim.file}")


def named(names: Sequence[str]) -> list[tuple[str, Claim]]:
    """The claims that ids, folders of ids, papers or files mean, each with its source; all of them for no name.

    "softmax/value-gap" is a claim, "softmax" every claim below that folder, "errl" a paper's claims, "FILE.py" the
    claims of a file and "FILE.py::ID" one of those. A source is the file of claims outside the package, else "".
    Raises `ClaimError` with suggestions for a name that means nothing.
    """
    chosen: dict[str, tuple[str, Claim]] = {}
    if not names:
        return [("", claim) for claim in claims().values()]
    for name in names:
        for source, claim in _meant(name):
            chosen.setdefault(claim.id, (source, claim))
    return list(chosen.values())


def find(source: str, id: str) -> Claim:
    """The claim of that id in the file `source`, or in the package where `source` is ""."""
    known = claims_in(source) if source else claims()
    try:
        return known[id]
    except KeyError:
        raise ClaimError(f"claim: expected one of {_some(known, id)}, found {shown(id)}") from None


def _meant(name: str) -> list[tuple[str, Claim]]:
    path, _, id = name.partition("::")
    if path.endswith(".py"):
        source = str(Path(path).resolve())
        return [(source, claim) for claim in ([find(source, id)] if id else claims_in(source).values())]
    known = claims()
    if name in known:
        return [("", known[name])]
    below = [
        claim for claim in known.values() if claim.id.startswith(f"{name.rstrip('/')}/") or claim.paper == name.strip()
    ]
    if below:
        return [("", claim) for claim in below]
    papers = {claim.paper for claim in known.values()}
    folders = {claim.id.rpartition("/")[0] for claim in known.values()}
    near = _some({*known, *papers, *folders}, name)
    raise ClaimError(f"claim or paper: expected one like {near}; found {shown(name)}")


def _some(names: Iterable[str], wanted: str) -> str:
    """A few names, those nearest to the wanted one first."""
    every = sorted(name for name in names if name)
    close = difflib.get_close_matches(wanted, every, n=3, cutoff=0.4)
    return ", ".join(close or [*every[:5], *(["..."] if len(every) > 5 else [])])
