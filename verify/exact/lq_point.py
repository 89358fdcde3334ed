r"""One moment of a linear-quadratic game in rationals: the stage that the players face in a regime, and their laws.

Nothing is taken from a formula that a claim is about. Player k's stage cost of z = (x, u, v) in regime i,

  q_k(z) = (A x + B u + E v + b)'(P x + p) + sum_l sigma_l'P sigma_l / 2 + z'M z / 2 + m'z,
  sigma_l = C_l x + D_l u + F_l v + s_l,

is the controlled generator on V_k plus the running cost. Its Hessian H_k, gradient h_k and constant c_k are read off
its values at unit vectors, which is exact for a quadratic; so are those of the leader's reduced cost, in which v is the
follower's reply. Expectations are those of q_k under the means and covariances of z.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from flint import arb, ctx, fmpq, fmpq_mat

from games.linear_quadratic import LinearQuadraticPoint
from verify.exact.errors import CertificateError
from verify.exact.iteration import Same

Fact = Mapping[str, Any]
Player = Literal["leader", "follower"]
Sees = Literal["action", "policy"]
Value = Fraction | arb

PLAYERS: tuple[Player, Player] = ("leader", "follower")


def as_fmpq(number: Fraction) -> fmpq:
    return fmpq(number.numerator, number.denominator)


def as_fraction(number: fmpq) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def as_matrix(array: np.ndarray) -> fmpq_mat:
    """A matrix of Fractions; a vector becomes a column."""
    rows = array.reshape(array.shape[0], -1)
    return fmpq_mat(*rows.shape, [as_fmpq(entry) for entry in rows.flat])


def as_array(entries: Sequence[fmpq], shape: tuple[int, ...]) -> np.ndarray:
    """Entries, read row by row, as Fractions."""
    array = np.empty(shape, dtype=object)
    array.reshape(-1)[:] = [as_fraction(entry) for entry in entries]
    return array


def block(matrix: fmpq_mat, rows: slice, columns: slice) -> fmpq_mat:
    """The rows and columns of a matrix that two slices name."""
    places = range(*rows.indices(matrix.nrows())), range(*columns.indices(matrix.ncols()))
    return fmpq_mat(len(places[0]), len(places[1]), [matrix[i, j] for i in places[0] for j in places[1]])


def stacked(*parts: fmpq_mat) -> fmpq_mat:
    """Matrices of as many columns, one above the other."""
    columns = parts[0].ncols()
    return fmpq_mat(sum(part.nrows() for part in parts), columns, [entry for part in parts for entry in part.entries()])


def beside(*parts: fmpq_mat) -> fmpq_mat:
    """Matrices of as many rows, one beside the other."""
    return stacked(*(part.transpose() for part in parts)).transpose()


def identity(size: int) -> fmpq_mat:
    return fmpq_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])


def zeros(rows: int, columns: int) -> fmpq_mat:
    return fmpq_mat(rows, columns, [0] * (rows * columns))


def form(left: fmpq_mat, matrix: fmpq_mat, right: fmpq_mat) -> fmpq:
    """left' matrix right of two columns."""
    return (left.transpose() * matrix * right)[0, 0]


def inner(left: fmpq_mat, right: fmpq_mat) -> fmpq:
    """left' right of two columns."""
    return (left.transpose() * right)[0, 0]


def trace_of_product(left: fmpq_mat, right: fmpq_mat) -> fmpq:
    product = left * right
    return sum(product.entries()[:: product.ncols() + 1], fmpq(0))


def log(number: Fraction | fmpq, bits: int) -> arb:
    """The logarithm of a positive rational."""
    with ctx.workprec(bits + 32):
        return arb(as_fmpq(number) if isinstance(number, Fraction) else number).log()


@dataclasses.dataclass(frozen=True, slots=True)
class Quadratic:
    """y'H y / 2 + h'y + c."""

    H: fmpq_mat
    h: fmpq_mat
    c: fmpq

    @classmethod
    def of(cls, function: Callable[[fmpq_mat], fmpq], size: int) -> Quadratic:
        """The coefficients of a function that is quadratic, by second differences at 0."""
        units = [fmpq_mat(size, 1, [int(i == j) for i in range(size)]) for j in range(size)]
        c = function(zeros(size, 1))
        once = [function(unit) - c for unit in units]
        twice = {
            (i, j): function(units[i] + units[j]) - c - once[i] - once[j] for i in range(size) for j in range(i + 1)
        }
        H = fmpq_mat(size, size, [twice[max(i, j), min(i, j)] for i in range(size) for j in range(size)])
        return cls(H=H, h=fmpq_mat(size, 1, [once[i] - H[i, i] / 2 for i in range(size)]), c=c)


@dataclasses.dataclass(frozen=True, slots=True)
class Law:
    """Mean and covariance of z = (x, u, v)."""

    mean: fmpq_mat
    covariance: fmpq_mat


class Stage:
    """What both players face in one regime of the point."""

    def __init__(self, game: LinearQuadraticPoint, regime: int) -> None:
        self.game = game
        self.regime = regime
        self.n, self.ku, self.kv = game.states, game.leader_actions, game.follower_actions
        self.N = self.n + self.ku + self.kv
        self.x, self.u, self.v = game.blocks()
        self.state = as_matrix(game.state)
        self.drift = beside(self.of("A"), self.of("B"), self.of("E"))  # (n, N)
        self.b = self.of("b")
        self.noise = [
            (
                beside(*(as_matrix(getattr(game, name)[regime, channel]) for name in "CDF")),
                as_matrix(game.s[regime, channel]),
            )
            for channel in range(game.channels)
        ]  # (J_l, s_l)

    def of(self, name: str) -> fmpq_mat:
        """The array of that name in this regime."""
        return as_matrix(getattr(self.game, name)[self.regime])

    def cost(self, player: Player, name: str) -> fmpq_mat:
        """M, m, P or p of the player in this regime."""
        return self._costs[player, name]

    @functools.cached_property
    def _costs(self) -> dict[tuple[Player, str], fmpq_mat]:
        return {(player, name): self.of(f"{player}_{name}") for player in PLAYERS for name in ("M", "m", "P", "p")}

    def expected_second_order(self, player: Player, law: Law) -> fmpq:
        """E sum_l sigma_l'P sigma_l / 2: the second-order part of the generator."""
        P = self.cost(player, "P")
        spread = [trace_of_product(P, J * law.covariance * J.transpose()) for J, _ in self.noise]
        return self._second_order(player, law.mean) + sum(spread, fmpq(0)) / 2

    def _second_order(self, player: Player, z: fmpq_mat) -> fmpq:
        P = self.cost(player, "P")
        volatilities = [J * z + s for J, s in self.noise]
        return sum((form(sigma, P, sigma) for sigma in volatilities), fmpq(0)) / 2

    def stage_cost(self, player: Player, z: fmpq_mat) -> fmpq:
        """q_k(z)."""
        M, m, P, p = (self.cost(player, name) for name in ("M", "m", "P", "p"))
        first_order = inner(self.drift * z + self.b, P * block(z, self.x, slice(1)) + p)
        return first_order + self._second_order(player, z) + form(z, M, z) / 2 + inner(m, z)

    def expected(self, player: Player, law: Law) -> fmpq:
        """E q_k(z) where z has that mean and covariance; x is known, and with it the gradient P x + p."""
        first_order = inner(
            self.drift * law.mean + self.b,
            self.cost(player, "P") * block(law.mean, self.x, slice(1)) + self.cost(player, "p"),
        )
        M, m = self.cost(player, "M"), self.cost(player, "m")
        running = form(law.mean, M, law.mean) + trace_of_product(M, law.covariance)
        return first_order + self.expected_second_order(player, law) + running / 2 + inner(m, law.mean)

    @functools.cached_property
    def hamiltonians(self) -> dict[Player, Quadratic]:
        """H_k, h_k, c_k of both players."""
        return {player: Quadratic.of(functools.partial(self.stage_cost, player), self.N) for player in PLAYERS}

    def hessian(self, player: Player, rows: slice, columns: slice) -> fmpq_mat:
        """A block of H_k."""
        return block(self.hamiltonians[player].H, rows, columns)

    @functools.cached_property
    def reply(self) -> tuple[fmpq_mat, fmpq_mat, fmpq_mat]:
        """K, T, kappa: the follower's best reply K x + T u + kappa."""
        q = self.hamiltonians["follower"]
        right = beside(block(q.H, self.v, self.x), block(q.H, self.v, self.u), block(q.h, self.v, slice(1)))
        solved = block(q.H, self.v, self.v).solve(-1 * right)
        every, last = slice(self.kv), slice(self.n + self.ku, self.n + self.ku + 1)
        return block(solved, every, self.x), block(solved, every, self.u), block(solved, every, last)

    def answered(self, y: fmpq_mat) -> fmpq_mat:
        """(x, u, v) with the follower's reply v, from y = (x, u)."""
        K, T, kappa = self.reply
        return stacked(y, K * block(y, self.x, slice(1)) + T * block(y, self.u, slice(1)) + kappa)

    @functools.cached_property
    def reduced(self) -> Quadratic:
        """Hhat, hhat and the constant of the leader's cost over (x, u), the follower replying."""
        H, h, c = (getattr(self.hamiltonians["leader"], name) for name in ("H", "h", "c"))

        def cost(y: fmpq_mat) -> fmpq:
            z = self.answered(y)
            return form(z, H, z) / 2 + inner(h, z) + c

        return Quadratic.of(cost, self.n + self.ku)

    @functools.cached_property
    def feedback(self) -> tuple[fmpq_mat, fmpq_mat]:
        """The leader's gain and offset: u = gain x + offset."""
        H, h = self.reduced.H, self.reduced.h
        solved = self.reduced_hessian.solve(-1 * beside(block(H, self.u, self.x), block(h, self.u, slice(1))))
        every = slice(self.ku)
        return block(solved, every, self.x), block(solved, every, slice(self.n, self.n + 1))

    @property
    def reduced_hessian(self) -> fmpq_mat:
        """Hhat_uu."""
        return block(self.reduced.H, self.u, self.u)

    @functools.cached_property
    def closed_loop(self) -> tuple[fmpq_mat, fmpq_mat]:
        """Phi, phi: z = Phi x + phi under the means of both laws."""
        K, T, kappa = self.reply
        gain, offset = self.feedback
        Phi = stacked(identity(self.n), gain, K + T * gain)
        return Phi, stacked(zeros(self.n, 1), offset, kappa + T * offset)

    @property
    def leader_mean(self) -> fmpq_mat:
        """mu*(x)."""
        gain, offset = self.feedback
        return gain * self.state + offset

    def leader_hessian(self, sees: Sees) -> fmpq_mat:
        """The Hessian that the leader's law has: Hhat_uu where her action is seen, else H_L,uu."""
        return self.reduced_hessian if sees == "action" else self.hessian("leader", self.u, self.u)

    @property
    def follower_hessian(self) -> fmpq_mat:
        """H_F,vv."""
        return self.hessian("follower", self.v, self.v)

    def law(self, mean: fmpq_mat, covariance: fmpq_mat, follower_covariance: fmpq_mat, sees: Sees) -> Law:
        """The law of z where u has that mean and covariance, and the follower answers what he sees."""
        _, T, _ = self.reply
        z = self.answered(stacked(self.state, mean))
        moved = T * covariance if sees == "action" else zeros(self.kv, self.ku)  # cov(v, u)
        own = follower_covariance + moved * T.transpose()
        at_x = zeros(self.n, self.N)
        over_u = beside(zeros(self.ku, self.n), covariance, moved.transpose())
        return Law(z, stacked(at_x, over_u, beside(zeros(self.kv, self.n), moved, own)))

    def equilibrium(self, sees: Sees, temperatures: tuple[Fraction, Fraction]) -> Law:
        """The law of z in equilibrium at the given temperatures."""
        leader, follower = map(as_fmpq, temperatures)
        return self.law(
            self.leader_mean, leader * self.leader_hessian(sees).inv(), follower * self.follower_hessian.inv(), sees
        )

    @property
    def temperatures(self) -> tuple[Fraction, Fraction]:
        return self.game.leader_temperature[()], self.game.follower_temperature[()]

    def entropy(self, player: Player, sees: Sees, bits: int) -> Value:
        """tau_k Ent of the player's law N(., tau H^-1); 0 at tau = 0."""
        tau = self.temperatures[PLAYERS.index(player)]
        H = self.leader_hessian(sees) if player == "leader" else self.follower_hessian
        return gaussian_entropy(tau, H, bits)

    def raw(self, player: Player, sees: Sees, temperatures: tuple[Fraction, Fraction] | None = None) -> fmpq:
        """E q_k under the equilibrium laws at these temperatures, those of the game unless given."""
        return self.expected(player, self.equilibrium(sees, temperatures or self.temperatures))


def gaussian_entropy(tau: Fraction, H: fmpq_mat, bits: int) -> Value:
    """tau times the entropy k log(2 pi e tau) / 2 - log det(H) / 2 of N(., tau H^-1); 0 at tau = 0."""
    if tau == 0:
        return Fraction(0)
    with ctx.workprec(bits + 32):
        k = H.nrows()
        doubled = k * (1 + (2 * arb.pi() * arb(as_fmpq(tau))).log()) - arb(H.det()).log()
        return arb(as_fmpq(tau)) * doubled / 2


def ball(value: Value) -> arb:
    """The value as a ball at the current precision."""
    return arb(as_fmpq(value)) if isinstance(value, Fraction) else value


def plus(rational: fmpq, other: Value, bits: int) -> Value:
    """The sum, rational where both are."""
    if isinstance(other, Fraction):
        return as_fraction(rational) + other
    with ctx.workprec(bits + 32):
        return arb(rational) + other


def minus(rational: fmpq, other: Value, bits: int) -> Value:
    """The difference, rational where both are."""
    return plus(rational, -other, bits)


@functools.lru_cache(maxsize=8)
def _stage(key: Same[LinearQuadraticPoint], regime: int) -> Stage:
    return Stage(key.game, regime)


def stage(game: LinearQuadraticPoint, regime: int | None = None) -> Stage:
    """The stage of a regime, that of the point unless given; kept while the same game is asked about."""
    return _stage(Same(game), int(game.regime[()]) if regime is None else regime)


def resolvent(game: LinearQuadraticPoint, costs: list[fmpq]) -> fmpq:
    """((beta I - Lambda)^-1 f)_i at the regime of the point. Raises `CertificateError` where it does not exist."""
    beta = as_fmpq(game.discount[()])
    matrix = beta * identity(game.regimes) - as_matrix(game.generator)
    try:
        solved = matrix.solve(fmpq_mat(game.regimes, 1, costs))
    except ZeroDivisionError:
        raise CertificateError("exploration cost: expected a discount > 0, found 0: nothing is discounted") from None
    return solved[int(game.regime[()]), 0]
