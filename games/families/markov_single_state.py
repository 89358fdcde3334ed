"""Markov games of one state: a one-shot game played again and again."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from games.errors import GameError
from games.families.base import Sizes
from games.families.markov import MarkovFamily


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MarkovSingleStateFamily(MarkovFamily):
    """One state and independent normal rewards. Raises `GameError` for other numbers of states."""

    name: ClassVar[str] = "markov_single_state"
    title: ClassVar[str] = "Markov games of a single state"

    states: Any = 1

    def __post_init__(self) -> None:
        super(MarkovSingleStateFamily, self).__post_init__()
        if self.states != Sizes(1, 1):
            raise GameError(f"markov_single_state: expected one state, found {self.states}")


FAMILY = MarkovSingleStateFamily()
