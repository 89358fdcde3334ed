"""Soft Stackelberg Q-value iteration of one game: both players choose by softmax, the fixed point with a proved bound.

The stage is that of `games.markov`; where the bound comes from is in `solvers.markov.soft_bound`.
Source: sqvi/soft-contraction.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from games.markov import MarkovGame
from solvers.errors import SolverError, refuse_batch
from solvers.markov.backup import Backup
from solvers.markov.rules import check_run, check_step_size, refuse_exact, start_tables
from solvers.markov.soft_bound import error_bound, rounding_errors
from solvers.markov.soft_stage import soft_stage
from solvers.markov.solution import MarkovSolution
from solvers.markov.trend import Trend
from solvers.solution import Status


def solve(
    game: MarkovGame,
    *,
    temperatures: tuple[float, float],
    entropy: bool = True,
    step_size: float = 1.0,
    start: tuple[Any, Any] | None = None,
    tolerance: float = 1e-10,
    budget: int = 20_000,
) -> MarkovSolution:
    """Where soft Q-value iteration goes from `start`, a pair (Q_L, Q_F), or zeros.

    `temperatures` are (tau_L, tau_F); `entropy` counts both entropies in the values. policies["leader"] (S, A) and
    policies["follower"] (S, A, B) are probabilities. Converged answers are within `error_bound` of a fixed point in
    every entry of both Q: at most `tolerance` times the largest reward and entropy tau_k log n_k, or as small as
    rounding lets it be. Steps are taken modulo constants, whose limit is known: adding c to Q_k adds gamma_k c to T Q_k
    and changes no choice.

    Without a proof after `budget` steps, or where nothing moves any more, the answer is UNDECIDED and `message` says
    how the residual went. Raises `SolverError` for a batch, an exact twin, and temperatures that are not positive.
    """
    refuse_batch("soft", game.batch_shape)
    refuse_exact("soft", game)
    check_step_size(step_size)
    check_run(tolerance, budget)
    if len(temperatures) != 2 or not all(0 < tau < np.inf for tau in temperatures):
        raise SolverError(f"temperatures: expected two numbers > 0, found {temperatures}")
    tau = float(temperatures[0]), float(temperatures[1])
    backup = Backup(game)
    backup.sharpen()
    discounts = np.array([float(game.leader_discount), float(game.follower_discount)])
    rewards = np.stack(game.rewards())
    largest = np.abs(rewards).max(axis=(1, 2, 3))

    def table_of(values: np.ndarray) -> np.ndarray:
        following = backup.continuation(values)
        following *= discounts[:, None, None, None]
        following += rewards
        return following

    # Values are of the size of rewards and entropies, and so are their errors.
    goal = tolerance * (largest + np.array(tau) * np.log([game.leader_actions, game.follower_actions]))
    tables = np.stack(start_tables(game, start))
    trend = Trend()
    step = 0
    while True:
        found = soft_stage(tables, tau, entropy)
        change = table_of(found.values)
        change -= tables
        residual = np.abs(change).max(axis=(1, 2, 3))
        trend.add(float(residual.max()))
        stage_error, kernel_error = rounding_errors(backup, tables, found, tau, discounts, largest)
        still = (residual <= 2 * (discounts * stage_error + kernel_error)).all()
        if step == budget or still or (step % 8 == 0 and (residual <= goal).all()):
            settled = table_of(found.values)
            last = soft_stage(settled, tau, entropy)
            rounding = rounding_errors(backup, settled, last, tau, discounts, largest)
            miss = last.values - found.values
            bound = error_bound(backup, settled, last, tau, entropy, discounts, miss, rounding)
            if step == budget or still or (bound <= goal).all():
                break
        middle = (change.max(axis=(1, 2, 3)) / 2 + change.min(axis=(1, 2, 3)) / 2)[:, None, None, None]
        change -= middle
        change *= step_size
        tables += change
        tables += middle / (1 - discounts)[:, None, None, None]
        step += 1
    proved = bool(np.isfinite(bound).all())
    unproved = (
        f"undecided: no contraction is proved after {step} steps; {trend}. Raise a temperature, damp the step or raise "
        "the budget."
    )
    return MarkovSolution(
        concept="soft",
        values={"leader": last.values[0], "follower": last.values[1]},
        policies={"leader": last.leader, "follower": last.follower},
        residual=float((discounts * np.abs(miss).max(axis=1)).max()),
        error_bound=float(bound.max()) if proved else float("nan"),
        status=np.int8(Status.CONVERGED if proved else Status.UNDECIDED),
        q={"leader": settled[0], "follower": settled[1]},
        period=int(proved),
        iterations=step,
        reason="" if proved else unproved,
    )
