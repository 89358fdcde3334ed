r"""The coupled Riccati equations integrated backwards in balls: what the players' costs certainly are.

With s = T - t the time to go and y the entries of both players' P~ (see `lq_equations`), y' = R(y), y(0) terminal. A
step of length h from a ball Y of starts:

1. A box B with Y + [0, h] R(B) inside it, well posed throughout: no solution from Y leaves B within h (Picard).
2. y(s + h) lies in sum_{k<K} y_k(Y) h^k + y_K(B) h^K, where y_k(.) is the k-th Taylor coefficient of the solution
   through a point (Taylor's formula with Lagrange's remainder, entry by entry).

Where the game never ends, the costs are the limit of those of long games without terminal costs. It is proved by a
trap: let T be an invertible matrix, w = T(y - y^) coordinates around an approximate stationary point y^, and let
the symmetric part of T R'(y) T^{-1} be below -lambda I on the ball |w| <= rho (Euclidean). Then |w|' <= |T R(y^)| -
lambda |w|, so that the ball is never left if |T R(y^)| <= lambda rho, and any two solutions in it approach each other
like e^{-lambda s}: there is one stationary point in it, within |T R(y^)| / lambda of y^, and every solution that enters
the ball converges to it. T is guessed in floats; that it serves is checked in balls.

Everything that balls do not decide is refused: a step that becomes too short (the values escape, or the game ceases
to be well posed), and a limit that no trap is found for.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_mat, arb_series, ctx, fmpq

from games.core import Game
from verify.exact.errors import CertificateError
from verify.exact.lq_equations import (
    Equations,
    Number,
    Order,
    Pair,
    flint_number,
    is_positive,
    pack,
    right_side,
    unpack,
)

LARGEST = 2
"""States and regimes a game may have: its values are then at most 24 numbers."""

MOST_STEPS = 400
"""Steps of one integration."""

SHORTEST = fmpq(1, 2**24)
"""A step shorter than this is taken as an escape."""

MOST_BITS = 512
"""Bits that a certificate may ask an integration for: seconds, where its time grows like their cube."""

LONGEST_LIMIT = 64
"""The time to go up to which a trap is looked for."""

Vector = list[Number]
Fact = Mapping[str, Any]


def lq_leader_stackelberg_cost(game: Game, fact: Fact, bits: int) -> arb:
    """The leader's cost from x = (1, ..., 1) in the first regime, both playing feedback Stackelberg; temperatures 0."""
    return _cost(values(game, Order.STACKELBERG, bits)[0], bits)


def lq_follower_stackelberg_cost(game: Game, fact: Fact, bits: int) -> arb:
    """The follower's cost of the same."""
    return _cost(values(game, Order.STACKELBERG, bits)[1], bits)


def lq_leader_nash_cost(game: Game, fact: Fact, bits: int) -> arb:
    """The leader's cost from x = (1, ..., 1) in the first regime, both playing feedback Nash; temperatures 0."""
    return _cost(values(game, Order.NASH, bits)[0], bits)


def lq_follower_nash_cost(game: Game, fact: Fact, bits: int) -> arb:
    """The follower's cost of the same."""
    return _cost(values(game, Order.NASH, bits)[1], bits)


@functools.lru_cache(maxsize=64)  # of a game's two costs, and of a claim's mutants, one integration
def values(game: Any, order: Order, bits: int) -> Pair:
    """Balls that hold both players' P~ at time 0, local errors below 2^(-3 bits/8) beside their size.

    Raises `CertificateError` for games beyond `LARGEST`, and where the balls do not decide.
    """
    for axis in ("states", "regimes"):
        if game.size(axis) > LARGEST:
            raise CertificateError(f"{axis}: expected at most {LARGEST} to integrate in balls, found {game.size(axis)}")
    _check_bits(bits)
    exactly = Equations.of(game)
    horizon: Fraction | None = game.horizon
    with ctx.workprec(bits + 64):
        # A limit is as precise as its trap, however rough the way there.
        flow = _Flow(exactly.over(arb), order, bits, 3 * bits // 8 if horizon is not None else bits // 4)
        start = [arb(x) for x in unpack(exactly.terminal(game))]
        if horizon is None:
            return flow.unflat(flow.limit([x * 0 for x in start]))
        return flow.unflat(flow.run(start, flint_number(horizon)))


def terminal_limit_gap(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """How far the limit of the point's Riccati flow, from the terminal costs G, is from the point's P: largest |entry|.

    Exactly 0 where the flow is caught by a trap around the point, which is exactly stationary. Raises
    `CertificateError` for a point that is not, and where the balls do not decide.
    """
    return _limit_gap(game, bits)


@functools.lru_cache(maxsize=16)
def _limit_gap(game: Game, bits: int) -> Fraction | arb:
    _check_bits(bits)
    equations = Equations.quadratic(game)
    point = equations.candidate(game)
    if any(unpack(right_side(equations, point, Order.STACKELBERG)[0])):
        raise CertificateError("terminal_limit_gap: expected a stationary point, found one that the flow moves")
    with ctx.workprec(bits + 64):
        flow = _Flow(equations.over(arb), Order.STACKELBERG, bits, bits // 4)
        target = [arb(x) for x in unpack(point)]
        trap = flow.trap(target)
        y = [arb(x) for x in unpack(equations.terminal(game))]
        for _ in range(LONGEST_LIMIT):
            if trap is not None and trap.holds(y):
                return Fraction(0)
            found = flow.settled(y)
            if found is not None:
                away = [abs(a - b) for a, b in zip(found, target, strict=True)]
                return functools.reduce(arb.max, away)
            y = flow.run(y, fmpq(1))
    raise CertificateError(f"limit: expected a solution that settles within a time of {LONGEST_LIMIT}, found none")


def _check_bits(bits: int) -> None:
    if bits > MOST_BITS:
        raise CertificateError(f"precision: expected at most {MOST_BITS} bits to integrate with, found {bits}")


@dataclasses.dataclass(frozen=True, slots=True)
class Trap:
    """|T (y - center)| <= radius: no solution leaves, and all of them have one limit, within `distance` of center."""

    center: Vector
    transform: arb_mat
    radius: arb
    distance: arb

    def holds(self, y: Vector) -> bool:
        """Whether all of a ball lies in the trap."""
        return bool(_length(self.transform * _column(y, self.center)) <= self.radius)


class _Flow:
    """y' = R(y) of one game in balls: local errors of 2^-goal, stationary points to 2^-bits."""

    def __init__(self, equations: Equations, order: Order, bits: int, goal: int) -> None:
        self.equations, self.order = equations, order
        self.states, self.regimes = equations.states, len(equations.regimes)
        self.terms = max(12, goal // 2)
        self.goal = arb(2) ** (-goal - 8)
        self.precise = arb(2) ** -bits
        # A series is known up to the cap at its making, constants too: beyond it products would count as zero.
        self.lifted = equations.over(lambda x: arb_series([x], prec=self.terms + 2))

    def unflat(self, y: Vector) -> Pair:
        return pack(y, self.states, self.regimes)

    def rate(self, y: Vector, *, well_posed: bool = False) -> Vector | None:
        """R over a box; None where it is not certainly defined there, or not certainly well posed if that is asked."""
        try:
            found, stages = right_side(self.equations, self.unflat(y), self.order)
        except CertificateError:
            return None
        if well_posed and not all(is_positive(own) for at in stages for own in at.own):
            return None
        flat = unpack(found)
        return flat if all(x.is_finite() for x in flat) else None

    def run(self, y: Vector, duration: fmpq) -> Vector:
        """y after this time.

        The midpoint is followed with its own local errors; what starts within r of it, entry by entry, stays within
        r e^{mu h}, mu a logarithmic norm of R' over the step's box.
        """
        left = duration
        for _ in range(MOST_STEPS):
            if left == 0:
                return y
            y, taken = self.step(y, left)
            left -= taken
        raise CertificateError(f"flow: expected at most {MOST_STEPS} steps, found {float(left):.6g} left after them")

    def step(self, y: Vector, left: fmpq) -> tuple[Vector, fmpq]:
        """The values after a step of a length that it chooses, at most `left`; and that length."""
        center = [x.mid() for x in y]
        radius = _largest([x.rad() for x in y])
        taylor = self.taylor(center, self.terms)
        length = min(left, self.natural(taylor)) if taylor is not None else fmpq(0)
        while taylor is not None and length > SHORTEST:
            h = arb(length)
            box = self.prior(y, h)
            slopes = self.jacobian(box) if box is not None else None
            remainder = self.taylor(box, self.terms + 1) if box is not None and slopes is not None else None
            if remainder is not None and slopes is not None:
                tail = h**self.terms
                errors = [series[self.terms] * tail for series in remainder]
                size = 1 + _largest(y)
                if all(error.is_finite() and error.abs_upper() <= self.goal * size for error in errors):
                    spread = arb(0, (radius * (_logarithmic_norm(slopes) * h).exp()).abs_upper())
                    ends = [_horner(series, self.terms, h) for series in taylor]
                    return [end + error + spread for end, error in zip(ends, errors, strict=True)], length
            length /= 2
        raise CertificateError(
            f"flow: expected values that exist and are well posed, found none proved with {float(left):.6g} to go"
        )

    def natural(self, taylor: Sequence[arb_series]) -> fmpq:
        """The length at which the last term is as small as is asked for."""
        late = (self.terms - 1, self.terms - 2)
        last = max(float(abs(series[k].mid())) ** (1 / k) for series in taylor for k in late)
        aim = float(self.goal) ** (1 / (self.terms - 1))
        length = Fraction(0.7 * aim / last) if last > 0 else Fraction(LONGEST_LIMIT)
        return flint_number(length)

    def prior(self, y: Vector, h: arb) -> Vector | None:
        """A box that no solution from `y` leaves within h, well posed throughout."""
        span = arb(0).union(h)
        rate = self.rate(y, well_posed=True)
        if rate is None:
            return None
        box = [_inflate(a + span * b, a) for a, b in zip(y, rate, strict=True)]
        for _ in range(4):
            rate = self.rate(box, well_posed=True)
            if rate is None:
                return None
            image = [a + span * b for a, b in zip(y, rate, strict=True)]
            if all(own.contains_interior(other) for own, other in zip(box, image, strict=True)):
                return box
            box = [_inflate(a.union(b), b) for a, b in zip(box, image, strict=True)]
        return None

    def taylor(self, y: Vector, terms: int) -> list[arb_series] | None:
        """The first `terms` Taylor coefficients of the solution through a point of the box, those in balls."""
        coefficients = [[x] for x in y]
        cap = ctx.cap
        try:
            for k in range(terms - 1):
                ctx.cap = k + 1
                series = [arb_series(own) for own in coefficients]
                found, _ = right_side(self.lifted, self.unflat(series), self.order)
                for own, rate in zip(coefficients, unpack(found), strict=True):
                    assert rate.prec > k
                    own.append(rate[k] / (k + 1))
            ctx.cap = terms
            return [arb_series(own) for own in coefficients]
        except CertificateError:
            return None
        finally:
            ctx.cap = cap

    def limit(self, y: Vector) -> Vector:
        """What the solution from y converges to."""
        time, span = 0, 1
        while time <= LONGEST_LIMIT:
            found = self.settled(y)
            if found is not None:
                return found
            y, time = self.run(y, fmpq(span)), time + span
        raise CertificateError(f"limit: expected a solution that settles within a time of {LONGEST_LIMIT}, found none")

    def settled(self, y: Vector) -> Vector | None:
        """The limit of the solutions from `y` where a trap holds it, else None."""
        center = self.newton([x.mid() for x in y])
        trap = self.trap(center) if center is not None else None
        if trap is None or not trap.holds(y):
            return None
        back = trap.transform.inv()
        spread = arb(0, trap.distance.abs_upper())
        w = arb_mat(len(y), 1, [spread] * len(y))
        return [x + e for x, e in zip(trap.center, (back * w).entries(), strict=True)]

    def jacobian(self, y: Vector) -> arb_mat | None:
        """R' over a box, column by column."""
        size = len(y)
        columns = []
        cap = ctx.cap
        try:
            ctx.cap = 2
            for j in range(size):
                series = [arb_series([x, 1 if i == j else 0]) for i, x in enumerate(y)]
                found, _ = right_side(self.lifted, self.unflat(series), self.order)
                columns.append([entry[1] for entry in unpack(found)])
        except CertificateError:
            return None
        finally:
            ctx.cap = cap
        return arb_mat([[columns[j][i] for j in range(size)] for i in range(size)])

    def newton(self, y: Vector) -> Vector | None:
        """A point near y where R nearly vanishes: midpoints, that nothing is known of."""
        for _ in range(40):
            rate, slopes = self.rate(y), self.jacobian(y)
            if rate is None or slopes is None:
                return None
            try:
                step = slopes.solve(arb_mat(len(y), 1, rate)).entries()
            except ZeroDivisionError:
                return None
            y = [(a - b).mid() for a, b in zip(y, step, strict=True)]
            if not all(x.is_finite() for x in y):
                return None
            if max(float(abs(x)) for x in step) <= float(self.precise):
                return y
        return None

    def trap(self, center: Vector) -> Trap | None:
        """The widest trap around the center that a few attempts find."""
        slopes, rate = self.jacobian(center), self.rate(center, well_posed=True)
        if slopes is None or rate is None:
            return None
        guess = _lyapunov(np.array([[float(x) for x in row] for row in slopes.tolist()]))
        if guess is None:
            return None
        transform, decay = guess
        size = len(center)
        T = arb_mat([[arb(float(x)) for x in row] for row in transform])
        back = T.inv()
        speed = _length(T * arb_mat(size, 1, rate))
        lam = arb(decay / 4)
        for exponent in range(4, -40, -1):
            radius = arb(2) ** exponent
            if not speed <= lam * radius:
                return None
            w = arb_mat(size, 1, [arb(0, radius)] * size)
            box = [x + e for x, e in zip(center, (back * w).entries(), strict=True)]
            if self.rate(box, well_posed=True) is None:
                continue
            slopes = self.jacobian(box)
            if slopes is None:
                continue
            turned = T * slopes * back
            symmetric = (turned + turned.transpose()) * arb(fmpq(-1, 2))
            rest = tuple(tuple(symmetric[i, j] - (lam if i == j else 0) for j in range(size)) for i in range(size))
            if is_positive(rest):
                return Trap(center, T, radius, (speed / lam).upper())
        return None


def _lyapunov(slopes: np.ndarray) -> tuple[np.ndarray, float] | None:
    """T and lambda with the symmetric part of T J T^{-1} below -lambda I, in floats; None where J is not stable.

    T'T = X solves J'X + XJ = -I, so that lambda = 1 / (2 max eigenvalue of X).
    """
    size = len(slopes)
    if not np.isfinite(slopes).all() or np.linalg.eigvals(slopes).real.max() >= 0:
        return None
    one = np.eye(size)
    X = np.linalg.solve(np.kron(slopes.T, one) + np.kron(one, slopes.T), -one.ravel()).reshape(size, size)
    X = (X + X.T) / 2
    try:
        return np.linalg.cholesky(X).T, 1 / (2 * float(np.linalg.eigvalsh(X)[-1]))
    except np.linalg.LinAlgError:
        return None


def _cost(P: tuple[tuple[tuple[arb, ...], ...], ...], bits: int) -> arb:
    """x~'P~x~/2 in the first regime at x~ = (1, ..., 1)."""
    with ctx.workprec(bits + 64):
        return sum((x for row in P[0] for x in row), arb(0)) / 2


def _horner(series: arb_series, terms: int, h: arb) -> arb:
    value = arb(0)
    for k in range(terms - 1, -1, -1):
        value = value * h + series[k]
    return value


def _inflate(box: arb, seed: arb) -> arb:
    """A box around this one, a quarter wider."""
    return box + arb(0, box.rad() / 4 + abs(seed).abs_upper() * arb(2) ** -40 + arb(2) ** -60)


def _column(y: Vector, center: Vector) -> arb_mat:
    return arb_mat(len(y), 1, [a - b for a, b in zip(y, center, strict=True)])


def _largest(y: Vector) -> arb:
    found = arb(0)
    for x in y:
        found = found.max(x.abs_upper())
    return found


def _logarithmic_norm(slopes: arb_mat) -> arb:
    """An upper bound of max_i (J_ii + sum_j |J_ij|), j other than i: that of the largest entry."""
    rows = slopes.tolist()
    bounds = [sum((abs(x) for j, x in enumerate(row) if j != i), row[i]).upper() for i, row in enumerate(rows)]
    found = bounds[0]
    for bound in bounds[1:]:
        found = found.max(bound)
    return found


def _length(w: arb_mat) -> arb:
    """At least the Euclidean length of every vector of a ball."""
    return sum((x.abs_upper() ** 2 for x in w.entries()), arb(0)).sqrt().upper()


class Newton:
    """Boxes with exactly one stationary point."""

    def __init__(self, equations: Equations, order: Order, bits: int) -> None:
        self._flow = _Flow(equations, order, bits, bits // 2)

    def box(self, y: Vector) -> Vector | None:
        """A box near y with exactly one zero of R: c - R'(B)^{-1} R(c) lies inside B; None where none is proved."""
        center = self._flow.newton(y)
        rate = self._flow.rate(center) if center is not None else None
        if center is None or rate is None:
            return None
        box = [x + arb(0, arb(2) ** -24) for x in center]
        slopes = self._flow.jacobian(box)
        try:
            step = slopes.solve(arb_mat(len(center), 1, rate)).entries() if slopes is not None else None
        except ZeroDivisionError:
            return None
        image = [x - d for x, d in zip(center, step, strict=True)] if step is not None else None
        if image is None or not all(own.contains_interior(other) for own, other in zip(box, image, strict=True)):
            return None
        return image
