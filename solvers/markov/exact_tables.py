"""One exact Markov game in python-flint: backups, stage choices, margins and policy evaluation in rationals.

A table over (s, a, b) is a list of S A B rationals, row (s A + a) B + b; a joint policy is the tuple of its rows, one a
state. Everything the exact solvers of this folder compute goes through here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from games.errors import shown
from games.markov import MarkovGame, Ties
from solvers.errors import SolverError, refuse_batch

Table = list[Any]  # (S A B,) fmpq
Pair = tuple[Table, Table]  # the leader's and the follower's
Policy = tuple[int, ...]  # (S,) rows of a table

LARGEST_ENUMERATION = 4096
"""Joint policies (A B)^S that are enumerated; more are refused."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExactTables:
    """An exact game's kernel, rewards and discounts; pairs are the leader's and the follower's."""

    shape: tuple[int, int, int]  # S, A, B
    transition: Any  # fmpq_mat (S A B, S)
    laws: tuple[Table, ...]  # the kernel's rows, (S A B) lists of S
    rewards: Pair
    discounts: tuple[Any, Any]

    @property
    def size(self) -> int:
        states, leader, follower = self.shape
        return states * leader * follower

    def row(self, state: int, move: int, reply: int) -> int:
        return (state * self.shape[1] + move) * self.shape[2] + reply

    def actions(self, policy: Policy) -> list[tuple[int, int]]:
        """(a(s), b(s, a(s))) for every state."""
        _, leader, follower = self.shape
        return [(row // follower % leader, row % follower) for row in policy]

    def zero(self) -> Pair:
        return [fmpq(0)] * self.size, [fmpq(0)] * self.size

    def kernel(self, policy: Policy) -> Any:
        """The transition matrix under a joint policy, fmpq_mat (S, S)."""
        states = self.shape[0]
        return fmpq_mat(states, states, [entry for row in policy for entry in self.laws[row]])

    def backup(self, values: Sequence[Any]) -> Pair:
        """r + gamma P V for both players, each V a column (S, 1)."""
        tables = []
        for reward, discount, value in zip(self.rewards, self.discounts, values, strict=True):
            ahead = (self.transition * (value * discount)).entries()
            tables.append([now + later for now, later in zip(reward, ahead, strict=True)])
        return tables[0], tables[1]

    def step(self, tables: Pair, policy: Policy, step_size: Any) -> Pair:
        """(1 - alpha) Q + alpha (r + gamma P V), V the value of `policy` at Q."""
        target = self.backup([column(picked(table, policy)) for table in tables])
        if step_size == 1:
            return target
        kept = 1 - step_size
        damped = [
            [kept * old + step_size * new for old, new in zip(before, after, strict=True)]
            for before, after in zip(tables, target, strict=True)
        ]
        return damped[0], damped[1]

    def evaluate(self, policy: Policy) -> tuple[Any, Any]:
        """Both players' values of playing a joint policy for ever: V = (I - gamma P)^-1 r, columns (S, 1)."""
        kernel = self.kernel(policy)
        identity = unit(len(policy))
        return tuple(
            (identity - kernel * discount).solve(column(picked(reward, policy)))
            for reward, discount in zip(self.rewards, self.discounts, strict=True)
        )  # type: ignore[return-value]  # one column a player

    def stage(self, tables: Pair, ties: Ties) -> tuple[Policy, tuple[int, ...]]:
        """The stage rule of `games.markov`: the joint policy, and the row of the reply to every move, (S A)."""
        leader, follower = tables
        _, moves, replies = self.shape
        answers = []
        for first in range(0, self.size, replies):
            best = first
            for row in range(first + 1, first + replies):
                if follower[row] > follower[best] or (
                    follower[row] == follower[best]
                    and (
                        (ties == Ties.STRONG and leader[row] > leader[best])
                        or (ties == Ties.WEAK and leader[row] < leader[best])
                    )
                ):
                    best = row
            answers.append(best)
        policy = tuple(
            max(answers[first : first + moves], key=leader.__getitem__) for first in range(0, len(answers), moves)
        )
        return policy, tuple(answers)

    def margin(self, tables: Pair) -> Any:
        """The smallest margin of all greedy choices, 0 where one is a tie; None where nobody has a choice.

        Best minus second best of the follower's values at every (s, a), and of the leader's values at his replies at
        every s. While both tables move by less than half of it, no choice changes.
        """
        leader, follower = tables
        _, moves, replies = self.shape
        margins = []
        answers = []
        for first in range(0, self.size, replies):
            rows = sorted(range(first, first + replies), key=follower.__getitem__, reverse=True)
            if replies > 1:
                margins.append(follower[rows[0]] - follower[rows[1]])
            answers.append(leader[rows[0]])
        if moves > 1:
            for first in range(0, len(answers), moves):
                ordered = sorted(answers[first : first + moves], reverse=True)
                margins.append(ordered[0] - ordered[1])
        return min(margins, default=None)

    def nested(self, table: Table, entry: Any) -> list[list[list[Any]]]:
        """A table as [s][a][b], `entry` applied to each rational."""
        states, moves, replies = self.shape
        return [
            [[entry(table[self.row(s, a, b)]) for b in range(replies)] for a in range(moves)] for s in range(states)
        ]

    def fractions(self, table: Table) -> np.ndarray:
        """A table as an array of Fractions, (S, A, B)."""
        return as_fractions(table).reshape(self.shape)


def tables_of(game: MarkovGame, solver: str) -> ExactTables:
    """The exact twin of a single game in rationals. Raises `SolverError` for a batch."""
    refuse_batch(solver, game.batch_shape)
    twin = game.exact()
    laws = [[as_rational(entry) for entry in row] for row in twin.transition.reshape(-1, twin.states).tolist()]
    return ExactTables(
        shape=(twin.states, twin.leader_actions, twin.follower_actions),
        transition=fmpq_mat(laws),
        laws=tuple(laws),
        rewards=(_rationals(twin.leader_reward), _rationals(twin.follower_reward)),
        discounts=(as_rational(twin.leader_discount.item()), as_rational(twin.follower_discount.item())),
    )


def refuse_large(solver: str, states: int, moves: int, replies: int) -> None:
    """Raise `SolverError` where there are more than `LARGEST_ENUMERATION` joint policies."""
    count = (moves * replies) ** states
    if count > LARGEST_ENUMERATION:
        raise SolverError(
            f"{solver}: expected at most {LARGEST_ENUMERATION} joint policies (A B)^S to enumerate, found "
            f"{shown(count)} (S = {states}, A = {moves}, B = {replies})"
        )


def picked(table: Table, policy: Policy) -> Table:
    return [table[row] for row in policy]


def column(entries: Sequence[Any]) -> Any:
    return fmpq_mat(len(entries), 1, list(entries))


def unit(size: int) -> Any:
    return fmpq_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])


def as_fractions(entries: Iterable[Any]) -> np.ndarray:
    """Rationals of python-flint as a flat array of Fractions."""
    return np.array([Fraction(int(entry.p), int(entry.q)) for entry in entries], dtype=object)


def as_rational(entry: Fraction) -> Any:
    return fmpq(entry.numerator, entry.denominator)


def nearest(entry: Any) -> float:
    """The float nearest to a rational: Python rounds a quotient of integers correctly."""
    return int(entry.p) / int(entry.q)


def _rationals(array: np.ndarray) -> Table:
    return [as_rational(entry) for entry in array.ravel().tolist()]
