"""The modes of switching joint policies on values modulo constants, and exact tests of definiteness and stability.

On R^S modulo constants take y_i = x_i - x_{S-1}, i < d = S - 1. A stochastic matrix M acts as
A[i][j] = M[i][j] - M[S-1][j]. A joint policy picks one row of the kernel in every state, independently.

Only rows that are vertices of the convex hull of their state's rows matter: a product of modes is affine in each row of
each factor, so a product of any modes is a convex combination of products of vertex modes of the same length, and no
norm of it exceeds the largest of theirs. The joint spectral radius of the vertex modes is that of all modes.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

from flint import fmpq, fmpq_mat, fmpz

from games.errors import shown
from solvers.errors import SolverError
from solvers.markov.exact_tables import LARGEST_ENUMERATION, ExactTables, Policy
from solvers.matrix.rational_lp import Optimum, Program
from solvers.matrix.rational_lp import solve as solve_program

Matrix = list[list[Any]]  # of fmpq


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hull:
    """The rows that are kept in every state, and every other one as a mixture of them."""

    rows: tuple[tuple[int, ...], ...]  # (S,) rows of the kernel
    mixtures: tuple[tuple[tuple[int, tuple[Any, ...]], ...], ...]  # (S,) of (row, weights of the kept rows)

    @property
    def modes(self) -> int:
        return math.prod(map(len, self.rows))

    def policies(self) -> Iterator[Policy]:
        return itertools.product(*self.rows)


def hull(tables: ExactTables) -> Hull:
    """The vertices of every state's rows, found and proved by exact linear programs.

    Raises `SolverError` where more than `LARGEST_ENUMERATION` modes are left.
    """
    states, moves, replies = tables.shape
    block = moves * replies
    kept_rows, mixtures = [], []
    for state in range(states):
        rows = list(range(state * block, (state + 1) * block))
        kept = list(rows)
        for row in rows:
            others = [other for other in kept if other != row]
            if others and _weights(tables, row, others) is not None:
                kept = others
        kept_rows.append(tuple(kept))
        mixtures.append(tuple((row, _weights(tables, row, kept)) for row in rows if row not in kept))
    found = Hull(rows=tuple(kept_rows), mixtures=tuple(mixtures))  # type: ignore[arg-type]  # none of them is None
    if found.modes > LARGEST_ENUMERATION:
        raise SolverError(
            f"switching: expected at most {LARGEST_ENUMERATION} modes after dropping mixtures of rows, "
            f"found {shown(found.modes)}"
        )
    return found


def _weights(tables: ExactTables, row: int, others: Sequence[int]) -> tuple[Any, ...] | None:
    """w >= 0 with sum 1 and row = sum_k w_k others_k, None where there is none."""
    target = tables.laws[row]
    for k, other in enumerate(others):
        if tables.laws[other] == target:
            return tuple(fmpq(int(k == place)) for place in range(len(others)))
    constraints = []
    for t in range(len(target) - 1):  # the last entry follows, since all sums are 1
        gaps = [tables.laws[other][t] - target[t] for other in others]
        scale = math.lcm(*(int(gap.q) for gap in gaps))
        whole = [fmpz(int(gap.p) * (scale // int(gap.q))) for gap in gaps]
        constraints += [whole, [-entry for entry in whole]]
    if any(all(entry < 0 for entry in row) for row in constraints):
        return None
    found = solve_program(Program(objective=[0] * len(others), rows=constraints, mass=[1] * len(others)))
    return found.point if isinstance(found, Optimum) else None


def quotient(tables: ExactTables, policy: Policy) -> Matrix:
    """The mode of a joint policy, d x d."""
    last = tables.laws[policy[-1]]
    return [[tables.laws[row][j] - last[j] for j in range(len(last) - 1)] for row in policy[:-1]]


def symmetric_power(matrix: Matrix, degree: int) -> Matrix:
    """The matrix of v(y) -> v(A y), v all monomials of this degree, by nondecreasing index tuples in their order."""
    size = len(matrix)
    if degree == 1:
        return matrix
    tuples = list(itertools.combinations_with_replacement(range(size), degree))
    place = {index: k for k, index in enumerate(tuples)}
    power = []
    for index in tuples:
        terms: dict[tuple[int, ...], Any] = {(): fmpq(1)}
        for i in index:
            product: dict[tuple[int, ...], Any] = {}
            for monomial, weight in terms.items():
                for j in range(size):
                    longer = tuple(sorted((*monomial, j)))
                    product[longer] = product.get(longer, fmpq(0)) + weight * matrix[i][j]
            terms = product
        row = [fmpq(0)] * len(tuples)
        for monomial, weight in terms.items():
            row[place[monomial]] = weight
        power.append(row)
    return power


def is_definite(matrix: Matrix, *, strict: bool) -> bool:
    """Whether a symmetric rational matrix is positive (semi)definite, by L D L' without a root or a rounding.

    The pivots of D are positive, or zero in the semidefinite case with nothing left in their column.
    """
    left = [list(row) for row in matrix]
    size = len(left)
    for k in range(size):
        pivot = left[k][k]
        if pivot < 0 or (strict and pivot == 0):
            return False
        if pivot == 0:
            if any(left[i][k] != 0 for i in range(k + 1, size)):
                return False
            continue
        for i in range(k + 1, size):
            factor = left[i][k] / pivot
            if factor != 0:
                for j in range(k + 1, i + 1):
                    left[i][j] -= factor * left[j][k]
    return True


def reaches(matrix: Matrix, radius: Any) -> bool:
    """Whether the spectral radius of a rational matrix is at least `radius` >= 0, by the Schur-Cohn recursion.

    p(z) = det(radius z - M) has all roots in the open unit disc exactly where |a_0| < |a_n| and
    (a_n p(z) - a_0 z^n p(1/z)) / z has; where |a_0| >= |a_n| some root is outside, since a_0 / a_n is their product.
    """
    if radius == 0:
        return True
    size = len(matrix)
    power = fmpq(1)
    polynomial = []
    for coefficient in fmpq_mat(matrix).charpoly().coeffs():
        polynomial.append(coefficient * power)
        power *= radius
    for degree in range(size, 0, -1):
        constant, leading = polynomial[0], polynomial[degree]
        if abs(constant) >= abs(leading):
            return True
        polynomial = [
            leading * polynomial[k + 1] - constant * polynomial[degree - k - 1] for k in range(degree)
        ]  # degree - 1: its leading coefficient leading^2 - constant^2 is positive
    return False


def congruence(outer: Matrix, middle: Matrix) -> Matrix:
    """outer' middle outer."""
    factor = fmpq_mat(outer)
    return (factor.transpose() * fmpq_mat(middle) * factor).tolist()
