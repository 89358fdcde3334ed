r"""The equations of linear-quadratic games on single exact games, over any numbers that can be added and divided.

With the constant 1 as one more state, x~ = (x, 1), an affine game is a homogeneous one: the drift b and the linear
costs m are cross terms of x and 1, the noise s one of the responses to it, and V(x) = x~'P~x~/2 with

  P~ = [[P, p], [p', 2 r]].

So the checkers know one equation. With z~ = (x~, u, v), for a player's costs M~ and value P~ in a regime,

  H = M~ + W + W' + sum_l J_l'P~J_l,      W = [I; 0; 0] P~ [A~ B E],      J_l = [C_l~ D_l F_l]

and with the feedback (u, v) = (U x~, V x~) of the stage, Phi = [I; U; V] and s = T - t the time to go,

  dP~/ds = R(P~) = Phi'H Phi - beta P~ + sum_j lam_ij P~_j.

The stage is Stackelberg's, v = K x~ + T u for the follower and Hhat_uu U + Hhat_ux = 0 for the leader, or Nash's,
(H_L,ux + H_L,uu U + H_L,uv V, H_F,vx + H_F,vu U + H_F,vv V) = 0. Temperatures are zero: they move r alone, and a
game that has one is refused.

Matrices are tuples of rows of numbers, which are rationals, balls, or power series of either.
"""

from __future__ import annotations

import dataclasses
import enum
import operator
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, arb_series, fmpq, fmpq_series

from games.core import Game
from games.linear_quadratic import PLAYERS
from verify.exact.errors import CertificateError

Number = Any  # fmpq, arb, fmpq_series or arb_series: what has +, -, * and /
Matrix = tuple[tuple[Number, ...], ...]
Pair = tuple[tuple[Matrix, ...], tuple[Matrix, ...]]  # the leader's and the follower's P~, one a regime


class Order(enum.StrEnum):
    """Who moves when at every instant."""

    STACKELBERG = "stackelberg"
    NASH = "nash"


@dataclasses.dataclass(frozen=True, slots=True)
class Regime:
    """What holds in a regime: [A~ B E], the responses [C~ D F] of the channels, both players' costs over z~."""

    drift: Matrix
    noise: tuple[Matrix, ...]
    costs: tuple[Matrix, Matrix]


@dataclasses.dataclass(frozen=True, slots=True)
class Equations:
    """A game as its equations need it; `states` counts the constant where the game is affine."""

    states: int
    leader_actions: int
    follower_actions: int
    is_affine: bool
    discount: Number
    generator: Matrix
    regimes: tuple[Regime, ...]

    @classmethod
    def of(cls, game: Any, number: Callable[[fmpq], Number] = lambda x: x) -> Equations:
        """The equations of a single exact game, each entry x as `number(x)`.

        Raises `CertificateError` for temperatures other than zero.
        """
        if game.leader_temperature or game.follower_temperature:
            raise CertificateError("temperatures: expected 0, found others: the equations checked here are classical")
        return cls._of(game, affine=_is_affine(game)).over(number)

    @classmethod
    def quadratic(cls, game: Game) -> Equations:
        """The equations of P_L and P_F alone, in which linear terms and temperatures do not occur."""
        return cls._of(game, affine=False)

    @classmethod
    def _of(cls, game: Any, *, affine: bool) -> Equations:
        regimes = tuple(_regime(game, i, affine=affine) for i in range(game.size("regimes")))
        return cls(
            states=game.size("states") + affine,
            leader_actions=game.size("leader actions"),
            follower_actions=game.size("follower actions"),
            is_affine=affine,
            discount=flint_number(game.discount[()]),
            generator=_matrix(game.generator),
            regimes=regimes,
        )

    def over(self, number: Callable[[fmpq], Number]) -> Equations:
        """The same with each entry x replaced by `number(x)`."""

        def lift(matrix: Matrix) -> Matrix:
            return tuple(tuple(number(x) for x in row) for row in matrix)

        regimes = tuple(
            Regime(lift(r.drift), tuple(map(lift, r.noise)), (lift(r.costs[0]), lift(r.costs[1]))) for r in self.regimes
        )
        return dataclasses.replace(
            self, discount=number(self.discount), generator=lift(self.generator), regimes=regimes
        )

    def terminal(self, game: Game) -> Pair:
        """[[G, g], [g', 0]] of both players."""
        return self._values(game, "G", "g")

    def candidate(self, game: Game) -> Pair:
        """[[P, p], [p', 2 r]] of both players of a point."""
        return self._values(game, "P", "p", "r")

    def _values(self, game: Game, matrix: str, vector: str, scalar: str = "") -> Pair:
        found = []
        for player in PLAYERS:
            square, column = (_regimes(getattr(game, f"{player}_{name}")) for name in (matrix, vector))
            constants = getattr(game, f"{player}_{scalar}") if scalar else [Fraction(0)] * len(self.regimes)
            if self.is_affine:
                found.append(
                    tuple(
                        (*((*row, x) for row, x in zip(P, p, strict=True)), (*p, 2 * flint_number(r)))
                        for P, p, r in zip(square, column, constants, strict=True)
                    )
                )
            else:
                found.append(tuple(square))
        return found[0], found[1]


@dataclasses.dataclass(frozen=True, slots=True)
class Stage:
    """Phi = [I; U; V] in a regime, both Hessians, and the matrices that have to be positive definite."""

    closed: Matrix
    hessians: tuple[Matrix, Matrix]
    own: tuple[Matrix, ...]


def stage(equations: Equations, regime: Regime, leader: Matrix, follower: Matrix, order: Order) -> Stage:
    """The stage game in a regime, given both players' P~ there."""
    H, F = (hessian(regime, player, P) for player, P in enumerate((leader, follower)))
    n, ku, kv = equations.states, equations.leader_actions, equations.follower_actions
    one = unit(n, leader[0][0])
    u, v = slice(n, n + ku), slice(n + ku, n + ku + kv)
    own = block(F, v, v)
    if order is Order.STACKELBERG:
        reply = negative(solve(own, block(F, v, slice(0, n + ku))))  # [K T]
        # Columns of S: how z~ answers to x~ and to u.
        S = (*unit(n + ku, leader[0][0]), *reply)
        reduced = multiply(transpose(S), multiply(H, S))
        decided = block(reduced, slice(n, n + ku), slice(n, n + ku))
        U = negative(solve(decided, block(reduced, slice(n, n + ku), slice(0, n))))
        V = multiply(reply, (*one, *U))
        return Stage((*one, *U, *V), (H, F), (own, decided))
    z = slice(n, n + ku + kv)
    conditions = (*H[u], *F[v])  # one row an action, over z~
    gains = negative(solve(block(conditions, slice(0, ku + kv), z), block(conditions, slice(0, ku + kv), slice(0, n))))
    return Stage((*one, *gains), (H, F), (block(H, u, u), own))


def hessian(regime: Regime, player: int, P: Matrix) -> Matrix:
    """H of a player, whose P~ is given."""
    W = multiply(P, regime.drift)
    size = len(regime.costs[player])
    H = [list(row) for row in regime.costs[player]]
    for i, row in enumerate(W):
        for j, x in enumerate(row):
            H[i][j] = H[i][j] + x
            H[j][i] = H[j][i] + x
    for J in regime.noise:
        spread = multiply(transpose(J), multiply(P, J))
        H = [[H[i][j] + spread[i][j] for j in range(size)] for i in range(size)]
    return tuple(map(tuple, H))


def right_side(
    equations: Equations, values: Pair, order: Order, *, stages: Sequence[Stage] | None = None
) -> tuple[Pair, tuple[Stage, ...]]:
    """R(P~) of both players, and the stages it stands on."""
    if stages is None:
        stages = [
            stage(equations, regime, P, Q, order) for regime, P, Q in zip(equations.regimes, *values, strict=True)
        ]
    rates = []
    for player, own in enumerate(values):
        found = []
        for i, at in enumerate(stages):
            rate = congruence(at.closed, at.hessians[player])
            size = len(rate)
            mixed = [
                [
                    sum((lam * P[r][c] for lam, P in zip(equations.generator[i], own, strict=True)), rate[r][c])
                    - equations.discount * own[i][r][c]
                    for c in range(size)
                ]
                for r in range(size)
            ]
            found.append(tuple(map(tuple, mixed)))
        rates.append(tuple(found))
    return (rates[0], rates[1]), tuple(stages)


def closed_loop(equations: Equations, regime: Regime, closed: Matrix) -> tuple[Matrix, tuple[Matrix, ...]]:
    """The drift and the responses of the channels in feedback: [A~ B E] Phi and [C_l~ D_l F_l] Phi."""
    return multiply(regime.drift, closed), tuple(multiply(J, closed) for J in regime.noise)


def unpack(values: Pair) -> list[Number]:
    """The upper triangles: leader first, regime by regime, row by row."""
    return [x for own in values for P in own for i, row in enumerate(P) for x in row[i:]]


def pack(numbers: Iterable[Number], states: int, regimes: int) -> Pair:
    """Inverse of `unpack`."""
    entries = iter(numbers)
    found = []
    for _ in PLAYERS:
        own = []
        for _ in range(regimes):
            P: list[list[Number]] = [[None] * states for _ in range(states)]
            for i in range(states):
                for j in range(i, states):
                    P[i][j] = P[j][i] = next(entries)
            own.append(tuple(map(tuple, P)))
        found.append(tuple(own))
    return found[0], found[1]


def is_positive(matrix: Matrix) -> bool:
    """Whether a symmetric matrix, of rationals or balls, is certainly positive definite, by elimination."""
    rest = [list(row) for row in matrix]
    while rest:
        (pivot, *head), *rest = rest
        if not bool(pivot > 0):
            return False
        rest = [[x - row[0] * y / pivot for x, y in zip(row[1:], head, strict=True)] for row in rest]
    return True


def multiply(one: Sequence[Sequence[Number]], other: Sequence[Sequence[Number]]) -> Matrix:
    columns = tuple(zip(*other, strict=True))
    return tuple(tuple(_dot(row, column) for column in columns) for row in one)


def congruence(S: Matrix, H: Matrix) -> Matrix:
    """S'H S for a symmetric H, exactly symmetric."""
    HS = multiply(H, S)
    columns, images = tuple(zip(*S, strict=True)), tuple(zip(*HS, strict=True))
    upper = {(i, j): _dot(columns[i], images[j]) for i in range(len(columns)) for j in range(i, len(columns))}
    return tuple(tuple(upper[min(i, j), max(i, j)] for j in range(len(columns))) for i in range(len(columns)))


def transpose(matrix: Matrix) -> Matrix:
    return tuple(zip(*matrix, strict=True))


def negative(matrix: Matrix) -> Matrix:
    return tuple(tuple(-x for x in row) for row in matrix)


def block(matrix: Sequence[Sequence[Number]], rows: slice, columns: slice) -> Matrix:
    return tuple(tuple(row[columns]) for row in matrix[rows])


def unit(size: int, like: Number) -> Matrix:
    """The identity, of numbers of the kind of `like`."""
    one, zero = type(like)([1]) if isinstance(like, fmpq_series | arb_series) else type(like)(1), like * 0
    return tuple(tuple(one if i == j else zero for j in range(size)) for i in range(size))


def solve(matrix: Matrix, right: Matrix) -> Matrix:
    """matrix^{-1} right by elimination with the first usable pivot.

    Raises `CertificateError` where no pivot is certainly other than zero.
    """
    size = len(matrix)
    rows = [[*row, *side] for row, side in zip(matrix, right, strict=True)]
    for k in range(size):
        pivot = next((i for i in range(k, size) if _is_usable(rows[i][k])), None)
        if pivot is None:
            raise CertificateError("stage: expected a stage game with one solution, found a matrix without an inverse")
        rows[k], rows[pivot] = rows[pivot], rows[k]
        inverse = 1 / rows[k][k]
        rows[k][k:] = [x * inverse for x in rows[k][k:]]
        for i in range(size):
            if i != k:
                factor = rows[i][k]
                rows[i][k:] = [x - factor * y for x, y in zip(rows[i][k:], rows[k][k:], strict=True)]
    return tuple(tuple(row[size:]) for row in rows)


def flint_number(x: Any) -> fmpq:
    """A Fraction, or an integer, as flint's rational."""
    return fmpq(x.numerator, x.denominator)


def _dot(row: Sequence[Number], column: Sequence[Number]) -> Number:
    products = map(operator.mul, row, column)
    return sum(products, next(products))


def _is_usable(x: Number) -> bool:
    """Whether a pivot is certainly not zero; of a series its constant term decides."""
    constant = x[0] if isinstance(x, fmpq_series | arb_series) else x
    return not constant.contains(0) if isinstance(constant, arb) else bool(constant != 0)


def _matrix(array: Any) -> Matrix:
    return tuple(tuple(flint_number(x) for x in row) for row in array)


def _regimes(array: Any) -> list[Any]:
    """One matrix, or vector, a regime."""
    return [_matrix(part) if part.ndim == 2 else tuple(map(flint_number, part)) for part in array]


def _is_affine(game: Game) -> bool:
    names = ["b", "s", *(f"{player}_{name}" for player in PLAYERS for name in ("m", "g"))]
    names += [f"{player}_{name}" for player in PLAYERS for name in ("p", "r") if f"{player}_{name}" in game.core]
    return any(bool((getattr(game, name) != 0).any()) for name in names)


def _regime(game: Any, i: int, *, affine: bool) -> Regime:
    def joined(first: Any, constant: Any, *rest: Any) -> Matrix:
        """[first constant rest], and below them the motion of the constant: none."""
        rows = []
        for r in range(len(first)):
            middle = [constant[r]] if affine else []
            rows.append(tuple(flint_number(x) for x in (*first[r], *middle, *(x for part in rest for x in part[r]))))
        return (*rows, tuple(fmpq(0) for _ in rows[0])) if affine else tuple(rows)

    def costs(player: str) -> Matrix:
        M, m = _matrix(getattr(game, f"{player}_M")[i]), [flint_number(x) for x in getattr(game, f"{player}_m")[i]]
        if not affine:
            return M
        n = game.states
        rows = [(*row[:n], x, *row[n:]) for row, x in zip(M, m, strict=True)]
        return (*rows[:n], (*m[:n], fmpq(0), *m[n:]), *rows[n:])

    noise = tuple(
        joined(game.C[i, channel], game.s[i, channel], game.D[i, channel], game.F[i, channel])
        for channel in range(game.channels)
    )
    noise = tuple(J for J in noise if any(x for row in J for x in row))
    return Regime(joined(game.A[i], game.b[i], game.B[i], game.E[i]), noise, (costs("leader"), costs("follower")))
