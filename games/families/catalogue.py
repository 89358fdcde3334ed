"""The families there are, found by looking at the files of this package: none can be forgotten in a list."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import games.families
from games.errors import GameError, shown
from games.families.base import Family

SHARED = frozenset(
    {
        "base",
        "bimatrix",
        "catalogue",
        "choice",
        "iteration",
        "lq",
        "lq_gains",
        "lq_points",
        "lq_source",
        "markov",
        "sources",
    }
)
"""Files of the package that hold what families share; every other file is a family."""


def family_names() -> tuple[str, ...]:
    """The names of all families, without loading one."""
    found = {module.name for module in pkgutil.iter_modules(games.families.__path__)}
    return tuple(sorted(found - SHARED))


def family(name: str) -> Family:
    """The family of that name with its default parameters. Raises `GameError` with suggestions for an unknown name."""
    names = family_names()
    if name not in names:
        close = difflib.get_close_matches(str(name), names) or names
        raise GameError(f"family: expected one of {', '.join(close)}, found {shown(name)}")
    return importlib.import_module(f"games.families.{name}").FAMILY


@cache
def all_families() -> Mapping[str, Family]:
    """Every family with its default parameters, by name."""
    return MappingProxyType({name: family(name) for name in family_names()})
