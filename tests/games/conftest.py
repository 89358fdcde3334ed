"""Values of small one-shot games by brute force over vertices, and equations of linear-quadratic games, written out.

No solver of the project takes part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest

Vector = list[Fraction]


def solve_square(rows: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> Vector | None:
    """The solution of a square linear system, None where it is singular (Gauss-Jordan)."""
    table = [[*map(Fraction, row), Fraction(value)] for row, value in zip(rows, right, strict=True)]
    size = len(table)
    for column in range(size):
        pivot = next((i for i in range(column, size) if table[i][column]), None)
        if pivot is None:
            return None
        table[column], table[pivot] = table[pivot], table[column]
        table[column] = [entry / table[column][column] for entry in table[column]]
        for i in range(size):
            if i != column and table[i][column]:
                table[i] = [a - table[i][column] * b for a, b in zip(table[i], table[column], strict=True)]
    return [row[-1] for row in table]


def vertices(equality: Vector, inequalities: Sequence[Vector]) -> Iterator[Vector]:
    """Vertices of {z: <equality, z> = 1, <row, z> >= 0 for every row of inequalities}."""
    seen = set()
    for tight in combinations(inequalities, len(equality) - 1):
        z = solve_square([equality, *tight], [Fraction(1)] + [Fraction(0)] * len(tight))
        if z is None or tuple(z) in seen:
            continue
        if all(sum(a * b for a, b in zip(row, z, strict=True)) >= 0 for row in inequalities):
            seen.add(tuple(z))
            yield z


def unit(size: int, i: int) -> Vector:
    return [Fraction(int(i == j)) for j in range(size)]


def payoff(x: Vector, matrix, b: int) -> Fraction:
    return sum((x[a] * matrix[a][b] for a in range(len(x))), Fraction(0))


def region(B, b: int) -> list[Vector]:
    """Vertices of the commitments to which reply b is best."""
    m, n = len(B), len(B[0])
    rows = [unit(m, a) for a in range(m)]
    rows += [[B[a][b] - B[a][k] for a in range(m)] for k in range(n) if k != b]
    return list(vertices([Fraction(1)] * m, rows))


def sse(A, B) -> Fraction:
    """Strong Stackelberg: a linear function over each reply's region has its maximum at a vertex."""
    return max(payoff(x, A, b) for b in range(len(B[0])) for x in region(B, b))


def wse(A, B) -> Fraction:
    """Weak Stackelberg supremum: over replies whose region has interior, max over x of the worst equivalent column."""
    m, n = len(B), len(B[0])
    best = []
    for b in range(n):
        corners = region(B, b)
        if not corners:
            continue
        centre = [sum(x[a] for x in corners) / len(corners) for a in range(m)]
        same = [k for k in range(n) if all(B[a][k] == B[a][b] for a in range(m))]
        if any(payoff(centre, B, k) == payoff(centre, B, b) for k in range(n) if k not in same):
            continue
        # maximise t = t1 - t2 subject to x'A_k - t >= 0 for the equivalent k, within the region
        rows = [[*unit(m, a), Fraction(0)] for a in range(m)]
        rows += [[*(B[a][b] - B[a][k] for a in range(m)), Fraction(0)] for k in range(n) if k not in same]
        rows += [[*(A[a][k] for a in range(m)), Fraction(-1)] for k in same]
        best.append(max(z[-1] for z in vertices([Fraction(1)] * m + [Fraction(0)], rows)))
    return max(best)


def extreme_nash(A, B) -> list[tuple[Vector, Vector]]:
    """All extreme equilibria: pairs of vertices of the best-reply polyhedra that are best replies to each other."""
    m, n = len(A), len(A[0])

    def polyhedron(size: int, rows: list[Vector]) -> list[Vector]:  # {(z, w): z in the simplex, <row, z> <= w}
        limits = [[*unit(size, i), Fraction(0)] for i in range(size)] + [
            [*(-e for e in row), Fraction(1)] for row in rows
        ]
        return list(vertices([Fraction(1)] * size + [Fraction(0)], limits))

    xs = polyhedron(m, [[B[a][b] for a in range(m)] for b in range(n)])
    ys = polyhedron(n, [[A[a][b] for b in range(n)] for a in range(m)])
    found = []
    for *x, follower in xs:
        for *y, leader in ys:
            replies_best = all(not y[b] or payoff(x, B, b) == follower for b in range(n))
            if replies_best and all(not x[a] or sum(A[a][b] * y[b] for b in range(n)) == leader for a in range(m)):
                found.append((x, y))
    return found


def nash_values(A, B) -> list[Fraction]:
    """The leader's payoffs in extreme equilibria; her extremes over all equilibria are among them."""
    return [sum(x[a] * A[a][b] * y[b] for a in range(len(x)) for b in range(len(y))) for x, y in extreme_nash(A, B)]


def minimax(A, B) -> Fraction:
    """The leader's maxmin value over her mixtures, the follower minimising her payoff."""
    m, n = len(A), len(A[0])
    rows = [[*unit(m, a), Fraction(0)] for a in range(m)]
    rows += [[*(A[a][b] for a in range(m)), Fraction(-1)] for b in range(n)]
    return max(z[-1] for z in vertices([Fraction(1)] * m + [Fraction(0)], rows))


def pure(A, B, tie=max) -> Fraction:
    """Pure commitment, ties for (max) or against (min) the leader."""
    return max(tie(A[a][b] for b in range(len(B[0])) if B[a][b] == max(B[a])) for a in range(len(A)))


VALUES = {
    "sse": sse,
    "wse": wse,
    "pure": pure,
    "pure weak": lambda A, B: pure(A, B, min),
    "minimax": minimax,
    "best nash": lambda A, B: max(nash_values(A, B)),
    "worst nash": lambda A, B: min(nash_values(A, B)),
}


@pytest.fixture(scope="session")
def brute():
    """brute.value(game, concept), for exact single games of a few actions, and brute.solve for linear systems."""

    def value(game, concept: str) -> Fraction:
        return VALUES[concept](game.leader.tolist(), game.follower.tolist())

    return SimpleNamespace(value=value, concepts=tuple(VALUES), solve=solve_square)


PLAYERS = ("leader", "follower")


def inverse(matrix: np.ndarray) -> np.ndarray:
    """Gauss-Jordan with row exchanges, in Fractions."""
    size = len(matrix)
    table = np.concatenate([matrix, np.vectorize(Fraction)(np.eye(size, dtype=int))], axis=1)
    for k in range(size):
        pivot = next(row for row in range(k, size) if table[row, k])
        table[[k, pivot]] = table[[pivot, k]]
        table[k] = table[k] / table[k, k]
        for row in range(size):
            if row != k:
                table[row] = table[row] - table[row, k] * table[k]
    return table[:, size:]


class Stage:
    """The stage game of one regime, from the displayed formulas: H, h, gains and closed loop, numbers of any kind."""

    def __init__(self, game, i: int, P: dict, p: dict, inverse) -> None:
        n, ku, kv = game.states, game.leader_actions, game.follower_actions
        u, v = slice(n, n + ku), slice(n + ku, n + ku + kv)
        drift = np.concatenate([game.A[i], game.B[i], game.E[i]], axis=1)
        self.H, self.h = {}, {}
        for k in PLAYERS:
            H, h = getattr(game, f"{k}_M")[i].copy(), getattr(game, f"{k}_m")[i].copy()
            H[:n] = H[:n] + P[k] @ drift
            H[:, :n] = H[:, :n] + (P[k] @ drift).T
            h = h + drift.T @ p[k]
            h[:n] = h[:n] + P[k] @ game.b[i]
            for d in range(game.channels):
                J = np.concatenate([game.C[i, d], game.D[i, d], game.F[i, d]], axis=1)
                H, h = H + J.T @ P[k] @ J, h + J.T @ P[k] @ game.s[i, d]
            self.H[k], self.h[k] = H, h
        F, f, L, ell = self.H["follower"], self.h["follower"], self.H["leader"], self.h["leader"]
        back = inverse(F[v, v])
        K, T, kappa = -back @ F[v, :n], -back @ F[v, u], -back @ f[v]
        one = np.eye(n + ku, dtype=int) * (F.flat[0] * 0 + 1)
        G = np.concatenate([one, np.concatenate([K, T], axis=1)])
        offset = np.concatenate([0 * f[: n + ku], kappa])
        reduced, slope = G.T @ L @ G, G.T @ (L @ offset + ell)
        self.T, self.reduced = T, reduced[n:, n:]
        answer = inverse(reduced[n:, n:])
        U, nu = -answer @ reduced[n:, :n], -answer @ slope[n:]
        self.Phi = G @ np.concatenate([one[:n, :n], U])
        self.phi = G @ np.concatenate([0 * f[:n], nu]) + offset


def rates(game, i: int, P: dict, p: dict, inverse, r: dict | None = None) -> tuple[dict, dict, dict]:
    """-dP/dt, -dp/dt and, at temperature 0, -dr/dt of both players in one regime; P[k], p[k], r[k] hold all regimes."""
    stage = Stage(game, i, {k: P[k][i] for k in PLAYERS}, {k: p[k][i] for k in PLAYERS}, inverse)
    of_P, of_p, of_r = {}, {}, {}
    for k in PLAYERS:
        H, h = stage.H[k], stage.h[k]
        of_P[k] = stage.Phi.T @ H @ stage.Phi - game.discount * P[k][i]
        of_p[k] = stage.Phi.T @ (H @ stage.phi + h) - game.discount * p[k][i]
        for j in range(game.regimes):
            of_P[k], of_p[k] = of_P[k] + game.generator[i, j] * P[k][j], of_p[k] + game.generator[i, j] * p[k][j]
        if r is not None:
            c = p[k][i] @ game.b[i] + sum(s @ P[k][i] @ s for s in game.s[i]) / 2
            of_r[k] = stage.phi @ H @ stage.phi / 2 + h @ stage.phi + c
            of_r[k] += sum(game.generator[i, j] * r[k][j] for j in range(game.regimes)) - game.discount * r[k][i]
    return of_P, of_p, of_r


def backwards(game, length, steps: int) -> Iterator[tuple[dict, dict]]:
    """P and p of a float game at the end of each of the Runge-Kutta steps from its terminal costs backwards."""
    values = {(k, name): getattr(game, f"{k}_{terminal}") for k in PLAYERS for name, terminal in ("PG", "pg")}
    h = length / steps

    def slope(values):
        P, p = ({k: values[k, name] for k in PLAYERS} for name in ("P", "p"))
        found = [rates(game, i, P, p, np.linalg.inv) for i in range(game.regimes)]
        return {(k, name): np.stack([rate["Pp".index(name)][k] for rate in found]) for k, name in values}

    def moved(by, along):
        return {key: values[key] + by * along[key] for key in values}

    for _ in range(steps):
        one = slope(values)
        two = slope(moved(h / 2, one))
        three = slope(moved(h / 2, two))
        four = slope(moved(h, three))
        values = moved(h / 6, {key: one[key] + 2 * two[key] + 2 * three[key] + four[key] for key in values})
        yield tuple({k: values[k, name] for k in PLAYERS} for name in ("P", "p"))


@pytest.fixture(scope="session")
def riccati() -> SimpleNamespace:
    """The equations of the coefficients by their displayed formulas, for floats and Fractions."""
    return SimpleNamespace(Stage=Stage, rates=rates, inverse=inverse, backwards=backwards)
