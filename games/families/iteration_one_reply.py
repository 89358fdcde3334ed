"""Two runs of Q-value iteration where the follower has no choice."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from games.errors import GameError
from games.families.base import Sizes
from games.families.iteration_free import IterationFreeFamily


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationOneReplyFamily(IterationFreeFamily):
    """As `iteration_free`, with a single action of the follower. Raises `GameError` for other numbers of them."""

    name: ClassVar[str] = "iteration_one_reply"
    title: ClassVar[str] = "two arbitrary runs in a game where the follower has one action"

    follower_actions: Any = 1

    def __post_init__(self) -> None:
        super(IterationOneReplyFamily, self).__post_init__()
        if self.follower_actions != Sizes(1, 1):
            raise GameError(f"iteration_one_reply: expected one action, found {self.follower_actions}")


FAMILY = IterationOneReplyFamily()
