"""What a study is: cells of a grid, each sampled by itself, and figures made of the counts.

A cell's work is cut into blocks, each a pure function of (seed, study, cell, block), so that the result does not depend
on the number of threads and any cell can be drawn again. Counts are summed; shares carry binomial intervals.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from verify.statistics import clopper_pearson

SCHEMA = "firstmover/study/1"

ALPHA = 0.025
"""Each end of a share's interval is missed with at most this probability: intervals of 95%, each by itself."""

Counts = Mapping[str, int]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One point of a grid: `draw(rng, games)` samples games and counts what is of interest, "games" among it."""

    key: str
    draw: Callable[[np.random.Generator, int], Counts]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    label: str
    values: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """count of total; NaN-free even where nothing was drawn."""

    count: int
    total: int

    def to_json(self) -> dict[str, Any]:
        if not self.total:
            return {"count": 0, "total": 0, "share": None, "lower": None, "upper": None}
        interval = clopper_pearson(self.count, self.total, alpha=ALPHA)
        share = self.count / self.total
        return {
            "count": self.count,
            "total": self.total,
            "share": share,
            "lower": interval.lower,
            "upper": interval.upper,
        }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Heatmap:
    """Shares over two axes; cells[row][column] belongs to y.values[row] and x.values[column]."""

    title: str
    caption: str
    x: Axis
    y: Axis
    cells: Sequence[Sequence[Share]]

    def to_json(self) -> dict[str, Any]:
        cells = [[share.to_json() for share in row] for row in self.cells]
        return {"kind": "heatmap", **_frame(self), "y_axis": dataclasses.asdict(self.y), "cells": cells}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Shares over one axis, a line each."""

    title: str
    caption: str
    x: Axis
    y: str
    lines: Mapping[str, Sequence[Share]]

    def to_json(self) -> dict[str, Any]:
        lines = [
            {"label": label, "points": [share.to_json() for share in shares]} for label, shares in self.lines.items()
        ]
        return {"kind": "lines", **_frame(self), "y_label": self.y, "lines": lines}


Figure = Heatmap | Lines


def _frame(figure: Figure) -> dict[str, Any]:
    return {"title": figure.title, "caption": figure.caption, "x": dataclasses.asdict(figure.x)}


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
