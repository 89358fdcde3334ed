"""A solver's answer to a linear-quadratic game as the laws that a simulation plays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from games.simulate.diffusion_laws import FeedbackLaws
    from solvers.riccati.solution import LinearQuadraticSolution


def feedback_laws(solution: LinearQuadraticSolution, steps: int = 0) -> FeedbackLaws:
    """The equilibrium laws at the beginning of each of `steps` steps, or for ever where the game never ends."""
    from games.simulate.diffusion_laws import FeedbackLaws

    game = solution.game
    times = None if game.horizon is None else np.linspace(0.0, game.horizon, steps, endpoint=False)
    stage = solution.gains(0.0 if times is None else times)
    return FeedbackLaws(
        times=times,
        leader_gain=stage.leader_gain,
        leader_offset=stage.leader_offset,
        leader_factor=_factor(stage.leader_covariance, game.leader_temperature),
        follower_gain=stage.K,
        follower_reply=stage.T,
        follower_offset=stage.kappa,
        follower_factor=_factor(stage.follower_covariance, game.follower_temperature),
    )


def _factor(covariance: np.ndarray, temperature: Any) -> np.ndarray:
    """L of LL', zero where the temperature is."""
    return np.linalg.cholesky(covariance) if temperature > 0 else np.zeros_like(covariance)
