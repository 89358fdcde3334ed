"""The file a claim is written in, read only when its digest is the recorded one and the user asked for it."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from games.core import Game
from verify.exact.errors import CertificateError
from verify.terms import Relation

ROOT = Path(__file__).resolve().parents[2]
"""Where the packages lie: claims that come with firstmover are named relative to it."""


def sha256(file: Path) -> str:
    """The digest of a file's bytes, in hexadecimal."""
    try:
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()
    except OSError as problem:
        raise CertificateError(f"{file}: expected a readable file, {problem.strerror or problem}") from None


def place(file: Path) -> str:
    """How certificates name a claim's file: relative to the packages where it belongs to them, else its bare name."""
    file = Path(file).resolve()
    return file.relative_to(ROOT).as_posix() if file.is_relative_to(ROOT) else file.name


def find(name: str, digest: str, folders: Sequence[Path]) -> Path:
    """The file of that name and digest under the packages or one of `folders`.

    Raises `CertificateError` where there is none, none has that digest, or the name leads outside.
    """
    relative = Path(name)
    if not name or relative.is_absolute() or ".." in relative.parts:
        raise CertificateError(f"file: expected a relative name of the claim's file, found {name!r}")
    candidates = [folder / relative for folder in (ROOT, *folders) if (folder / relative).is_file()]
    if not candidates:
        raise CertificateError(f"file: expected {name}, found no such file")
    for candidate in candidates:
        if sha256(candidate) == digest:
            return candidate
    raise CertificateError(f"file: expected {name} with sha256 {digest[:12]}..., found {sha256(candidates[0])[:12]}...")


@dataclasses.dataclass(frozen=True, slots=True)
class Author:
    """A claim as its file states it, one of its mutants ("ID (mutant: NAME)"), or the claim without a hypothesis."""

    claim: Any
    mutant: Any = None
    dropped: str | None = None

    @classmethod
    def read(cls, claim: str, file: Path) -> Author:
        """Import `file`, which runs its code, and take the claim of that id from it."""
        spec = importlib.util.spec_from_file_location(f"_firstmover_claim_{sha256(file)[:16]}", file)
        if spec is None or spec.loader is None:
            raise CertificateError(f"{file}: expected a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # dataclasses and pickles of the file look themselves up here
        try:
            spec.loader.exec_module(module)
            generated = module.claims() if callable(getattr(module, "claims", None)) else ()
        except Exception as problem:
            raise CertificateError(f"{file}: expected a file that can be imported, {_shown(problem)}") from problem
        finally:
            del sys.modules[spec.name]
        for item in (*vars(module).values(), *generated):
            for title, author in cls._variants(item):
                if title == claim:
                    return author
        raise CertificateError(f"{file}: expected the claim {claim}, found none of that id")

    @classmethod
    def _variants(cls, item: Any) -> Iterator[tuple[str, Author]]:
        id = getattr(item, "id", None)
        if not isinstance(id, str):
            return
        yield id, cls(item)
        for mutant in getattr(item, "mutants", ()):
            yield f"{id} (mutant: {mutant.name})", cls(item, mutant=mutant)
        for hypothesis in getattr(item, "hypotheses", ()):
            yield f"{id} (without: {hypothesis.name})", cls(item, dropped=hypothesis.name)

    @property
    def relation(self) -> Relation | None:
        """The relation stated, None where the body does not build one: no certificate states such a claim."""
        try:
            return (self.mutant or self.claim).relation
        except Exception:  # the author's code may raise anything when shown the placeholder for a game
            return None

    @property
    def game(self) -> Game | None:
        """The one game the claim speaks of, exactly; None where it speaks of every game of some families."""
        if self.dropped is not None or getattr(self.claim, "families", ("any",)):
            return None
        try:
            return self.claim.witness().exact()
        except Exception as problem:
            raise CertificateError(f"witness: expected a game, {_shown(problem)}") from problem

    @property
    def hypotheses(self) -> tuple[str, ...]:
        """The names of the hypotheses."""
        return tuple(item.name for item in getattr(self.claim, "hypotheses", ()) if item.name != self.dropped)

    def hypothesis(self, name: str) -> Any:
        """The hypothesis of that name, None where there is none of it."""
        known = (item for item in getattr(self.claim, "hypotheses", ()) if item.name != self.dropped)
        return next((item for item in known if item.name == name), None)

    def meets(self, name: str, game: Game) -> bool:
        """Whether the author's predicate holds for the exact game; `CertificateError` unless it says True or False."""
        hypothesis = self.hypothesis(name)
        if hypothesis is None:
            raise CertificateError(f"hypothesis {name!r}: expected one of the claim's, found none of that name")
        try:
            answer = hypothesis.body(game)
        except Exception as problem:
            raise CertificateError(f"hypothesis {name!r}: expected True or False, {_shown(problem)}") from problem
        if type(answer) is not bool:
            raise CertificateError(f"hypothesis {name!r}: expected True or False, found {type(answer).__name__}")
        return answer


def _shown(problem: BaseException) -> str:
    return f"found {type(problem).__name__}: {' '.join(str(problem).split())}"
