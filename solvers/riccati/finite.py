r"""Linear-quadratic games with a horizon: both players' Riccati equations backward in time, by a method of order 8.

The pair of Dormand and Prince of order 8(5,3) (Hairer, Norsett and Wanner 1993, II.5) with compiled right-hand sides
takes steps backward from (G, g, 0). A step's error is held below `tolerance` times the largest values so far, in the
root of squares over regimes and entries, for P, p and r of each player apart. Between two knots the answer at t is one
step of the same method from the later knot, so that it is of order 8 everywhere and continuous.

Where a matrix of `Stage.eigenvalues` ceases to be positive definite, or the values escape to infinity, steps shrink
geometrically towards that time. The status is ILL_POSED, and the certificate and the message say which of the two, at
which t and in which regime; values stay available between that time and the horizon. What tells them apart: near an
escape at distance delta the values grow like 1/delta, at the loss of a condition they have a limit.

`error_bound` is `GUARD` times the largest difference, at t = 0, from a second solution with `COARSER` times the
tolerance, and a rounding error for each step. It bounds the error while the second solution is at least a quarter as
wrong again as the first; that is so for all of 600 random games of the tests' kind (largest error found: 0.8 of the
bound at the tolerance 1e-5, 0.08 of it from 1e-7 on), but no proof: an enclosure is another program's.
`residual` is the largest defect dV/dt - (right-hand side) of the answer, see `_defect`.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from games.linear_quadratic import LinearQuadraticGame
from solvers.errors import SolverError
from solvers.riccati import finite_kernel, finite_steps
from solvers.riccati.finite_path import Knots, Paths, equations, first, pack, stacked, tableau, unpack
from solvers.riccati.finite_singular import singularity
from solvers.riccati.hamiltonian import ORDERS, stage, terminal
from solvers.riccati.nash import condition_number
from solvers.riccati.solution import LinearQuadraticSolution, Policies
from solvers.solution import Status

COARSER = 64.0
"""How much looser the second solution is, which the error bound compares with."""

GUARD = 4.0
"""What the difference of the two solutions is multiplied with, against their errors cancelling by chance."""

SMALLEST_TOLERANCE = 1e-14

ROOM = 64
"""Knots to make room for at first; the integration returns for more, and can be interrupted there."""

LARGEST_CONDITION = 1e13
"""Stage equations of a larger condition number are singular to all that floats can say."""

CLOSER, SHORTER = 3, 1e-10
"""How often a collapse is followed on, and in which share of the time before; steps collapse at 1e-14 of it."""

SAMPLED = 4
"""Steps on which the defect is measured."""


def solve(
    game: LinearQuadraticGame,
    *,
    order: str = "stackelberg",
    tolerance: float = 1e-11,
    budget: int = 100_000,
    check: bool = True,
) -> LinearQuadraticSolution:
    """Feedback Stackelberg (or Nash) values of a game with a horizon, or of each game of a batch.

    `tolerance` bounds the error of a step relative to the largest values so far, `budget` the steps tried in each game;
    without `check` residual and `error_bound` are NaN, which saves the time of the second solution. Statuses:
    CONVERGED; ILL_POSED with the condition lost or the finite escape; BUDGET; UNDECIDED where steps collapse for
    neither reason.

    Raises `SolverError` for a game without horizon, for an unknown order, a tolerance outside [1e-14, 1e-2], and where
    the game is ill posed at the horizon already.
    """
    if order not in ORDERS:
        raise SolverError(f"order: expected one of {', '.join(ORDERS)}, found {order!r}")
    if game.horizon is None:
        raise SolverError("horizon: expected a number > 0, found none; solve a stationary game by `stationary`")
    if not SMALLEST_TOLERANCE <= tolerance <= 1e-2:
        raise SolverError(f"tolerance: expected a number of [{SMALLEST_TOLERANCE:g}, 0.01], found {tolerance!r}")
    game = game.float()
    options: dict[str, Any] = {"order": order, "tolerance": tolerance, "budget": budget, "check": check}
    if order == "nash":
        number = condition_number(game, *terminal(game))
        _refuse("stage equations", number, number <= LARGEST_CONDITION, "a regular matrix, found the condition number")
    flat = [game[index] for index in np.ndindex(*game.batch_shape)] if game.batch_shape else [game]
    answers = [_solve_one(one, **options) for one in flat]
    if any(len(answer["path"].s) == 1 for answer in answers):  # not a step was taken: for this reason, if there is one
        _refuse_ill_posed(game, order)
    return _assembled(game, order, answers)


def _refuse_ill_posed(game: LinearQuadraticGame, order: str) -> None:
    for condition, eigenvalues in stage(game, *terminal(game), order).eigenvalues.items():
        _refuse(condition, eigenvalues, eigenvalues > 0, "a positive definite matrix, found the eigenvalue")


def _refuse(condition: str, numbers: np.ndarray, fine: np.ndarray, what: str) -> None:
    if not fine.all():
        *batch, regime = (int(i) for i in np.argwhere(~fine)[0])
        where = f"{condition} at the horizon in regime {regime}" + (f" of game {batch}" if batch else "")
        raise SolverError(f"{where}: expected {what} {numbers[~fine][0]:.6g}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Run:
    """How one integration of one game went."""

    knots: Knots
    stopped: int
    condition: int
    regime: int


def _integrate(
    game: LinearQuadraticGame,
    *,
    order: str,
    tolerance: float,
    budget: int,
    start: np.ndarray | None = None,
    end: float | None = None,
) -> _Run:
    """From the horizon, or from the packed values `start`, for the whole horizon or a length `end` of time."""
    system = equations(game, order)
    start = pack(system, *terminal(game)) if start is None else start
    end = float(game.horizon) if end is None else end
    times, states, rates = np.zeros(ROOM), np.zeros((ROOM, len(start))), np.zeros((ROOM, len(start)))
    states[0] = start
    scales = np.zeros((int((system.slots >= 0).sum()) + 1, 3))
    progress, flags = np.zeros(1), np.array([1, 0, 0, 0])
    least = 1e-14 * end
    while True:
        stopped = finite_steps.integrate(
            system, tableau(), end, tolerance, least, budget, times, states, rates, scales, progress, flags
        )
        if stopped != finite_steps.FULL:
            break
        times, states, rates = (np.concatenate([old, np.zeros_like(old)]) for old in (times, states, rates))
    count = int(flags[0])
    knots = Knots(
        equations=system,
        horizon=end,
        until=0.0 if stopped == finite_steps.DONE else end - times[count - 1],
        s=times[:count].copy(),
        states=states[:count].copy(),
        rates=rates[:count].copy(),
    )
    return _Run(knots=knots, stopped=stopped, condition=int(flags[2]), regime=int(flags[3]))


def _solve_one(game: LinearQuadraticGame, *, order: str, tolerance: float, budget: int, check: bool) -> dict[str, Any]:
    """What `_assembled` puts together: path, state at t = 0, status, reason, certificate, residual, error bound."""
    run = _integrate(game, order=order, tolerance=tolerance, budget=budget)
    knots = run.knots
    answer = {"path": knots, "state": np.full(knots.states.shape[1], np.nan), "status": Status.CONVERGED, "reason": ""}
    answer |= {"certificate": None, "error_bound": math.nan, "residual": _defect(knots) if check else math.nan}
    if run.stopped == finite_steps.DONE:
        answer["state"] = knots.states[-1]
        if check:
            other = _integrate(game, order=order, tolerance=min(COARSER * tolerance, 0.1), budget=budget)
            if other.stopped == finite_steps.DONE:
                answer["error_bound"] = GUARD * _distance(knots, other.knots) + _rounding(knots)
        return answer
    if run.stopped == finite_steps.SPENT:
        length = knots.s[-1] - knots.s[-2] if len(knots.s) > 1 else 0.0
        return answer | {
            "status": Status.BUDGET,
            "reason": f"budget: t = {knots.until:.6g} was reached after {budget} steps, the last of {length:.2g}, "
            "probably since the equations are stiff there; raise the budget or loosen the tolerance.",
        }
    return answer | _collapsed(game, run, order=order, tolerance=tolerance, budget=budget)


def _collapsed(game: LinearQuadraticGame, run: _Run, *, order: str, tolerance: float, budget: int) -> dict[str, Any]:
    """What `singularity` says of a run whose steps collapsed, followed on as close as it needs."""
    levels = [run.knots]
    for closer in range(CLOSER + 1):
        last = closer == CLOSER or run.stopped != finite_steps.COLLAPSED or len(levels[-1].s) == 1
        verdict = singularity(game, order, levels, run.condition, run.regime, last=last)
        if verdict is not None:
            return verdict
        end = levels[-1].horizon * SHORTER
        start = levels[-1].states[-1]
        run = _integrate(game, order=order, tolerance=tolerance, budget=budget, start=start, end=end)
        levels.append(run.knots)
    raise AssertionError("the last verdict is one")


def _rounding(knots: Knots) -> float:
    """What roundings may add up to over the steps, which both solutions may share: one of each step's values."""
    return len(knots.s) * 2.0**-52 * float(np.abs(knots.states).max())


def _distance(fine: Knots, coarse: Knots) -> float:
    """The largest difference of an entry at t = 0."""
    pairs = zip(unpack(fine.equations, fine.states[-1:]), unpack(coarse.equations, coarse.states[-1:]), strict=True)
    return max(float(np.abs(getattr(one, name) - getattr(other, name)).max()) for one, other in pairs for name in "Ppr")


def _defect(knots: Knots) -> float:
    """By how much the answer misses its equations over steps, a rate, relative to the largest of their rates.

    With the answer at the nodes of Lobatto's rule of five points, exact to degree 7, it is the mean over the step of
    the answer's rate minus the right-hand side; the steps are those that hold `SAMPLED` moments spread over time.
    """
    if len(knots.s) < 2:
        return math.nan
    # Spread over time, not over steps: differences over the tiny steps next to a singularity are rounding errors.
    moments = knots.s[-1] * (np.arange(SAMPLED) + 0.5) / SAMPLED
    chosen = np.unique(np.searchsorted(knots.s, moments) - 1)
    lengths = np.diff(knots.s)[chosen]
    inner = np.array([(1 - math.sqrt(3 / 7)) / 2, 0.5, (1 + math.sqrt(3 / 7)) / 2])
    states = knots.stepped(np.repeat(chosen, 3), (lengths[:, None] * inner).ravel())
    rates = np.empty_like(states)
    if not finite_kernel.rates_of(knots.equations, states, rates):
        return math.nan
    mean = np.tensordot(rates.reshape(len(chosen), 3, -1), np.array([49.0, 64.0, 49.0]) / 180, axes=(1, 0))
    mean += (knots.rates[chosen] + knots.rates[chosen + 1]) / 20
    taken = (knots.states[chosen + 1] - knots.states[chosen]) / lengths[:, None]
    largest = float(np.abs(knots.rates[chosen]).max())
    return float(np.abs(taken - mean).max()) / largest if largest > 0 else 0.0


def _assembled(game: LinearQuadraticGame, order: str, answers: list[dict[str, Any]]) -> LinearQuadraticSolution:
    batch = game.batch_shape
    states = [first(unpack(answer["path"].equations, answer["state"][None])) for answer in answers]
    leader, follower = stacked(states, batch)

    def each(name: str, dtype: type) -> Any:
        if not batch:
            return answers[0][name]
        column = np.empty(len(answers), dtype=dtype)
        column[:] = [answer[name] for answer in answers]
        return column.reshape(batch)

    return LinearQuadraticSolution(
        concept=order,
        values={"leader": leader.r, "follower": follower.r},
        policies=Policies(game, leader, follower, order),
        residual=each("residual", float),
        error_bound=each("error_bound", float),
        status=each("status", int),
        certificate=each("certificate", object),
        game=game,
        leader=leader,
        follower=follower,
        path=Paths(batch_shape=batch, paths=tuple(a["path"] for a in answers)) if batch else answers[0]["path"],
        reason="" if batch else answers[0]["reason"],
    )
