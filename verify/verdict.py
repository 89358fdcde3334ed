"""The verdict: a pure function of evidence, scope and outcome."""

from __future__ import annotations

import dataclasses
import enum

from verify.evidence import Evidence
from verify.scope import Scope


class Verdict(enum.StrEnum):
    """What may be said of a claim. There is no truth value beside it."""

    PROVED = "PROVED"
    REFUTED = "REFUTED"
    SUPPORTED = "SUPPORTED"
    UNDECIDED = "UNDECIDED"
    VACUOUS = "VACUOUS"
    NOT_RUN = "NOT_RUN"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the machinery saw, as counts of instances.

    instances = drawn; met = those that meet every hypothesis; of these:
    held (margin beyond its error bound, or decided exactly), ties (equality, decided exactly or enclosed by a ball far
    below the float error), open (within the float error and not decided otherwise), candidates (violated in floats, not
    confirmed exactly), violated (confirmed exactly or by a ball).
    """

    instances: int = 0
    met: int = 0
    held: int = 0
    ties: int = 0
    open: int = 0
    candidates: int = 0
    violated: int = 0
    failures: tuple[str, ...] = ()  # time-outs and solver failures, one line each

    def __post_init__(self) -> None:
        parts = self.held + self.ties + self.open + self.candidates + self.violated
        if not 0 <= parts == self.met <= self.instances:
            raise ValueError(f"outcome: expected the parts to add up to met <= instances, found {self}")

    def __add__(self, other: Outcome) -> Outcome:
        names = [field.name for field in dataclasses.fields(self)]
        return Outcome(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A verdict with what it rests on and speaks of; `reason` is one line, always present unless PROVED."""

    verdict: Verdict
    evidence: Evidence | None
    scope: Scope
    reason: str = ""


def rule(
    *,
    outcome: Outcome,
    sampled: Scope,
    evidence: Evidence | None,
    proof: Evidence | None = None,
    proof_scope: Scope | None = None,
    refutation: Evidence | None = None,
) -> Ruling:
    """The verdict on a claim.

    `evidence` is the weakest that the sampled instances stand on, `proof` the evidence of a derivation whose last
    relation is the claim's (None without one), `refutation` the evidence of a confirmed violation.
    """
    if outcome.violated:
        if refutation is None or not refutation.proves:
            raise ValueError("rule: a confirmed violation needs exact or ball evidence")
        if proof is not None and proof.proves:
            reason = f"books disagree: a derivation proves the claim, {outcome.violated} instances violate it"
            return Ruling(verdict=Verdict.UNDECIDED, evidence=proof, scope=sampled, reason=reason)
        reason = f"{outcome.violated} of {outcome.met} instances violate it, confirmed exactly"
        if outcome.candidates:
            reason += f"; {outcome.candidates} more violate it in floats"
        return Ruling(verdict=Verdict.REFUTED, evidence=refutation, scope=Scope(kind="this instance"), reason=reason)
    if outcome.candidates:
        reason = f"numerical counterexample in {outcome.candidates} instances, not confirmed exactly"
        return Ruling(verdict=Verdict.UNDECIDED, evidence=evidence, scope=sampled, reason=reason)
    if proof is not None and proof_scope is not None and proof.proves:
        return Ruling(verdict=Verdict.PROVED, evidence=proof, scope=proof_scope)
    if not outcome.instances:
        if outcome.failures:
            return Ruling(verdict=Verdict.UNDECIDED, evidence=None, scope=sampled, reason=outcome.failures[0])
        return Ruling(verdict=Verdict.NOT_RUN, evidence=None, scope=sampled, reason="no instance was drawn")
    if not outcome.met:
        reason = f"none of {outcome.instances} instances meets the hypotheses"
        return Ruling(verdict=Verdict.VACUOUS, evidence=None, scope=sampled, reason=reason)
    if outcome.failures:
        return Ruling(verdict=Verdict.UNDECIDED, evidence=evidence, scope=sampled, reason=outcome.failures[0])
    if outcome.open:
        reason = f"{outcome.open} of {outcome.met} instances lie within the float error and were not decided exactly"
        return Ruling(verdict=Verdict.UNDECIDED, evidence=evidence, scope=sampled, reason=reason)
    if evidence is None:
        raise ValueError("rule: instances that held need evidence")
    if proof is not None and proof_scope is not None and proof.rank < evidence.rank:
        reason = f"derived with {proof.kind} evidence only; {outcome.met} instances agree"
        return Ruling(verdict=Verdict.SUPPORTED, evidence=proof, scope=proof_scope, reason=reason)
    if sampled.kind == "this instance" and evidence.proves:
        return Ruling(verdict=Verdict.PROVED, evidence=evidence, scope=sampled)
    ties = f", {outcome.ties} of them with equality" if outcome.ties else ""
    reason = f"held on {outcome.met} instances{ties}"
    return Ruling(verdict=Verdict.SUPPORTED, evidence=evidence, scope=sampled, reason=reason)
