"""From a claim's tallies and findings to its record: the verdict, and what everything else reads of it.

Nothing is computed here that a tally or a finding does not hold, except verdicts, bounds and the worst instance, which
is drawn again by its address.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from games.errors import FirstmoverError
from verify.block import instance
from verify.concept import Concept
from verify.evidence import Ball, Evidence, Exact, Float, evidence_from_json
from verify.exact.author import place
from verify.exact.evaluate import MAX_BITS
from verify.exact.game_json import to_json
from verify.experiment.plan import Quantity
from verify.runner.budget import Tier
from verify.scope import Scope
from verify.statement import Claim
from verify.statistics import clopper_pearson
from verify.tally import BINS, EDGES, Tally, Worst, total, until_violation
from verify.terms import Relation
from verify.variant import Variant, ablation_name, mutant_name, variants
from verify.verdict import Outcome, Ruling, Verdict, rule
from verify.vocabulary import concept

CONFIDENCE = 0.95
"""Of the bounds on violation rates, for all claims of a run together."""

Findings = Mapping[tuple[str, str], Any]
Tallies = Mapping[tuple[str, str], Sequence[Tally]]
DECIDED = ("holds", "tie", "violated")

ANSWERS = (Verdict.PROVED, Verdict.REFUTED, Verdict.SUPPORTED)
"""What is as expected of a conjecture that expects nothing."""


@dataclasses.dataclass(frozen=True, slots=True)
class Assembly:
    """One claim of a run of `suite` claims, in a tier."""

    claim: Claim
    tallies: Tallies
    findings: Findings
    failures: tuple[str, ...]
    seed: int
    suite: int
    tier: Tier = "quick"

    def record(self) -> dict[str, Any]:
        claim = self.claim
        names = self._vocabulary()
        latex = {name: item.latex for name, item in names.items()}
        own = self._own()
        outcome = self._outcome(own)
        ruling = self._ruling(own, outcome)
        mutants = [self._mutant(mutant.name, mutant.text, latex) for mutant in claim.mutants]
        ablations = self._ablations()
        complaint = self._complaint(outcome)
        worst = min((tally.worst for tally in own if tally.worst), key=lambda worst: worst.measure, default=None)
        derivation = self._finding("derivation") or {}
        smallest = self._finding("smallest") or {}
        return {
            "claim": claim.id,
            "paper": claim.paper,
            "place": claim.place,
            "title": claim.title,
            "file": place(claim.file) if claim.file else "",
            "statement": claim.relation.latex(latex),
            "relation": claim.relation.to_json(),
            "equality": claim.relation.op == "=",
            "note": claim.note,
            "concepts": [{"name": name, "latex": item.latex, "text": item.text} for name, item in names.items()],
            "hypotheses": self._hypotheses(latex),
            "verdict": ruling.verdict.value,
            "reason": "; ".join(dict.fromkeys(part for part in (complaint, ruling.reason) if part)),
            "evidence": ruling.evidence.to_json() if ruling.evidence else None,
            "scope": ruling.scope.to_json(),
            "expected": claim.expected.value if claim.expected else None,
            "ok": (ruling.verdict == claim.expected if claim.expected else ruling.verdict in ANSWERS)
            and not complaint
            and all(item["ok"] for item in (*mutants, *ablations)),
            **{name: getattr(outcome, name) for name in _COUNTS},
            "failures": list(outcome.failures),
            "violation_rate_upper": self._violation_rate(outcome),
            "worst_margin": worst.measure if worst else None,
            "worst": self._worst(worst),
            "seconds": round(sum(tally.seconds for tally in self._every()), 3),
            "families": self._families(own),
            "histogram": _histogram(own, claim.relation.op),
            "mutants": mutants,
            "ablations": ablations,
            "witness": self._finding("witness"),
            "tightness": self._finding("tightness"),
            "tight_series": self._finding("series"),
            "derivation": derivation.get("derivation"),
            "derivation_is_proof": derivation.get("is_proof"),
            "derivation_reason": derivation.get("reason", ""),
            "published": self._finding("published") or [],
            "certificate": self._shown(own),
            "smallest": {key: smallest[key] for key in ("bound", "examined")} if smallest else None,
            "measured": self._measured(),
        }

    def _finding(self, name: str) -> Any:
        return self.findings.get((self.claim.id, name))

    def _vocabulary(self) -> Mapping[str, Concept | Quantity]:
        """What the statement and the hypotheses speak of."""
        relations = [self.claim.relation, *(hypothesis.relation for hypothesis in self.claim.hypotheses)]
        return {name: concept(name) for relation in relations for name in relation.concepts()}

    def _hypotheses(self, latex: Mapping[str, str]) -> list[dict[str, str]]:
        return [
            {"name": hypothesis.name, "text": hypothesis.text, "latex": hypothesis.relation.latex(latex)}
            for hypothesis in self.claim.hypotheses
        ]

    def _ablations(self) -> list[dict[str, Any]]:
        return [self._ablation(hypothesis.name) for hypothesis in self.claim.hypotheses]

    def _measured(self) -> dict[str, Any] | None:
        """What an experiment measured."""
        return None

    def _own(self) -> Sequence[Tally]:
        return self.tallies.get((self.claim.id, "claim"), ())

    def _every(self) -> Iterable[Tally]:
        return (tally for (id, _), tallies in self.tallies.items() if id == self.claim.id for tally in tallies)

    def _outcome(self, own: Sequence[Tally]) -> Outcome:
        """The blocks together with published games and the games of the claim that violate it, and lost jobs."""
        sampled = total(own)
        violated = sum(item["outcome"] == "violated" for item in self._single_instances())
        extra = Outcome(instances=violated, met=violated, violated=violated, failures=self.failures)
        return sampled + extra

    def _single_instances(self) -> list[Mapping[str, Any]]:
        """What was decided outside the blocks; a claim without families is decided at its witness in a block."""
        found = [*(self._finding("published") or []), self._finding("tightness")]
        if self.claim.families:
            found.append(self._finding("witness"))
        return [item for item in found if item]

    def _ruling(self, own: Sequence[Tally], outcome: Outcome) -> Ruling:
        derivation = self._finding("derivation") or {}
        proof = evidence_from_json(derivation["evidence"]) if derivation.get("is_proof") else None
        dimensions = self.claim.dimensions
        proof_scope = Scope(kind="fixed dimensions", detail=dimensions) if dimensions else Scope(kind="all parameters")
        return rule(
            outcome=outcome,
            sampled=self._sampled(outcome),
            evidence=_evidence(own, outcome),
            proof=proof,
            proof_scope=proof_scope if proof else None,
            refutation=_refutation(self._shown(own)),
        )

    def _sampled(self, outcome: Outcome, families: tuple[str, ...] | None = None) -> Scope:
        families = self.claim.families if families is None else families
        if not families:
            return Scope(kind="this instance")
        return Scope.sampled(families=families, seed=self.seed, count=outcome.instances)

    def _complaint(self, outcome: Outcome) -> str:
        """What is amiss besides the verdict: the claim is not ok then."""
        witness = self._finding("witness")
        if witness is not None and witness["outcome"] not in DECIDED:
            return f"the witness does not show that the claim says something: {witness['outcome']}"
        tightness = self._finding("tightness")
        if tightness is not None and tightness["outcome"] not in DECIDED:
            return f"the tightness game is not decided: {tightness['outcome']}"
        for item in self._finding("published") or []:
            if item["outcome"] not in DECIDED and not item["outcome"].startswith("hypothesis "):
                return f"the published game {item['name']} is not decided: {item['outcome']}"
        derivation = self._finding("derivation")
        if derivation is not None and not derivation["is_proof"] and self.claim.expected == Verdict.PROVED:
            return f"the derivation is not a proof of it: {derivation['reason']}"
        return outcome.failures[0] if outcome.failures else ""

    def _variant(self, name: str, kept: Callable[[Sequence[Tally]], list[Tally]] = until_violation) -> tuple[Any, ...]:
        tallies = kept(self.tallies.get((self.claim.id, name), ()))
        return tallies, total(tallies)

    def _mutant(self, name: str, text: str, latex: Mapping[str, str]) -> dict[str, Any]:
        variant: Variant = variants(self.claim)[mutant_name(name)]
        tallies, outcome = self._variant(variant.name)
        ruling = self._rule_variant(tallies, outcome, variant.families)
        return {
            "name": name,
            "text": text,
            "statement": _latex(variant.relation, latex),
            "verdict": ruling.verdict.value,
            "reason": ruling.reason,
            "ok": ruling.verdict == Verdict.REFUTED,
            "instances": outcome.instances,
            "certificate": self._certificate(tallies),
        }

    def _rule_variant(self, tallies: Sequence[Tally], outcome: Outcome, families: tuple[str, ...]) -> Ruling:
        return rule(
            outcome=outcome,
            sampled=self._sampled(outcome, families),
            evidence=_evidence(tallies, outcome),
            refutation=_refutation(self._certificate(tallies)),
        )

    def _ablation(self, name: str) -> dict[str, Any]:
        """What happens without the hypothesis, beside what the claim says happens."""
        ablation = next(h.ablation for h in self.claim.hypotheses if h.name == name)
        record = {"hypothesis": name, "text": ablation.text, "expected": ablation.expected}
        if ablation.expected == "undefined":
            found = (self._finding("undefined") or {}).get(name)
            if found is None:
                return {**record, "found": "", "ok": False, "reason": "not run", "instances": 0, "certificate": None}
            undefined = bool(found["undefined"])
            rest = {"reason": found["reason"], "instances": 1, "certificate": None}
            return {**record, "found": "undefined" if undefined else "defined", "ok": undefined, **rest}
        tallies, outcome = self._variant(ablation_name(name))
        ruling = self._rule_variant(tallies, outcome, ablation.families or self.claim.families)
        found = {Verdict.REFUTED: "counterexample", Verdict.SUPPORTED: "redundant", Verdict.NOT_RUN: ""}
        kind = found.get(ruling.verdict, "undecided")
        return {
            **record,
            "found": kind,
            "ok": kind == ablation.expected,
            "reason": ruling.reason,
            "instances": outcome.instances,
            "certificate": self._certificate(tallies),
        }

    def _certificate(self, tallies: Sequence[Tally]) -> dict[str, Any] | None:
        """The violation that is easiest to read: the fewest payoffs, then the shortest numbers, then the first."""
        events = [event for tally in tallies for event in tally.events]
        best = min(events, key=lambda event: (*_size(event.certificate["game"]), event.index), default=None)
        return best.certificate if best else None

    def _shown(self, own: Sequence[Tally]) -> dict[str, Any] | None:
        """The certificate a refutation rests on: the smallest counterexample where it was looked for."""
        smallest = self._finding("smallest") or {}
        return smallest.get("certificate") or self._certificate(own) or self._published_violation()

    def _published_violation(self) -> dict[str, Any] | None:
        return next((item["certificate"] for item in self._single_instances() if item.get("certificate")), None)

    def _violation_rate(self, outcome: Outcome) -> float | None:
        """An upper bound on the share of instances that are not known to hold, of those that meet the hypotheses."""
        if not self.claim.families or not outcome.met:
            return None
        doubtful = outcome.met - outcome.held - outcome.ties
        return clopper_pearson(doubtful, outcome.met, alpha=(1 - CONFIDENCE) / self.suite).upper

    def _worst(self, worst: Worst | None) -> dict[str, Any] | None:
        if worst is None:
            return None
        try:
            game = to_json(instance(self.claim, seed=self.seed, index=worst.index))
        except FirstmoverError:  # it is shown without its game; the numbers stand
            game = None
        sides = {name: getattr(worst, name) for name in ("index", "lhs", "rhs", "margin", "error")}
        return {**sides, "game": game}

    def _families(self, own: Sequence[Tally]) -> list[dict[str, Any]]:
        records = []
        for name in dict.fromkeys(self.claim.families):
            tallies = [tally for tally in own if tally.family == name]
            outcome = total(tallies)
            margins = [tally.worst.measure for tally in tallies if tally.worst]
            records.append(
                {
                    "name": name,
                    "title": _title_of_family(name),
                    "instances": outcome.instances,
                    "met": outcome.met,
                    "worst_margin": min(margins, default=None),
                }
            )
        return records


def _title_of_family(name: str) -> str:
    from games.families import family

    try:
        return family(name).title
    except FirstmoverError:  # the claim's blocks have failed for it already, and other claims have results
        return name


_COUNTS = ("instances", "met", "held", "ties", "open", "candidates", "violated")


def _latex(relation: Relation, latex: Mapping[str, str]) -> str:
    """LaTeX of a mutant, which may speak of concepts that the claim does not."""
    return relation.latex({**{name: concept(name).latex for name in relation.concepts()}, **latex})


def _evidence(tallies: Sequence[Tally], outcome: Outcome) -> Evidence | None:
    """The weakest evidence the sampled instances stand on."""
    if not tallies or not outcome.met:  # a witness may violate a claim whose blocks were all lost
        return None
    rational, balls = (sum(getattr(tally, name) for tally in tallies) for name in ("rational", "balls"))
    if rational == outcome.met:
        return Exact(certificate=f"{rational} instances decided in rationals")
    if rational + balls == outcome.met:
        return Ball(enclosure=f"{balls} instances decided in balls", bits=MAX_BITS)
    margin = min((tally.worst.measure for tally in tallies if tally.worst), default=0.0)
    return Float(residual=max(tally.residual for tally in tallies), margin=margin)


def _refutation(certificate: Mapping[str, Any] | None) -> Evidence | None:
    """What a certificate of a violation is worth."""
    if certificate is None:
        return None
    sides = (certificate["lhs"], certificate["rhs"])
    against = " against ".join(side["ball"] if isinstance(side, Mapping) else str(side) for side in sides)
    bits = [side["bits"] for side in sides if isinstance(side, Mapping)]
    return Ball(enclosure=against, bits=max(bits)) if bits else Exact(certificate=against)


def _size(game: Mapping[str, Any]) -> tuple[int, int]:
    """The number of entries of a game as JSON, and the length of their digits."""

    def entries(item: Any) -> list[str]:
        if isinstance(item, list):
            return [text for part in item for text in entries(part)]
        return [str(item)]

    found = [text for item in game.values() for text in entries(item)]
    return len(found), sum(map(len, found))


_RELATIVE = "relative margin: (rhs - lhs) / (|lhs| + |rhs|)"
_BINNED = {"<=": _RELATIVE, "<": _RELATIVE, "=": "residual: |rhs - lhs| / error bound"}


def _histogram(own: Sequence[Tally], op: str) -> dict[str, Any]:
    """Measures over the blocks, without empty bins at the ends; zero stays in sight."""
    counts = [sum(column) for column in zip(*(tally.histogram for tally in own), strict=True)] or [0] * BINS
    filled = [i for i, count in enumerate(counts) if count]
    first = min([BINS // 2, *filled])
    last = max([BINS // 2 + 1, *(i + 1 for i in filled)])
    return {
        "label": _BINNED[op],
        "edges": list(EDGES[first : last + 1]),
        "counts": counts[first:last],
        "ties": sum(tally.outcome.ties for tally in own),
    }
