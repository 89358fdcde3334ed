"""Batches that are followed in floats: arrays for the kernel of `solvers.markov.batch_values`, and its answer."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from games.markov import MarkovGame
from solvers.markov.batch import BLOCK, check_batch, in_blocks, rows, step_sizes
from solvers.markov.batch_values import follow_block
from solvers.markov.solution import MarkovSolution


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Followed:
    """What the kernel found, each array led by the batch shape."""

    status: np.ndarray
    period: np.ndarray
    iterations: np.ndarray
    residual: np.ndarray
    mixture: np.ndarray  # (*batch, S, A)
    law: np.ndarray  # (*batch, S, A, B)
    leader_value: np.ndarray  # (*batch, S)
    follower_value: np.ndarray  # (*batch, S)
    leader_q: np.ndarray  # (*batch, S, A, B)
    follower_q: np.ndarray  # (*batch, S, A, B)

    def solution(self, concept: str, replies: np.ndarray) -> MarkovSolution:
        """The solution whose follower's policies are `replies`."""
        return MarkovSolution(
            concept=concept,
            values={"leader": self.leader_value, "follower": self.follower_value},
            policies={"leader": self.mixture, "follower": replies},
            residual=self.residual,
            error_bound=np.full(np.shape(self.status), np.nan)[()],
            status=self.status,
            q={"leader": self.leader_q, "follower": self.follower_q},
            period=self.period,
            iterations=self.iterations,
        )


def follow(
    game: MarkovGame,
    kind: int,
    temperatures: list[np.ndarray],
    step_size: Any,
    tolerance: float,
    budget: int,
    threads: int,
) -> Followed:
    """Follow every game from Q = 0 with the stage `kind`; temperatures (*batch,) are unread by a mixed one."""
    check_batch(game, budget, threads)
    shape = game.batch_shape
    count = math.prod(shape)
    S, A, B = game.states, game.leader_actions, game.follower_actions
    inputs = [
        rows(game.transition, count, (S, A, B, S)),
        *(rows(reward, count, (S, A, B)) for reward in game.rewards()),
        *(rows(discount, count, ()) for discount in game.discounts()),
        *(rows(tau, count, ()) for tau in temperatures),
        step_sizes(step_size, shape),
    ]
    numbers = [np.empty(count, dtype=dtype) for dtype in (np.int8, np.int32, np.int64, np.float64)]
    outputs = [*numbers, *(np.empty((count, *core)) for core in ((S, A), (S, A, B), (S,), (S,), (S, A, B), (S, A, B)))]

    def run(first: int) -> None:
        block = slice(first, first + BLOCK)
        settings = [kind, float(tolerance), int(budget)]
        arguments = [array[block] for array in inputs] + settings + [array[block] for array in outputs]
        follow_block(*arguments)

    in_blocks(run, count, threads)
    names = [field.name for field in dataclasses.fields(Followed)]
    found = [array.reshape(shape + array.shape[1:])[()] for array in outputs]
    return Followed(**dict(zip(names, found, strict=True)))
