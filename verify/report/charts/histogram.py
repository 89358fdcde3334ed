"""Where the margins of the instances lie."""

from __future__ import annotations

import math
from itertools import pairwise

from markupsafe import Markup

from verify.report.charts.svg import chart, line, tag, text
from verify.report.numerals import plain
from verify.report.schema import Histogram

WIDTH, HEIGHT = 680, 250
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 30, 48
WIDEST = 80
"""A few bins do not fill the width of the chart."""

LOGARITHMIC_FROM = 30
"""Counts that differ by more than this factor are drawn on a logarithmic axis: a single violation must be visible."""


def histogram(data: Histogram, *, beyond: int = 0) -> Markup:
    """Bars of equal width, one a bin (the edges may be unevenly spaced); bins below zero are those of violations.

    beyond : how many instances the last bin holds that lie beyond its edge, where that is a violation as well: the
             residuals of an equality above their error bounds

    Empty markup where there is nothing to draw.
    """
    counts = [max(count, 0) for count in data.counts]
    if not any(counts) or len(data.edges) != len(counts) + 1:
        return Markup("")
    beyond = min(beyond, counts[-1])
    smallest, largest = min(count for count in counts if count), max(counts)
    logarithmic = largest > LOGARITHMIC_FROM * smallest
    top = math.log10(largest + 1) if logarithmic else float(largest)
    slot = min((WIDTH - LEFT - RIGHT) / len(counts), WIDEST)
    floor = HEIGHT - BOTTOM

    def height(count: float) -> float:
        return (floor - TOP) * (math.log10(count + 1) if logarithmic else count) / top

    parts: list[Markup] = []
    for value in _levels(largest, logarithmic):
        y = floor - height(value)
        parts += [line(LEFT, y, WIDTH - RIGHT, y, "grid"), text(plain(value), LEFT - 8, y + 4, "tick", "end")]
    for index, count in enumerate(counts):
        if count:
            low, high = data.edges[index : index + 2]
            label = tag("title", f"{count:,} in [{plain(low)}, {plain(high)}]")
            place = {"x": LEFT + index * slot + 0.5, "width": max(slot - 1.0, 0.5)}
            kind = "bar bad" if high <= 0 or (beyond and index == len(counts) - 1) else "bar"
            parts.append(tag("rect", label, class_=kind, y=floor - height(count), height=height(count), **place))
    parts.append(line(LEFT, floor, WIDTH - RIGHT, floor, "axis"))
    parts += _edge_labels(data.edges, slot, floor)
    zero = _zero(data.edges)
    if zero is not None:
        x = LEFT + zero * slot
        parts.append(line(x, TOP - 6, x, floor + 5, "zero"))
    parts.append(text(data.label or "margin", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "label"))
    parts.append(text("instances" + (", logarithmic" if logarithmic else ""), 4, 14, "label", "start"))
    notes = [f"{data.ties:,} {'tie' if data.ties == 1 else 'ties'} at 0"] if data.ties else []
    notes += [f"{beyond:,} beyond {plain(data.edges[-1])}"] if beyond else []
    if notes:
        parts.append(text(", ".join(notes), WIDTH - RIGHT, 14, "note", "end"))
    below = sum(count for count, high in zip(counts, data.edges[1:], strict=True) if high <= 0)
    description = (
        f"{sum(counts):,} instances in {len(counts)} bins from {plain(data.edges[0])} to {plain(data.edges[-1])}; "
        f"{below:,} below zero; {beyond:,} beyond the last; {data.ties:,} ties; the fullest bin holds {largest:,}."
    )
    return chart(WIDTH, HEIGHT, f"Histogram of {data.label or 'margins'}", description, *parts)


def _levels(largest: int, logarithmic: bool) -> list[int]:
    if logarithmic:
        powers = range(math.floor(math.log10(largest)) + 1)
        return [10**power for power in powers][:: max(1, len(powers) // 4)]
    return sorted({round(largest * part / 4) for part in range(1, 5)})


def _zero(edges: tuple[float, ...]) -> float | None:
    """Where zero lies, in slots from the left."""
    for index, (low, high) in enumerate(pairwise(edges)):
        if low == 0:
            return float(index)
        if low < 0 < high:
            finite = math.isfinite(low) and math.isfinite(high)
            return index + (-low / (high - low) if finite else 0.5)
        if high == 0:
            return index + 1.0
    return None


def _edge_labels(edges: tuple[float, ...], slot: float, floor: float) -> list[Markup]:
    """Labels at equal distances, zero among them; as close as they fit, or a little wider where that rounds no edge."""
    texts = [plain(edge, 2) for edge in edges]
    closest = max(1, math.ceil((7.0 * max(map(len, texts)) + 10) / slot))
    zero = next((index for index, edge in enumerate(edges) if edge == 0), 0)

    def shown(stride: int) -> list[int]:
        return [index for index in range(len(edges)) if (index - zero) % stride == 0]

    def rounds(stride: int) -> bool:
        return any(texts[index] != plain(edges[index], 6) for index in shown(stride))

    stride = next((stride for stride in range(closest, 2 * closest + 1) if not rounds(stride)), closest)
    return [
        part
        for index in shown(stride)
        for x in [LEFT + index * slot]
        for part in (line(x, floor, x, floor + 4, "axis"), text(texts[index], x, floor + 18, "tick"))
    ]
