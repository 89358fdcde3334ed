"""How far floats that nearly solve the stationary equations are from the solution that is: proved bounds.

Krawczyk's operator: with Y close to the inverse of the flow's Jacobian at P~, a box of radii rho around P~ holds just
one stationary P when |Y f(P~)| + |I - Y J([box])| rho < rho entry by entry, f and J enclosed in ball arithmetic. Given
the box of P the equations of p and r are linear systems with coefficients in balls.

Where only one player acts the equations are concave: with a form X > 0 that the closed loop contracts,
L(X) - beta X < 0, the shifted P~ + eps X and P~ - eps X are proved to lie above and below the solution (comparison of
values), which costs a few products where the Jacobian would not fit in memory.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from games.linear_quadratic import LinearQuadraticGame
from solvers.riccati.kleinman_lyapunov import Lyapunov
from solvers.riccati.stationary_balls import TINY, Ball, Balls, is_definite
from solvers.riccati.stationary_system import Point, System
from solvers.riccati.units import Units, in_units

MOST_UNKNOWNS = 900
"""Beyond, ball Jacobians take more than seconds."""

WIDENINGS = 6
DOUBLINGS = 12


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Enclosure:
    """Balls that are proved to hold the one stationary solution near the floats it was asked for."""

    P: Ball  # (2, m, n, n)
    p: Ball  # (2, m, n)
    r: Ball  # (2, m); of radius NaN without discount
    point: Point  # the stage game on these balls

    def bound(self, P: np.ndarray, p: np.ndarray, r: np.ndarray) -> float:
        """The largest error of an entry of these floats."""
        worst = 0.0
        for ball, values in ((self.P, P), (self.p, p), (self.r, r)):
            if np.isnan(ball.rad).any():
                continue  # r without a discount is not defined: nothing to be wrong about
            worst = max(worst, float((np.abs(ball.mid - values) + ball.rad).max()))
        return worst * (1 + 2.0**-40)  # for the roundings of this line


def enclose(game: LinearQuadraticGame, order: str, P: np.ndarray) -> Enclosure | None:
    """Balls around the stationary solution near P (2, m, n, n); None where nothing is proved or the game is too large.

    Well-posedness throughout the balls is part of what is proved.
    """
    units = in_units(game)
    system = System(units.game, order, Balls)
    if system.unknowns > MOST_UNKNOWNS:
        return None
    try:
        found = _enclosed(system, P / units.of(P))
        return None if found is None else _in_the_games(found, game, order, units)
    except np.linalg.LinAlgError:
        return None


def _in_the_games(found: Enclosure, game: LinearQuadraticGame, order: str, units: Units) -> Enclosure:
    """Balls in the game's own units, which are powers of two."""
    P, p, r = (
        Ball(ball.mid * units.of(ball.mid), ball.rad * units.of(ball.mid)) for ball in (found.P, found.p, found.r)
    )
    return Enclosure(P=P, p=p, r=r, point=System(game, order, Balls).point(P))


def enclose_alone(game: LinearQuadraticGame, order: str, P: np.ndarray, active: str) -> Enclosure | None:
    """The same where `active` plays alone (`kleinman.active_player`), by comparison, for games of any size."""
    k = 0 if active == "leader" else 1
    system, floats = System(game, order, Balls), System(game, order)
    try:
        at = floats.point(P)
        form = Lyapunov(at.closed, at.closed_noise, game.generator, system.beta).form()
        if form is None or not is_definite(Ball(form)).all():
            return None
        point = system.point(Ball(P))
        room = -_contracted(system, point, form)
        shift = _squeezed(system, k, P, form, room)
        if shift is None:
            return None
        radii = np.zeros(P.shape)
        radii[k] = _reach(form, shift)
        # The other player's equation is linear: its residual on the balls of the active one's P, by the same form.
        point = system.point(Ball(P, radii))
        slope = (point.leader_slope, point.follower_slope)[1 - k]
        missed = _symmetric(point.Phi.mT @ slope) + system.linear(P[1 - k])
        room = -_contracted(system, point, form)
        shift = 2 * float(missed.magnitude().sum(axis=-1).max()) + TINY
        for _ in range(DOUBLINGS):
            if is_definite(room * shift - missed).all() and is_definite(room * shift + missed).all():
                radii[1 - k] = _reach(form, shift)
                return _rest(system, Ball(P, radii))
            shift *= 2
    except np.linalg.LinAlgError:
        return None
    return None


def _squeezed(system: System, k: int, P: np.ndarray, form: np.ndarray, room: Ball) -> float | None:
    """A shift eps with R(P + eps X) < 0 < R(P - eps X) proved, X the form: then P* is between them.

    R is concave, so R(P + eps X) <= R(P) + eps (L(X) - beta X) at the gains of P, which stabilise as X > 0 contracts:
    their cost lies below P + eps X, and P* below it. Below, every stabilising gain costs more than P - eps X.
    """
    missed = system.flow(system.point(Ball(P)))[k]
    shift = 2 * float(missed.magnitude().sum(axis=-1).max()) + TINY
    for _ in range(DOUBLINGS):
        if is_definite(room * shift - missed).all():
            lower = Ball(P) - _one_player(P, k, (Ball(form) * shift))
            point = system.point(lower)
            u, v = system.u, system.v
            own = point.leader_H[..., u, u] if k == 0 else point.follower_H[..., v, v]
            if is_definite(own).all() and is_definite(system.flow(point)[k]).all():
                return shift
        shift *= 2
    return None


def _one_player(P: np.ndarray, k: int, change: Ball) -> Ball:
    mid, rad = np.zeros(P.shape), np.zeros(P.shape)
    mid[k], rad[k] = change.mid, change.rad
    return Ball(mid, rad)


def _contracted(system: System, point: Point, form: np.ndarray) -> Ball:
    """L(X) - beta X at the closed loop of the point."""
    turned = Ball(form) @ point.closed
    noisy = (point.closed_noise.mT @ (Ball(form)[:, None] @ point.closed_noise)).sum(axis=-3)
    return _symmetric(turned + turned.mT + noisy + system.linear(Ball(form)))


def _symmetric(ball: Ball) -> Ball:
    return (ball + ball.mT) / 2


def _reach(form: np.ndarray, shift: float) -> np.ndarray:
    """Entries of a symmetric matrix between -shift X and shift X: at most shift sqrt(X_ii X_jj)."""
    diagonal = np.sqrt(np.diagonal(form, axis1=-2, axis2=-1))
    return shift * diagonal[..., :, None] * diagonal[..., None, :] * (1 + 2.0**-48)


def _enclosed(system: System, P: np.ndarray) -> Enclosure | None:
    floats = System(system.game, system.order)
    inverse = np.linalg.inv(floats.jacobian(floats.point(P)))
    at = Ball(P)
    missed = system.pack(system.flow(system.point(at)))
    step = (inverse @ missed.reshape(system.unknowns, 1)).magnitude()[:, 0]
    radii = 2 * step + 2.0**-52 * np.abs(floats.pack(P))
    for _ in range(WIDENINGS):
        spread = np.abs(floats.unpack(radii))
        box = Ball(P, spread)
        near = np.eye(system.unknowns) - inverse @ system.jacobian(system.point(box))
        shrunk = Ball(near.magnitude()) @ Ball(radii[:, None])
        needed = (step + shrunk.magnitude()[:, 0]) * (1 + 2.0**-50)
        if (needed < radii).all():
            # The box itself was tested: the solution is also within what the test needed of it.
            return _rest(system, Ball(P, floats.unpack(needed)))
        radii = 2 * needed
    return None


def _rest(system: System, P: Ball) -> Enclosure | None:
    """p and r, given balls that hold P."""
    point = system.point(P)
    if not well_posed(system, point):
        return None
    m, n = system.m, system.n
    still = system.linear_flow(point, Ball(np.zeros((2, m, n, 1))))
    p = -Balls.solve(system.linear_matrix(point), still.reshape(2 * m * n, 1))
    p = p.reshape(2, m, n, 1)
    if system.beta > 0:
        load = system.scalar_load(point, p)  # (2, m)
        r = Balls.solve(system.scalar_matrix(), load.mT).mT
    else:
        r = Ball(np.full((2, m), np.nan), np.nan)
    return Enclosure(P=P, p=p.reshape(2, m, n), r=r, point=point)


def well_posed(system: System, point: Point) -> bool:
    """Whether all conditions that the order and the information structure need are proved on the balls."""
    u, v = system.u, system.v
    needed = [point.follower_H[..., v, v], point.reduced_uu]
    if system.order == "stackelberg" and not system.sees_action and system.temperatures[0] > 0:
        needed.append(point.leader_H[..., u, u])
    return all(is_definite(matrices).all() for matrices in needed)
