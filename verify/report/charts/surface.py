"""Numbers over a plane, in panels: shades for a quantity, each panel on its own scale, colours for a count."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from verify.report.charts.svg import chart, line, tag, text, ticks
from verify.report.numerals import plain
from verify.report.study_schema import Figure, Surface

WIDTH = 700
SIDE, LEFT, TOP, BOTTOM, RIGHT = 250, 62, 26, 44, 20
KEY = 46


def surface(figure: Figure) -> Markup:
    """Panels in rows of two, rows from the bottom up as an axis does; the key stands below."""
    known = [value for item in figure.surfaces for row in item.rows for value in row if value is not None]
    if not known or not figure.x_grid or not figure.y_grid:
        return Markup("")
    low, high = min(known), max(known)
    wide, tall = WIDTH // 2, TOP + SIDE + BOTTOM
    parts = []
    for place, item in enumerate(figure.surfaces):
        drawn = _panel(item, figure)
        at = f"translate({wide * (place % 2)} {tall * (place // 2)})"
        parts.append(tag("g", *drawn, transform=at))
    height = tall * -(-len(figure.surfaces) // 2)
    parts += _kinds(sorted(set(known)), height) if figure.kind == "counts" else _key(figure, height)
    description = f"{figure.value_label} from {plain(low, 4)} to {plain(high, 4)}, in {len(figure.surfaces)} panels."
    return chart(WIDTH, height + KEY, figure.title, description, *parts)


def _panel(item: Surface, figure: Figure) -> list[Markup]:
    known = [value for row in item.rows for value in row if value is not None] or [0.0]
    low, high = min(known), max(known)
    range_ = "" if figure.kind == "counts" else f": {plain(low, 3)} to {plain(high, 3)}"
    xs, ys = _known(figure.x_grid), _known(figure.y_grid)
    wide, tall = SIDE / len(xs), SIDE / len(ys)
    parts = [text(item.label + range_, LEFT + SIDE / 2, TOP - 10, "label")]
    for i, row in enumerate(item.rows):
        for j, value in enumerate(row):
            hint = f"{plain(xs[j], 3)}, {plain(ys[i], 3)}: {'none' if value is None else plain(value, 4)}"
            style = _style(value, figure, low, high)
            parts.append(
                tag(
                    "rect",
                    tag("title", hint),
                    x=LEFT + j * wide,
                    y=TOP + SIDE - (i + 1) * tall,
                    width=wide,
                    height=tall,
                    shape_rendering="crispEdges",  # no hairlines between neighbours
                    **style,
                )
            )
    floor = TOP + SIDE
    for value in ticks(xs[0], xs[-1], 4):
        x = LEFT + wide / 2 + (SIDE - wide) * (value - xs[0]) / ((xs[-1] - xs[0]) or 1.0)
        parts += [line(x, floor, x, floor + 4, "axis"), text(plain(value, 3), x, floor + 17, "tick")]
    for value in ticks(ys[0], ys[-1], 4):
        y = floor - tall / 2 - (SIDE - tall) * (value - ys[0]) / ((ys[-1] - ys[0]) or 1.0)
        parts += [line(LEFT - 4, y, LEFT, y, "axis"), text(plain(value, 3), LEFT - 8, y + 4, "tick", "end")]
    parts.append(text(figure.x.label, LEFT + SIDE / 2, floor + 36, "label"))
    turned = f"translate(14 {TOP + SIDE / 2:g}) rotate(-90)"
    parts.append(tag("text", figure.y_label, x=0.0, y=0.0, class_="label", text_anchor="middle", transform=turned))
    return parts


def _style(value: float | None, figure: Figure, low: float, high: float) -> dict[str, str | float]:
    if value is None:
        return {"class_": "cell empty"}
    if figure.kind == "counts":
        return {"class_": f"kind kind-{min(int(value), 5)}"}
    share = (value - low) / (high - low) if high > low else 0.5
    return {"class_": "cell", "fill_opacity": f"{0.03 + 0.92 * share:.3f}"}


def _known(grid: Sequence[float | None]) -> list[float]:
    return [value for value in grid if value is not None]


def _key(figure: Figure, top: float) -> list[Markup]:
    """A strip from the least to the largest value of a panel."""
    steps, left, wide = 32, LEFT, 6.0
    parts = [
        tag(
            "rect",
            x=left + k * wide,
            y=float(top + 4),
            width=wide,
            height=10.0,
            shape_rendering="crispEdges",
            class_="cell",
            fill_opacity=f"{0.03 + 0.92 * k / (steps - 1):.3f}",
        )
        for k in range(steps)
    ]
    end = left + steps * wide
    parts.append(text("least", left, top + 30, "tick", "start"))
    parts.append(text("largest", end, top + 30, "tick", "end"))
    parts.append(text(figure.value_label, end + 14, top + 13, "label", "start"))
    return parts


def _kinds(found: Sequence[float], top: float) -> list[Markup]:
    """Which colour stands for which count."""
    parts, x = [], float(LEFT)
    for value in found:
        parts.append(
            tag("rect", x=x, y=float(top + 4), width=20.0, height=12.0, class_=f"kind kind-{min(int(value), 5)}")
        )
        parts.append(text(plain(value, 3), x + 26, top + 14, "label", "start"))
        x += 64
    return parts
