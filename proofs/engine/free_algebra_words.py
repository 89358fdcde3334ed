"""Polynomials in noncommuting letters: products of matrices of every dimension, with the scalars among them commuting.

A letter is a generator, its transpose, or an inverse. A monomial is a multiset of scalars and one word of letters:
wherever a word passes through the dimension 1 it is cut, the piece between two cuts being a scalar,

    x' A y = y' A' x,        (x' A y) B = B (x' A y),        u (v' A w) z' = (v' A w) u z',

so scalars commute and each is written the smaller of two ways, itself or its transpose. A trace is a scalar too: a
cyclic word, tr(AB) = tr(BA), tr(A) = tr(A'), written in the smallest of its rotations and theirs transposed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise

import flint

from proofs.engine.errors import DerivationError
from proofs.engine.free_algebra_expressions import (
    Dimension,
    Expression,
    Generator,
    Identity,
    add,
    identity,
    multiply,
    zero,
)

Word = tuple[int, ...]
Monomial = tuple[tuple[Word, ...], Word]  # the scalars, sorted; the matrix word
TRACE = -1  # leads the word of a trace
ONE = flint.fmpq(1)


@dataclasses.dataclass(frozen=True, slots=True)
class Polynomial:
    """Rational combination of monomials of one shape; absent monomials have coefficient zero."""

    rows: str
    cols: str
    terms: dict[Monomial, flint.fmpq]

    @property
    def is_zero(self) -> bool:
        return not self.terms

    def key(self) -> tuple[str, str, frozenset[tuple[Monomial, flint.fmpq]]]:
        return self.rows, self.cols, frozenset(self.terms.items())


def combine(rows: str, cols: str, parts: Iterable[tuple[flint.fmpq, Polynomial]]) -> Polynomial:
    """The rational combination of polynomials of one shape."""
    terms: dict[Monomial, flint.fmpq] = {}
    for factor, part in parts:
        for monomial, coefficient in part.terms.items():
            total = terms.get(monomial, 0) + factor * coefficient
            if total:
                terms[monomial] = total
            else:
                terms.pop(monomial, None)
    return Polynomial(rows, cols, terms)


class Alphabet:
    """The letters met so far, as small integers, and the arithmetic of polynomials in them."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.cols: list[str] = []
        self.mirror: list[int] = []  # letter -> its transpose
        self.expression: list[Expression] = []
        self._family: list[int] = []  # letter -> index shared with its transpose
        self._families = 0
        self._named: dict[str, Expression] = {}
        self._letter_of: dict[Expression, int] = {}

    def register(self, expression: Expression, *, is_symmetric: bool) -> int:
        """A new letter, and one for its transpose unless that is the letter itself."""
        letter = len(self.rows)
        for entry in (expression,) if is_symmetric else (expression, expression.T):
            self.rows.append(entry.rows)
            self.cols.append(entry.cols)
            self.expression.append(entry)
            self._family.append(self._families)
        self.mirror.extend([letter] if is_symmetric else [letter + 1, letter])
        self._families += 1
        self._letter_of[expression] = letter
        return letter

    def letter(self, generator: Generator | Dimension) -> int:
        """The letter of a generator or a dimension. Raises `DerivationError` where one name is used for two."""
        known = self._named.setdefault(generator.name + "#" * isinstance(generator, Dimension), generator)
        if known != generator:
            raise DerivationError(
                f"expected one generator named {generator.name!r}, found a {known.rows} x {known.cols} and "
                f"a {generator.rows} x {generator.cols} (or differing symmetry)"
            )
        if generator not in self._letter_of:
            symmetric = isinstance(generator, Dimension) or generator.is_symmetric or generator.is_scalar
            self.register(generator, is_symmetric=symmetric)
        return self._letter_of[generator]

    def transposed(self, word: Word) -> Word:
        return tuple([self.mirror[letter] for letter in reversed(word)])

    def order(self, monomial: Monomial) -> tuple[int, int, Monomial]:
        """Sorts monomials by degree, then by letters (later ones weigh more), then by spelling.

        The first two are additive, and blind to transposition and rotation, so rewriting downwards respects products.
        """
        letters = [letter for word in (*monomial[0], monomial[1]) for letter in word if letter != TRACE]
        return len(letters), sum(1 << (6 * self._family[letter]) for letter in letters), monomial

    def leading(self, polynomial: Polynomial) -> Monomial:
        return max(polynomial.terms, key=self.order)

    def scalar_word(self, word: Word) -> Word:
        """Canonical spelling of a 1 x 1 word without inner cuts."""
        if word[0] == TRACE:
            return word
        return min(word, self.transposed(word))

    def monomial(self, scalars: Iterable[Word], word: Word) -> Monomial:
        """Canonical form of scalars times a word, cut wherever it passes through dimension 1."""
        cuts = [i for i, letter in enumerate(word) if self.rows[letter] == "1"]
        if word and self.cols[word[-1]] == "1":
            cuts.append(len(word))
        found = list(scalars)
        if len(cuts) > 1:
            found.extend(self.scalar_word(word[i:j]) for i, j in pairwise(cuts))
            word = word[: cuts[0]] + word[cuts[-1] :]
        return tuple(sorted(found)), word

    def trace_monomial(self, scalars: Iterable[Word], word: Word, size: str) -> Monomial:
        """Canonical form of scalars times the trace of a square word."""
        if not word:
            return self.monomial(scalars, () if size == "1" else (self.letter(Dimension("1", "1", size)),))
        for i, letter in enumerate(word):
            if self.rows[letter] == "1":
                return self.monomial(scalars, word[i:] + word[:i])
        rotations = [
            spelling[i:] + spelling[:i] for spelling in (word, self.transposed(word)) for i in range(len(word))
        ]
        return tuple(sorted([*scalars, (TRACE, *min(rotations))])), ()

    def one(self, size: str) -> Polynomial:
        return Polynomial(size, size, {((), ()): ONE})

    def of_letter(self, letter: int) -> Polynomial:
        return Polynomial(self.rows[letter], self.cols[letter], {self.monomial((), (letter,)): ONE})

    def multiply(self, left: Polynomial, right: Polynomial) -> Polynomial:
        """left right; a scalar factor on either side may multiply a matrix of any shape."""
        if left.cols == right.rows:
            rows, cols = left.rows, right.cols
        else:
            rows, cols = (right.rows, right.cols) if left.rows == left.cols == "1" else (left.rows, left.cols)
        terms: dict[Monomial, flint.fmpq] = {}
        for (scalars, word), coefficient in left.terms.items():
            for (others, following), factor in right.terms.items():
                product = self.monomial(scalars + others, word + following)
                terms[product] = terms.get(product, 0) + coefficient * factor
        return Polynomial(rows, cols, {monomial: c for monomial, c in terms.items() if c})

    def transpose(self, polynomial: Polynomial) -> Polynomial:
        terms = {(scalars, self.transposed(word)): c for (scalars, word), c in polynomial.terms.items()}
        return Polynomial(polynomial.cols, polynomial.rows, terms)

    def trace(self, polynomial: Polynomial) -> Polynomial:
        parts = []
        for (scalars, word), coefficient in polynomial.terms.items():
            monomial = self.trace_monomial(scalars, word, polynomial.rows)
            parts.append((coefficient, Polynomial("1", "1", {monomial: ONE})))
        return combine("1", "1", parts)

    def to_expression(self, polynomial: Polynomial) -> Expression:
        """The polynomial written out, largest monomial first."""
        shape = polynomial.rows, polynomial.cols
        terms = []
        for monomial in sorted(polynomial.terms, key=self.order, reverse=True):
            coefficient = polynomial.terms[monomial]
            terms.append((Fraction(int(coefficient.p), int(coefficient.q)), self._written(monomial, polynomial.rows)))
        return add(*terms, shape=shape) if terms else zero(*shape)

    def _written(self, monomial: Monomial, rows: str) -> Expression:
        scalars, word = monomial
        result: Expression = multiply(*(self.expression[letter] for letter in word)) if word else identity(rows)
        for factor in reversed(scalars):
            letters = [self.expression[letter] for letter in factor if letter != TRACE]
            written = multiply(*letters).trace() if factor[0] == TRACE else multiply(*letters)
            result = written if isinstance(result, Identity) and result.is_scalar else written * result
        return result
