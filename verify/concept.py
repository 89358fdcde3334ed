"""The public vocabulary: concepts that have a floating-point, an exact and a symbolic counterpart.

A claim whose body uses only concepts and arithmetic can be printed, sampled in batches, confirmed exactly, certified
and compared with a derivation. The three counterparts are written apart: `numeric` lives in solvers/, `exact` in
verify/exact/ (no solver; it replays the proof that `prove` found, or computes the value itself), `symbol` names an
expression over the symbols of proofs/.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable
from typing import Any

from verify.terms import Placeholder, Term


def resolve(reference: str) -> Callable[..., Any]:
    """The object that "package.module:name" refers to, imported now and not before."""
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One number defined by a game.

    numeric : "module:function", (float game, batched) -> (values, radii), two arrays of the batch shape; the true value
              lies within the radius of the computed one, rounding included.
    exact   : "module:function" in verify.exact, (exact game, fact, bits) -> Fraction or flint arb; raises
              CertificateError where the fact's proof does not hold.
    prove   : "module:function", (exact game) -> fact, a JSON object with the concept's name, value and proof; empty
              where the checker needs no help, the fact then being {"concept": name}.
    symbol  : the expression over names of proofs' vocabulary that this concept stands for; the concept's own name
              unless given.
    """

    name: str
    latex: str
    text: str  # what it is, for people
    game: str  # the kind of game it is defined on, as in Game.kind
    numeric: str
    exact: str
    prove: str = ""
    symbol: str = ""

    def __call__(self, game: Any) -> Any:
        """A term for the placeholder; values without radii for a float game; the exact value for an exact twin."""
        if isinstance(game, Placeholder):
            return Term("concept", name=self.name)
        if game.is_exact:
            return self.certify(game)[0]
        return resolve(self.numeric)(game)[0]

    def certify(self, game: Any, *, bits: int = 128) -> tuple[Any, dict[str, Any]]:
        """The checked exact value (Fraction or arb) of an exact game, and the fact that lets anyone check it again."""
        fact = resolve(self.prove)(game) if self.prove else {"concept": self.name}
        return resolve(self.exact)(game, fact, bits), fact
