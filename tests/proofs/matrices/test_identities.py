"""Matrix identities of every dimension: decided, cross-checked, and rejected once spoilt."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from fractions import Fraction
from types import ModuleType

import pytest

from proofs.engine.errors import DerivationError
from proofs.engine.free_algebra_blocks import BlockMatrix, BlockProduct
from proofs.engine.free_algebra_expressions import Expression, Generator, Inverse, Sum, Transpose
from proofs.engine.free_algebra_identity import Determinants, MatrixIdentity, Side
from proofs.matrices import completing_the_square, schur_complement, woodbury

MODULES: tuple[ModuleType, ...] = (completing_the_square, schur_complement, woodbury)
IDENTITIES = {f"{module.TOPIC}: {entry.name}": entry for module in MODULES for entry in module.identities()}
DIMENSIONS = ({"n": 3, "k": 2, "l": 4}, {"n": 2, "k": 3, "l": 1})


@pytest.mark.parametrize("name", IDENTITIES)
def test_identity_is_proved_in_every_dimension_and_holds_at_random_points(name: str) -> None:
    entry = IDENTITIES[name]
    assert entry.prove().proves
    for dimensions in DIMENSIONS:
        assert entry.cross_check(dimensions, seed=11).error < Fraction(1, 1 << 60)


def test_topics_and_names_are_distinct() -> None:
    assert len({module.TOPIC for module in MODULES}) == len(MODULES)
    assert len(IDENTITIES) == sum(len(module.identities()) for module in MODULES)


def _spoilt(expression: Expression) -> Iterator[tuple[str, Expression]]:
    """Every expression that differs by one sign, one factor 1/2, or one missing transpose or inverse."""
    if isinstance(expression, Sum):
        for i, (coefficient, term) in enumerate(expression.terms):
            for kind, factor in (("sign", -1), ("half", Fraction(1, 2))):
                changed = (coefficient * factor, term)
                terms = (*expression.terms[:i], changed, *expression.terms[i + 1 :])
                yield kind, Sum(*expression.shape, terms)
    if isinstance(expression, Transpose | Inverse) and expression.argument.shape == expression.shape:
        yield ("transpose" if isinstance(expression, Transpose) else "inverse"), expression.argument
    children = expression.children()
    for i, child in enumerate(children):
        for kind, changed in _spoilt(child):
            yield kind, expression.rebuilt((*children[:i], changed, *children[i + 1 :]))


def _spoilt_side(side: Side) -> Iterator[tuple[str, Side]]:
    if isinstance(side, Expression):
        yield from _spoilt(side)
    elif isinstance(side, BlockMatrix):
        for i, row in enumerate(side.blocks):
            for j, entry in enumerate(row):
                for kind, changed in _spoilt(entry):
                    rows = [list(other) for other in side.blocks]
                    rows[i][j] = changed
                    yield kind, BlockMatrix(tuple(map(tuple, rows)))
    else:
        parts = side.arguments if isinstance(side, Determinants) else side.factors
        for i, part in enumerate(parts):
            for kind, changed in _spoilt_side(part):
                yield kind, type(side)((*parts[:i], changed, *parts[i + 1 :]))  # type: ignore[arg-type]  # of the kind of `side`


@pytest.mark.parametrize("name", IDENTITIES)
def test_mutants_are_rejected_by_both_books(name: str) -> None:
    """A changed sign, factor 1/2, transpose or inverse on either side: what fails at random points is not proved."""
    entry = IDENTITIES[name]
    rejected = 0
    mutants = [dataclasses.replace(entry, lhs=side) for _, side in _spoilt_side(entry.lhs)]
    mutants += [dataclasses.replace(entry, rhs=side) for _, side in _spoilt_side(entry.rhs)]
    for mutant in mutants:
        try:
            mutant.cross_check(DIMENSIONS[0], primes=1, points=1, seed=3)
        except DerivationError:
            with pytest.raises(DerivationError):
                mutant.prove()
            rejected += 1
        else:
            # Harmless, such as a transposed symmetric matrix; the factors of a determinant stay as they were.
            assert isinstance(entry.lhs, Determinants) or mutant.prove().proves
    assert rejected


def _identity(module: ModuleType, name: str) -> MatrixIdentity:
    return next(entry for entry in module.identities() if entry.name == name)


def test_named_mutants() -> None:
    """The mistakes one makes: a sign, a factor 1/2, a missing transpose."""
    square = _identity(completing_the_square, "quadratic")
    a, x, b = (Generator("n", size, name, name == "A") for name, size in (("A", "n"), ("x", "1"), ("b", "1")))
    c = Generator("1", "1", "c", True)
    shifted = x + a.inverse() @ b
    for wrong in (
        shifted.T @ a @ shifted / 2 + c + b.T @ a.inverse() @ b / 2,
        shifted.T @ a @ shifted / 2 + c - b.T @ a.inverse() @ b,
        (x - a.inverse() @ b).T @ a @ (x - a.inverse() @ b) / 2 + c - b.T @ a.inverse() @ b / 2,
    ):
        with pytest.raises(DerivationError, match="expected lhs - rhs = 0, found"):
            dataclasses.replace(square, rhs=wrong).prove()
    # A is symmetric: without that the square cannot be completed with A alone.
    general = Generator("n", "n", "A", False)
    shifted = x + general.inverse() @ b
    with pytest.raises(DerivationError, match="does not follow"):
        dataclasses.replace(
            square,
            lhs=x.T @ general @ x / 2 + b.T @ x + c,
            rhs=shifted.T @ general @ shifted / 2 + c - b.T @ general.inverse() @ b / 2,
        ).prove()
    reduced = _identity(schur_complement, "reduced Hessian")
    huu, hvv = Generator("k", "k", "Huu", True, "H_{uu}"), Generator("l", "l", "Hvv", True, "H_{vv}")
    hvu = Generator("l", "k", "Hvu", False, "H_{vu}")
    right = BlockMatrix(((huu - hvu.T @ hvv.inverse() @ hvu,),))
    assert dataclasses.replace(reduced, rhs=right).prove().proves
    for wrong in (huu + hvu.T @ hvv.inverse() @ hvu, huu - 2 * hvu.T @ hvv.inverse() @ hvu):
        with pytest.raises(DerivationError, match="equal blocks"):
            dataclasses.replace(reduced, rhs=BlockMatrix(((wrong,),))).prove()


def test_determinants_need_triangular_factors_of_the_matrix_itself() -> None:
    entry = _identity(schur_complement, "determinant")
    assert isinstance(entry.rhs, Determinants) and isinstance(entry.lhs, Determinants)
    a, schur = entry.rhs.arguments
    lower, diagonal, upper = entry.factors
    with pytest.raises(DerivationError, match="expected the determinants of"):
        dataclasses.replace(entry, rhs=Determinants((a, schur, schur))).prove()
    with pytest.raises(DerivationError, match="expected the determinants of"):
        dataclasses.replace(entry, rhs=Determinants((schur,))).prove()
    with pytest.raises(DerivationError, match="product is the matrix"):
        dataclasses.replace(entry, factors=(upper, diagonal, lower)).prove()
    with pytest.raises(DerivationError, match="factor 1 block triangular"):
        dataclasses.replace(entry, factors=entry.lhs.arguments).prove()


def test_block_factorisation_is_a_product_of_block_matrices() -> None:
    entry = _identity(schur_complement, "block factorisation")
    assert isinstance(entry.rhs, BlockProduct)
    assert entry.to_latex().count("pmatrix") == 8  # M, L, diag and U
    assert [str(argument) for argument in entry.assumptions] == ["A"]
