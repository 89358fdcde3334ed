"""Batches of small Markov games, to 1e-10 or a cycle, beside plain numpy: game by game, and the batch as one array.

Run as `python -m benchmarks.markov_batch [--rounds 5]`. Random games: Dirichlet kernels, rewards uniform in [-1, 1].
The loops iterate Q <- r + gamma P V until what is left is below 1e-10 (last step times gamma / (1 - gamma)), or until Q
comes back to within 1e-12 of what it was at the last power of two: they prove nothing. Ours proves what it says, but
for soft iteration (temperatures 0.1) and mixed commitment, which are other iterations. A first round compiles, and
compares the outcomes.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from benchmarks.results_file import write
from games.markov import MarkovGame
from solvers.markov import batch_mixed, batch_soft
from solvers.markov.batch import solve
from solvers.markov.solution import MarkovSolution
from solvers.solution import Status

TOLERANCE = 1e-10
RETURN = 1e-12

SETTINGS = [
    # states, leader's actions, follower's, discount, games of ours, games of the loop
    (2, 2, 2, 0.9, 200_000, 100),
    (2, 2, 2, 0.99, 100_000, 10),
    (3, 3, 3, 0.9, 50_000, 50),
    (5, 2, 4, 0.9, 30_000, 50),
]


def draw(count: int, S: int, A: int, B: int, discount: float) -> MarkovGame:
    rng = np.random.default_rng(1)
    rewards = rng.uniform(-1, 1, (2, count, S, A, B))
    return MarkovGame(
        transition=rng.dirichlet(np.ones(S), (count, S, A, B)),
        leader_reward=rewards[0],
        follower_reward=rewards[1],
        leader_discount=discount,
        follower_discount=discount,
    )


def loop(game: MarkovGame) -> list[int]:
    """The plain loop: the period of each game, 1 where it converges."""
    periods = []
    for i in range(len(game)):
        P, rewards = game.transition[i], np.stack([game.leader_reward[i], game.follower_reward[i]])
        gamma = float(game.leader_discount[i])
        states, actions = np.arange(P.shape[0]), np.arange(P.shape[1])
        enough = TOLERANCE * (1 - gamma) / gamma
        Q = np.zeros(rewards.shape)
        saved, since, step = Q, 0, 0
        while True:
            replies = Q[1].argmax(axis=-1)  # later ties have probability zero in these games
            moves = Q[0][states[:, None], actions, replies].argmax(axis=-1)
            V = Q[:, states, moves, replies[states, moves]]
            after = rewards + gamma * (P @ V.T).transpose(3, 0, 1, 2)
            step += 1
            if np.abs(after - Q).max() < enough:
                periods.append(1)
                break
            if np.abs(after - saved).max() < RETURN:
                periods.append(step - since)
                break
            if step & (step - 1) == 0:
                saved, since = after, step
            Q = after
    return periods


def vectorised(game: MarkovGame) -> np.ndarray:
    """The same on all games at once, dropping those that are done."""
    periods = np.zeros(len(game), dtype=int)
    left = np.arange(len(game))
    P, rewards = game.transition, np.stack([game.leader_reward, game.follower_reward])
    gamma = float(game.leader_discount[0])
    enough = TOLERANCE * (1 - gamma) / gamma
    Q = np.zeros(rewards.shape)
    saved, since, step = Q, 0, 0
    while left.size:
        replies = Q[1].argmax(axis=-1)
        served = np.take_along_axis(Q, replies[None, ..., None], axis=-1)[..., 0]
        moves = served[0].argmax(axis=-1)
        V = np.take_along_axis(served, moves[None, ..., None], axis=-1)[..., 0]
        after = rewards + gamma * np.einsum("gsabt,kgt->kgsab", P, V)
        step += 1
        still = np.abs(after - Q).max(axis=(0, 2, 3, 4)) < enough
        back = np.abs(after - saved).max(axis=(0, 2, 3, 4)) < RETURN
        periods[left[back]] = step - since
        periods[left[still]] = 1
        keep = ~(still | back)
        if step & (step - 1) == 0:
            saved, since = after, step
        if not keep.all():
            left, P, rewards, saved = left[keep], P[keep], rewards[:, keep], saved[:, keep]
        Q = after[:, keep]
    return periods


def soft(game: MarkovGame, threads: int = 1) -> MarkovSolution:
    return batch_soft.solve(game, temperatures=(0.1, 0.1), threads=threads)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args(arguments).rounds
    rows, raw = [], {}
    for S, A, B, discount, many, few in SETTINGS:
        game = draw(many, S, A, B, discount)
        part = game[:few]
        middle = game[: many // 20]
        found = solve(game)
        contenders: dict[str, tuple[int, Callable[[], object]]] = {
            "numpy, game by game": (few, lambda part=part: loop(part)),
            "numpy, the batch as one array": (many // 20, lambda middle=middle: vectorised(middle)),
            "firstmover, proved, 1 thread": (many, lambda game=game: solve(game)),
            "firstmover, proved, 2 threads": (many, lambda game=game: solve(game, threads=2)),
        }
        outcomes = {name: found.status for name in contenders if name.startswith("firstmover")}
        if A == 2:
            for name, run in (("soft", soft), ("mixed commitment", batch_mixed.solve)):
                outcomes[f"firstmover, {name}, 2 threads"] = run(middle).status
                contenders[f"firstmover, {name}, 2 threads"] = len(middle), partial(run, middle, threads=2)
        settled = np.isin(found.status, [Status.CONVERGED, Status.CYCLE])
        for periods in (loop(part), vectorised(middle)):
            same = found.period[: len(periods)] == periods
            assert same[settled[: len(periods)]].all(), "the loops disagree with what is proved"
        shares = {
            name: {status.label: float((codes == status).mean()) for status in Status}
            for name, codes in outcomes.items()
        }
        times: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(rounds):
            for name, (count, run) in contenders.items():
                start = time.perf_counter()
                run()
                times[name].append((time.perf_counter() - start) / count)
        base = statistics.median(times["numpy, game by game"])
        for name, seconds in times.items():
            middle_time = statistics.median(seconds)
            rows.append(
                [
                    f"{S} states, {A} x {B} actions, gamma {discount}",
                    name,
                    f"{1 / middle_time:,.0f}",
                    f"{base / middle_time:,.3g}",
                    ", ".join(f"{label} {share:.2%}" for label, share in shares.get(name, {}).items() if share),
                ]
            )
            print(" | ".join(rows[-1]))
        raw[f"{S} {A} {B} {discount}"] = {"outcomes": shares, "seconds a game": times}
    columns = ["games", "solver", "games a second", "times the loop", "outcomes"]
    write("markov_batch", "Batches of random Markov games, to 1e-10 or a cycle", columns, rows, raw)


if __name__ == "__main__":
    main()
