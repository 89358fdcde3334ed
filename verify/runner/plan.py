"""What is left to do: a state that hands out jobs and takes in what came of them.

Blocks are handed out in rising order and round robin over the claims, so that a budget of time reaches all of them. A
mutant or an ablation leaves the jobs after its first confirmed violation. What the store already holds is not handed
out again.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from verify.checks import check_names
from verify.runner.budget import Budget, Tier
from verify.runner.job import Job
from verify.statement import Claim
from verify.tally import Tally
from verify.variant import variants


@dataclasses.dataclass(slots=True)
class _Progress:
    """One claim's blocks."""

    source: str
    claim: Claim
    names: tuple[str, ...]
    blocks: int | None
    next_block: int = 0
    done: dict[str, set[int]] = dataclasses.field(default_factory=dict)  # variant -> blocks in the store
    violated: dict[str, int] = dataclasses.field(default_factory=dict)  # variant -> its first violated block

    def take(self, tally: Tally) -> None:
        self.done.setdefault(tally.variant, set()).add(tally.block)
        if tally.outcome.violated and tally.variant != "claim":
            first = self.violated.get(tally.variant, tally.block)
            self.violated[tally.variant] = min(first, tally.block)

    def job(self) -> Job | None:
        """The next block with something to compute."""
        while self.blocks is None or self.next_block < self.blocks:
            block = self.next_block
            self.next_block += 1
            needed = tuple(
                name
                for name in self.names
                if block not in self.done.get(name, ()) and self.violated.get(name, block) >= block
            )
            if needed:
                return Job(source=self.source, claims=(self.claim.id,), variants=needed, block=block)
        return None


class Plan:
    """The jobs of a run."""

    def __init__(
        self,
        claims: Sequence[tuple[str, Claim]],
        *,
        tier: Tier,
        budget: Budget,
        tallies: Iterable[Tally] = (),
        checked: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._progress = {
            claim.id: _Progress(source, claim, tuple(variants(claim)), budget.blocks(claim, tier))
            for source, claim in claims
        }
        for tally in tallies:
            self._progress[tally.claim].take(tally)
        self._checks = deque(_check_jobs(claims, set(checked)))
        self._turn = deque(self._progress.values())
        counts = [progress.blocks for progress in self._progress.values()]
        self.total = None if None in counts else len(self._checks) + sum(count or 0 for count in counts)
        kept = sum(len(progress.done.get("claim", ())) for progress in self._progress.values())
        self.finished = kept if self.total is not None else 0

    def next(self, *, more: bool = True) -> Job | None:
        """The next job; None where none is left. Without `more`, only checks are handed out: time is up."""
        if self._checks:
            return self._checks.popleft()
        while more and self._turn:
            progress = self._turn.popleft()
            job = progress.job()
            if job is not None:
                self._turn.append(progress)
                return job
        return None

    def take(self, job: Job, tallies: Iterable[Tally]) -> None:
        """Note that a job is over."""
        self.finished += 1
        for tally in tallies:
            self._progress[tally.claim].take(tally)


def _check_jobs(claims: Sequence[tuple[str, Claim]], checked: set[tuple[str, str]]) -> Iterator[Job]:
    """Derivations first, being slow to start, and one job a topic: claims share them."""
    topics: dict[tuple[str, str], list[str]] = {}
    rest: list[Job] = []
    for source, claim in claims:
        for name in check_names(claim):
            if (claim.id, name) in checked:
                continue
            if name == "derivation":
                topics.setdefault((source, claim.derivation), []).append(claim.id)
            else:
                rest.append(Job(source=source, claims=(claim.id,), check=name))
    for (source, _), ids in topics.items():
        yield Job(source=source, claims=tuple(ids), check="derivation")
    yield from rest
