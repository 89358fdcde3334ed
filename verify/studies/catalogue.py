"""The studies there are, found by looking at the files of this package that define one."""

from __future__ import annotations

import difflib
import importlib
import pkgutil

import verify.studies
from games.errors import shown
from verify.errors import ClaimError
from verify.studies.study import Portrait, Study

SHARED = frozenset({"study", "figures", "catalogue", "run"})
"""Files of the package that hold what studies share; every other file is a study."""


def studies() -> tuple[str, ...]:
    """The names of all studies, without loading one."""
    found = {module.name for module in pkgutil.iter_modules(verify.studies.__path__)} - SHARED
    return tuple(sorted(name.replace("_", "-") for name in found))


def study(name: str) -> Study | Portrait:
    """The study of that name. Raises `ClaimError` with suggestions for an unknown one."""
    names = studies()
    if name not in names:
        close = difflib.get_close_matches(str(name), names) or names
        raise ClaimError(f"study: expected one of {', '.join(close)}, found {shown(name)}")
    return importlib.import_module(f"verify.studies.{name.replace('-', '_')}").STUDY
