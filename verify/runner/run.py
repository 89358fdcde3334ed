"""A run from beginning to end: resume or begin, hand out jobs, keep what comes back, rule."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from verify import provenance
from verify.errors import StoreError
from verify.exact.author import sha256
from verify.result import assemble
from verify.runner.budget import Budget, Tier
from verify.runner.job import Done, Job
from verify.runner.plan import Plan
from verify.runner.pool import InProcess, Spawned, Workers
from verify.statement import Claim
from verify.store import Store
from verify.streams import DEFAULT_SEED


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a suite is run.

    workers  spawned processes; 1 works in this process
    fresh    begin anew even where an unfinished run asked for the same
    resume   the number of the run to take up, which must have asked for the same; None: any that did
    limit    seconds a job may take before it counts as failed; only spawned workers can be stopped
    """

    seed: int = DEFAULT_SEED
    tier: Tier = "default"
    budget: Budget = dataclasses.field(default_factory=Budget)
    workers: int = 1
    fresh: bool = False
    resume: str | None = None
    limit: float = 600.0


class Listener(Protocol):
    """Who wants to know how far a run is."""

    def begin(self, run: int, resumed: bool, finished: int, total: int | None) -> None: ...
    def step(self, job: Job, done: Done, finished: int) -> None: ...
    def end(self) -> None: ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A run that is over: its result, and whether it was interrupted before its end."""

    run: int
    result: dict[str, Any]
    interrupted: bool


def run(
    claims: Sequence[tuple[str, Claim]], options: Options, store: Store, listener: Listener | None = None
) -> Finished:
    """Put the claims (each with its source, as `catalogue.named` gives them) to the test.

    An unfinished run of the same code, versions, claims and options is taken up where it stopped. Ctrl-C ends the run
    early; what was finished is in the store and in the result.
    """
    fingerprint = _fingerprint(claims, options)
    number = None if options.fresh else store.unfinished(fingerprint, only=options.resume)
    if number is None and options.resume is not None:
        found = f"run {options.resume} ({store.run(options.resume)['state']})"
        raise StoreError(
            f"resume: expected an unfinished, idle run that asked for the same of this code, found {found}"
        )
    resumed = number is not None
    if number is None:
        number = store.begin(
            started=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            seed=options.seed,
            tier=options.tier,
            budget=str(options.budget),
            commit=provenance.commit(),
            versions=provenance.versions(),
            fingerprint=fingerprint,
            claims=[claim.id for _, claim in claims],
        )
    began = time.monotonic()
    plan = Plan(
        claims,
        tier=options.tier,
        budget=options.budget,
        tallies=store.tallies(number),
        checked=store.checks(number),
    )
    if listener:
        listener.begin(number, resumed, plan.finished, plan.total)
    failures: dict[str, list[str]] = {}
    interrupted = False
    workers: Workers | None = None
    try:
        workers = (
            InProcess(seed=options.seed)
            if options.workers == 1
            else Spawned(count=options.workers, seed=options.seed, limit=options.limit)
        )
        _loop(plan, workers, store, number, options.budget, began, failures, listener)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        if workers:
            workers.close()
        if listener:
            listener.end()
    seconds = time.monotonic() - began
    info = store.run(str(number))
    result = assemble(
        {
            "id": str(number),
            "started": info["started"],
            "seconds": round(info["seconds"] + seconds, 2),
            "seed": options.seed,
            "tier": options.tier,
            "budget": str(options.budget),
            "commit": info["commit_id"],
            "versions": info["versions"],
            "machine": {**provenance.machine(), "workers": options.workers},
            "state": "interrupted" if interrupted else "finished",
        },
        claims,
        tallies=store.tallies(number),
        findings=store.checks(number),
        failures=failures,
    )
    store.end(number, state="interrupted" if interrupted else "finished", seconds=seconds, result=result)
    return Finished(run=number, result=result, interrupted=interrupted)


def _loop(
    plan: Plan,
    workers: Workers,
    store: Store,
    number: int,
    budget: Budget,
    began: float,
    failures: dict[str, list[str]],
    listener: Listener | None,
) -> None:
    while True:
        while workers.idle():
            more = budget.seconds is None or time.monotonic() - began < budget.seconds
            job = plan.next(more=more)
            if job is None:
                break
            workers.submit(job)
        if not workers.busy():
            return
        for job, done in workers.collect(0.25):
            for claim, data in done.findings:
                store.record_check(number, claim, job.check, data)
            if done.tallies:
                store.record(number, done.tallies)
            if done.failure:
                for claim in job.claims:
                    failures.setdefault(claim, []).append(done.failure)
            plan.take(job, done.tallies)
            if listener:
                listener.step(job, done, plan.finished)


def _fingerprint(claims: Sequence[tuple[str, Claim]], options: Options) -> str:
    """What must be equal for two runs to be one: code, versions, claims, and everything that decides what is drawn."""
    sources = [[source and sha256(Path(source)), claim.id] for source, claim in claims]
    asked = [options.seed, options.tier, str(options.budget)]
    text = json.dumps([provenance.code_digest(), provenance.versions(), asked, sources])
    return hashlib.sha256(text.encode()).hexdigest()
