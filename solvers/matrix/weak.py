"""Weak Stackelberg commitment: the supremum of what the leader gets when ties are broken against her, and whether any
commitment attains it.

X(b) is the region of mixtures to which b is a best reply. Columns that are identical for the follower are equivalent:
he is indifferent between them wherever he plays one, and takes the worst for her. Where b is strictly better than all
columns not equivalent to it, at some mixture, X(b) is full-dimensional, and inside it she gets the least x'A_k over k
equivalent to b; the full-dimensional regions cover the simplex. Hence (von Stengel-Zamir 2010)

    sup = max over full-dimensional b of h(b),      h(b) = max { min_k x'A_k : x in X(b) }.

Degenerate regions and ties decide everything here, so all is done in rational arithmetic.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import fmpq

from games.matrix import BimatrixGame
from solvers.matrix.exact_strong import reply_program
from solvers.matrix.integers import IntegerGame, integer_game
from solvers.matrix.rational_lp import Basis, Infeasible, Optimum, Program
from solvers.matrix.rational_lp import solve as solve_program
from solvers.solution import Solution, Status

Point = tuple[Any, ...]


@dataclasses.dataclass(slots=True, kw_only=True)
class _Reply:
    """What is known of a reply; multipliers are by columns, in the units of the integer game."""

    value: Any  # h(b), or an upper bound of it; None where the region has no interior
    multipliers: list[Any] | None = None
    equivalents: list[Any] | None = None
    dominated: list[Any] | None = None
    point: Point | None = None  # attains h(b); None where only a bound is known
    interior: Point | None = None  # where b is strictly better than all that are not equivalent


def solve(game: BimatrixGame, *, tolerance: float = 1e-9, threads: int = 1) -> Solution:
    """The weak Stackelberg supremum of every game of a batch, or of one game.

    Where the winning reply of the strong optimum is strictly best somewhere, beside a nondegenerate vertex or at a
    single row, its region has an interior and the supremum is the strong value; other games are settled exactly, one by
    one. policies["leader"] (*batch, m) is the limit of commitments whose values approach the supremum. The arguments
    are those of `solvers.matrix.batch.solve`.

    Raises `SolverError` for exact twins.
    """
    from solvers.matrix import batch
    from solvers.matrix.filter import NONDEGENERATE, PROVED

    batch.refuse_exact("weak", game)
    found = batch.commitments(game, tolerance=tolerance, threads=threads)
    doubtful = found.known != NONDEGENERATE
    places = np.flatnonzero(found.known == PROVED)
    m, n = game.leader_actions, game.follower_actions
    doubtful[places] = ~_best_at_a_row(game.follower.reshape(-1, m, n)[places], found.reply[places])
    batch.settle_exactly(game, found, doubtful, weak)
    return batch.answer(game, found, np.full(len(doubtful), Status.CONVERGED), "wse")


def _best_at_a_row(follower: np.ndarray, reply: np.ndarray) -> np.ndarray:
    """(G,) whether `reply` (G,) is the only best reply to some row of the games (G, m, n); nothing is rounded."""
    own = np.take_along_axis(follower, reply[:, None, None], axis=2)[:, :, 0]  # (G, m)
    others = follower.copy()
    np.put_along_axis(others, reply[:, None, None], -np.inf, axis=2)
    return (own > others.max(axis=2)).any(axis=1)


def weak(game: BimatrixGame) -> dict[str, Any]:
    """The fact "wse" of a single game.

    "strategy" is the optimum x of the winning "reply" b and "interior" a mixture x0 where b is strictly best: the
    values of (1 - eps) x + eps x0 approach "value". Where "attained", x itself guarantees it. Every entry of "replies"
    either bounds its reply ("multipliers", "equivalents") or shows that its region has no interior ("dominated"). That
    the supremum is not attained is decided exactly, but the fact carries no proof of it ("attained_proved": false).
    """
    scaled = integer_game(game)
    n = scaled.shape[1]
    classes = _classes(scaled)
    known: list[_Reply] = [_Reply(value=None)] * n
    best: Any = None
    for b in sorted(range(n), key=lambda b: -max(row[b] for row in scaled.leader)):
        known[b] = _reply(scaled, b, classes[b], best)
        if known[b].interior is not None:
            best = known[b].value
    optimal = [b for b in range(n) if known[b].value == best and known[b].point is not None]
    attaining: Point | None = None
    winner = -1
    for b in optimal:
        if known[b].interior is None:
            interior = _interior(scaled, b, classes[b])
            if interior.value <= 0:
                continue  # no interior: its value does not count
            known[b].interior = interior.point
        if winner < 0:
            winner = b
        attaining = _attaining(scaled, b, classes[b], best)
        if attaining is not None:
            winner = b
            break
    found = known[winner]
    strategy = attaining or found.point
    assert strategy is not None and found.interior is not None
    fact = {
        "concept": "wse",
        "value": str(scaled.leader_payoff(best)),
        "strategy": _strings(strategy),
        "interior": _strings(found.interior),
        "reply": winner,
        "follower_value": str(
            sum((weight * scaled.follower[a][winner] for a, weight in enumerate(strategy)), fmpq(0))
            / scaled.follower_scale
        ),
        "attained": attaining is not None,
        "replies": [_proof(scaled, reply) for reply in known],
    }
    if attaining is None:
        fact["attained_proved"] = False
    return fact


def _strings(entries: Sequence[Any]) -> list[str]:
    return [str(entry) for entry in entries]


def _proof(scaled: IntegerGame, reply: _Reply) -> dict[str, Any]:
    if reply.dominated is not None:
        return {"dominated": _strings(reply.dominated)}
    assert reply.multipliers is not None and reply.equivalents is not None
    return {
        "multipliers": _strings([scaled.multiplier(entry) for entry in reply.multipliers]),
        "equivalents": _strings(reply.equivalents),
    }


def _classes(scaled: IntegerGame) -> list[list[int]]:
    """For every reply, the columns that are identical to it for the follower, itself included."""
    columns = list(zip(*scaled.follower, strict=True))
    return [[k for k, other in enumerate(columns) if other == column] for column in columns]


def _reply(scaled: IntegerGame, b: int, equivalents: list[int], best: Any) -> _Reply:
    """h(b) with its multipliers if it may exceed `best`, else a bound at or below `best`, or that b has no interior."""
    n = scaled.shape[1]
    others = [k for k in range(n) if k not in equivalents]
    found = _value(scaled, b, equivalents, others, best)
    if isinstance(found, Infeasible):
        ray = found.ray[: len(others)]  # what the rest adds is nonnegative: without it the ray proves the same
        total = sum(ray, fmpq(0))
        return _Reply(value=None, dominated=_columns(n, others, [entry / total for entry in ray]))
    shift = _shift(scaled) if len(equivalents) > 1 else 0
    value = found.value + shift
    reply = _Reply(
        value=value,
        multipliers=_columns(n, others, found.multipliers[: len(others)]),
        equivalents=_columns(n, equivalents, found.multipliers[len(others) :] or [fmpq(1)]),
        point=None if found.point is None else found.point[: scaled.shape[0]],
    )
    if reply.point is not None and (best is None or value > best):
        interior = _interior(scaled, b, equivalents)
        if interior.value > 0:
            reply.interior = interior.point
        else:
            return _Reply(value=None, dominated=interior.weights)
    return reply


def _columns(n: int, columns: Sequence[int], entries: Sequence[Any]) -> list[Any]:
    """Entries placed at their columns, zero elsewhere."""
    placed = [fmpq(0)] * n
    for column, entry in zip(columns, entries, strict=True):
        placed[column] = entry
    return placed


def _shift(scaled: IntegerGame) -> Any:
    """What makes the leader's payoffs positive when subtracted, so that a bound t on them is a nonnegative variable."""
    return min(min(row) for row in scaled.leader) - 1


def _value(scaled: IntegerGame, b: int, equivalents: list[int], others: list[int], best: Any) -> Optimum | Infeasible:
    """max t subject to x'A_k >= t for k equivalent to b, x'(B_b - B_b') >= 0 for the others; t = x'A_b where b stands
    alone, and the program needs no t."""
    m = scaled.shape[0]
    if len(equivalents) == 1:
        return solve_program(reply_program(scaled, b), stop_at=best)
    shift = _shift(scaled)
    rows = [[*(scaled.gain(a, b, other) for a in range(m)), 0] for other in others]
    rows += [[*(scaled.leader[a][k] - shift for a in range(m)), -1] for k in equivalents]
    return solve_program(Program(objective=[0] * m + [1], rows=rows, mass=[1] * m + [0]))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Interior:
    value: Any  # the largest margin by which b is better than all others, at one mixture
    point: Point
    weights: list[Any]  # a mixture of the others at least as good as b up to `value`, everywhere


def _interior(scaled: IntegerGame, b: int, equivalents: list[int]) -> _Interior:
    """max s subject to x'(B_b - B_b') >= s for every b' not equivalent to b; shifted so that s is nonnegative."""
    m, n = scaled.shape
    others = [k for k in range(n) if k not in equivalents]
    if not others:
        return _Interior(value=fmpq(1), point=(fmpq(1),) + (fmpq(0),) * (m - 1), weights=[fmpq(0)] * n)
    gains = [[scaled.gain(a, b, other) for a in range(m)] for other in others]
    shift = min(min(row) for row in gains) - 1
    rows = [[*(gain - shift for gain in row), -1] for row in gains]
    start = max(range(m), key=lambda a: min(row[a] for row in gains))
    worst = min(range(len(others)), key=lambda i: gains[i][start])
    program = Program(objective=[0] * m + [1], rows=rows, mass=[1] * m + [0])
    found = solve_program(program, hints=[Basis(variables=(start, m), tight=(worst,))])
    assert isinstance(found, Optimum) and found.point is not None  # any mixture is feasible
    return _Interior(value=found.value + shift, point=found.point[:m], weights=_columns(n, others, found.multipliers))


def _attaining(scaled: IntegerGame, b: int, equivalents: list[int], best: Any) -> Point | None:
    """A mixture in X(b) where every best reply gives at least `best`; None where there is none.

    F = {x in X(b): x'A_k >= best for k in K}, K the columns that must be endured: the equivalents of b at first. What
    is tied with b throughout F must be endured too. When nothing is added, a point of F where no other column is tied,
    the average of one such point a column, attains. An empty F shows that no point does.
    """
    m, n = scaled.shape
    others = [k for k in range(n) if k not in equivalents]
    obedient = [[scaled.gain(a, b, other) for a in range(m)] for other in others]
    endured = list(equivalents)
    while True:
        rows = obedient + [[scaled.leader[a][k] * best.q - best.p for a in range(m)] for k in endured]
        free = [other for other in others if other not in endured]
        points: list[Point] = []
        tied: list[int] = []
        hints: list[Basis] = []
        for other in free or [b]:  # with nothing to tie, the gain over b itself, zero, finds any point of F
            objective = [scaled.gain(a, b, other) for a in range(m)]
            found = solve_program(Program(objective=objective, rows=rows, mass=[1] * m), hints=hints)
            if isinstance(found, Infeasible):
                return None
            assert found.point is not None
            hints = [found.basis]
            if free and found.value == 0:
                tied.append(other)
            else:
                points.append(found.point)
        if not tied:
            return tuple(sum(weights, fmpq(0)) / len(points) for weights in zip(*points, strict=True))
        endured += tied
