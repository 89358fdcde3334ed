"""Workers: spawned processes that do one job at a time, or this process itself.

A worker that dies, or takes longer than a job may, costs its job only: the job is given to a fresh worker once more,
then it is reported as failed. Workers end when their pipe to the parent closes, however the parent ends.
"""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing
import signal
import time
from collections.abc import Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from verify.runner.job import Done, Job, perform
from verify.threads import pin_threads


class Workers(Protocol):
    def idle(self) -> bool: ...
    def busy(self) -> int: ...
    def submit(self, job: Job) -> None: ...
    def collect(self, timeout: float) -> list[tuple[Job, Done]]: ...
    def close(self) -> None: ...


class InProcess:
    """This process as the only worker: for debugging, and where processes cannot be spawned."""

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        self._job: Job | None = None

    def idle(self) -> bool:
        return self._job is None

    def busy(self) -> int:
        return int(self._job is not None)

    def submit(self, job: Job) -> None:
        self._job = job

    def collect(self, timeout: float) -> list[tuple[Job, Done]]:
        job, self._job = self._job, None
        return [(job, perform(job, self._seed))] if job else []

    def close(self) -> None:
        self._job = None


@dataclasses.dataclass(slots=True)
class _Worker:
    """A process and what it does. `since` is when it got its job, or when it was ready to begin, whatever was later;
    None before: a slow start is not a slow job."""

    process: Any
    pipe: Connection
    job: Job | None = None
    since: float | None = None


class Spawned:
    """`count` spawned processes. `limit` is the longest a job may take, in seconds."""

    def __init__(self, *, count: int, seed: int, limit: float) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._seed = seed
        self._limit = limit
        self._tried: set[Job] = set()
        pin_threads()
        self._workers = [self._start() for _ in range(count)]

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self._seed), daemon=True)
        with _interrupts_held():  # Ctrl-C reaches the whole group: none must hit the child before it ignores them
            process.start()
        theirs.close()
        return _Worker(process=process, pipe=ours)

    def idle(self) -> bool:
        return any(worker.job is None for worker in self._workers)

    def busy(self) -> int:
        return sum(worker.job is not None for worker in self._workers)

    def submit(self, job: Job) -> None:
        _give(next(worker for worker in self._workers if worker.job is None), job)

    def collect(self, timeout: float) -> list[tuple[Job, Done]]:
        """What was finished within the timeout, as soon as anything was."""
        busy = {worker.pipe: worker for worker in self._workers if worker.job is not None}
        ready = set(wait(list(busy), timeout))
        return [pair for pipe, worker in busy.items() for pair in self._outcome(worker, pipe in ready)]

    def _outcome(self, worker: _Worker, ready: bool) -> Iterator[tuple[Job, Done]]:
        job = worker.job
        assert job is not None
        if ready:
            try:
                done = worker.pipe.recv()
            except (EOFError, OSError):
                worker.process.join(5)
                yield from self._lost(worker, job, f"a worker died ({_cause(worker.process.exitcode)})", again=True)
                return
            if done is None:
                worker.since = time.monotonic()
                return
            worker.job = None
            yield job, done
        elif worker.since is not None and time.monotonic() - worker.since > self._limit:
            yield from self._lost(worker, job, f"took longer than {self._limit:g} s", again=False)

    def _lost(self, worker: _Worker, job: Job, why: str, *, again: bool) -> Iterator[tuple[Job, Done]]:
        _end(worker)
        fresh = self._start()
        self._workers[self._workers.index(worker)] = fresh
        if again and job not in self._tried:
            self._tried.add(job)
            _give(fresh, job)
            return
        yield job, Done(failure=f"{job.what}: {why}")

    def close(self) -> None:
        for worker in self._workers:
            _end(worker)


def _give(worker: _Worker, job: Job) -> None:
    worker.job = job
    if worker.since is not None:
        worker.since = time.monotonic()
    with contextlib.suppress(OSError):  # it died while idle: `collect` finds out and replaces it
        worker.pipe.send(job)


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C waits until the end; processes started meanwhile never see it, for they inherit the mask."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # started by the first spawn otherwise, which unblocks the signal
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(worker: _Worker) -> None:
    worker.process.kill()
    worker.process.join()
    worker.pipe.close()


def _cause(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        return f"{name}: out of memory?" if name == "SIGKILL" else name
    return f"exit code {code}"


def _serve(pipe: Connection, seed: int) -> None:
    """A worker's life: None once it is ready, then jobs in and what came of them out, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends its workers
    try:
        pipe.send(None)
        while True:
            pipe.send(perform(pipe.recv(), seed))
    except (EOFError, OSError):
        return
