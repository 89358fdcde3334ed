"""All extreme Nash equilibria of small games in exact arithmetic, and from them the leader's best and worst.

With payoffs shifted to be positive the best-response polytopes are

    P = {x >= 0 : x'B_b <= 1 for all b},      Q = {y >= 0 : (A y)_a <= 1 for all a}.

A vertex x of P has label a where x_a = 0 and label b where x'B_b = 1, likewise for Q. Equilibria are, after
normalisation, the pairs of points that carry all labels between them; the set of equilibria is a union of products of
faces, and each player's payoff is bilinear on them, so the best and the worst for the leader are among the pairs of
vertices, also where the game is degenerate. Sources: Mangasarian 1964; von Stengel 2002, Computing equilibria.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpz, fmpz_mat

from games.matrix import BimatrixGame
from solvers.errors import SolverError, refuse_batch
from solvers.matrix import exact
from solvers.matrix.integers import fraction, integer_game
from solvers.solution import Solution

# Vertex candidates that are tried: 8 x 8 games have 12870, 9 x 9 have 48620.
LARGEST = 50_000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Equilibrium:
    """An extreme Nash equilibrium; all entries are exact rationals."""

    leader_mixture: tuple[Fraction, ...]  # (m,)
    follower_mixture: tuple[Fraction, ...]  # (n,)
    leader_value: Fraction
    follower_value: Fraction


def equilibria(game: BimatrixGame) -> list[Equilibrium]:
    """All extreme Nash equilibria of a single game, the best for the leader first.

    Raises `SolverError` for a batch, and for a game with more than `LARGEST` vertex candidates, binomial(m + n, m).
    """
    refuse_batch("nash", game.batch_shape)
    scaled = integer_game(game)
    m, n = scaled.shape
    if math.comb(m + n, m) > LARGEST:
        raise SolverError(
            f"nash: expected a game with at most {LARGEST} vertex candidates (8 x 8), found {m} x {n} with "
            f"{math.comb(m + n, m)}"
        )
    leader, leader_shift = _positive(scaled.leader)
    follower, follower_shift = _positive([list(column) for column in zip(*scaled.follower, strict=True)])
    # P is the polytope of the follower's columns, Q of the leader's rows: both are {z >= 0 : rows z <= 1}.
    answers = _vertices(follower)  # points x with their labels: bit a where x_a = 0, bit m + b where x'B_b = 1
    counters = _vertices(leader)  # points y with bit b where y_b = 0, bit n + a where (A y)_a = 1
    everything = (1 << (m + n)) - 1
    found: list[Equilibrium] = []
    for x, x_labels in answers.items():
        for y, y_labels in counters.items():
            if x_labels | _rotate(y_labels, n, m) == everything:
                x_total, y_total = sum(x, fmpq(0)), sum(y, fmpq(0))
                found.append(
                    Equilibrium(
                        leader_mixture=tuple(fraction(weight / x_total) for weight in x),
                        follower_mixture=tuple(fraction(weight / y_total) for weight in y),
                        leader_value=fraction(scaled.leader_payoff(1 / y_total + leader_shift)),
                        follower_value=fraction((1 / x_total + follower_shift) / scaled.follower_scale),
                    )
                )
    return sorted(found, key=lambda one: (-one.leader_value, one.leader_mixture, one.follower_mixture))


def solve(game: BimatrixGame, *, worst: bool = False) -> Solution:
    """The leader's best, or worst, Nash equilibrium, exactly: values and mixtures hold Fractions."""
    return exact.solve(game, "worst nash" if worst else "best nash")


def best(game: BimatrixGame) -> dict[str, Any]:
    """The fact "nash" of the equilibrium best for the leader; that it is the best of all is not part of the fact."""
    return _fact(equilibria(game)[0])


def worst(game: BimatrixGame) -> dict[str, Any]:
    """The fact "nash" of the equilibrium worst for the leader; that it is the worst of all is not part of the fact."""
    return _fact(equilibria(game)[-1])


def _fact(found: Equilibrium) -> dict[str, Any]:
    return {
        "concept": "nash",
        "value": str(found.leader_value),
        "leader_mixture": [str(weight) for weight in found.leader_mixture],
        "follower_mixture": [str(weight) for weight in found.follower_mixture],
        "leader_value": str(found.leader_value),
        "follower_value": str(found.follower_value),
    }


def _positive(rows: list[list[Any]]) -> tuple[list[list[Any]], Any]:
    """Rows shifted to be positive, and the shift to add back."""
    shift = min(min(row) for row in rows) - 1
    return [[entry - shift for entry in row] for row in rows], shift


def _vertices(rows: Sequence[Sequence[Any]]) -> dict[tuple[Any, ...], int]:
    """Vertices z != 0 of {z >= 0 : rows z <= 1}, each with its labels as bits.

    Bit j says z_j = 0, bit width + i that row i binds. A vertex solves rows[I] z_J = 1 on a support J
    for some equally many rows I. Several (I, J) can give one vertex.
    """
    height, width = len(rows), len(rows[0])
    matrix = fmpz_mat(height, width, [entry for row in rows for entry in row])
    found: dict[tuple[Any, ...], int] = {}
    for size in range(1, min(height, width) + 1):
        ones = fmpz_mat(size, 1, [1] * size)
        for support in itertools.combinations(range(width), size):
            for binding in itertools.combinations(range(height), size):
                system = fmpz_mat(size, size, [rows[i][j] for i in binding for j in support])
                try:
                    solution: Any = system.solve(ones)
                except ZeroDivisionError:
                    continue  # dependent rows meet in no single point
                numerators, scale = solution.numer_denom()
                if any(entry < 0 for entry in numerators.entries()):
                    continue
                point = [fmpz(0)] * width
                for j, entry in zip(support, numerators.entries(), strict=True):
                    point[j] = entry
                reached = (matrix * fmpz_mat(width, 1, point)).entries()
                if any(entry > scale for entry in reached):
                    continue
                labels = sum(1 << j for j in range(width) if point[j] == 0)
                labels |= sum(1 << (width + i) for i in range(height) if reached[i] == scale)
                found[tuple(fmpq(entry, scale) for entry in point)] = labels
    return found


def _rotate(labels: int, low: int, high: int) -> int:
    """Labels with the lowest `low` bits moved above the `high` others."""
    return (labels >> low) | ((labels & ((1 << low) - 1)) << high)
