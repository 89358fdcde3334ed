"""What floats believe of a strong commitment: a start for exact arithmetic, which verifies all of it."""

from __future__ import annotations

import dataclasses

import numpy as np

from games.matrix import BimatrixGame
from solvers.matrix.rational_lp import Basis


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Guess:
    """The winning reply, its basis (actions and tight replies, by their own numbers), and every reply's multipliers."""

    reply: int
    basis: Basis
    multipliers: np.ndarray  # (n, n) >= 0, leader's payoff per follower's, zero diagonal


def guess(game: BimatrixGame) -> Guess | None:
    """The dual simplex's belief about a single game; None where its payoffs are out of the reach of floats."""
    from solvers.matrix.commit import commit_guess

    rounded = game.float()
    reply, support, tight, multipliers = commit_guess(contiguous(rounded.leader), contiguous(rounded.follower))
    if reply < 0 or not np.isfinite(multipliers).all():
        return None
    return Guess(
        reply=int(reply),
        basis=Basis(variables=tuple(support.tolist()), tight=tuple(tight.tolist())),
        multipliers=multipliers,
    )


def contiguous(payoffs: np.ndarray) -> np.ndarray:
    """The payoffs in one piece and read-only: one type of array, one compilation of a kernel."""
    found = np.ascontiguousarray(payoffs).view()
    found.setflags(write=False)
    return found
