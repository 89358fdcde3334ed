"""Where the Riccati flow of both players goes from given costs: followed first, and left for Newton near its end.

The flow dP/ds = f(P) is the limit of finite horizons, so that what it reaches from P = 0 is the stationary solution
that long games without terminal costs have. A Rosenbrock method of second order that is L-stable,

  (I - g ds J) k1 = f(P),   (I - g ds J) k2 = f(P + ds k1) - 2 k1,   P <- P + ds (3 k1 + k2) / 2,   g = 1 + 1/sqrt 2,

steps by its own error, ds |k1 + k2| / 2 (Verwer, Spee, Blom and Hundsdorfer 1999). Near a stationary point steps grow
without limit and are Newton's, for a point that attracts the flow; from there Newton's method goes on.
"""

from __future__ import annotations

import dataclasses
import enum
import math
from typing import Any

import numpy as np

from solvers.riccati.nash import equilibrated
from solvers.riccati.stationary_system import Point, System

GAMMA = 1 + math.sqrt(0.5)
ACCURACY = 1e-3
"""Error a step may have, relative to 1 + |P|: enough to stay in the basin that the flow is in."""

FAR, COARSE = 1e3, 3e-2
"""Beyond so many times the first costs this accuracy does: what runs away is not followed closely."""

NEAR = 1e-2
"""Newton may take over when its step is this small beside 1 + |P|, and its end attracts the flow."""

ESCAPE = 1e9
"""Growth of |P|, beside the first costs, that is called an escape."""

RETURN = 0.03
"""A path that comes back to a former point this close, of how far it had gone away, twice is a cycle."""

STALL = 100
"""Steps after which time must have grown by a hundredth, or values by half."""

AMPLITUDE = 0.05
"""Smaller cycles, beside 1 + |P|, may be steps thrown back and forth before a singularity."""

NEWTON_STEPS = 50


class End(enum.Enum):
    """How the flow ended."""

    REST = "rest"
    ESCAPE = "escape"
    CONDITION = "condition"
    CYCLE = "cycle"
    BUDGET = "budget"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trace:
    """Where the flow ended: the last P (2, m, n, n), the time to go s, and for lost conditions which, and where."""

    end: End
    P: np.ndarray
    time: float
    steps: int
    condition: str = ""
    eigenvalue: float = math.nan
    regime: int = -1


def follow(system: System, start: np.ndarray, *, budget: int = 4000) -> Trace:
    """The flow from `start` (2, m, n, n) until Newton's method takes over, or something else ends it.

    Raises `np.linalg.LinAlgError` where floats cannot hold the flow or its derivatives.
    """
    P, time, step = start, 0.0, None
    scale = 1 + np.abs(start).max()
    watch = _Watch(P)
    side = _side(system, P)
    earlier = 0.0, np.inf
    for count in range(budget):
        if count % STALL == STALL - 1:
            size = float(np.abs(P).max())
            if time - earlier[0] < 0.01 * time and size < 1.5 * earlier[1]:
                # Neither time nor values move: the flow is held at a pole.
                lost = _about_to_fail(system, P, 0 * P, share=0.1)
                if lost is not None:
                    return Trace(end=End.CONDITION, P=P, time=time, steps=count, **lost)
            earlier = time, size
        lost = failing(system, P)
        if lost is not None:
            return Trace(end=End.CONDITION, P=P, time=time, steps=count, **lost)
        point = system.point(P)
        f = system.pack(system.flow(point))
        J = system.jacobian(point)
        if not (np.isfinite(f).all() and np.isfinite(J).all()):
            raise np.linalg.LinAlgError("the flow is beyond the floats")
        if step is None:
            step = 0.01 * scale / (np.abs(f).max() + scale * (np.abs(J).max() + 1e-300))
        arrived = _newton_from(system, P, f, J)
        if arrived is not None:
            return Trace(end=End.REST, P=arrived, time=time, steps=count)
        accuracy = ACCURACY if np.abs(P).max() < FAR * scale else COARSE
        moved = _step(system, P, f, J, step, accuracy, side)
        while moved is None or moved[1] > 1:
            step *= 0.2 if moved is None else max(0.2, 0.8 / math.sqrt(moved[1]))
            if step < 1e-13 * (1 + time) / (1 + np.abs(J).max()) or step == 0:
                lost = _about_to_fail(system, P, f)
                if np.abs(P).max() > 1e4 * scale or lost is None:
                    return Trace(end=End.ESCAPE, P=P, time=time, steps=count, regime=_largest(P))
                return Trace(end=End.CONDITION, P=P, time=time, steps=count, **lost)
            moved = _step(system, P, f, J, step, accuracy, side)
        P, error = moved
        time += step
        step *= min(5.0, 0.8 / math.sqrt(max(error, 1e-6)))
        if not np.abs(P).max() < ESCAPE * scale:
            return Trace(end=End.ESCAPE, P=P, time=time, steps=count, regime=_largest(P))
        if watch.returned(P):
            return Trace(end=End.CYCLE, P=P, time=time, steps=count)
    return Trace(end=End.BUDGET, P=P, time=time, steps=budget)


def newton(system: System, P: np.ndarray, *, tolerance: float) -> tuple[np.ndarray, bool]:
    """Newton's method with a line search on |f|, as far as rounding lets it go, and whether |f| came down.

    |f| is measured beside the terms that it is the sum of; a step that leaves the well-posed games is shortened.
    """
    point = system.point(P)
    f = system.pack(system.flow(point))
    best = np.abs(f).max()
    for _ in range(NEWTON_STEPS):
        try:
            change = system.unpack(np.linalg.solve(system.jacobian(point), -f))
        except np.linalg.LinAlgError:
            break
        length = 1.0
        while length > 1e-4:
            trial = P + length * change
            found = _flow_at(system, trial)
            if found is not None and np.abs(found[1]).max() <= (1 - 0.1 * length) * best:
                break
            length /= 2
        else:
            # No shorter |f|: rounding, or no way on. A full last step is worth having where it does no harm.
            found = _flow_at(system, P + change)
            if found is not None and np.abs(found[1]).max() < best:
                P = P + change
                best = np.abs(found[1]).max()
            break
        assert found is not None
        P, point, f = trial, found[0], found[1]
        best = np.abs(f).max()
        if best == 0:
            break
    return P, bool(best <= tolerance * _terms(system, P))


def failing(system: System, P: np.ndarray) -> dict[str, Any] | None:
    """The first condition that does not hold at P: its name, the eigenvalue and the regime; None where all hold."""
    leader, follower = system.hessian(system.leader_M, P[0]), system.hessian(system.follower_M, P[1])
    u, v = system.u, system.v
    lost = _first("H_F,vv", follower[..., v, v])
    if lost is not None:
        return lost
    if system.order == "nash":
        lost = _first("H_L,uu", leader[..., u, u])
        smallest = np.linalg.svd(equilibrated(system.joint(leader, follower)), compute_uv=False)[..., [-1, 0]]
        singular = np.flatnonzero(smallest[..., 0] <= 2.0**-50 * smallest[..., 1])
        if lost is None and len(singular):
            lost = {"condition": "joint first-order conditions", "eigenvalue": 0.0, "regime": int(singular[0])}
        return lost
    lost = _first("Hhat_uu", system.reduced(leader, follower))
    if lost is None and not system.sees_action and system.temperatures[0] > 0:
        lost = _first("H_L,uu", leader[..., u, u])
    return lost


def _first(condition: str, matrices: np.ndarray) -> dict[str, Any] | None:
    smallest = np.linalg.eigvalsh((matrices + matrices.mT) / 2)[..., 0]
    regime = int(np.argmin(smallest))
    if smallest[regime] > 0:
        return None
    return {"condition": condition, "eigenvalue": float(smallest[regime]), "regime": regime}


def _side(system: System, P: np.ndarray) -> np.ndarray | None:
    """Where nobody leads, on which side of the games with singular first-order conditions P is, in every regime."""
    if system.order != "nash":
        return None
    leader, follower = system.hessian(system.leader_M, P[0]), system.hessian(system.follower_M, P[1])
    return np.linalg.slogdet(system.joint(leader, follower))[0]


def _flow_at(system: System, P: np.ndarray) -> tuple[Point, np.ndarray] | None:
    """The stage game and f at P where it is well posed."""
    if not np.isfinite(P).all():
        return None
    try:
        if failing(system, P) is not None:
            return None
        point = system.point(P)
    except np.linalg.LinAlgError:
        return None
    f = system.pack(system.flow(point))
    return (point, f) if np.isfinite(f).all() else None


def _step(
    system: System, P: np.ndarray, f: np.ndarray, J: np.ndarray, step: float, accuracy: float, side: np.ndarray | None
) -> tuple[np.ndarray, float] | None:
    """One Rosenbrock step and its error beside the accuracy; None where it leaves the well-posed games."""
    left = np.eye(len(f)) - GAMMA * step * J
    try:
        inverse = np.linalg.inv(left)
    except np.linalg.LinAlgError:
        return None
    k1 = inverse @ f
    middle = _flow_at(system, P + step * system.unpack(k1))
    if middle is None:
        return None
    k2 = inverse @ (middle[1] - 2 * k1)
    moved = P + step / 2 * system.unpack(3 * k1 + k2)
    if _flow_at(system, moved) is None:
        return None
    if side is not None and (_side(system, moved) != side).any():
        return None  # beyond a pole of the flow
    error = step / 2 * np.abs(k1 + k2).max() / (accuracy * (1 + np.abs(P).max()))
    return moved, float(error)


def _newton_from(system: System, P: np.ndarray, f: np.ndarray, J: np.ndarray) -> np.ndarray | None:
    """A stationary point a short Newton step from P that attracts the flow, or that the flow has reached."""
    try:
        change = system.unpack(np.linalg.solve(J, -f))
    except np.linalg.LinAlgError:
        return None
    size = 1 + np.abs(P).max()
    length = np.abs(change).max()
    if not length < NEAR * size:
        return None
    if np.abs(f).max() <= 1e-13 * _terms(system, P):
        return P  # the flow rests, be it on an unstable point
    found = _flow_at(system, P + change)
    if found is None:
        return None
    after = system.unpack(np.linalg.solve(system.jacobian(found[0]), -found[1]))
    if not np.abs(after).max() < 0.3 * length:
        return None
    return P + change if np.linalg.eigvals(system.jacobian(found[0])).real.max() < 0 else None


def _about_to_fail(system: System, P: np.ndarray, f: np.ndarray, share: float = 1e-3) -> dict[str, Any] | None:
    """The condition that fails next where the flow cannot be followed on: the smallest eigenvalue beside its matrix."""
    leader, follower = system.hessian(system.leader_M, P[0]), system.hessian(system.follower_M, P[1])
    u, v = system.u, system.v
    if system.order == "nash":
        second = "H_L,uu", leader[..., u, u]
    else:
        second = "Hhat_uu", system.reduced(leader, follower)
    worst, ratio = None, share
    for condition, matrices in (("H_F,vv", follower[..., v, v]), second):
        smallest = np.linalg.eigvalsh((matrices + matrices.mT) / 2)[..., 0]
        regime = int(np.argmin(smallest))
        beside = smallest[regime] / max(1.0, np.abs(f).max(), np.abs(matrices[regime]).max())
        if beside < ratio:
            worst = {"condition": condition, "eigenvalue": float(smallest[regime]), "regime": regime}
            ratio = beside
    if worst is None and system.order == "nash":
        smallest = np.linalg.svd(equilibrated(system.joint(leader, follower)), compute_uv=False)[..., [-1, 0]]
        regime = int(np.argmin(smallest[..., 0] / smallest[..., 1]))
        if smallest[regime, 0] < share * smallest[regime, 1]:
            worst = {
                "condition": "joint first-order conditions",
                "eigenvalue": float(smallest[regime, 0]),
                "regime": regime,
            }
    return worst


def _terms(system: System, P: np.ndarray) -> float:
    """The size of the terms that the flow is a sum of: rounding errors are relative to it."""
    rates = np.abs(system.drift).max() + system.beta + np.abs(system.game.generator).max()
    costs = max(np.abs(system.leader_M).max(), np.abs(system.follower_M).max())
    return float(costs + (rates + (system.noise**2).max()) * np.abs(P).max()) or 1.0


def _largest(P: np.ndarray) -> int:
    """The regime of the largest entry."""
    return int(np.argmax(np.abs(P).max(axis=(0, 2, 3))))


class _Watch:
    """Whether a path returns: to a point that moves up at powers of two (Brent), from far away, twice in a row."""

    def __init__(self, P: np.ndarray) -> None:
        self._reset(P)
        self._count, self._power = 0, 1

    def _reset(self, P: np.ndarray) -> None:
        self._mark, self._last, self._away, self._returns, self._left = P, P, 0.0, 0, False

    def returned(self, P: np.ndarray) -> bool:
        """Take in the next point of the path."""
        self._count += 1
        if self._count == self._power:
            self._power *= 2
            self._count = 0
            self._reset(P)
            return False
        self._away = max(self._away, float(np.abs(P - self._mark).max()))
        leg = P - self._last
        square = float((leg * leg).sum())
        share = 0.0 if square == 0 else min(1.0, max(0.0, float(((self._mark - self._last) * leg).sum()) / square))
        near = float(np.abs(self._last + share * leg - self._mark).max())
        self._last = P
        if near > 0.5 * self._away:
            self._left = True
        elif self._left and near < RETURN * self._away and self._away > AMPLITUDE * (1 + np.abs(P).max()):
            self._returns += 1
            self._left = False
        return self._returns >= 2
