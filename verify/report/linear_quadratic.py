"""Linear-quadratic games of certificates: a cost table and the coefficients of each regime, without what is zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeGuard

from markupsafe import Markup

from verify.report.numerals import entry, rational

KINDS = ("lq", "lq point")

MOST_VARIABLES = 8
MOST_REGIMES = 6
"""Larger games are not drawn; they are in the certificate."""

STATES_AND_ACTIONS = ("A", "B", "E")
"""The matrices that x, u and v are multiplied by."""

DYNAMICS = ("A", "B", "E", "b")
NOISE = ("C", "D", "F", "s")
VALUES = ("P", "p", "r", "G", "g")

Numbers = Any  # a Fraction or nested tuples of them


def is_drawn(game: Mapping[str, Any]) -> bool:
    """Whether `table` can show the game: one of its kinds, well formed, not too large."""
    if game.get("kind") not in KINDS:
        return False
    regimes = game.get("regimes")
    if not _is_list(regimes) or not 1 <= len(regimes) <= MOST_REGIMES:
        return False
    return all(_is_regime(regime) for regime in regimes)


def _is_regime(regime: Any) -> bool:
    if not isinstance(regime, Mapping) or not all(_is_matrix(regime.get(name)) for name in STATES_AND_ACTIONS):
        return False
    count = sum(_sizes(regime))
    for player in (regime.get("leader"), regime.get("follower")):
        M = player.get("M") if isinstance(player, Mapping) else None
        if not _is_matrix(M) or len(M) != count or len(M[0]) != count:
            return False
    return count <= MOST_VARIABLES


def _sizes(regime: Mapping[str, Any]) -> list[int]:
    """How many states and actions of both players there are."""
    return [len(regime[name][0]) for name in STATES_AND_ACTIONS]


def _is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_matrix(value: Any) -> TypeGuard[Sequence[Sequence[Any]]]:
    rows = _numbers(value)
    if not isinstance(rows, tuple) or not all(isinstance(row, tuple) for row in rows):
        return False
    return len({len(row) for row in rows}) == 1 and all(isinstance(cell, Fraction) for row in rows for cell in row)


def _numbers(value: Any) -> Numbers:
    """Nested lists of numbers as nested tuples of Fractions; None where anything is no number."""
    if _is_list(value):
        parts = tuple(_numbers(item) for item in value)
        return None if not parts or any(part is None for part in parts) else parts
    return rational(value)


def table(game: Mapping[str, Any]) -> Markup:
    """A cost table a regime, its coefficients beside it, then what belongs to no regime; zeros are left out."""
    regimes = game["regimes"]
    parts = Markup("").join(_regime(regime, k, len(regimes)) for k, regime in enumerate(regimes))
    note = Markup(
        '<p class="note">costs <i>z</i>′<i>Mz</i>/2 + <i>m</i>′<i>z</i> of <span class="leader">leader</span>, '
        '<span class="follower">follower</span>; matrices row by row; what is not shown is 0</p>'
    )
    return Markup('<div class="states">{}</div>{}{}').format(parts, note, _fields(_shared(game)))


def _regime(regime: Mapping[str, Any], k: int, count: int) -> Markup:
    sizes = _sizes(regime)
    variables = [
        Markup("<i>{}</i>{}").format(letter, Markup("<sub>{}</sub>").format(j + 1) if size > 1 else "")
        for letter, size in zip("xuv", sizes, strict=True)
        for j in range(size)
    ]
    costs = [regime[player]["M"] for player in ("leader", "follower")]
    linear = [_padded(regime[player].get("m"), len(variables)) for player in ("leader", "follower")]
    heads = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in (*variables, Markup("<i>m</i>")))
    body = Markup("")
    for i, name in enumerate(variables):
        cells = Markup("").join(_pair(costs[0][i][j], costs[1][i][j]) for j in range(len(variables)))
        cells += _pair(linear[0][i], linear[1][i])
        body += Markup('<tr><th scope="row">{}</th>{}</tr>').format(name, cells)
    corner = Markup("<td>regime {}</td>").format(k) if count > 1 else Markup("<td></td>")
    cost_table = Markup('<table class="payoffs"><thead><tr>{}{}</tr></thead><tbody>{}</tbody></table>').format(
        corner, heads, body
    )
    return Markup("<div>{}{}</div>").format(cost_table, _fields(_coefficients(regime)))


def _padded(vector: Any, length: int) -> Sequence[Any]:
    return vector if _is_list(vector) and len(vector) == length else [0] * length


def _pair(leader: Any, follower: Any) -> Markup:
    return Markup('<td><span class="leader">{}</span>, <span class="follower">{}</span></td>').format(
        entry(leader), entry(follower)
    )


def _coefficients(regime: Mapping[str, Any]) -> Iterator[tuple[Markup, Markup]]:
    """The coefficients of a regime that are not zero, by name."""
    for name in DYNAMICS:
        yield from _shown(Markup("<i>{}</i>").format(name), regime.get(name))
    given = regime.get("noise")
    noise = given if _is_list(given) else ()
    for k, channel in enumerate(noise):
        for name in NOISE:
            label = Markup("<i>{}</i>{}").format(name, Markup("<sub>{}</sub>").format(k + 1) if len(noise) > 1 else "")
            yield from _shown(label, channel.get(name) if isinstance(channel, Mapping) else None)
    for player in ("leader", "follower"):
        for name in VALUES:
            label = Markup('<i>{}</i> <span class="{}">{}</span>').format(name, player, player)
            yield from _shown(label, regime[player].get(name))


def _shared(game: Mapping[str, Any]) -> Iterator[tuple[Markup, Markup]]:
    """What belongs to no regime: horizon and what is seen always, numbers where they are not zero."""
    yield from _shown(Markup("discount"), game.get("discount"))
    yield from _shown(Markup("generator"), game.get("generator"))
    if game["kind"] == "lq":
        horizon = game.get("horizon")
        yield Markup("horizon"), entry(horizon) if horizon is not None else Markup("none")
        yield Markup("the follower sees"), Markup("the {}").format(str(game.get("follower_sees", "action")))
    for player, number in _items(game.get("temperature")):
        yield from _shown(Markup("temperature, {}").format(player), number)
    if len(game["regimes"]) > 1 and "regime" in game:
        yield Markup("regime"), entry(game["regime"])
    yield from _shown(Markup("state <i>x</i>"), game.get("state"))
    yield from _shown(Markup("leader’s action <i>u</i>"), game.get("leader_action"))
    for player, law in _items(game.get("deviation")):
        for name, value in _items(law):
            if name != "factor" or not _is_identity(value):
                yield from _shown(Markup("deviation’s {}, {}").format(name, player), value)


def _items(value: Any) -> Sequence[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _is_identity(value: Any) -> bool:
    """Whether a factor is the one that means nothing special."""
    rows = _numbers(value)
    return _is_matrix(value) and all(cell == (i == j) for i, row in enumerate(rows) for j, cell in enumerate(row))


def _shown(label: Markup, value: Any) -> Iterator[tuple[Markup, Markup]]:
    numbers = _numbers(value)
    if numbers is not None and any(_flat(numbers)):
        yield label, _written(value)


def _flat(numbers: Numbers) -> Iterator[Fraction]:
    if isinstance(numbers, tuple):
        for part in numbers:
            yield from _flat(part)
    else:
        yield numbers


def _written(value: Any) -> Markup:
    """A number as it is, a vector with commas, a matrix with its rows apart."""
    if not _is_list(value):
        return entry(value)
    if all(not _is_list(item) for item in value):
        return Markup(", ").join(entry(item) for item in value)
    return Markup("; ").join(_written(item) for item in value)


def _fields(rows: Iterator[tuple[Markup, Markup]]) -> Markup:
    body = Markup("").join(
        Markup('<tr><th scope="row">{}</th><td>{}</td></tr>').format(label, value) for label, value in rows
    )
    return Markup('<table class="fields"><tbody>{}</tbody></table>').format(body) if body else Markup("")
