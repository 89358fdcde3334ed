"""What floats say of solved games where balls are asked for every one of them: nothing."""

from __future__ import annotations

import numpy as np

from games.linear_quadratic import LinearQuadraticGame


def unknown(game: LinearQuadraticGame) -> tuple[np.ndarray, np.ndarray]:
    """Values of which nothing is known: radii without end, so that every instance is decided exactly."""
    return np.zeros(game.batch_shape), np.full(game.batch_shape, np.inf)
