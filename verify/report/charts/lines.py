"""Shares over one parameter, a line each, with their intervals as bars."""

from __future__ import annotations

from markupsafe import Markup

from verify.report.charts.heatmap import percent
from verify.report.charts.svg import chart, line, path, tag, text, ticks
from verify.report.numerals import plain
from verify.report.study_schema import Figure

WIDTH, HEIGHT = 680, 300
LEFT, RIGHT, TOP, BOTTOM = 62, 170, 16, 52
COLOURS = ("lhs", "rhs", "third", "fourth")


def lines(figure: Figure) -> Markup:
    """Positions on the x axis are evenly spaced, whatever their values; empty markup for nothing to draw."""
    drawn = [item for item in figure.lines[: len(COLOURS)] if any(p.share is not None for p in item.points)]
    if not drawn:
        return Markup("")
    top = max(p.upper or 0.0 for item in drawn for p in item.points) or 1.0
    steps = max(len(figure.x.values) - 1, 1)
    floor = HEIGHT - BOTTOM

    def across(i: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * i / steps

    def up(share: float) -> float:
        return floor - (floor - TOP) * share / top

    parts = []
    for share in ticks(0.0, top, 4):
        parts.append(line(LEFT, up(share), WIDTH - RIGHT, up(share), "grid"))
        parts.append(text(f"{plain(100 * share, 3)}%", LEFT - 8, up(share) + 4, "tick", "end"))
    parts.append(line(LEFT, floor, WIDTH - RIGHT, floor, "axis"))
    for i, value in enumerate(figure.x.values):
        parts += [line(across(i), floor, across(i), floor + 4, "axis"), text(value, across(i), floor + 18, "tick")]
    parts.append(text(figure.x.label, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "label"))
    labels = []
    for item, colour in zip(drawn, COLOURS, strict=False):
        places = [(i, p) for i, p in enumerate(item.points) if p.share is not None]
        parts.append(path([(across(i), up(p.share or 0.0)) for i, p in places], f"curve {colour}"))
        for i, p in places:
            parts.append(line(across(i), up(p.lower or 0.0), across(i), up(p.upper or 0.0), "whisker"))
            hint = tag("title", f"{item.label}, {figure.x.values[i]}: {percent(p)}")
            parts.append(tag("circle", hint, cx=across(i), cy=up(p.share or 0.0), r=3.0, class_=f"dot {colour}"))
        labels.append((up(places[-1][1].share or 0.0), item.label, colour))
    for y, label, colour in _apart(labels):
        parts.append(text(label, WIDTH - RIGHT + 12, y + 4, f"label {colour}", "start"))
    description = f"{len(drawn)} lines over {len(figure.x.values)} points; the largest share is {plain(100 * top, 3)}%."
    return chart(WIDTH, HEIGHT, figure.title, description, *parts)


def _apart(labels: list[tuple[float, str, str]]) -> list[tuple[float, str, str]]:
    """Labels in the order of their lines, moved down where they would touch."""
    placed: list[tuple[float, str, str]] = []
    for y, label, colour in sorted(labels):
        placed.append((max(y, placed[-1][0] + 15.0) if placed else y, label, colour))
    return placed
