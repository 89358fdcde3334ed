"""One-shot two-player games: the leader commits to a row or a mixture of rows, the follower answers with a column."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from games.core import Game


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BimatrixGame(Game):
    """A leader-follower game in strategic form, or a batch of games of one size.

    leader[..., a, b] and follower[..., a, b] are the payoffs (maximised) when the leader plays row a and the follower
    column b. Entries are float64, or Fractions in the exact twin.

    Raises `GameError` for non-finite entries, ragged or empty arrays, and shapes that differ.
    """

    core: ClassVar[dict[str, tuple[str, ...]]] = {
        "leader": ("leader actions", "follower actions"),
        "follower": ("leader actions", "follower actions"),
    }
    kind: ClassVar[str] = "bimatrix"

    leader: Any  # (*batch, m, n)
    follower: Any  # (*batch, m, n)

    @property
    def leader_actions(self) -> int:
        return self.leader.shape[-2]

    @property
    def follower_actions(self) -> int:
        return self.leader.shape[-1]

    def swapped(self) -> BimatrixGame:
        """The same game with the roles exchanged: the follower leads."""
        return BimatrixGame(leader=np.swapaxes(self.follower, -1, -2), follower=np.swapaxes(self.leader, -1, -2))
