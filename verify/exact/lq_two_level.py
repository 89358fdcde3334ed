r"""The two-level policy iteration: both players evaluate, both take the gains of the feedback Stackelberg stage.

From gains u = L x, v = V x with values P_L, P_F (see `lq_iteration`) a step leads to the gains of the stage at these
values: the leader improves against the follower's reaction K x + T u. What becomes of it:

abscissa : exactly, step by step; it loses stability where T_{L,V} is not stable, its values are no costs any more
period   : with the step g in balls, let g^j(B) be disjoint boxes for j < p, g^p(B) inside B. Then the gains go
           round in the boxes for ever, and do not converge if p > 1. For p = 1 they do where g contracts on B. Images
           of boxes are those of their centres widened by the Jacobian, g(c + d) in g(c) + g'(B) d.
growth   : one state, one regime, no noise. With e = 1/L and q = V/L one has P = pi/e, where pi = -(e, 1, q)'M(e, 1, q)
           / (2 (a e + b + E q) - beta e), and a step is q -> q', e -> e/f with q', f rational in (e, q), defined for
           e = 0 too. A box [0, e0] x [q1, q2] with q' inside [q1, q2] and f >= c > 1 is never left, and L grows by c
           with every step. It has to be stable throughout: (2 (a e + b + E q) - beta e) / e < 0.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_mat, arb_series, ctx, fmpq

from games.core import Game
from games.linear_quadratic import PLAYERS
from games.linear_quadratic_iteration import LinearQuadraticIteration
from verify.exact.errors import CertificateError
from verify.exact.lq_equations import Equations, Matrix, Number, Order, closed_loop, congruence, stage, unit
from verify.exact.lq_iteration import discounted, solve_operator
from verify.exact.lq_stationary import abscissa, least, lifted_operator

Fact = Mapping[str, Any]
Gains = tuple[tuple[Matrix, ...], tuple[Matrix, ...]]  # the leader's and the follower's, one matrix a regime

LONGEST_CYCLE = 8

LARGE = 2**20
"""The size of gains from which on they are asked whether they grow for ever."""

MOST_STEPS = 512
"""Steps after which no cycle, and no growth, is looked for any more."""


def two_level_abscissa(game: Game, fact: Fact, bits: int) -> Fraction | arb:
    """The largest abscissa of T_{L,V} over the gains after 0, ..., steps steps."""
    equations, gains, steps = _start(game)
    found = []
    for k in range(steps + 1):
        loops = _loops(equations, gains)
        operator = discounted(lifted_operator(equations.generator, loops), equations.discount)
        found.append(-abscissa(operator, bits))
        if k < steps:
            values = []
            for player in range(2):
                costs = [
                    congruence(_closed(equations, gains, i), regime.costs[player])
                    for i, regime in enumerate(equations.regimes)
                ]
                values.append(solve_operator(operator, costs))
            gains = _improved(equations, (values[0], values[1]))
    return -least(found, bits)


def two_level_period(game: Game, fact: Fact, bits: int) -> Fraction:
    """The period of the cycle that the gains are caught by; one state and one regime.

    Raises `CertificateError` for larger games, and where the balls do not decide.
    """
    step = _ScalarStep.of(game)
    with ctx.workprec(2 * bits + 64):
        y = step.start()
        seen: list[list[arb]] = []
        for k in range(MOST_STEPS):
            seen = [*seen[-LONGEST_CYCLE:], y]
            if k % 4 == 0:
                period = _caught(step, seen)
                if period:
                    return Fraction(period)
            y = step.image(y)
            if not step.is_stable(y):
                raise CertificateError(
                    f"two_level_period: expected gains that stabilise, lost them after {k + 1} steps"
                )
    raise CertificateError(f"two_level_period: expected a cycle within {MOST_STEPS} steps, found none")


def two_level_growth(game: Game, fact: Fact, bits: int) -> arb:
    """liminf |L_k|^{1/k} of a leader's gain L_k that grows for ever; one state, one regime, no noise.

    Raises `CertificateError` for larger games, and where the balls do not decide.
    """
    step = _ScalarStep.of(game)
    if step.equations.regimes[0].noise:
        raise CertificateError("two_level_growth: expected a game without noise, found one with")
    with ctx.workprec(2 * bits + 64):
        y = step.start()
        for _ in range(MOST_STEPS):
            if bool(abs(y[0]) > LARGE):
                factor = _escape(step, y)
                if factor is not None:
                    return factor
            y = step.image(y)
            if not step.is_stable(y):
                raise CertificateError("two_level_growth: expected gains that stabilise, found some that do not")
    raise CertificateError(f"two_level_growth: expected gains that grow within {MOST_STEPS} steps, found none")


class _ScalarStep:
    """The step (L, V) -> (L', V') of one state and one regime, over any numbers."""

    def __init__(self, equations: Equations, gains: Gains) -> None:
        self.equations = equations
        self.gains = gains

    @classmethod
    def of(cls, game: Game) -> _ScalarStep:
        equations, gains, _ = _start(game)
        sizes = (equations.states, equations.leader_actions, equations.follower_actions, len(equations.regimes))
        if sizes != (1, 1, 1, 1):
            raise CertificateError(f"{game.kind}: expected one state, regime and action each, found {sizes}")
        return cls(equations, gains)

    def start(self) -> list[arb]:
        return [arb(own[0][0][0]) for own in self.gains]

    def rate(self, y: Sequence[Number], equations: Equations) -> Number:
        """T on P = 1: 2 (a + b L + E V) + sum_l (c + d L + f V)^2 - beta."""
        regime = equations.regimes[0]
        z = (1, *y)
        found = 2 * _along(regime.drift[0], z) - equations.discount
        for J in regime.noise:
            response = _along(J[0], z)
            found = found + response * response
        return found

    def is_stable(self, y: list[arb]) -> bool:
        return bool(self.rate(y, self.equations) < 0)

    def image(self, y: Sequence[Number], equations: Equations | None = None) -> list[Number]:
        """g(L, V); raises `CertificateError` where the stage may not be well posed."""
        equations = equations or self.equations
        rate, z = self.rate(y, equations), (1, *y)
        values = []
        for player in range(2):
            M = equations.regimes[0].costs[player]
            cost = sum((z[i] * M[i][j] * z[j] for i in range(3) for j in range(3)), 0 * y[0])
            values.append(((-cost / rate,),))
        found = stage(equations, equations.regimes[0], values[0], values[1], Order.STACKELBERG)
        for own in found.own:
            constant = own[0][0][0] if isinstance(own[0][0], arb_series) else own[0][0]
            if not bool(constant > 0):
                raise CertificateError("two-level iteration: expected a well-posed stage, found one that may not be")
        return [found.closed[1][0], found.closed[2][0]]

    def slopes(self, y: Sequence[arb]) -> arb_mat:
        """g' over a box."""
        cap = ctx.cap
        try:
            ctx.cap = 2
            lifted = self.equations.over(lambda x: arb_series([arb(x)]))
            columns = [
                [x[1] for x in self.image([arb_series([x, int(i == j)]) for i, x in enumerate(y)], lifted)]
                for j in range(2)
            ]
        finally:
            ctx.cap = cap
        return arb_mat([[columns[j][i] for j in range(2)] for i in range(2)])


def _caught(step: _ScalarStep, seen: list[list[arb]]) -> int:
    """The period of a cycle around the last gains seen, 0 where none is proved."""
    last = seen[-1]
    for period in range(1, min(LONGEST_CYCLE, len(seen) - 1) + 1):
        away = max(float(abs(x - y).abs_upper()) for x, y in zip(last, seen[-1 - period], strict=True))
        if away > 1e-3 * (1 + max(float(x.abs_upper()) for x in last)):
            continue
        for exponent in range(-4, -60, -4):
            radius = arb(2) ** exponent
            if radius < 4 * away:
                break
            if _is_trap(step, last, radius, period):
                return period
    return 0


def _is_trap(step: _ScalarStep, last: list[arb], radius: arb, period: int) -> bool:
    """Whether g^p maps the box |T^{-1}(y - c)| <= r, in which the last gains lie, into itself.

    c is the centre of the last gains, and T turns g^p' at c into nearly its eigenvectors.
    """
    centre = [x.mid() for x in last]
    try:
        whole = arb_mat([[1, 0], [0, 1]])
        y = centre
        for _ in range(period):
            whole = step.slopes(y) * whole
            y = [x.mid() for x in step.image(y)]
        turn = _eigenvectors(whole)
        spread = turn * arb_mat([[arb(0, radius)], [arb(0, radius)]])
        box = [c + d for c, d in zip(centre, spread.entries(), strict=True)]
        boxes, point = [box], list(centre)
        product = arb_mat([[1, 0], [0, 1]])
        for _ in range(period):
            here = boxes[-1]
            if not step.is_stable(here):
                return False
            product = step.slopes(here) * product
            point = step.image(point)
            moved = (product * spread).entries()
            boxes.append([x + d for x, d in zip(point, moved, strict=True)])
        back = turn.inv()
        start, shift = (back * arb_mat([[x - c] for x, c in zip(y, centre, strict=True)]) for y in (last, point))
        norms = back * product * turn
    except (CertificateError, ZeroDivisionError):
        return False
    rows = [sum((abs(x) for x in row), arb(0)) for row in norms.tolist()]
    entered = all(bool(abs(x) < radius) for x in start.entries())
    inside = all(bool(abs(x) + row * radius < radius) for x, row in zip(shift.entries(), rows, strict=True))
    apart = all(any(not a.overlaps(b) for a, b in zip(box, other, strict=True)) for other in boxes[1:period])
    contracts = all(bool(row < 1) for row in rows)
    return entered and inside and apart and contracts


def _eigenvectors(matrix: arb_mat) -> arb_mat:
    """A matrix of floats whose columns nearly are eigenvectors; the identity where they are not real, or not apart."""
    floats = np.array([[float(x.mid()) for x in row] for row in matrix.tolist()])
    values, vectors = np.linalg.eig(floats)
    if np.iscomplexobj(values) or np.linalg.cond(vectors) > 1e6:
        vectors = np.eye(2)
    return arb_mat([[arb(float(x)) for x in row] for row in vectors])


def _escape(step: _ScalarStep, y: list[arb]) -> arb | None:
    """A ball, above 1, of the factors by which gains from `y` grow with every step, in a box that is never left."""
    e, q = 1 / y[0], y[1] / y[0]
    half = abs(e).abs_upper()
    middle = half if bool(e > 0) else -half  # of [0, 2 e]
    for exponent in range(-20, -1, 2):
        box = [middle + arb(0, half), q.mid() + arb(0, arb(2) ** exponent)]
        factor = _factor(step.equations, box)
        if factor is None or not bool(factor > 1):
            continue
        centre = [x.mid() for x in box]
        _, image = _homogeneous(step.equations, *centre)
        for slope, x, c in zip(_slopes(step.equations, box), box, centre, strict=True):
            image = image + slope * (x - c)
        if box[1].contains_interior(image) and box[1].contains(q):
            return factor
    return None


def _factor(equations: Equations, box: Sequence[arb]) -> arb | None:
    """f on a box of e and q, None where the gains may not stabilise there, or the stage be ill posed."""
    e, q = box
    rate, curvature = _rate(equations, e, q), _curvature(equations)
    stable = bool(rate < 0) if bool(e.mid() > 0) else bool(rate > 0)
    if not stable or not bool(equations.regimes[0].costs[1][2][2] > 0) or not bool(curvature > 0):
        return None
    return _homogeneous(equations, e, q)[0]


def _slopes(equations: Equations, box: Sequence[arb]) -> list[arb]:
    """The derivatives of q' by e and by q over a box."""
    cap = ctx.cap
    try:
        ctx.cap = 2
        lifted = equations.over(lambda x: arb_series([arb(x)]))
        ways = [[arb_series([x, int(i == j)]) for i, x in enumerate(box)] for j in range(2)]
        return [_homogeneous(lifted, *way)[1][1] for way in ways]
    finally:
        ctx.cap = cap


def _rate(equations: Equations, e: Number, q: Number) -> Number:
    """T on P = 1, times e."""
    return 2 * _along(equations.regimes[0].drift[0], (e, 1, q)) - equations.discount * e


def _reply(equations: Equations) -> Number:
    """The follower's T."""
    F = equations.regimes[0].costs[1]
    return -F[2][1] / F[2][2]


def _curvature(equations: Equations) -> Number:
    """Hhat_uu, the same at all values where there is no noise."""
    L, T = equations.regimes[0].costs[0], _reply(equations)
    return L[1][1] + 2 * T * L[1][2] + T * T * L[2][2]


def _homogeneous(equations: Equations, e: Number, q: Number) -> tuple[Number, Number]:
    """f = L'e and q' = V'/L'."""
    regime = equations.regimes[0]
    _, b, E = regime.drift[0]
    z, rate = (e, 1, q), _rate(equations, e, q)
    leader, follower = (
        -sum((z[i] * M[i][j] * z[j] for i in range(3) for j in range(3)), 0 * e) / rate for M in regime.costs
    )
    L, F = regime.costs
    K, T = -(e * F[2][0] + E * follower) / F[2][2], _reply(equations)
    slope = e * L[1][0] + b * leader + L[1][2] * K + T * (e * L[2][0] + E * leader + L[2][2] * K)
    factor = -slope / _curvature(equations)
    return factor, (K + T * factor) / factor


def _along(row: Sequence[Number], z: Sequence[Number]) -> Number:
    first, *rest = (x * y for x, y in zip(row, z, strict=True))
    return sum(rest, first)


@functools.lru_cache(maxsize=64)
def _start(game: Game) -> tuple[Equations, Gains, int]:
    assert isinstance(game, LinearQuadraticIteration)

    def gain(player: str) -> tuple[Matrix, ...]:
        array = getattr(game, f"{player}_gain")
        return tuple(tuple(tuple(fmpq(x.numerator, x.denominator) for x in row) for row in part) for part in array)

    leader, follower = map(gain, PLAYERS)
    return Equations.quadratic(game), (leader, follower), int(game.steps[()])


def _closed(equations: Equations, gains: Gains, regime: int) -> Matrix:
    return (*unit(equations.states, fmpq(0)), *gains[0][regime], *gains[1][regime])


def _loops(equations: Equations, gains: Gains) -> list[tuple[Matrix, tuple[Matrix, ...]]]:
    return [closed_loop(equations, regime, _closed(equations, gains, i)) for i, regime in enumerate(equations.regimes)]


def _improved(equations: Equations, values: tuple[Sequence[Matrix], Sequence[Matrix]]) -> Gains:
    """The gains of the feedback Stackelberg stage at these values."""
    n, end = equations.states, equations.states + equations.leader_actions
    closed = [
        stage(equations, regime, P, Q, Order.STACKELBERG).closed
        for regime, P, Q in zip(equations.regimes, *values, strict=True)
    ]
    return tuple(Phi[n:end] for Phi in closed), tuple(Phi[end:] for Phi in closed)
