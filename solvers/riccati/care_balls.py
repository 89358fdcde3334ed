"""Riccati and Lyapunov equations in ball arithmetic: matrix signs in as many bits as it takes, and what proves them.

Iterations run on the midpoints, which are plain multiprecision numbers; only the proofs carry radii.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from flint import arb, arb_mat, ctx

MOST_STEPS = 200
"""Of an iteration for a matrix sign: scaled, it ends in some ten; the rest is for eigenvalues close to the axis."""


def precision(bits: int) -> AbstractContextManager[Any]:
    """Computing with `bits` inside a with statement."""
    return ctx.workprec(bits)


def as_balls(matrix: np.ndarray) -> Any:
    """The exact entries of a float matrix."""
    return arb_mat(matrix.tolist())


def as_floats(matrix: Any) -> np.ndarray:
    """The midpoints, rounded to the nearest floats."""
    return np.array([[float(entry.mid()) for entry in row] for row in matrix.tolist()])


def identity(n: int) -> Any:
    return arb_mat(np.eye(n).tolist())


def symmetric(matrix: Any) -> Any:
    return (matrix + matrix.transpose()) / 2


def blocks(rows: Iterable[Iterable[Any]]) -> Any:
    """One matrix from blocks."""
    joined: list[list[Any]] = []
    for row in rows:
        parts = [block.tolist() for block in row]
        joined += [[entry for line in lines for entry in line] for lines in zip(*parts, strict=True)]
    return arb_mat(joined)


def block(matrix: Any, rows: slice, columns: slice) -> Any:
    return arb_mat([row[columns] for row in matrix.tolist()[rows]])


def norm(matrix: Any) -> Any:
    """An upper bound on the largest row sum of absolute values, which for symmetric matrices bounds the spectrum."""
    largest = arb(0)
    for row in matrix.tolist():
        total = arb(0)
        for entry in row:
            total += abs(entry).upper()
        total = total.upper()
        largest = total if total > largest else largest
    return largest


def is_definite(matrix: Any) -> bool:
    """Whether a symmetric ball matrix is proved positive definite, by elimination."""
    left = matrix.tolist()
    for k, row in enumerate(left):
        if not row[k] > 0:
            return False
        for lower in left[k + 1 :]:
            ratio = lower[k] / row[k]
            for j in range(k + 1, len(left)):
                lower[j] -= ratio * row[j]
    return True


def sign(matrix: Any, load: Any | None = None) -> tuple[Any, Any | None]:
    """The sign of a matrix by scaled Newton steps Z <- (Z/c + c Z^{-1}) / 2, and `load` carried along.

    With load Q the same steps (Q/c + c Z^{-T} Q Z^{-1}) / 2 end, for stable Z, in twice the solution X of
    Z'X + XZ + Q = 0 (Roberts 1980). Raises `ZeroDivisionError` for matrices that are singular at this precision and
    `ArithmeticError` where eigenvalues are too close to the imaginary axis for it.
    """
    Z = matrix.mid()
    n = Z.nrows()
    for _ in range(MOST_STEPS):
        inverse = Z.inv().mid()
        scale = (norm(Z) / norm(inverse)).sqrt().mid() if _far(Z, inverse) else arb(1)
        next_Z = ((Z / scale + inverse * scale) / 2).mid()
        if load is not None:
            load = ((load / scale + inverse.transpose() * load * inverse * scale) / 2).mid()
        step = norm(next_Z - Z)
        size = norm(next_Z)
        Z = next_Z
        if step < size * arb(2) ** (-ctx.prec // 2 - 8):  # the next, quadratic, step is beyond the precision
            inverse = Z.inv().mid()
            if load is not None:
                load = ((load + inverse.transpose() * load * inverse) / 2).mid()
            return ((Z + inverse) / 2).mid(), load
        if not size < arb(2) ** ctx.prec:
            break
    raise ArithmeticError(f"expected a matrix of order {n} with no eigenvalue near the imaginary axis")


def _far(Z: Any, inverse: Any) -> bool:
    """Whether scaling still helps: near the end it would spoil quadratic convergence."""
    return not norm(Z - inverse) < norm(Z) / 100


def lyapunov(A: Any, Q: Any) -> Any:
    """X of A'X + XA + Q = 0 for stable A, midpoints only. Raises as `sign` does."""
    doubled: Any = sign(A, Q.mid())[1]
    return symmetric(doubled / 2).mid()


def riccati(A: Any, G: Any, Q: Any) -> Any:
    """The stabilising X of A'X + XA - XGX + Q = 0 from the sign of its Hamiltonian matrix, midpoints only.

    Raises as `sign` does.
    """
    n = A.nrows()
    top, bottom = slice(0, n), slice(n, 2 * n)
    W, _ = sign(blocks([[A, -G], [-Q, -A.transpose()]]))
    # [I; X] spans the kernel of W + I: overdetermined but consistent, so normal equations lose bits and nothing else.
    left = blocks([[block(W, top, bottom)], [block(W, bottom, bottom) + identity(n)]])
    right = blocks([[block(W, top, top) + identity(n)], [block(W, bottom, top)]])
    turned = left.transpose()
    return symmetric(-((turned * left).mid().solve((turned * right).mid()))).mid()


def riccati_bound(A: Any, G: Any, Q: Any, X: Any, form: Any) -> Any | None:
    """A proved bound on the spectral norm of X - X*, X* the stabilising solution; None where nothing is proved.

    With F = A - GX and a `form` V > 0 such that -(F'V + VF) >= mu I, the inverse of the Lyapunov operator of F, which
    maps positive semidefinite matrices to such, has norm at most kappa = |V| / mu. The residual R(X + d) is
    R(X) + (F'd + dF) - dGd, so (Newton-Kantorovich) where 4 kappa^2 |G| |R(X)| <= 1 one solution lies within
    2 kappa |R(X)|; for a strict inequality the operators at all points between stay regular, hence stable.
    """
    F = A - G * X
    decrease = symmetric(-(F.transpose() * form + form * F))
    mu = _margin(decrease)
    if mu is None or not is_definite(symmetric(form)):
        return None
    kappa = (norm(form) / mu).upper()
    missed = norm(A.transpose() * X + X * A - X * G * X + Q)
    if not 4 * kappa * kappa * norm(G) * missed < 1:
        return None
    return (2 * kappa * missed).upper()


def _margin(matrix: Any) -> Any | None:
    """A number mu > 0 such that the matrix minus mu I is proved positive definite."""
    smallest = arb(float(np.linalg.eigvalsh(as_floats(matrix))[0]))
    for mu in (smallest / 2, norm(matrix) / 2 ** (ctx.prec // 4)):
        if mu > 0 and is_definite(matrix - identity(matrix.nrows()) * mu):
            return mu
    return None
