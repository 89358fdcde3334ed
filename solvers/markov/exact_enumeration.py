"""All stationary fixed points and all pure Markov perfect equilibria of a small game, in rationals.

A fixed point of Q-value iteration (any step size) is the pair (Q_L, Q_F) of a joint policy Pi played for ever,
Q_k = r_k + gamma_k P V_k, V_k = (I - gamma_k P_Pi)^-1 r_k,Pi, whose greedy policy is Pi again. A policy pair is a pure
stationary Markov perfect equilibrium of the game in which both move at once where no player gains by another action
once, in any state: Q_L(s, a', b(s)) <= V_L(s) and Q_F(s, a(s), b') <= V_F(s). In general-sum games there may be several
of either, or none (Fink 1964: mixed equilibria exist).
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from games.markov import MarkovGame, Ties
from solvers.markov.exact_tables import ExactTables, Policy, as_fractions, refuse_large, tables_of
from solvers.markov.rules import as_ties


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stationary:
    """A stationary joint policy with its values; entries are Fractions."""

    moves: tuple[int, ...]  # (S,) a(s)
    replies: np.ndarray  # (S, A) b(s, a) at a fixed point; (S,) b(s) at an equilibrium
    leader_q: np.ndarray  # (S, A, B)
    follower_q: np.ndarray  # (S, A, B)
    leader_value: np.ndarray  # (S,)
    follower_value: np.ndarray  # (S,)

    @property
    def mean(self) -> Fraction:
        """The leader's mean value over the states."""
        return sum(self.leader_value.tolist(), Fraction(0)) / len(self.leader_value)


def fixed_points(game: MarkovGame, ties: Ties | str = "strong") -> list[Stationary]:
    """Every stationary fixed point of Q-value iteration on a single game, the leader's best mean value first.

    Greedy choices may be ties, broken by `ties`. Raises `SolverError` for a batch, unknown ties, and more than 4096
    joint policies (A B)^S.
    """
    tables = _enumerable(game, "fixed_points")
    rule = as_ties(ties)
    found = []
    for policy in _policies(tables):
        values = tables.evaluate(policy)
        pair = tables.backup(values)
        greedy, answers = tables.stage(pair, rule)
        if greedy == policy:
            replies = np.array([row % tables.shape[2] for row in answers]).reshape(tables.shape[:2])
            found.append(_stationary(tables, policy, replies, values, pair))
    return _best_first(found)


def markov_nash(game: MarkovGame) -> list[Stationary]:
    """Every pure stationary equilibrium of the game in which both move at once, the leader's best mean value first.

    Raises `SolverError` for a batch and for more than 4096 joint policies (A B)^S.
    """
    tables = _enumerable(game, "markov_nash")
    found = []
    for policy in _policies(tables):
        values = tables.evaluate(policy)
        pair = tables.backup(values)
        if all(_is_nash(tables, pair, row) for row in policy):
            replies = np.array([reply for _, reply in tables.actions(policy)])
            found.append(_stationary(tables, policy, replies, values, pair))
    return _best_first(found)


def _enumerable(game: MarkovGame, solver: str) -> ExactTables:
    refuse_large(solver, game.states, game.leader_actions, game.follower_actions)
    return tables_of(game, solver)


def _policies(tables: ExactTables) -> Iterator[Policy]:
    states, moves, replies = tables.shape
    block = moves * replies
    return itertools.product(*(range(state * block, (state + 1) * block) for state in range(states)))


def _is_nash(tables: ExactTables, pair: tuple[list[Any], list[Any]], row: int) -> bool:
    """Whether the actions of a row are best answers to each other in its state."""
    leader, follower = pair
    _, moves, replies = tables.shape
    reply = row % replies
    state_start = row - row % (moves * replies)
    same_move = range(row - reply, row - reply + replies)
    same_reply = range(state_start + reply, state_start + moves * replies, replies)
    return all(follower[other] <= follower[row] for other in same_move) and all(
        leader[other] <= leader[row] for other in same_reply
    )


def _stationary(tables: ExactTables, policy: Policy, replies: np.ndarray, values: Any, pair: Any) -> Stationary:
    return Stationary(
        moves=tuple(move for move, _ in tables.actions(policy)),
        replies=replies,
        leader_q=tables.fractions(pair[0]),
        follower_q=tables.fractions(pair[1]),
        leader_value=as_fractions(values[0].entries()),
        follower_value=as_fractions(values[1].entries()),
    )


def _best_first(found: list[Stationary]) -> list[Stationary]:
    return sorted(found, key=lambda point: point.mean, reverse=True)
