"""Games sampled a second, beside a plain loop of numpy draws game by game; and Hypothesis draws a second.

Run as `python -m benchmarks.families [--rounds 5]`. Blocks of 4096 games, one Philox stream a thread, as the runner
draws them: bimatrix games of 5 x 5, Markov games of 2 states and 2 x 2 actions. A rate is the median of the rounds, and
contenders take turns within a round, so that a busy machine slows all of them; the processor's time a game does not
count the waiting of a busy machine. The loop draws the same arrays and makes no game of them, nor rewards from a fixed
point: the cheapest loop there is.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.results_file import write
from games.families import Family, family
from games.strategies import games

BLOCK = 4096
BLOCKS = 64
DRAWS = 2000

SQUARE = {"leader_actions": 5, "follower_actions": 5}
MARKOV = {"states": 2, "leader_actions": 2, "follower_actions": 2}
TABLE = (2, 2, 2)
ONES = np.ones(2)


def markov_tables(rng: np.random.Generator, count: int) -> list[object]:
    """A kernel, two discounts and so many tables of a game of 2 states and 2 x 2 actions."""
    return [rng.dirichlet(ONES, TABLE), rng.random(2), *(rng.standard_normal(TABLE) for _ in range(count))]


LOOPS: dict[str, tuple[dict[str, int], Callable[[np.random.Generator], object]]] = {
    "uniform": (SQUARE, lambda rng: (rng.random((5, 5)), rng.random((5, 5)))),
    "gaussian": (SQUARE, lambda rng: (rng.standard_normal((5, 5)), rng.standard_normal((5, 5)))),
    "integers": (SQUARE, lambda rng: [rng.integers(-9, 10, (5, 5)).astype(float) for _ in range(2)]),
    "markov_dense": (MARKOV, lambda rng: markov_tables(rng, 2)),
    "markov_garnet": (MARKOV, lambda rng: markov_tables(rng, 2)),
    "iteration_fixed": (MARKOV, lambda rng: markov_tables(rng, 4)),
    "soft_iteration": (MARKOV, lambda rng: markov_tables(rng, 6)),
}


def streams(count: int) -> list[np.random.Generator]:
    return [np.random.Generator(np.random.Philox(key=key)) for key in range(count)]


def rates(count: int, work: Callable[[], object]) -> tuple[float, float]:
    """How many a second, and microseconds of the processor's time each."""
    start, busy = time.perf_counter(), time.process_time()
    work()
    return count / (time.perf_counter() - start), 1e6 * (time.process_time() - busy) / count


def loop(name: str) -> tuple[float, float]:
    """The plain loop."""
    (rng,), (_, draw) = streams(1), LOOPS[name]
    return rates(BLOCK, lambda: [draw(rng) for _ in range(BLOCK)])


def sampled(fam: Family, threads: int) -> tuple[float, float]:
    """`sample`, all threads together."""
    each = BLOCKS // threads

    def work(rng: np.random.Generator) -> None:
        for _ in range(each):
            fam.sample(rng, BLOCK)

    with ThreadPoolExecutor(threads) as pool:
        return rates(BLOCK * each * threads, lambda: list(pool.map(work, streams(threads))))


def drawn(strategy: st.SearchStrategy[object]) -> tuple[float, float]:
    """Examples of an empty test."""

    @settings(max_examples=DRAWS, deadline=None, database=None)
    @given(strategy)
    def test(_: object) -> None:
        pass

    return rates(DRAWS, test)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args(arguments).rounds
    contenders: dict[tuple[str, str], Callable[[], tuple[float, float]]] = {}
    for name, (sizes, _) in LOOPS.items():
        fam = dataclasses.replace(family(name), **sizes)
        contenders[name, "numpy, game by game"] = partial(loop, name)
        contenders[name, "sample, 1 thread"] = partial(sampled, fam, 1)
        contenders[name, "sample, 2 threads"] = partial(sampled, fam, 2)
    for name in ("integers", "iteration_fixed"):
        fam = dataclasses.replace(family(name), **LOOPS[name][0])
        length = fam.code_length
        group = f"Hypothesis, {name}"
        contenders[group, "the bytes alone"] = partial(drawn, st.binary(min_size=length, max_size=length))
        contenders[group, "games"] = partial(drawn, games(fam))
    found: dict[tuple[str, str], list[tuple[float, float]]] = {key: [] for key in contenders}
    for _ in range(rounds):
        for key, contender in contenders.items():
            found[key].append(contender())
    rows, first = [], {}
    for (group, how), pairs in found.items():
        rate, busy = (statistics.median(numbers) for numbers in zip(*pairs, strict=True))
        base = first.setdefault(group, rate)
        rows.append([group, how, f"{rate:,.3g}", f"{rate / base:,.3g}", f"{busy:.3g} us"])
        print(" | ".join(rows[-1]))
    columns = ["family", "how", "a second", "times the first", "processor time each"]
    raw = {"rounds": rounds, "rate, microseconds": {f"{group}: {how}": pairs for (group, how), pairs in found.items()}}
    write("families", "Games of 5 x 5, and of 2 states and 2 x 2 actions, sampled and drawn", columns, rows, raw)


if __name__ == "__main__":
    main()
