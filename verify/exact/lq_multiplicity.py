r"""All stationary solutions of a scalar game of one regime without noise, by elimination, in rationals and balls.

The gains of the stage are linear in p = P_L and q = P_F then, R_L and R_F polynomials of total degree three, which are
read off their values. With p = t - c q for a small integer c, let r(t) be their resultant by q. If a leading
coefficient by q is constant, each root of r is the t of a common zero, real and complex ones; if r has no double
root, of exactly one. A real t then belongs to a real solution, for its conjugate has the same t. So the number of
real roots is that of solutions; and as many disjoint boxes, each proved by Newton's method in balls to hold one
solution, hold them all. Games that admit no such c are refused.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq, fmpq_mat, fmpq_mpoly_ctx, fmpq_poly

from games.core import Game
from verify.exact.errors import CertificateError
from verify.exact.lq_equations import Equations, Order, closed_loop, is_positive, right_side
from verify.exact.lq_flow import Newton
from verify.exact.lq_stationary import check_separation

Fact = Mapping[str, Any]
Polynomial = dict[tuple[int, int], fmpq]  # (i, j) -> coefficient of p^i q^j

DEGREE = 3
SHEARS = range(8)


def stationary_count(game: Game, fact: Fact, bits: int) -> Fraction:
    """The number of stationary solutions of the coupled Riccati equations, feedback Stackelberg play."""
    return Fraction(len(_solutions(game, bits)))


def stabilising_count(game: Game, fact: Fact, bits: int) -> Fraction:
    """The number of those with a stable closed loop: second moments, discounted, vanish.

    Raises `CertificateError` where balls do not tell whether a loop is stable.
    """
    equations = Equations.quadratic(game)
    with ctx.workprec(bits + 64):
        balls, count = equations.over(arb), 0
        for p, q in _solutions(game, bits):
            _, (at,) = right_side(balls, ((((p,),),), (((q,),),)), Order.STACKELBERG)
            ((speed,),), _ = closed_loop(balls, balls.regimes[0], at.closed)
            rate = 2 * speed - balls.discount
            if rate.contains(0):
                raise CertificateError(
                    "stabilising_count: expected loops that are stable or not, found one on the edge"
                )
            count += bool(rate < 0)
    return Fraction(count)


@functools.lru_cache(maxsize=32)
def _solutions(game: Game, bits: int) -> tuple[tuple[arb, arb], ...]:
    """Disjoint boxes, each with one of the solutions (P_L, P_F), and none outside."""
    equations = Equations.quadratic(game)
    sizes = (equations.states, equations.leader_actions, equations.follower_actions, len(equations.regimes))
    if sizes != (1, 1, 1, 1) or equations.regimes[0].noise:
        raise CertificateError(f"stationary solutions: expected one of everything and no noise, found sizes {sizes}")
    _, (at,) = right_side(equations, ((((fmpq(0),),),), (((fmpq(0),),),)), Order.STACKELBERG)
    if not all(is_positive(own) for own in at.own):
        raise CertificateError("stationary solutions: expected a well-posed game, found one that is nowhere")
    leader, follower = (_polynomial(equations, player) for player in range(2))
    shear, resultant = _resultant(leader, follower)
    check_separation(resultant.numer())
    with ctx.workprec(bits + 64):
        newton = Newton(equations.over(arb), Order.STACKELBERG, bits)
        roots: list[Any] = resultant.numer().complex_roots()  # pyright: ignore[reportAssignmentType]: pairs, as it is
        found = [_enclosed(newton, follower, leader, shear, root.real) for root, _ in roots if root.imag == 0]
    for one, other in itertools.combinations(found, 2):
        if all(x.overlaps(y) for x, y in zip(one, other, strict=True)):
            raise CertificateError("stationary solutions: expected disjoint boxes, found two that overlap")
    return tuple(found)


def _polynomial(equations: Equations, player: int) -> Polynomial:
    """R of a player in p and q, from its values at the points (i, j) with i + j <= 3."""
    places = [(i, j) for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i)]
    rows = [[fmpq(i) ** k * fmpq(j) ** m for k, m in places] for i, j in places]
    values = []
    for i, j in places:
        rates, _ = right_side(equations, ((((fmpq(i),),),), (((fmpq(j),),),)), Order.STACKELBERG)
        values.append(rates[player][0][0][0])
    solved = fmpq_mat(rows).solve(fmpq_mat(len(values), 1, values))
    return {place: solved[k, 0] for k, place in enumerate(places)}


def _resultant(leader: Polynomial, follower: Polynomial) -> tuple[int, fmpq_poly]:
    """A shear c, and the resultant by q of the polynomials in t = p + c q and q."""
    context = fmpq_mpoly_ctx.get(["t", "q"], "lex")
    t, q = context.gens()
    for shear in SHEARS:
        sides = [
            sum((x * (t - shear * q) ** i * q**j for (i, j), x in own.items() if x), 0 * t)
            for own in (leader, follower)
        ]
        tops = [_top(side) for side in sides]
        if not any(tops):
            continue
        whole = sides[0].resultant(sides[1], "q")
        coefficients = [fmpq(0)] * (max((i for (i, _), _ in whole.terms()), default=0) + 1)
        for (i, _), x in whole.terms():
            coefficients[i] = x
        polynomial = fmpq_poly(coefficients)
        if polynomial != 0 and polynomial.gcd(polynomial.derivative()).degree() == 0:
            return shear, polynomial
    raise CertificateError("stationary solutions: expected simple solutions, found some that no projection tells apart")


def _top(side: Any) -> bool:
    """Whether the leading coefficient by q is a constant."""
    degree = max((j for (_, j), _ in side.terms()), default=0)
    return degree > 0 and all(i == 0 for (i, j), _ in side.terms() if j == degree)


def _enclosed(newton: Newton, follower: Polynomial, leader: Polynomial, shear: int, t: arb) -> tuple[arb, arb]:
    """A box with exactly one solution, near the common zero with this t."""
    middle = float(t)

    def along(own: Polynomial) -> np.ndarray:
        """The coefficients of the polynomial in q on the line of t, the highest power first."""
        line = np.zeros(1)
        for (i, j), x in own.items():
            power = np.polynomial.polynomial.polypow([middle, -shear], i)
            line = np.polynomial.polynomial.polyadd(
                line, float(Fraction(int(x.p), int(x.q))) * np.append(np.zeros(j), power)
            )
        return line[::-1]

    try:
        with np.errstate(all="ignore"):
            one, other = along(leader), along(follower)
            trimmed = [np.trim_zeros(line, "f") for line in (one, other)]
            candidates = np.concatenate([np.roots(line) for line in trimmed if len(line) > 1])
            best = min(candidates.real, key=lambda q: float(abs(np.polyval(one, q)) + abs(np.polyval(other, q))))
    except (OverflowError, ValueError):  # numpy's LinAlgError, of infinite coefficients, is a ValueError
        raise CertificateError(
            "stationary solutions: expected coefficients that floats can hold, found some not"
        ) from None
    box = newton.box([arb(middle - shear * best), arb(float(best))])
    if box is None or not (box[0] + shear * box[1]).overlaps(t):
        raise CertificateError("stationary solutions: expected a box around each of them, found none for one")
    return box[0], box[1]
