"""Simulated regime-switching games, in path-steps a second, beside plain numpy over all paths at once.

Run as `python -m benchmarks.diffusion [--rounds 25]`. A path-step is one Euler step of one path: its normals, its
regime, both players' running costs. Gains are piecewise constant, one piece a step, as a finite horizon has them. The
numpy loop steps all paths of 8192 at once, with coefficients gathered by regime, closed-loop tables made beforehand as
ours are, and numpy's fastest normals (SFC64); ours counts them out by Philox, so that any block can be drawn again. A
first round compiles and compares the means. Rounds are short and many: the fastest one is what free cores give.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.results_file import write
from games.linear_quadratic import LinearQuadraticGame
from games.simulate.diffusion import Simulation, simulate
from games.simulate.diffusion_laws import FeedbackLaws, Version, step_tables, transition_probabilities

STEPS = 64
TOGETHER = 8192

SETTINGS = [
    # states, regimes, actions of each player, channels, paths of ours, paths of numpy
    (2, 2, 1, 1, 32_768, 8192),
    (2, 2, 2, 2, 32_768, 8192),
    (4, 3, 2, 2, 32_768, 8192),
]


def draw(n: int, m: int, k: int, d: int) -> tuple[LinearQuadraticGame, FeedbackLaws]:
    """A game with all its terms, and laws that keep it near the origin."""
    rng = np.random.default_rng(1)
    rates = rng.uniform(0.5, 2, (m, m)) * (1 - np.eye(m))
    costs = {}
    for player in ("leader", "follower"):
        costs |= {f"{player}_M": np.broadcast_to(np.eye(n + 2 * k), (m, n + 2 * k, n + 2 * k))}
        costs |= {f"{player}_m": rng.standard_normal((m, n + 2 * k))}
        costs |= {f"{player}_G": np.broadcast_to(np.eye(n), (m, n, n)), f"{player}_g": rng.standard_normal((m, n))}
    game = LinearQuadraticGame(
        generator=rates - np.diag(rates.sum(axis=1)),
        A=rng.standard_normal((m, n, n)) / 4 - np.eye(n),
        B=rng.standard_normal((m, n, k)),
        E=rng.standard_normal((m, n, k)),
        b=rng.standard_normal((m, n)),
        C=rng.standard_normal((m, d, n, n)) / 8,
        D=rng.standard_normal((m, d, n, k)) / 4,
        F=rng.standard_normal((m, d, n, k)) / 4,
        s=rng.standard_normal((m, d, n)) / 4,
        discount=0.1,
        leader_temperature=0.2,
        follower_temperature=0.1,
        horizon=2.0,
        **costs,
    )
    wave = 1 + np.linspace(0, 1, STEPS)[:, None, None, None]
    laws = FeedbackLaws(
        times=np.linspace(0, 2.0, STEPS, endpoint=False),
        leader_gain=-0.1 * wave * rng.standard_normal((m, k, n)),
        leader_offset=rng.standard_normal((STEPS, m, k)) / 8,
        leader_factor=0.3 * wave * np.eye(k) * np.ones((m, 1, 1)),
        follower_gain=-0.1 * wave * rng.standard_normal((m, k, n)),
        follower_reply=0.2 * wave * rng.standard_normal((m, k, k)),
        follower_offset=rng.standard_normal((STEPS, m, k)) / 8,
        follower_factor=0.3 * wave * np.eye(k) * np.ones((m, 1, 1)),
    )
    return game, laws


def vectorised(game: LinearQuadraticGame, laws: FeedbackLaws, paths: int) -> np.ndarray:
    """Mean costs of both players: the averaged version, all paths of a chunk at once."""
    h = game.horizon / STEPS
    tables = step_tables(game, laws, Version.AVERAGED, h)
    cumulative = np.cumsum(transition_probabilities(game.generator, h), axis=1)
    full = tables.quadratic
    G, g = np.stack([game.leader_G, game.follower_G], 1), np.stack([game.leader_g, game.follower_g], 1)
    total = np.zeros(2)
    rng = np.random.Generator(np.random.SFC64(1))
    for _ in range(paths // TOGETHER):
        x = np.ones((TOGETHER, game.states))
        regime = np.zeros(TOGETHER, dtype=np.int64)
        costs = np.zeros((TOGETHER, 2))
        for k in range(STEPS):
            weight = h * np.exp(-float(game.discount) * k * h)
            quadratic = (full[k][regime] @ x[:, None, :, None])[..., 0] + tables.linear[k][regime]
            running = (quadratic * x[:, None]).sum(axis=-1) + tables.constant[k][regime] - tables.entropy[k][regime]
            costs += weight * running
            moved = (tables.image[k][regime][..., :-1] @ x[:, None, :, None])[..., 0] + tables.image[k][regime][..., -1]
            zeta = rng.standard_normal((TOGETHER, moved.shape[1] - 1))
            eta = rng.standard_normal((TOGETHER, tables.rest.shape[-1]))
            x = (
                moved[:, 0]
                + (moved[:, 1:] * zeta[..., None]).sum(axis=1)
                + (tables.rest[k][regime] @ eta[..., None])[..., 0]
            )
            regime = (cumulative[regime] <= rng.random(TOGETHER)[:, None]).sum(axis=1)
        last = (x[:, None] * ((G[regime] @ x[:, None, :, None])[..., 0] / 2 + g[regime])).sum(axis=-1)
        total += (costs + np.exp(-float(game.discount) * game.horizon) * last).sum(axis=0)
    return total / (paths // TOGETHER * TOGETHER)


def ours(game: LinearQuadraticGame, laws: FeedbackLaws, paths: int, version: Version, threads: int) -> Simulation:
    start = np.ones(game.states)
    return simulate(
        game, laws, state=start, regime=0, steps=STEPS, paths=paths, seed=1, version=version, threads=threads
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    rounds = parser.parse_args(arguments).rounds
    rows, raw = [], {}
    for n, m, k, d, many, few in SETTINGS:
        game, laws = draw(n, m, k, d)
        contenders: dict[str, tuple[int, Callable[[], object]]] = {
            "numpy, 8192 paths at once": (few, lambda few=few, game=game, laws=laws: vectorised(game, laws, few))
        }
        for version in Version:
            for threads in (1, 2):
                name = f"firstmover, {version.value}, {threads} thread{'s'[: threads - 1]}"
                run = lambda version=version, threads=threads, game=game, laws=laws, many=many: ours(  # noqa: E731 - one a contender
                    game, laws, many, version, threads
                )
                contenders[name] = (many, run)
        averaged = ours(game, laws, many, Version.AVERAGED, 2)
        ours(game, laws, few, Version.SAMPLED, 1)
        for found, mean in zip(
            (averaged.leader_cost, averaged.follower_cost), vectorised(game, laws, few), strict=True
        ):
            assert abs(found.mean - mean) < 5 * np.sqrt(found.variance * (1 / many + 1 / few)), "the two means differ"
        times: dict[str, list[float]] = {name: [] for name in contenders}
        processor: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(rounds):
            for name, (paths, run) in contenders.items():
                start, work = time.perf_counter(), time.process_time()
                run()
                times[name].append((time.perf_counter() - start) / (paths * STEPS))
                processor[name].append((time.process_time() - work) / (paths * STEPS))
        base = statistics.median(times["numpy, 8192 paths at once"])
        for name, seconds in times.items():
            middle = statistics.median(seconds)
            rows.append(
                [
                    f"n={n}, {m} regimes, {k} + {k} actions, {d} channel{'s'[: d - 1]}",
                    name,
                    f"{1e-6 / middle:.3g}",
                    f"{1e-6 / min(seconds):.3g}",
                    f"{1e9 * statistics.median(processor[name]):.3g}",
                    f"{base / middle:.3g}",
                ]
            )
            print(" | ".join(rows[-1]))
        raw[f"{n} {m} {k} {d}"] = {"seconds a path-step": times, "processor seconds a path-step": processor}
    columns = [
        "game",
        "simulation",
        "million path-steps a second",
        "fastest round",
        "processor ns a path-step",
        "times numpy",
    ]
    write("diffusion", "Euler steps of simulated linear-quadratic games", columns, rows, raw)


if __name__ == "__main__":
    main()
