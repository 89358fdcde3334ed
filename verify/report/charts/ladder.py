"""The evidence ladder: what a verdict rests on, among all that it might."""

from __future__ import annotations

from markupsafe import Markup

from verify.report.charts.svg import chart, line, tag, text

RUNGS = ("exact", "ball", "symbolic", "randomised", "statistical", "float", "cited")
PROVING = 2
"""The first rungs, which alone may carry PROVED."""

WIDTH, STEP, TOP = 216, 21, 14


def ladder(kind: str | None) -> Markup:
    """Seven rungs, strongest above; the one reached is filled, the line below Ball is the limit of proof."""
    limit = TOP + (PROVING - 0.5) * STEP + 2
    bottom = TOP + (len(RUNGS) - 1) * STEP
    parts = [
        line(12, TOP, 12, bottom, "rail"),
        line(2, limit, WIDTH - 2, limit, "limit"),
        text("may prove", WIDTH - 2, limit - 6, "note", "end"),
        text("may support", WIDTH - 2, limit + 15, "note", "end"),
    ]
    for index, rung in enumerate(RUNGS):
        y = TOP + index * STEP + (4 if index >= PROVING else 0)
        here = rung == kind
        mine = " here" if here else ""
        parts.append(tag("circle", cx=12.0, cy=float(y), r=5.5 if here else 3.5, class_="rung" + mine))
        parts.append(text(rung.capitalize(), 26, y + 4, "rung-name" + mine, "start"))
    reached = f"This verdict rests on: {kind}." if kind else "This verdict rests on no evidence."
    description = f"Kinds of evidence from strongest to weakest: {', '.join(RUNGS)}. {reached}"
    return chart(WIDTH, bottom + 20, "Evidence ladder", description, *parts, class_="ladder")
