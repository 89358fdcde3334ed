"""What a search by exhaustion needs to know of a kind of games: in which order they come, level by level."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import ClassVar, Protocol

from games.core import Game


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Consecutive games of the order, in batches of one size.

    size : in words, the size of the games; levels of one size follow each other
    text : in words, the games of this size up to this level
    """

    size: str
    text: str
    batches: Iterator[Game]


class Order(Protocol):
    """An enumeration of games from the smallest on, one of each class of games that differ by names only.

    things : what is enumerated, in the plural
    alike  : which games count once, as a clause
    """

    kind: ClassVar[str]

    @property
    def things(self) -> str: ...
    @property
    def alike(self) -> str: ...
    def levels(self) -> Iterator[Level]: ...


def sizes(actions: int) -> Iterator[tuple[int, int]]:
    """(m, n) by m + n, then by m."""
    return ((m, total - m) for total in range(2, actions + 1) for m in range(1, total))
