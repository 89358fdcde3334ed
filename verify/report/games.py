"""Games of certificates as tables: payoffs as matrices, one a state or regime; anything else field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from verify.report import linear_quadratic, markov
from verify.report.charts.commitment import commitment
from verify.report.numerals import entry, exact, rational

LARGEST = 12
"""Rows and columns drawn; the rest is in the certificate."""


def payoffs(game: Mapping[str, Any]) -> tuple[list[list[Fraction]], list[list[Fraction]]] | None:
    """Leader's and follower's payoffs of a bimatrix game; None for any other game, or one that is not well formed."""
    if game.get("kind") != "bimatrix":
        return None
    leader, follower = _matrix(game.get("leader")), _matrix(game.get("follower"))
    if leader is None or follower is None or (len(leader), len(leader[0])) != (len(follower), len(follower[0])):
        return None
    return leader, follower


def _matrix(rows: Any) -> list[list[Fraction]] | None:
    if not _is_list(rows) or not rows or not all(_is_list(row) and row for row in rows):
        return None
    entries = [[rational(cell) for cell in row] for row in rows]
    if len({len(row) for row in entries}) > 1 or any(cell is None for row in entries for cell in row):
        return None
    return [[cell for cell in row if cell is not None] for row in entries]


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def picture(game: Mapping[str, Any] | None, facts: Sequence[Any] = ()) -> Markup:
    """What can be drawn of a certificate; else empty markup.

    The leader's payoff against her commitment, for games in which she has two actions; the orbit of a Markov game, from
    the fact that has it.
    """
    orbit = markov.picture(facts)
    if orbit:
        return orbit
    pair = payoffs(game) if game else None
    if pair is None or len(pair[0]) != 2 or len(pair[0][0]) > LARGEST:
        return Markup("")
    return commitment(*pair)


def table(game: Mapping[str, Any] | None) -> Markup:
    """The game as an HTML table."""
    if not game:
        return Markup("")
    states = markov.tables(game)
    if states is not None:
        return markov.table(game, states)
    if linear_quadratic.is_drawn(game):
        return linear_quadratic.table(game)
    pair = payoffs(game)
    return _payoff_table(game) if pair is not None else _field_table(game)


def _payoff_table(game: Mapping[str, Any]) -> Markup:
    leader, follower = game["leader"], game["follower"]
    rows, columns = len(leader), len(leader[0])
    heads = Markup("").join(
        Markup('<th scope="col"><i>b</i><sub>{}</sub></th>').format(b + 1) for b in range(min(columns, LARGEST))
    )
    body = Markup("")
    for a in range(min(rows, LARGEST)):
        cells = Markup("").join(
            Markup('<td><span class="leader">{}</span>, <span class="follower">{}</span></td>').format(
                entry(leader[a][b]), entry(follower[a][b])
            )
            for b in range(min(columns, LARGEST))
        )
        head = Markup('<th scope="row"><i>a</i><sub>{}</sub></th>').format(a + 1)
        body += Markup("<tr>{}{}</tr>").format(head, cells)
    cut = f"; the first {LARGEST} rows and columns" if max(rows, columns) > LARGEST else ""
    caption = Markup(
        '<caption><span class="leader">leader</span> (rows), <span class="follower">follower</span> (columns)'
        " payoffs, {}&times;{}{}</caption>"
    ).format(rows, columns, cut)
    return Markup('<table class="payoffs">{}<thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table>').format(
        caption, heads, body
    )


def _field_table(game: Mapping[str, Any]) -> Markup:
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th><td>{}</td></tr>').format(str(name).replace("_", " "), _nested(value))
        for name, value in game.items()
        if name not in ("kind", "schema")
    )
    kind = str(game.get("kind", "game")).replace("_", " ")
    return Markup('<table class="fields"><caption>{}</caption><tbody>{}</tbody></table>').format(kind, rows)


def _nested(value: Any, depth: int = 0) -> Markup:
    if not _is_list(value):
        return exact(value)
    if depth == 2:
        return Markup("[…]")
    shown = Markup(", ").join(_nested(item, depth + 1) for item in value[:LARGEST])
    more = Markup(", … ({} in all)").format(len(value)) if len(value) > LARGEST else ""
    return Markup("({}{})").format(shown, more)
