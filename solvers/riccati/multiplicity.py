"""All stationary solutions of a game, what they cost both players, what is stable there, and what reaches them.

Scalar games of one regime: every solution, by elimination, proved to be all (`multiplicity_scalar`). Other games: what
Newton's method and the Riccati flow find from many starts, which is a lower bound on their number and no more; each one
is proved to exist where it can be enclosed (`stationary_bound`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from games.linear_quadratic import LinearQuadraticGame
from solvers.errors import SolverError, refuse_batch
from solvers.riccati.hamiltonian import ORDERS
from solvers.riccati.multiplicity_scalar import Root, eliminate
from solvers.riccati.stability import Stability, stability
from solvers.riccati.stationary_bound import enclose
from solvers.riccati.stationary_flow import End, failing, follow, newton
from solvers.riccati.stationary_iteration import policy_iteration
from solvers.riccati.stationary_system import System
from solvers.riccati.units import in_units
from solvers.solution import Status

SAME = 1e-6
"""Relative distance at which two answers of iterations are one solution."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StationaryPoint:
    """One stationary solution at which the game is well posed.

    `cost` is each player's r, V at x = 0, in every regime (NaN without a discount), beside P and p. `enclosed` says
    that a proved box holds just this solution; `root` is the box where the game is scalar.
    """

    P: np.ndarray  # (2, m, n, n)
    p: np.ndarray  # (2, m, n)
    r: np.ndarray  # (2, m)
    stability: Stability
    enclosed: bool
    root: Root | None = None

    @property
    def is_equilibrium(self) -> bool:
        """Whether values are costs: the closed loop is stable in mean square at the discount."""
        return self.stability.discounted


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Multiplicity:
    """The points, whether they are proved to be all, and by which index each iteration ends (or how else it ends).

    `reached` maps "flow from zero", "flow from G", "newton from zero", "two-level policy iteration" (from the gain zero
    and, if it does not stabilise, from each point's own gain moved by a tenth) to an index of `points` or to a word.
    """

    order: str
    points: list[StationaryPoint]
    complete: bool
    reached: dict[str, int | str]
    undecided: list[tuple[float, float]]
    degree: int = 0

    @property
    def stabilising(self) -> list[int]:
        """Indices of the equilibria."""
        return [index for index, point in enumerate(self.points) if point.is_equilibrium]


def multiplicity(
    game: LinearQuadraticGame, *, order: str = "stackelberg", starts: int = 64, seed: int = 0
) -> Multiplicity:
    """All stationary solutions of a scalar game, exact or in floats; those found from `starts` starts of another one.

    Raises `SolverError` for batches, horizons, other orders, scalar games that have a curve of solutions, and games
    whose equations floats cannot hold.
    """
    refuse_batch("multiplicity", game.batch_shape)
    if order not in ORDERS:
        raise SolverError(f"order: expected one of {', '.join(ORDERS)}, found {order!r}")
    if game.horizon is not None:
        raise SolverError(f"multiplicity: expected a game without a horizon, found horizon {game.horizon}")
    # What floats cannot hold comes out as an infinity or NaN: it passes no test, or ends a decomposition.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        try:
            return _listed(game, order, starts, seed)
        except np.linalg.LinAlgError:
            raise SolverError(
                "multiplicity: expected equations within the floats, found terms that are not; rescale the game"
            ) from None


def _listed(game: LinearQuadraticGame, order: str, starts: int, seed: int) -> Multiplicity:
    system = System(game.float(), order)
    units = in_units(system.game)
    scaled = System(units.game, order)
    undecided: list[tuple[float, float]] = []
    if (game.regimes, game.states, game.leader_actions, game.follower_actions) == (1, 1, 1, 1):
        found = eliminate(game, order)
        points = [_point(system, _floats(root), root) for root in found.roots]
        complete, undecided, degree = found.complete, found.undecided, found.degree
    else:
        points = [_point(system, P * units.of(P), None) for P in _searched(scaled, starts, seed)]
        complete, degree = False, 0
    return Multiplicity(
        order=order,
        points=points,
        complete=complete,
        reached=_reached(scaled, [point.P / units.of(point.P) for point in points]),
        undecided=undecided,
        degree=degree,
    )


def points_fact(found: Multiplicity) -> dict[str, Any]:
    """The fact that a scalar game has these stationary solutions and no others at which it is well posed.

    Raises `SolverError` where that is not proved.
    """
    if not found.complete:
        raise SolverError("stationary_points: expected a complete elimination, found undecided roots, or another game")
    points = [
        {"leader": str(root.leader), "follower": str(root.follower), "radius": str(root.radius), "admissible": True}
        for root in (point.root for point in found.points)
        if root is not None
    ]
    return {
        "concept": "stationary_points",
        "value": str(len(points)),
        "order": found.order,
        "points": points,
        "eliminated": "leader",
        "degree": found.degree,
    }


def _floats(root: Root) -> np.ndarray:
    return np.array([float(root.leader), float(root.follower)]).reshape(2, 1, 1, 1)


def _point(system: System, P: np.ndarray, root: Root | None) -> StationaryPoint:
    game, order = system.game, system.order
    m, n = system.m, system.n
    at = system.point(P)
    matrix = system.linear_matrix(at)
    still = system.linear_flow(at, np.zeros((2, m, n, 1))).reshape(-1)
    regular = np.linalg.cond(matrix) < 1e14
    p = -np.linalg.solve(matrix, still).reshape(2, m, n, 1) if regular else np.full((2, m, n, 1), np.nan)
    r = np.full((2, m), np.nan)
    if system.beta > 0 and regular:
        r = np.linalg.solve(system.scalar_matrix(), system.scalar_load(at, p).T).T
    enclosed = root is not None or enclose(game, order, P) is not None
    return StationaryPoint(P=P, p=p[..., 0], r=r, stability=stability(game, P, order), enclosed=enclosed, root=root)


def _searched(system: System, starts: int, seed: int) -> list[np.ndarray]:
    """What Newton's method finds from the flow's end and from random starts of growing size, both signs of costs."""
    rng = np.random.default_rng(seed)
    found: list[np.ndarray] = []

    def keep(P: np.ndarray) -> None:
        if failing(system, P) is None and not any(_same(P, other) for other in found):
            found.append(P)

    trace = follow(system, np.zeros((2, system.m, system.n, system.n)), budget=1500)
    if trace.end == End.REST:
        keep(newton(system, trace.P, tolerance=0.0)[0])
    for start in _starts(system, rng, starts):
        try:
            if failing(system, start) is None:
                P, solved = newton(system, start, tolerance=1e-10)
                if solved:
                    keep(P)
        except np.linalg.LinAlgError:
            continue
    found.sort(key=lambda P: P.ravel().tolist())
    return found


def _starts(system: System, rng: np.random.Generator, starts: int) -> Iterator[np.ndarray]:
    shape = (2, system.m, system.n, system.n)
    for k in range(starts):
        scale = 10.0 ** rng.uniform(-2, 2.5)
        draw = rng.normal(size=shape)
        yield scale * (draw @ draw.mT if k % 2 else draw + draw.mT)


def _reached(system: System, points: list[np.ndarray]) -> dict[str, int | str]:
    game = system.game
    zero = np.zeros((2, system.m, system.n, system.n))
    terminal = np.stack([game.leader_G, game.follower_G])
    ends: dict[str, int | str] = {}
    for name, start in (("flow from zero", zero), ("flow from G", terminal)):
        trace = follow(system, start, budget=1500)
        if trace.end == End.REST:
            ends[name] = _index(points, newton(system, trace.P, tolerance=0.0)[0])
        else:
            ends[name] = trace.condition or trace.end.value
    ends["newton from zero"] = _newton_end(system, points, zero)
    ends["two-level policy iteration"] = _iteration_end(system, points)
    return ends


def _newton_end(system: System, points: list[np.ndarray], start: np.ndarray) -> int | str:
    lost = failing(system, start)
    if lost is not None:
        return lost["condition"]
    try:
        P, solved = newton(system, start, tolerance=1e-10)
    except np.linalg.LinAlgError:
        return "singular"
    return _index(points, P) if solved else "stalled"


def _iteration_end(system: System, points: list[np.ndarray]) -> int | str:
    gain = np.zeros((system.m, system.ku, system.n))
    near = [system.point(P).U * 1.1 for P in points]
    word: int | str = "closed loop"
    for start in (gain, *near):
        ended = policy_iteration(system.game, start, order=system.order)
        if ended.status == Status.CONVERGED:
            return _index(points, ended.P)
        word = ended.condition or ended.status.label
        if ended.steps > 0:
            return word
    return word


def _index(points: list[np.ndarray], P: np.ndarray) -> int | str:
    for index, point in enumerate(points):
        if _same(point, P):
            return index
    return "another point"


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.abs(one - other).max() <= SAME * (1 + np.abs(one).max()))
