"""Q-value iteration with mixed commitment of many small games at once, for a leader of one action or two, in floats.

The stage of every state is a strong Stackelberg equilibrium, in closed form: with two actions the leader's mixtures are
an interval that the follower's best replies divide, and an end of a part is optimal. What is said is evidence, not
proof: see `solvers.markov.batch_values`. Other sizes, and proofs where the iteration contracts: `solvers.markov.mixed`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from games.markov import MarkovGame
from solvers.errors import SolverError
from solvers.markov.batch_followed import follow
from solvers.markov.batch_values import MIXED
from solvers.markov.solution import MarkovSolution


def solve(
    game: MarkovGame,
    *,
    step_size: Any = 1.0,
    tolerance: float = 1e-8,
    budget: int = 4_000,
    threads: int = 1,
) -> MarkovSolution:
    """Where Q-value iteration with mixed commitment goes from Q = 0, for a batch of games or one.

    `step_size` is one number or one a game. CONVERGED: steps change nothing beyond `tolerance`, relative to the larger
    reward; CYCLE: values return after `period` steps; BUDGET: neither. policies["leader"] (*batch, S, A) are mixtures,
    policies["follower"] (*batch, S) the replies to them. `residual` is by how much a further undamped step changes
    values, modulo constants, and `error_bound` NaN: nothing is proved.

    Raises `SolverError` for exact twins, more than two actions of the leader, and step sizes outside (0, 1].
    """
    if game.leader_actions > 2:
        raise SolverError(
            f"batch_mixed: expected at most 2 actions of the leader, found {game.leader_actions}; "
            "solve games one by one with solvers.markov.mixed"
        )
    nobody = [np.ones(game.batch_shape)] * 2
    followed = follow(game, MIXED, nobody, step_size, tolerance, budget, threads)
    replies = followed.law[..., 0, :].argmax(axis=-1)
    return followed.solution("stackelberg", replies)
