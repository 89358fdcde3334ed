"""A leader with two actions: her payoff against the probability of the second, and what the follower answers.

Drawing only: the follower's reply regions are read off his payoffs in rational arithmetic; no equilibrium is claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, pairwise

from markupsafe import Markup

from verify.report.charts.svg import chart, line, path, tag, text, ticks
from verify.report.numerals import plain

WIDTH, HEIGHT = 520, 270
LEFT, RIGHT, TOP, BOTTOM = 62, 20, 34, 50

Row = Sequence[Fraction]


def reply_regions(follower: Sequence[Row]) -> list[tuple[Fraction, Fraction, tuple[int, ...]]]:
    """Intervals of the probability p of the second row, left to right, each with the columns best throughout it."""
    first, second = follower
    columns = range(len(first))

    def payoff(b: int, p: Fraction) -> Fraction:
        return (1 - p) * first[b] + p * second[b]

    cuts = {Fraction(0), Fraction(1)}
    for b, c in combinations(columns, 2):
        slope = (second[b] - first[b]) - (second[c] - first[c])
        if slope and 0 < (p := (first[c] - first[b]) / slope) < 1:
            cuts.add(p)
    regions: list[tuple[Fraction, Fraction, tuple[int, ...]]] = []
    for low, high in pairwise(sorted(cuts)):
        middle = (low + high) / 2
        best = max(payoff(b, middle) for b in columns)
        replies = tuple(b for b in columns if payoff(b, middle) == best)
        if regions and regions[-1][2] == replies:
            low = regions.pop()[0]
        regions.append((low, high, replies))
    return regions


def commitment(leader: Sequence[Row], follower: Sequence[Row]) -> Markup:
    """The picture of a 2xN game; empty markup where payoffs are too large to draw."""
    regions = reply_regions(follower)
    values = [entry for row in leader for entry in row]
    low, high = min(values), max(values)
    if low == high:
        low, high = low - 1, high + 1
    if max(abs(low), abs(high)) > 10**12:
        return Markup("")

    def across(p: Fraction) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * float(p)

    def up(value: Fraction | float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * float((Fraction(value) - low) / (high - low))

    def payoff(b: int, p: Fraction) -> Fraction:
        return (1 - p) * leader[0][b] + p * leader[1][b]

    floor = HEIGHT - BOTTOM
    parts: list[Markup] = []
    for index, (start, end, replies) in enumerate(regions):
        x, width = across(start), across(end) - across(start)
        band = {"x": x, "y": float(TOP), "width": width, "height": float(floor - TOP)}
        parts.append(tag("rect", class_="region odd" if index % 2 else "region", **band))
        if width > 26:
            parts.append(text(reply_names(replies), x + width / 2, TOP - 9, "label"))
    for value in ticks(float(low), float(high)):
        parts += [line(LEFT, up(value), WIDTH - RIGHT, up(value), "grid")]
        parts.append(text(plain(value, 3), LEFT - 8, up(value) + 4, "tick", "end"))
    ends = (Fraction(0), Fraction(1))
    parts += [path([(across(p), up(payoff(b, p))) for p in ends], "faint") for b in range(len(leader[0]))]
    for start, end, replies in regions:
        for b in replies:
            parts.append(path([(across(p), up(payoff(b, p))) for p in (start, end)], "curve reply"))
    parts += _jumps(regions, payoff, across, up)
    parts.append(line(LEFT, floor, WIDTH - RIGHT, floor, "axis"))
    for p in sorted({Fraction(0), Fraction(1), *(start for start, _, _ in regions)}):
        label = str(p) if len(str(p)) <= 6 else plain(p, 3)
        parts += [line(across(p), floor, across(p), floor + 4, "axis"), text(label, across(p), floor + 18, "tick")]
    parts.append(text("probability of the leader's second action", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "label"))
    parts.append(text("leader's payoff", 4, TOP - 20, "label", "start"))
    told = "; ".join(f"from {plain(a)} to {plain(b)} the reply is {reply_names(r)}" for a, b, r in regions)
    return chart(WIDTH, HEIGHT, "The leader's payoff against her commitment", f"Follower: {told}.", *parts)


def reply_names(replies: tuple[int, ...]) -> str:
    return " or ".join(f"b{_subscript(b + 1)}" for b in replies)


def _subscript(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _written(value: Fraction) -> str:
    return str(value) if len(str(value)) < 20 else plain(value)


def _jumps(regions, payoff, across, up) -> list[Markup]:
    """Where the reply changes both replies are best: the leader's higher payoff as a dot, the lower as a ring."""
    marks = []
    for (_, at, before), (_, _, after) in pairwise(regions):
        values = sorted({payoff(b, at) for b in (*before, *after)})
        if len(values) > 1:
            marks.append(line(across(at), up(values[0]), across(at), up(values[-1]), "jump"))
        for value in values:
            best = value == values[-1]
            hint = f"p = {_written(at)}, payoff {_written(value)}"
            dot = "dot reply" if best else "ring reply"
            marks.append(tag("circle", tag("title", hint), cx=across(at), cy=up(value), r=4.0, class_=dot))
    return marks
