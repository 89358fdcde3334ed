"""Writing: matrix expressions over named generators, of every dimension.

Dimensions are names ("n", "k"); "1" is the number one, so that an expression of shape ("1", "1") is a scalar, which
commutes with everything and equals its transpose. Products are checked by name. Whoever writes an inverse assumes that
it exists; `inverses` lists what was assumed.

    A, x = symmetric("A", "n"), vector("x", "n")
    quadratic = x.T @ A @ x / 2
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from fractions import Fraction

from proofs.engine.errors import DerivationError

SUM, PRODUCT, ATOM = 0, 1, 2  # how tightly the outermost operation of an expression binds, for its brackets


def _number(value: object, where: str) -> Fraction:
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return Fraction(value)
    raise DerivationError(f"{where}: expected a matrix expression, an int or a Fraction, found {value!r}")


@dataclasses.dataclass(frozen=True, slots=True)
class Expression:
    """A matrix of named shape. `+ - @ / .T .inverse()` build others; `*` scales by a number or a scalar expression."""

    rows: str
    cols: str

    @property
    def shape(self) -> tuple[str, str]:
        return self.rows, self.cols

    @property
    def is_scalar(self) -> bool:
        return self.shape == ("1", "1")

    @property
    def T(self) -> Expression:
        return transpose(self)

    def inverse(self) -> Expression:
        """The inverse, assumed to exist. Raises `DerivationError` unless square."""
        if self.rows != self.cols:
            raise DerivationError(f"inverse: expected a square matrix, found shape {self.rows} x {self.cols}")
        return Inverse(self.rows, self.cols, self)

    def trace(self) -> Expression:
        """The trace, a scalar. Raises `DerivationError` unless square."""
        if self.rows != self.cols:
            raise DerivationError(f"trace: expected a square matrix, found shape {self.rows} x {self.cols}")
        return self if self.is_scalar else Trace("1", "1", self)

    def log_det(self) -> Expression:
        """log |det|, a scalar; the matrix is assumed invertible. Raises `DerivationError` unless square."""
        if self.rows != self.cols:
            raise DerivationError(f"log det: expected a square matrix, found shape {self.rows} x {self.cols}")
        return LogDet("1", "1", self)

    def children(self) -> tuple[Expression, ...]:
        return ()

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        """The same operation on other arguments of the same shapes."""
        return self

    def to_latex(self) -> str:
        return self.latex_parts()[0]

    def latex_parts(self) -> tuple[str, int]:
        """LaTeX and how tightly its outermost operation binds."""
        raise NotImplementedError

    def _bracketed(self, least: int) -> str:
        text, binding = self.latex_parts()
        return text if binding >= least else rf"\left({text}\right)"

    def _coerced(self, other: object) -> Expression:
        if isinstance(other, Expression):
            return other
        number = _number(other, "+")
        if number and not self.is_scalar:
            raise DerivationError(f"+: expected a {self.rows} x {self.cols} matrix, found the number {number}")
        return add((number, identity("1"))) if number else zero(self.rows, self.cols)

    def __add__(self, other: object) -> Expression:
        return add((Fraction(1), self), (Fraction(1), self._coerced(other)))

    def __radd__(self, other: object) -> Expression:
        return add((Fraction(1), self._coerced(other)), (Fraction(1), self))

    def __sub__(self, other: object) -> Expression:
        return add((Fraction(1), self), (Fraction(-1), self._coerced(other)))

    def __rsub__(self, other: object) -> Expression:
        return add((Fraction(1), self._coerced(other)), (Fraction(-1), self))

    def __neg__(self) -> Expression:
        return add((Fraction(-1), self))

    def __matmul__(self, other: object) -> Expression:
        if not isinstance(other, Expression):
            raise DerivationError(f"@: expected a matrix expression, found {other!r}")
        return multiply(self, other)

    def __mul__(self, other: object) -> Expression:
        if not isinstance(other, Expression):
            return add((_number(other, "*"), self))
        if self.is_scalar or other.is_scalar:
            return Scaled(other.rows, other.cols, self, other) if self.is_scalar else other * self
        raise DerivationError(f"*: expected a number or a scalar on one side (matrices multiply with @), found {other}")

    def __rmul__(self, other: object) -> Expression:
        return add((_number(other, "*"), self))

    def __truediv__(self, other: object) -> Expression:
        if isinstance(other, Expression):
            return other.inverse() * self if other.is_scalar else self._refuse_division(other)
        number = _number(other, "/")
        if not number:
            raise DerivationError("/: expected a nonzero number, found 0")
        return add((1 / number, self))

    def _refuse_division(self, other: Expression) -> Expression:
        raise DerivationError(f"/: expected a scalar, found shape {other.rows} x {other.cols} (use .inverse())")

    def __str__(self) -> str:
        return self.to_latex()


@dataclasses.dataclass(frozen=True, slots=True)
class Generator(Expression):
    """A matrix about which nothing is known but its shape and whether it is symmetric."""

    name: str
    is_symmetric: bool = False
    latex: str = ""

    def latex_parts(self) -> tuple[str, int]:
        return self.latex or self.name, ATOM


@dataclasses.dataclass(frozen=True, slots=True)
class Identity(Expression):
    def latex_parts(self) -> tuple[str, int]:
        return ("1" if self.is_scalar else f"I_{{{self.rows}}}"), ATOM


@dataclasses.dataclass(frozen=True, slots=True)
class Dimension(Expression):
    """The number of rows of I_n, a scalar: tr I_n."""

    name: str

    def latex_parts(self) -> tuple[str, int]:
        return self.name, ATOM


@dataclasses.dataclass(frozen=True, slots=True)
class Sum(Expression):
    """Rational multiples of matrices of one shape; no terms at all is the zero matrix."""

    terms: tuple[tuple[Fraction, Expression], ...]

    def children(self) -> tuple[Expression, ...]:
        return tuple(term for _, term in self.terms)

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        return add(*((c, e) for (c, _), e in zip(self.terms, children, strict=True)), shape=self.shape)

    def latex_parts(self) -> tuple[str, int]:
        if not self.terms:
            return "0", ATOM
        text = ""
        for position, (coefficient, term) in enumerate(self.terms):
            sign = "-" if coefficient < 0 else "" if position == 0 else "+"
            size = abs(coefficient)
            number = (
                str(size.numerator) if size.denominator == 1 else rf"\tfrac{{{size.numerator}}}{{{size.denominator}}}"
            )
            if isinstance(term, Identity) and term.is_scalar:
                body = number
            else:
                body = ("" if size == 1 else number + r"\,") + term._bracketed(PRODUCT)
            text += (f" {sign} " if position else sign) + body
        return text, PRODUCT if len(self.terms) == 1 and self.terms[0][0] > 0 else SUM


@dataclasses.dataclass(frozen=True, slots=True)
class Product(Expression):
    factors: tuple[Expression, ...]

    def children(self) -> tuple[Expression, ...]:
        return self.factors

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        return multiply(*children)

    def latex_parts(self) -> tuple[str, int]:
        return r"\,".join(factor._bracketed(PRODUCT) for factor in self.factors), PRODUCT


@dataclasses.dataclass(frozen=True, slots=True)
class Scaled(Expression):
    """A scalar expression times a matrix."""

    scalar: Expression
    matrix: Expression

    def children(self) -> tuple[Expression, ...]:
        return self.scalar, self.matrix

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        return children[0] * children[1]

    def latex_parts(self) -> tuple[str, int]:
        return self.scalar._bracketed(PRODUCT) + r"\," + self.matrix._bracketed(PRODUCT), PRODUCT


@dataclasses.dataclass(frozen=True, slots=True)
class _Unary(Expression):
    argument: Expression

    def children(self) -> tuple[Expression, ...]:
        return (self.argument,)


@dataclasses.dataclass(frozen=True, slots=True)
class Transpose(_Unary):
    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        return transpose(children[0])

    def latex_parts(self) -> tuple[str, int]:
        if isinstance(self.argument, Inverse):
            return self.argument.argument._bracketed(ATOM) + r"^{-\top}", ATOM
        return self.argument._bracketed(ATOM) + r"^{\top}", ATOM


@dataclasses.dataclass(frozen=True, slots=True)
class Inverse(_Unary):
    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        return children[0].inverse()

    def latex_parts(self) -> tuple[str, int]:
        if isinstance(self.argument, Transpose):
            return self.argument.argument._bracketed(ATOM) + r"^{-\top}", ATOM
        return self.argument._bracketed(ATOM) + "^{-1}", ATOM


@dataclasses.dataclass(frozen=True, slots=True)
class Trace(_Unary):
    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        return children[0].trace()

    def latex_parts(self) -> tuple[str, int]:
        return rf"\operatorname{{tr}}\left({self.argument.to_latex()}\right)", ATOM


@dataclasses.dataclass(frozen=True, slots=True)
class LogDet(_Unary):
    """log |det A|, a scalar; log |a| of a scalar. A is assumed invertible."""

    def rebuilt(self, children: tuple[Expression, ...]) -> Expression:
        return children[0].log_det()

    def latex_parts(self) -> tuple[str, int]:
        inner = self.argument.to_latex()
        det = inner if self.argument.is_scalar else rf"\det {self.argument._bracketed(ATOM)}"
        return rf"\log\left|{det}\right|", ATOM


def matrix(name: str, rows: str, cols: str, *, latex: str = "") -> Expression:
    """A generator of shape rows x cols."""
    return Generator(rows, cols, name, False, latex)


def symmetric(name: str, size: str, *, latex: str = "") -> Expression:
    """A symmetric generator."""
    return Generator(size, size, name, True, latex)


def vector(name: str, size: str, *, latex: str = "") -> Expression:
    """A column."""
    return Generator(size, "1", name, size == "1", latex)


def scalar(name: str, *, latex: str = "") -> Expression:
    """A number, commuting with everything."""
    return Generator("1", "1", name, True, latex)


def identity(size: str) -> Expression:
    return Identity(size, size)


def dimension(size: str) -> Expression:
    """The number of rows of the identity of that size, as a scalar."""
    return identity("1") if size == "1" else Dimension("1", "1", size)


def zero(rows: str, cols: str) -> Expression:
    return Sum(rows, cols, ())


def add(*terms: tuple[Fraction, Expression], shape: tuple[str, str] | None = None) -> Expression:
    """A rational combination, nested sums flattened. Raises `DerivationError` where shapes differ."""
    shape = shape or terms[0][1].shape
    flat: list[tuple[Fraction, Expression]] = []
    for coefficient, term in terms:
        if term.shape != shape:
            found = f"{term.rows} x {term.cols}, in {term}"
            raise DerivationError(f"+: expected a {shape[0]} x {shape[1]} matrix, found {found}")
        if isinstance(term, Sum) and (coefficient == 1 or len(term.terms) <= 1):
            flat.extend((coefficient * inner, part) for inner, part in term.terms)
        else:
            flat.append((coefficient, term))
    flat = [(coefficient, term) for coefficient, term in flat if coefficient]
    if len(flat) == 1 and flat[0][0] == 1:
        return flat[0][1]
    return Sum(*shape, tuple(flat))


def multiply(*factors: Expression) -> Expression:
    """The product, nested products flattened. Raises `DerivationError` where the inner dimensions differ."""
    for left, right in itertools.pairwise(factors):
        if left.cols != right.rows:
            raise DerivationError(
                f"@: expected {left.cols} rows to multiply {left} of shape {left.rows} x {left.cols}, "
                f"found {right} of shape {right.rows} x {right.cols}"
            )
    flat: list[Expression] = []
    for factor in factors:
        flat.extend(factor.factors if isinstance(factor, Product) else (factor,))
    return flat[0] if len(flat) == 1 else Product(factors[0].rows, factors[-1].cols, tuple(flat))


def transpose(argument: Expression) -> Expression:
    if isinstance(argument, Transpose):
        return argument.argument
    if (
        argument.is_scalar
        or isinstance(argument, Identity)
        or (isinstance(argument, Generator) and argument.is_symmetric)
    ):
        return argument
    if argument == zero(*argument.shape):
        return zero(argument.cols, argument.rows)
    return Transpose(argument.cols, argument.rows, argument)


def walk(expression: Expression) -> Iterator[Expression]:
    """Every subexpression, arguments before the operation on them."""
    for child in expression.children():
        yield from walk(child)
    yield expression


def inverses(*expressions: Expression) -> tuple[Expression, ...]:
    """What is assumed invertible for the expressions to have a meaning, each once.

    The arguments of their inverses; of logarithms of determinants, the square factors of the argument.
    """
    found: list[Expression] = []
    for part in (part for expression in expressions for part in walk(expression)):
        if isinstance(part, Inverse):
            found.append(part.argument)
        elif isinstance(part, LogDet):
            found.extend(_factors(part.argument))
    return tuple(dict.fromkeys(found))


def _factors(argument: Expression) -> Iterator[Expression]:
    """Square matrices that are all invertible only if the argument is: not the identity, which always is."""
    match argument:
        case Identity():
            return
        case Scaled():
            yield from _factors(argument.scalar)
            yield from _factors(argument.matrix)
        case Inverse() | Transpose():
            yield from _factors(argument.argument)
        case Sum(terms=((_, term),)):
            yield from _factors(term)
        case Product() if all(factor.rows == factor.cols for factor in argument.factors):
            for factor in argument.factors:
                yield from _factors(factor)
        case _:
            yield argument
