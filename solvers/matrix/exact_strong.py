"""The strong Stackelberg equilibrium in exact arithmetic, with multipliers that prove it optimal.

The value is the best of one program a reply b,

    V_b = max { x'A_b : x in the simplex, x'(B_b - B_b') >= 0 for every b' }          (Conitzer-Sandholm 2006),

and its proof is a strategy that attains it together with multipliers Y >= 0 such that, for EVERY reply b,

    max_a ( A[a,b] + sum_b' Y[b][b'] (B[a,b] - B[a,b']) ) <= value                     (weak duality).

Only the winning reply needs its program solved. The others need any bound at or below the value: floating-point
multipliers are rounded to a few bits, which keeps them multipliers, and their bound is evaluated in integers; where it
does not suffice (a tie, an ill-conditioned game) exact pivots finish.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flint import fmpq, fmpz, fmpz_mat

from games.matrix import BimatrixGame
from solvers.matrix.guess import Guess
from solvers.matrix.integers import IntegerGame, integer_game
from solvers.matrix.rational_lp import Basis, Infeasible, Optimum, Program
from solvers.matrix.rational_lp import solve as solve_program

# Bits of the multipliers of a losing reply, relative to its largest: few bits make short certificates, so first those.
ROUNDING_BITS = (8, 24, 56)


def strong(game: BimatrixGame, guess: Guess | None = None) -> dict[str, Any]:
    """The fact "sse" of a single game.

    A guess from floats (`solvers.matrix.guess`) saves most of the pivots where it is right; nothing depends on it.
    """
    scaled = integer_game(game)
    reply, optimum, multipliers = _commitment(scaled, guess)
    assert optimum.point is not None
    served = sum((weight * scaled.follower[a][reply] for a, weight in enumerate(optimum.point)), fmpq(0))
    return {
        "concept": "sse",
        "value": str(scaled.leader_payoff(optimum.value)),
        "strategy": [str(weight) for weight in optimum.point],
        "reply": reply,
        "follower_value": str(served / scaled.follower_scale),
        "multipliers": [[str(scaled.multiplier(entry)) for entry in row] for row in multipliers],
    }


def correlated(game: BimatrixGame) -> dict[str, Any]:
    """The fact "correlated": an optimal correlated commitment.

    A device that recommends several replies is no better than the best of its recommendations alone (Conitzer-Korzhyk
    2011), so the strong commitment, which always recommends one reply, is an optimal device with the same multipliers.
    """
    found = strong(game)
    joint = [["0"] * game.follower_actions for _ in range(game.leader_actions)]
    for row, weight in zip(joint, found["strategy"], strict=True):
        row[found["reply"]] = weight
    return {
        "concept": "correlated",
        "value": found["value"],
        "joint": joint,
        "follower_value": found["follower_value"],
        "multipliers": found["multipliers"],
    }


def _commitment(scaled: IntegerGame, guess: Guess | None) -> tuple[int, Optimum, list[list[Any]]]:
    """The winning reply, its optimum and the multipliers of every reply, all in the units of the integer game."""
    n = scaled.shape[1]
    columns = list(zip(*scaled.leader, strict=True))
    order = sorted(range(n), key=lambda b: (-max(columns[b]), b))
    best: Optimum | None = None
    winner = -1
    multipliers: list[list[Any]] = [[fmpq(0)] * n for _ in range(n)]
    losers: dict[int, Infeasible] = {}
    settled: set[int] = set()
    if guess is not None:
        found = solve_program(reply_program(scaled, guess.reply), hints=[_shifted(guess.basis, guess.reply)])
        if isinstance(found, Optimum):
            best, winner = found, guess.reply
            multipliers[winner] = _spread(found.multipliers, winner)
            settled = {winner} | _bounded(scaled, guess.multipliers, best.value, multipliers)
    for b in order:
        if b in settled:
            continue
        if best is not None and max(columns[b]) <= best.value:
            continue  # no constraint is needed to bound this reply: its multipliers stay zero
        found = solve_program(reply_program(scaled, b), stop_at=None if best is None else best.value)
        if isinstance(found, Infeasible):
            losers[b] = found
            continue
        multipliers[b] = _spread(found.multipliers, b)
        if found.point is not None and (best is None or found.value > best.value):
            best, winner = found, b
    assert best is not None  # the pure commitments alone induce some reply
    for b, lost in losers.items():
        # The bound of an uninducible reply falls without limit along its ray: go far enough.
        steps = max(fmpz(0), ((lost.bound - best.value) / lost.margin).ceil())
        multipliers[b] = _spread([y + steps * r for y, r in zip(lost.multipliers, lost.ray, strict=True)], b)
    return winner, best, multipliers


def reply_program(scaled: IntegerGame, reply: int) -> Program:
    """max x'A_b subject to x'(B_b - B_b') >= 0: rows are the other replies in order."""
    m, n = scaled.shape
    return Program(
        objective=[scaled.leader[a][reply] for a in range(m)],
        rows=[[scaled.gain(a, reply, other) for a in range(m)] for other in range(n) if other != reply],
        mass=[1] * m,
    )


def _shifted(basis: Basis, reply: int) -> Basis:
    """Tight replies as rows of the program, which skips the reply itself."""
    return Basis(variables=basis.variables, tight=tuple(b - (b > reply) for b in basis.tight))


def _spread(entries: Any, reply: int) -> list[Any]:
    """Row multipliers as one entry a reply, zero at the reply itself."""
    row = list(entries)
    return [*row[:reply], fmpq(0), *row[reply:]]


def _bounded(scaled: IntegerGame, guess: np.ndarray, value: Any, multipliers: list[list[Any]]) -> set[int]:
    """The replies which rounded multipliers bound by `value`; their multipliers are stored.

    With Y = Q / 2^s and integer payoffs A, B over scales p, q the bound of reply b at row a is, over 2^s q,
    2^s q A[a,b] + p (B[a,b] sum_b' Q[b,b'] - sum_b' Q[b,b'] B[a,b']): one integer matrix product for all.
    """
    m, n = scaled.shape
    follower = fmpz_mat(scaled.follower)
    done: set[int] = set()
    for bits in ROUNDING_BITS:
        left = [b for b in range(n) if b not in done]
        if not left:
            break
        rounded, exponents = _round_up(guess[left], bits)
        products = fmpz_mat(rounded) * follower.transpose()  # (left, m)
        for k, b in enumerate(left):
            total = sum(rounded[k])
            unit = scaled.follower_scale << exponents[k]
            limit = (value * unit).floor()
            if all(
                scaled.leader[a][b] * unit + scaled.leader_scale * (scaled.follower[a][b] * total - products[k, a])
                <= limit
                for a in range(m)
            ):
                done.add(b)
                # In integer units a multiplier is Y p / q.
                ratio = fmpq(scaled.leader_scale, unit)
                multipliers[b] = [entry * ratio for entry in map(fmpz, rounded[k])]
    return done


def _round_up(rows: np.ndarray, bits: int) -> tuple[list[list[int]], list[int]]:
    """Q and s with Q / 2^s >= rows, every row to `bits` bits of its largest entry; s >= 0."""
    rounded, exponents = [], []
    for row in rows:
        largest = float(row.max(initial=0.0))
        s = max(0, bits - math.frexp(largest)[1]) if largest > 0 else 0
        rounded.append([math.ceil(math.ldexp(float(entry), s)) for entry in row])
        exponents.append(s)
    return rounded, exponents
