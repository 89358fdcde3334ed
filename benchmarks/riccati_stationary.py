"""Stationary linear-quadratic games: a large jump linear system, batches of small games, and hard Riccati equations.

Run as `python -m benchmarks.riccati_stationary [--rounds 5]`, BLAS on one thread.

- One player, 50 states, 4 regimes, 5 actions, 2 noise channels on states and actions: Kleinman's method from a start it
  finds itself, beside one call of `scipy.linalg.solve_continuous_are` for 50 states, in the same round.
- Batches of random games of two players, n = 2, m = 2, by the compiled flow, on one thread and on two, beside the
  single solver game by game; P, p and r, without laws and error bounds.
- Examples of the CAREX collection: proved error of `care` and the true error of scipy's answer, relative to the
  largest entry, beside the times of both.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import scipy.linalg

from benchmarks.results_file import write
from games.linear_quadratic import LinearQuadraticGame
from solvers.riccati.batch import stationary_batch
from solvers.riccati.care import care, scipy_answer
from solvers.riccati.care_examples import examples
from solvers.riccati.kleinman import ControlProblem, kleinman
from solvers.riccati.stationary import stationary

Section = tuple[list[list[str]], dict[str, Any]]

SMALL = [(1, 1), (2, 1), (2, 2)]
GAMES, ALONE = 4000, 20


def jump_linear(n: int = 50, m: int = 4, k: int = 5, d: int = 2) -> ControlProblem:
    rng = np.random.default_rng(0)
    generator = rng.uniform(0, 1, (m, m)) * (1 - np.eye(m))
    return ControlProblem(
        generator=generator - np.diag(generator.sum(axis=1)),
        A=rng.normal(size=(m, n, n)) / np.sqrt(n) - 0.5 * np.eye(n),
        B=rng.normal(size=(m, n, k)),
        C=0.1 * rng.normal(size=(m, d, n, n)) / np.sqrt(n),
        D=0.1 * rng.normal(size=(m, d, n, k)),
        Q=np.broadcast_to(np.eye(n), (m, n, n)),
        S=np.zeros((m, n, k)),
        R=np.broadcast_to(np.eye(k), (m, k, k)),
        discount=0.2,
    )


def draw(count: int, ku: int, kv: int) -> LinearQuadraticGame:
    rng = np.random.default_rng(1)
    n, m, d, N = 2, 2, 2, 2 + ku + kv

    def normal(*shape: int, size: float = 0.3) -> np.ndarray:
        return size * rng.normal(size=(count, m, *shape))

    def cost(own: slice) -> np.ndarray:
        factor = rng.normal(size=(count, m, N, N)) / N
        M = factor @ factor.mT
        M[..., range(n), range(n)] += 0.5
        for i in range(N)[own]:
            M[..., i, i] += 1
        return M

    rates = rng.uniform(0.1, 1, (count, m))
    generator = np.zeros((count, m, m))
    generator[:, 0, 0], generator[:, 0, 1] = -rates[:, 0], rates[:, 0]
    generator[:, 1, 0], generator[:, 1, 1] = rates[:, 1], -rates[:, 1]
    costs: dict[str, Any] = {}
    for player, own in (("leader", slice(n, n + ku)), ("follower", slice(n + ku, N))):
        costs |= {f"{player}_M": cost(own), f"{player}_m": normal(N)}
        costs |= {f"{player}_G": np.zeros((m, n, n)), f"{player}_g": np.zeros((m, n))}
    return LinearQuadraticGame(
        generator=generator,
        A=normal(n, n) - np.eye(n),
        B=normal(n, ku, size=0.7),
        E=normal(n, kv, size=0.7),
        b=normal(n),
        C=normal(d, n, n, size=0.2),
        D=normal(d, n, ku, size=0.2),
        F=normal(d, n, kv, size=0.2),
        s=normal(d, n, size=0.2),
        **costs,
        discount=0.5,
        leader_temperature=0.2,
        follower_temperature=0.1,
    )


def seconds(work: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> float:
    start = clock()
    work()
    return clock() - start


def as_game(problem: ControlProblem) -> LinearQuadraticGame:
    """The problem as the follower's, beside a leader who moves nothing, with affine terms for p and r."""
    m, n, k = problem.B.shape
    d, N = problem.C.shape[1], n + 1 + k
    follower, leader = np.zeros((m, N, N)), np.zeros((m, N, N))
    follower[:, :n, :n], follower[:, n + 1 :, n + 1 :] = problem.Q, problem.R
    leader[:, :n, :n], leader[:, n, n] = problem.Q, 1.0
    costs: dict[str, Any] = {"leader_M": leader, "follower_M": follower}
    for player in ("leader", "follower"):
        costs |= {f"{player}_m": np.zeros((m, N)), f"{player}_G": np.zeros((m, n, n)), f"{player}_g": np.zeros((m, n))}
    return LinearQuadraticGame(
        generator=problem.generator,
        A=problem.A,
        B=np.zeros((m, n, 1)),
        E=problem.B,
        b=np.full((m, n), 0.1),
        C=problem.C,
        D=np.zeros((m, d, n, 1)),
        F=problem.D,
        s=np.zeros((m, d, n)),
        **costs,
        discount=problem.discount,
        leader_temperature=0.1,
        follower_temperature=0.1,
    )


def large(rounds: int) -> Section:
    problem = jump_linear()
    game = as_game(problem)
    answer, whole = kleinman(problem), stationary(game, certify=False)
    times: list[tuple[float, float, float]] = []
    for _ in range(rounds):
        riccati = statistics.median(
            seconds(
                lambda i=i: scipy.linalg.solve_continuous_are(problem.A[i], problem.B[i], problem.Q[i], problem.R[i])
            )
            for i in range(len(problem.A))
        )
        times.append((riccati, seconds(lambda: kleinman(problem)), seconds(lambda: stationary(game, certify=False))))
    rows = []
    for at, (what, residual) in enumerate(
        [("P of the one player", answer.residuals[-1]), ("P, p, r of both players", whole.residual)], start=1
    ):
        ratio = statistics.median(row[at] / row[0] for row in times)
        ours, riccati = statistics.median(row[at] for row in times), statistics.median(row[0] for row in times)
        rows.append(
            [
                f"stationary, n = 50, m = 4, {what}",
                f"{ours * 1e3:.0f} ms",
                f"{riccati * 1e3:.1f} ms (one CARE, n = 50)",
                f"{ratio:.1f} CAREs, residual {residual:.1e}",
            ]
        )
    return rows, {"times": times, "residuals": answer.residuals}


def batches(rounds: int) -> Section:
    rows, raw = [], []
    for ku, kv in SMALL:
        games = draw(GAMES, ku, kv)
        solved = stationary_batch(games, policies=False)
        few = [games[i] for i in range(ALONE)]
        one, two, alone, processor = [], [], [], []
        for _ in range(rounds):
            one.append(GAMES / seconds(lambda games=games: stationary_batch(games, policies=False)))
            work = partial(stationary_batch, games, policies=False)
            processor.append(GAMES / seconds(work, time.process_time))
            two.append(GAMES / seconds(lambda games=games: stationary_batch(games, policies=False, threads=2)))
            alone.append(ALONE / seconds(lambda few=few: [stationary(game, certify=False) for game in few]))
        rate, both, single, busy = (statistics.median(rates) for rates in (one, two, alone, processor))
        rows.append(
            [
                f"batch, n = 2, m = 2, ku = {ku}, kv = {kv}",
                f"{rate:,.0f} games/s on one thread, {both:,.0f} on two; {busy:,.0f} a second of processor time",
                f"{single:,.1f} games/s (one at a time)",
                f"{np.mean(solved.converged):.1%} converged, residual {np.nanmax(solved.residual):.1e}",
            ]
        )
        raw.append({"ku": ku, "kv": kv, "one": one, "two": two, "alone": alone, "processor": processor})
    return rows, {"batches": raw}


def hard(rounds: int) -> Section:
    rows, raw = [], []
    for example in examples():
        data = example.A, example.B, example.Q, example.R
        answer = care(*data)
        size = np.abs(answer.X).max()
        first = answer.first_answer
        by_scipy = np.nan if first is None else np.abs(first - answer.X).max() / size
        nothing = np.zeros(example.B.shape)
        ours = statistics.median(seconds(lambda data=data: care(*data)) for _ in range(rounds))
        theirs = statistics.median(seconds(lambda data=data, S=nothing: scipy_answer(*data, S)) for _ in range(rounds))
        rows.append(
            [
                f"CAREX {example.name}",
                f"{ours * 1e3:.2f} ms",
                f"{theirs * 1e3:.2f} ms",
                f"error at most {answer.error_bound / size:.1e}, scipy's {by_scipy:.1e}",
            ]
        )
        raw.append({"example": example.name, "proved": answer.error_bound / size, "scipy": float(by_scipy)})
    return rows, {"carex": raw}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args(arguments).rounds
    rows: list[list[str]] = []
    raw: dict[str, Any] = {}
    for part in (large, batches, hard):
        lines, numbers = part(rounds)
        rows, raw = rows + lines, raw | numbers
    columns = ["what", "firstmover", "beside", "answers"]
    write("riccati_stationary", "Stationary linear-quadratic games", columns, rows, raw)
    for row in rows:
        print(" | ".join(row))


if __name__ == "__main__":
    main()
