"""Stackelberg Q-value iteration of many small games at once: each proved to converge, or to cycle, or left undecided.

A kernel (`solvers.markov.batch_kernel`, which has the proofs) iterates each game until its policies are proved to stay
for ever, or to return for ever in a cycle, and solves for the fixed point or orbit directly. CONVERGED and CYCLE are
statements about the iterates in real numbers, for these very floats; ties at the first step are broken by the rule,
and a game where later a choice is not told apart by more than rounding can explain is UNDECIDED: exact solvers take it.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from games.markov import MarkovGame, Ties
from solvers.errors import SolverError
from solvers.markov.batch_kernel import iterate_block
from solvers.markov.rules import as_ties, refuse_exact
from solvers.markov.solution import MarkovSolution
from solvers.matrix.guess import contiguous

BLOCK = 1024
"""Games a call of the compiled block: long enough to hide the call, short enough to share evenly among threads."""


def solve(
    game: MarkovGame,
    *,
    ties: str | Ties = "strong",
    step_size: Any = 1.0,
    start: tuple[Any, Any] | None = None,
    tolerance: float = 1e-10,
    budget: int = 10_000,
    threads: int = 1,
) -> MarkovSolution:
    """Q-value iteration with pure commitment from Q = 0, or from `start` = (Q_L, Q_F), for a batch of games or one.

    `step_size` in (0, 1] is one number or one a game; `start` holds arrays (S, A, B) or one a game. `tolerance` is
    relative to max |r| / (1 - gamma), the largest |Q| there can be: a game that is proved to converge or cycle, but
    whose fixed point or orbit rounding leaves less certain, is UNDECIDED. `budget` is the number of steps after which
    nothing proved ends in BUDGET; cycles of more than 1,024 phases end there too. `residual` is by how much `p` steps
    from the answer miss it, p the period, in the units of the larger payoffs.

    Raises `SolverError` for exact twins, step sizes outside (0, 1], starts of other shapes or not finite, unknown ties.
    """
    check_batch(game, budget, threads)
    shape = game.batch_shape
    count = math.prod(shape)
    S, A, B = game.states, game.leader_actions, game.follower_actions
    starts = start is not None
    inputs = [
        rows(game.transition, count, (S, A, B, S)),
        rows(game.leader_reward, count, (S, A, B)),
        rows(game.follower_reward, count, (S, A, B)),
        rows(game.leader_discount, count, ()),
        rows(game.follower_discount, count, ()),
        step_sizes(step_size, shape),
    ]
    begins = _starts(start, shape, (S, A, B)) if start is not None else [contiguous(np.zeros((1, S, A, B)))] * 2
    outputs = [
        np.empty(count, dtype=np.int8),
        np.empty(count, dtype=np.int32),
        np.empty(count, dtype=np.int64),
        np.empty(count),
        np.empty(count),
        np.empty((count, S), dtype=np.int32),
        np.empty((count, S, A), dtype=np.int32),
        np.empty((count, S)),
        np.empty((count, S)),
        np.empty((count, S, A, B)),
        np.empty((count, S, A, B)),
    ]
    rule = int(as_ties(ties))

    def run(first: int) -> None:
        block = slice(first, first + BLOCK)
        begin = [array[block] for array in begins] if starts else begins
        settings = [rule, float(tolerance), int(budget)]
        arguments = [array[block] for array in inputs] + [starts, *begin, *settings] + [o[block] for o in outputs]
        iterate_block(*arguments)

    in_blocks(run, count, threads)
    status, period, iterations, error, residual, moves, replies, *rest = (
        array.reshape(shape + array.shape[1:])[()] for array in outputs
    )
    leader_value, follower_value, leader_q, follower_q = rest
    return MarkovSolution(
        concept="stackelberg",
        values={"leader": leader_value, "follower": follower_value},
        policies={"leader": moves, "follower": replies},
        residual=residual,
        error_bound=error,
        status=status,
        q={"leader": leader_q, "follower": follower_q},
        period=period,
        iterations=iterations,
    )


def check_batch(game: MarkovGame, budget: int, threads: int) -> None:
    """Raise `SolverError` for exact twins, a budget of no step, no thread."""
    refuse_exact("markov batch", game)
    if threads < 1:
        raise SolverError(f"threads: expected at least 1, found {threads}")
    if budget < 1:
        raise SolverError(f"budget: expected at least 1 step, found {budget}")


def step_sizes(step_size: Any, shape: tuple[int, ...]) -> np.ndarray:
    """One step size a game, in a row; `SolverError` outside (0, 1] and for other shapes."""
    sizes = one_a_game("step_size", step_size, shape)
    wrong = sizes[~((sizes > 0) & (sizes <= 1))]
    if wrong.size:
        raise SolverError(f"step_size: expected numbers in (0, 1], found {wrong[0]}")
    return contiguous(sizes.reshape(-1))


def one_a_game(name: str, numbers: Any, shape: tuple[int, ...]) -> np.ndarray:
    """The numbers over the batch; `SolverError` where they are neither one nor one a game."""
    numbers = np.asarray(numbers, dtype=np.float64)
    try:
        return np.broadcast_to(numbers, shape)
    except ValueError:
        raise SolverError(f"{name}: expected one number, or one a game {shape}, found shape {numbers.shape}") from None


def in_blocks(run: Any, count: int, threads: int) -> None:
    """Call run(first) for the first game of every block, on several threads."""
    firsts = range(0, count, BLOCK)
    if threads == 1 or len(firsts) < 2:
        for first in firsts:
            run(first)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(run, firsts):
            pass


def rows(array: np.ndarray, count: int, core: tuple[int, ...]) -> np.ndarray:
    """The array with one batch axis of `count` games, contiguous."""
    return contiguous(array.reshape(count, *core))


def _starts(start: tuple[Any, Any], shape: tuple[int, ...], core: tuple[int, ...]) -> list[np.ndarray]:
    begins = []
    for name, q in zip(("leader", "follower"), start, strict=True):
        q = np.asarray(q, dtype=np.float64)
        if not np.isfinite(q).all():
            raise SolverError(f"start: expected finite numbers for the {name}, found others")
        try:
            begins.append(rows(np.broadcast_to(q, shape + core), math.prod(shape), core))
        except ValueError:
            raise SolverError(f"start: expected shape {core} or {shape + core}, found {q.shape} ({name})") from None
    return begins
