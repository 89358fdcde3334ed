"""A solver's answer to a linear-quadratic game as the laws that a simulation plays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from games.simulate.diffusion_laws import FeedbackLaws
    from solvers.riccati.solution import LinearQuadraticSolution


def feedback_laws(solution: LinearQuadraticSolution, *, steps: int) -> FeedbackLaws:
    """Both players' laws, constant on each of `steps` equal stretches of the horizon: those at its middle."""
    from games.simulate.diffusion_laws import FeedbackLaws

    times = None
    middle: float | np.ndarray = 0.0
    if solution.path is not None:
        length = float(solution.game.horizon) / steps
        times = length * np.arange(steps)
        middle = times + length / 2
    stage = solution.gains(middle)
    return FeedbackLaws(
        leader_gain=stage.leader_gain,
        leader_offset=stage.leader_offset,
        leader_factor=_root(stage.leader_covariance),
        follower_gain=stage.K,
        follower_reply=stage.T,
        follower_offset=stage.kappa,
        follower_factor=_root(stage.follower_covariance),
        times=times,
    )


def _root(covariance: np.ndarray) -> np.ndarray:
    """A factor L of each covariance LL'; zero where a law is a point."""
    return np.linalg.cholesky(covariance) if covariance.any() else covariance
