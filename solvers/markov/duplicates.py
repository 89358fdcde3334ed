"""Pairs of actions that are copies of each other, and margins that do not count a copy as a rival.

Where (s, a, b) and (s, a', b') have equal rewards, rows of the kernel and starting values, their Q functions are equal
at all times in exact arithmetic: a tie between them is decided by the index, for ever, and changes no value. Absorbing
states and games with fewer actions in some states are full of them. In floats products may round copies differently,
so their first one speaks for all.
"""

from __future__ import annotations

import numpy as np

from games.markov import MarkovGame
from solvers.markov.stage import Stage


def originals(game: MarkovGame, start: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """The first pair of actions, a B + b, that every (s, a, b) is a copy of: (S, A, B); itself where there is none."""
    states, rows, columns = game.leader_reward.shape
    found = np.empty((states, rows * columns), dtype=np.int64)
    tables = np.stack([game.leader_reward, game.follower_reward, *start], axis=-1).reshape(states, rows * columns, 4)
    for s in range(states):
        kernel = np.ascontiguousarray(game.transition[s].reshape(rows * columns, -1))
        first: dict[bytes, int] = {}
        for i in range(rows * columns):
            # Adding zero makes the two zeros, which are equal, one.
            key = (tables[s, i] + 0.0).tobytes() + (kernel[i] + 0.0).tobytes()
            found[s, i] = first.setdefault(key, i)
    return found.reshape(states, rows, columns)


def copy_originals(tables: np.ndarray, first: np.ndarray) -> None:
    """Give, in place, every copy in tables (k, S, A, B) the entry of its original."""
    states = tables.shape[1]
    flat = tables.reshape(len(tables), states, -1)
    flat[:] = np.take_along_axis(flat, first.reshape(1, states, -1), axis=-1)


def without_copies(found: Stage, tables: np.ndarray, first: np.ndarray) -> Stage:
    """The stage with margins over rivals that are no copies; choices stay. tables (2, S, A, B)."""
    leader, follower = tables
    chosen = np.take_along_axis(first, found.replies[..., None], axis=-1)  # (S, A, 1)
    rival = np.where(first == chosen, -np.inf, follower).max(axis=-1)
    tied = (follower == follower.max(axis=-1, keepdims=True)) & (first != chosen)
    served = np.take_along_axis(leader, found.replies[..., None], axis=-1)[..., 0]  # (S, A)
    moved = np.take_along_axis(chosen[..., 0], found.moves[..., None], axis=-1)  # (S, 1)
    other = np.where(chosen[..., 0] == moved, -np.inf, served).max(axis=-1)
    return found._replace(
        reply_margins=follower.max(axis=-1) - rival,
        move_margins=served.max(axis=-1) - other,
        tie_margins=np.where(tied.any(axis=-1), found.tie_margins, np.inf),
    )
