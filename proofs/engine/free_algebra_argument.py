"""Writing a derivation about matrices down, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from proofs.engine.argument import Argument
from proofs.engine.errors import DerivationError
from proofs.engine.free_algebra import substitute
from proofs.engine.free_algebra_derivation import FreeAlgebra, GeneratorDefinition, MatrixDerivation, Section, equation
from proofs.engine.free_algebra_expressions import (
    Expression,
)
from proofs.engine.free_algebra_identity import Side
from proofs.engine.free_algebra_rules import Assume, Combine, Particular, TakeExpectation, expected, sides_of
from proofs.engine.free_algebra_vocabulary import MatrixVocabulary
from proofs.engine.step import Step


class MatrixArgument(Argument):
    """A matrix derivation being written: each method adds a step, which its rule has confirmed, and returns it.

    Steps used may be given as generators of the vocabulary: their definitions, written once.
    """

    def __init__(self, *, topic: str, title: str, vocabulary: MatrixVocabulary) -> None:
        super().__init__(topic=topic, title=title, vocabulary=vocabulary)
        self._words = vocabulary
        self._sections: list[Section] = []
        self._defined: dict[Expression, Step] = {}

    def meaning(self, generator: Expression, meaning: Expression | None = None, reason: str = "") -> Step:
        """The vocabulary's definition of a generator; with a meaning, a local one."""
        if generator not in self._defined:
            if meaning is None and generator not in self._words.meanings:
                raise DerivationError(f"{self._topic}: expected a generator that the vocabulary defines: {generator}")
            relation = equation(generator, self._words.meanings[generator] if meaning is None else meaning)
            self._defined[generator] = self.step(relation, GeneratorDefinition(), reason=reason)
        return self._defined[generator]

    def suppose(self, name: str, lhs: Expression, rhs: Expression, reason: str = "") -> Step:
        """A hypothesis lhs = rhs of that name."""
        return self.step(equation(lhs, rhs), Assume(name), reason=reason or name)

    def identity(self, lhs: Side, rhs: Side, *uses: Step | Expression, reason: str = "") -> Step:
        """lhs = rhs by normal form, definitions put in, rewritten by the other steps used."""
        return self.step(equation(lhs, rhs), FreeAlgebra(), *self._steps_of(uses), reason=reason)

    def combine(
        self,
        lhs: Expression,
        rhs: Expression,
        *uses: Step | Expression,
        coefficients: tuple[Fraction | int | Expression, ...] = (),
        reason: str = "",
    ) -> Step:
        """lhs = rhs as a linear combination of the equations used, definitions put in."""
        return self.step(equation(lhs, rhs), Combine(coefficients), *self._steps_of(uses), reason=reason)

    def average(
        self, step: Step, variable: Expression, mean: Expression, covariance: Expression, reason: str = ""
    ) -> Step:
        """The expectation of an equation that holds for every value of the variable."""
        return self.step(expected(step.relation, variable, mean, covariance), TakeExpectation(), step, reason=reason)

    def particular(self, step: Step, values: Mapping[Expression, Expression], reason: str = "") -> Step:
        """An equation that holds for all values of the generators, at these."""
        lhs, rhs = (substitute(side, values) for side in sides_of(step.relation))
        return self.step(equation(lhs, rhs), Particular(tuple(values.items())), step, reason=reason)

    def conclude(self, name: str, step: Step) -> Step:
        """Name a step as a conclusion. Raises `DerivationError` where the name is taken."""
        if name in self._conclusions:
            raise DerivationError(f"{self._topic}: expected a new name for a conclusion, found {name!r} again")
        return super().conclude(name, step)

    def section(self, title: str, text: str = "") -> None:
        """A heading before the next step, and what the reader is to know there."""
        self._sections.append(Section(first=len(self._steps) + 1, title=title, text=" ".join(text.split())))

    def derivation(self, final: Iterable[str] = ()) -> MatrixDerivation:
        """What was written; `final` are the conclusions that it is for, where not all are.

        Raises `DerivationError` for a final conclusion that was not drawn.
        """
        names = tuple(final)
        for name in names:
            if name not in self._conclusions:
                raise DerivationError(f"{self._topic}: expected a conclusion {name!r}, found none of that name")
        return MatrixDerivation(
            topic=self._topic,
            title=self._title,
            vocabulary=self._words,
            steps=tuple(self._steps),
            conclusions=dict(self._conclusions),
            sections=tuple(self._sections),
            final=names,
        )

    def _steps_of(self, uses: tuple[Step | Expression, ...]) -> list[Step]:
        return [use if isinstance(use, Step) else self.meaning(use) for use in uses]
