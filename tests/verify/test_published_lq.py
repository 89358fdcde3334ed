"""Published linear-quadratic games: the solver finds what their files state exactly."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from games.linear_quadratic import LinearQuadraticGame
from games.literature import literature, named
from solvers.riccati.entry import solve

NAMES = [
    name
    for name in literature()
    if isinstance(named(name).GAME, LinearQuadraticGame) and "leader_P" in named(name).ANSWERS
]


@pytest.mark.parametrize("name", NAMES)
def test_the_solver_agrees_with_the_published_answers(name):
    game: Any = named(name).GAME
    solution = solve(game.float())
    assert solution.status == 0
    for key, text in named(name).ANSWERS.items():
        player, coefficient = key.split("_")
        stated = math.tanh(1) if text == "tanh(1)" else float(Fraction(text))
        found = np.ravel(getattr(getattr(solution, player), coefficient))
        assert found.tolist() == pytest.approx([stated], rel=1e-8, abs=1e-8), key  # the solver's own tolerance is finer
