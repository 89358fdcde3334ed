r"""Points as stationary solutions: how far the Riccati flow moves them, and whether loop and flow are stable there.

At a point's P_L, P_F, with Phi the closed loop of the stage (feedback Stackelberg), A_i = [A B E] Phi and C_il =
[C_l D_l F_l] Phi in regime i:

  lifted operator   L(X)_i = A_i'X_i + X_i A_i + sum_l C_il'X_i C_il + sum_j lam_ij X_j      on symmetric X_1, ..., X_m
  flow              R_k(P)_i = Phi'H_k Phi - beta P_ki + sum_j lam_ij P_kj                   on both players' P_ki
  Lyapunov solution L(X) - beta X = -(I, ..., I)

An abscissa is the largest real part of an eigenvalue: of L, of the Jacobian of the flow, and of the block of that
Jacobian for the follower alone. Eigenvalues are those of exact rational matrices, isolated in balls. The loop is mean-
square stable, costs discounted by beta, where the abscissa of L is below beta.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import acb_poly, arb, ctx, fmpq, fmpq_mat, fmpq_poly, fmpq_series, fmpz_poly

from games.core import Game
from games.linear_quadratic import LinearQuadraticGame
from verify.exact.errors import CertificateError
from verify.exact.lq_equations import (
    Equations,
    Matrix,
    Order,
    Pair,
    closed_loop,
    congruence,
    pack,
    right_side,
    unit,
    unpack,
)

LONGEST = 4096
"""Binary digits of coefficients from which on roots are isolated only if as many bits tell them apart.

Roots of sizes 1e-400 and 1 may take minutes or hours otherwise, and numbers like these make a certificate in no time.
"""

Fact = Mapping[str, Any]
Mats = Sequence[Matrix]  # one symmetric matrix a regime


def riccati_residual(game: Game, fact: Fact, bits: int) -> Fraction:
    """The largest |entry| of R at the point's P_L and P_F: 0 where they are stationary."""
    rates, _ = right_side(*_at(game), Order.STACKELBERG)
    return fraction(max(abs(x) for x in unpack(rates)))


def closed_loop_abscissa(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """The abscissa of the lifted operator, the discount not counted."""
    return abscissa(lifted(game), bits)


def flow_abscissa(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """The abscissa of the Jacobian of both players' Riccati flow, the discount counted."""
    return abscissa(_flow_jacobian(game), bits)


def follower_flow_abscissa(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """The abscissa of the block of that Jacobian that says how the follower's own P moves his flow."""
    slopes = _flow_jacobian(game)
    half = slopes.nrows() // 2
    return abscissa(fmpq_mat([[slopes[half + i, half + j] for j in range(half)] for i in range(half)]), bits)


def leader_influence(game: Game, fact: Fact, bits: int) -> Fraction:
    """The largest |entry| of B, D and of what M_F charges for u, in all regimes."""
    assert isinstance(game, LinearQuadraticGame)
    _, u, _ = game.blocks()
    return max(abs(x) for array in (game.B, game.D, game.follower_M[..., u, :]) for x in array.flat)


def lyapunov_eigenvalue(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """The least eigenvalue of the X_i with L(X) - beta X = -(I, ..., I); 0 where that has no solution, or several."""
    equations, _ = _at(game)
    operator = lifted(game)
    size = operator.nrows()
    n, regimes = equations.states, len(equations.regimes)
    ones = coordinates([unit(n, fmpq(0))] * regimes)
    shift = fmpq_mat([[equations.discount if i == j else fmpq(0) for j in range(size)] for i in range(size)])
    try:
        found = (operator - shift).solve(fmpq_mat(size, 1, [-x for x in ones]))
    except ZeroDivisionError:
        return Fraction(0)
    X = matrices([x for row in found.tolist() for x in row], n, regimes)
    return least([least_eigenvalue(own, bits) for own in X], bits)


def abscissa(matrix: fmpq_mat, bits: int) -> Fraction | arb:
    """The largest real part of an eigenvalue of a rational matrix: exactly for one row, else in a ball of `bits`.

    Raises `CertificateError` for eigenvalues that are too near to each other to be isolated in time.
    """
    if matrix.nrows() == 1:
        return fraction(matrix[0, 0])
    polynomial: fmpq_poly = matrix.charpoly()
    squarefree = (polynomial / polynomial.gcd(polynomial.derivative())).numer()
    check_separation(squarefree)
    with ctx.workprec(bits + 32):
        roots: list[Any] = squarefree.complex_roots()  # pyright: ignore[reportAssignmentType]: pairs, as it is
        parts = [root.real for root, _ in roots]
        return functools.reduce(arb.max, parts)


def check_separation(squarefree: fmpz_poly) -> None:
    """Raise `CertificateError` where coefficients are long and `LONGEST` bits do not tell all roots apart."""
    if max(int(coefficient).bit_length() for coefficient in squarefree.coeffs()) <= LONGEST:
        return
    with ctx.workprec(LONGEST):
        try:
            acb_poly(squarefree).roots(maxprec=LONGEST)
        except ValueError:
            raise CertificateError(f"roots: expected some that {LONGEST} bits tell apart, found them nearer") from None


def least_eigenvalue(symmetric: Matrix, bits: int) -> Fraction | arb:
    """The least eigenvalue of a symmetric matrix of rationals."""
    return -abscissa(fmpq_mat([[-x for x in row] for row in symmetric]), bits)


def least(numbers: Sequence[Fraction | arb], bits: int) -> Fraction | arb:
    """The least of numbers, rational where all of them are."""
    rational = [x for x in numbers if isinstance(x, Fraction)]
    if len(rational) == len(numbers):
        return min(rational)
    with ctx.workprec(bits + 32):
        balls = [arb(fmpq(x.numerator, x.denominator)) if isinstance(x, Fraction) else x for x in numbers]
        return functools.reduce(arb.min, balls)


def lifted(game: Game) -> fmpq_mat:
    """L on the upper triangles of X_1, ..., X_m, row by row."""
    equations, values = _at(game)
    _, stages = right_side(equations, values, Order.STACKELBERG)
    loops = [closed_loop(equations, regime, at.closed) for regime, at in zip(equations.regimes, stages, strict=True)]
    return lifted_operator(equations.generator, loops)


def lifted_operator(generator: Matrix, loops: Sequence[tuple[Matrix, tuple[Matrix, ...]]]) -> fmpq_mat:
    """L of closed loops (A_i, (C_i1, ..., C_id)), one a regime."""
    n, regimes = len(loops[0][0]), len(loops)
    size = regimes * n * (n + 1) // 2
    columns = []
    for k in range(size):
        X = matrices([fmpq(int(i == k)) for i in range(size)], n, regimes)
        columns.append(coordinates(apply_lifted(generator, loops, X)))
    return fmpq_mat([[columns[j][i] for j in range(size)] for i in range(size)])


def apply_lifted(generator: Matrix, loops: Sequence[tuple[Matrix, tuple[Matrix, ...]]], X: Mats) -> list[Matrix]:
    """L(X)."""
    found = []
    for i, (A, responses) in enumerate(loops):
        n = len(A)
        rows = [
            [sum((lam * Y[r][c] for lam, Y in zip(generator[i], X, strict=True)), fmpq(0)) for c in range(n)]
            for r in range(n)
        ]
        for r in range(n):
            for c in range(n):
                rows[r][c] += sum((A[k][r] * X[i][k][c] + X[i][r][k] * A[k][c] for k in range(n)), fmpq(0))
        for C in responses:
            spread = congruence(C, X[i])
            rows = [[x + y for x, y in zip(row, other, strict=True)] for row, other in zip(rows, spread, strict=True)]
        found.append(tuple(map(tuple, rows)))
    return found


def matrices(numbers: Sequence[fmpq], n: int, regimes: int) -> list[Matrix]:
    """Symmetric matrices, one a regime, from their upper triangles."""
    entries = iter(numbers)
    found = []
    for _ in range(regimes):
        X = [[fmpq(0)] * n for _ in range(n)]
        for i in range(n):
            for j in range(i, n):
                X[i][j] = X[j][i] = next(entries)
        found.append(tuple(map(tuple, X)))
    return found


def coordinates(X: Mats) -> list[fmpq]:
    return [x for own in X for i, row in enumerate(own) for x in row[i:]]


@functools.lru_cache(maxsize=256)
def _at(game: Game) -> tuple[Equations, Pair]:
    assert isinstance(game, LinearQuadraticGame)
    equations = Equations.quadratic(game)
    return equations, equations.candidate(game)


@functools.lru_cache(maxsize=256)
def _flow_jacobian(game: Game) -> fmpq_mat:
    """R' on the upper triangles of the leader's, then the follower's P, by series of first order, column by column."""
    plain, values = _at(game)
    y = unpack(values)
    cap = ctx.cap
    try:
        ctx.cap = 2
        equations = plain.over(lambda x: fmpq_series([x]))
        columns = []
        for k in range(len(y)):
            moved = [fmpq_series([x, fmpq(int(i == k))]) for i, x in enumerate(y)]
            rates, _ = right_side(equations, pack(moved, plain.states, len(plain.regimes)), Order.STACKELBERG)
            columns.append([x[1] for x in unpack(rates)])
    finally:
        ctx.cap = cap
    return fmpq_mat([[column[i] for column in columns] for i in range(len(y))])


def fraction(x: fmpq) -> Fraction:
    return Fraction(int(x.p), int(x.q))
