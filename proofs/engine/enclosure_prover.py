"""The proof search behind `enclosure`: one attempt at a sign, by enclosures, faces, factors, convexity and halving."""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import flint
import sympy

from proofs.engine import enclosure_exact
from proofs.engine.enclosure_interval import EVERYTHING, ZERO, Interval, Lambert, Program, between
from proofs.engine.errors import DerivationError

End = Fraction | float  # rational, or +-inf
Box = dict[sympy.Symbol, tuple[End, End]]

MOST_DERIVATIVES = 6  # how often derivatives are taken of derivatives
MOST_HALVINGS = 40  # a box of size 2^-40, or an end at 2^40
MOST_OPERATIONS_TO_FACTOR = 200
SMALLEST_CHANGE = 1e-12  # where Newton's method stops: enough to recognise a rational coordinate
LONGEST_DENOMINATOR = 1000  # of the coordinates of a point where the expression touches zero


def principal_minors(expression: sympy.Expr, symbols: Sequence[sympy.Symbol]) -> Iterator[sympy.Expr]:
    hessian = sympy.hessian(expression, list(symbols))
    for size in range(1, len(symbols) + 1):
        for chosen in itertools.combinations(range(len(symbols)), size):
            yield hessian.extract(list(chosen), list(chosen)).det(method="berkowitz")


def shown(box: Box) -> str:
    def end(value: End) -> str:
        return str(value) if isinstance(value, Fraction) else ("oo" if value > 0 else "-oo")

    def ends(low: End, high: End) -> str:
        if low == high:
            return f"= {end(low)}" if isinstance(low, Fraction) else f"-> {end(low)}"
        opening, closing = "[" if isinstance(low, Fraction) else "(", "]" if isinstance(high, Fraction) else ")"
        return f"in {opening}{end(low)}, {end(high)}{closing}"

    return ", ".join(f"{symbol} {ends(*pair)}" for symbol, pair in sorted(box.items(), key=lambda item: str(item[0])))


class SignDisproved(DerivationError):
    """The relation fails at a point of the box."""


class SignUndecided(DerivationError):
    """Neither proved nor disproved within the budget; the message names the box that was left."""


class Refuted(Exception):
    """A point (or a limit) at which the sign is wrong."""

    def __init__(self, point: Box, value: Interval) -> None:
        self.point, self.value = point, value


class Stuck(Exception):
    """A box on which nothing worked within the budget."""

    def __init__(self, box: Box) -> None:
        self.box = box


class Prover:
    """One proof attempt: its budget, and everything computed once (programs, derivatives, factors)."""

    def __init__(self, *, budget: int, bits: int) -> None:
        self.remaining = budget
        self.bits = bits
        self.looked_at = 0
        self._programs: dict[tuple[sympy.Expr, int], Program] = {}
        self._derivatives: dict[tuple[sympy.Expr, sympy.Symbol], sympy.Expr] = {}
        self._factors: dict[sympy.Expr, tuple[Fraction, list[tuple[sympy.Expr, int]]]] = {}

    def enclose(self, expression: sympy.Expr, box: Box) -> Interval:
        key = expression, flint.ctx.prec
        if key not in self._programs:
            self._programs[key] = Program(expression)
        return self._programs[key]({symbol: between(ends) for symbol, ends in box.items()})

    def derivative(self, expression: sympy.Expr, symbol: sympy.Symbol) -> sympy.Expr:
        key = expression, symbol
        if key not in self._derivatives:
            self._derivatives[key] = sympy.diff(expression, symbol)
        return self._derivatives[key]

    def check_defined(self, expression: sympy.Expr, box: Box) -> None:
        """Raise `SignUndecided` unless every logarithm, root, quotient and Lambert function is shown to be defined."""
        for part in sympy.preorder_traversal(expression):
            need = _condition(part)
            if need is None:
                continue
            argument, strict = need
            try:
                if strict is None:
                    self._prove_nonzero(argument, box, MOST_DERIVATIVES)
                else:
                    self.prove(argument, box, strict=strict)
            except (Refuted, Stuck) as reason:
                where = reason.point if isinstance(reason, Refuted) else reason.box
                raise SignUndecided(
                    f"sign: expected {part} to be defined on {shown(box)}, not shown at {shown(where)}"
                ) from None

    def prove(
        self, f: sympy.Expr, box: Box, *, strict: bool, derivatives: int = MOST_DERIVATIVES, level: int = 0
    ) -> Any:
        """Show f >= 0 (f > 0 if strict) on the box and return a lower bound >= 0; raises `Refuted`, `Stuck`."""
        box = {symbol: box[symbol] for symbol in sorted(f.free_symbols, key=str)}  # type: ignore[misc]  # sympy's stubs
        if self.remaining <= 0:
            raise Stuck(box)
        self.remaining -= 1
        self.looked_at += 1
        enclosure = self.enclose(f, box)
        if enclosure.lower > 0 or (enclosure.lower == 0 and not strict):
            return enclosure.lower
        if enclosure.upper < 0:
            raise Refuted(_some_point(box), enclosure)
        if not box:
            return self._constant(f, strict)
        self._look_for_a_counterexample(f, box, strict, corners=level == 0 and len(box) <= 3)
        slopes = {s: self.enclose(self.derivative(f, s), box) for s, ends in box.items() if _is_range(ends)}
        mean = self._mean_value(f, box, slopes)
        if mean.lower > 0 or (mean.lower == 0 and not strict):
            return mean.lower
        for symbol, slope in slopes.items():
            if slope.lower >= 0 or slope.upper <= 0:
                return self._on_face(f, box, symbol, slope.lower >= 0, strict, derivatives)
        if level % 3 == 0:
            # Factoring is cheap; the others cost proofs of their own, which pay on the whole box if anywhere.
            bound = self._by_factors(f, box, strict, derivatives)
            if bound is None and level == 0:
                with contextlib.suppress(Stuck), self._at_most(min(64, self.remaining // 4)):
                    return self._halves(f, box, slopes, strict, derivatives, level + 1)
            allowance = self.remaining // 4 if level == 0 else min(64, self.remaining // 4)
            for attempt in (self._by_derivatives, self._by_convexity):
                bound = attempt(f, box, strict, derivatives, allowance) if bound is None else bound
            if bound is not None:
                return bound
        return self._halves(f, box, slopes, strict, derivatives, level)

    @contextlib.contextmanager
    def _at_most(self, boxes: int) -> Iterator[None]:
        """Spend at most so many boxes of the budget inside."""
        held = self.remaining - boxes
        self.remaining = boxes
        try:
            yield
        finally:
            self.remaining += held

    def _constant(self, f: sympy.Expr, strict: bool) -> Any:
        if enclosure_exact.is_zero(f):
            if strict:
                raise Refuted({}, Interval(ZERO, ZERO))
            return ZERO
        with flint.ctx.workprec(8 * self.bits):
            enclosure = self.enclose(f, {})
            if enclosure.lower > 0:
                return enclosure.lower
            if enclosure.upper < 0:
                raise Refuted({}, enclosure)
        raise Stuck({})

    def _look_for_a_counterexample(self, f: sympy.Expr, box: Box, strict: bool, *, corners: bool) -> None:
        """Try the middle, and the corners where asked: f negative there (or zero, if strict) refutes."""
        vertices = itertools.product(*box.values()) if corners else ()
        for coordinates in (tuple(_middle(ends) for ends in box.values()), *vertices):
            if any(isinstance(coordinate, float) for coordinate in coordinates):
                continue
            point = {symbol: (c, c) for symbol, c in zip(box, coordinates, strict=True)}
            value = self.enclose(f, point)
            if value.upper < 0:
                raise Refuted(point, value)
            if strict and value.has_zero and enclosure_exact.is_zero(_at(f, point)):
                raise Refuted(point, Interval(ZERO, ZERO))

    def _mean_value(self, f: sympy.Expr, box: Box, slopes: Mapping[sympy.Symbol, Interval]) -> Interval:
        if any(isinstance(end, float) for ends in box.values() for end in ends):
            return EVERYTHING
        middle = {symbol: _middle(ends) for symbol, ends in box.items()}
        total = self.enclose(f, {symbol: (m, m) for symbol, m in middle.items()})
        for symbol, slope in slopes.items():
            low, high = box[symbol]
            total = total + slope.times(between((low - middle[symbol], high - middle[symbol])), limits=False)
        return total

    def _on_face(
        self, f: sympy.Expr, box: Box, symbol: sympy.Symbol, is_increasing: bool, strict: bool, derivatives: int
    ) -> Any:
        """f is monotone in the symbol: what remains is the face where it is least."""
        end = box[symbol][0 if is_increasing else 1]
        if isinstance(end, float):
            return self._above_limit(f, box, symbol, end, strict, derivatives)
        restricted = f.subs(symbol, sympy.Rational(end.numerator, end.denominator))
        if restricted.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
            raise Stuck(box)
        try:
            return self.prove(restricted, box, strict=strict, derivatives=derivatives)
        except Refuted as refuted:
            rest = {other: _some_point({other: box[other]})[other] for other in box if other not in refuted.point}
            raise Refuted({**rest, **refuted.point, symbol: (end, end)}, refuted.value) from None

    def _above_limit(
        self, f: sympy.Expr, box: Box, symbol: sympy.Symbol, end: float, strict: bool, derivatives: int
    ) -> Any:
        """f decreases to its limit as the symbol goes to the infinite end; strictly, it stays above that limit."""
        if strict and derivatives:
            slope = self.derivative(f, symbol)
            try:
                with self._at_most(self.remaining // 2):
                    self._prove_some_sign(slope, box, True, derivatives - 1)
                strict = False
            except (Refuted, Stuck):
                pass
        try:
            return self.prove(f, {**box, symbol: (end, end)}, strict=strict, derivatives=derivatives)
        except Refuted as refuted:
            # A limit of exactly zero need not be attained: nothing is refuted by it.
            raise (Stuck(box) if refuted.value.upper == 0 else refuted) from None

    def _halves(
        self,
        f: sympy.Expr,
        box: Box,
        slopes: Mapping[sympy.Symbol, Interval],
        strict: bool,
        derivatives: int,
        level: int,
    ) -> Any:
        symbol = _where_to_halve(box, slopes)
        if symbol is None or level == MOST_HALVINGS:
            raise Stuck(box)
        low, high = box[symbol]
        middle = _middle((low, high))
        below = self.prove(f, {**box, symbol: (low, middle)}, strict=strict, derivatives=derivatives, level=level + 1)
        above = self.prove(f, {**box, symbol: (middle, high)}, strict=strict, derivatives=derivatives, level=level + 1)
        return min(below, above)

    def _by_factors(self, f: sympy.Expr, box: Box, strict: bool, derivatives: int) -> Any:
        if f not in self._factors:
            small = sympy.count_ops(f) <= MOST_OPERATIONS_TO_FACTOR
            self._factors[f] = enclosure_exact.factored(f) if small else (Fraction(1), [(f, 1)])
        constant, factors = self._factors[f]
        if (
            len(factors) == 1
            and factors[0][1] == 1
            and not (constant != 1 and sympy.count_ops(factors[0][0]) < sympy.count_ops(f))
        ):
            return None
        if not constant:
            return None if strict else ZERO
        sign = 1 if constant > 0 else -1
        # A factor whose limit is zero may come to it from below, and another one may be infinite there.
        is_limit = any(isinstance(end, float) for ends in box.values() for end in ends if not _is_range(ends))
        try:
            with self._at_most(self.remaining // 2):
                for factor, exponent in factors:
                    needs_strict = strict or exponent < 0 or is_limit
                    if exponent % 2 == 0:
                        if needs_strict:
                            self._prove_nonzero(factor, box, derivatives)
                    else:
                        sign *= self._prove_some_sign(factor, box, needs_strict, derivatives)
        except (Refuted, Stuck):
            return None
        return ZERO if sign > 0 else None

    def _prove_nonzero(self, f: sympy.Expr, box: Box, derivatives: int) -> None:
        self._prove_some_sign(f, box, True, derivatives)

    def _prove_some_sign(self, f: sympy.Expr, box: Box, strict: bool, derivatives: int) -> int:
        """1 or -1, whichever sign f is shown to have on all of the box."""
        signs = self._sampled_signs(f, box)
        if len(signs) > 1:
            raise Stuck(box)
        sign = signs.pop() if signs else 1
        self.prove(f if sign > 0 else -f, box, strict=strict, derivatives=derivatives)
        return sign

    def _sampled_signs(self, f: sympy.Expr, box: Box) -> set[int]:
        """Signs that f has at a few points inside: which to prove, or that none will be."""
        signs = set()
        for weight in (Fraction(1, 2), Fraction(1, 16), Fraction(15, 16)):
            point = {symbol: _between_ends(ends, weight) for symbol, ends in box.items()}
            value = self.enclose(f, {symbol: (c, c) for symbol, c in point.items()})
            signs |= {1} if value.lower > 0 else {-1} if value.upper < 0 else set()
        return signs

    def _by_derivatives(self, f: sympy.Expr, box: Box, strict: bool, derivatives: int, allowance: int) -> Any:
        if derivatives == 0:
            return None
        for symbol, ends in box.items():
            if not _is_range(ends):
                continue
            slope = self.derivative(f, symbol)
            try:
                with self._at_most(min(allowance, self.remaining)):
                    sign = self._prove_some_sign(slope, box, False, derivatives - 1)
            except (Refuted, Stuck):
                continue
            with contextlib.suppress(Stuck):
                return self._on_face(f, box, symbol, sign > 0, strict, derivatives)
        return None

    def _by_convexity(self, f: sympy.Expr, box: Box, strict: bool, derivatives: int, allowance: int) -> Any:
        if strict or derivatives == 0 or not all(_is_range(ends) for ends in box.values()):
            return None
        point = self._touching_point(f, box)
        if point is None:
            return None
        try:
            with self._at_most(min(allowance, self.remaining)):
                for minor in principal_minors(f, list(box)):
                    self.prove(minor, box, strict=False, derivatives=derivatives - 1)
        except (Refuted, Stuck):
            return None
        return ZERO

    def _touching_point(self, f: sympy.Expr, box: Box) -> Box | None:
        """A rational point of the box where f and its gradient are exactly zero: found by Newton's method, checked."""
        symbols = list(box)
        gradient = [self.derivative(f, symbol) for symbol in symbols]
        hessian = [[self.derivative(part, symbol) for symbol in symbols] for part in gradient]
        place = [float(_middle(ends)) for ends in box.values()]
        try:
            for _ in range(20):
                here: Box = {symbol: (Fraction(c), Fraction(c)) for symbol, c in zip(symbols, place, strict=True)}
                slope = [self.enclose(part, here).midpoint() for part in gradient]
                curvature = [[self.enclose(part, here).midpoint() for part in row] for row in hessian]
                step = flint.arb_mat(curvature).solve(flint.arb_mat([[entry] for entry in slope]))
                changes = [float(step[i, 0]) for i in range(len(place))]
                place = [c - change for c, change in zip(place, changes, strict=True)]
                if not all(low - 1 <= c <= high + 1 for c, (low, high) in zip(place, box.values(), strict=True)):
                    return None
                if max(abs(change) for change in changes) < SMALLEST_CHANGE:
                    break
            rational = [Fraction(coordinate).limit_denominator(LONGEST_DENOMINATOR) for coordinate in place]
        except (ArithmeticError, ValueError):
            return None
        if any(not low <= c <= high for c, (low, high) in zip(rational, box.values(), strict=True)):
            return None
        point: Box = {symbol: (c, c) for symbol, c in zip(box, rational, strict=True)}
        return point if all(enclosure_exact.is_zero(_at(part, point)) for part in (f, *gradient)) else None


def _condition(part: sympy.Basic) -> tuple[sympy.Expr, bool | None] | None:
    """What must be > 0 (True), >= 0 (False) or nonzero (None) for this operation to be defined."""
    if isinstance(part, sympy.log):
        return part.args[0], True  # type: ignore[return-value]  # arguments of functions are expressions
    if isinstance(part, sympy.LambertW | Lambert):
        return part.args[0] + sympy.exp(-1), False  # type: ignore[operator]  # sympy's stubs
    if isinstance(part, sympy.Pow):
        base, exponent = part.args
        if isinstance(exponent, sympy.Integer):
            return (base, None) if exponent < 0 else None  # type: ignore[return-value]  # sympy's stubs
        return base, not (isinstance(exponent, sympy.Rational) and exponent > 0)  # type: ignore[return-value]  # sympy's stubs
    return None


def _is_range(ends: tuple[End, End]) -> bool:
    return ends[0] != ends[1]


def _middle(ends: tuple[End, End]) -> Any:
    """A point inside; on unbounded ranges one that doubles when repeated. Infinite only for a limit."""
    return _between_ends(ends, Fraction(1, 2))


def _between_ends(ends: tuple[End, End], weight: Fraction) -> Any:
    low, high = ends
    if isinstance(low, Fraction) and isinstance(high, Fraction):
        return low + weight * (high - low)
    if low == high:
        return low
    scale = 2 * weight
    if isinstance(low, Fraction):
        return max(2 * low, low + 2 * scale) if low > -1 else Fraction(0)
    if isinstance(high, Fraction):
        return -_between_ends((-high, math.inf), weight)
    return scale - 1


def _some_point(box: Box) -> Box:
    return {symbol: (_middle(ends),) * 2 for symbol, ends in box.items()}


def _at(f: sympy.Expr, point: Box) -> sympy.Expr:
    return f.subs({symbol: sympy.Rational(c.numerator, c.denominator) for symbol, (c, _) in point.items()})  # type: ignore[union-attr, arg-type]


def _where_to_halve(box: Box, slopes: Mapping[sympy.Symbol, Interval]) -> sympy.Symbol | None:
    """The symbol in which f varies most over the box (an unbounded one first); None where nothing is left to halve."""

    def variation(symbol: sympy.Symbol) -> tuple[bool, Any, Any]:
        low, high = box[symbol]
        width = high - low
        if isinstance(width, float) or not slopes[symbol].is_bounded:
            return True, ZERO, float(width)
        steepest = max(abs(slopes[symbol].lower), abs(slopes[symbol].upper))
        return False, steepest * flint.fmpq(width.numerator, width.denominator), float(width)

    return max(slopes, key=variation, default=None)
