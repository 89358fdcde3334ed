"""All derivations, found by looking: every module of a folder beside this file that states a TOPIC.

Nothing registers itself, so that nothing can be forgotten: a module with a TOPIC is in the catalogue.
"""

from __future__ import annotations

import ast
import functools
import importlib
from pathlib import Path

from proofs.engine.derivation import Derivation
from proofs.engine.errors import DerivationError

_HERE = Path(__file__).parent
_NOT_SUBJECTS = {"engine"}


@functools.cache
def modules() -> dict[str, str]:
    """Topic to module name, in order of topics. Reads the sources: no derivation is imported.

    Raises `DerivationError` where two modules state one topic.
    """
    found: dict[str, str] = {}
    for path in sorted(_HERE.glob("*/*.py")):
        if path.parent.name in _NOT_SUBJECTS or path.name == "__init__.py":
            continue
        topic = _topic(path)
        if topic is None:
            continue
        name = f"{__package__}.{path.parent.name}.{path.stem}"
        if topic in found:
            raise DerivationError(f"expected one module a topic, found {topic} in {found[topic]} and {name}")
        found[topic] = name
    return dict(sorted(found.items()))


def _topic(path: Path) -> str | None:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "TOPIC" for t in node.targets):
            return ast.literal_eval(node.value)
    return None


def topics() -> tuple[str, ...]:
    """The topics there is a derivation of, such as "softmax/value-gap"."""
    return tuple(modules())


def resolve(name: str) -> str:
    """The topic of that name, or the only one whose last part it is: "hjbi" for "riccati/hjbi".

    Raises `DerivationError` for a name that is neither, and for one that ends several topics.
    """
    if name in modules():
        return name
    found = [topic for topic in topics() if topic.rpartition("/")[2] == name]
    if len(found) > 1:
        raise DerivationError(f"expected one topic, found that {name!r} may be {' or '.join(found)}")
    if not found:
        raise DerivationError(f"expected one of {', '.join(topics())}, found {name!r}")
    return found[0]


@functools.cache
def derive(topic: str) -> Derivation:
    """The derivation of a topic, every step confirmed by its rule.

    Raises `DerivationError` for an unknown topic, and where a step does not follow.
    """
    if topic not in modules():
        raise DerivationError(f"expected one of {', '.join(topics())}, found {topic!r}")
    derivation = importlib.import_module(modules()[topic]).derivation()
    if derivation.topic != topic:
        raise DerivationError(f"expected {modules()[topic]} to derive {topic!r}, found {derivation.topic!r}")
    return derivation
