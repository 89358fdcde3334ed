"""Garnet games: every joint action leads to few states only."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.errors import GameError, shown
from games.families.markov import KERNEL_BITS, MarkovFamily
from games.families.sources import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MarkovGarnetFamily(MarkovFamily):
    """Each joint action reaches at most `branching` states, chosen at random, with probabilities uniform on their
    simplex; rewards are independent and normal.

    Source: Archibald, McKinnon and Thomas (1995), On the generation of Markov decision processes, JORS 46, 354-361.
    Raises `GameError` for a branching factor below one.
    """

    name: ClassVar[str] = "markov_garnet"
    title: ClassVar[str] = "sparse Markov games with a branching factor"

    branching: int = 2

    def __post_init__(self) -> None:
        super(MarkovGarnetFamily, self).__post_init__()
        if type(self.branching) is not int or self.branching < 1:
            raise GameError(f"markov_garnet: expected a branching factor >= 1, found {shown(self.branching)}")

    def draw_kernel(self, source: Source) -> np.ndarray:
        return source.sparse_kernel(KERNEL_BITS, self.branching)


FAMILY = MarkovGarnetFamily()
