"""How many claims have which verdict, as one bar."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from verify.report.charts.svg import chart, tag

WIDTH, HEIGHT, GAP = 1000, 10, 3


def tally(counts: Mapping[str, int]) -> Markup:
    """A bar divided in proportion to the counts, in the given order; empty markup without claims."""
    counts = {name: count for name, count in counts.items() if count}
    total = sum(counts.values())
    if not total:
        return Markup("")
    room = WIDTH - GAP * (len(counts) - 1)
    parts, x = [], 0.0
    for name, count in counts.items():
        width = room * count / total
        label = tag("title", f"{name}: {count}")
        parts.append(tag("rect", label, x=x, y=0.0, width=width, height=float(HEIGHT), class_=f"part {name.lower()}"))
        x += width + GAP
    description = ", ".join(f"{count} {name}" for name, count in counts.items()) + "."
    title = f"Verdicts of {total} claims"
    return chart(WIDTH, HEIGHT, title, description, *parts, class_="tally", preserveAspectRatio="none")
