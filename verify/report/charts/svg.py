"""SVG elements as escaped markup, and the scales that charts share."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup, escape


def tag(name: str, *children: Any, **attributes: Any) -> Markup:
    """An element; attribute names have `_` for `-` and a trailing `_` where Python has the word (class_)."""
    parts = [
        f' {key.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    ]
    inside = "".join(escape(child) for child in children)
    return Markup(f"<{name}{''.join(parts)}>{inside}</{name}>" if inside else f"<{name}{''.join(parts)}/>")


def _plain(value: Any) -> Any:
    """Coordinates to a hundredth of a unit: finer than any screen, and the same bytes on every machine."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value


def chart(
    width: int, height: int, title: str, description: str, *children: Any, class_: str = "", **attributes: Any
) -> Markup:
    """A chart that scales with the page; title and description are its text alternative."""
    return tag(
        "svg",
        tag("title", title),
        tag("desc", description),
        *children,
        class_=f"chart {class_}".strip(),
        viewBox=f"0 0 {width} {height}",
        role="img",
        style=f"max-width:{width}px",
        aria_label=f"{title}. {description}",
        **attributes,
    )


def text(content: Any, x: float, y: float, class_: str = "", anchor: str = "middle") -> Markup:
    return tag("text", content, x=float(x), y=float(y), class_=class_ or None, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    return tag("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_)


def path(points: Iterable[tuple[float, float]], class_: str) -> Markup:
    """A polyline through the points."""
    pairs = [f"{_plain(float(x))} {_plain(float(y))}" for x, y in points]
    steps = "M" + "L".join(pairs)
    return tag("path", d=steps, class_=class_)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten apart) within [low, high], about that many."""
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return [low]
    rough = span / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999), 10 * power)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(index * step, 12 - math.floor(math.log10(step))) for index in range(first, last + 1)]


def decades(low: float, high: float, about: int = 5) -> list[float]:
    """Powers of ten within [low, high], thinned to about that many."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    stride = max(1, math.ceil((last - first + 1) / about))
    return [10.0**power for power in range(first, last + 1, stride)]
