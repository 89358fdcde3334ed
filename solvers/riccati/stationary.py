"""Stationary solutions of linear-quadratic games that never end: coupled algebraic Riccati, linear, scalar equations.

Which solution, where there are several: of a player who plays alone the stabilising one, which is unique, by
Kleinman's method (`kleinman`; `care` for a single regime without noise); of two players the one that the Riccati flow
reaches from `start`, by default from zero, that is the limit of long games without terminal costs
(`stationary_flow`). Where the flow goes nowhere Newton's method follows a solution down from a large discount. All
others: `multiplicity`.
"""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction
from typing import Any

import numpy as np

from games.linear_quadratic import LinearQuadraticGame
from solvers.errors import SolverError, refuse_batch
from solvers.riccati.care import care
from solvers.riccati.hamiltonian import ORDERS, Values, stage
from solvers.riccati.kleinman import ControlProblem, active_player, control_problem, kleinman
from solvers.riccati.kleinman_lyapunov import Lyapunov
from solvers.riccati.solution import LinearQuadraticSolution
from solvers.riccati.stationary_bound import Enclosure, enclose, enclose_alone
from solvers.riccati.stationary_flow import End, Trace, failing, follow, newton
from solvers.riccati.stationary_system import Point, System
from solvers.riccati.units import Units, in_units
from solvers.solution import Status

MOST_UNKNOWNS = 4000
"""Of two players: beyond, the Jacobian takes more than a hundred megabytes."""

Failure = tuple[Status, str, dict[str, Any]]


def stationary(
    game: LinearQuadraticGame,
    *,
    order: str = "stackelberg",
    tolerance: float = 1e-10,
    start: tuple[np.ndarray, np.ndarray] | None = None,
    certify: bool = True,
) -> LinearQuadraticSolution:
    """The stationary values of both players under feedback Stackelberg (or "nash") play, with a proved error bound.

    `start` = (P_L, P_F), each (m, n, n), is where the flow, or Kleinman's method, begins instead of at zero.
    `tolerance` is relative to the size of the equations' terms, of P and p and of r apart: residuals beyond it end in
    BUDGET. `residual` is the
    largest of |dP/ds|, |dp/ds|, |dr/ds|; `error_bound` is proved in ball arithmetic (`stationary_bound`), NaN where the
    game is too large for it or `certify` is False. r, and values, are NaN without a discount.

    CONVERGED: the equations hold and the closed loop is stable in mean square at the discount, so that V is the cost.
    ILL_POSED: a condition failed; `certificate` says which, its eigenvalue, the regime and the time to go ("H_F,vv",
    "Hhat_uu", "H_L,uu", "escape", "closed loop", "mean-square stabilisability", "linear part"). CYCLE: the flow
    returns to where it was. UNDECIDED: floats cannot hold the equations' terms, or tell a matrix from a singular one.

    Raises `SolverError` for batches, exact twins, horizons, other orders, starts of other shapes, and games of two
    players with more than 4,000 unknowns m n (n + 1).
    """
    refuse_batch("stationary", game.batch_shape)
    if game.is_exact:
        raise SolverError("stationary: expected float entries, found an exact twin; solve game.float()")
    if game.horizon is not None:
        raise SolverError(f"stationary: expected a game without a horizon, found horizon {game.horizon}")
    if order not in ORDERS:
        raise SolverError(f"order: expected one of {', '.join(ORDERS)}, found {order!r}")
    system = System(game, order)
    begin = _start(system, start)
    active = active_player(game)
    if active is None and system.unknowns > MOST_UNKNOWNS:
        raise SolverError(
            f"stationary: expected at most {MOST_UNKNOWNS} unknowns of two players, found {system.unknowns}"
        )
    found: tuple[np.ndarray, str] | Failure
    # What floats cannot hold comes out as an infinity or NaN: it passes no test, or ends a decomposition.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        try:
            if active is None:
                found = _two_players(game, order, begin)
            else:
                found = _one_player(system, active, begin, given=start is not None)
            if len(found) == 3:
                return _unsolved(game, order, found)
            P, reason = found
            return _answer(system, P, reason, tolerance, active, certify)
        except np.linalg.LinAlgError:
            return _unsolved(game, order, _beyond_floats())


def _start(system: System, start: tuple[np.ndarray, np.ndarray] | None) -> np.ndarray:
    shape = (system.m, system.n, system.n)
    if start is None:
        return np.zeros((2, *shape))
    given = [np.asarray(part, dtype=float) for part in start]
    if len(given) != 2 or any(part.shape != shape for part in given):
        raise SolverError(f"start: expected (P_L, P_F) of shape {shape} each, found {[part.shape for part in given]}")
    begin = np.stack(given)
    return (begin + begin.mT) / 2


def _one_player(system: System, active: str, begin: np.ndarray, *, given: bool) -> tuple[np.ndarray, str] | Failure:
    k = 0 if active == "leader" else 1
    problem = control_problem(system.game, active)
    P = np.zeros(begin.shape)
    alone = _single(problem)
    if alone is None:
        answer = kleinman(problem, start=begin[k] if given else None)
        if answer.condition and answer.condition != "budget":
            names = {"H_uu": "H_F,vv" if k else "H_L,uu"}
            condition = names.get(answer.condition, answer.condition)
            return _ill_posed(condition, answer.eigenvalue, answer.regime, math.nan)
        alone = answer.P
    P[k] = alone
    lost = failing(system, P)
    if lost is not None:
        return _ill_posed(lost["condition"], lost["eigenvalue"], lost["regime"], math.nan)
    point = system.point(P)
    equation = Lyapunov(point.closed, point.closed_noise, system.game.generator, system.beta)
    slope = (point.leader_slope, point.follower_slope)[1 - k]
    load = point.Phi.mT @ slope
    load = (load + load.mT) / 2
    other = equation.solve(load, accuracy=1e-8)
    P[1 - k] = other + equation.solve(equation.apply(other) + load, accuracy=1e-8)  # the other half of the digits
    return P, ""


def _single(problem: ControlProblem) -> np.ndarray | None:
    """The answer of `care` for one regime without multiplicative noise, None elsewhere or where it has none."""
    if len(problem.A) > 1 or problem.C.any() or problem.D.any():
        return None
    shift = (problem.generator[0, 0] - problem.discount) / 2 * np.eye(problem.A.shape[-1])
    answer = care(problem.A[0] + shift, problem.B[0], problem.Q[0], problem.R[0], problem.S[0])
    return answer.X[None] if answer.status == Status.CONVERGED else None


def _two_players(game: LinearQuadraticGame, order: str, begin: np.ndarray) -> tuple[np.ndarray, str] | Failure:
    """P where the flow from `begin` goes, else one found from discounts; both followed in the game's own units."""
    units = in_units(game)
    found = _followed(System(units.game, order), begin / units.of(begin), units)
    return found if len(found) == 3 else (found[0] * units.of(begin), found[1])


def _followed(system: System, begin: np.ndarray, units: Units) -> tuple[np.ndarray, str] | Failure:
    trace = follow(system, begin)
    trace = dataclasses.replace(
        trace, time=trace.time / units.rate, eigenvalue=units.measured(trace.condition, trace.eigenvalue)
    )
    if trace.end == End.REST:
        return newton(system, trace.P, tolerance=0.0)[0], ""
    if trace.end == End.CYCLE:
        return (
            Status.CYCLE,
            f"cycle: the Riccati flow returns to a former point near time to go {trace.time:.4g}; "
            "start elsewhere, or list the stationary solutions with multiplicity",
            {"condition": "cycle", "time_to_go": _text(trace.time)},
        )
    found = _from_discounts(system)
    if found is not None:
        return found, f"converged: by Newton's method from a larger discount; {_ending(trace)} from the given start"
    if trace.end == End.BUDGET:
        return Status.BUDGET, f"budget: {_ending(trace)}", {"condition": "budget", "time_to_go": _text(trace.time)}
    condition = "escape" if trace.end == End.ESCAPE else trace.condition
    status, _, certificate = _ill_posed(condition, trace.eigenvalue, trace.regime, trace.time)
    return status, f"ill-posed: {_ending(trace)}", certificate


def _ending(trace: Trace) -> str:
    if trace.end == End.ESCAPE:
        return f"the Riccati flow escapes at time to go {trace.time:.4g}, first in regime {trace.regime}"
    if trace.end == End.CONDITION and trace.condition.startswith("joint"):
        return f"the Riccati flow reaches singular first-order conditions at time to go {trace.time:.4g}"
    if trace.end == End.CONDITION:
        return (
            f"the Riccati flow loses {trace.condition} > 0 at time to go {trace.time:.4g} in regime {trace.regime} "
            f"(smallest eigenvalue {trace.eigenvalue:.3g})"
        )
    return f"the Riccati flow has not settled after {trace.steps} steps, at time to go {trace.time:.4g}"


def _from_discounts(system: System) -> np.ndarray | None:
    """A solution followed from a discount at which values hardly matter down to the game's own, by Newton's method."""
    own = system.beta
    rates = np.abs(system.drift).sum(axis=-1).max() + (np.abs(system.noise).sum(axis=-1).max()) ** 2
    extra, factor = 4 * float(rates) + 1.0, 0.5
    P = np.zeros((2, system.m, system.n, system.n))
    shifted = System(system.game, system.order)
    settled = False
    while factor < 0.999:
        shifted.beta = own + (extra if not settled else extra * factor)
        try:
            trial, solved = newton(shifted, P, tolerance=1e-9) if failing(shifted, P) is None else (P, False)
        except np.linalg.LinAlgError:
            solved, trial = False, P
        close = np.abs(trial - P).max() <= 0.5 * (1 + np.abs(P).max())
        if not settled:
            if not solved:
                return None
            P, settled = trial, True
        elif solved and close:
            P, extra, factor = trial, extra * factor, max(0.25, factor**2)
            if extra < 1e-3 * (1 + own):
                P, solved = newton(system, P, tolerance=1e-9)
                return P if solved else None
        else:
            factor = math.sqrt(factor)
    return None


def _answer(
    system: System, P: np.ndarray, reason: str, tolerance: float, active: str | None, certify: bool
) -> LinearQuadraticSolution:
    game, order = system.game, system.order
    lost = failing(system, P)
    if lost is not None:
        return _unsolved(game, order, _ill_posed(lost["condition"], lost["eigenvalue"], lost["regime"], math.nan))
    units = in_units(game)
    scaled = System(units.game, order)
    point = scaled.point(P / units.of(P))
    equation = Lyapunov(point.closed, point.closed_noise, units.game.generator, scaled.beta)
    if not equation.is_stable():
        abscissa = units.measured("closed loop", equation.abscissa() + scaled.beta)
        return _unsolved(game, order, _ill_posed("closed loop", abscissa, -1, math.nan))
    found = _linear_and_scalar(scaled, point)
    if found is None:
        return _unsolved(game, order, _ill_posed("linear part", 0.0, -1, math.nan))
    p, r, load = found
    missed = [max(np.abs(scaled.flow(point)).max(), np.abs(scaled.linear_flow(point, p)).max())]
    terms = [equation.size * (1 + np.abs(point.P).max() + np.abs(p).max())]
    if system.beta > 0:  # what r balances is quadratic in p and linear in temperatures: of a size of its own
        matrix = scaled.scalar_matrix()
        missed.append(np.abs(load.T - matrix @ r.T).max())
        terms.append(1 + np.abs(load).max() + np.abs(matrix).sum(axis=-1).max() * np.abs(r).max())
    if not np.isfinite([*missed, *terms]).all():
        return _unsolved(game, order, _beyond_floats())
    worst = int(np.argmax(np.divide(missed, terms)))
    enclosed: Enclosure | None = None
    if certify:
        enclosed = enclose(game, order, P)
        if enclosed is None and active is not None:
            enclosed = enclose_alone(game, order, P, active)
    status = Status.CONVERGED if missed[worst] <= tolerance * terms[worst] else Status.BUDGET
    if status == Status.BUDGET:
        reason = f"budget: residual {missed[worst]:.3g} beside terms of {terms[worst]:.3g}; loosen the tolerance"
    p, r = (p * units.of(p))[..., 0], r * units.of(r)
    error_bound = math.nan if enclosed is None else enclosed.bound(P, p, r)
    if math.isnan(error_bound) and not reason:
        reason = "converged: the residual is that of rounding; no error bound was proved."
    return _solution(
        game,
        order,
        [Values(P=P[k], p=p[k], r=r[k]) for k in range(2)],
        residual=float(max(missed) * max(units.costs)),
        error_bound=error_bound,
        status=status,
        certificate=None if enclosed is None else point_fact(order, enclosed),
        reason=reason,
    )


def _linear_and_scalar(system: System, point: Point) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """p (2, m, n, 1), r and what it balances (2, m), both NaN without a discount; None where p's equations fail."""
    m, n = system.m, system.n
    matrix = system.linear_matrix(point)
    still = system.linear_flow(point, np.zeros((2, m, n, 1)))
    try:
        p = -np.linalg.solve(matrix, still.reshape(-1)).reshape(2, m, n, 1)
        p = p - np.linalg.solve(matrix, system.linear_flow(point, p).reshape(-1)).reshape(p.shape)
    except np.linalg.LinAlgError:
        return None
    if not system.beta > 0:
        return p, np.full((2, m), np.nan), np.full((2, m), np.nan)
    load = system.scalar_load(point, p)
    return p, np.linalg.solve(system.scalar_matrix(), load.T).T, load


def point_fact(order: str, enclosed: Enclosure) -> dict[str, Any]:
    """The fact that there is one stationary solution in the balls, to be checked without a solver."""
    P = enclosed.P
    return {
        "concept": "stationary_point",
        "value": "1",
        "order": order,
        "point": {
            player: [[[str(Fraction(x)) for x in row] for row in matrix] for matrix in P.mid[k].tolist()]
            for k, player in enumerate(("leader", "follower"))
        },
        "radius": str(Fraction(2.0 ** math.ceil(math.log2(4 * float(P.rad.max()))))),
    }


def _solution(game: LinearQuadraticGame, order: str, values: list[Values], **outcome: Any) -> LinearQuadraticSolution:
    leader, follower = values
    at = stage(game, leader, follower, order)
    return LinearQuadraticSolution(
        concept=order,
        values={"leader": leader.r, "follower": follower.r},
        policies={
            "leader": {"gain": at.leader_gain, "offset": at.leader_offset, "covariance": at.leader_covariance},
            "follower": {"K": at.K, "T": at.T, "kappa": at.kappa, "covariance": at.follower_covariance},
        },
        game=game,
        leader=leader,
        follower=follower,
        **outcome,
    )


def _ill_posed(condition: str, eigenvalue: float, regime: int, time: float) -> Failure:
    where = f" in regime {regime}" if regime >= 0 else ""
    when = f" at time to go {time:.4g}" if not math.isnan(time) else ""
    meaning = {
        "closed loop": "the closed loop's lifted operator has spectral abscissa not below the discount",
        "mean-square stabilisability": "no gain was found that stabilises in mean square below the discount",
        "linear part": "the equations of p are singular",
        "escape": "the Riccati flow escapes",
        "joint first-order conditions": "the players' first-order conditions are singular",
    }.get(condition, f"{condition} is not positive definite")
    number = "" if math.isnan(eigenvalue) else f" ({eigenvalue:.6g})"
    certificate = {
        "condition": condition,
        "eigenvalue": _text(eigenvalue),
        "regime": regime if regime >= 0 else None,
        "time_to_go": _text(time),
    }
    return Status.ILL_POSED, f"ill-posed: {meaning}{number}{where}{when}", certificate


def _beyond_floats() -> Failure:
    reason = (
        "undecided: floats cannot hold the equations' terms, or tell a matrix from a singular one; rescale the game."
    )
    return Status.UNDECIDED, reason, {"condition": "floats"}


def _text(number: float) -> str | None:
    return None if math.isnan(number) else str(Fraction(number))


def _unsolved(game: LinearQuadraticGame, order: str, failure: Failure) -> LinearQuadraticSolution:
    status, reason, certificate = failure
    n, ku, kv = game.states, game.leader_actions, game.follower_actions

    def unknown(*shape: int) -> np.ndarray:
        return np.full((game.regimes, *shape), np.nan)

    return LinearQuadraticSolution(
        concept=order,
        values={"leader": unknown(), "follower": unknown()},
        policies={
            "leader": {"gain": unknown(ku, n), "offset": unknown(ku), "covariance": unknown(ku, ku)},
            "follower": {
                "K": unknown(kv, n),
                "T": unknown(kv, ku),
                "kappa": unknown(kv),
                "covariance": unknown(kv, kv),
            },
        },
        residual=math.nan,
        error_bound=math.nan,
        status=status,
        certificate=certificate,
        game=game,
        leader=Values(P=unknown(n, n), p=unknown(n), r=unknown()),
        follower=Values(P=unknown(n, n), p=unknown(n), r=unknown()),
        reason=reason,
    )
