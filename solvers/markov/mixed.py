"""Stackelberg Q-value iteration with mixed commitment: the stage of every state is a strong Stackelberg equilibrium.

In state s the leader commits to a mixture x(s) of her actions, optimal in the one-shot game (Q_L(s), Q_F(s)) with ties
of the follower broken for her, he answers b(s), and V_k(s) = sum_a x(a) Q_k(s, a, b(s)) (`solvers.matrix`, all states
at once). Where Q_F(s) is the negative of Q_L(s), or equal to it, or stays what it is, V_L is monotone in Q_L and shifts
with it: the iteration contracts, and the answer has a guaranteed bound. Elsewhere V_F jumps where the commitment does,
and nothing is proved: then the answer says how the residual went.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from games.markov import MarkovGame
from games.matrix import BimatrixGame
from solvers.errors import refuse_batch
from solvers.markov.backup import Backup
from solvers.markov.contraction import settle
from solvers.markov.rules import check_run, check_step_size, refuse_exact, start_tables
from solvers.markov.solution import MarkovSolution
from solvers.markov.trend import Trend
from solvers.matrix.batch import solve as commit
from solvers.solution import Status

KEPT = 64
"""Values of the last steps that are kept to see whether they return."""


def solve(
    game: MarkovGame,
    *,
    step_size: float = 1.0,
    start: tuple[Any, Any] | None = None,
    tolerance: float = 1e-10,
    budget: int = 2_000,
    threads: int = 1,
) -> MarkovSolution:
    """Where Q-value iteration with mixed commitment goes from `start`, a pair (Q_L, Q_F), or zeros.

    policies["leader"] (S, A) are her mixtures, policies["follower"] (S,) his replies to them. CONVERGED, with both Q
    within `error_bound`, for zero-sum rewards and starts, common rewards and starts (equal discounts), and a follower
    with discount zero whose Q is his reward. Elsewhere UNDECIDED: `message` says whether the residual became small,
    fell or stayed, and whether the values seemed to return. `tolerance` is relative to the largest reward.

    Raises `SolverError` for a batch, an exact twin and a step size outside (0, 1].
    """
    refuse_batch("mixed", game.batch_shape)
    refuse_exact("mixed", game)
    check_step_size(step_size)
    check_run(tolerance, budget)
    tables = start_tables(game, start)
    found = _contracting(game, tables, step_size, tolerance, budget, threads)
    return found or _iterated(game, np.stack(tables), step_size, tolerance, budget, threads)


def mixed_stage(tables: np.ndarray, threads: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """(V (2, S), x (S, A), b (S,), error of V_L) of tables (2, S, A, B)."""
    found = commit(BimatrixGame(leader=tables[0], follower=tables[1]), threads=threads)
    values = np.stack([found.leader_value, np.asarray(found.follower_value)])
    return values, found.policies["leader"], found.policies["follower"], float(np.max(found.error_bound))


def _contracting(
    game: MarkovGame,
    start: tuple[np.ndarray, np.ndarray],
    step_size: float,
    tolerance: float,
    budget: int,
    threads: int,
) -> MarkovSolution | None:
    """The fixed point where the iteration contracts; None elsewhere."""
    leader, follower = (np.asarray(reward) for reward in game.rewards())
    discounts = float(game.leader_discount), float(game.follower_discount)
    equal = discounts[0] == discounts[1]
    zero = not start[0].any() and not start[1].any()
    if equal and np.array_equal(leader, -follower) and np.array_equal(start[0], -start[1]):
        sign, fixed = -1.0, None
    elif equal and np.array_equal(leader, follower) and np.array_equal(*start):
        sign, fixed = 1.0, None
    elif discounts[1] == 0 and (step_size == 1 or zero or np.array_equal(start[1], follower)):
        sign, fixed = 0.0, follower
    else:
        return None
    worst = [0.0]

    def stage_value(table: np.ndarray) -> tuple[np.ndarray, None, None]:
        values, _, _, error = mixed_stage(np.stack([table, sign * table if fixed is None else fixed]), threads)
        worst[0] = error
        return values[0], None, None

    backup = Backup(game)
    found = settle(
        backup, 0, discounts[0], stage_value, tolerance=tolerance, budget=budget, stage_error=lambda: worst[0]
    )
    if not np.isfinite(found.bound):
        return None
    tables = np.stack([found.q, sign * found.q if fixed is None else fixed])
    values, mixtures, replies, _ = mixed_stage(tables, threads)
    spent = found.iterations == budget and found.bound > tolerance * float(np.abs(leader).max())
    return MarkovSolution(
        concept="stackelberg",
        values={"leader": values[0], "follower": values[1]},
        policies={"leader": mixtures, "follower": replies},
        residual=found.residual,
        error_bound=found.bound,
        status=np.int8(Status.BUDGET if spent else Status.CONVERGED),
        q={"leader": tables[0], "follower": tables[1]},
        period=0 if spent else 1,
        iterations=found.iterations,
        reason=f"budget: {budget} passes gave an error of {found.bound:.1e}; raise the budget." if spent else "",
    )


def _iterated(
    game: MarkovGame, tables: np.ndarray, step_size: float, tolerance: float, budget: int, threads: int
) -> MarkovSolution:
    """The iteration as it goes, without a proof."""
    backup = Backup(game)
    discounts = np.array([float(game.leader_discount), float(game.follower_discount)])[:, None, None, None]
    rewards = np.stack(game.rewards())
    goal = tolerance * np.abs(rewards).max(axis=(1, 2, 3))
    trend = Trend()
    recent: list[np.ndarray] = []
    step = 0
    while True:
        values, mixtures, replies, _ = mixed_stage(tables, threads)
        change = backup.continuation(values)
        change *= discounts
        change += rewards
        change -= tables
        residual = np.abs(change).max(axis=(1, 2, 3))
        trend.add(float(residual.max()))
        recent = [*recent[1 - KEPT :], values]
        if (residual <= goal).all() or step == budget:
            break
        # Modulo constants, whose limit is known: adding c to Q_k adds gamma_k c to T Q_k, and no choice changes.
        middle = (change.max(axis=(1, 2, 3)) / 2 + change.min(axis=(1, 2, 3)) / 2)[:, None, None, None]
        tables = tables + step_size * (change - middle) + middle / (1 - discounts)
        step += 1
    small = bool((residual <= goal).all())
    why = "small" if small else _returning(recent, float(residual.max()))
    reason = (
        f"undecided: after {step} steps {trend}, {why}; no contraction is known for mixed commitment here, so that "
        + ("nothing bounds how far a fixed point is." if small else "a smaller step size may help, or a larger budget.")
    )
    return MarkovSolution(
        concept="stackelberg",
        values={"leader": values[0], "follower": values[1]},
        policies={"leader": mixtures, "follower": replies},
        residual=float(residual.max()),
        error_bound=float("nan"),
        status=np.int8(Status.UNDECIDED),
        q={"leader": tables[0], "follower": tables[1]},
        period=0,
        iterations=step,
        reason=reason,
    )


def _returning(recent: list[np.ndarray], residual: float) -> str:
    """Whether the values came back to where they were some steps ago, in words: seen, not proved."""
    last = recent[-1]
    for back in range(2, len(recent) // 2):
        apart = max(np.abs(a - b).max() for a, b in zip(recent[-back:], recent[-2 * back : -back], strict=True))
        if apart <= 1e-6 * residual:
            return f"the values seem to return every {back} steps"
    return f"the values lie between {last.min():.4g} and {last.max():.4g} without returning within {KEPT // 2} steps"
