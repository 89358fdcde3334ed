"""Numbers over a number, in panels side by side: curves with bands around them, and stretches of the axis shaded."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from markupsafe import Markup

from verify.report.charts.svg import chart, decades, line, path, tag, text, ticks
from verify.report.numerals import plain
from verify.report.study_schema import Curve, Figure, Panel

WIDTH = 700
HEIGHT = 250
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 26, 44
LEGEND = 26
COLOURS = ("lhs", "rhs", "third", "fourth")
SHADES = 4
"""Regimes are told apart by so many shades of the ground."""

Place = Callable[[float], float]
Point = tuple[float, float]


def curves(figure: Figure) -> Markup:
    """Panels in rows of two, each on its own vertical scale; labels are explained once, below."""
    panels = [panel for panel in figure.panels if any(points(curve) for curve in panel.curves)]
    if not panels:
        return Markup("")
    labels = list(dict.fromkeys(curve.label for panel in panels for curve in panel.curves))
    across = 1 if len(panels) == 1 else 2
    wide, rows = WIDTH // across, -(-len(panels) // across)
    parts = []
    for place, panel in enumerate(panels):
        x, y = wide * (place % across), HEIGHT * (place // across)
        drawn = _panel(panel, figure, labels, wide)
        parts.append(tag("g", *drawn, transform=f"translate({x} {y})"))
    shades = sorted({band.number for panel in panels for band in panel.bands})
    parts += _legend(labels if len(labels) > 1 else [], shades if len(shades) > 1 else [], rows * HEIGHT + 14)
    description = f"{len(panels)} panels of {figure.y_label} over {figure.x.label}: {', '.join(labels)}."
    return chart(WIDTH, rows * HEIGHT + LEGEND, figure.title, description, *parts)


def points(curve: Curve) -> list[Point]:
    """The points that have both numbers."""
    return [(x, y) for x, y in zip(curve.x, curve.y, strict=True) if x is not None and y is not None]


def _panel(panel: Panel, figure: Figure, labels: Sequence[str], wide: int) -> list[Markup]:
    every = [point for curve in panel.curves for point in points(curve)]
    heights = [y for _, y in every]
    for curve in panel.curves:
        heights += [y for end in (curve.lower, curve.upper) for y in end if y is not None]
    floor = HEIGHT - BOTTOM
    across, x_ticks = _scale([x for x, _ in every], "x" in figure.logarithmic, LEFT, wide - RIGHT, room=0.0)
    up, y_ticks = _scale(heights, "y" in figure.logarithmic, floor, TOP, room=0.05)
    parts = []
    for band in panel.bands:
        left, right = across(band.start), across(band.end)
        shade = f"shade shade-{band.number % SHADES}"
        parts.append(tag("rect", x=left, y=float(TOP), width=right - left, height=float(floor - TOP), class_=shade))
    for value in y_ticks:
        parts.append(line(LEFT, up(value), wide - RIGHT, up(value), "grid"))
        parts.append(text(plain(value, 3), LEFT - 7, up(value) + 4, "tick", "end"))
    parts.append(line(LEFT, floor, wide - RIGHT, floor, "axis"))
    for value in x_ticks:
        parts.append(line(across(value), floor, across(value), floor + 4, "axis"))
        parts.append(text(plain(value, 3), across(value), floor + 17, "tick"))
    for curve in panel.curves:
        colour = COLOURS[labels.index(curve.label) % len(COLOURS)]
        parts += _ribbon(curve, across, up, colour)
        if curve.dots:
            parts += [tag("circle", cx=across(x), cy=up(y), r=2.2, class_=f"dot {colour}") for x, y in points(curve)]
            continue
        for run in runs(curve):
            parts.append(path([(across(x), up(y)) for x, y in run], f"curve {colour}"))
    parts.append(text(panel.label, (LEFT + wide - RIGHT) / 2, TOP - 10, "label"))
    parts.append(text(figure.x.label, (LEFT + wide - RIGHT) / 2, HEIGHT - 8, "label"))
    middle = f"translate(13 {(TOP + floor) / 2:g}) rotate(-90)"
    parts.append(tag("text", figure.y_label, x=0.0, y=0.0, class_="label", text_anchor="middle", transform=middle))
    return parts


def runs(curve: Curve) -> list[list[Point]]:
    """The points of the curve in unbroken stretches of two or more."""
    found: list[list[Point]] = [[]]
    for x, y in zip(curve.x, curve.y, strict=True):
        if x is None or y is None:
            found.append([])
        else:
            found[-1].append((x, y))
    return [run for run in found if len(run) > 1]


def _ribbon(curve: Curve, across: Place, up: Place, colour: str) -> list[Markup]:
    ends = zip(curve.x, curve.lower, curve.upper, strict=False)
    known = [(x, low, high) for x, low, high in ends if x is not None and low is not None and high is not None]
    if len(known) < 2:
        return []
    outline = [(across(x), up(low)) for x, low, _ in known] + [(across(x), up(high)) for x, _, high in reversed(known)]
    return [path(outline, f"ribbon {colour}")]


def _scale(
    values: Iterable[float], logarithmic: bool, start: float, end: float, *, room: float
) -> tuple[Place, list[float]]:
    """Where numbers stand between `start` and `end`, with that share of room beyond the extremes, and the ticks."""
    values = list(values)
    if logarithmic:
        values = [math.log10(value) for value in values if value > 0] or [0.0]
    low, high = min(values), max(values)
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-300):
        spread = abs(low) * 0.05 or 0.5
        low, high = low - spread, high + spread
    low, high = low - room * (high - low), high + room * (high - low)

    def place(value: float) -> float:
        if logarithmic:
            value = math.log10(value) if value > 0 else low
        return start + (end - start) * (value - low) / (high - low)

    return place, decades(10**low, 10**high) if logarithmic else ticks(low, high, 4)


def _legend(labels: Sequence[str], shades: Sequence[int], y: float) -> list[Markup]:
    parts, x = [], float(LEFT)
    for index, label in enumerate(labels):
        colour = COLOURS[index % len(COLOURS)]
        parts += [line(x, y - 4, x + 20, y - 4, f"curve {colour}"), text(label, x + 26, y, f"label {colour}", "start")]
        x += 48 + 7.2 * len(label)
    for number in shades:
        shade = f"shade shade-{number % SHADES}"
        parts.append(tag("rect", x=x, y=y - 11, width=20.0, height=12.0, class_=shade))
        parts.append(text(f"regime {number}", x + 26, y, "label", "start"))
        x += 96
    return parts
