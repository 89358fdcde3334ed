"""What changed between two runs: verdicts, checks of the check, margins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verify.errors import ClaimError


def compare(earlier: Mapping[str, Any], result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One record a change, with "claim" and a line "text"; `earlier` is a row of the store.

    Margins are compared as they are: two runs of the same instances on one machine have the same ones.
    """
    if not earlier["result"]:
        raise ClaimError(
            f"compare: expected a run with a result, found run {earlier['id']}, which is {earlier['state']}"
        )
    before = {record["claim"]: record for record in earlier["result"]["claims"]}
    after = {record["claim"]: record for record in result["claims"]}
    changes = [
        {"claim": claim, "text": text}
        for claim in after
        if claim in before
        for text in _differences(before[claim], after[claim])
    ]
    changes += [{"claim": claim, "text": "new"} for claim in after if claim not in before]
    # A run of some claims says nothing of the others.
    return changes


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    found = []
    for name in ("verdict", "expected"):
        if before[name] != after[name]:
            found.append(f"{name} {before[name]} -> {after[name]}")
    kinds = [(record["evidence"] or {}).get("kind", "none") for record in (before, after)]
    if kinds[0] != kinds[1]:
        found.append(f"evidence {kinds[0]} -> {kinds[1]}")
    if before["worst_margin"] != after["worst_margin"]:
        shown = ["none" if r["worst_margin"] is None else f"{r['worst_margin']:.6g}" for r in (before, after)]
        found.append(f"worst margin {shown[0]} -> {shown[1]}")
    for kind, key, fact in (("mutants", "name", "verdict"), ("ablations", "hypothesis", "found")):
        old = {item[key]: item[fact] for item in before[kind]}
        found += [
            f"{kind[:-1]} {item[key]}: {old[item[key]]} -> {item[fact]}"
            for item in after[kind]
            if item[key] in old and old[item[key]] != item[fact]
        ]
    return found
