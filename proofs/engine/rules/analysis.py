"""Rules of analysis: monotone maps, tangents of convex functions, mean values with remainder, signs on a box."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import ClassVar

import sympy

from proofs.engine.differentiation import derivative
from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Evidence, Exact
from proofs.engine.identity import is_identity
from proofs.engine.positivity import ANY, NONNEGATIVE, POSITIVE, Facts, Signs, check_defined
from proofs.engine.relation import Op, Relation, at_most
from proofs.engine.rules.algebra import require_op, require_plain
from proofs.engine.rules.quantifiers import require_generic
from proofs.engine.step import Assumptions, Rule, Step, known, union, without
from proofs.engine.substitution import free_variables, substitute

DERIVATIVES = Exact(certificate="derivatives by the rules of the calculus")

# Each map is strictly increasing where its argument has one of these signs, except the reciprocal, which decreases.
MAPS: dict[str, tuple[Callable[[sympy.Expr], sympy.Expr], Signs]] = {
    "exp": (sympy.exp, ANY),
    "log": (sympy.log, POSITIVE),
    "sqrt": (sympy.sqrt, NONNEGATIVE),
    "square": (lambda x: x**2, NONNEGATIVE),
    "tanh": (sympy.tanh, ANY),
    "reciprocal": (lambda x: 1 / x, POSITIVE),
    "W": (sympy.LambertW, NONNEGATIVE),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Monotone(Rule):
    """From l op r: f(l) op f(r) for an increasing map f, f(r) op f(l) for the reciprocal of positive sides."""

    name: ClassVar[str] = "monotone map"

    function: str  # one of MAPS

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        premise = uses[0].relation
        require_plain(premise, relation)
        if self.function not in MAPS:
            raise DerivationError(f"expected one of {', '.join(MAPS)}, found {self.function!r}")
        apply, domain = MAPS[self.function]
        facts = known(uses)
        for side in (premise.lhs, premise.rhs):
            if not facts.sign(side) <= domain:
                kind = "positive" if domain == POSITIVE else "nonnegative"
                raise DerivationError(f"expected a proof that {side} is {kind}, as {self.function} needs")
        sides = apply(premise.lhs), apply(premise.rhs)
        left, right = sides[::-1] if self.function == "reciprocal" else sides
        require_op(premise.op, relation)
        if not all(
            is_identity(mine, theirs, facts.positive) for mine, theirs in ((relation.lhs, left), (relation.rhs, right))
        ):
            raise DerivationError(f"expected {self.function} of both sides of `{premise}`")
        return Exact(certificate=f"{self.function} is monotone")


@dataclasses.dataclass(frozen=True, slots=True)
class Tangent(Rule):
    """A convex function lies above its tangents: f(at) + f'(at) (x - at) <= f(x).

    The first step used says 0 <= f''(x) for arbitrary x, under no assumptions about x but bounds (which leave an
    interval); the steps after it prove those bounds at `at`. The derivatives are recomputed.
    """

    name: ClassVar[str] = "convex function above its tangent"

    function: sympy.Expr
    variable: sympy.Symbol
    at: sympy.Expr

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        convex, *facts_at = uses
        x, f = self.variable, self.function
        slope = derivative(f, x)
        _require_bound(convex.relation, at_most(0, derivative(slope, x)), x)
        bounds = tuple(a.relation for a in convex.assumptions if x in a.relation.free)
        for bound in bounds:
            coefficient = derivative(bound.difference, x)
            if bound.bound or bound.op == "=" or x in free_variables(coefficient):
                raise DerivationError(f"expected only bounds on {x}, found `{bound}` assumed")
        smooth = Facts(a.relation for a in convex.assumptions)
        for part in (f, slope, derivative(slope, x)):
            check_defined(part, smooth)
        facts = known(facts_at)
        check_defined(self.at, facts)
        for bound in bounds:
            if not facts.proves(bound.substitute({x: self.at})):
                raise DerivationError(f"expected a proof of `{bound}` at {self.at}")
        value, gradient = (substitute(part, {x: self.at}) for part in (f, slope))
        require_plain(relation)
        require_op("<=", relation)
        if not is_identity(relation.difference, f - value - gradient * (x - self.at), known(uses).positive):
            raise DerivationError("expected f(x) less the tangent's value")
        return DERIVATIVES


@dataclasses.dataclass(frozen=True, slots=True)
class MeanValue(Rule):
    """Taylor on [0, 1] with remainder: f(1) - sum_{j < order} f^(j)(0) / j! <= K / order!.

    The first step used says f^(order)(t) <= K for arbitrary t, of which only 0 <= t <= 1 is assumed; K is free of t.
    """

    name: ClassVar[str] = "Taylor with remainder"

    function: sympy.Expr
    variable: sympy.Symbol
    order: int

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        t, (bounded, *_) = self.variable, uses
        derivatives = [self.function]
        for _ in range(self.order):
            derivatives.append(derivative(derivatives[-1], t))
        if self.order < 1 or t in free_variables(bounded.relation.rhs):
            raise DerivationError(f"expected order >= 1 and a bound free of {t}")
        _require_bound(bounded.relation, at_most(derivatives[-1], bounded.relation.rhs), t)
        require_generic((t,), without(bounded.assumptions, self._interval))
        smooth = Facts((*(a.relation for a in bounded.assumptions), *self._interval))
        for part in derivatives:
            check_defined(part, smooth)
        below = sum(
            (substitute(part, {t: sympy.Integer(0)}) / math.factorial(j) for j, part in enumerate(derivatives[:-1])),
            start=sympy.Integer(0),
        )
        remainder = substitute(self.function, {t: sympy.Integer(1)}) - below
        gap = bounded.relation.rhs / math.factorial(self.order) - remainder
        require_plain(relation)
        require_op("<=", relation)
        if t in relation.free:  # about t more is known here than the conclusion rests on
            raise DerivationError(f"expected a conclusion free of {t}, found `{relation}`")
        if not is_identity(relation.difference, gap, known(uses).positive):
            raise DerivationError(f"expected the remainder of order {self.order}, found another relation")
        return DERIVATIVES

    @property
    def _interval(self) -> tuple[Relation, ...]:
        return at_most(0, self.variable), at_most(self.variable, 1)

    def assumptions(self, relation: Relation, uses: tuple[Step, ...]) -> Assumptions:
        return union((without(uses[0].assumptions, self._interval), *(step.assumptions for step in uses[1:])))


def _require_bound(found: Relation, needed: Relation, variable: sympy.Symbol) -> None:
    require_plain(found)
    op: Op = found.op
    if op == "=" or not is_identity(found.difference, needed.difference):
        raise DerivationError(f"expected `{needed}` for arbitrary {variable}, found `{found}`")


@dataclasses.dataclass(frozen=True, slots=True)
class BoxSign(Rule):
    """The relation holds on a box: the sign of lhs - rhs is enclosed in ball arithmetic by branch and bound.

    The facts used prove that every variable lies in its interval of the box.
    """

    name: ClassVar[str] = "sign on a box"

    box: Mapping[sympy.Symbol, tuple[sympy.Expr, sympy.Expr]]

    def check(self, relation: Relation, uses: tuple[Step, ...]) -> Evidence:
        from proofs.engine.enclosure import prove_sign

        require_plain(relation)
        if relation.op == "=":
            raise DerivationError("expected an inequality, found an equation")
        facts = known(uses)
        for symbol, (low, high) in self.box.items():
            for edge, sides in ((low, (low, symbol)), (high, (symbol, high))):
                if not sympy.sympify(edge).is_infinite and not facts.proves(at_most(*sides)):
                    raise DerivationError(f"expected a proof of {sides[0]} <= {sides[1]}, an edge of the box")
        extra = free_variables(relation.difference) - set(self.box)
        if extra:
            raise DerivationError(f"expected an interval for {sorted(map(str, extra))}")
        return prove_sign(relation.lhs - relation.rhs, dict(self.box), relation.op)
