"""The relaxed policy condition of the comparison theorem, along whole runs of Q-value iteration.

With Q* a fixed point, Pi_* its policies and Pi_t those of the iterate Q_t, the slack of player k at time t is the least
eps >= 0 with (Pi_t - Pi_*) Q*_k <= eps and (Pi_t - Pi_*) Q_{k,t} >= -eps in every state: 0 where the policies agree.
Source: sqvi/comparison.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from games.markov import MarkovGame, Ties
from solvers.markov.solution import MarkovSolution
from solvers.markov.stage import choose, values

RELATIVE = 2.0**-36
"""A slack below this part of the largest |Q*| counts as none: thousands of roundings fit below it, margins do not."""


class Slack(NamedTuple):
    """The largest slack over time, relative to the largest |Q*| of the player: (*batch,) each, 0 for none."""

    leader: np.ndarray
    follower: np.ndarray


def slack(game: MarkovGame, found: MarkovSolution, *, ties: Ties = Ties.STRONG, step_size: float = 1.0) -> Slack:
    """The slacks of the run from Q = 0 to the fixed points `found`, for a batch of games that converge.

    The run is followed until the policies of every game are those of its fixed point for good, as `found.iterations`
    promises; from then on the slack is 0. Floats without a bound on rounding: for counting, not for proofs.
    """
    moves, replies = found.policies["leader"], found.policies["follower"]
    q = [np.zeros(game.leader_reward.shape) for _ in range(2)]
    target = [found.q["leader"], found.q["follower"]]
    worst = [np.zeros(game.batch_shape) for _ in range(2)]
    kept = [values(table, moves, replies) for table in target]  # Pi_* Q*, (*batch, S)
    for _ in range(int(np.max(found.iterations, initial=0)) + 1):
        now = choose(q[0], q[1], ties)
        for k in range(2):
            above = values(target[k], *now) - kept[k]  # (Pi_t - Pi_*) Q*
            below = values(q[k], moves, replies) - values(q[k], *now)  # -(Pi_t - Pi_*) Q_t
            worst[k] = np.maximum(worst[k], np.maximum(above, below).max(axis=-1))
        for k, (reward, discount) in enumerate(zip(game.rewards(), game.discounts(), strict=True)):
            stage_values = values(q[k], *now)
            backup = reward + discount[..., None, None, None] * np.einsum(
                "...abt,...t->...ab", game.transition, stage_values[..., None, :]
            )
            q[k] = (1 - step_size) * q[k] + step_size * backup
    scale = [np.abs(table).max(axis=(-3, -2, -1)) for table in target]
    relative = [np.where(w > RELATIVE * s, w / np.where(s > 0, s, 1.0), 0.0) for w, s in zip(worst, scale, strict=True)]
    return Slack(*relative)
