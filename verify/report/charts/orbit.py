"""A policy cycle: the values of every state over the phases of a periodic orbit, and who plays what in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup

from verify.report.charts.svg import chart, line, path, tag, text, ticks
from verify.report.numerals import plain

LEFT, RIGHT, STEP, PANEL, GAP, ROW = 74, 60, 84, 110, 34, 20
LONGEST = 8
"""Phases drawn; longer cycles show as many."""

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """policy[s] = (move, reply) and values[s] = (leader's, follower's) in one phase; whether any choice is tied."""

    policy: tuple[tuple[int, int], ...]
    values: tuple[tuple[Fraction, Fraction], ...]
    tied: bool = False


def orbit(phases: Sequence[Phase]) -> Markup:
    """Two panels over the phases, the first repeated at the end; policies below, changes in bold."""
    cut = list(phases[:LONGEST])
    period = len(phases)
    shown = [*cut, phases[0]] if len(cut) == period else cut
    states = len(phases[0].policy)
    width = LEFT + STEP * (len(shown) - 1) + RIGHT
    tied = any(phase.tied for phase in phases)
    height = 2 * PANEL + GAP + 30 + ROW * (states + tied) + 26
    parts: list[Markup] = []
    for player, name in enumerate(("leader", "follower")):
        top = 18 + player * (PANEL + GAP)
        parts += _panel(shown, player, name, top, width)
    base = 18 + 2 * PANEL + GAP + 24
    for s in range(states):
        y = base + ROW * (s + 1)
        parts.append(text(_indexed("in s", s), LEFT - 34, y, "tick", "end"))
        for i, phase in enumerate(shown):
            before = phases[(i - 1) % period].policy[s]
            move, reply = phase.policy[s]
            weight = "changed" if phase.policy[s] != before else "tick"
            parts.append(text(_indexed("a", move, " b", reply), LEFT + STEP * i, y, weight))
    for i in range(len(shown)):
        parts.append(text(str(i + 1 if i < period else 1), LEFT + STEP * i, base, "tick"))
    parts.append(text("phase", LEFT - 34, base, "tick", "end"))
    if tied:
        note = "choices that are tied on the orbit are shown as the rule breaks them there"
        parts.append(text(note, LEFT - 34, height - 4, "note", "start"))
    more = "" if len(cut) == period else f" (the first {len(cut)} of them)"
    description = f"Q-value iteration returns to the same Q functions after {period} steps{more}; the policies change."
    return chart(width, height, "A policy cycle", description, *parts)


def _panel(shown: Sequence[Phase], player: int, name: str, top: float, width: float) -> list[Markup]:
    """The values of one player, a line a state."""
    values = [[float(phase.values[s][player]) for phase in shown] for s in range(len(shown[0].policy))]
    low, high = min(map(min, values)), max(map(max, values))
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-300):
        low, high = low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0)

    def up(value: float) -> float:
        return top + PANEL - (PANEL - 8) * (value - low) / (high - low)

    parts = [text(f"value to the {name}", LEFT - 34, top - 4, f"label {('lhs', 'rhs')[player]}", "start")]
    for level in ticks(low, high, 3):
        parts += [line(LEFT - 10, up(level), width - RIGHT + 10, up(level), "grid")]
        parts.append(text(plain(level, 3), LEFT - 16, up(level) + 4, "tick", "end"))
    colour = ("lhs", "rhs")[player]
    labels = sorted((up(row[-1]), s) for s, row in enumerate(values))
    for s, row in enumerate(values):
        parts.append(path([(LEFT + STEP * i, up(value)) for i, value in enumerate(row)], f"curve {colour}"))
        for i, value in enumerate(row):
            exact = shown[i].values[s][player]
            hint = tag("title", f"s{_sub(s)}, phase {i + 1}: {exact if len(str(exact)) < 40 else plain(value, 6)}")
            parts.append(tag("circle", hint, cx=float(LEFT + STEP * i), cy=up(value), r=3.2, class_=f"dot {colour}"))
    last = -100.0
    for y, s in labels:
        last = max(y, last + 13.0)
        parts.append(text(_indexed("s", s), width - RIGHT + 14, last + 4, "label", "start"))
    return parts


def _sub(index: int) -> str:
    """For hints, which take no markup."""
    return str(index + 1).translate(SUBSCRIPTS)


def _indexed(*parts: str | int) -> Markup:
    """Letters, each followed by the index it carries, counted from one."""
    shown = Markup("")
    lowered = False
    for part in parts:
        if isinstance(part, int):
            shown += tag("tspan", str(part + 1), dy="3", font_size="9.5")
        else:
            shown += tag("tspan", part, dy="-3") if lowered else Markup.escape(part)
        lowered = isinstance(part, int)
    return shown
