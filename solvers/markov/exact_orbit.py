"""Where Q-value iteration from Q = 0 ends, proved: at a fixed point or on a periodic orbit, every choice on it strict.

A word of joint policies w_0, ..., w_{p-1}, repeated for ever, is a contraction of Q and has one periodic orbit. That is
an orbit of the iteration where the greedy policy of each phase is the word's own. Where all choices are strict, with
smallest margin m, the iteration starting less than m/2 from a phase makes the same choices as the orbit from then on
(both are moved by the same affine maps, which do not expand the sup norm) and tends to it. So the fact
    {orbit, a time T, a phase j with ||Q_T - orbit_j|| < m/2}
proves convergence where p = 1, and that the iteration never converges where p > 1.

Found with floats whose error is bounded (`solvers.markov.exact_trace`), solved in rationals. Source: `sqvi`, theory
section 3, general-sum-converges.
"""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq_mat

from games.core import as_fraction
from games.errors import shown
from games.markov import MarkovGame, Ties
from solvers.errors import SolverError
from solvers.markov.exact_tables import (
    ExactTables,
    Pair,
    Policy,
    as_rational,
    column,
    nearest,
    picked,
    tables_of,
    unit,
)
from solvers.markov.exact_trace import UNIT, Trace
from solvers.markov.rules import as_ties

Fact = dict[str, Any]

FIRST_LOOK = 64
"""Steps before the first search for a period; every later look comes after twice as many."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Orbit:
    """A periodic orbit of the iteration, the entered phase first, and a time at which the iterate is close enough."""

    tables: ExactTables
    ties: Ties
    step_size: Fraction
    phases: tuple[Pair, ...]
    word: tuple[Policy, ...]  # the greedy policy of each phase
    steps: int

    @property
    def period(self) -> int:
        return len(self.phases)

    def fact(self, concept: str = "orbit_period") -> Fact:
        """The orbit as a JSON fact; numbers are rational strings, tables [s][a][b]."""
        return {
            "concept": concept,
            "value": str(self.period),
            "ties": self.ties.label,
            "step_size": str(self.step_size),
            "orbit": [
                {"leader": self.tables.nested(leader, str), "follower": self.tables.nested(follower, str)}
                for leader, follower in self.phases
            ],
            "entry": {"steps": self.steps, "phase": 0},
        }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unsettled:
    """Why no orbit was proved, and the last iterate whose greedy choices are certain, in floats."""

    reason: str
    leader_q: np.ndarray  # (S, A, B)
    follower_q: np.ndarray  # (S, A, B)
    steps: int


def orbit(game: MarkovGame, ties: Ties | str = "strong", step_size: Any = 1, *, budget: int = 4096) -> Fact | None:
    """The fact "orbit_period" of a single game: what Q-value iteration from Q = 0 tends to, with its proof.

    {"concept", "value": p, "ties", "step_size", "orbit": [{"leader": Q_L, "follower": Q_F}, ...], "entry": {"steps": T,
    "phase": 0}}: orbit[j] is mapped to orbit[j + 1] and the last to the first, all greedy choices on it are strict, and
    the iterate at time T is within less than half of the smallest margin of orbit[0]. p = 1 is convergence.

    None where this proves nothing: a tie on the limit, or no period seen within `budget` steps. Raises `SolverError`
    for a batch, a step size outside (0, 1] and unknown ties.
    """
    found = find(tables_of(game, "orbit"), game, ties=ties, step_size=step_size, budget=budget)
    return found.fact() if isinstance(found, Orbit) else None


def find(
    tables: ExactTables, game: MarkovGame, *, ties: Ties | str = "strong", step_size: Any = 1, budget: int = 4096
) -> Orbit | Unsettled:
    """The orbit behind `orbit(game, ties, step_size)`, or why there is none; `tables` are those of `game`."""
    alpha = as_fraction(step_size, "step_size")
    if not 0 < alpha <= 1:
        raise SolverError(f"orbit: expected 0 < step_size <= 1, found {shown(alpha)}")
    rule = as_ties(ties)
    if tables.size == tables.shape[0]:  # nobody ever chooses: one affine contraction
        word = (tuple(range(tables.size)),)
        return Orbit(tables=tables, ties=rule, step_size=alpha, phases=(_fixed(tables, word[0]),), word=word, steps=0)
    trace = Trace(game, tables, ties=rule, step_size=alpha)
    tried: tuple[Policy, ...] = ()
    solved: tuple[tuple[Pair, ...], Any] | None = None
    horizon = min(FIRST_LOOK, budget)
    while True:
        trace.extend(horizon)
        word = _word(trace.policies[: trace.length])
        if word:
            if word != tried:
                tried, solved = word, _periodic(tables, word, rule, alpha)
            if solved is not None:
                phases, margin = solved
                if margin == 0:
                    return _unsettled(
                        trace, f"a greedy choice on the orbit of period {len(word)} that it nears is a tie"
                    )
                steps = _entry(trace, phases, margin)
                if steps is not None:
                    # The word was read as ending at the trace's end: phase j of it belongs to times j - length mod p.
                    first = (steps - trace.length) % len(word)
                    return Orbit(
                        tables=tables,
                        ties=rule,
                        step_size=alpha,
                        phases=phases[first:] + phases[:first],
                        word=word[first:] + word[:first],
                        steps=steps,
                    )
        if trace.stuck:
            return _unsettled(trace, f"the greedy choice at step {trace.length} is too close to a tie to be decided")
        if horizon >= budget:
            return _unsettled(trace, f"no periodic orbit was reached within {budget} steps")
        horizon = min(2 * horizon, budget)


def _unsettled(trace: Trace, reason: str) -> Unsettled:
    last = max(trace.length - 1, 0)
    leader, follower = trace.history[last]
    return Unsettled(reason=reason, leader_q=leader, follower_q=follower, steps=last)


def _word(policies: np.ndarray) -> tuple[Policy, ...]:
    """The policies of the last p times where the latter half of the trace has a least period p <= a quarter of it."""
    length = len(policies)
    recent = policies[length // 2 :]
    for period in range(1, max(2, length // 4)):
        if len(recent) > period and (recent[period:] == recent[:-period]).all():
            return tuple(tuple(row) for row in recent[-period:].tolist())
    return ()


def _periodic(
    tables: ExactTables, word: tuple[Policy, ...], ties: Ties, step_size: Fraction
) -> tuple[tuple[Pair, ...], Any] | None:
    """The exact periodic orbit of a word and its smallest margin; None where its greedy policies are not the word's."""
    if len(word) == 1:
        phases = [_fixed(tables, word[0])]
    else:
        phases = [_undamped(tables, word) if step_size == 1 else _damped(tables, word, as_rational(step_size))]
        for policy in word[:-1]:
            phases.append(tables.step(phases[-1], policy, as_rational(step_size)))
    margins = []
    for phase, policy in zip(phases, word, strict=True):
        if tables.stage(phase, ties)[0] != policy:
            return None
        margins.append(tables.margin(phase))
    return tuple(phases), min(margins)


def _fixed(tables: ExactTables, policy: Policy) -> Pair:
    """Both Q functions of playing one joint policy for ever."""
    return tables.backup(tables.evaluate(policy))


def _undamped(tables: ExactTables, word: tuple[Policy, ...]) -> Pair:
    """Phase 0 of the orbit for step size 1, from S equations: V_j = r_j + gamma P_j V_{j-1}, indices modulo p."""
    kernels = [tables.kernel(policy) for policy in word]
    values = []
    for reward, discount in zip(tables.rewards, tables.discounts, strict=True):
        matrix, constant = unit(len(word[0])), column([0] * len(word[0]))
        # V_{p-1} as a map of itself: through phases 0, 1, ..., p - 1.
        for kernel, policy in zip(kernels, word, strict=True):
            scaled = kernel * discount
            matrix, constant = scaled * matrix, column(picked(reward, policy)) + scaled * constant
        values.append((unit(len(word[0])) - matrix).solve(constant))
    return tables.backup(values)


def _damped(tables: ExactTables, word: tuple[Policy, ...], step_size: Any) -> Pair:
    """Phase 0 of the orbit for any step size: Q_0 = M Q_0 + c, the composition of p maps of S A B entries."""
    size = tables.size
    found = []
    for reward, discount in zip(tables.rewards, tables.discounts, strict=True):
        matrix, constant = unit(size), column([0] * size)
        gain = column(reward) * step_size
        for policy in word:
            entries = [0] * (size * len(policy))
            for state, row in enumerate(policy):
                entries[state * size + row] = 1
            ahead = tables.transition * (step_size * discount)  # times the values that the policy selects
            select = fmpq_mat(len(policy), size, entries)
            matrix, constant = (
                matrix * (1 - step_size) + ahead * (select * matrix),
                constant * (1 - step_size) + gain + ahead * (select * constant),
            )
        found.append((unit(size) - matrix).solve(constant).entries())
    return found[0], found[1]


def _entry(trace: Trace, phases: tuple[Pair, ...], margin: Any) -> int | None:
    """The first time at which the iterate is certainly within less than half the margin of its phase."""
    period, length = len(phases), trace.length
    points = np.array([[[nearest(entry) for entry in table] for table in pair] for pair in phases])
    points = points.reshape(period, *trace.history.shape[1:])
    # phases[0] holds at times length - p, length, ...; the iterate at `length` is known, its policy perhaps not.
    times = np.arange(length + 1)
    gap = np.abs(trace.history[: length + 1] - points[(times - length) % period]).reshape(length + 1, -1).max(axis=1)
    rounding = 4 * UNIT * (np.abs(points).max() + gap)
    half = nearest(margin) / 2 * (1 - 2.0**-50)
    close = np.flatnonzero(gap + trace.errors[: length + 1] + rounding < half)
    return int(close[0]) if len(close) else None
