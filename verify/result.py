"""The result of a run: the JSON that everything else reads, schema "firstmover/verify/1"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from verify.assembly import Assembly, Findings
from verify.experiment.assembly import MeasuredAssembly
from verify.papers import PAPERS
from verify.runner.budget import Tier
from verify.statement import Claim
from verify.tally import Tally

SCHEMA = "firstmover/verify/1"


def assemble(
    run: Mapping[str, Any],
    claims: Sequence[tuple[str, Claim]],
    *,
    tallies: Iterable[Tally],
    findings: Findings,
    failures: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """The result of a run. `failures` are the lines of jobs that were lost, by claim."""
    grouped: dict[tuple[str, str], list[Tally]] = {}
    for tally in tallies:
        grouped.setdefault((tally.claim, tally.variant), []).append(tally)
    records = []
    for _, claim in claims:
        assembly = MeasuredAssembly if claim.experiment is not None else Assembly
        lines = tuple(failures.get(claim.id, ()))
        tier: Tier = run.get("tier", "quick")
        records.append(assembly(claim, grouped, findings, lines, int(run["seed"]), len(claims), tier).record())
    cited = {claim.paper: PAPERS[claim.paper] for _, claim in claims if claim.paper in PAPERS}
    return {"schema": SCHEMA, "run": dict(run), "papers": cited, "claims": records}
