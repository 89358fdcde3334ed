"""The page of a study: what was asked, what was found, figures with the numbers behind them."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from games.errors import shown
from verify.report import words
from verify.report.charts.curves import curves
from verify.report.charts.heatmap import heatmap, percent
from verify.report.charts.lines import lines
from verify.report.charts.surface import surface
from verify.report.errors import ReportError
from verify.report.folder import replace_folder
from verify.report.maths import Maths
from verify.report.page import style_sheet, template_environment, to_bytes
from verify.report.reading import read
from verify.report.study_schema import SCHEMA, Figure, Share, StudyResult


def render_study(data: Mapping[str, Any], out_dir: Path | str) -> Path:
    """Write the page of a study into the folder `out_dir`, with the numbers as JSON and CSV; returns its index.html.

    The folder appears whole or not at all. Raises `ReportError` for a result that is not of the schema and a folder
    that cannot be written.
    """
    files = {**build(data), "style.css": style_sheet().encode()}
    return replace_folder(Path(out_dir), files) / "index.html"


def build(data: Mapping[str, Any], *, root: str = "") -> dict[str, bytes]:
    """The files of the page: relative path to content. The style sheet, which reports share, is in the folder `root`.

    Raises `ReportError` for a result that is not of the schema.
    """
    if data.get("schema") != SCHEMA:
        raise ReportError(f"study: schema: expected {SCHEMA!r}, found {shown(data.get('schema'))}")
    result = read(StudyResult, data, "study")
    environment = template_environment(Maths())
    environment.globals |= {
        "drawing": drawing,
        "percent": percent,
        "duration": words.duration,
        "moment": words.moment,
    }
    page = environment.get_template("study.html").render(root=root, study=result, run=result.run)
    files = {"index.html": page.encode(), "study.json": to_bytes(data)}
    for number, figure in enumerate(result.figures, 1):
        files[f"figure-{number}.csv"] = table(figure).encode()
    return files


_DRAWINGS = {"heatmap": heatmap, "lines": lines, "curves": curves, "surface": surface, "counts": surface}


def drawing(figure: Figure) -> Any:
    """The figure as markup. Raises `ReportError` for an unknown kind."""
    if figure.kind not in _DRAWINGS:
        raise ReportError(f"figure: kind: expected one of {', '.join(_DRAWINGS)}, found {shown(figure.kind)}")
    return _DRAWINGS[figure.kind](figure)


def table(figure: Figure) -> str:
    """The figure's numbers, a row a share or a point."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if figure.kind == "curves":
        writer.writerow(["panel", "curve", figure.x.label, figure.y_label, "lower", "upper"])
        for panel in figure.panels:
            for curve in panel.curves:
                columns = (curve.x, curve.y, curve.lower, curve.upper)
                rows = itertools.zip_longest(*columns)
                writer.writerows([panel.label, curve.label, *row] for row in rows)
    elif figure.kind in ("surface", "counts"):
        writer.writerow(["panel", figure.y_label, figure.x.label, figure.value_label])
        for item in figure.surfaces:
            for y, row in zip(figure.y_grid, item.rows, strict=True):
                writer.writerows([item.label, y, x, value] for x, value in zip(figure.x_grid, row, strict=True))
    elif figure.kind == "heatmap" and figure.y_axis is not None:
        writer.writerow([figure.y_axis.label, figure.x.label, *_COLUMNS])
        for y, row in zip(figure.y_axis.values, figure.cells, strict=True):
            for x, share in zip(figure.x.values, row, strict=True):
                writer.writerow([y, x, *_row(share)])
    else:
        writer.writerow(["line", figure.x.label, *_COLUMNS])
        for item in figure.lines:
            for x, share in zip(figure.x.values, item.points, strict=True):
                writer.writerow([item.label, x, *_row(share)])
    return out.getvalue()


_COLUMNS = ("count", "total", "share", "lower", "upper")


def _row(share: Share) -> list[Any]:
    return [share.count, share.total, share.share, share.lower, share.upper]
