"""A measured rate: means over replicates on logarithmic axes, with the line that is fitted to them."""

from __future__ import annotations

import math

from markupsafe import Markup

from verify.report.charts.svg import chart, decades, line, path, tag, text
from verify.report.numerals import plain
from verify.report.schema import MeasuredCurve, MeasuredPoint

WIDTH, HEIGHT = 680, 300
LEFT, RIGHT, TOP, BOTTOM = 70, 120, 18, 48
COLOURS = ("lhs", "rhs", "third")


def rate(curves: tuple[MeasuredCurve, ...]) -> Markup:
    """Dots are means, whiskers reach from the least to the largest replicate; empty markup for nothing to draw."""
    drawn = [(curve.label, [p for p in curve.points if _drawable(p)]) for curve in curves[: len(COLOURS)]]
    drawn = [(label, points) for label, points in drawn if len(points) >= 2]
    if not drawn:
        return Markup("")
    every = [p for _, points in drawn for p in points]
    left, right = _ends([p.x for p in every])
    low, high = _ends([v for p in every for v in (p.low, p.high) if v > 0])

    def across(x: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(x) - left) / (right - left)

    def up(y: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (math.log10(y) - low) / (high - low)

    floor = HEIGHT - BOTTOM
    parts = [line(LEFT, floor, WIDTH - RIGHT, floor, "axis")]
    for y in decades(10**low, 10**high):
        parts += [
            line(LEFT, up(y), WIDTH - RIGHT, up(y), "grid"),
            text(plain(y, 3), LEFT - 8, up(y) + 4, "tick", "end"),
        ]
    for x in decades(10**left, 10**right):
        parts += [
            line(across(x), floor, across(x), floor + 4, "axis"),
            text(plain(x, 3), across(x), floor + 18, "tick"),
        ]
    slopes = []
    for (label, points), colour in zip(drawn, COLOURS, strict=False):
        slope, height = _fit(points)
        slopes.append(f"{label}: slope {plain(slope, 3)}")
        ends = (points[0].x, points[-1].x)
        parts.append(path([(across(x), up(10 ** (height + slope * math.log10(x)))) for x in ends], f"curve {colour}"))
        for p in points:
            hint = f"{label}: x = {plain(p.x, 3)}: {plain(p.y, 4)}, from {plain(p.low, 4)} to {plain(p.high, 4)}"
            bottom = up(p.low) if p.low > 0 else floor
            parts.append(line(across(p.x), bottom, across(p.x), up(p.high), "whisker"))
            parts.append(tag("circle", tag("title", hint), cx=across(p.x), cy=up(p.y), r=3.0, class_=f"dot {colour}"))
        end = up(10 ** (height + slope * math.log10(ends[1])))
        parts.append(text(label, WIDTH - RIGHT + 10, end - 2, f"label {colour}", "start"))
        parts.append(text(f"slope {plain(slope, 3)}", WIDTH - RIGHT + 10, end + 13, "note", "start"))
    description = "; ".join(slopes) + "; means over replicates, whiskers from the least to the largest."
    return chart(WIDTH, HEIGHT, "Measured rates on logarithmic axes", description, *parts)


def _drawable(p: MeasuredPoint) -> bool:
    return all(0 < value < 1e300 for value in (p.x, p.y, p.high))


def _ends(values: list[float]) -> tuple[float, float]:
    """The logarithms of the least and the largest value, with a little room."""
    low, high = math.log10(min(values)), math.log10(max(values))
    room = 0.04 * (high - low) or 0.5
    return low - room, high + room


def _fit(points: list[MeasuredPoint]) -> tuple[float, float]:
    """Slope and height at x = 1 of the least-squares line, in decades."""
    xs, ys = [math.log10(p.x) for p in points], [math.log10(p.y) for p in points]
    x0, y0 = sum(xs) / len(xs), sum(ys) / len(ys)
    slope = sum((x - x0) * (y - y0) for x, y in zip(xs, ys, strict=True)) / sum((x - x0) ** 2 for x in xs)
    return slope, y0 - slope * x0
