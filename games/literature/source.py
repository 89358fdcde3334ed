"""Where a published game comes from."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Author, year, title and place; `after` marks a game that follows the source, not always in its numbers."""

    author: str
    year: int
    title: str
    place: str
    after: bool = False

    def __str__(self) -> str:
        return f"{'after ' if self.after else ''}{self.author} ({self.year}): {self.title}. {self.place}"
