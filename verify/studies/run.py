"""Running a study: blocks over threads, counts summed, figures made."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from verify import provenance
from verify.errors import ClaimError
from verify.streams import DEFAULT_SEED, stream
from verify.studies.study import SCHEMA, Study

BLOCK = 8192
"""Games a block."""

Progress = Callable[[int, int], None]  # blocks done, blocks in all


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
    return {
        "schema": SCHEMA,
        "study": study.name,
        "title": study.title,
        "plan": list(study.plan),
        "run": {
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - began, 2),
            "seed": seed,
            "games": sum(total["games"] for total in totals.values()),
            "commit": provenance.commit(),
            "versions": provenance.versions(),
            "machine": provenance.machine(),
        },
        "findings": list(study.findings(totals)),
        "figures": [figure.to_json() for figure in study.figures(totals)],
        "counts": totals,
    }
