"""Backward induction: the Stackelberg solution of a game of H steps, one stage at a time from the last.

Q_h = r_h + P_h V_{h+1} with V_H = 0, and V_h by the stage rule of `games.markov` at Q_h (pure commitment), or by a
strong Stackelberg equilibrium of every state (mixed). Pure commitment also in exact twins, without any error; in floats
every choice is checked against the rounding that came before it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from games.markov import EpisodicMarkovGame, Ties
from solvers.errors import SolverError
from solvers.markov.backup import SLACK, UNIT
from solvers.markov.mixed import mixed_stage
from solvers.markov.rules import as_ties
from solvers.markov.solution import MarkovSolution
from solvers.markov.stage import decided, stage, values
from solvers.solution import Status

COMMITMENTS = ("pure", "mixed")


def solve(
    game: EpisodicMarkovGame, *, commitment: str = "pure", ties: str | Ties = Ties.STRONG, threads: int = 1
) -> MarkovSolution:
    """The values of every step and state of a game, or of a batch of them.

    values (*batch, H, S), q (*batch, H, S, A, B) and policies (her actions (*batch, H, S), his replies
    (*batch, H, S, A); mixed: her mixtures (*batch, H, S, A), his replies (*batch, H, S)) lead with the step.
    UNDECIDED where a choice lies within the rounding of floats. With mixed commitment each stage is optimal for the
    tables as computed, and how rounding passes through several stages is not bounded: `error_bound` is NaN where H > 1.

    Raises `SolverError` for another commitment, and for exact twins with mixed commitment.
    """
    if commitment not in COMMITMENTS:
        raise SolverError(f"commitment: expected one of {', '.join(COMMITMENTS)}, found {commitment!r}")
    if commitment == "mixed":
        return _mixed(game, threads)
    return _pure(game, as_ties(ties))


def _pure(game: EpisodicMarkovGame, ties: Ties) -> MarkovSolution:
    batch, horizon = game.batch_shape, game.horizon
    exact = game.is_exact
    following = _zeros(game, 2)  # V_{h+1}: (2, *batch, S)
    error = np.zeros((2, *batch))
    settled = np.ones(batch, dtype=bool)
    tables, moves, replies, found = [], [], [], []
    for h in reversed(range(horizon)):
        q, rounding = _tables(game, h, following)
        if exact:
            chosen = stage(q[0], q[1], ties)
        else:
            error = np.where(error > 0, SLACK * (1 + _DEFECT * game.states) * error, 0.0) + rounding
            chosen = stage(q[0], q[1], ties)
            settled &= decided(chosen, error[0], error[1])
        following = np.stack([values(table, chosen.moves, chosen.replies) for table in q])
        tables.append(q)
        moves.append(chosen.moves)
        replies.append(chosen.replies)
        found.append(following)
    zero = Fraction(0) if exact else 0.0
    bound: Any = np.full(batch, Fraction(0)) if exact else np.where(settled, error.max(axis=0), np.nan)
    return _answer(
        game,
        tables,
        found,
        {"leader": _by_step(moves, batch), "follower": _by_step(replies, batch)},
        residual=np.full(batch, zero)[()],
        error_bound=bound[()],
        status=np.where(settled, Status.CONVERGED, Status.UNDECIDED),
    )


def _mixed(game: EpisodicMarkovGame, threads: int) -> MarkovSolution:
    if game.is_exact:
        raise SolverError("episodic: expected floats for mixed commitment, found an exact twin; use game.float()")
    batch, horizon = game.batch_shape, game.horizon
    following = _zeros(game, 2)
    error = 0.0
    tables, mixtures, replies, found = [], [], [], []
    for h in reversed(range(horizon)):
        q, _ = _tables(game, h, following)
        following, mixture, reply, error = mixed_stage(q, threads)
        tables.append(q)
        mixtures.append(mixture)
        replies.append(reply)
        found.append(following)
    return _answer(
        game,
        tables,
        found,
        {"leader": _by_step(mixtures, batch), "follower": _by_step(replies, batch)},
        residual=np.zeros(batch)[()],
        error_bound=np.full(batch, error if horizon == 1 else np.nan)[()],
        status=np.full(batch, Status.CONVERGED),
        reason=""
        if horizon == 1
        else "converged: every stage is optimal for the tables as computed; how rounding passes through the stages is "
        "not bounded for mixed commitment.",
    )


_DEFECT = 2.0**-50


def _tables(game: EpisodicMarkovGame, h: int, following: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Q_h of both players (2, *batch, S, A, B) and a bound of its rounding (2, *batch)."""
    batch = len(game.batch_shape)
    at = (slice(None),) * batch + (h,)
    kernel = game.transition[at]  # (*batch, S, A, B, S)
    rewards = np.stack([game.leader_reward[at], game.follower_reward[at]])
    if h == game.horizon - 1:
        return rewards, np.zeros((2, *game.batch_shape))  # nothing follows: the rewards themselves
    column = following[..., None, None, :, None]  # (2, *batch, 1, 1, S, 1)
    q = rewards + np.matmul(kernel[None], column)[..., 0]
    if game.is_exact:
        return q, np.zeros((2, *game.batch_shape))
    largest = np.abs(following).max(axis=-1)
    rounding = SLACK * ((game.states + 2) * UNIT + _DEFECT * game.states) * largest
    rounding += SLACK * UNIT * (np.abs(rewards).max(axis=(-3, -2, -1)) + largest)
    return q, np.where(largest > 0, rounding, 0.0)


def _zeros(game: EpisodicMarkovGame, players: int) -> np.ndarray:
    shape = (players, *game.batch_shape, game.states)
    return np.full(shape, Fraction(0)) if game.is_exact else np.zeros(shape)


def _by_step(backwards: list[np.ndarray], batch: tuple[int, ...]) -> np.ndarray:
    """Arrays (*batch, ...) of the steps, last first, as one (*batch, H, ...)."""
    return np.stack(backwards[::-1], axis=len(batch))


def _answer(
    game: EpisodicMarkovGame,
    tables: list[np.ndarray],
    found: list[np.ndarray],
    policies: dict[str, Any],
    *,
    residual: Any,
    error_bound: Any,
    status: np.ndarray,
    reason: str = "",
) -> MarkovSolution:
    batch = game.batch_shape
    players = {"leader": 0, "follower": 1}
    return MarkovSolution(
        concept="stackelberg",
        values={player: _by_step([pair[k] for pair in found], batch) for player, k in players.items()},
        policies=policies,
        residual=residual,
        error_bound=error_bound,
        status=status.astype(np.int8)[()],
        q={player: _by_step([pair[k] for pair in tables], batch) for player, k in players.items()},
        period=np.ones(batch, dtype=np.int64)[()],
        iterations=np.full(batch, game.horizon)[()],
        reason=reason,
    )
