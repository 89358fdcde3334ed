"""The concepts claims may speak of, one file a kind of game."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from typing import Any

from verify.concept import Concept, resolve
from verify.errors import ClaimError


@functools.cache
def concepts() -> dict[str, Concept]:
    """Every concept by name, found by scanning the package."""
    found: dict[str, Concept] = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        for item in vars(importlib.import_module(module.name)).values():
            if isinstance(item, Concept) and found.setdefault(item.name, item) is not item:
                raise ClaimError(f"concept {item.name}: expected one definition, found a second in {module.name}")
    return found


def concept(name: str) -> Concept:
    """The concept of that name; `ClaimError` names the known ones otherwise."""
    try:
        return concepts()[name]
    except KeyError:
        raise ClaimError(f"expected a concept among {', '.join(sorted(concepts()))}; found {name!r}") from None


def value(game: Any, name: str) -> Any:
    """The value of the named concept, for instance `value(game, "sse")`."""
    return concept(name)(game)


def prove(name: str, game: Any) -> dict[str, Any]:
    """The fact a prover offers for the named concept of an exact game, unchecked: the `prove` of verify.exact."""
    known = concept(name)
    return resolve(known.prove)(game) if known.prove else {"concept": name}
