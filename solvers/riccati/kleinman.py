"""One player's coupled Riccati equations of jump linear systems with multiplicative noise: Newton's method of Kleinman.

  0 = R(P)_i = min_U { L_U(P)_i - beta P_i + [I U]' [[Q_i S_i] [S_i' R_i]] [I; U] },
  L_U(X)_i = (A_i + B_i U)'X_i + X_i (A_i + B_i U) + sum_l (C_il + D_il U)'X_i (C_il + D_il U) + sum_j lam_ij X_j.

From a gain that stabilises in mean square at the discount beta each step solves one linear equation, L_U(P) - beta P +
cost = 0; all gains after it stabilise, the P decrease, and they converge quadratically (Kleinman 1968; with noise Damm
and Hinrichsen 2001). The start is found by itself: the optimal gains of the regimes without noise, no control, or
optimal gains at a larger discount, which anything stabilises if it is large enough, lowered step by step.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from games.linear_quadratic import LinearQuadraticGame
from solvers.riccati.care import scipy_answer
from solvers.riccati.kleinman_lyapunov import Lyapunov

STEPS = 60
DISCOUNTS = 60
STALLED = 1e-3
"""A discount that no longer falls by this share: the game cannot be stabilised below it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ControlProblem:
    """What one player controls, and what it costs him: [x; u]'[[Q S] [S' R]][x; u] / 2."""

    generator: np.ndarray  # (m, m)
    A: np.ndarray  # (m, n, n)
    B: np.ndarray  # (m, n, k)
    C: np.ndarray  # (m, d, n, n)
    D: np.ndarray  # (m, d, n, k)
    Q: np.ndarray  # (m, n, n)
    S: np.ndarray  # (m, n, k)
    R: np.ndarray  # (m, k, k)
    discount: float

    def gain(self, P: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The optimal gain U at P and H_uu, (m, k, n) and (m, k, k)."""
        cross, own = self.S.mT + self.B.mT @ P, self.R
        if self.D.any():
            weighed = self.D.mT @ P[:, None]
            cross = cross + (weighed @ self.C).sum(axis=1)
            own = own + (weighed @ self.D).sum(axis=1)
        return -np.linalg.solve(own, cross), own

    def cost(self, U: np.ndarray) -> np.ndarray:
        """[I U]' [[Q S] [S' R]] [I; U]."""
        turned = self.S @ U
        return self.Q + turned + turned.mT + U.mT @ self.R @ U

    def closed(self, U: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A + BU and C + DU."""
        return self.A + self.B @ U, self.C + self.D @ U[:, None]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KleinmanAnswer:
    """P, the last gain, and how it went: `condition` names what failed, at `eigenvalue` and `regime`, else is empty."""

    P: np.ndarray  # (m, n, n)
    gain: np.ndarray  # (m, k, n)
    steps: int
    residuals: list[float]  # |R(P)| before each step
    condition: str = ""
    eigenvalue: float = math.nan
    regime: int = -1


def active_player(game: LinearQuadraticGame) -> str | None:
    """The player who plays alone: the other moves neither the state nor any of his costs; None where both matter."""
    _, u, v = game.blocks()
    if not (game.B.any() or game.D.any() or game.follower_M[..., u, :].any()):
        return "follower"
    if not (game.E.any() or game.F.any() or game.leader_M[..., v, :].any()):
        return "leader"
    return None


def control_problem(game: LinearQuadraticGame, player: str) -> ControlProblem:
    """The problem of `player` where the other one moves nothing of his."""
    x, u, v = game.blocks()
    leads = player == "leader"
    own = u if leads else v
    M = game.leader_M if leads else game.follower_M
    M = (M + M.mT) / 2
    return ControlProblem(
        generator=game.generator,
        A=game.A,
        B=game.B if leads else game.E,
        C=game.C,
        D=game.D if leads else game.F,
        Q=M[..., x, x],
        S=M[..., x, own],
        R=M[..., own, own],
        discount=float(game.discount),
    )


def kleinman(
    problem: ControlProblem, *, tolerance: float = 1e-13, start: np.ndarray | None = None, steps: int = STEPS
) -> KleinmanAnswer:
    """The stabilising P, from the gain that is optimal at `start` (m, n, n), or a start found by itself.

    |R(P)| <= `tolerance` times the size of its terms ends it, as do steps that rounding keeps from improving. A start
    whose gain does not stabilise is not used.
    """
    smallest = np.linalg.eigvalsh(problem.R)[:, 0]
    if problem.D.size and not problem.D.any() and not (smallest > 0).all():
        zero = np.zeros(problem.A.shape)
        return _failed(zero, problem.gain(zero)[0] * np.nan, "H_uu", problem.R)
    U = None
    if start is not None:
        U, _ = problem.gain(start)
        U = U if _stabilises(problem, U, problem.discount) else None
    if U is None:
        U, reached = _stabilising(problem)
        if U is None:
            return KleinmanAnswer(
                P=np.full(problem.A.shape, np.nan),
                gain=np.full(problem.B.mT.shape, np.nan),
                steps=0,
                residuals=[],
                condition="mean-square stabilisability",
                eigenvalue=reached,
            )
    return _newton(problem, U, problem.discount, tolerance, steps)


def _newton(problem: ControlProblem, U: np.ndarray, discount: float, tolerance: float, steps: int) -> KleinmanAnswer:
    equation = Lyapunov(*problem.closed(U), problem.generator, discount)
    P = equation.solve(problem.cost(U), accuracy=1e-3)
    residuals: list[float] = []
    kept = P
    for count in range(steps):
        U, own = problem.gain(P)
        if not (np.linalg.eigvalsh(own)[:, 0] > 0).all():
            return _failed(P, U, "H_uu", own)
        equation = Lyapunov(*problem.closed(U), problem.generator, discount, like=equation)
        missed = equation.apply(P) + problem.cost(U)
        residuals.append(float(np.abs(missed).max()))
        worse = len(residuals) > 1 and not residuals[-1] < 0.9 * residuals[-2]
        if worse and residuals[-1] > 1e-6 * np.abs(P).max() and not equation.is_stable():
            # From a stabilising gain the next ones stabilise too, unless costs have no lower bound.
            return KleinmanAnswer(P=P, gain=U, steps=count, residuals=residuals, condition="closed loop")
        size = equation.size * np.abs(P).max() + np.abs(problem.cost(U)).max()
        stalled = len(residuals) > 4 and residuals[-1] > 0.5 * min(residuals[:-1]) and residuals[-1] < 1e-9 * size
        if residuals[-1] <= tolerance * size or stalled:
            best = P if residuals[-1] <= min(residuals) else kept
            return KleinmanAnswer(P=best, gain=problem.gain(best)[0], steps=count, residuals=residuals)
        if residuals[-1] <= min(residuals):
            kept = P
        # Newton squares the relative residual: more accuracy than that is thrown away, rounding has the rest.
        accuracy = min(1e-2, max(1e-9, residuals[-1] / size))
        try:
            P = P + equation.solve(missed, accuracy=accuracy)
        except np.linalg.LinAlgError:
            return KleinmanAnswer(P=P, gain=U, steps=count, residuals=residuals, condition="closed loop")
    return KleinmanAnswer(P=P, gain=U, steps=steps, residuals=residuals, condition="budget")


def _failed(P: np.ndarray, U: np.ndarray, condition: str, matrices: np.ndarray) -> KleinmanAnswer:
    smallest = np.linalg.eigvalsh(matrices)[:, 0]
    regime = int(np.argmin(smallest))
    return KleinmanAnswer(
        P=P, gain=U, steps=0, residuals=[], condition=condition, eigenvalue=float(smallest[regime]), regime=regime
    )


def _stabilising(problem: ControlProblem) -> tuple[np.ndarray | None, float]:
    """A gain that stabilises at the discount, or None and the least discount at which one was found to."""
    for U in _guesses(problem):
        if _stabilises(problem, U, problem.discount):
            return U, problem.discount
    m, n, k = problem.B.shape
    U = np.zeros((m, k, n))
    reached = Lyapunov(*problem.closed(U), problem.generator, 0.0).abscissa()
    # Every optimal gain of a discount stabilises at somewhat less than it: lower the discount halfway to there.
    margin = 0.1 * max(1.0, abs(reached))
    for _ in range(DISCOUNTS):
        discount = reached + margin
        answer = _newton(problem, U, discount, 1e-3, 8)
        if answer.condition not in ("", "budget"):
            return None, reached
        closer = Lyapunov(*problem.closed(answer.gain), problem.generator, 0.0).abscissa()
        if closer < problem.discount:
            return answer.gain, problem.discount
        gain = reached - closer
        if not gain > STALLED * max(1.0, abs(reached)):
            return None, reached
        U, reached, margin = answer.gain, closer, gain / 2
    return None, reached


def _guesses(problem: ControlProblem) -> Any:
    """Gains that often stabilise: the regimes' own optimal ones without noise and switching, then none."""
    m, n, k = problem.B.shape
    U = np.zeros((m, k, n))
    for i in range(m):
        shift = (problem.generator[i, i] - problem.discount) / 2
        P = scipy_answer(problem.A[i] + shift * np.eye(n), problem.B[i], problem.Q[i], problem.R[i], problem.S[i])
        if P is None:
            break
        U[i] = -np.linalg.solve(problem.R[i], problem.B[i].T @ P + problem.S[i].T)
    else:
        yield U
    yield np.zeros((m, k, n))


def _stabilises(problem: ControlProblem, U: np.ndarray, discount: float) -> bool:
    return Lyapunov(*problem.closed(U), problem.generator, discount).is_stable()
