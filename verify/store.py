"""The store of results: SQLite in WAL mode, written by one process a run, readable at any time.

A run's row says what was asked for; every finished block is a row of `batches` under the primary key (run, claim,
variant, block), every exact check one of `checks`. Rows are written once in one transaction a block: after a crash the
blocks that are there count, the others are computed again, and nothing counts twice.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from verify.errors import StoreError
from verify.streams import BLOCK
from verify.tally import Tally

VERSION = 1

_SCHEMA = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, started TEXT NOT NULL, seconds REAL NOT NULL DEFAULT 0,
    seed INTEGER NOT NULL, tier TEXT NOT NULL, budget TEXT NOT NULL, commit_id TEXT NOT NULL, versions TEXT NOT NULL,
    fingerprint TEXT NOT NULL, claims TEXT NOT NULL, state TEXT NOT NULL, result TEXT
);
CREATE TABLE batches (
    run INTEGER NOT NULL, claim TEXT NOT NULL, variant TEXT NOT NULL, block INTEGER NOT NULL,
    count INTEGER NOT NULL, digest TEXT NOT NULL, tally TEXT NOT NULL,
    PRIMARY KEY (run, claim, variant, block)
) WITHOUT ROWID;
CREATE TABLE checks (
    run INTEGER NOT NULL, claim TEXT NOT NULL, name TEXT NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (run, claim, name)
) WITHOUT ROWID;
CREATE TABLE events (
    run INTEGER NOT NULL, claim TEXT NOT NULL, variant TEXT NOT NULL, instance INTEGER NOT NULL,
    margin REAL NOT NULL, certificate TEXT NOT NULL,
    PRIMARY KEY (run, claim, variant, instance)
) WITHOUT ROWID;
"""


PATIENCE = 30.0
"""Seconds to wait for another process's transaction."""


def default_path() -> Path:
    """$FIRSTMOVER_STORE, else firstmover/results.sqlite in $XDG_STATE_HOME or ~/.local/state."""
    chosen = os.environ.get("FIRSTMOVER_STORE")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "firstmover" / "results.sqlite"


class Store:
    """An open store; a context manager. Raises `StoreError`, one line, for whatever SQLite or the disk refuses."""

    def __init__(self, path: Path | str | None = None) -> None:
        self.path = Path(path) if path is not None else default_path()
        self._locks: dict[int, Any] = {}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StoreError(f"{self.path}: expected a place for the store, {problem.strerror}") from None
        with contextlib.ExitStack() as unless_opened, self._guard():
            # Explicit transactions only; waiting half a minute for another run's short ones.
            self._db = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
            unless_opened.callback(self._db.close)
            self._db.row_factory = sqlite3.Row
            self._write_ahead()
            self._db.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last blocks, never consistency
            with self._transaction():
                found = self._db.execute("PRAGMA user_version").fetchone()[0]
                if found == 0:
                    for statement in _SCHEMA.split(";"):
                        self._db.execute(statement)
                    self._db.execute(f"PRAGMA user_version = {VERSION}")
                elif found != VERSION:
                    raise StoreError(f"{self.path}: expected a store of version {VERSION}, found version {found}")
            unless_opened.pop_all()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write_ahead(self) -> None:
        """Switch to the write-ahead log. SQLite does not wait its turn here when two processes make one store."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as problem:
                if "locked" not in str(problem) or time.monotonic() > end:
                    raise
            time.sleep(0.01)

    def close(self) -> None:
        for run in list(self._locks):
            self._unlock(run, remove=False)
        self._db.close()

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as problem:
            raise StoreError(f"{self.path}: expected a usable store, {problem}") from None

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._guard():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # a full disk has already ended the transaction
                    self._db.execute("ROLLBACK")
                raise

    def begin(
        self,
        *,
        started: str,
        seed: int,
        tier: str,
        budget: str,
        commit: str,
        versions: dict[str, str],
        fingerprint: str,
        claims: Iterable[str],
    ) -> int:
        """A new run; its number."""
        row = (started, seed, tier, budget, commit, json.dumps(versions), fingerprint, json.dumps(list(claims)))
        with self._transaction():
            cursor = self._db.execute(
                "INSERT INTO runs (started, seed, tier, budget, commit_id, versions, fingerprint, claims, state) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running')",
                row,
            )
            run = int(cursor.lastrowid or 0)
            # Before anybody else can see the run: unlocked, it would look like one whose process died.
            if not self._lock(run):
                raise StoreError(f"{self.path}: expected run {run} to be ours, found it locked by another process")
        return run

    def unfinished(self, fingerprint: str, *, only: str | None = None) -> int | None:
        """The newest run that asked for the same, did not finish and has no living process; from now on it is ours.

        With `only`, that run or none.
        """
        with self._guard():
            rows = self._db.execute(
                "SELECT id FROM runs WHERE fingerprint = ? AND state != 'finished' ORDER BY id DESC", (fingerprint,)
            ).fetchall()
        for row in rows:
            run = int(row["id"])
            if only in (None, str(run)) and self._lock(run):
                with self._transaction():
                    # Between our reading and our lock its process may have finished it.
                    ours = self._db.execute(
                        "UPDATE runs SET state = 'running' WHERE id = ? AND state != 'finished'", (run,)
                    )
                if ours.rowcount:
                    return run
                self._unlock(run, remove=True)
        return None

    def _lock(self, run: int) -> bool:
        """Whether this process now holds the run: a file lock, which dies with its process, however that dies."""
        if run in self._locks:
            return True
        file = self._lock_file(run)
        try:
            handle = file.open("a+b")
        except OSError as problem:
            raise StoreError(f"{file}: expected a writable file, {problem.strerror}") from None
        if not _try_lock(handle):
            handle.close()
            return False
        self._locks[run] = handle
        return True

    def _unlock(self, run: int, *, remove: bool) -> None:
        handle = self._locks.pop(run, None)
        if handle is not None:
            handle.close()
            if remove:
                with contextlib.suppress(OSError):
                    self._lock_file(run).unlink()

    def _lock_file(self, run: int) -> Path:
        return self.path.with_name(f"{self.path.name}-run{run}.lock")

    def record(self, run: int, tallies: Iterable[Tally]) -> None:
        """Add finished blocks; those already there stay as they are."""
        with self._transaction():
            for tally in tallies:
                data = tally.to_json()
                del data["events"]
                key = (run, tally.claim, tally.variant)
                added = self._db.execute(
                    "INSERT OR IGNORE INTO batches VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (*key, tally.block, tally.outcome.instances, tally.digest, json.dumps(data)),
                )
                if added.rowcount:
                    self._db.executemany(
                        "INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?)",
                        [(*key, e.index, e.margin, json.dumps(e.certificate)) for e in tally.events],
                    )

    def record_check(self, run: int, claim: str, name: str, data: Any) -> None:
        """Add the finding of an exact check; one that is already there stays as it is."""
        with self._transaction():
            self._db.execute("INSERT OR IGNORE INTO checks VALUES (?, ?, ?, ?)", (run, claim, name, json.dumps(data)))

    def tallies(self, run: int) -> list[Tally]:
        """Every block of a run, in order of claim, variant and block."""
        with self._guard():
            rows = self._db.execute(
                "SELECT claim, variant, tally FROM batches WHERE run = ? ORDER BY claim, variant, block", (run,)
            ).fetchall()
            events: dict[tuple[str, str], list[dict[str, Any]]] = {}
            for row in self._db.execute("SELECT * FROM events WHERE run = ? ORDER BY instance", (run,)):
                event = {
                    "index": row["instance"],
                    "margin": row["margin"],
                    "certificate": json.loads(row["certificate"]),
                }
                events.setdefault((row["claim"], row["variant"]), []).append(event)
        return [_tally(json.loads(row["tally"]), events.get((row["claim"], row["variant"]), [])) for row in rows]

    def checks(self, run: int) -> dict[tuple[str, str], Any]:
        """The findings of a run's exact checks by (claim, name)."""
        with self._guard():
            rows = self._db.execute("SELECT claim, name, data FROM checks WHERE run = ?", (run,)).fetchall()
        return {(row["claim"], row["name"]): json.loads(row["data"]) for row in rows}

    def end(self, run: int, *, state: str, seconds: float, result: Any) -> None:
        """Close a run as "finished" or "interrupted", adding to its seconds; its lock is given back."""
        with self._transaction():
            self._db.execute(
                "UPDATE runs SET state = ?, seconds = seconds + ?, result = ? WHERE id = ?",
                (state, seconds, json.dumps(result), run),
            )
        self._unlock(run, remove=True)

    def runs(self) -> list[dict[str, Any]]:
        """Every run, newest first, without results."""
        with self._guard():
            rows = self._db.execute(
                "SELECT id, started, seconds, seed, tier, budget, commit_id, claims, state, "
                "(SELECT COALESCE(SUM(count), 0) FROM batches WHERE run = runs.id AND variant = 'claim') AS instances "
                "FROM runs ORDER BY id DESC"
            ).fetchall()
        return [{**dict(row), "claims": json.loads(row["claims"])} for row in rows]

    def run(self, name: str) -> dict[str, Any]:
        """The run of that number, or the newest with a result for "last". Raises `StoreError` where there is none."""
        with self._guard():
            if name == "last":
                query, values = "SELECT * FROM runs WHERE result IS NOT NULL ORDER BY id DESC LIMIT 1", ()
            else:
                query, values = "SELECT * FROM runs WHERE id = ?", (name,)
            row = self._db.execute(query, values).fetchone()
            numbers = [str(r[0]) for r in self._db.execute("SELECT id FROM runs ORDER BY id DESC LIMIT 5")]
        if row is None:
            known = f"one of {', '.join(numbers)} or 'last'" if numbers else "a run, and the store has none yet"
            raise StoreError(f"{self.path}: expected {known}, found {name!r}")
        data = dict(row)
        for key in ("claims", "versions", "result"):
            data[key] = json.loads(data[key]) if data[key] else None
        return data


def _tally(data: dict[str, Any], events: list[dict[str, Any]]) -> Tally:
    """The tally with those of its variant's events that lie in its block."""
    first = data["block"] * BLOCK
    return Tally.from_json({**data, "events": [e for e in events if first <= e["index"] < first + BLOCK]})


def _try_lock(handle: Any) -> bool:
    """Lock an open file against other processes, without waiting."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
