"""The leader's maxmin value: what she can guarantee whatever the follower plays."""

from __future__ import annotations

import dataclasses
from typing import Any

from games.matrix import BimatrixGame
from solvers.matrix.integers import integer_game
from solvers.matrix.rational_lp import Basis, Optimum, Program
from solvers.matrix.rational_lp import solve as solve_program
from solvers.solution import Solution


def solve(game: BimatrixGame, *, tolerance: float = 1e-9, threads: int = 1) -> Solution:
    """The maxmin value and strategy of every game of a batch, or of one game, whatever the follower's payoffs.

    Against a follower with the opposite payoffs commitment is worth the maxmin value: the strong Stackelberg value of
    (A, -A). The arguments are those of `solvers.matrix.batch.solve`. Raises `SolverError` for exact twins.
    """
    from solvers.matrix import batch

    batch.refuse_exact("minimax", game)
    opposed = BimatrixGame(leader=game.leader, follower=-game.leader)
    found = batch.solve(opposed, tolerance=tolerance, threads=threads)
    return dataclasses.replace(
        found,
        concept="minimax",
        values={"leader": found.leader_value},
        policies={"leader": found.policies["leader"]},
        certificate=batch.Certificates(game=game, concept="minimax"),
    )


def exact_minimax(game: BimatrixGame) -> dict[str, Any]:
    """The fact "minimax" of a single game: a strategy and a mixture of replies that hold each other to the value.

    maximise t subject to x'A_b >= t for all b; with A shifted to be positive, t >= 0 costs nothing and t is basic, so
    that the multipliers sum to one.
    """
    scaled = integer_game(game)
    m, n = scaled.shape
    shift = min(min(row) for row in scaled.leader) - 1
    rows = [[*(scaled.leader[a][b] - shift for a in range(m)), -1] for b in range(n)]
    guaranteed = [min(row) for row in scaled.leader]
    best = max(range(m), key=lambda a: guaranteed[a])
    worst = min(range(n), key=lambda b: scaled.leader[best][b])
    start = Basis(variables=(best, m), tight=(worst,))
    found = solve_program(Program(objective=[0] * m + [1], rows=rows, mass=[1] * m + [0]), hints=[start])
    assert isinstance(found, Optimum) and found.point is not None  # a pure row is feasible
    return {
        "concept": "minimax",
        "value": str(scaled.leader_payoff(found.value + shift)),
        "strategy": [str(weight) for weight in found.point[:m]],
        "reply_mixture": [str(weight) for weight in found.multipliers],
    }
