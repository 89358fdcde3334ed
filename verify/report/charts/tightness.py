"""How close the two sides of a claim come: both along a series, and their ratio below."""

from __future__ import annotations

import math
from collections.abc import Callable

from markupsafe import Markup

from verify.report.charts.svg import chart, decades, line, path, tag, text, ticks
from verify.report.numerals import plain
from verify.report.schema import Point

WIDTH, LEFT, RIGHT = 680, 70, 92
UPPER, LOWER = (22, 190), (224, 290)
HEIGHT = 334
LOGARITHMIC_FROM = 100
"""Positive values that differ by more than this factor are drawn on a logarithmic axis."""

LARGEST = 1e300
"""Differences of larger numbers, and of infinities, leave the floats."""

Scale = Callable[[float], float]


def tightness(series: tuple[Point, ...]) -> Markup:
    """lhs as dots, rhs as a line, lhs/rhs below; empty markup for fewer than two points that can be drawn."""
    points = sorted((p for p in series if _drawable(p)), key=lambda p: p.x)
    if len(points) < 2 or points[0].x == points[-1].x:
        return Markup("")
    labels = {p.label for p in points if p.label}
    names = {label.partition(" = ")[0] for label in labels}
    x_label = names.pop() if len(names) == 1 else "instance of the series"
    across, x_ticks = _scale([p.x for p in points], LEFT, WIDTH - RIGHT)
    values = [side for p in points for side in (p.lhs, p.rhs) if side is not None]
    up, y_ticks = _scale(values, UPPER[1], UPPER[0])
    parts = _grid(x_ticks, across, y_ticks, up, UPPER)
    parts.append(path([(across(p.x), up(_float(p.rhs))) for p in points], "curve rhs"))
    for p in points:
        own = f"{p.label}: " if len(labels) > 1 and p.label else ""
        hint = f"{own}x = {plain(p.x)}: lhs {plain(_float(p.lhs), 6)}, rhs {plain(_float(p.rhs), 6)}"
        parts.append(tag("circle", tag("title", hint), cx=across(p.x), cy=up(_float(p.lhs)), r=3.2, class_="dot lhs"))
    parts += _names(up(_float(points[-1].lhs)), up(_float(points[-1].rhs)))
    ratios = [(p.x, _float(p.lhs) / _float(p.rhs)) for p in points if p.rhs]
    tightest = max(ratios, key=lambda pair: pair[1], default=None)
    if tightest is not None:
        down, r_ticks = _scale([*(ratio for _, ratio in ratios), 1.0], LOWER[1], LOWER[0], about=2, straight=True)
        parts += _grid(x_ticks, across, r_ticks, down, LOWER)
        parts.append(line(LEFT, down(1.0), WIDTH - RIGHT, down(1.0), "zero"))
        parts.append(path([(across(x), down(ratio)) for x, ratio in ratios], "curve ratio"))
        parts.append(text("lhs / rhs", WIDTH - RIGHT + 10, down(ratios[-1][1]) + 4, "label ratio", "start"))
    for x in x_ticks:
        parts.append(text(plain(x, 3), across(x), LOWER[1] + 18, "tick"))
    parts.append(text(x_label, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, "label"))
    description = f"{len(points)} points from x = {plain(points[0].x)} to {plain(points[-1].x)}"
    if tightest is not None:
        description += f"; the ratio of the sides is largest, {plain(tightest[1], 6)}, at x = {plain(tightest[0])}"
    return chart(WIDTH, HEIGHT, "Tightness: left-hand and right-hand side", description + ".", *parts)


def _float(value: float | None) -> float:
    return math.nan if value is None else value


def _drawable(p: Point) -> bool:
    return all(side is not None and abs(side) < LARGEST for side in (p.x, p.lhs, p.rhs))


def _scale(
    values: list[float], start: float, end: float, *, about: int = 4, straight: bool = False
) -> tuple[Scale, list[float]]:
    """Where a value goes between `start` and `end`, and the ticks of the axis."""
    low, high = min(values), max(values)
    if low > 0 and high > LOGARITHMIC_FROM * low and not straight:
        bottom, top = math.log10(low), math.log10(high)
        scale = (end - start) / (top - bottom)
        return lambda v: start + scale * (math.log10(v) - bottom), decades(low, high, about + 1)
    if high - low <= 1e-12 * max(abs(low), abs(high)):
        pad = 0.5 * abs(high) or 0.5
        low, high = low - pad, high + pad
    return lambda v: start + (end - start) * (v - low) / (high - low), ticks(low, high, about)


def _grid(x_ticks: list[float], across: Scale, y_ticks: list[float], up: Scale, band: tuple[int, int]) -> list[Markup]:
    parts = []
    for y in y_ticks:
        parts += [
            line(LEFT, up(y), WIDTH - RIGHT, up(y), "grid"),
            text(plain(y, 3), LEFT - 8, up(y) + 4, "tick", "end"),
        ]
    parts += [line(across(x), band[1], across(x), band[1] + 4, "axis") for x in x_ticks]
    return [*parts, line(LEFT, band[1], WIDTH - RIGHT, band[1], "axis")]


def _names(lhs: float, rhs: float) -> list[Markup]:
    """The names of the two sides at the right end, pushed apart where they would touch."""
    middle, apart = (lhs + rhs) / 2, max(abs(lhs - rhs), 15.0) / 2
    sign = 1 if lhs >= rhs else -1
    return [
        text("left side", WIDTH - RIGHT + 10, middle + sign * apart + 4, "label lhs", "start"),
        text("right side", WIDTH - RIGHT + 10, middle - sign * apart + 4, "label rhs", "start"),
    ]
