"""Identities at random points modulo fresh random primes, with a bound on the probability that a false one passes.

The same expressions that `free_algebra` decides are evaluated here by other means: numbers modulo a prime p drawn
uniformly among the primes of [2^62, 2^63), matrices of stated dimensions with independent uniform entries. Written over
a common denominator, lhs - rhs = N / delta with an integer polynomial N of degree a and coefficients of size at most
2^h; every inverse needs a determinant of degree d_i that does not vanish at the point (else another point is drawn). If
lhs = rhs is false then N is not zero, and it passes only where
  - p divides every coefficient of N: at most h/62 of at least 3 2^62 / (5 log 2^62) primes do (Rosser-Schoenfeld 1962,
    corollary 3: pi(2x) - pi(x) > 3x / (5 log x)), or
  - N vanishes at the point: probability at most (a/p) / (1 - sum_i d_i / p) (Schwartz-Zippel, given the determinants).
Draws are independent, so the bounds multiply over points and primes. A difference that is found proves the identity
false in these dimensions. A pass speaks for these dimensions alone.
"""

from __future__ import annotations

import copy
import dataclasses
import math
import random
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import flint
import sympy

from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Randomised
from proofs.engine.free_algebra_binders import Application, Expectation, replaced
from proofs.engine.free_algebra_blocks import BlockMatrix
from proofs.engine.free_algebra_expressions import (
    Dimension,
    Expression,
    Generator,
    Identity,
    Inverse,
    Product,
    Scaled,
    Sum,
    Trace,
    Transpose,
    walk,
)
from proofs.engine.free_algebra_moments import Deviation, check_polynomial

BITS = 62
LEAST_PRIME = 1 << BITS
# log 2^62 < 43, so at least 3 2^62 / (5 * 43) primes lie in [2^62, 2^63).
LEAST_PRIME_COUNT = 3 * LEAST_PRIME // (5 * 43)
MOST_SINGULAR_POINTS = 20

Side = Expression | BlockMatrix | sympy.Expr


def identity(
    lhs: Side,
    rhs: Side,
    dimensions: Mapping[str, int] | None = None,
    *,
    given: Mapping[Expression, Expression] | None = None,
    primes: int = 2,
    points: int = 2,
    seed: int | None = None,
) -> Randomised:
    """Test lhs = rhs: matrix expressions, block matrices, or sympy expressions rational in their symbols.

    `dimensions` gives a number to every dimension name; `given` defines generators by expressions in others. Without a
    seed the draws come from the system's entropy; the error bound takes them as uniform.

    Raises `DerivationError` for a false identity, with the point's prime and the entry that differs, and where no point
    was found at which all inverses exist.
    """
    left, right = _entries(lhs), _entries(rhs)
    if len(left) != len(right):
        raise DerivationError(f"randomised: expected as many blocks on both sides, found {len(left)} and {len(right)}")
    setting = _Setting(dimensions or {}, given or {})
    sizes = [setting.size(a).plus(setting.size(b)) for a, b in zip(left, right, strict=True)]

    def differ(point: _Point) -> str | None:
        for number, (a, b) in enumerate(zip(left, right, strict=True), 1):
            x, y = point.value(a), point.value(b)
            if (x.nrows(), x.ncols()) != (y.nrows(), y.ncols()):
                raise DerivationError(
                    f"randomised: expected equal shapes, found {x.nrows()} x {x.ncols()} and {y.nrows()} x {y.ncols()}"
                )
            for i in range(x.nrows()):
                for j in range(x.ncols()):
                    if x[i, j] != y[i, j]:
                        place = f"block {number}, " if len(left) > 1 else ""
                        return f"{place}entry ({i + 1}, {j + 1}): {x[i, j]} against {y[i, j]}"
        return None

    return _run(setting, sizes, differ, primes, points, seed)


def determinant(
    matrix: BlockMatrix | Expression,
    factors: Sequence[BlockMatrix | Expression],
    dimensions: Mapping[str, int],
    *,
    given: Mapping[Expression, Expression] | None = None,
    primes: int = 2,
    points: int = 2,
    seed: int | None = None,
) -> Randomised:
    """Test det(matrix) = product of det(factor), as `identity` does."""
    setting = _Setting(dimensions, given or {})
    size = setting.determinant_size(matrix)
    product = _Size(0, 0, 0, 0)
    for factor in factors:
        product = product.times(setting.determinant_size(factor))

    def differ(point: _Point) -> str | None:
        left, right = point.determinant(matrix), math.prod(point.determinant(factor) for factor in factors)
        right %= point.prime
        return None if left == right else f"determinant {left} against {right}"

    return _run(setting, [size.plus(product)], differ, primes, points, seed)


def _entries(side: Side) -> tuple[Expression | sympy.Expr, ...]:
    return side.entries() if isinstance(side, BlockMatrix) else (side,)


def _run(
    setting: _Setting,
    sizes: Sequence[_Size],
    differ: Callable[[_Point], str | None],
    primes: int,
    points: int,
    seed: int | None,
) -> Randomised:
    if primes < 1 or points < 1:
        raise DerivationError(f"randomised: expected at least one prime and one point, found {primes} and {points}")
    source = random.SystemRandom() if seed is None else random.Random(seed)
    for _ in range(primes):
        prime = _random_prime(source)
        for _ in range(points):
            difference = _at_a_point(setting, prime, source, differ)
            if difference is not None:
                where = ", ".join(f"{name} = {size}" for name, size in sorted(setting.dimensions.items()))
                raise DerivationError(
                    f"randomised: expected lhs = rhs, found {difference}, modulo {prime} at a random point"
                    + (f" ({where})" if where else "")
                )
    degree = max(size.degree for size in sizes)
    height = max(size.height for size in sizes)
    if 2 * setting.determinant_degree >= LEAST_PRIME or degree >= LEAST_PRIME:
        raise DerivationError(f"randomised: expected degrees below 2^{BITS - 1}, found {degree}")
    zero_at_point = Fraction(degree, LEAST_PRIME - setting.determinant_degree)
    zero_at_prime = Fraction(height // BITS, LEAST_PRIME_COUNT)
    error = (zero_at_prime + zero_at_point**points) ** primes
    return Randomised(error=_rounded_up(error), primes=primes, points=points)


def _rounded_up(error: Fraction) -> Fraction:
    """The next power of two: a bound is not worth a thousand digits. A constant N cannot vanish: its bound is tiny."""
    if error >= 1:
        return Fraction(1)
    halvings = error.denominator.bit_length() - error.numerator.bit_length() - 1 if error else 4 * BITS
    return Fraction(1, 1 << halvings)


def _random_prime(source: random.Random) -> int:
    """Uniform among the primes of [2^62, 2^63): the first prime among uniform draws."""
    while True:
        candidate = LEAST_PRIME + source.getrandbits(BITS)
        if flint.fmpz(candidate).is_prime():
            return candidate


def _at_a_point(
    setting: _Setting, prime: int, source: random.Random, differ: Callable[[_Point], str | None]
) -> str | None:
    for _ in range(MOST_SINGULAR_POINTS):
        try:
            return differ(_Point(setting, prime, source))
        except _Singular:
            continue
    raise DerivationError(
        f"randomised: expected a point where all inverses exist, found none in {MOST_SINGULAR_POINTS} draws"
    )


class _Singular(Exception):
    """An inverse does not exist at this point."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Size:
    """Bounds for a matrix N / delta of integer polynomials: degrees, and log2 of the sums of absolute coefficients."""

    degree: int
    below: int
    height: int
    height_below: int

    def times(self, other: _Size, inner: int = 1) -> _Size:
        return _Size(
            self.degree + other.degree,
            self.below + other.below,
            self.height + other.height + inner.bit_length(),
            self.height_below + other.height_below,
        )

    def plus(self, other: _Size) -> _Size:
        return _Size(
            max(self.degree + other.below, other.degree + self.below),
            self.below + other.below,
            max(self.height + other.height_below, other.height + self.height_below) + 1,
            self.height_below + other.height_below,
        )

    def determinant(self, size: int) -> _Size:
        factorial = math.factorial(size).bit_length()
        return _Size(size * self.degree, size * self.below, size * self.height + factorial, size * self.height_below)

    def inverse(self, size: int) -> _Size:
        """delta adj(N) / det(N)."""
        minor = _Size(self.degree, 0, self.height, 0).determinant(size - 1)
        whole = _Size(self.degree, 0, self.height, 0).determinant(size)
        return _Size(minor.degree + self.below, whole.degree, minor.height + self.height_below, whole.height)


ONE = _Size(0, 0, 0, 0)


class _Setting:
    """Dimensions, definitions, and the sizes of expressions under them."""

    def __init__(self, dimensions: Mapping[str, int], given: Mapping[Expression, Expression]) -> None:
        for name, number in dimensions.items():
            if number < 1:
                raise DerivationError(f"randomised: expected a dimension of at least 1 for {name}, found {number}")
        self.dimensions = dict(dimensions)
        self.given = dict(given)
        self.determinant_degree = 0  # sum over the inverses met, each expression once
        self._known: dict[Any, _Size] = {}

    def number(self, name: str) -> int:
        if name == "1":
            return 1
        if name not in self.dimensions:
            raise DerivationError(
                f"randomised: expected a number for dimension {name!r}, found {sorted(self.dimensions)}"
            )
        return self.dimensions[name]

    def size(self, expression: Expression | sympy.Expr) -> _Size:
        if expression not in self._known:
            compute = self._size_of if isinstance(expression, Expression) else self._size_of_sympy
            self._known[expression] = compute(expression)  # type: ignore[arg-type]  # the branch above chose by type
        return self._known[expression]

    def _size_of(self, expression: Expression) -> _Size:
        match expression:
            case Generator():
                return self.size(self.given[expression]) if expression in self.given else _Size(1, 0, 0, 0)
            case Identity():
                return ONE
            case Dimension():
                return _Size(0, 0, self.number(expression.name).bit_length(), 0)
            case Sum():
                total = _Size(0, 0, 0, 0)
                for coefficient, term in expression.terms:
                    total = total.plus(_rational(coefficient).times(self.size(term)))
                return total
            case Product():
                result = self.size(expression.factors[0])
                for factor in expression.factors[1:]:
                    result = result.times(self.size(factor), self.number(factor.rows))
                return result
            case Scaled():
                return self.size(expression.scalar).times(self.size(expression.matrix))
            case Transpose():
                return self.size(expression.argument)
            case Trace():
                inner = self.size(expression.argument)
                return ONE.times(inner, self.number(expression.argument.rows))
            case Application():
                return self.size(expression.written_out())
            case Expectation():
                # Four values at deviations of entries up to 2, of a polynomial of degree 2 in them, for each pair.
                argument, _ = shifted(expression)
                pairs = self.number(expression.variable.rows) ** 2
                spread = self.size(expression.covariance).times(_rational(Fraction(16 * pairs, 2)))
                return self.size(argument).plus(self.size(argument).times(spread))
            case Inverse():
                inner, number = self.size(expression.argument), self.number(expression.rows)
                self.determinant_degree += inner.determinant(number).degree
                return inner.inverse(number)
        raise DerivationError(f"randomised: expected a matrix expression, found {type(expression).__name__}")

    def _size_of_sympy(self, expression: sympy.Expr) -> _Size:
        if isinstance(expression, sympy.Symbol):
            return _Size(1, 0, 0, 0)
        if isinstance(expression, sympy.Rational):
            return _rational(Fraction(int(expression.p), int(expression.q)))
        if isinstance(expression, sympy.Add | sympy.Mul):
            result = self.size(expression.args[0])  # type: ignore[arg-type]  # arguments of sums are expressions
            for term in expression.args[1:]:
                other = self.size(term)  # type: ignore[arg-type]  # sympy's stubs
                result = result.plus(other) if isinstance(expression, sympy.Add) else result.times(other)
            return result
        if isinstance(expression, sympy.Pow) and isinstance(expression.exp, sympy.Integer):
            base, exponent = self.size(expression.base), int(expression.exp)  # type: ignore[arg-type]  # sympy's stubs
            if exponent < 0:
                self.determinant_degree += base.degree
                base, exponent = base.inverse(1), -exponent
            result = base
            for _ in range(exponent - 1):
                result = result.times(base)
            return result
        raise DerivationError(f"randomised: expected an expression rational in its symbols, found {expression}")

    def determinant_size(self, matrix: BlockMatrix | Expression) -> _Size:
        entries = _entries(matrix)
        common = self.size(entries[0])
        for entry in entries[1:]:
            common = common.plus(self.size(entry))  # over one denominator, every entry is at most the sum
        heights = matrix.heights if isinstance(matrix, BlockMatrix) else (matrix.rows,)
        return common.determinant(sum(self.number(height) for height in heights))


def shifted(expression: Expectation) -> tuple[Expression, Deviation]:
    """The argument at mean + xi, and the letter xi, which occurs nowhere else in it.

    Raises `DerivationError` where the variable stands inside an inverse: the moments do not decide such a mean.
    """
    variable = expression.variable
    around = {part for part in walk(expression) if isinstance(part, Deviation)}
    name = f"{variable.name} less its mean, {len(around)}"
    deviation = Deviation(variable.rows, "1", name, variable.is_scalar)
    argument = replaced(expression.argument, {variable: expression.mean + deviation})
    check_polynomial(argument, deviation)
    return argument, deviation


def _rational(value: Fraction) -> _Size:
    return _Size(0, 0, abs(value.numerator).bit_length(), value.denominator.bit_length())


class _Point:
    """A random point modulo a prime, and the values of expressions there. Raises `_Singular` where one has none."""

    def __init__(self, setting: _Setting, prime: int, source: random.Random) -> None:
        self.setting = setting
        self.prime = prime
        self._context = flint.fmpz_mod_ctx(prime)
        self._source = source
        self._values: dict[Any, Any] = {}
        self._letters: dict[Generator, Any] = {}  # shared by the copies in which an expectation varies a deviation
        self._deviations: dict[Generator, Any] = {}

    def value(self, expression: Expression | sympy.Expr) -> Any:
        if expression not in self._values:
            compute = self._value_of if isinstance(expression, Expression) else self._value_of_sympy
            self._values[expression] = compute(expression)  # type: ignore[arg-type]  # the branch above chose by type
        return self._values[expression]

    def determinant(self, matrix: BlockMatrix | Expression) -> int:
        if isinstance(matrix, Expression):
            return int(self.value(matrix).det())
        rows: list[list[int]] = []
        for row in matrix.blocks:
            tables = [self.value(block).tolist() for block in row]
            rows.extend([[int(entry) for table in tables for entry in table[i]] for i in range(len(tables[0]))])
        return int(flint.fmpz_mod_mat(rows, self._context).det())

    def _matrix(self, rows: int, cols: int, entry: Callable[[int, int], int]) -> Any:
        entries = [entry(i, j) for i in range(rows) for j in range(cols)]
        return flint.fmpz_mod_mat(rows, cols, entries, self._context)

    def _constant(self, value: Fraction) -> int:
        if value.denominator % self.prime == 0:
            raise _Singular
        return value.numerator * pow(value.denominator, -1, self.prime) % self.prime

    def _multiple(self, factor: int, value: Any) -> Any:
        return self._matrix(value.nrows(), value.ncols(), lambda i, j: factor * int(value[i, j]) % self.prime)

    def _inverse(self, value: Any) -> Any:
        if int(value.det()) == 0:
            raise _Singular
        return value.inv()

    def _defined(self, generator: Generator) -> Any:
        value = self.value(self.setting.given[generator])
        if generator.is_symmetric and value != value.transpose():
            raise DerivationError(f"randomised: expected a symmetric matrix for {generator}, found one that is not")
        return value

    def _sampled(self, generator: Generator) -> Any:
        rows, cols = self.setting.number(generator.rows), self.setting.number(generator.cols)
        table = [[self._source.randrange(self.prime) for _ in range(cols)] for _ in range(rows)]
        if generator.is_symmetric:
            return self._matrix(rows, cols, lambda i, j: table[min(i, j)][max(i, j)])
        return self._matrix(rows, cols, lambda i, j: table[i][j])

    def _value_of(self, expression: Expression) -> Any:
        number = self.setting.number
        match expression:
            case Deviation():
                return self._deviations[expression]
            case Generator():
                if expression not in self._letters:
                    draw = self._defined if expression in self.setting.given else self._sampled
                    self._letters[expression] = draw(expression)
                return self._letters[expression]
            case Identity():
                size = number(expression.rows)
                return self._matrix(size, size, lambda i, j: int(i == j))
            case Dimension():
                return self._matrix(1, 1, lambda i, j: number(expression.name))
            case Sum():
                total = self._matrix(number(expression.rows), number(expression.cols), lambda i, j: 0)
                for coefficient, term in expression.terms:
                    total = total + self._multiple(self._constant(coefficient), self.value(term))
                return total
            case Product():
                result = self.value(expression.factors[0])
                for factor in expression.factors[1:]:
                    result = result * self.value(factor)
                return result
            case Scaled():
                return self._multiple(int(self.value(expression.scalar)[0, 0]), self.value(expression.matrix))
            case Transpose():
                return self.value(expression.argument).transpose()
            case Trace():
                inner = self.value(expression.argument)
                total = sum(int(inner[i, i]) for i in range(inner.nrows()))
                return self._matrix(1, 1, lambda i, j: total)
            case Application():
                return self.value(expression.written_out())
            case Expectation():
                return self._expected(expression)
            case Inverse():
                return self._inverse(self.value(expression.argument))
        raise DerivationError(f"randomised: expected a matrix expression, found {type(expression).__name__}")

    def _expected(self, expression: Expectation) -> Any:
        """f(mean) + sum_ij S_ij (second difference of f along i and j) / 2, exact for f of degree at most 2."""
        argument, deviation = shifted(expression)
        size = self.setting.number(deviation.rows)
        covariance = self.value(expression.covariance)
        if covariance != covariance.transpose():
            raise DerivationError(f"randomised: expected a symmetric covariance, found {expression.covariance}")

        def at(entries: Sequence[int]) -> Any:
            inner = copy.copy(self)
            inner._values = {}
            inner._deviations = self._deviations | {deviation: self._matrix(size, 1, lambda i, j: entries[i])}
            return inner.value(argument)

        def unit(*places: int) -> list[int]:
            return [places.count(i) for i in range(size)]

        center = at(unit())
        line = [self._source.getrandbits(BITS) for _ in range(size)]
        one, two, three = (at([step * entry for entry in line]) for step in (1, 2, 3))
        third = three - self._multiple(3, two) + self._multiple(3, one) - center
        if any(entry for row in third.tolist() for entry in row):
            raise DerivationError(f"randomised: expected degree at most 2 in {expression.variable}, found a higher one")
        alone = [at(unit(i)) for i in range(size)]
        total = center
        half = self._constant(Fraction(1, 2))
        for i in range(size):
            for j in range(size):
                second = at(unit(i, j)) - alone[i] - alone[j] + center
                total = total + self._multiple(half, self._multiple(int(covariance[i, j]), second))
        return total

    def _value_of_sympy(self, expression: sympy.Expr) -> Any:
        if isinstance(expression, sympy.Symbol):
            return self._matrix(1, 1, lambda i, j: self._source.randrange(self.prime))
        if isinstance(expression, sympy.Rational):
            constant = self._constant(Fraction(int(expression.p), int(expression.q)))
            return self._matrix(1, 1, lambda i, j: constant)
        values = [self.value(argument) for argument in expression.args]  # type: ignore[arg-type]  # sympy's stubs
        if isinstance(expression, sympy.Pow):
            base, exponent = values[0], int(expression.args[1])  # type: ignore[arg-type]  # an integer: sizes came first
            result = base = self._inverse(base) if exponent < 0 else base
            for _ in range(abs(exponent) - 1):
                result = result * base
            return result
        result = values[0]
        for value in values[1:]:
            result = result + value if isinstance(expression, sympy.Add) else result * value
        return result
