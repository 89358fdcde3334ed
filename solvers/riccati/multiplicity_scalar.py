"""Every stationary solution of a scalar game of one regime, by elimination in exact rationals and balls around roots.

With one state, one action each and one regime the two stationary equations, freed of their denominators, are
polynomials f(a, b) = g(a, b) = 0 in a = P_L and b = P_F. Resultants in either unknown are polynomials in the other,
whose real roots ball arithmetic isolates: every solution is a pair of such roots. Each pair is

- excluded, since f or g is not zero there, or a condition of well-posedness fails there;
- proved to hold exactly one common zero, by Krawczyk's operator on (f, g), well posed there; or
- recognised as a point that only the multiplication by denominators brought in.

More bits are used until every pair is decided. `complete` says that they were: then the list is all there is.
"""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

from flint import arb, arb_mat, ctx, fmpq, fmpq_mpoly_ctx, fmpz_poly

from games.linear_quadratic import LinearQuadraticGame, Sees
from solvers.errors import SolverError

Polynomial = Any

BITS = (128, 256, 512, 1024, 2048)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Root:
    """One stationary solution: the box [leader +- radius] x [follower +- radius] holds it and no other."""

    leader: Fraction
    follower: Fraction
    radius: Fraction


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Elimination:
    """All admissible roots, whether that is proved to be all, and the degree of the resultant in b."""

    roots: list[Root]
    complete: bool
    degree: int
    undecided: list[tuple[float, float]]


class Equations:
    """The polynomials of one exact game in a = P_L and b = P_F."""

    def __init__(self, game: LinearQuadraticGame, order: str) -> None:
        if game.batch_shape or (game.regimes, game.states, game.leader_actions, game.follower_actions) != (1, 1, 1, 1):
            raise SolverError(
                f"multiplicity: expected one game of one regime, state and action each, found {game.regimes} regimes, "
                f"{game.states} states, {game.leader_actions} + {game.follower_actions} actions, "
                f"batch {game.batch_shape}"
            )
        exact = game.exact()
        self.ring = fmpq_mpoly_ctx.get(("a", "b"), "lex")
        a, b = self.ring.gens()
        one = self.ring.constant(1)
        drift = [_rational(entry) for entry in (exact.A.flat[0], exact.B.flat[0], exact.E.flat[0])]
        channels = [
            [_rational(getattr(exact, name)[0, channel, 0, 0]) for name in "CDF"] for channel in range(game.channels)
        ]

        def hessian(player: str, P: Polynomial) -> list[list[Polynomial]]:
            M = getattr(exact, f"{player}_M")[0]
            return [
                [
                    one * ((_rational(M[i, j]) + _rational(M[j, i])) / 2)
                    + P * sum((J[i] * J[j] for J in channels), fmpq(0))
                    + P * ((drift[j] if i == 0 else 0) + (drift[i] if j == 0 else 0))
                    for j in range(3)
                ]
                for i in range(3)
            ]

        L, F = hessian("leader", a), hessian("follower", b)
        beta = _rational(exact.discount.item())
        self.own = F[2][2]
        self.leader_own = L[1][1]
        if order == "stackelberg":
            # G = (h I; -F_vx, -F_vu) with h = F_vv: every 2 x 2 minor of it has a factor h.
            h, x, u = F[2][2], F[2][0], F[2][1]
            self.uu = L[1][1] * h**2 - 2 * L[1][2] * u * h + L[2][2] * u**2
            self.xu = L[0][1] * h**2 - L[0][2] * u * h - L[1][2] * x * h + L[2][2] * x * u
            xx = L[0][0] * h**2 - 2 * L[0][2] * x * h + L[2][2] * x**2
            self.f = _exactly(xx * self.uu - self.xu**2, h**2) - beta * a * self.uu
            self.g = (
                (F[0][0] * h - x**2) * self.uu**2
                - 2 * (F[0][1] * h - x * u) * self.xu * self.uu
                + (F[1][1] * h - u**2) * self.xu**2
                - beta * b * h * self.uu**2
            )
            self.conditions = [self.own, self.uu]
            if game.follower_sees == Sees.POLICY and exact.leader_temperature.item() > 0:
                self.conditions.append(self.leader_own)
            self.spurious = [(self.uu, self.xu)]
        else:
            det = L[1][1] * F[2][2] - L[1][2] * F[2][1]
            U = L[1][2] * F[2][0] - L[1][0] * F[2][2]
            V = F[2][1] * L[1][0] - L[1][1] * F[2][0]
            z = [det, U, V]
            self.f, self.g = (
                sum((H[i][j] * z[i] * z[j] for i in range(3) for j in range(3)), self.ring.constant(0))
                - beta * P * det**2
                for H, P in ((L, a), (F, b))
            )
            self.conditions = [self.own, self.leader_own]
            self.spurious = [(det, U), (det, V)]


def eliminate(game: LinearQuadraticGame, order: str = "stackelberg") -> Elimination:
    """All stationary solutions at which the game is well posed.

    Raises `SolverError` for other sizes, and where a curve of points solves the equations.
    """
    equations = Equations(game, order)
    f, g = equations.f, equations.g
    for p, _ in [*equations.spurious, (equations.own, None)]:
        while not (common := f.gcd(g).gcd(p)).is_constant():  # denominators that vanish along a whole curve
            f, g = _exactly(f, common), _exactly(g, common)
    equations.f, equations.g = f, g
    by_leader, by_follower = _univariate(f.resultant(g, "b"), 0), _univariate(f.resultant(g, "a"), 1)
    if by_leader is None or by_follower is None:
        raise SolverError("multiplicity: expected finitely many stationary solutions, found a curve of them")
    waiting: list[tuple[Any, Any]] = []
    roots: list[Root] = []
    for bits in BITS:
        with ctx.workprec(bits):
            roots, waiting = [], []
            for b in _real_roots(by_follower):
                for a in _real_roots(by_leader):
                    verdict = _judge(equations, a, b, by_leader, by_follower)
                    if verdict is None:
                        waiting.append((a, b))
                    elif isinstance(verdict, Root):
                        roots.append(verdict)
        if not waiting:
            break
    undecided = [(float(a.mid()), float(b.mid())) for a, b in waiting]
    roots.sort(key=lambda root: (root.leader, root.follower))
    return Elimination(roots=roots, complete=not undecided, degree=int(by_follower.degree()), undecided=undecided)


def _judge(equations: Equations, a: Any, b: Any, by_leader: fmpz_poly, by_follower: fmpz_poly) -> Root | bool | None:
    """The root in the box of a pair, False where there is none that counts, None where these bits do not tell."""
    if not (evaluate(equations.f, a, b).contains(0) and evaluate(equations.g, a, b).contains(0)):
        return False
    signs = [evaluate(condition, a, b) for condition in equations.conditions]
    if any(sign < 0 for sign in signs):
        return False
    # Where a denominator and what it divides vanish together f and g do, but the pair is no solution.
    vanishing = [(p, q) for p, q in equations.spurious if evaluate(p, a, b).contains(0)]
    if any(_proved_zero(p, q, a, b) is not None for p, q in vanishing):
        return False
    if all(sign > 0 for sign in signs):
        if vanishing:
            return None
        box = _proved_zero(equations.f, equations.g, a, b)
        if box is None:
            return None
        middle = [_fraction(ball.mid()) for ball in box]
        radius = max(_fraction(ball.rad()) for ball in (a, b, *box))
        return Root(leader=middle[0], follower=middle[1], radius=_power_above(2 * radius))
    if _is_root(equations.own, b, by_follower, (0, 1)) or (
        equations.leader_own in equations.conditions and _is_root(equations.leader_own, a, by_leader, (1, 0))
    ):
        return False
    return None


def evaluate(polynomial: Polynomial, a: Any, b: Any) -> Any:
    """The polynomial on balls."""
    terms = polynomial.to_dict()
    of_a, of_b = (_powers(ball, max((k[at] for k in terms), default=0)) for at, ball in enumerate((a, b)))
    total = arb(0)
    for (i, j), coefficient in terms.items():
        total += arb(coefficient) * of_a[i] * of_b[j]
    return total


def _powers(ball: Any, top: int) -> list[Any]:
    """Powers from 0 to `top` as products: those that flint takes of balls around zero are NaN."""
    found = [arb(1)]
    for _ in range(top):
        found.append(found[-1] * ball)
    return found


def _proved_zero(f: Polynomial, g: Polynomial, a: Any, b: Any) -> tuple[Any, Any] | None:
    """A box around the balls that is proved to hold exactly one common zero, by Krawczyk's operator; None otherwise.

    The balls come from resultants; they are widened, as a zero may lie on their rims.
    """
    slopes = [[p.derivative("a"), p.derivative("b")] for p in (f, g)]
    middle = [a.mid(), b.mid()]
    at = arb_mat([[evaluate(slope, *middle) for slope in row] for row in slopes])
    try:
        inverse = at.inv().mid()
    except ZeroDivisionError:
        return None
    step = inverse * arb_mat([[evaluate(p, *middle)] for p in (f, g)])
    widths = [
        (abs(step[k, 0]) * 4 + ball.rad() * 4 + abs(middle[k]) * arb(2) ** (8 - ctx.prec)).upper()
        + arb(2) ** (-2 * ctx.prec)
        for k, ball in enumerate((a, b))
    ]
    # A coordinate that is known exactly, as zero may be, still takes the rounding errors of the other.
    least = max(widths) * arb(2) ** (-ctx.prec // 2)
    widths = [max(width, least) for width in widths]
    box = [arb(m, w) for m, w in zip(middle, widths, strict=True)]
    over = arb_mat([[evaluate(slope, *box) for slope in row] for row in slopes])
    near = arb_mat([[1, 0], [0, 1]]) - inverse * over
    moved = near * arb_mat([[arb(0, w)] for w in widths]) - step
    if all(abs(moved[k, 0]) < widths[k] for k in range(2)):
        return box[0], box[1]
    return None


def _is_root(condition: Polynomial, ball: Any, eliminated: fmpz_poly, linear: tuple[int, int]) -> bool:
    """Whether a condition linear in one unknown is zero at the root of that unknown's polynomial in the ball.

    The ball holds one root: it is the condition's own, rational, one where that is a root of both.
    """
    terms = condition.to_dict()
    slope = terms.get(linear, fmpq(0))
    if slope == 0:
        return False
    zero = -terms.get((0, 0), fmpq(0)) / slope
    return bool(ball.contains(zero)) and eliminated(zero) == 0


def _real_roots(polynomial: fmpz_poly) -> list[Any]:
    """Balls that isolate the real roots: of an integer polynomial's roots flint gives only those no imaginary part."""
    pairs: Any = polynomial.complex_roots()
    found = [root for root, _ in pairs]
    return [root if isinstance(root, arb) else root.real for root in found if isinstance(root, arb) or root.imag == 0]


def _univariate(polynomial: Polynomial, variable: int) -> fmpz_poly | None:
    """In integers and without repeated roots; None for zero."""
    terms = polynomial.to_dict()
    if not terms:
        return None
    top = max(powers[variable] for powers in terms)
    coefficients = [terms.get((k, 0) if variable == 0 else (0, k), fmpq(0)) for k in range(top + 1)]
    scale = 1
    for coefficient in coefficients:
        scale = scale * int(coefficient.q) // _gcd(scale, int(coefficient.q))
    whole = fmpz_poly([int((coefficient * scale).p) for coefficient in coefficients])
    common = whole.gcd(whole.derivative())
    return whole // common if common.degree() > 0 else whole


def _gcd(one: int, other: int) -> int:
    while other:
        one, other = other, one % other
    return one


def _exactly(polynomial: Polynomial, divisor: Polynomial) -> Polynomial:
    quotient, rest = divmod(polynomial, divisor)
    if not rest.is_zero():
        raise SolverError("multiplicity: a minor of the reply is not divisible by H_F,vv")
    return quotient


def _rational(entry: Fraction) -> fmpq:
    return fmpq(entry.numerator, entry.denominator)


def _fraction(number: Any) -> Fraction:
    """An exact ball's midpoint."""
    mantissa, exponent = number.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _power_above(radius: Fraction) -> Fraction:
    """A power of two at least as large."""
    if radius <= 0:
        return Fraction(0)
    exponent = radius.numerator.bit_length() - radius.denominator.bit_length() + 1
    return Fraction(2) ** exponent
