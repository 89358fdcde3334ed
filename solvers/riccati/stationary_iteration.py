"""Policy iterations towards a stationary solution, as theory speaks of them: which converge, cycle, or lose stability.

From gains (U, V), u = U x and v = V x of the closed loop:
- "two-level": the follower's own problem against the leader's fixed u = U x is solved to the end (Kleinman), which
  gives P_F and his reply K x + T u; the leader evaluates P_L under it, and takes the gain her reduced Hamiltonian asks
  for;
- "simultaneous": both evaluate their P at (U, V) by linear equations, and take the gains of the stage game at these P.
Fixed points of both are the stationary solutions whose closed loops are stable at the discount. On the follower's
problem alone the iteration is Newton's method, monotone and locally quadratic; of the game it is neither.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from games.linear_quadratic import LinearQuadraticGame
from solvers.errors import SolverError, refuse_batch
from solvers.riccati.kleinman import ControlProblem, kleinman
from solvers.riccati.kleinman_lyapunov import Lyapunov
from solvers.riccati.stationary_flow import failing
from solvers.riccati.stationary_system import System
from solvers.solution import Status

KINDS = ("two-level", "simultaneous")

LONGEST_CYCLE = 64
RETURN = 1e-9
"""Relative distance at which a gain has come back, or settled: far above rounding, far below a step that matters."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Iteration:
    """How a policy iteration went: gains of all steps, and where it ended.

    CONVERGED; CYCLE, of `period` steps; ILL_POSED, with the `condition` lost ("closed loop" where the gains no longer
    stabilise at the discount); BUDGET.
    """

    status: Status
    P: np.ndarray  # (2, m, n, n) last values, NaN where there were none
    gains: np.ndarray  # (steps, m, ku, n) the leader's, of every step
    steps: int
    period: int = 0
    condition: str = ""


def policy_iteration(
    game: LinearQuadraticGame,
    leader_gain: np.ndarray,
    follower_gain: np.ndarray | None = None,
    *,
    kind: str = "two-level",
    order: str = "stackelberg",
    budget: int = 500,
) -> Iteration:
    """Policy iteration from the leader's gain U (m, ku, n), and the follower's V (m, kv, n) where both are evaluated.

    Raises `SolverError` for batches, unknown kinds, gains of other shapes, and a missing follower's gain.
    """
    refuse_batch("policy iteration", game.batch_shape)
    if kind not in KINDS:
        raise SolverError(f"kind: expected one of {', '.join(KINDS)}, found {kind!r}")
    system = System(game, order)
    U = np.asarray(leader_gain, dtype=float)
    if U.shape != (system.m, system.ku, system.n):
        raise SolverError(f"leader_gain: expected shape {(system.m, system.ku, system.n)}, found {U.shape}")
    V = None if follower_gain is None else np.asarray(follower_gain, dtype=float)
    if kind == "simultaneous" and (V is None or V.shape != (system.m, system.kv, system.n)):
        raise SolverError(
            f"follower_gain: expected shape {(system.m, system.kv, system.n)}, found {None if V is None else V.shape}"
        )
    P = np.full((2, system.m, system.n, system.n), np.nan)
    gains, tracked = [U], [_tracked(U, V)]
    for step in range(budget):
        found, condition = _evaluated(system, U, V, kind)
        if not condition:
            assert found is not None
            P = found
            lost = failing(system, P)
            condition = "" if lost is None else lost["condition"]
        if condition:
            return Iteration(status=Status.ILL_POSED, P=P, gains=np.array(gains), steps=step, condition=condition)
        point = system.point(P)
        U, V = point.U, point.Phi[..., system.v, :]
        gains.append(U)
        tracked.append(_tracked(U, V if kind == "simultaneous" else None))
        period = _period(tracked)
        if period:
            status = Status.CONVERGED if period == 1 else Status.CYCLE
            return Iteration(status=status, P=P, gains=np.array(gains), steps=step + 1, period=period)
    return Iteration(status=Status.BUDGET, P=P, gains=np.array(gains), steps=budget)


def _evaluated(system: System, U: np.ndarray, V: np.ndarray | None, kind: str) -> tuple[np.ndarray | None, str]:
    """Both players' values under the gains, or the condition that fails."""
    game = system.game
    if kind == "two-level":
        answer = kleinman(_against(system, U))
        if answer.condition:
            return None, {"H_uu": "H_F,vv"}.get(answer.condition, answer.condition)
        V = answer.gain
    assert V is not None
    identity = np.broadcast_to(np.eye(system.n), (system.m, system.n, system.n))
    Phi = np.concatenate([identity, U, V], axis=-2)
    equation = Lyapunov(system.drift @ Phi, system.noise @ Phi[:, None], game.generator, system.beta)
    if not equation.is_stable():
        return None, "closed loop"
    return np.stack([equation.solve(Phi.mT @ M @ Phi) for M in (system.leader_M, system.follower_M)]), ""


def _against(system: System, U: np.ndarray) -> ControlProblem:
    """The follower's problem where the leader plays u = U x whatever he does."""
    u, v = system.u, system.v
    identity = np.broadcast_to(np.eye(system.n), (system.m, system.n, system.n))
    fixed = np.concatenate([identity, U], axis=-2)  # x -> (x, u)
    M = system.follower_M
    return ControlProblem(
        generator=system.game.generator,
        A=system.drift[..., : u.stop] @ fixed,
        B=system.drift[..., v],
        C=system.noise[..., : u.stop] @ fixed[:, None],
        D=system.noise[..., v],
        Q=fixed.mT @ M[..., : u.stop, : u.stop] @ fixed,
        S=(M[..., v, : u.stop] @ fixed).mT,
        R=M[..., v, v],
        discount=system.beta,
    )


def _tracked(U: np.ndarray, V: np.ndarray | None) -> np.ndarray:
    return U.ravel() if V is None else np.concatenate([U.ravel(), V.ravel()])


def _period(tracked: list[np.ndarray]) -> int:
    """How many steps ago the gains were what they are, twice over; 0 where they were not."""
    last = tracked[-1]
    near = RETURN * (1 + np.abs(last).max())
    for period in range(1, min(LONGEST_CYCLE, (len(tracked) - 1) // 2) + 1):
        if np.abs(last - tracked[-1 - period]).max() <= near:
            between = max((np.abs(last - other).max() for other in tracked[-period:-1]), default=np.inf)
            twice = np.abs(tracked[-1 - period] - tracked[-1 - 2 * period]).max() <= 1e3 * near
            # Gains that alternate around a point they approach are no cycle.
            return period if twice and between > 1e4 * near else 0
    return 0
