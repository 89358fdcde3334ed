"""Soft Stackelberg Q-value iteration of many small games at once, from Q = 0, in floats.

What it says is evidence, not proof: see `solvers.markov.batch_values`. One game with a proved bound:
`solvers.markov.soft`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from games.markov import MarkovGame
from solvers.errors import SolverError
from solvers.markov.batch import one_a_game
from solvers.markov.batch_followed import follow
from solvers.markov.batch_values import PLAIN, SOFT
from solvers.markov.solution import MarkovSolution


def solve(
    game: MarkovGame,
    *,
    temperatures: tuple[Any, Any],
    entropy: bool = True,
    step_size: Any = 1.0,
    tolerance: float = 1e-8,
    budget: int = 4_000,
    threads: int = 1,
) -> MarkovSolution:
    """Where soft Q-value iteration goes, for a batch of games or one.

    `temperatures` (tau_L, tau_F) and `step_size` are each one number or one a game; `entropy` counts both entropies in
    the values. CONVERGED: steps change nothing beyond `tolerance`, relative to the larger reward; CYCLE: values return
    after `period` steps; BUDGET: neither. policies["leader"] (*batch, S, A) and policies["follower"] (*batch, S, A, B)
    are probabilities. `residual` is by how much a further undamped step changes values, modulo constants, and
    `error_bound` NaN: nothing is proved.

    Raises `SolverError` for exact twins, temperatures that are not positive and finite, step sizes outside (0, 1].
    """
    shape = game.batch_shape
    taus = [one_a_game(name, tau, shape) for name, tau in zip(("tau_L", "tau_F"), temperatures, strict=True)]
    for tau in taus:
        if not np.all((tau > 0) & (tau < np.inf)):
            raise SolverError(
                f"temperatures: expected finite numbers > 0, found {tau[~((tau > 0) & (tau < np.inf))][0]}"
            )
    followed = follow(game, SOFT if entropy else PLAIN, taus, step_size, tolerance, budget, threads)
    return followed.solution("soft", followed.law)
