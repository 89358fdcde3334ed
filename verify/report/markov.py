"""Markov games of certificates: a table a state, and the orbit that Q-value iteration returns to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from verify.report.charts.orbit import Phase, orbit
from verify.report.numerals import entry, exact, rational

MOST_STATES = 6
MOST_ACTIONS = 6
"""Larger games are not drawn; they are in the certificate."""

ARRAYS = ("transition", "leader_reward", "follower_reward")
PLAIN = ("kind", "schema", "discount", "leader_discount", "follower_discount", *ARRAYS)

TIES = {0: "strong, for the leader", 1: "weak, against the leader", 2: "the first reply"}
"""What the rules for ties are called, by their numbers in files (`games.markov.Ties`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The arrays of a Markov game as nested tuples of rationals: transition[s][a][b][t], rewards[s][a][b]."""

    transition: Any
    leader: Any
    follower: Any
    discounts: tuple[Fraction, Fraction]

    @property
    def shape(self) -> tuple[int, int, int]:
        return len(self.leader), len(self.leader[0]), len(self.leader[0][0])


def tables(game: Mapping[str, Any]) -> Tables | None:
    """The tables of a discounted Markov game, or None for any other game, a large one, or one not well formed."""
    transition, leader, follower = (_numbers(game.get(name)) for name in ARRAYS)
    discounts = _discounts(game)
    if None in (transition, leader, follower) or discounts is None:
        return None
    shapes = [_shape(array) for array in (transition, leader, follower)]
    if any(shape is None for shape in shapes) or shapes[1] != shapes[2] or len(shapes[1] or ()) != 3:
        return None
    states, rows, columns = shapes[1] or (0, 0, 0)
    if shapes[0] != (states, rows, columns, states) or states > MOST_STATES or max(rows, columns) > MOST_ACTIONS:
        return None
    return Tables(transition=transition, leader=leader, follower=follower, discounts=discounts)


def _numbers(value: Any) -> Any:
    """Nested lists of numbers as nested tuples of Fractions; None where anything is no number."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        parts = tuple(_numbers(item) for item in value)
        return None if not parts or any(part is None for part in parts) else parts
    return rational(value)


def _shape(array: Any) -> tuple[int, ...] | None:
    """The shape of a rectangular nest of tuples, None for a ragged one."""
    if not isinstance(array, tuple):
        return ()
    inner = {_shape(item) for item in array}
    if len(inner) > 1 or None in inner:
        return None
    return (len(array), *(inner.pop() or ()))


def _discounts(game: Mapping[str, Any]) -> tuple[Fraction, Fraction] | None:
    both = game.get("discount", {"leader": game.get("leader_discount"), "follower": game.get("follower_discount")})
    pair = (both.get("leader"), both.get("follower")) if isinstance(both, Mapping) else (both, both)
    leader, follower = (None if item is None else rational(item) for item in pair)
    return None if leader is None or follower is None else (leader, follower)


def table(game: Mapping[str, Any], found: Tables) -> Markup:
    """One payoff table a state, the successor in every cell; what else the game holds follows field by field."""
    parts = Markup("").join(_state(found, s) for s in range(len(found.leader)))
    leader, follower = found.discounts
    discount = (
        Markup("discount {}").format(entry(str(leader)))
        if leader == follower
        else Markup("discounts {} (leader), {} (follower)").format(entry(str(leader)), entry(str(follower)))
    )
    caption = Markup(
        '<p class="note"><span class="leader">leader</span> (rows), <span class="follower">follower</span> (columns)'
        " rewards and where the game goes; {}</p>"
    ).format(discount)
    rest = {name: value for name, value in game.items() if name not in PLAIN}
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th><td>{}</td></tr>').format(
            name.replace("_", " "), _rule(value) if name == "ties" else _nested(value)
        )
        for name, value in rest.items()
    )
    more = Markup('<table class="fields"><tbody>{}</tbody></table>').format(rows) if rows else Markup("")
    return Markup('<div class="states">{}</div>{}{}').format(parts, caption, more)


def _state(found: Tables, s: int) -> Markup:
    _, rows, columns = found.shape
    heads = Markup("").join(Markup('<th scope="col"><i>b</i><sub>{}</sub></th>').format(b + 1) for b in range(columns))
    body = Markup("")
    for a in range(rows):
        cells = Markup("").join(_cell(found, s, a, b) for b in range(columns))
        body += Markup('<tr><th scope="row"><i>a</i><sub>{}</sub></th>{}</tr>').format(a + 1, cells)
    corner = Markup("<td><i>s</i><sub>{}</sub></td>").format(s + 1)
    return Markup('<table class="payoffs"><thead><tr>{}{}</tr></thead><tbody>{}</tbody></table>').format(
        corner, heads, body
    )


def _cell(found: Tables, s: int, a: int, b: int) -> Markup:
    return Markup('<td><span class="leader">{}</span>, <span class="follower">{}</span><small>{}</small></td>').format(
        entry(str(found.leader[s][a][b])), entry(str(found.follower[s][a][b])), _successors(found.transition[s][a][b])
    )


def _successors(row: Sequence[Fraction]) -> Markup:
    """→ s₂, or the lottery over states."""
    likely = [(t, p) for t, p in enumerate(row) if p]
    return Markup("→ ") + Markup(" + ").join(
        Markup("{}<i>s</i><sub>{}</sub>").format("" if p == 1 else Markup("{} ").format(entry(str(p))), t + 1)
        for t, p in likely
    )


def _rule(value: Any) -> Markup:
    """The rule for ties in words."""
    number = rational(value)
    return exact(value) if number is None or number not in TIES else Markup.escape(TIES[int(number)])


def _nested(value: Any, depth: int = 0) -> Markup:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return exact(value)
    if depth == 4:
        return Markup("[…]")
    return Markup("({})").format(Markup(", ").join(_nested(item, depth + 1) for item in value))


def picture(facts: Sequence[Any]) -> Markup:
    """The orbit in a fact of the certificate: values and policies over its phases; empty markup without one.

    Drawing only: policies are read off the orbit's Q functions in rationals, by the fact's tie rule. Where choices are
    tied on the orbit itself, what the iterates near it play may differ, and the picture says so.
    """
    for fact in facts:
        if isinstance(fact, Mapping) and isinstance(fact.get("orbit"), Sequence) and len(fact["orbit"]) > 1:
            phases = [_phase(item, -1 if fact.get("ties") == "weak" else 1) for item in fact["orbit"]]
            if all(phase is not None for phase in phases):
                return orbit([phase for phase in phases if phase is not None])
    return Markup("")


def _phase(item: Any, favour: int) -> Phase | None:
    """The greedy policies and their values; ties of replies go by `favour` times what they pay the leader."""
    leader, follower = (_numbers(item.get(name)) if isinstance(item, Mapping) else None for name in _PLAYERS)
    if leader is None or follower is None or len(_shape(leader) or ()) != 3 or _shape(leader) != _shape(follower):
        return None
    policy, values, tied = [], [], False
    for q_leader, q_follower in zip(leader, follower, strict=True):
        pairs = [list(zip(*rows, strict=True)) for rows in zip(q_follower, q_leader, strict=True)]  # (follower's, hers)
        replies = [max(range(len(row)), key=lambda b, r=row: (r[b][0], favour * r[b][1])) for row in pairs]
        served = [row[reply][1] for row, reply in zip(pairs, replies, strict=True)]
        move = served.index(max(served))
        tied |= served.count(max(served)) > 1 or any(
            [f for f, _ in row].count(row[reply][0]) > 1 for row, reply in zip(pairs, replies, strict=True)
        )
        policy.append((move, replies[move]))
        values.append((q_leader[move][replies[move]], q_follower[move][replies[move]]))
    return Phase(policy=tuple(policy), values=tuple(values), tied=tied)


_PLAYERS = ("leader", "follower")
