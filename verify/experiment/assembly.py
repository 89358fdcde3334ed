"""The record of a claim about measured quantities: intervals, and what they decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verify.assembly import Assembly
from verify.concept import Concept
from verify.errors import ClaimError
from verify.evidence import Statistical
from verify.experiment.estimate import Estimate, Finding, band, estimates, settle
from verify.experiment.plan import Experiment, Quantity
from verify.scope import Scope
from verify.tally import Tally, total
from verify.terms import Relation
from verify.variant import ablation_name
from verify.verdict import Outcome, Ruling, Verdict


class MeasuredAssembly(Assembly):
    """One experiment of a run."""

    __slots__ = ()

    @property
    def _experiment(self) -> Experiment:
        assert self.claim.experiment is not None
        return self.claim.experiment

    def _vocabulary(self) -> Mapping[str, Concept | Quantity]:
        return {quantity.name: quantity for quantity in self._experiment.quantities}

    def _hypotheses(self, latex: Mapping[str, str]) -> list[dict[str, str]]:
        return [{"name": item.hypothesis, "text": item.text, "latex": ""} for item in self._experiment.contrasts]

    def _outcome(self, own: Sequence[Tally]) -> Outcome:
        """An instance is a replicate; whether it met or held anything is not asked of a single one."""
        return total(own) + Outcome(instances=len(own), failures=self.failures)

    def _ruling(self, own: Sequence[Tally], outcome: Outcome) -> Ruling:
        return self._rule(self.claim.relation, own)

    def _rule(self, relation: Relation, tallies: Sequence[Tally]) -> Ruling:
        """The verdict on a statement from the replicates of one measurement: all of those that were declared.

        Replicates that are missing, because a run was cut short or they were lost, may be missing for what they would
        have shown: what is left is no sample, and decides nothing.
        """
        declared = getattr(self._experiment, self.tier)
        scope = Scope(kind="sampled", detail=f"{len(tallies)} independent replicates; seed {self.seed}")
        failures = [line for tally in tallies for line in tally.outcome.failures]
        if not tallies or failures:
            verdict = Verdict.UNDECIDED if failures else Verdict.NOT_RUN
            reason = failures[0] if failures else "no replicate was measured"
            return Ruling(verdict=verdict, evidence=None, scope=scope, reason=reason)
        if len(tallies) < declared:
            reason = f"{len(tallies)} replicates of the {declared} that the plan declares: too few to decide it"
            return Ruling(verdict=Verdict.UNDECIDED, evidence=None, scope=scope, reason=reason)
        try:
            finding = settle(relation, self._estimates(relation, tallies))
        except ClaimError as problem:
            return Ruling(verdict=Verdict.UNDECIDED, evidence=None, scope=scope, reason=str(problem))
        evidence = Statistical(alpha=self._experiment.alpha, plan=self._experiment.plan, n=len(tallies))
        return _ruling(finding, evidence, scope)

    def _estimates(self, relation: Relation, tallies: Sequence[Tally]) -> dict[str, Estimate]:
        measured = [tally.measured["values"] for tally in tallies if tally.measured]
        return estimates(measured, list(relation.measured()), alpha=self._experiment.alpha)

    def _mutant(self, name: str, text: str, latex: Mapping[str, str]) -> dict[str, Any]:
        relation = next(mutant.relation for mutant in self.claim.mutants if mutant.name == name)
        ruling = self._rule(relation, self._own())
        return {
            "name": name,
            "text": text,
            "statement": relation.latex(latex),
            "verdict": ruling.verdict.value,
            "reason": ruling.reason,
            "ok": ruling.verdict == Verdict.REFUTED,
            "instances": None,  # the reason counts the replicates
            "certificate": None,
        }

    def _ablations(self) -> list[dict[str, Any]]:
        records = []
        for contrast in self._experiment.contrasts:
            tallies = self.tallies.get((self.claim.id, ablation_name(contrast.hypothesis)), ())
            ruling = self._rule(self.claim.relation, tallies)
            found = {Verdict.REFUTED: "counterexample", Verdict.SUPPORTED: "redundant", Verdict.NOT_RUN: ""}
            kind = found.get(ruling.verdict, "undecided")
            records.append(
                {
                    "hypothesis": contrast.hypothesis,
                    "text": contrast.without,
                    "expected": contrast.expected,
                    "found": kind,
                    "ok": kind == contrast.expected,
                    "reason": ruling.reason,
                    "instances": None,
                    "certificate": None,
                }
            )
        return records

    def _measured(self) -> dict[str, Any] | None:
        own = [tally for tally in self._own() if tally.measured]
        try:
            found = self._estimates(self.claim.relation, own)
            curves = self._curves(own)
        except ClaimError:  # the ruling says why
            return None
        return {
            "plan": self._experiment.plan,
            "alpha": self._experiment.alpha,
            "replicates": len(own),
            "quantities": [
                {
                    "name": quantity.name,
                    "latex": quantity.latex,
                    "text": quantity.text,
                    "mean": found[quantity.name].mean,
                    "half_width": found[quantity.name].half_width,
                }
                for quantity in self._experiment.quantities
                if quantity.name in found
            ],
            "curves": curves,
        }

    def _curves(self, own: Sequence[Tally]) -> list[dict[str, Any]]:
        measured = [tally.measured["curves"] for tally in own if tally.measured]
        labels = list(measured[0]) if measured else []
        return [{"label": label, "points": band([curves[label] for curves in measured])} for label in labels]


def _ruling(finding: Finding, evidence: Statistical, scope: Scope) -> Ruling:
    """Held: no more than support. Violated: rejected at the declared level."""
    n = evidence.n
    if finding.answer == "held":
        reason = f"held by a margin of {finding.margin:.3g}, known up to {finding.error:.3g} from {n} replicates"
        return Ruling(verdict=Verdict.SUPPORTED, evidence=evidence, scope=scope, reason=reason)
    if finding.answer == "violated":
        reason = (
            f"rejected at level {evidence.alpha:g}: {finding.lhs:.4g} against {finding.rhs:.4g}, "
            f"known up to {finding.error:.3g} from {n} replicates"
        )
        return Ruling(verdict=Verdict.REFUTED, evidence=evidence, scope=scope, reason=reason)
    reason = f"{n} replicates do not decide it: the margin {finding.margin:.3g} is known up to {finding.error:.3g}"
    return Ruling(verdict=Verdict.UNDECIDED, evidence=evidence, scope=scope, reason=reason)
