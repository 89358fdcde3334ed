"""Markov decision processes beside quantecon, and Q-value iteration of one large game: time and memory.

Run as `python -m benchmarks.markov_single [--rounds 15]`. A process of 500 states and 20 actions (uniform rewards, rows
of the kernel from a flat Dirichlet law), gamma .95, tolerance 1e-8: ours is the game in which the follower has one
action. All contenders are built beforehand and read the same kernel in memory; a time is the median of the rounds,
contenders take turns within a round, BLAS is pinned to one thread. The error is the largest over states against values
refined in long doubles: no error that a method reports is taken on trust.

The large game has 500 states and 20 x 20 actions, its kernel 800 MB, and is solved in a fresh process; memory is the
peak of the resident set beyond what it was when the game stood.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.results_file import write
from games.markov import MarkovGame
from solvers.markov import single_agent

STATES, ACTIONS, DISCOUNT, TOLERANCE = 500, 20, 0.95, 1e-8

LARGE = """
import resource, sys, time
import numpy as np
from games.markov import MarkovGame
from solvers.markov import iteration
S, A, B = 500, 20, 20
rng = np.random.default_rng(int(sys.argv[1]))
kernel = np.empty((S, A, B, S))
for s in range(S):
    kernel[s] = rng.dirichlet(np.ones(S), (A, B))
kernel.setflags(write=False)
game = MarkovGame(transition=kernel, leader_reward=rng.random((S, A, B)), follower_reward=rng.random((S, A, B)),
                  leader_discount=0.9, follower_discount=0.9)
before = int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() // 1024  # now, not at its peak
start = time.perf_counter()
found = iteration.solve(game)
seconds = time.perf_counter() - start
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(seconds, after - before, before, int(found.status), found.period, found.iterations, found.error_bound)
"""


def process(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rewards (S, A) and kernel (S, A, S)."""
    rng = np.random.default_rng(seed)
    kernel = rng.dirichlet(np.ones(STATES), (STATES, ACTIONS))
    kernel.setflags(write=False)  # so that games take it as it is
    return rng.random((STATES, ACTIONS)), kernel


def reference(rewards: np.ndarray, kernel: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The optimal values: the policy greedy at `values`, evaluated with residuals in long doubles."""
    policy = (rewards + DISCOUNT * kernel @ values).argmax(axis=1)
    at = np.arange(STATES), policy
    system = np.eye(STATES) - DISCOUNT * kernel[at]
    found = np.linalg.solve(system, rewards[at]).astype(np.longdouble)
    for _ in range(3):
        miss = rewards[at] - (found - DISCOUNT * (kernel[at].astype(np.longdouble) @ found))
        found += np.linalg.solve(system, miss.astype(np.float64))
    improved = (rewards + DISCOUNT * kernel @ found.astype(np.float64)).max(axis=1)
    assert np.abs(improved - found).max() < 1e-12  # Bellman's equation holds: the policy is optimal
    return found.astype(np.float64)


def ours(rewards: np.ndarray, kernel: np.ndarray) -> Callable[[], tuple[np.ndarray, float]]:
    """firstmover: values and the bound it guarantees for them."""
    game = MarkovGame(
        transition=kernel[:, :, None, :],
        leader_reward=rewards[:, :, None],
        follower_reward=np.zeros((STATES, ACTIONS, 1)),
        leader_discount=DISCOUNT,
        follower_discount=DISCOUNT,
    )
    relative = TOLERANCE / float(np.abs(rewards).max())  # ours is relative to the rewards

    def solve() -> tuple[np.ndarray, float]:
        found = single_agent.solve(game, tolerance=relative)
        return found.leader_value, found.error_bound

    return solve


def quantecon(rewards: np.ndarray, kernel: np.ndarray) -> dict[str, Callable[[], tuple[np.ndarray, float]]] | str:
    """quantecon's DiscreteDP by three methods (it reports no bound), or why it is not here."""
    try:
        from quantecon.markov import DiscreteDP  # type: ignore[import-not-found]  # a peer, not a dependency
    except ImportError as error:
        return f"quantecon skipped: {error}"
    problem = DiscreteDP(rewards, kernel, DISCOUNT)

    def by(method: str) -> Callable[[], tuple[np.ndarray, float]]:
        return lambda: (problem.solve(method=method, epsilon=TOLERANCE, max_iter=10_000).v, float("nan"))

    return {f"quantecon, {method.replace('_', ' ')}": by(method) for method in METHODS}


METHODS = ("value_iteration", "modified_policy_iteration", "policy_iteration")


def large(seed: int) -> list[float]:
    """Of a fresh process: seconds, kilobytes beyond the game, kilobytes with it, status, period, steps and bound."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", LARGE, str(seed)], capture_output=True, text=True, check=True, env=environment
    )
    return [float(part) for part in done.stdout.split()]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args(arguments).rounds
    rewards, kernel = process(2024)
    contenders = {"firstmover, single agent, guaranteed": ours(rewards, kernel)}
    peers = quantecon(rewards, kernel)
    if isinstance(peers, str):
        print(peers)
    else:
        contenders |= peers
    answers = {name: contender() for name, contender in contenders.items()}  # compiles, and is not timed
    truth = reference(rewards, kernel, answers["firstmover, single agent, guaranteed"][0])
    clocks: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            start = time.perf_counter()
            contender()
            clocks[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(clock) for name, clock in clocks.items()}
    slowest = medians.get("quantecon, modified policy iteration")
    rows = []
    for name, (values, bound) in answers.items():
        error = float(np.abs(values - truth).max())
        assert not error > bound, name  # a guarantee that fails is worse than none
        rows.append(
            [
                f"{STATES} states, {ACTIONS} actions",
                name,
                f"{medians[name] * 1e3:.1f} ms",
                f"{slowest / medians[name]:.2f}" if slowest else "",
                f"{error:.1e}",
                "" if np.isnan(bound) else f"{bound:.1e}",
                "",
            ]
        )
        print(" | ".join(rows[-1]))
    large_one = large(2024)
    seconds, extra, size, status, period, steps, bound = large_one
    outcome = "converged" if status == 0 else f"cycle of {period:.0f}" if status == 2 else "undecided"
    rows.append(
        [
            "500 states, 20 x 20 actions",
            f"firstmover, Q-value iteration: {outcome}, proved in {steps:.0f} steps",
            f"{seconds:.2f} s",
            "",
            "",
            f"{bound:.1e}",
            f"{extra / 2**10:.0f} MB beyond {size / 2**10:.0f} MB",
        ]
    )
    print(" | ".join(rows[-1]))
    columns = [
        "problem",
        "solver",
        "time",
        "times modified policy iteration's faster",
        "true error",
        "guaranteed",
        "memory",
    ]
    raw: dict[str, Any] = {"seed": 2024, "rounds": rounds, "clocks": clocks, "large": large_one}
    write("markov_single", f"One Markov game: gamma {DISCOUNT}, tolerance {TOLERANCE:g}", columns, rows, raw)


if __name__ == "__main__":
    main()
