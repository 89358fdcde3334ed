"""The words that claims and matrix derivations share: numbers of a game as expressions over its matrices."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping

import sympy
from sympy.tensor.indexed import IndexedBase

from proofs.engine.errors import DerivationError
from proofs.engine.free_algebra import substitute
from proofs.engine.free_algebra_binders import free_generators
from proofs.engine.free_algebra_expressions import (
    Expression,
    Generator,
)
from proofs.engine.terms import Scalar
from proofs.engine.vocabulary import Vocabulary


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MatrixVocabulary(Vocabulary):
    """What the concepts of claims are over generators, and what those generators mean.

    words     concept name -> 1 x 1 expression
    meanings  generators that are defined, each by primitive ones and those before it
    given     matrices that are invertible in every game of the kind: no hypotheses

    Raises `DerivationError` for a word that is no scalar, and for a meaning that speaks of a later generator or itself.
    """

    words: Mapping[str, Expression] = dataclasses.field(default_factory=dict)
    meanings: Mapping[Expression, Expression] = dataclasses.field(default_factory=dict)
    given: tuple[Expression, ...] = ()
    symbols: Mapping[str, Scalar] = dataclasses.field(default_factory=dict)
    vectors: Mapping[str, IndexedBase] = dataclasses.field(default_factory=dict)
    definitions: Mapping[str, sympy.Expr] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, word in self.words.items():
            if not word.is_scalar:
                raise DerivationError(f"word {name}: expected a scalar, found shape {word.rows} x {word.cols}")
        open_ones = set(self.meanings)
        for generator, meaning in self.meanings.items():
            if not isinstance(generator, Generator):
                raise DerivationError(f"vocabulary: expected a generator to define, found {generator}")
            substitute(generator, {generator: meaning})  # its shape and symmetry
            early = free_generators(meaning) & open_ones
            if early:
                raise DerivationError(
                    f"vocabulary: expected {generator} over earlier generators, found {min(map(str, early))}"
                )
            open_ones.discard(generator)

    def extended(
        self,
        words: Mapping[str, Expression] | None = None,
        meanings: Mapping[Expression, Expression] | None = None,
        given: Iterable[Expression] = (),
    ) -> MatrixVocabulary:
        """With further words, meanings that may build on these, and invertible matrices.

        Raises `DerivationError` where a word or generator has a meaning already.
        """
        for name in (words or {}).keys() & self.words.keys():
            raise DerivationError(f"vocabulary: expected a new word, found {name} again")
        for generator in (meanings or {}).keys() & self.meanings.keys():
            raise DerivationError(f"vocabulary: expected a new generator, found {generator} again")
        return dataclasses.replace(
            self,
            words={**self.words, **(words or {})},
            meanings={**self.meanings, **(meanings or {})},
            given=(*self.given, *given),
        )

    def needed(self, *expressions: Expression) -> tuple[Generator, ...]:
        """The defined generators that the expressions rest on, directly or through others, in order of definition."""
        wanted = set(self.behind(expressions))
        return tuple(g for g in self.meanings if isinstance(g, Generator) and g in wanted)

    def behind(self, expressions: Iterable[Expression]) -> Iterator[Generator]:
        """Every generator that the expressions speak of, themselves or through meanings, each once."""
        seen: set[Generator] = set()
        stack = list(expressions)
        while stack:
            for generator in free_generators(stack.pop()) - seen:
                seen.add(generator)
                yield generator
                if generator in self.meanings:
                    stack.append(self.meanings[generator])
