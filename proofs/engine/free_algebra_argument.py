"""Writing a derivation about matrices down, step by step."""

from __future__ import annotations

from fractions import Fraction

from proofs.engine.argument import Argument
from proofs.engine.errors import DerivationError
from proofs.engine.free_algebra_derivation import FreeAlgebra, GeneratorDefinition, MatrixDerivation, equation
from proofs.engine.free_algebra_expressions import Expression
from proofs.engine.free_algebra_identity import Side
from proofs.engine.free_algebra_rules import Assume, Combine, TakeExpectation, expected
from proofs.engine.free_algebra_vocabulary import MatrixVocabulary
from proofs.engine.step import Step


class MatrixArgument(Argument):
    """A matrix derivation being written: each method adds a step, which its rule has confirmed, and returns it.

    Steps used may be given as generators of the vocabulary: their definitions, written once.
    """

    def __init__(self, *, topic: str, title: str, vocabulary: MatrixVocabulary) -> None:
        super().__init__(topic=topic, title=title, vocabulary=vocabulary)
        self._words = vocabulary
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

    def derivation(self) -> MatrixDerivation:
        return MatrixDerivation(
            topic=self._topic,
            title=self._title,
            vocabulary=self._words,
            steps=tuple(self._steps),
            conclusions=dict(self._conclusions),
        )

    def _steps_of(self, uses: tuple[Step | Expression, ...]) -> list[Step]:
        return [use if isinstance(use, Step) else self.meaning(use) for use in uses]
