"""The algebraic Riccati equation of one player and one regime, as accurate as floats can hold, and proved so.

    A'X + XA - (XB + S) R^{-1} (XB + S)' + Q = 0,   the solution whose closed loop A - B R^{-1} (XB + S)' is stable.

scipy's solver finds a first answer. Newton corrections refine it: residuals in ball arithmetic, from the very floats
of the data, and corrections by Lyapunov equations in floats, which need no more than some correct digits (Mehrmann and
Tan 1988; Benner and Byers 1998). Where scipy has no answer, or one too far off to be refined, the sign of the
Hamiltonian matrix is computed in as many bits as it takes. A Newton-Kantorovich argument in balls proves the error.
"""

from __future__ import annotations

import dataclasses
import warnings
from typing import Any

import numpy as np
import scipy.linalg

from solvers.errors import SolverError
from solvers.riccati import care_balls as balls
from solvers.solution import Status

FEWEST_BITS = 256
MOST_BITS = 4096

MOST_CORRECTIONS = 40

WORTH_GOING_ON = 0.25
"""Corrections that shrink residuals by less than this factor are given up: the matrix sign costs less."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiccatiAnswer:
    """X and the gain u = gain x, with what is known of them.

    `error_bound` is a proved bound on the largest |entry of X - X*|, rounding to floats included; NaN where nothing is
    proved. `residual` is the largest entry of the residual at X (of the floats), computed without rounding errors.
    `first_answer` is scipy's, None where it raised, `method` "refinement" or "matrix sign".
    """

    X: np.ndarray  # (n, n)
    gain: np.ndarray  # (k, n)
    residual: float
    error_bound: float
    status: Status
    method: str
    bits: int
    first_answer: np.ndarray | None


def care(
    A: np.ndarray, B: np.ndarray, Q: np.ndarray, R: np.ndarray, S: np.ndarray | None = None, *, bits: int = FEWEST_BITS
) -> RiccatiAnswer:
    """The stabilising solution for A (n, n), B (n, k), symmetric Q (n, n), symmetric R > 0 (k, k) and S (n, k).

    Computes with `bits` at first and doubles them until the error is proved. ILL_POSED where R is not positive
    definite, BUDGET where nothing is proved with 4,096 bits: then the Hamiltonian matrix has, or all but has,
    eigenvalues on the imaginary axis, so that nothing stabilises. Raises `SolverError` for shapes that do not match.
    """
    A, B, Q, R = (np.asarray(matrix, dtype=float) for matrix in (A, B, Q, R))
    n, k = B.shape
    S = np.zeros((n, k)) if S is None else np.asarray(S, dtype=float)
    shapes = {"A": (A, (n, n)), "Q": (Q, (n, n)), "R": (R, (k, k)), "S": (S, (n, k))}
    for name, (matrix, expected) in shapes.items():
        if matrix.shape != expected:
            raise SolverError(f"{name}: expected shape {expected} as B has {B.shape}, found {matrix.shape}")
    first = scipy_answer(A, B, Q, R, S)
    found: Any = None
    problem: tuple[Any, ...] = ()
    method, status = "refinement", Status.BUDGET
    while found is None and bits <= MOST_BITS:
        with balls.precision(bits):
            reduced = _reduced(A, B, Q, R, S)
            if reduced is None:
                status = Status.ILL_POSED
                break
            problem = reduced
            X = None if first is None else _refined(problem, first)
            found = None if X is None else _proved(problem, X)
            if found is None:
                method = "matrix sign"
                try:
                    found = _proved(problem, balls.riccati(*problem[:3]))
                except ArithmeticError:  # ZeroDivisionError among them: more bits may tell
                    found = None
        if found is None:
            bits *= 2
    if found is None:
        missing = np.full((n, n), np.nan)
        return RiccatiAnswer(
            X=missing,
            gain=np.full((k, n), np.nan),
            residual=np.nan,
            error_bound=np.nan,
            status=status,
            method=method,
            bits=min(bits, MOST_BITS),
            first_answer=first,
        )
    X, bound = found
    with balls.precision(bits):
        rounded = balls.as_floats(X)
        F, G, load, weight = problem
        at = balls.as_balls(rounded)
        missed = F.transpose() * at + at * F - at * G * at + load
        gain = -weight * (balls.as_balls(B).transpose() * X + balls.as_balls(S).transpose())
        error = max(abs(entry).upper() for row in (at - X).tolist() for entry in row) + bound
        return RiccatiAnswer(
            X=rounded,
            gain=balls.as_floats(gain),
            residual=float(max(abs(entry).upper() for row in missed.tolist() for entry in row)),
            error_bound=float(np.nextafter(float(error.upper()), np.inf)),
            status=Status.CONVERGED,
            method=method,
            bits=bits,
            first_answer=first,
        )


def scipy_answer(A: np.ndarray, B: np.ndarray, Q: np.ndarray, R: np.ndarray, S: np.ndarray) -> np.ndarray | None:
    """What `scipy.linalg.solve_continuous_are` says; None where it raises or is not finite."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of ill-conditioned data: the answer is judged by its residual
        try:
            found = scipy.linalg.solve_continuous_are(A, B, Q, R, s=S)
        except (np.linalg.LinAlgError, ValueError):
            return None
    return found if np.isfinite(found).all() else None


def _reduced(A: np.ndarray, B: np.ndarray, Q: np.ndarray, R: np.ndarray, S: np.ndarray) -> tuple[Any, ...] | None:
    """A, G, Q of A'X + XA - XGX + Q = 0 once S is taken up, and R^{-1}; None where R is not positive definite."""
    exact = [balls.as_balls(matrix) for matrix in (A, B, Q, R, S)]
    if not balls.is_definite(balls.symmetric(exact[3])):
        return None
    weight = balls.symmetric(balls.symmetric(exact[3]).inv())
    B_, S_ = exact[1], exact[4]
    return (
        exact[0] - B_ * weight * S_.transpose(),
        balls.symmetric(B_ * weight * B_.transpose()),
        balls.symmetric(exact[2]) - balls.symmetric(S_ * weight * S_.transpose()),
        weight,
    )


def _refined(problem: tuple[Any, ...], first: np.ndarray) -> Any | None:
    """Newton corrections of `first` until the precision is used up; None where they do not shrink the residual."""
    A, G, Q, _ = (matrix.mid() for matrix in problem)
    X = balls.as_balls((first + first.T) / 2)
    size = balls.norm(X)
    before = None
    schur = None
    for _ in range(MOST_CORRECTIONS):
        missed = balls.symmetric(A.transpose() * X + X * A - X * G * X + Q).mid()
        now = balls.norm(missed)
        if before is not None and not now < before * WORTH_GOING_ON:
            if before < size * 2.0**-200:
                break  # as small as this precision lets it be
            return None
        before = now
        if schur is None:
            schur = scipy.linalg.schur(balls.as_floats(A - G * X), output="real")[:2]
        if schur[0].size and np.linalg.eigvals(schur[0]).real.max() >= 0:
            return None
        scale = float(now)
        if scale == 0:
            break
        correction = _lyapunov(schur, balls.as_floats(missed / now))
        if not np.isfinite(correction).all():
            return None
        X = (X + balls.as_balls(correction) * now).mid()
    return X


def _lyapunov(schur: tuple[np.ndarray, np.ndarray], load: np.ndarray) -> np.ndarray:
    """d of F'd + dF + load = 0 in floats, F = U T U'."""
    T, U = schur
    turned = U.T @ load @ U
    lapack: Any = scipy.linalg.lapack  # its stubs do not know what it generates
    found, scale, _ = lapack.dtrsyl(T, T, -turned, trana="T")
    found = U @ (found * scale) @ U.T
    return (found + found.T) / 2


def _proved(problem: tuple[Any, ...], X: Any) -> tuple[Any, Any] | None:
    """X with a proved bound on its error, or None."""
    A, G, Q, _ = problem
    F = (A - G * X).mid()
    try:
        form = balls.lyapunov(F, balls.identity(F.nrows()))
    except ArithmeticError:
        return None
    bound = balls.riccati_bound(A, G, Q, X, form)
    return None if bound is None else (X, bound)
