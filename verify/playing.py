"""A solver's answer to a linear-quadratic game as the laws that a simulation plays, and what accumulates along them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from games.linear_quadratic import LinearQuadraticGame
    from games.simulate.diffusion_laws import FeedbackLaws
    from solvers.riccati.solution import LinearQuadraticSolution

S = TypeVar("S")


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


def accumulated(game: LinearQuadraticGame, stage_at: Callable[[Any], S], rate: Callable[[S], np.ndarray]) -> np.ndarray:
    """E int e^{-beta t} f_{i(t)}(t) dt by regime at the start, (m,): f the rate of a stage, by regime.

    Without an end it solves (beta I - Lambda) e = f; where beta is 0 too, the mean of f over the stationary law.
    """
    generator, beta = np.asarray(game.generator), float(game.discount)
    m = len(generator)
    if game.horizon is None:
        f = rate(stage_at(0.0))
        if beta > 0:
            return np.linalg.solve(beta * np.eye(m) - generator, f)
        law = np.linalg.lstsq(np.vstack([generator.T, np.ones(m)]), np.append(np.zeros(m), 1.0), rcond=None)[0]
        return np.full(m, law @ f)
    from scipy.linalg import expm

    t, weights = np.polynomial.legendre.leggauss(48)
    end = float(game.horizon)
    t, weights = (t + 1) / 2 * end, weights / 2 * end
    f = rate(stage_at(t))  # (times, m)
    moved = np.stack([expm((generator - beta * np.eye(m)) * time) for time in t])
    return (weights[:, None] * (moved @ f[..., None])[..., 0]).sum(axis=0)
