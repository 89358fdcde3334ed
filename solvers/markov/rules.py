"""What every solver of Markov games reads the same way: tie rules by name, step sizes, starting tables, exactness."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from games.errors import GameError
from games.markov import EpisodicMarkovGame, MarkovGame, Ties
from solvers.errors import SolverError


def as_ties(ties: str | int | Ties) -> Ties:
    """The rule of that name (strong, weak, first) or number. Raises `SolverError` for any other."""
    try:
        return Ties[ties.upper()] if isinstance(ties, str) else Ties(ties)
    except (KeyError, ValueError):
        known = ", ".join(rule.label for rule in Ties)
        raise SolverError(f"ties: expected one of {known}, found {ties!r}") from None


def check_step_size(step_size: float) -> None:
    """Raise `SolverError` unless 0 < step_size <= 1."""
    if not 0 < step_size <= 1:
        raise SolverError(f"step_size: expected 0 < step size <= 1, found {step_size}")


def check_run(tolerance: float, budget: int) -> None:
    """Raise `SolverError` unless the tolerance is positive and the budget at least one step."""
    if not tolerance > 0:
        raise SolverError(f"tolerance: expected a number > 0, found {tolerance}")
    if budget < 1:
        raise SolverError(f"budget: expected at least 1 step, found {budget}")


def refuse_exact(solver: str, game: Any) -> None:
    """Raise `SolverError` for an exact twin."""
    if game.is_exact:
        raise SolverError(f"{solver}: expected a game of floats, found an exact twin; use solvers.markov.exact")


LARGEST_VALUE = 1e300
"""Values beyond it leave the floats, or nearly, once they are added up."""


def refuse_overflow(game: MarkovGame | EpisodicMarkovGame) -> None:
    """Raise `SolverError` where values may exceed `LARGEST_VALUE`: max |r| / (1 - gamma), or the sum over the steps."""
    if isinstance(game, MarkovGame):
        pairs = zip(game.rewards(), (1 - discount for discount in game.discounts()), strict=True)
    else:
        pairs = ((reward, Fraction(1, game.horizon)) for reward in (game.leader_reward, game.follower_reward))
    for reward, rate in pairs:
        largest = max(abs(Fraction(reward.max(initial=0))), abs(Fraction(reward.min(initial=0))))
        slowest = Fraction(min(np.ravel(np.asarray(rate)).tolist(), default=1))
        if largest > Fraction(LARGEST_VALUE) * slowest:
            raise SolverError(
                f"solve: expected values below {LARGEST_VALUE:g}, found rewards that may add up to more; scale the game"
            )


def start_tables(game: MarkovGame, start: tuple[Any, Any] | None) -> tuple[np.ndarray, np.ndarray]:
    """Fresh float tables (Q_L, Q_F), each (S, A, B): zeros, or copies of `start`.

    Raises `GameError` for tables of another shape, or with entries that are not finite.
    """
    shape = game.leader_reward.shape
    if start is None:
        return np.zeros(shape), np.zeros(shape)
    tables = []
    for name, table in zip(("leader", "follower"), start, strict=True):
        array = np.array(table, dtype=np.float64)
        if array.shape != shape:
            raise GameError(f"start, {name}: expected a table of shape {shape}, found {array.shape}")
        if not np.isfinite(array).all():
            raise GameError(f"start, {name}: expected finite numbers, found {array[~np.isfinite(array)][0]}")
        tables.append(array)
    return tables[0], tables[1]
