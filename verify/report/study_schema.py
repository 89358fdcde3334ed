"""What a study writes (schema "firstmover/study/1"), as frozen records; read as the results of runs are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from verify.report.schema import Run

SCHEMA = "firstmover/study/1"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """count of total with an interval of 95%; null where nothing was drawn."""

    count: int
    total: int
    share: float | None = None
    lower: float | None = None
    upper: float | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    label: str
    values: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    label: str
    points: tuple[Share, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Numbers over numbers, null where there is nothing to draw; with a band from `lower` to `upper` or without.

    `dots` stand alone; otherwise a line runs through the points.
    """

    label: str
    x: tuple[float | None, ...] = ()
    y: tuple[float | None, ...] = ()
    lower: tuple[float | None, ...] = ()
    upper: tuple[float | None, ...] = ()
    dots: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    start: float
    end: float
    number: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    label: str
    curves: tuple[Curve, ...] = ()
    bands: tuple[Band, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """rows[i][j] belongs to y_grid[i] and x_grid[j] of its figure."""

    label: str
    rows: tuple[tuple[float | None, ...], ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure by its kind.

    heatmap          shares: `y_axis` and `cells`
    lines            shares: `y_label` and `lines`
    curves           numbers: `y_label`, `panels`, and which axes are `logarithmic`
    surface, counts  numbers over a plane: `x_grid`, `y_label`, `y_grid`, `value_label` and `surfaces`
    """

    kind: str
    title: str
    caption: str = ""
    x: Axis
    y_axis: Axis | None = None
    cells: tuple[tuple[Share, ...], ...] = ()
    y_label: str = ""
    lines: tuple[Line, ...] = ()
    panels: tuple[Panel, ...] = ()
    logarithmic: tuple[str, ...] = ()
    value_label: str = ""
    x_grid: tuple[float | None, ...] = ()
    y_grid: tuple[float | None, ...] = ()
    surfaces: tuple[Surface, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StudyRun(Run):
    """`games` were drawn, or one `game` was looked at."""

    games: int | None = None
    game: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StudyResult:
    study: str
    title: str
    plan: tuple[str, ...] = ()
    run: StudyRun
    findings: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    counts: Mapping[str, Mapping[str, int]] = dataclasses.field(default_factory=dict)
