"""Block matrices over the free algebra, and determinants by factorisation into block triangular matrices."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Exact
from proofs.engine.free_algebra import Expression, Outcome, Relations, decide, identity, zero
from proofs.engine.free_algebra_expressions import Identity


@dataclasses.dataclass(frozen=True, slots=True)
class BlockMatrix:
    """A rectangular array of expressions; rows of blocks share their heights, columns their widths.

    Raises `DerivationError` for ragged arrays and blocks that do not fit.
    """

    blocks: tuple[tuple[Expression, ...], ...]

    def __post_init__(self) -> None:
        if not self.blocks or not self.blocks[0] or len({len(row) for row in self.blocks}) > 1:
            lengths = [len(row) for row in self.blocks]
            raise DerivationError(f"block matrix: expected rows of equal length, found {lengths}")
        for i, row in enumerate(self.blocks):
            for j, block in enumerate(row):
                expected = row[0].rows, self.blocks[0][j].cols
                if block.shape != expected:
                    raise DerivationError(
                        f"block ({i + 1}, {j + 1}): expected shape {expected[0]} x {expected[1]}, "
                        f"found {block.rows} x {block.cols}"
                    )

    @property
    def heights(self) -> tuple[str, ...]:
        return tuple(row[0].rows for row in self.blocks)

    @property
    def widths(self) -> tuple[str, ...]:
        return tuple(block.cols for block in self.blocks[0])

    @property
    def T(self) -> BlockMatrix:
        return BlockMatrix(tuple(tuple(block.T for block in column) for column in zip(*self.blocks, strict=True)))

    def __matmul__(self, other: BlockMatrix) -> BlockMatrix:
        if self.widths != other.heights:
            raise DerivationError(f"@: expected blocks of heights {self.widths}, found {other.heights}")
        columns = list(zip(*other.blocks, strict=True))
        return BlockMatrix(tuple(tuple(_inner(row, column) for column in columns) for row in self.blocks))

    def __add__(self, other: BlockMatrix) -> BlockMatrix:
        return self._blockwise("+", other, lambda a, b: a + b)

    def __sub__(self, other: BlockMatrix) -> BlockMatrix:
        return self._blockwise("-", other, lambda a, b: a - b)

    def _blockwise(
        self, name: str, other: BlockMatrix, operation: Callable[[Expression, Expression], Expression]
    ) -> BlockMatrix:
        if (self.heights, self.widths) != (other.heights, other.widths):
            raise DerivationError(
                f"{name}: expected blocks {self.heights} x {self.widths}, found {other.heights} x {other.widths}"
            )
        pairs = zip(self.blocks, other.blocks, strict=True)
        return BlockMatrix(tuple(tuple(operation(a, b) for a, b in zip(*rows, strict=True)) for rows in pairs))

    def entries(self) -> tuple[Expression, ...]:
        return tuple(block for row in self.blocks for block in row)

    def to_latex(self) -> str:
        rows = [" & ".join(block.to_latex() for block in row) for row in self.blocks]
        return r"\begin{pmatrix} " + r" \\ ".join(rows) + r" \end{pmatrix}"


@dataclasses.dataclass(frozen=True, slots=True)
class BlockProduct:
    """Block matrices to be multiplied, kept apart for reading."""

    factors: tuple[BlockMatrix, ...]

    def value(self) -> BlockMatrix:
        product = self.factors[0]
        for factor in self.factors[1:]:
            product = product @ factor
        return product

    def to_latex(self) -> str:
        return " ".join(factor.to_latex() for factor in self.factors)


def _inner(row: Sequence[Expression], column: Sequence[Expression]) -> Expression:
    """Sum of products, with the products by zero and identity blocks carried out so that the result stays readable."""
    total = zero(row[0].rows, column[0].cols)
    for left, right in zip(row, column, strict=True):
        if left == zero(left.rows, left.cols) or right == zero(right.rows, right.cols):
            continue
        if isinstance(left, Identity):
            total += right
        elif isinstance(right, Identity):
            total += left
        else:
            total += left @ right
    return total


def block(rows: Sequence[Sequence[Expression | int]], heights: Sequence[str], widths: Sequence[str]) -> BlockMatrix:
    """A block matrix in which 0 stands for a zero block and 1 for an identity block."""
    filled = []
    for row, height in zip(rows, heights, strict=True):
        filled.append(tuple(_filled(entry, height, width) for entry, width in zip(row, widths, strict=True)))
    return BlockMatrix(tuple(filled))


def _filled(entry: Expression | int, height: str, width: str) -> Expression:
    if isinstance(entry, Expression):
        return entry
    if entry == 0:
        return zero(height, width)
    if entry == 1 and height == width:
        return identity(height)
    raise DerivationError(
        f"block of shape {height} x {width}: expected an expression, 0, or 1 if square, found {entry}"
    )


def blocks_equal(left: BlockMatrix, right: BlockMatrix, relations: Relations = ()) -> Exact | None:
    """The proof that two block matrices are equal block by block, or None where it was not found."""
    rules = pairs = 0
    for difference in (left - right).entries():
        decision = decide(difference, relations)
        if decision.outcome is not Outcome.ZERO:
            return None
        rules, pairs = max(rules, decision.rules), pairs + decision.critical_pairs
    count = len(left.entries())
    return Exact(
        certificate=f"{count} blocks with normal form 0 in the free algebra: at most {rules} rewriting rules, "
        f"{pairs} critical pairs resolved"
    )


def is_block_triangular(matrix: BlockMatrix, relations: Relations = ()) -> bool:
    """True for square diagonal blocks and blocks shown to be zero on one side of the diagonal (or on both)."""
    if matrix.heights != matrix.widths:
        return False
    size = range(len(matrix.heights))

    def vanish(on_this_side: Callable[[int, int], bool]) -> bool:
        return all(
            decide(matrix.blocks[i][j], relations).outcome is Outcome.ZERO
            for i in size
            for j in size
            if on_this_side(i, j)
        )

    return vanish(lambda i, j: i > j) or vanish(lambda i, j: i < j)


def determinant_factors(
    matrix: BlockMatrix, factors: Sequence[BlockMatrix], relations: Relations = ()
) -> tuple[tuple[Expression, ...], Exact]:
    """The matrices whose determinants multiply to det(matrix), from a factorisation into block triangular matrices.

    Two facts are used: det(XY) = det X det Y, and the determinant of a block triangular matrix is the product of those
    of its diagonal blocks. The factorisation itself and the zero blocks are checked in the free algebra; blocks equal
    to the identity drop out. Raises `DerivationError` where a factor is not block triangular, or the product is not
    shown to be the matrix.
    """
    for number, factor in enumerate(factors, 1):
        if not is_block_triangular(factor, relations):
            raise DerivationError(f"determinant: expected factor {number} block triangular, found {factor.to_latex()}")
    evidence = blocks_equal(matrix, BlockProduct(tuple(factors)).value(), relations)
    if evidence is None:
        raise DerivationError("determinant: expected factors whose product is the matrix, found another product")
    diagonal = [factor.blocks[i][i] for factor in factors for i in range(len(factor.heights))]
    kept = tuple(
        entry for entry in diagonal if decide(entry - identity(entry.rows), relations).outcome is not Outcome.ZERO
    )
    return kept, evidence
