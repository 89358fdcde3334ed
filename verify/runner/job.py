"""The pieces of work a run consists of, and how one is done: in this process or in a spawned one."""

from __future__ import annotations

import dataclasses
from typing import Any

from games.errors import FirstmoverError
from verify.block import run_block
from verify.catalogue import find
from verify.checks import run_check
from verify.tally import Tally


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One block of a claim's variants, or (`check` given) one exact check of some claims.

    source : the file of claims outside the package, "" for those of the package
    """

    source: str
    claims: tuple[str, ...]
    check: str = ""
    variants: tuple[str, ...] = ()
    block: int = 0

    @property
    def what(self) -> str:
        """For failure lines."""
        return self.check or f"block {self.block}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of a job: tallies of a block, findings of a check by claim, or one line on why there is nothing."""

    tallies: tuple[Tally, ...] = ()
    findings: tuple[tuple[str, Any], ...] = ()
    failure: str = ""


def perform(job: Job, seed: int) -> Done:
    """Do the job. Whatever goes wrong becomes a line: one claim's trouble is not another's."""
    try:
        claims = [find(job.source, id) for id in job.claims]
        if job.check:
            return Done(findings=tuple((claim.id, run_check(claim, job.check)) for claim in claims))
        return Done(tallies=tuple(run_block(claims[0], job.variants, seed=seed, block=job.block)))
    except FirstmoverError as problem:
        return Done(failure=f"{job.what}: {_line(problem)}")
    except Exception as problem:
        return Done(failure=f"{job.what}: {type(problem).__name__}: {_line(problem)}")


def _line(problem: Exception) -> str:
    text = " ".join(str(problem).split())
    return text if len(text) <= 300 else f"{text[:297]}..."
