"""What a study is: a question, how it is answered, and figures made of what was found.

A `Study` counts how often something happens. Its work is cut into blocks, each a pure function of (seed, study, cell,
block), so that the result does not depend on the number of threads and any cell can be drawn again. A `Portrait` looks
at one game.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from verify.studies.figures import Figure

SCHEMA = "firstmover/study/1"

Counts = Mapping[str, int]
Progress = Callable[[int, int], None]  # parts done, parts in all


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One point of a grid: `draw(rng, games)` samples games and counts what is of interest, "games" among it."""

    key: str
    draw: Callable[[np.random.Generator, int], Counts]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A question about how often something happens.

    plan     what is drawn and counted, in paragraphs
    cells    the grid
    figures  from the summed counts by cell to figures
    findings from the summed counts by cell to what they say, in paragraphs whose numbers are all computed
    games    drawn by default, over all cells
    """

    name: str
    title: str
    plan: tuple[str, ...]
    cells: Callable[[], Sequence[Cell]]
    figures: Callable[[Mapping[str, Counts]], Sequence[Figure]]
    findings: Callable[[Mapping[str, Counts]], Sequence[str]]
    games: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What a portrait came to: paragraphs whose numbers are all computed, and figures."""

    findings: Sequence[str]
    figures: Sequence[Figure]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """A look at one game, of any size the kind has.

    plan   what is computed and drawn, in paragraphs
    kind   the kind of game, as in Game.kind
    game   the name of the published game that is shown unless another is asked for
    draw   from a float game, a generator and a progress report to the drawing; GameError for a game it cannot show
    """

    name: str
    title: str
    plan: tuple[str, ...]
    kind: str
    game: str
    draw: Callable[[Any, np.random.Generator, Progress], Drawing]
