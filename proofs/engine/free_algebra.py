"""Identities between matrices of every dimension, decided by normal form in the free algebra.

Both sides are polynomials in noncommuting letters (generators, their transposes, inverses). Each inverse W of a
generator or of a compound matrix E brings its defining relations E W = 1 = W E; further relations may be stated. The
difference is rewritten by the completed relations (`free_algebra_completion`). Normal form zero proves the identity
for matrices over any field of characteristic zero, of any dimensions that fit, wherever the inverses exist.

    A, b, x = symmetric("A", "n"), vector("b", "n"), vector("x", "n")
    y = x + A.inverse() @ b
    assert is_zero(x.T @ A @ x / 2 + b.T @ x - (y.T @ A @ y / 2 - b.T @ A.inverse() @ b / 2))
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping, Sequence
from fractions import Fraction

import flint

from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Exact
from proofs.engine.free_algebra_binders import Application, Expectation, Function, expectation, replaced
from proofs.engine.free_algebra_completion import Rewriting
from proofs.engine.free_algebra_expressions import (
    Dimension,
    Expression,
    Generator,
    Identity,
    Inverse,
    LogDet,
    Product,
    Scaled,
    Sum,
    Trace,
    Transpose,
    dimension,
    identity,
    inverses,
    matrix,
    scalar,
    symmetric,
    vector,
    zero,
)
from proofs.engine.free_algebra_moments import Deviation, check_polynomial, contracted
from proofs.engine.free_algebra_words import ONE, TRACE, Alphabet, Polynomial, combine

__all__ = [
    "Decision",
    "Expression",
    "Function",
    "Outcome",
    "decide",
    "dimension",
    "expectation",
    "identity",
    "inverses",
    "is_zero",
    "matrix",
    "normal_form",
    "scalar",
    "substitute",
    "symmetric",
    "to_latex",
    "vector",
    "zero",
]

# Completion that does not end makes ever longer rules; the identities of the LQ theory need a few hundred rewritings.
MOST_REWRITINGS = 5_000

Relations = Sequence[tuple[Expression, Expression]]


class Outcome(enum.Enum):
    """What is known of `expression = 0` under the relations."""

    ZERO = "zero"
    NOT_A_CONSEQUENCE = "not a consequence of the relations"
    UNKNOWN = "unknown: completion stopped at its bound"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The outcome, the normal form reached, and how it was reached."""

    outcome: Outcome
    normal_form: Expression
    assumptions: tuple[Expression, ...]  # assumed invertible
    rules: int
    critical_pairs: int

    def evidence(self) -> Exact | None:
        if self.outcome is not Outcome.ZERO:
            return None
        invertible = ", ".join(argument.to_latex() for argument in self.assumptions) or "nothing"
        return Exact(
            certificate=f"normal form 0 in the free algebra: {self.rules} rewriting rules, "
            f"{self.critical_pairs} critical pairs resolved; assumed invertible: {invertible}"
        )


def decide(expression: Expression, relations: Relations = (), *, critical_pairs: int = 150) -> Decision:
    """Whether the expression is zero for all matrices that satisfy the relations, in every dimension.

    The rules are completed until the expression rewrites to zero, no critical pair is left, or `critical_pairs` have
    been resolved with `MOST_REWRITINGS` in all. Raises `DerivationError` where the relations imply 1 = 0.
    """
    reader = _Reader(relations)
    polynomial = reader.read(expression)
    rewriting = reader.rewriting
    form = rewriting.reduce(polynomial)
    while not form.is_zero and _may_go_on(rewriting, critical_pairs) and rewriting.step():
        form = rewriting.reduce(form)
    if form.is_zero:
        outcome = Outcome.ZERO
    else:
        outcome = Outcome.NOT_A_CONSEQUENCE if rewriting.is_complete else Outcome.UNKNOWN
    return Decision(
        outcome=outcome,
        normal_form=reader.alphabet.to_expression(form),
        assumptions=inverses(expression, *(side for pair in relations for side in pair)),
        rules=len(rewriting.rules),
        critical_pairs=rewriting.processed,
    )


def is_zero(expression: Expression, relations: Relations = (), *, critical_pairs: int = 150) -> Exact | None:
    """The proof that the expression is zero, or None: not shown, which does not make it false (see `decide`)."""
    return decide(expression, relations, critical_pairs=critical_pairs).evidence()


def normal_form(expression: Expression, relations: Relations = (), *, critical_pairs: int = 150) -> Expression:
    """The expression multiplied out and rewritten by the rules completed so far.

    Equal forms mean equal matrices; different ones mean different matrices only if completion ended within the bound.
    """
    return decide(expression, relations, critical_pairs=critical_pairs).normal_form


def rules(relations: Relations, *expressions: Expression, critical_pairs: int = 200) -> tuple[Expression, ...]:
    """The rewriting rules behind a decision, each as an expression that must vanish: for whoever checks the checker."""
    reader = _Reader(relations)
    for expression in expressions:
        reader.read(expression)
    while _may_go_on(reader.rewriting, critical_pairs) and reader.rewriting.step():
        pass
    return tuple(reader.alphabet.to_expression(rule.equation()) for rule in reader.rewriting.rules)


def _may_go_on(rewriting: Rewriting, critical_pairs: int) -> bool:
    return rewriting.processed < critical_pairs and rewriting.steps < MOST_REWRITINGS


def substitute(expression: Expression, replacements: Mapping[Expression, Expression]) -> Expression:
    """The expression with generators exchanged for expressions of the same shape.

    Raises `DerivationError` for a symmetric generator whose replacement is not shown to be symmetric.
    """
    for generator, value in replacements.items():
        if not isinstance(generator, Generator):
            raise DerivationError(f"substitute: expected a generator to replace, found {generator}")
        if generator.is_symmetric and not generator.is_scalar and not is_zero(value - value.T):
            raise DerivationError(f"substitute: expected a symmetric matrix for {generator}, found {value}")
    return replaced(expression, replacements)


def to_latex(expression: Expression) -> str:
    return expression.to_latex()


class _Reader:
    """Expressions to polynomials; the relations of each inverse met enter the rewriting rules."""

    def __init__(self, relations: Relations) -> None:
        self.alphabet = Alphabet()
        self.rewriting = Rewriting(self.alphabet)
        self._inverse_of: dict[object, int] = {}
        self._inverted: dict[int, Polynomial] = {}  # letter of an inverse -> what it is the inverse of
        self._log_det_of: dict[object, int] = {}
        self._deviations = 0
        self._known: dict[int, tuple[Expression, Polynomial]] = {}
        for left, right in relations:
            self.rewriting.add(self.read(left - right))

    def read(self, expression: Expression) -> Polynomial:
        known = self._known.get(id(expression))
        if known is None:
            known = expression, self._read(expression)
            self._known[id(expression)] = known  # the expression with it: its identity stays taken
        return known[1]

    def _read(self, expression: Expression) -> Polynomial:
        alphabet = self.alphabet
        match expression:
            case Generator() | Dimension():
                return alphabet.of_letter(alphabet.letter(expression))
            case Identity():
                return alphabet.one(expression.rows)
            case Sum():
                parts = [(flint.fmpq(c.numerator, c.denominator), self.read(term)) for c, term in expression.terms]
                return combine(expression.rows, expression.cols, parts)
            case Product():
                result = self.read(expression.factors[0])
                for factor in expression.factors[1:]:
                    result = self.rewriting.reduce(alphabet.multiply(result, self.read(factor)))
                return result
            case Scaled():
                return alphabet.multiply(self.read(expression.scalar), self.read(expression.matrix))
            case Transpose():
                return alphabet.transpose(self.read(expression.argument))
            case Trace():
                return alphabet.trace(self.read(expression.argument))
            case Inverse():
                return self._inverse(self.rewriting.reduce(self.read(expression.argument)))
            case LogDet():
                return self._log_det(self.rewriting.reduce(self.read(expression.argument)))
            case Application():
                return self.read(expression.written_out())
            case Expectation():
                return self._expected(expression)
        raise DerivationError(f"expected a matrix expression, found {type(expression).__name__}")

    def _inverse(self, argument: Polynomial) -> Polynomial:
        """A letter for the inverse with its relations; products of square letters are inverted factor by factor."""
        alphabet = self.alphabet
        if argument.is_zero:
            raise DerivationError("inverse: expected an invertible matrix, found one that the relations make zero")
        leading = alphabet.leading(argument)
        coefficient = argument.terms[leading]
        monic = combine(argument.rows, argument.cols, [(ONE / coefficient, argument)])
        scalars, word = leading
        letters = [*word, *(letter for factor in scalars for letter in factor)]
        square = all(letter != TRACE and alphabet.rows[letter] == alphabet.cols[letter] for letter in letters)
        if len(monic.terms) == 1 and square:
            result = alphabet.one(argument.rows)
            for letter in reversed(word):
                result = alphabet.multiply(result, self._inverse_of_single(alphabet.of_letter(letter)))
            for factor in scalars:
                result = alphabet.multiply(
                    self._inverse_of_single(Polynomial("1", "1", {((factor,), ()): ONE})), result
                )
        else:
            result = self._inverse_of_single(monic)
        return combine(argument.rows, argument.cols, [(ONE / coefficient, self.rewriting.reduce(result))])

    def _inverse_of_single(self, argument: Polynomial) -> Polynomial:
        alphabet = self.alphabet
        known = self._inverse_of.get(argument.key())
        if known is None:
            mirrored = alphabet.transpose(argument)
            is_symmetric = mirrored.key() == argument.key()
            known = alphabet.register(alphabet.to_expression(argument).inverse(), is_symmetric=is_symmetric)
            self._inverse_of[argument.key()] = known
            self._inverse_of.setdefault(mirrored.key(), alphabet.mirror[known])
            self._inverted |= {alphabet.mirror[known]: mirrored, known: argument}
            one, letter = alphabet.one(argument.rows), alphabet.of_letter(known)
            for product in (alphabet.multiply(argument, letter), alphabet.multiply(letter, argument)):
                self.rewriting.add(combine(argument.rows, argument.cols, [(ONE, product), (-ONE, one)]))
        return alphabet.of_letter(known)

    def _expected(self, expression: Expectation) -> Polynomial:
        variable = expression.variable
        if is_zero(expression.covariance - expression.covariance.T) is None:
            raise DerivationError(f"expectation: expected a symmetric covariance, found {expression.covariance}")
        self._deviations += 1
        name = f"{variable.name} less its mean, {self._deviations}"
        deviation = Deviation(variable.rows, "1", name, variable.is_scalar)
        shifted = replaced(expression.argument, {variable: expression.mean + deviation})
        check_polynomial(shifted, deviation)
        argument = self.read(shifted)
        covariance = self.rewriting.reduce(self.read(expression.covariance))
        return contracted(self.alphabet, self.rewriting.reduce(argument), deviation, covariance)

    def _log_det(self, argument: Polynomial) -> Polynomial:
        """log |det(c A B)| = k log |c| + log |det A| + log |det B|, log |det A^{-1}| = -log |det A|, A' as A."""
        alphabet = self.alphabet
        # Logarithms of numbers, and of determinants that no product relates, count as independent: no false answer.
        self.rewriting.forgo_completeness()
        if argument.is_zero:
            raise DerivationError("log det: expected an invertible matrix, found one that the relations make zero")
        size = alphabet.one("1") if argument.rows == "1" else self.read(dimension(argument.rows))
        leading = alphabet.leading(argument)
        coefficient = argument.terms[leading]
        monic = combine(argument.rows, argument.cols, [(ONE / coefficient, argument)])
        number = identity("1") * abs(Fraction(int(coefficient.p), int(coefficient.q)))
        parts = []
        if number != identity("1"):
            parts.append(alphabet.multiply(size, self._atomic_log_det(self.read(number))))
        scalars, word = leading
        if len(monic.terms) > 1:
            parts.append(self._atomic_log_det(monic))
        else:
            for factor in scalars:
                logarithm = self._atomic_log_det(Polynomial("1", "1", {((factor,), ()): ONE}))
                parts.append(alphabet.multiply(size, logarithm))
            if all(alphabet.rows[letter] == alphabet.cols[letter] for letter in word):
                parts.extend(self._atomic_log_det(alphabet.of_letter(letter)) for letter in word)
            else:
                parts.append(self._atomic_log_det(Polynomial(argument.rows, argument.cols, {((), word): ONE})))
        return combine("1", "1", [(ONE, part) for part in parts])

    def _atomic_log_det(self, argument: Polynomial) -> Polynomial:
        """A letter for log |det A|, the same for A', and its negative for A^{-1}."""
        alphabet = self.alphabet
        ((scalars, word), *others) = argument.terms
        if not others:
            (letter,) = (*word, *(entry for factor in scalars for entry in factor))[:1] or (None,)
            alone = len(word) + sum(map(len, scalars)) == 1
            if alone and letter in self._inverted:
                return combine("1", "1", [(-ONE, self._log_det(self._inverted[letter]))])
        known = self._log_det_of.get(argument.key())
        if known is None:
            known = alphabet.register(alphabet.to_expression(argument).log_det(), is_symmetric=True)
            self._log_det_of[argument.key()] = known
            self._log_det_of[alphabet.transpose(argument).key()] = known
        return alphabet.of_letter(known)
