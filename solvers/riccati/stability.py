"""Stability of a stationary solution: of the closed loop in mean square, and of the Riccati flow that should reach it.

Closed loop: E x x' of a linear system with multiplicative noise and switching moves by the adjoint of

  L(X)_i = Acl_i'X_i + X_i Acl_i + sum_l Ccl_il'X_i Ccl_il + sum_j lam_ij X_j;

its spectral abscissa below 0 is mean-square stability, below beta what discounted values need. An X > 0 with
L(X) < a X proves that it is below a (found by semidefinite programming or by solving L(X) - a X = -I, proved by
elimination in rationals or balls). Riccati flow: the Jacobian of dP/ds in both players' P jointly and that of dp/ds in
p; for games, unlike control, it can be unstable where the closed loop is stable.
"""

from __future__ import annotations

import dataclasses
import math
import warnings
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.linalg
from flint import arb, arb_mat, ctx

from games.linear_quadratic import LinearQuadraticGame
from solvers.errors import SolverError
from solvers.riccati.kleinman_lyapunov import Lyapunov
from solvers.riccati.stationary import point_fact
from solvers.riccati.stationary_balls import Ball, Balls, is_definite
from solvers.riccati.stationary_bound import Enclosure, enclose
from solvers.riccati.stationary_system import Point, System

ROUNDING_BITS = (12, 20, 30, 45)
"""Forms are rounded to so many bits, the fewest that still prove what they should."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stability:
    """Spectral abscissas at a stationary point (floats): closed loop undiscounted, flow of P, flow of p, flow of r."""

    closed_loop: float
    discount: float
    flow: float
    flow_linear: float
    flow_scalar: float

    @property
    def mean_square(self) -> bool:
        """Whether E |x|^2 tends to zero without the affine terms."""
        return self.closed_loop < 0

    @property
    def discounted(self) -> bool:
        """Whether e^{-beta t} E |x|^2 does: values are costs."""
        return self.closed_loop < self.discount

    @property
    def flow_stable(self) -> bool:
        """Whether long horizons with terminal costs nearby lead here, P, p and r."""
        return max(self.flow, self.flow_linear, self.flow_scalar) < 0


def stability(game: LinearQuadraticGame, P: np.ndarray, order: str = "stackelberg") -> Stability:
    """All abscissas at the stationary P = (P_L, P_F), (2, m, n, n).

    Raises `SolverError` where floats cannot hold the closed loop or the flow's derivatives.
    """
    system = System(game, order)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        try:
            point = system.point(np.asarray(P, dtype=float))
            return Stability(
                closed_loop=closed_loop(system, point).abscissa(),
                discount=system.beta,
                flow=_abscissa(system.jacobian(point)),
                flow_linear=_abscissa(system.linear_matrix(point)),
                flow_scalar=_abscissa(-system.scalar_matrix()),
            )
        except np.linalg.LinAlgError:
            raise SolverError(
                "stability: expected a closed loop and a flow within the floats, found terms that are not; "
                "rescale the game"
            ) from None


def closed_loop(system: System, point: Point) -> Lyapunov:
    """The lifted operator without discount."""
    return Lyapunov(point.closed, point.closed_noise, system.game.generator, 0.0)


def _abscissa(matrix: np.ndarray) -> float:
    return float(np.linalg.eigvals(matrix).real.max())


def contracting_form(A: np.ndarray, C: np.ndarray, generator: np.ndarray, below: float) -> np.ndarray | None:
    """X (m, n, n) > 0 with L(X) < below X by semidefinite programming with the largest room; None where there is none.

    maximise delta subject to below X_i - L(X)_i >= delta I, X_i >= delta I, sum_i tr X_i = 1, with time scaled so that
    the largest rate is one.
    """
    import cvxpy as cp  # over a second, so only where it is asked for

    scale = max(np.abs(A).max(), np.abs(C).max() ** 2, np.abs(generator).max(), abs(below), 1e-300)
    m, n = A.shape[:2]
    forms: list[Any] = [cp.Variable((n, n), symmetric=True) for _ in range(m)]
    room = cp.Variable()
    constraints: list[Any] = [cp.sum([cp.trace(X) for X in forms]) == 1]
    for i in range(m):
        drift, X = A[i] / scale, forms[i]
        moved = drift.T @ X + X @ drift + sum(generator[i, j] / scale * forms[j] for j in range(m))
        for noise in C[i]:
            moved = moved + (noise.T / math.sqrt(scale)) @ X @ (noise / math.sqrt(scale))
        left = below / scale * X - moved
        constraints += [(left + left.T) / 2 >> room * np.eye(n), X >> room * np.eye(n)]
    problem = cp.Problem(cp.Maximize(room), constraints)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an inaccurate form is proved or refused below
        try:
            problem.solve(solver=cp.CLARABEL)
        except cp.SolverError:
            return None
    if room.value is None or not float(room.value) > 0:
        return None
    return np.stack([(X.value + X.value.T) / 2 for X in forms])


def closed_loop_fact(
    game: LinearQuadraticGame,
    P: np.ndarray,
    order: str = "stackelberg",
    *,
    value: float | None = None,
    side: str = "below",
    method: str = "lyapunov",
) -> dict[str, Any]:
    """The fact that the lifted operator's abscissa at the stationary point near P is below (or above) `value`.

    `value` is the discount where none is given; `method` "lyapunov" solves L(X) - value X = -I, "lmi" optimises. The
    form is rounded to a few bits and proved on the balls that hold the point. Raises `SolverError` where nothing is
    proved.
    """
    a = float(game.discount) if value is None else float(value)
    enclosed = _enclosed(game, order, P)
    point = enclosed.point
    mid = System(game, order).point(enclosed.P.mid)
    if side == "below":
        if method == "lmi":
            X = contracting_form(mid.closed, mid.closed_noise, game.generator, a)
        else:
            X = Lyapunov(mid.closed, mid.closed_noise, game.generator, a).form()
    else:
        X = _perron(Lyapunov(mid.closed, mid.closed_noise, game.generator, 0.0))
    for bits in ROUNDING_BITS:
        if X is None:
            break
        rounded = _rounded(X, bits)
        sign = 1 if side == "below" else -1
        room = (Ball(rounded) * a - _lifted(game, point, Ball(rounded))) * sign
        if is_definite(Ball(rounded)).all() and is_definite(room).all():
            fact = _fact("closed_loop_abscissa", order, enclosed, a, side)
            return fact | {"lyapunov": [_strings(matrix) for matrix in rounded]}
    raise SolverError(f"closed_loop_abscissa: expected it {side} {a:.6g}, found no form that proves so")


def flow_fact(
    game: LinearQuadraticGame,
    P: np.ndarray,
    order: str = "stackelberg",
    *,
    value: float = 0.0,
    side: str = "below",
    part: str = "quadratic",
) -> dict[str, Any]:
    """The fact that the Riccati flow's Jacobian at the point near P has its abscissa below (or above) `value`.

    `part` "quadratic" is the flow of both P jointly, "linear" that of p. Below: a form X > 0 of the Jacobian; above: a
    negative coefficient of its characteristic polynomial or a negative entry in its Routh array (`verify` recomputes
    them). Raises `SolverError` where nothing is proved.
    """
    enclosed = _enclosed(game, order, P)
    system, balls = System(game, order), System(game, order, Balls)
    point = system.point(enclosed.P.mid)
    if part == "quadratic":
        concept, J, over = "flow_abscissa", system.jacobian(point), balls.jacobian(enclosed.point)
    else:
        concept, J, over = "flow_abscissa_linear", system.linear_matrix(point), balls.linear_matrix(enclosed.point)
    size = len(J)
    over = over - value * np.eye(size)
    fact = _fact(concept, order, enclosed, value, side)
    if side == "above":
        if _unstable(over):
            return fact
        raise SolverError(f"{concept}: expected it above {value:.6g}, found no negative entry that proves so")
    if _abscissa(J) < value:
        X = scipy.linalg.solve_continuous_lyapunov((J - value * np.eye(size)).T, -np.eye(size))
        for bits in ROUNDING_BITS:
            rounded = _rounded((X + X.T) / 2, bits)
            moved = Ball(rounded) @ over
            if is_definite(Ball(rounded)).all() and is_definite(-(moved + moved.mT)).all():
                return fact | {"lyapunov": _strings(rounded)}
    raise SolverError(f"{concept}: expected it below {value:.6g}, found no form that proves so")


def _enclosed(game: LinearQuadraticGame, order: str, P: np.ndarray) -> Enclosure:
    enclosed = enclose(game, order, np.asarray(P, dtype=float))
    if enclosed is None:
        raise SolverError("stability: expected a stationary point that can be enclosed, found none proved near P")
    return enclosed


def _lifted(game: LinearQuadraticGame, point: Point, X: Ball) -> Ball:
    """L(X) on balls."""
    turned = X @ point.closed
    noisy = (point.closed_noise.mT @ (X[:, None] @ point.closed_noise)).sum(axis=-3)
    m, n = X.shape[:2]
    switched = (game.generator @ X.reshape(m, n * n)).reshape(m, n, n)
    return turned + turned.mT + noisy + switched


def _perron(operator: Lyapunov) -> np.ndarray | None:
    """The eigenvector of the abscissa, a positive semidefinite tuple, made definite by a little of the identity."""
    eigen: Any = np.linalg.eig(operator.matrix())
    values, vectors = eigen
    leading = int(np.argmax(values.real))
    X = operator.unpack(vectors[:, leading].real)
    X = X / X.ravel()[np.argmax(np.abs(X))]
    return X * np.sign(np.trace(X.sum(axis=0))) + 1e-4 * np.eye(X.shape[-1])


def _unstable(matrix: Ball) -> bool:
    """Whether some eigenvalue is proved to have positive real part, throughout the balls.

    A characteristic polynomial all of whose roots have real part <= 0 has no negative coefficient; with positive ones
    the first column of the Routh array has as many changes of sign as there are roots to the right.
    """
    with ctx.workprec(200):
        entries = [
            [arb(m, r) for m, r in zip(*rows, strict=True)]
            for rows in zip(matrix.mid.tolist(), np.array(matrix.rad).tolist(), strict=True)
        ]
        coefficients = arb_mat(entries).charpoly().coeffs()[::-1]  # leading one first
        if any(coefficient < 0 for coefficient in coefficients):
            return True
        above, below = list(coefficients[0::2]), list(coefficients[1::2])
        while below:
            if below[0] < 0:
                return True
            if not below[0] > 0:
                return False
            ratio = above[0] / below[0]
            rest = [x - ratio * (below[k + 1] if k + 1 < len(below) else arb(0)) for k, x in enumerate(above[1:])]
            above, below = below, rest
        return False


def _fact(concept: str, order: str, enclosed: Enclosure, value: float, side: str) -> dict[str, Any]:
    return point_fact(order, enclosed) | {"concept": concept, "value": str(Fraction(value)), "side": side}


def _rounded(matrix: np.ndarray, bits: int) -> np.ndarray:
    """Symmetric, entries to multiples of 2^-bits of the largest entry's power of two."""
    unit = 2.0 ** (math.ceil(math.log2(np.abs(matrix).max())) - bits)
    return np.round((matrix + matrix.mT) / 2 / unit) * unit


def _strings(matrix: np.ndarray) -> list[list[str]]:
    return [[str(Fraction(entry)) for entry in row] for row in matrix.tolist()]
