"""Floats for the concepts of two runs that solvers/ does not name.

The first run's residual is the second one's with the runs exchanged. Wrong versions of the comparison system, which
only mutants speak of, are left to exact arithmetic: their floats say nothing.
"""

from __future__ import annotations

import numpy as np

from games.markov import MarkovIteration

Ball = tuple[np.ndarray, np.ndarray]


def start_residual(game: MarkovIteration) -> Ball:
    from solvers.markov.trajectories import reference_residual

    arrays = {name: getattr(game, name) for name in game.core}
    exchanged = {
        f"{player}_{run}": arrays[f"{player}_{other}"]
        for player in ("leader", "follower")
        for run, other in (("start", "reference"), ("reference", "start"))
    }
    return reference_residual(type(game)(**arrays | exchanged))


def leader_comparison_excess_without_slack(game: MarkovIteration) -> Ball:
    return _unknown(game)


def leader_comparison_excess_own_policy(game: MarkovIteration) -> Ball:
    return _unknown(game)


def _unknown(game: MarkovIteration) -> Ball:
    return np.zeros(game.batch_shape), np.full(game.batch_shape, np.inf)
