"""The leader's best and worst Nash payoff, by enumerating every extreme equilibrium exactly.

The Nash equilibria of a bimatrix game are a finite union of products F x G of faces of the two best-reply polytopes
(Jansen 1981). The leader's payoff x'Ay is bilinear, so over each product it is largest and smallest at pairs of
vertices, degenerate games included. No proof is needed from outside: the vertices are recomputed here.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction

from flint import fmpq, fmpq_mat

from games.core import Game
from games.errors import shown
from verify.exact.commitment import Fact, columns, dot, payoffs
from verify.exact.errors import CertificateError
from verify.exact.payload import Matrix, Vector

LARGEST_ENUMERATION = 50_000
"""Bases a polytope may have; 8 by 8 actions have 12,870, and above that nobody should wait for an enumeration."""


def best_nash(game: Game, fact: Fact, bits: int) -> Fraction:
    """The leader's largest payoff over all Nash equilibria of the simultaneous game."""
    return max(_nash_payoffs(game))


def worst_nash(game: Game, fact: Fact, bits: int) -> Fraction:
    """The leader's smallest payoff over all Nash equilibria of the simultaneous game."""
    return min(_nash_payoffs(game))


def _nash_payoffs(game: Game) -> set[Fraction]:
    leader, follower = payoffs(game)
    return {dot(x, (dot(row, y) for row in leader)) for x, y in extreme_equilibria(leader, follower)}


def extreme_equilibria(leader: Matrix, follower: Matrix) -> Iterator[tuple[Vector, Vector]]:
    """Every pair of vertices (x, y) of the best-reply polytopes that is an equilibrium; there is at least one.

    A label is an action of either player that a mixture leaves out (its owner's) or makes a best reply (the other's);
    a pair is an equilibrium exactly where every action is a label of x or of y.
    """
    rows, replies = len(leader), len(leader[0])
    ours = _vertices(follower)
    # The other player's own actions come first among the labels of y: rotated, both sets speak of the same actions.
    theirs = [(y, _rotated(labels, replies, rows)) for y, labels in _vertices(columns(leader)).items()]
    everything = (1 << (rows + replies)) - 1
    for x, labels in ours.items():
        for y, others in theirs:
            if labels | others == everything:
                yield x, y


def _rotated(labels: int, own: int, other: int) -> int:
    """A label set that lists `own` actions before `other` ones, listing them the other way round."""
    return labels >> own | (labels & ((1 << own) - 1)) << other


def _vertices(payoff: Matrix) -> dict[Vector, int]:
    """The vertices x of {(x, u): x >= 0, sum x = 1, x'payoff_k <= u for all k}, each with its bit set of labels.

    Label a < len(payoff): x_a = 0. Label len(payoff) + k: x'payoff_k = u. A vertex is the one solution of as many
    tight constraints as it has coordinates; singular choices are passed over, for every vertex has a regular one.
    """
    rows, replies = len(payoff), len(payoff[0])
    bases = math.comb(rows + replies, rows)
    if bases > LARGEST_ENUMERATION:
        raise CertificateError(
            f"equilibria: expected at most {LARGEST_ENUMERATION} bases to enumerate, found {bases} ({rows} x {replies})"
        )
    cells = [[fmpq(cell.numerator, cell.denominator) for cell in row] for row in payoff]
    table, zero = fmpq_mat(cells), fmpq(0)
    found: dict[Vector, int] = {}
    for size in range(1, min(rows, replies) + 1):
        for support in itertools.combinations(range(rows), size):
            for tight in itertools.combinations(range(replies), size):
                solution = _basic_solution(cells, support, tight)
                if solution is None or min(solution) < 0:
                    continue
                weights = [zero] * rows
                for a, weight in zip(support, solution, strict=True):
                    weights[a] = weight
                answers = (fmpq_mat([weights]) * table).entries()
                best = max(answers)
                if answers[tight[0]] < best:
                    continue
                zeros = sum(1 << a for a in range(rows) if weights[a] == 0)
                x = tuple(Fraction(int(weight.p), int(weight.q)) for weight in weights)
                found[x] = zeros | sum(1 << (rows + k) for k in range(replies) if answers[k] == best)
    if not found:
        raise CertificateError(f"equilibria: expected a vertex, found none of {shown(payoff)}")
    return found


def _basic_solution(cells: list[list[fmpq]], support: tuple[int, ...], tight: tuple[int, ...]) -> list[fmpq] | None:
    """The x on `support` with sum 1 that makes the replies `tight` equally good, None where it is not unique."""
    size = len(support)
    one, zero = fmpq(1), fmpq(0)
    equations = [[*(cells[a][k] for a in support), -one] for k in tight] + [[one] * size + [zero]]
    try:
        solved = fmpq_mat(equations).solve(fmpq_mat([[zero]] * size + [[one]]))
    except ZeroDivisionError:
        return None
    return [solved[i, 0] for i in range(size)]
