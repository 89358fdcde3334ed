"""Generic Markov games: nothing special about kernel or rewards."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.markov import MarkovFamily


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MarkovDenseFamily(MarkovFamily):
    """Every row of the kernel uniform on the simplex (Dirichlet with parameters 1), rewards independent and normal.

    Probabilities are multiples of 2^-20, rewards of 2^-10.
    """

    name: ClassVar[str] = "markov_dense"
    title: ClassVar[str] = "Markov games with dense kernels and independent normal rewards"


FAMILY = MarkovDenseFamily()
