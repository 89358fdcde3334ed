"""Named identities between matrices of every dimension: decided in the free algebra, cross-checked at random points."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TypeVar

from proofs.engine import randomised
from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Exact, Randomised
from proofs.engine.free_algebra import Outcome, Relations, decide, inverses, substitute
from proofs.engine.free_algebra_blocks import BlockMatrix, BlockProduct, blocks_equal, determinant_factors
from proofs.engine.free_algebra_expressions import Expression

LONGEST_REST = 400  # characters of what is left of a false identity, in its message


@dataclasses.dataclass(frozen=True, slots=True)
class Determinants:
    """A product of determinants; of none it is one."""

    arguments: tuple[Expression | BlockMatrix, ...]

    def to_latex(self) -> str:
        return (
            r"\,".join(
                rf"\det {argument.to_latex()}"
                if isinstance(argument, BlockMatrix)
                else rf"\det\left({argument.to_latex()}\right)"
                for argument in self.arguments
            )
            or "1"
        )


Side = Expression | BlockMatrix | BlockProduct | Determinants


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MatrixIdentity:
    """lhs = rhs wherever the inverses written exist, with definitions put in and under further relations if any.

    Both sides are expressions, (products of) block matrices, or (products of) determinants; a determinant on the left
    is decided by the `factors` of its matrix, block triangular ones. `definitions` are generators, each beside the
    expression it stands for.
    """

    name: str
    lhs: Side
    rhs: Side
    reason: str
    definitions: tuple[tuple[Expression, Expression], ...] = ()
    relations: Relations = ()
    factors: tuple[BlockMatrix, ...] = ()

    @property
    def assumptions(self) -> tuple[Expression, ...]:
        """What is assumed invertible, each once."""
        parts = [part for side in (self.lhs, self.rhs, *self.factors) for part in expressions_of(side)]
        parts.extend(side for pair in (*self.definitions, *self.relations) for side in pair)
        return inverses(*parts)

    def prove(self) -> Exact:
        """The exact evidence. Raises `DerivationError` where there is none, saying what is left of lhs - rhs."""
        definitions = dict(self.definitions)
        lhs, rhs = (put_in(_multiplied(side), definitions) for side in (self.lhs, self.rhs))
        if isinstance(lhs, Determinants) and isinstance(rhs, Determinants):
            return self._prove_determinants(lhs, rhs)
        if isinstance(lhs, BlockMatrix) and isinstance(rhs, BlockMatrix):
            evidence = blocks_equal(lhs, rhs, self.relations)
            if evidence is None:
                raise DerivationError(f"{self.name}: expected equal blocks, found that their equality does not follow")
            return evidence
        if isinstance(lhs, Expression) and isinstance(rhs, Expression):
            decision = decide(lhs - rhs, self.relations)
            evidence = decision.evidence()
            if evidence is None:
                missing = "it does not follow" if decision.outcome is Outcome.NOT_A_CONSEQUENCE else "undecided"
                found = decision.normal_form.to_latex()
                found = found if len(found) <= LONGEST_REST else f"{found[:LONGEST_REST]}..."
                raise DerivationError(f"{self.name}: expected lhs - rhs = 0, found {found} ({missing})")
            return evidence
        raise DerivationError(
            f"{self.name}: expected two expressions, block matrices or determinants, "
            f"found {type(lhs).__name__} and {type(rhs).__name__}"
        )

    def _prove_determinants(self, lhs: Determinants, rhs: Determinants) -> Exact:
        if len(lhs.arguments) != 1 or not isinstance(lhs.arguments[0], BlockMatrix):
            raise DerivationError(f"{self.name}: expected the determinant of one block matrix on the left")
        factors = [put_in(factor, dict(self.definitions)) for factor in self.factors]
        found, evidence = determinant_factors(lhs.arguments[0], factors, self.relations)
        wanted = list(rhs.arguments)
        for factor in found:
            match = next((w for w in wanted if isinstance(w, Expression) and self._equal(w, factor)), None)
            if match is None:
                raise DerivationError(
                    f"{self.name}: expected the determinants of {_listed(found)}, found {rhs.to_latex()}"
                )
            wanted.remove(match)
        if wanted:
            raise DerivationError(f"{self.name}: expected the determinants of {_listed(found)}, found {rhs.to_latex()}")
        return evidence

    def _equal(self, left: Expression, right: Expression) -> bool:
        return left.shape == right.shape and decide(left - right, self.relations).outcome is Outcome.ZERO

    def cross_check(
        self, dimensions: Mapping[str, int], *, primes: int = 2, points: int = 2, seed: int | None = None
    ) -> Randomised:
        """The same identity at random points in these dimensions.

        Raises `DerivationError` for a false identity, and under relations: random matrices do not satisfy them.
        """
        if self.relations:
            raise DerivationError(f"{self.name}: expected an identity without relations to sample, found some")
        lhs, rhs = _multiplied(self.lhs), _multiplied(self.rhs)
        given = dict(self.definitions)
        if isinstance(lhs, Determinants) and isinstance(rhs, Determinants):
            (matrix,) = lhs.arguments
            return randomised.determinant(
                matrix, rhs.arguments, dimensions, given=given, primes=primes, points=points, seed=seed
            )
        if isinstance(lhs, Determinants) or isinstance(rhs, Determinants):
            raise DerivationError(f"{self.name}: expected determinants on both sides or on neither")
        return randomised.identity(lhs, rhs, dimensions, given=given, primes=primes, points=points, seed=seed)

    def to_latex(self) -> str:
        return f"{self.lhs.to_latex()} = {self.rhs.to_latex()}"


S = TypeVar("S", bound=Side)


def put_in(side: S, definitions: Mapping[Expression, Expression]) -> S:
    """The side with defined generators exchanged for what they stand for. Raises as `free_algebra.substitute`."""
    if isinstance(side, Expression):
        return substitute(side, definitions)  # type: ignore[return-value]  # an expression for an expression
    if isinstance(side, BlockMatrix):
        rows = (tuple(substitute(entry, definitions) for entry in row) for row in side.blocks)
        return BlockMatrix(tuple(rows))  # type: ignore[return-value]  # of the kind of `side`
    if isinstance(side, BlockProduct):
        return BlockProduct(tuple(put_in(factor, definitions) for factor in side.factors))  # type: ignore[return-value]  # of the kind of `side`
    return Determinants(tuple(put_in(argument, definitions) for argument in side.arguments))  # type: ignore[return-value]  # of the kind of `side`


def _multiplied(side: Side) -> Expression | BlockMatrix | Determinants:
    return side.value() if isinstance(side, BlockProduct) else side


def expressions_of(side: Side) -> tuple[Expression, ...]:
    """The expressions that the side is made of."""
    if isinstance(side, Expression):
        return (side,)
    if isinstance(side, BlockMatrix):
        return side.entries()
    if isinstance(side, BlockProduct):
        return tuple(part for factor in side.factors for part in factor.entries())
    return tuple(part for argument in side.arguments for part in expressions_of(argument))


def _listed(expressions: tuple[Expression, ...]) -> str:
    return ", ".join(expression.to_latex() for expression in expressions)
