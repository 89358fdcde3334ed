"""Two runs of Q-value iteration where the leader has no choice."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from games.errors import GameError
from games.families.base import Sizes
from games.families.iteration_free import IterationFreeFamily


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationOneMoveFamily(IterationFreeFamily):
    """As `iteration_free`, with a single action of the leader. Raises `GameError` for other numbers of them."""

    name: ClassVar[str] = "iteration_one_move"
    title: ClassVar[str] = "two arbitrary runs in a game where the leader has one action"

    leader_actions: Any = 1

    def __post_init__(self) -> None:
        super(IterationOneMoveFamily, self).__post_init__()
        if self.leader_actions != Sizes(1, 1):
            raise GameError(f"iteration_one_move: expected one action, found {self.leader_actions}")


FAMILY = IterationOneMoveFamily()
