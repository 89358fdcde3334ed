"""Strong Stackelberg commitment beside scipy.optimize.linprog and open_spiel: times a game, and ratios in one run.

Run as `python -m benchmarks.commitment [--rounds 5]`. Every contender gets the same games and returns the leader's
value, which is compared before anything is timed; a time is the median of the rounds, and contenders take turns within
a round, so that a busy machine slows all of them. Processor time beside it is what the median round would take alone.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from benchmarks.results_file import write
from games.matrix import BimatrixGame
from solvers.matrix import batch
from solvers.matrix.exact_strong import strong
from solvers.matrix.guess import guess
from solvers.solution import Status

Games = Sequence[BimatrixGame] | BimatrixGame  # one by one, or a batch
Contender = Callable[[Games], np.ndarray]  # the leader's values


def multiple_lps(games: Games) -> np.ndarray:
    """scipy: one program a reply (Conitzer-Sandholm 2006)."""
    values = []
    for game in games:
        m, n = game.leader.shape
        found = []
        for b in range(n):
            rows = (np.delete(game.follower, b, axis=1) - game.follower[:, [b]]).T
            answer = linprog(
                -game.leader[:, b], A_ub=rows, b_ub=np.zeros(n - 1), A_eq=np.ones((1, m)), b_eq=[1.0], method="highs"
            )
            found.append(-answer.fun if answer.status == 0 else -np.inf)
        values.append(max(found))
    return np.array(values)


def _single_lp(games: Games, compress: bool) -> np.ndarray:
    values = []
    for game in games:
        m, n = game.leader.shape
        rows = np.zeros((n, n, m, n))
        rows[np.arange(n), :, :, np.arange(n)] = (game.follower[:, None, :] - game.follower[:, :, None]).transpose(
            1, 2, 0
        )
        matrix: Any = rows[~np.eye(n, dtype=bool)].reshape(n * (n - 1), m * n)
        if compress:
            matrix = sparse.csr_array(matrix)
        answer = linprog(
            -game.leader.ravel(),
            A_ub=matrix,
            b_ub=np.zeros(n * (n - 1)),
            A_eq=np.ones((1, m * n)),
            b_eq=[1.0],
            method="highs",
        )
        values.append(-answer.fun)
    return np.array(values)


def single_lp(games: Games) -> np.ndarray:
    """scipy: the program over joint distributions (Conitzer-Korzhyk 2011), dense."""
    return _single_lp(games, compress=False)


def single_lp_sparse(games: Games) -> np.ndarray:
    """The same with a sparse matrix."""
    return _single_lp(games, compress=True)


def ours_one_by_one(games: Games) -> np.ndarray:
    """Ours in floats, every answer with a proved error bound, a call a game."""
    return np.array([batch.solve(game).leader_value for game in games])


def ours_batch(games: Games, threads: int = 2) -> np.ndarray:
    """Ours in floats, one call. The filter proves every basis optimal: the exact answer, rationals not yet written."""
    assert isinstance(games, BimatrixGame)
    found = batch.solve(games, threads=threads, settle=False)
    assert (found.status == Status.CONVERGED).all()  # every basis was proved, none left to exact arithmetic
    return found.leader_value


def ours_batch_one_thread(games: Games) -> np.ndarray:
    """The same on one thread."""
    return ours_batch(games, threads=1)


def ours_certified(games: Games) -> np.ndarray:
    """Ours with the rational fact of every game, written out and verified."""
    return np.array([float(Fraction(strong(game, guess(game))["value"])) for game in games])


def open_spiel() -> Contender | str:
    """open_spiel's solver (one program a reply through cvxpy), or why it is not here."""
    try:
        import pyspiel  # type: ignore[import-not-found]  # a peer, not a dependency
        from open_spiel.python.algorithms import stackelberg_lp  # type: ignore[import-not-found]  # a peer, not a dependency
    except ImportError as error:
        return f"open_spiel skipped: {error}"

    def solve(games: Games) -> np.ndarray:
        """open_spiel: one program a reply through cvxpy."""
        return np.array(
            [stackelberg_lp.solve_stackelberg(pyspiel.create_matrix_game(g.leader, g.follower))[2] for g in games]
        )

    return solve


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Seconds a game in every round: on the wall, and of the processor over all threads."""

    wall: list[float] = dataclasses.field(default_factory=list)
    processor: list[float] = dataclasses.field(default_factory=list)

    def measure(self, contender: Contender, games: Games) -> None:
        start, used = time.perf_counter(), time.process_time()
        contender(games)
        self.wall.append((time.perf_counter() - start) / len(games))
        self.processor.append((time.process_time() - used) / len(games))


def compare(contenders: dict[str, tuple[Contender, Games]], rounds: int) -> dict[str, Clock]:
    """The clock of every contender, after one round that compiles the kernels and compares the answers."""
    values = {name: contender(games) for name, (contender, games) in contenders.items()}
    first = next(iter(values.values()))
    for name, found in values.items():
        shared = min(len(found), len(first))
        assert np.allclose(found[:shared], first[:shared], atol=1e-5), name  # cvxpy's default accuracy is 1e-6 or so
    clocks = {name: Clock() for name in contenders}
    for _ in range(rounds):
        for name, (contender, games) in contenders.items():
            clocks[name].measure(contender, games)
    return clocks


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args(arguments).rounds
    rng = np.random.default_rng(2024)
    peer = open_spiel()
    if isinstance(peer, str):
        print(peer)
    rows: list[list[str]] = []
    raw: dict[str, Any] = {"seed": 2024, "rounds": rounds}
    # name: (payoffs, games of a batch, one by one, and of the peers)
    families: dict[str, tuple[np.ndarray, int, int]] = {
        "5 x 5": (rng.random((2, 40_000, 5, 5)), 200, 20),
        "5 x 5 ties": (rng.integers(-2, 3, (2, 40_000, 5, 5)).astype(float), 200, 20),
        "20 x 20": (rng.random((2, 4_000, 20, 20)), 40, 4),
        "50 x 50": (rng.random((2, 400, 50, 50)), 10, 1),
    }
    for family, ((leader, follower), some, few) in families.items():
        batch_games = BimatrixGame(leader=leader, follower=follower)
        games = [batch_games[i] for i in range(some)]
        contenders: dict[str, tuple[Contender, Games]] = {
            "scipy, one LP a reply": (multiple_lps, games[:few]),
            "scipy, single LP": (single_lp if leader.shape[1] < 50 else single_lp_sparse, games[:few]),
            "firstmover, a call a game, proved": (ours_one_by_one, games),
            "firstmover, a call a game, rational fact": (ours_certified, games),
            "firstmover, batch, proved, 1 thread": (ours_batch_one_thread, batch_games),
            "firstmover, batch, proved, 2 threads": (ours_batch, batch_games),
        }
        if not isinstance(peer, str) and few > 1:
            contenders["open_spiel"] = (peer, games[: few // 4])
        clocks = compare(contenders, rounds)
        raw[family] = {name: dataclasses.asdict(clock) for name, clock in clocks.items()}
        wall = {name: statistics.median(clock.wall) for name, clock in clocks.items()}
        processor = {name: statistics.median(clock.processor) for name, clock in clocks.items()}
        reference = min(("scipy, one LP a reply", "scipy, single LP"), key=lambda name: wall[name])
        for name in contenders:
            rows.append(
                [
                    family,
                    name,
                    _duration(wall[name]),
                    f"{wall[reference] / wall[name]:,.3g}",
                    _duration(processor[name]),
                    f"{processor[reference] / processor[name]:,.3g}",
                ]
            )
            print(" | ".join(rows[-1]))
    columns = ["games", "solver", "a game", "times scipy's faster", "processor time", "times scipy's faster"]
    write(
        "commitment",
        "Strong Stackelberg commitment: uniform payoffs, and payoffs among -2..2 with ties",
        columns,
        rows,
        raw,
    )


def _duration(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.3g} us"


if __name__ == "__main__":
    main()
