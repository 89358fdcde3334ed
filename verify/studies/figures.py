"""What a study draws: shares over one or two parameters, and numbers over an axis or a plane."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from verify.statistics import clopper_pearson

ALPHA = 0.025
"""Each end of a share's interval is missed with at most this probability: intervals of 95%, each by itself."""


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


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """y over x, numbers; NaN where there is nothing to draw. `lower` and `upper` are the ends of a band around y.

    With `dots` the points are drawn, and nothing between them.
    """

    label: str
    x: Any  # (points,)
    y: Any  # (points,)
    lower: Any = None
    upper: Any = None
    dots: bool = False

    def to_json(self) -> dict[str, Any]:
        arrays = {name: getattr(self, name) for name in ("x", "y", "lower", "upper")}
        numbers = {name: _numbers(array) for name, array in arrays.items() if array is not None}
        return {"label": self.label, **numbers, "dots": self.dots}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A stretch of the x axis shaded as the one of that number: the time a regime lasts."""

    start: float
    end: float
    number: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One of the pictures side by side in a figure."""

    label: str
    curves: Sequence[Curve]
    bands: Sequence[Band] = ()

    def to_json(self) -> dict[str, Any]:
        bands = [dataclasses.asdict(band) for band in self.bands]
        return {"label": self.label, "curves": [curve.to_json() for curve in self.curves], "bands": bands}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Numbers over a number, panel by panel; curves of one label look alike in all. Axes in `logarithmic` are so."""

    title: str
    caption: str
    x: str
    y: str
    panels: Sequence[Panel]
    logarithmic: tuple[str, ...] = ()  # of "x", "y"

    def to_json(self) -> dict[str, Any]:
        axis = {"label": self.x, "values": []}
        panels = [panel.to_json() for panel in self.panels]
        return {
            "kind": "curves",
            "title": self.title,
            "caption": self.caption,
            "x": axis,
            "y_label": self.y,
            "panels": panels,
            "logarithmic": list(self.logarithmic),
        }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Numbers over a plane, panel by panel; `counts` are drawn as kinds, not on a scale.

    values[label][row][column] belongs to y_grid[row] and x_grid[column]; NaN where there is none.
    """

    title: str
    caption: str
    x: str
    y: str
    value: str
    x_grid: Any  # (columns,)
    y_grid: Any  # (rows,)
    values: Mapping[str, Any]  # label -> (rows, columns)
    counts: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": "counts" if self.counts else "surface",
            "title": self.title,
            "caption": self.caption,
            "x": {"label": self.x, "values": []},
            "y_label": self.y,
            "value_label": self.value,
            "x_grid": _numbers(self.x_grid),
            "y_grid": _numbers(self.y_grid),
            "surfaces": [
                {"label": label, "rows": [_numbers(row) for row in rows]} for label, rows in self.values.items()
            ],
        }


Figure = Heatmap | Lines | Curves | Surface


def _numbers(array: Any) -> list[float | None]:
    """Six digits of each, which no picture shows more of; null for what is not a number."""
    return [float(f"{number:.6g}") if np.isfinite(number) else None for number in np.asarray(array, float).tolist()]


def _frame(figure: Heatmap | Lines) -> dict[str, Any]:
    return {"title": figure.title, "caption": figure.caption, "x": dataclasses.asdict(figure.x)}
