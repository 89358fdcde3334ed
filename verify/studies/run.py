"""Running a study: blocks over threads, counts summed, figures made; or one game drawn."""

from __future__ import annotations

import datetime
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, Any

from verify import provenance
from verify.errors import ClaimError
from verify.streams import DEFAULT_SEED, stream
from verify.studies.figures import Figure
from verify.studies.study import SCHEMA, Portrait, Progress, Study

if TYPE_CHECKING:
    from games.core import Game

BLOCK = 8192
"""Games a block."""


def run_study(
    study: Study,
    *,
    games: int | None = None,
    seed: int = DEFAULT_SEED,
    threads: int = 1,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The study's result as JSON (schema "firstmover/study/1").

    `games` are shared evenly by the cells, in whole blocks, at least one a cell. Kernels release the interpreter's
    lock, so that threads share the work. Raises `ClaimError` for a number of games below one.
    """
    wanted = study.games if games is None else games
    if wanted < 1:
        raise ClaimError(f"study {study.name}: expected at least one game, found {wanted}")
    cells = list(study.cells())
    blocks = -(-wanted // (BLOCK * len(cells)))
    began, started = time.monotonic(), datetime.datetime.now(datetime.UTC)
    tasks = [(cell, block) for block in range(blocks) for cell in cells]
    totals: dict[str, dict[str, int]] = {cell.key: {} for cell in cells}
    pool = ThreadPoolExecutor(threads)
    try:
        futures = {
            pool.submit(cell.draw, stream(seed, f"study {study.name}: {cell.key}", block), BLOCK): cell.key
            for cell, block in tasks
        }
        for done, future in enumerate(as_completed(futures), 1):
            total = totals[futures[future]]
            for name, count in future.result().items():
                total[name] = total.get(name, 0) + int(count)
            if progress:
                progress(done, len(tasks))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    counts = {"findings": study.findings(totals), "figures": study.figures(totals)}
    run = {"seconds": round(time.monotonic() - began, 2), "games": sum(total["games"] for total in totals.values())}
    return {**_result(study, started, seed, run, **counts), "counts": totals}


def draw_portrait(
    portrait: Portrait,
    game: Game,
    *,
    named: str,
    seed: int = DEFAULT_SEED,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The portrait of a single game as JSON, of the same schema; `named` is how to ask for the game again.

    Raises `ClaimError` for a game of another kind and for a batch, `GameError` for one that cannot be shown.
    """
    if game.kind != portrait.kind or game.batch_shape:
        found = f"{'a batch of games' if game.batch_shape else 'a game'} of kind {game.kind!r}"
        raise ClaimError(f"study {portrait.name}: expected a single game of kind {portrait.kind!r}, found {found}")
    began, started = time.monotonic(), datetime.datetime.now(datetime.UTC)
    rng = stream(seed, f"study {portrait.name}", 0)
    drawing = portrait.draw(game.float(), rng, progress or (lambda done, total: None))
    run = {"seconds": round(time.monotonic() - began, 2), "game": named}
    return _result(portrait, started, seed, run, findings=drawing.findings, figures=drawing.figures)


def _result(
    study: Study | Portrait,
    started: datetime.datetime,
    seed: int,
    run: dict[str, Any],
    *,
    findings: Sequence[str],
    figures: Sequence[Figure],
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "study": study.name,
        "title": study.title,
        "plan": list(study.plan),
        "run": {
            "started": started.isoformat(timespec="seconds"),
            "seed": seed,
            **run,
            "commit": provenance.commit(),
            "versions": provenance.versions(),
            "machine": provenance.machine(),
        },
        "findings": list(findings),
        "figures": [figure.to_json() for figure in figures],
    }
