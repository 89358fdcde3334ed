"""Stackelberg Q-value iteration of one game of any size, with a proof of where it goes.

The iteration from Q_0 is followed with a bound of its own rounding. Three things can be proved:
  - the operator contracts (`solvers.markov.classes`): then its fixed point is found with a guaranteed sup-norm bound;
  - the policies stay for ever: converged, to the values of those policies;
  - the policies repeat with period p > 1 for ever: a cycle, and Q converges to a periodic orbit, not to a point.
The last two by the margins of the choices on the orbit (`solvers.markov.orbit`). Otherwise the answer is undecided,
where a choice lies within rounding, or out of budget; `message` says which and why.

Memory: the kernel where it lies, S x S matrices, and tables of S A B.
Source: sqvi (the iteration, and that it need not converge).
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections import deque
from typing import Any

import numpy as np

from games.markov import MarkovGame, Ties
from solvers.errors import refuse_batch
from solvers.markov.backup import SLACK, SMALLEST, UNIT, Backup, table_error
from solvers.markov.classes import contracting
from solvers.markov.duplicates import copy_originals, originals, without_copies
from solvers.markov.orbit import Orbit, Policy, gap, periodic_orbit
from solvers.markov.rules import as_ties, check_run, check_step_size, refuse_exact, start_tables
from solvers.markov.solution import MarkovSolution
from solvers.markov.stage import Stage, decided, stage
from solvers.solution import Status

LONGEST_PERIOD = 2048
BUDGET = 20_000
EXACTLY = "solve with exact=True or the exact twin game.exact()."


def solve(
    game: MarkovGame,
    *,
    ties: str | Ties = Ties.STRONG,
    step_size: float = 1.0,
    start: tuple[Any, Any] | None = None,
    tolerance: float = 1e-10,
    budget: int = BUDGET,
) -> MarkovSolution:
    """Where Q-value iteration with pure commitment goes from `start`, a pair (Q_L, Q_F), or zeros.

    policies["leader"] (S,) are her actions, policies["follower"] (S, A) his replies to every action of hers. Converged
    answers are within `error_bound` of the fixed point in every entry of both Q. Where the operator contracts the bound
    is at most `tolerance` times the largest reward, or as small as rounding lets it be; where policies are proved to
    stay or to repeat, values are those of a linear system and the bound is that of rounding. `iterations` are steps of
    the iteration until the proof, passes over the kernel where the operator contracts, which step and start do not
    change. At most `budget` steps are taken.

    Raises `SolverError` for a batch, an exact twin or a step size outside (0, 1], `GameError` for a start of another
    shape.
    """
    refuse_batch("iteration", game.batch_shape)
    refuse_exact("iteration", game)
    ties = as_ties(ties)
    check_step_size(step_size)
    check_run(tolerance, budget)
    tables = start_tables(game, start)
    found = contracting(game, tables, ties=ties, step_size=step_size, tolerance=tolerance, budget=budget)
    if found is not None:
        return found
    return _Run(game, tables, ties, step_size, budget).solution()


class _Run:
    """One iteration, step by step: Q_t = r + w_t (Q_0 - r) + gamma P U_t, see `solvers.markov.orbit`."""

    def __init__(
        self, game: MarkovGame, start: tuple[np.ndarray, np.ndarray], ties: Ties, step_size: float, budget: int
    ) -> None:
        self.game, self.start, self.ties, self.alpha, self.budget = game, start, ties, step_size, budget
        self.backup = Backup(game)
        self.backup.sharpen()
        self.discounts = np.array([float(game.leader_discount), float(game.follower_discount)])
        self.rewards = np.stack(game.rewards())  # (2, S, A, B)
        self.largest = np.abs(self.rewards).max(axis=(1, 2, 3))
        self.offset = np.stack(start) - self.rewards  # Q_0 - r
        self.offset_size = np.abs(self.offset).max(axis=(1, 2, 3)) + UNIT * self.largest
        self.first: np.ndarray | None = None  # originals of copies, sought when they matter
        self.means = np.zeros((2, game.states))  # U_t
        self.mean_error = np.zeros(2)
        self.doubt = ""  # the first choice that rounding leaves open
        self.marks: list[int] = []  # the policy at every time, numbered
        self.numbers: dict[bytes, int] = {}
        self.recent: deque[Policy] = deque(maxlen=LONGEST_PERIOD)
        self.changes: dict[tuple[int, int], list[int]] = {}  # times at which one policy follows another
        self.search = 0  # the time before which no period is sought
        self.waiting: dict[int, int] = {}  # period -> time before which it is not tried again

    def solution(self) -> MarkovSolution:
        candidate: _Candidate | None = None
        t = 0
        while True:
            tables, error = self.tables(t)
            found = self.choose(t, tables, error)
            period = self.note(found)
            if candidate is not None and candidate.mark(t) != self.marks[-1]:
                candidate = None
            if candidate is None and period and t >= self.waiting.get(period, 0):
                # An attempt costs about as much as `period` steps: the next one comes after an eighth more of them.
                self.waiting[period] = t + max(period, t // 8)
                candidate = self.candidate(t, period)
            if candidate is not None and self.is_caught(t, candidate):
                return self.proved(t, candidate)
            played = self.played(tables, found)
            move = np.abs(played - self.means).max(axis=1)
            move = np.where(move > 0, self.discounts * move + SMALLEST * (self.discounts > 0), 0.0)
            move += self.weight(t) * self.offset_size
            if not (error.any() or move.any()):
                return self.answer(t, tables, found, Status.CONVERGED, error=np.zeros(2), period=1, residual=0.0)
            if (move <= 2 * self.alpha * (1 - self.discounts) * error).all():
                return self.stuck(t, tables, found, float(move.max()))
            if t == self.budget:
                return self.spent(t, tables, found, float(move.max()))
            self.advance(played, error)
            t += 1

    def weight(self, t: int) -> float:
        """w_t, not below the true (1 - alpha)^t."""
        return (1 - self.alpha) ** t * (1 + (t + 8) * UNIT) if self.alpha < 1 else float(t == 0)

    def tables(self, t: int) -> tuple[np.ndarray, np.ndarray]:
        """Q_t (2, S, A, B) and how far it may be from the iterate in exact arithmetic (2,)."""
        if t == 0:
            return np.stack(self.start), np.zeros(2)
        if t == 1 and not np.any(self.start):
            # Q_1 = alpha r: choices are those from r. What rounding does to values, `advance` counts.
            return self.alpha * self.rewards, np.zeros(2)
        tables = self.table_of(self.means)
        error = self.discounts * (1 + self.backup.defect) * self.mean_error
        error = error + table_error(self.backup, self.means, self.discounts, self.largest)
        if self.alpha < 1:
            weight = (1 - self.alpha) ** t
            tables += weight * self.offset
            error += _rounded((2 * t + 8) * weight * self.offset_size + self.largest)
        if self.first is not None:
            copy_originals(tables, self.first)
        return tables, SLACK * error

    def table_of(self, means: np.ndarray) -> np.ndarray:
        """r + gamma P U: (2, S, A, B)."""
        tables = self.backup.continuation(means)
        tables *= self.discounts[:, None, None, None]
        tables += self.rewards
        return tables

    def choose(self, t: int, tables: np.ndarray, error: np.ndarray) -> Stage:
        """The stage at Q_t; notes a doubt where rounding might have changed a choice."""
        if t == 1 and not np.any(self.start):
            tables = self.rewards  # alpha > 0 makes no ties, its rounding may
        found = stage(tables[0], tables[1], self.ties)
        if self.first is None and not decided(found, error[0], error[1]):
            self.first = originals(self.game, self.start)
            copy_originals(tables, self.first)
            found = stage(tables[0], tables[1], self.ties)
        if self.first is not None:
            found = without_copies(found, tables, self.first)
        if not self.doubt and not decided(found, error[0], error[1]):
            place = _closest(found, error)
            self.doubt = (
                f"undecided: at step {t} a choice in state {place} lies within rounding, a tie or nearly one, so that "
                f"exact arithmetic might go another way; {EXACTLY}"
            )
        return found

    def note(self, found: Stage) -> int:
        """Record the policy; the least period with which the last policies repeat, 0 where there is none."""
        mark = self.numbers.setdefault(_digest(found), len(self.numbers))
        t = len(self.marks)
        self.marks.append(mark)
        self.recent.append((found.moves.astype(np.int32), _answers(found).astype(np.int32)))
        if t == 0:
            return 0
        before = self.marks[-2]
        if mark == before:
            return 1
        times = self.changes.setdefault((before, mark), [])
        times.append(t)
        if t < self.search:
            return 0
        self.search = t + t // 64  # a search among many changes costs more than a step: not at every one of them
        recent = self.marks[-8:]
        for earlier in reversed(times[:-1]):
            p = t - earlier
            if 2 * p > t + 1 or p > LONGEST_PERIOD:
                break
            near = self.marks[max(earlier - 7, 0) : earlier + 1]
            if near == recent[-len(near) :] and self.marks[t - p + 1 :] == self.marks[t - 2 * p + 1 : t - p + 1]:
                return p
        return 0

    def candidate(self, t: int, period: int) -> _Candidate | None:
        """The periodic orbit of the last `period` policies, where its own choices are those policies, strictly."""
        policies = [self.recent[i - period] for i in range(period)]
        marks = self.marks[t - period + 1 :]
        orbit = periodic_orbit(self.backup, policies, self.alpha, self.discounts)
        if orbit is None:
            return None
        margins, error, residual = np.full(2, np.inf), np.zeros(2), 0.0
        cycle = []
        for j, means in enumerate(orbit.means):
            tables, found = self.stage_of(means)
            if self.numbers.get(_digest(found)) != marks[j]:
                return None
            cycle.append({"leader": found.moves, "follower": found.replies})
            missed = self.discounts * (1 + self.backup.defect) * orbit.error
            missed = SLACK * (missed + table_error(self.backup, means, self.discounts, self.largest))
            strict = np.array([found.move_margins.min(), found.reply_margins.min()])
            margins = np.minimum(margins, strict - 2 * missed)
            error = np.maximum(error, missed)
            following = (1 - self.alpha) * means + self.alpha * self.played(tables, found)
            jump = np.abs(following - orbit.means[(j + 1) % period]).max(axis=1)
            residual = max(residual, float((self.discounts * jump).max()))
        return _Candidate(
            orbit=orbit,
            marks=marks,
            begin=t - period + 1,
            margins=margins,
            error=error,
            residual=residual,
            cycle=tuple(cycle),
        )

    def is_caught(self, t: int, candidate: _Candidate) -> bool:
        """Whether Q_t is so near the orbit that its policies repeat for ever."""
        weight = self.weight(t)
        remainder = 2 * weight * self.offset_size * (1 + self.backup.defect / (1 - self.discounts))
        apart = gap(
            self.backup,
            self.means,
            candidate.orbit.means[candidate.phase(t)],
            self.mean_error + candidate.orbit.error,
            self.discounts,
            remainder,
        )
        return bool((apart < candidate.margins).all())

    def played(self, tables: np.ndarray, found: Stage) -> np.ndarray:
        """V_t of both players: (2, S)."""
        return tables[:, np.arange(self.game.states), found.moves, _answers(found)]

    def advance(self, played: np.ndarray, error: np.ndarray) -> None:
        """U_{t+1} = (1 - alpha) U_t + alpha V_t."""
        if self.alpha == 1:
            self.means, self.mean_error = played, error
            return
        largest = np.maximum(np.abs(self.means), np.abs(played)).max(axis=1)
        self.means = (1 - self.alpha) * self.means + self.alpha * played
        self.mean_error = (1 - self.alpha) * self.mean_error + self.alpha * error + 4 * _rounded(largest)

    def proved(self, t: int, candidate: _Candidate) -> MarkovSolution:
        """The answer where the orbit has caught the iteration; only a doubt on the way there stands against it."""
        period = len(candidate.marks)
        tables, found = self.stage_of(candidate.orbit.means[0])
        if self.doubt:
            where = "a strict fixed point" if period == 1 else f"a strict cycle of period {period}"
            reason = f"{self.doubt} What follows in floats is attracted by {where}."
            return self.answer(t, tables, found, Status.UNDECIDED, residual=candidate.residual, reason=reason)
        if period == 1:
            return self.answer(
                t, tables, found, Status.CONVERGED, error=candidate.error, period=1, residual=candidate.residual
            )
        return self.answer(
            t,
            tables,
            found,
            Status.CYCLE,
            error=candidate.error,
            period=period,
            residual=candidate.residual,
            reason=f"cycle: the policies repeat with period {period} for ever, every choice by a margin, so that "
            "the iteration does not converge; mixed commitment, a temperature or another step size may.",
            cycle=candidate.cycle,
        )

    def stage_of(self, means: np.ndarray) -> tuple[np.ndarray, Stage]:
        """The tables r + gamma P U and their stage, copies left out of account where they are known."""
        tables = self.table_of(means)
        if self.first is None:
            return tables, stage(tables[0], tables[1], self.ties)
        copy_originals(tables, self.first)
        return tables, without_copies(stage(tables[0], tables[1], self.ties), tables, self.first)

    def stuck(self, t: int, tables: np.ndarray, found: Stage, residual: float) -> MarkovSolution:
        """The answer where nothing moves any more but no choice is proved to stay."""
        reason = self.doubt or (
            f"undecided: after {t} steps nothing moves by more than rounding, but a choice in state "
            f"{_closest(found, np.ones(2))} is a tie or nearly one, so that the policies are not proved to stay; "
            f"{EXACTLY}"
        )
        return self.answer(t, tables, found, Status.UNDECIDED, residual=residual, reason=reason)

    def spent(self, t: int, tables: np.ndarray, found: Stage, residual: float) -> MarkovSolution:
        """The answer out of budget."""
        reason = self.doubt or (
            f"budget: {t} steps came before a proof that the policies stay or repeat, and {len(self.numbers)} "
            "different policies were met; raise the budget, or look at a larger step size."
        )
        status = Status.UNDECIDED if self.doubt else Status.BUDGET
        return self.answer(t, tables, found, status, residual=residual, reason=reason)

    def answer(
        self,
        t: int,
        tables: np.ndarray,
        found: Stage,
        status: Status,
        *,
        residual: float,
        error: np.ndarray | None = None,
        period: int = 0,
        reason: str = "",
        cycle: tuple[dict[str, np.ndarray], ...] = (),
    ) -> MarkovSolution:
        played = self.played(tables, found)
        return MarkovSolution(
            concept="stackelberg",
            values={"leader": played[0], "follower": played[1]},
            policies={"leader": found.moves, "follower": found.replies},
            residual=residual,
            error_bound=float("nan") if error is None else float(error.max()),
            status=np.int8(status),
            q={"leader": tables[0], "follower": tables[1]},
            period=period,
            iterations=t,
            reason=reason,
            cycle=cycle,
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Candidate:
    """A periodic orbit whose own choices are its policies."""

    orbit: Orbit
    marks: list[int]  # the policies of the phases, numbered
    begin: int  # a time of phase 0
    margins: np.ndarray  # (2,) that every choice of the leader and of the follower on the true orbit has at least
    error: np.ndarray  # (2,) of the orbit's tables
    residual: float
    cycle: tuple[dict[str, np.ndarray], ...]  # the policies of the phases

    def phase(self, t: int) -> int:
        return (t - self.begin) % len(self.marks)

    def mark(self, t: int) -> int:
        return self.marks[self.phase(t)]


def _answers(found: Stage) -> np.ndarray:
    """b(s, a(s)): (S,)."""
    return np.take_along_axis(found.replies, found.moves[..., None], axis=-1)[..., 0]


def _rounded(size: np.ndarray) -> np.ndarray:
    """How far results of this size may be off for a rounding, or a few that underflow; zero where all is zero."""
    return np.where(size > 0, SLACK * UNIT * size + 8 * SMALLEST, 0.0)


def _digest(found: Stage) -> bytes:
    """The whole policy, replies off the path too, in a few bytes."""
    text = found.moves.astype(np.int32).tobytes() + found.replies.astype(np.int32).tobytes()
    return hashlib.blake2b(text, digest_size=16).digest()


def _closest(found: Stage, error: np.ndarray) -> int:
    """The state whose choices are nearest to a tie, in units of the errors."""
    unit = np.maximum(error, np.finfo(float).tiny)
    lead = np.minimum(found.move_margins / unit[0], found.reply_margins.min(axis=-1) / unit[1])
    return int(lead.argmin())
