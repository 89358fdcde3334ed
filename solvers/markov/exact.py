"""Exact answers about Stackelberg Q-value iteration, and the facts that let a program without solvers verify them.

A game of floats is taken for the rational game it is. Undecided is only what no finite proof of this kind settles: a
greedy choice that is a tie on the limit itself, or no period seen within the budget.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import numpy as np

from games.markov import MarkovGame, Ties
from solvers.errors import SolverError
from solvers.markov.exact_enumeration import Stationary, fixed_points, markov_nash
from solvers.markov.exact_orbit import Orbit, Unsettled, find
from solvers.markov.exact_tables import as_fractions, picked, tables_of
from solvers.markov.rules import as_ties
from solvers.markov.solution import MarkovSolution
from solvers.markov.stage import choose
from solvers.solution import Status

__all__ = ["CONCEPTS", "fact", "fixed_points", "markov_nash", "solve"]

Fact = dict[str, Any]


def solve(game: MarkovGame, *, ties: Ties | str = "strong", step_size: Any = 1, budget: int = 4096) -> MarkovSolution:
    """Where Q-value iteration from Q = 0 ends, with Fractions and the fact "orbit_period" as certificate.

    CONVERGED: the exact fixed point. CYCLE: the iteration never converges; policies, values and `q` are those of the
    orbit's first phase, and after `iterations` steps the iterate is so close to the orbit that it follows its policies
    for ever. UNDECIDED: no certificate, period 0, and in floats the last iterate whose choices are certain, of unknown
    distance from any limit; `reason` says why. Raises `SolverError` as `orbit` does.
    """
    tables = tables_of(game, "exact")
    rule = as_ties(ties)
    found = find(tables, game, ties=rule, step_size=step_size, budget=budget)
    if isinstance(found, Unsettled):
        return _undecided(found, rule)
    policy = found.word[0]
    _, answers = tables.stage(found.phases[0], rule)
    return MarkovSolution(
        concept="stackelberg",
        values=_by_player(as_fractions(picked(table, policy)) for table in found.phases[0]),
        policies={
            "leader": np.array([move for move, _ in tables.actions(policy)]),
            "follower": np.array([row % tables.shape[2] for row in answers]).reshape(tables.shape[:2]),
        },
        residual=Fraction(0),
        error_bound=Fraction(0),
        status=np.asarray(Status.CONVERGED if found.period == 1 else Status.CYCLE, dtype=np.int8),
        certificate=found.fact(),
        q=_by_player(tables.fractions(table) for table in found.phases[0]),
        period=found.period,
        iterations=found.steps,
        reason=""
        if found.period == 1
        else f"a proved cycle of {found.period} phases: Q-value iteration from Q = 0 "
        "never converges; soften the choices, or compare the stationary fixed points",
    )


def fact(game: MarkovGame, concept: str) -> Fact:
    """The exact answer as a JSON fact; `concept` is one of `CONCEPTS`, numbers are rational strings.

    - orbit_period, orbit_period_half: see `solvers.markov.exact_orbit.orbit`, step sizes 1 and 1/2;
    - reached_fixed_point: the leader's mean value at the fixed point reached from Q = 0, with "orbit", the fact
      orbit_period;
    - fixed_points, pure_nash_count: how many stationary fixed points and pure Markov perfect equilibria there are;
    - best_fixed_point, worst_fixed_point, best_markov_nash, worst_markov_nash: the leader's mean value at them;
    - span_rate_upper, span_rate_lower, lyapunov_limit (for quadratic forms): see `solvers.markov.switching`.

    Ties are strong. Raises `SolverError` for a batch, an unknown concept, a game too large to enumerate, where the
    orbit is undecided, and where there is none of what the concept is the value of.
    """
    if concept not in _PRODUCERS:
        raise SolverError(f"exact: expected a concept among {', '.join(CONCEPTS)}, found {concept!r}")
    return _PRODUCERS[concept](game)


def _undecided(found: Unsettled, ties: Ties) -> MarkovSolution:
    moves, replies = choose(found.leader_q, found.follower_q, ties)
    states = np.arange(len(moves))
    served = replies[states, moves]
    return MarkovSolution(
        concept="stackelberg",
        values=_by_player(table[states, moves, served] for table in (found.leader_q, found.follower_q)),
        policies={"leader": moves, "follower": replies},
        residual=float("nan"),
        error_bound=float("nan"),
        status=np.asarray(Status.UNDECIDED, dtype=np.int8),
        q=_by_player((found.leader_q, found.follower_q)),
        period=0,
        iterations=found.steps,
        reason=f"undecided: {found.reason}",
    )


def _by_player(pair: Iterable[Any]) -> dict[str, Any]:
    return dict(zip(("leader", "follower"), pair, strict=True))


def _orbit(game: MarkovGame, concept: str, step_size: Any = 1) -> Orbit:
    found = find(tables_of(game, concept), game, step_size=step_size)
    if isinstance(found, Unsettled):
        raise SolverError(f"{concept}: expected an orbit with strict choices, found none: {found.reason}")
    return found


def _period(game: MarkovGame) -> Fact:
    return _orbit(game, "orbit_period").fact()


def _period_half(game: MarkovGame) -> Fact:
    return _orbit(game, "orbit_period_half", Fraction(1, 2)).fact("orbit_period_half")


def _reached(game: MarkovGame) -> Fact:
    found = _orbit(game, "reached_fixed_point")
    if found.period > 1:
        raise SolverError(f"reached_fixed_point: expected a limit, found a cycle of {found.period} phases")
    values = as_fractions(picked(found.phases[0][0], found.word[0]))
    value = sum(values.tolist(), Fraction(0)) / len(values)
    return {"concept": "reached_fixed_point", "value": str(value), "orbit": found.fact()}


def _rate(name: str) -> Callable[[MarkovGame], Fact]:
    def produce(game: MarkovGame) -> Fact:
        from solvers.markov import switching  # cvxpy takes a second to import, and only these concepts need it

        return getattr(switching, name)(game)

    return produce


def _counted(concept: str, points: Callable[[MarkovGame], list[Stationary]]) -> Callable[[MarkovGame], Fact]:
    return lambda game: {"concept": concept, "value": str(len(points(game)))}


def _chosen(concept: str, points: Callable[[MarkovGame], list[Stationary]], place: int) -> Callable[[MarkovGame], Fact]:
    """The leader's mean value at the first (0) or last (-1) of the points, which come best first."""

    def produce(game: MarkovGame) -> Fact:
        found = points(game)
        if not found:
            raise SolverError(f"{concept}: expected at least one stationary solution in pure policies, found none")
        return {"concept": concept, "value": str(found[place].mean)}

    return produce


_PRODUCERS: dict[str, Callable[[MarkovGame], Fact]] = {
    "orbit_period": _period,
    "orbit_period_half": _period_half,
    "reached_fixed_point": _reached,
    "fixed_points": _counted("fixed_points", fixed_points),
    "best_fixed_point": _chosen("best_fixed_point", fixed_points, 0),
    "worst_fixed_point": _chosen("worst_fixed_point", fixed_points, -1),
    "pure_nash_count": _counted("pure_nash_count", markov_nash),
    "best_markov_nash": _chosen("best_markov_nash", markov_nash, 0),
    "worst_markov_nash": _chosen("worst_markov_nash", markov_nash, -1),
    "span_rate_upper": _rate("upper"),
    "span_rate_lower": _rate("lower"),
    "lyapunov_limit": _rate("limit"),
}
CONCEPTS: tuple[str, ...] = tuple(_PRODUCERS)
