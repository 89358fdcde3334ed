"""Expectations of polynomials of degree at most 2 in a random vector, from its mean and covariance alone.

Written v = mean + xi, a polynomial in v is one in the deviation xi: E xi = 0, E xi xi' = S. What is constant in xi
stays, what is linear in it vanishes, and its pairs are contracted,

    E xi' X xi = tr(X S),    E (a' xi)(b' xi) = a' S b,    E (a' xi) X xi = X S a,    E X xi xi' Y = X S Y.

This holds for every law with these moments, and for no other reason: higher degrees are refused.
"""

from __future__ import annotations

import dataclasses

import flint

from proofs.engine.errors import DerivationError
from proofs.engine.free_algebra_expressions import (
    Expression,
    Generator,
    Inverse,
    LogDet,
    walk,
)
from proofs.engine.free_algebra_words import ONE, TRACE, Alphabet, Monomial, Polynomial, Word, combine


@dataclasses.dataclass(frozen=True, slots=True)
class Deviation(Generator):
    """A random vector less its mean: a letter that no one else can write, since generators of others are not equal."""

    def __str__(self) -> str:
        return self.name


def check_polynomial(argument: Expression, deviation: Deviation) -> None:
    """Raise `DerivationError` where the deviation stands inside an inverse or a logarithm, even one that cancels."""
    for part in walk(argument):
        if isinstance(part, Inverse | LogDet) and any(inner == deviation for inner in walk(part)):
            raise DerivationError(f"expectation: expected a polynomial in the random vector, found {part} in it")


def contracted(alphabet: Alphabet, polynomial: Polynomial, deviation: Deviation, covariance: Polynomial) -> Polynomial:
    """The expectation of the polynomial over the deviation, whose mean is zero.

    Raises `DerivationError` for a degree above 2.
    """
    letter = alphabet.letter(deviation)
    own = {letter, alphabet.mirror[letter]}
    parts: list[tuple[flint.fmpq, Polynomial]] = []
    for monomial, coefficient in polynomial.terms.items():
        letters = [entry for word in (*monomial[0], monomial[1]) for entry in word]
        degree = sum(entry in own for entry in letters)
        if degree > 2:
            raise DerivationError(f"expectation: expected degree at most 2 in {deviation}, found {degree}")
        if degree == 0:
            parts.append((coefficient, Polynomial(polynomial.rows, polynomial.cols, {monomial: ONE})))
        elif degree == 2:
            parts.append((coefficient, _Contraction(alphabet, letter, covariance).of(monomial, polynomial)))
    return combine(polynomial.rows, polynomial.cols, parts)


@dataclasses.dataclass(frozen=True, slots=True)
class _Contraction:
    """The pair of deviations in a monomial exchanged for the covariance."""

    alphabet: Alphabet
    letter: int
    covariance: Polynomial

    def of(self, monomial: Monomial, shape: Polynomial) -> Polynomial:
        scalars, core = monomial
        holding = [word for word in scalars if self._count(word)]
        rest = self._scalars([word for word in scalars if not self._count(word)])
        if any(word[0] == TRACE for word in holding):
            raise DerivationError("expectation: expected no random vector under a trace, found one")
        inside = self._count(core)
        if inside == 2:  # P xi xi' R: what lies between would have been a scalar
            i = next(i for i, entry in enumerate(core) if self._is_own(entry))
            if core[i : i + 2] != (self.letter, self._mirror):
                raise DerivationError("expectation: expected xi xi' in a matrix, found another pair")
            middle = self.covariance
            result = self._between(core[:i], middle, core[i + 2 :])
        elif inside == 1:
            row = self._row(holding[0])  # (a' xi) as a'
            i = next(i for i, entry in enumerate(core) if self._is_own(entry))
            middle = self.alphabet.multiply(row, self.covariance)  # a' S
            if core[i] == self.letter:
                middle = self.alphabet.transpose(middle)
            result = self._between(core[:i], middle, core[i + 1 :])
        else:
            value = self._scalar_pair(holding)
            matrix = self._word(core, shape.rows, shape.cols)
            result = self.alphabet.multiply(value, matrix)
        return self.alphabet.multiply(rest, result)

    def _scalar_pair(self, holding: list[Word]) -> Polynomial:
        if len(holding) == 2:
            left, right = (self._row(word) for word in holding)
            return self.alphabet.multiply(self.alphabet.multiply(left, self.covariance), self.alphabet.transpose(right))
        (word,) = holding  # xi' X xi
        if word[0] != self._mirror or word[-1] != self.letter or len(word) < 2:
            raise DerivationError("expectation: expected xi' X xi, found another pair")
        inner = self._word(word[1:-1], self._size, self._size)
        return self.alphabet.trace(self.alphabet.multiply(inner, self.covariance))

    def _row(self, word: Word) -> Polynomial:
        """a' of a scalar a' xi, however it is spelled."""
        if word[-1] != self.letter:
            word = self.alphabet.transposed(word)
        if word[-1] != self.letter:
            raise DerivationError("expectation: expected a' xi, found xi elsewhere")
        return self._word(word[:-1], "1", self._size)

    def _between(self, left: Word, middle: Polynomial, right: Word) -> Polynomial:
        alphabet = self.alphabet
        result = middle
        if left:
            result = alphabet.multiply(self._word(left, alphabet.rows[left[0]], alphabet.cols[left[-1]]), result)
        if right:
            result = alphabet.multiply(result, self._word(right, alphabet.rows[right[0]], alphabet.cols[right[-1]]))
        return result

    def _word(self, word: Word, rows: str, cols: str) -> Polynomial:
        return Polynomial(rows, cols, {self.alphabet.monomial((), word): ONE})

    def _scalars(self, words: list[Word]) -> Polynomial:
        return Polynomial("1", "1", {(tuple(sorted(words)), ()): ONE})

    def _count(self, word: Word) -> int:
        return sum(self._is_own(entry) for entry in word)

    def _is_own(self, entry: int) -> bool:
        return entry in (self.letter, self._mirror)

    @property
    def _mirror(self) -> int:
        return self.alphabet.mirror[self.letter]

    @property
    def _size(self) -> str:
        return self.alphabet.rows[self.letter]
