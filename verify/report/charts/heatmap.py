"""Shares over a grid of two parameters: a shade and a number in every cell."""

from __future__ import annotations

from markupsafe import Markup

from verify.report.charts.svg import chart, tag, text
from verify.report.numerals import plain
from verify.report.study_schema import Figure, Share

LEFT, TOP, RIGHT, BOTTOM = 96, 12, 12, 50
CELL = (62, 30)


def heatmap(figure: Figure) -> Markup:
    """The darkest cell is the largest share of the figure; rows run from the bottom up, as an axis does."""
    rows, columns = figure.cells, len(figure.x.values)
    if figure.y_axis is None or not rows or not columns:
        return Markup("")
    wide, high = CELL
    width, height = LEFT + columns * wide + RIGHT, TOP + len(rows) * high + BOTTOM
    largest = max((cell.share or 0.0 for row in rows for cell in row), default=0.0)
    parts = []
    for i, row in enumerate(rows):
        y = TOP + (len(rows) - 1 - i) * high
        parts.append(text(figure.y_axis.values[i], LEFT - 10, y + high / 2 + 4, "tick", "end"))
        for j, cell in enumerate(row):
            parts += _cell(cell, LEFT + j * wide, y, largest, f"{figure.y_axis.values[i]}, {figure.x.values[j]}")
    floor = TOP + len(rows) * high
    for j, value in enumerate(figure.x.values):
        parts.append(text(value, LEFT + (j + 0.5) * wide, floor + 18, "tick"))
    parts.append(text(figure.x.label, LEFT + columns * wide / 2, floor + 40, "label"))
    middle = TOP + len(rows) * high / 2
    parts.append(
        tag(
            "text",
            figure.y_axis.label,
            x=0.0,
            y=0.0,
            class_="label",
            text_anchor="middle",
            transform=f"translate(14 {middle:g}) rotate(-90)",
        )
    )
    description = f"{len(rows)} by {columns} cells; the largest share is {plain(100 * largest, 3)}%."
    return chart(width, height, figure.title, description, *parts)


def _cell(cell: Share, x: float, y: float, largest: float, where: str) -> list[Markup]:
    wide, high = CELL
    if cell.share is None:
        return [tag("rect", x=x + 0.5, y=y + 0.5, width=wide - 1.0, height=high - 1.0, class_="cell empty")]
    strength = cell.share / largest if largest else 0.0
    hint = tag("title", f"{where}: {percent(cell)}, {cell.count:,} of {cell.total:,}")
    box = tag(
        "rect",
        hint,
        x=x + 0.5,
        y=y + 0.5,
        width=wide - 1.0,
        height=high - 1.0,
        class_="cell",
        fill_opacity=round(0.04 + 0.86 * strength, 3),
    )
    number = text(plain(100 * cell.share, 3), x + wide / 2, y + high / 2 + 4, "cell-number strong" * (strength > 0.55))
    return [box, number]


def percent(share: Share) -> str:
    """10.3% (10.1 to 10.5)."""
    if share.share is None or share.lower is None or share.upper is None:
        return "–"
    return f"{plain(100 * share.share, 3)}% ({plain(100 * share.lower, 3)} to {plain(100 * share.upper, 3)})"
