"""The one door to all solvers of commitment in one-shot games."""

from __future__ import annotations

import importlib
from typing import Any

from games.matrix import BimatrixGame
from solvers.errors import SolverError
from solvers.matrix import exact as exact_solver
from solvers.solution import Solution

CONCEPTS = exact_solver.CONCEPTS

# Concepts with a solver in floats that takes batches; correlated takes single games, the others are rounded from exact.
_BATCHED = {"sse": "solvers.matrix.batch", "wse": "solvers.matrix.weak", "minimax": "solvers.matrix.minimax"}


def solve(
    game: BimatrixGame, *, concept: str = "sse", tolerance: float = 1e-9, exact: bool = False, threads: int = 1
) -> Solution:
    """Solve a one-shot game, or a batch of them, for a concept among `CONCEPTS`.

    sse: strong Stackelberg, mixed commitment. wse: weak Stackelberg supremum. pure, "pure weak": commitment to a row,
    ties for or against the leader. correlated: optimal correlated commitment. minimax: the leader's maxmin.
    "best nash", "worst nash": the leader's best and worst Nash equilibrium.

    Games of floats are answered in floats with an error bound, exact twins (and any single game with exact=True) in
    Fractions with a fact as certificate. Batches are taken by sse, wse, minimax and the pure concepts in floats, by the
    pure concepts in exact twins. `tolerance` is relative to the range of payoffs; `threads` share a batch.

    Raises `SolverError` for an unknown concept and for a batch where only single games are taken.
    """
    if concept not in CONCEPTS:
        raise SolverError(f"solve: expected a concept among {', '.join(CONCEPTS)}, found {concept!r}")
    if exact or game.is_exact:
        if concept in ("pure", "pure weak") and game.batch_shape:
            return _pure(game.exact(), concept)  # comparisons alone: a batch costs no more care than a game
        return exact_solver.solve(game, concept)
    if concept in _BATCHED:
        return importlib.import_module(_BATCHED[concept]).solve(game, tolerance=tolerance, threads=threads)
    if concept == "correlated":
        from solvers.matrix import correlated

        return correlated.solve(game, tolerance=tolerance)
    if concept in ("pure", "pure weak"):
        return _pure(game, concept)
    return exact_solver.rounded(exact_solver.solve(game, concept))


def _pure(game: BimatrixGame, concept: str) -> Solution:
    from solvers.matrix import pure

    return pure.solve(game, ties="strong" if concept == "pure" else "weak")


def value(game: BimatrixGame, concept: str = "sse", **options: Any) -> Any:
    """The leader's value: a float, an array over the batch, or a Fraction of an exact twin; options as in `solve`."""
    return solve(game, concept=concept, **options).leader_value
