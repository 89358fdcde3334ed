"""Matrix expressions as functions of numpy arrays."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from proofs.engine.errors import DerivationError
from proofs.engine.free_algebra import normal_form
from proofs.engine.free_algebra_binders import Application, Expectation, free_generators
from proofs.engine.free_algebra_blocks import BlockMatrix, BlockProduct
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
    walk,
)
from proofs.engine.free_algebra_identity import Determinants, Side


def as_function(
    side: Side,
    *,
    dimensions_from: Iterable[Generator] = (),
    meanings: Mapping[Expression, Expression] | None = None,
) -> Callable[..., np.ndarray | float]:
    """The side as a function of its generators, by name, each a 2-d array (a scalar may be a number).

    Generators with one of the `meanings` are computed, each once. Where values of the generators in `dimensions_from`
    are given too, their shapes fix dimensions.
    The function raises `DerivationError` for a missing generator, and for shapes that do not fit the dimension names.
    Scalars come back as numbers.
    """
    known = meanings or {}
    needed = _in_order(generators_of(side), known)

    def function(**values: Any) -> np.ndarray | float:
        sizes: dict[str, int] = {"1": 1}
        arrays: dict[str, np.ndarray] = {}
        for generator in (*needed, *(g for g in dimensions_from if g.name in values and g not in known)):
            if generator not in known:
                arrays[generator.name] = _array(generator, values, sizes)
        for generator in needed:
            if generator in known:
                arrays[generator.name] = _evaluated(known[generator], arrays, sizes)
        result = _evaluated(side, arrays, sizes)
        return float(result[0, 0]) if result.shape == (1, 1) else result

    return function


def generators_of(side: Side) -> tuple[Generator, ...]:
    """The generators that occur, each once, in the order of writing."""
    parts: tuple[Any, ...] = ()
    if isinstance(side, Expression):
        free = free_generators(side)
        return tuple(dict.fromkeys(part for part in walk(side) if isinstance(part, Generator) and part in free))
    if isinstance(side, BlockMatrix):
        parts = side.entries()
    else:
        parts = side.factors if isinstance(side, BlockProduct) else side.arguments
    return tuple(dict.fromkeys(generator for part in parts for generator in generators_of(part)))


def _in_order(wanted: Iterable[Generator], meanings: Mapping[Expression, Expression]) -> tuple[Generator, ...]:
    """The generators and those that their meanings need, each after what it is made of."""
    found: dict[Generator, None] = {}

    def visit(generator: Generator) -> None:
        if generator not in found:
            if generator in meanings:
                for inner in generators_of(meanings[generator]):
                    visit(inner)
            found[generator] = None

    for generator in wanted:
        visit(generator)
    return tuple(found)


def _array(generator: Generator, values: Mapping[str, Any], sizes: dict[str, int]) -> np.ndarray:
    if generator.name not in values:
        raise DerivationError(f"expected a value for {generator.name}, found {', '.join(sorted(values)) or 'none'}")
    array = np.asarray(values[generator.name], dtype=float)
    array = array.reshape(1, 1) if array.ndim == 0 else array
    expected = tuple(sizes.setdefault(name, size) for name, size in zip(generator.shape, array.shape, strict=False))
    if array.ndim != 2 or array.shape != expected:
        raise DerivationError(
            f"{generator.name}: expected shape {generator.rows} x {generator.cols}, found {array.shape}"
        )
    return array


def _evaluated(side: Side, arrays: Mapping[str, np.ndarray], sizes: Mapping[str, int]) -> np.ndarray:
    def size(name: str) -> int:
        if name not in sizes:
            raise DerivationError(f"expected a generator that fixes dimension {name}, found none")
        return sizes[name]

    def of(part: Side) -> np.ndarray:
        match part:
            case Generator():
                return arrays[part.name]
            case Identity():
                return np.eye(size(part.rows))
            case Dimension():
                return np.full((1, 1), float(size(part.name)))
            case Sum():
                start = np.zeros((size(part.rows), size(part.cols)))
                return sum((float(coefficient) * of(term) for coefficient, term in part.terms), start=start)
            case Product():
                return functools.reduce(np.matmul, [of(factor) for factor in part.factors])
            case Scaled():
                return of(part.scalar)[0, 0] * of(part.matrix)
            case Transpose():
                return of(part.argument).T
            case Inverse():
                return np.linalg.inv(of(part.argument))
            case Trace():
                return np.full((1, 1), np.trace(of(part.argument)))
            case LogDet():
                return np.full((1, 1), np.linalg.slogdet(of(part.argument))[1])
            case Application():
                return of(part.written_out())
            case Expectation():
                return of(_in_moments(part))
            case BlockMatrix():
                return np.block([[of(block) for block in row] for row in part.blocks])
            case BlockProduct():
                return of(part.value())
            case Determinants():
                return np.full((1, 1), math.prod(float(np.linalg.det(of(argument))) for argument in part.arguments))
        raise DerivationError(f"expected a matrix expression, found {type(part).__name__}")

    return of(side)


@functools.lru_cache(maxsize=1024)
def _in_moments(expression: Expectation) -> Expression:
    """The expectation written out, once for all points at which it is computed."""
    return normal_form(expression)
