"""Exact commitment: values, strategies and the facts that let anyone verify them, in rational arithmetic.

A float is taken for the rational number it is, so a game of floats has an exact answer too. All comparisons are exact:
ties between replies, the knife edges of this theory, are decided and not guessed.
"""

from __future__ import annotations

import dataclasses
import importlib
from fractions import Fraction
from typing import Any

import numpy as np

from games.matrix import BimatrixGame
from solvers.errors import SolverError, refuse_batch
from solvers.matrix.integers import rounded_up
from solvers.solution import Solution, Status

Fact = dict[str, Any]

# Where the fact of a concept is made: module and function, loaded when asked for.
_PRODUCERS: dict[str, tuple[str, str]] = {
    "sse": ("solvers.matrix.exact_strong", "strong"),
    "correlated": ("solvers.matrix.exact_strong", "correlated"),
    "wse": ("solvers.matrix.weak", "weak"),
    "minimax": ("solvers.matrix.minimax", "exact_minimax"),
    "pure": ("solvers.matrix.pure", "exact_strong"),
    "pure weak": ("solvers.matrix.pure", "exact_weak"),
    "best nash": ("solvers.matrix.nash", "best"),
    "worst nash": ("solvers.matrix.nash", "worst"),
}
CONCEPTS: tuple[str, ...] = tuple(_PRODUCERS)


def fact(game: BimatrixGame, concept: str = "sse") -> Fact:
    """The exact answer as a JSON fact that a program without solvers can verify.

    Numbers are rational strings. `concept` is one of `CONCEPTS`; the payload beside "concept" and "value" is
    - sse: strategy, reply, follower_value, multipliers (n x n);
    - correlated: joint (m x n), follower_value, multipliers;
    - minimax: strategy, reply_mixture;
    - pure, pure weak: row, reply, follower_value;
    - wse: strategy, interior, reply, attained, replies (see `solvers.matrix.weak`);
    - best nash, worst nash: a fact "nash": leader_mixture, follower_mixture, leader_value, follower_value.

    Raises `SolverError` for a batch, an unknown concept, and for nash where the game is too large to enumerate.
    """
    if concept not in _PRODUCERS:
        raise SolverError(f"exact: expected a concept among {', '.join(CONCEPTS)}, found {concept!r}")
    refuse_batch(f"exact {concept}", game.batch_shape)
    module, name = _PRODUCERS[concept]
    return getattr(importlib.import_module(module), name)(game)


def solve(game: BimatrixGame, concept: str = "sse") -> Solution:
    """The exact answer: values and policies hold Fractions, `certificate` is `fact(game, concept)`."""
    found = fact(game, concept)
    return Solution(
        concept=concept,
        values=_values(found),
        policies=_policies(found),
        residual=Fraction(0),
        error_bound=Fraction(0),
        status=np.asarray(Status.CONVERGED, dtype=np.int8),
        certificate=found,
    )


def rounded(solution: Solution) -> Solution:
    """An exact solution of a single game in floats; the error bound is that of rounding the leader's value."""
    value = solution.leader_value
    return dataclasses.replace(
        solution,
        values={player: float(paid) for player, paid in solution.values.items()},
        policies={player: _floats(policy) for player, policy in solution.policies.items()},
        residual=0.0,
        error_bound=rounded_up(abs(Fraction(float(value)) - value)),
    )


def _floats(policy: Any) -> Any:
    return policy.astype(np.float64) if isinstance(policy, np.ndarray) else policy


def _values(found: Fact) -> dict[str, Fraction]:
    values = {"leader": Fraction(found["value"])}
    if "follower_value" in found:
        values["follower"] = Fraction(found["follower_value"])
    return values


def _policies(found: Fact) -> dict[str, Any]:
    policies: dict[str, Any] = {}
    for player, name in (
        ("leader", "strategy"),
        ("leader", "leader_mixture"),
        ("follower", "reply_mixture"),
        ("follower", "follower_mixture"),
        ("device", "joint"),
        ("interior", "interior"),
    ):
        if name in found:
            policies[player] = _fractions(found[name])
    for player, name in (("leader", "row"), ("follower", "reply")):
        if name in found:
            policies[player] = found[name]
    return policies


def _fractions(entries: Any) -> np.ndarray:
    nested = np.array(entries, dtype=object)
    out = np.empty(nested.shape, dtype=object)
    for index, entry in np.ndenumerate(nested):
        out[index] = Fraction(entry)
    return out
