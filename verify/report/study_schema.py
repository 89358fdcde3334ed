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
class Figure:
    """A heatmap has `y_axis` and `cells`, lines have `y_label` and `lines`."""

    kind: str
    title: str
    caption: str = ""
    x: Axis
    y_axis: Axis | None = None
    cells: tuple[tuple[Share, ...], ...] = ()
    y_label: str = ""
    lines: tuple[Line, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StudyRun(Run):
    games: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StudyResult:
    study: str
    title: str
    plan: tuple[str, ...] = ()
    run: StudyRun
    findings: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    counts: Mapping[str, Mapping[str, int]] = dataclasses.field(default_factory=dict)
