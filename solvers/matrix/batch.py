"""Strong commitment of many small games at once, each with a proved error bound.

Every game goes through a condensed dual simplex in floats, then through a rigorous filter (`solvers.matrix.filter`)
that proves the signs which make the basis found optimal and every other reply worse. Where the filter succeeds, the
exact answer is the rational solution of that basis, and it is known to be so although no rational number was computed:
the floats are that solution within `error_bound`, and `certificate[i]` computes and verifies the rationals when asked.
Where it fails, a game of small integer payoffs, where ties are common, is solved in 64-bit integers without rounding;
what is left (ties of other payoffs, ill-conditioned games) goes to rational arithmetic, `solvers.matrix.exact`.

"Proved" rests on IEEE 754 double arithmetic rounding to nearest without flushing subnormals, and on this code being
right; the fact that `certificate[i]` returns rests on neither.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import numpy as np

from games.matrix import BimatrixGame
from solvers.errors import SolverError, refuse_batch
from solvers.matrix.commit import commit_block
from solvers.matrix.exact import Fact
from solvers.matrix.exact import fact as exact_fact
from solvers.matrix.exact_strong import strong
from solvers.matrix.filter import UNSETTLED
from solvers.matrix.guess import contiguous, guess
from solvers.matrix.integer_simplex import commit_integers
from solvers.matrix.integers import rounded_up, small_integers
from solvers.solution import Solution, Status

# Games a call of the compiled block: long enough to hide the call, short enough to share evenly among threads.
BLOCK = 1024
# Payoffs that are integers of so many bits times a power of two are tried in integers; the kernel allows 24.
INTEGER_BITS = 24


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Commitments:
    """Strong commitments of games along one axis G, with what is proved of each."""

    known: np.ndarray  # (G,) UNSETTLED, PROVED or NONDEGENERATE
    reply: np.ndarray  # (G,)
    value: np.ndarray  # (G,)
    error: np.ndarray  # (G,) bound of the error of `value`; infinite where unsettled
    served: np.ndarray  # (G,) follower's value
    regret: np.ndarray  # (G,) what another reply would give him more, at the strategy as floats have it
    strategy: np.ndarray  # (G, m)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Certificates:
    """Facts of a batch, computed and verified in rational arithmetic when asked for: certificates[index].

    The index selects one game of the batch, or is () for a single game.
    """

    game: BimatrixGame
    concept: str

    def __getitem__(self, index: Any) -> Fact:
        single = self.game[index] if self.game.batch_shape else self.game
        if self.concept != "sse":
            return exact_fact(single, self.concept)
        refuse_batch("certificates", single.batch_shape)
        return strong(single, guess(single))


def solve(game: BimatrixGame, *, tolerance: float = 1e-9, threads: int = 1, settle: bool = True) -> Solution:
    """The strong Stackelberg equilibrium of every game of a batch, or of one game.

    policies["leader"] (*batch, m) is the strategy and policies["follower"] (*batch,) the reply; where several
    commitments are optimal it is one of them. `error_bound` holds for the leader's value. `tolerance` is the largest
    error, relative to the range of the leader's payoffs and without the rounding of the value itself, that is not
    settled exactly. With settle=False games that kernels do not settle stay UNDECIDED with an infinite error bound.
    `residual` is what another reply would give the follower more at the strategy as floats have it. `threads` share the
    work in blocks.

    Raises `SolverError` for exact twins, whose answers `solvers.matrix.exact` gives one at a time.
    """
    refuse_exact("batch", game)
    found = commitments(game, tolerance=tolerance, threads=threads)
    if settle:
        settle_exactly(game, found, found.known == UNSETTLED, lambda single: strong(single, guess(single)))
    left_open = (found.known == UNSETTLED) & (not settle)
    status = np.where(left_open, Status.UNDECIDED, Status.CONVERGED)
    return answer(game, found, status, "sse")


def commitments(game: BimatrixGame, *, tolerance: float = 1e-9, threads: int = 1) -> Commitments:
    """What the compiled kernels make of the games: nothing is settled in rational arithmetic."""
    if threads < 1:
        raise SolverError(f"threads: expected at least 1, found {threads}")
    games = math.prod(game.batch_shape)
    m, n = game.leader_actions, game.follower_actions
    leader = contiguous(game.leader.reshape(games, m, n))
    follower = contiguous(game.follower.reshape(games, m, n))
    found = Commitments(
        known=np.empty(games, dtype=np.int8),
        reply=np.empty(games, dtype=np.int64),
        value=np.empty(games),
        error=np.empty(games),
        served=np.empty(games),
        regret=np.empty(games),
        strategy=np.empty((games, m)),
    )
    outputs = [getattr(found, field.name) for field in dataclasses.fields(found)]

    def run(start: int) -> None:
        block = slice(start, start + BLOCK)
        commit_block(leader[block], follower[block], float(tolerance), *(output[block] for output in outputs))

    starts = range(0, games, BLOCK)
    if threads == 1 or len(starts) < 2:
        for start in starts:
            run(start)
    else:
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(run, starts):
                pass
    _settle_integers(leader, follower, found)
    return found


def _settle_integers(leader: np.ndarray, follower: np.ndarray, found: Commitments) -> None:
    """Solve, in place, unsettled games whose payoffs are small integers times a power of two, in exact integers."""
    places = np.flatnonzero(found.known == UNSETTLED)
    if not places.size:
        return
    leader_integers, power, small = small_integers(leader[places], INTEGER_BITS)
    follower_integers, _, also = small_integers(follower[places], INTEGER_BITS)
    small &= also
    places, power = places[small], power[small]
    known = np.empty(len(places), dtype=np.int8)
    reply = np.empty(len(places), dtype=np.int64)
    value = np.empty(len(places))
    strategy = np.empty((len(places), leader.shape[1]))
    commit_integers(leader_integers[small], follower_integers[small], known, reply, value, strategy)
    solved = known != UNSETTLED
    places, reply, strategy = places[solved], reply[solved], strategy[solved]
    quotient = value[solved]
    value = np.ldexp(quotient, power[solved])
    paid = np.einsum("ga,gab->gb", strategy, follower[places])
    served = np.take_along_axis(paid, reply[:, None], axis=1)[:, 0]
    found.known[places] = known[solved]
    found.reply[places] = reply
    found.value[places] = value
    # A quotient of integers, rounded once; what lies near the smallest floats, and its error, may lose more.
    underflow = np.where((quotient != 0) & (np.abs(value) < 2.0**-900), 2.0**-1073, 0.0)
    found.error[places] = np.abs(value) * 2.0**-53 + underflow
    found.served[places] = served
    found.regret[places] = paid.max(axis=1) - served
    found.strategy[places] = strategy


def refuse_exact(solver: str, game: BimatrixGame) -> None:
    """Raise `SolverError` for an exact twin."""
    if game.is_exact:
        raise SolverError(f"{solver}: expected payoffs as floats, found an exact twin; use solvers.matrix.exact")


def settle_exactly(
    game: BimatrixGame, found: Commitments, doubtful: np.ndarray, fact_of: Callable[[BimatrixGame], Fact]
) -> None:
    """Replace, in place, what floats left open by exact facts, rounded."""
    m, n = game.leader_actions, game.follower_actions
    leader, follower = game.leader.reshape(-1, m, n), game.follower.reshape(-1, m, n)
    for place in np.flatnonzero(doubtful):
        single = BimatrixGame(leader=leader[place], follower=follower[place])
        fact = fact_of(single)
        value = Fraction(fact["value"])
        strategy = np.array([float(Fraction(weight)) for weight in fact["strategy"]])
        found.value[place] = float(value)
        found.error[place] = rounded_up(abs(Fraction(float(value)) - value))
        found.strategy[place] = strategy
        found.reply[place] = fact["reply"]
        found.served[place] = float(Fraction(fact["follower_value"]))
        paid = strategy @ single.follower
        found.regret[place] = paid.max() - paid[fact["reply"]]


def answer(game: BimatrixGame, found: Commitments, status: np.ndarray, concept: str) -> Solution:
    """The solution that commits to the strategies found, in the batch shape of the game."""
    shape = game.batch_shape
    return Solution(
        concept=concept,
        values={"leader": found.value.reshape(shape)[()], "follower": found.served.reshape(shape)[()]},
        policies={
            "leader": found.strategy.reshape(*shape, game.leader_actions),
            "follower": found.reply.reshape(shape)[()],
        },
        residual=found.regret.reshape(shape)[()],
        error_bound=found.error.reshape(shape)[()],
        status=status.reshape(shape).astype(np.int8),
        certificate=Certificates(game=game, concept=concept),
    )
