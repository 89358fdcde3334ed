"""Deterministic Markov games with payoffs -1, 0, 1 from the smallest on.

They are ordered by the number of states, then of actions in all, then of the leader's actions, then by the sum of all
|payoffs|, then lexicographically, cell by cell (s, a, b), in the successor, the leader's and the follower's payoff,
with 0 < 1 < -1. Both players discount by one factor.

Of games that differ by the names of states, or by the names of replies to one action, the first is listed: the
iteration treats them alike, for replies that tie after all are worth the same to both. Names of the leader's actions do
matter, since ties of hers are broken by them. Where players move simultaneously a reply is the same action whatever the
leader does: then only games that differ by the names of the follower's actions in a whole state count once.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar

import numpy as np

from games.markov import MarkovGame
from verify.hunt.order import Level, sizes

CHUNK = 4096
PAYOFFS: tuple[int, ...] = (0, 1, -1)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MarkovOrder:
    """Games of at most so many states and actions in all, whose |payoffs| sum to at most `total`."""

    kind: ClassVar[str] = MarkovGame.kind

    states: int = 2
    actions: int = 4
    total: int = 3
    discount: Fraction = Fraction(1, 2)
    simultaneous: bool = False  # for concepts of simultaneous moves

    @property
    def things(self) -> str:
        return (
            f"Markov games with deterministic transitions, discounts {self.discount} and payoffs -1, 0, 1 of which at "
            f"most {self.total} are not 0"
        )

    @property
    def alike(self) -> str:
        names = "the follower's actions in a state" if self.simultaneous else "replies"
        return f"games that differ by the names of states or {names} count once"

    def levels(self) -> Iterator[Level]:
        for S in range(1, self.states + 1):
            for A, B in sizes(self.actions):
                size = "1 state" if S == 1 else f"{S} states"
                for total in range(self.total + 1):
                    text = f"{size}, up to {A} by {B} actions with {total} such payoffs"
                    yield Level(size=size, text=text, batches=self._batches(S, A, B, total))

    def _batches(self, S: int, A: int, B: int, total: int) -> Iterator[MarkovGame]:
        return batches(S, A, B, total, self.discount, simultaneous=self.simultaneous)


def batches(
    S: int, A: int, B: int, total: int, discount: Fraction, *, simultaneous: bool = False
) -> Iterator[MarkovGame]:
    """All games of this size with this sum of |payoffs|, in order, one of each class of games that differ by names."""
    cells = list(itertools.product(range(S), PAYOFFS, PAYOFFS))  # (t, r_L, r_F)
    codes = _codes(S, A, B, total, cells, simultaneous=simultaneous)
    if not len(codes):  # so few cells cannot hold so much
        return
    codes = codes[(_in_order(codes, len(cells), simultaneous) == codes).all(axis=(1, 2, 3))]
    ranks = _ranks(codes, len(cells))
    first = np.ones(len(codes), dtype=bool)
    for names in itertools.permutations(range(S)):
        renamed = np.array([cells.index((names[t], own, other)) for t, own, other in cells])
        moved = _in_order(renamed[codes], len(cells), simultaneous)
        moved = moved[:, np.argsort(names)]  # the state s is now called names[s]
        first &= _ranks(moved, len(cells)) >= ranks
    codes = codes[first][np.argsort(ranks[first])]
    table = np.array(cells)  # (cells, 3)
    for start in range(0, len(codes), CHUNK):
        successors, leader, follower = np.moveaxis(table[codes[start : start + CHUNK]], -1, 0)
        yield MarkovGame(
            transition=np.equal.outer(successors, np.arange(S)).astype(np.float64),
            leader_reward=leader.astype(np.float64),
            follower_reward=follower.astype(np.float64),
            leader_discount=float(discount),
            follower_discount=float(discount),
        )


def _in_order(codes: np.ndarray, base: int, simultaneous: bool) -> np.ndarray:
    """The tables with the replies to each action, or the follower's actions in each state, in rising order."""
    if not simultaneous:
        return np.sort(codes, axis=3)
    columns = np.einsum("gsab,a->gsb", codes, base ** np.arange(codes.shape[2] - 1, -1, -1, dtype=np.int64))
    return np.take_along_axis(codes, np.argsort(columns, axis=2)[:, :, None, :], axis=3)


def _codes(S: int, A: int, B: int, total: int, cells: list[tuple[int, int, int]], *, simultaneous: bool) -> np.ndarray:
    """Every table of cells with this sum of |payoffs|, (games, S, A, B); replies in rising order but for simultaneous
    moves."""
    rows: dict[int, list[tuple[int, ...]]] = {}
    every = range(len(cells))
    listed = itertools.product(every, repeat=B) if simultaneous else itertools.combinations_with_replacement(every, B)
    for row in listed:
        rows.setdefault(sum(abs(own) + abs(other) for _, own, other in (cells[i] for i in row)), []).append(row)
    found = [
        table
        for shares in itertools.product(range(total + 1), repeat=S * A)
        if sum(shares) == total and all(share in rows for share in shares)
        for table in itertools.product(*(rows[share] for share in shares))
    ]
    return np.array(found, dtype=np.int64).reshape(-1, S, A, B)


def _ranks(codes: np.ndarray, base: int) -> np.ndarray:
    """The place of each table in the lexicographic order of all; (games,)."""
    flat = codes.reshape(len(codes), -1)
    return flat @ base ** np.arange(flat.shape[1] - 1, -1, -1, dtype=np.int64)
