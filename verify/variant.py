"""What is put to the test beside a claim itself: its mutants, and the claim without one of its hypotheses."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from verify.experiment.plan import Experiment, Measure
from verify.statement import Claim
from verify.terms import Relation


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A relation under hypotheses, on instances of some families: the claim, a mutant of it, or an ablation.

    `name` is "claim", "mutant: NAME" or "without: HYPOTHESIS".
    """

    claim: str
    name: str
    relation: Relation
    hypotheses: tuple[tuple[str, Relation], ...]
    families: tuple[str, ...]
    file: Path | None = None
    measure: Measure | None = None  # of an experiment

    @property
    def is_ablation(self) -> bool:
        """Whether this is the claim without one of its hypotheses."""
        return self.name.startswith(ablation_name(""))

    @property
    def title(self) -> str:
        """For error messages."""
        return self.claim if self.name == "claim" else f"{self.claim} ({self.name})"


def variants(claim: Claim) -> dict[str, Variant]:
    """Everything that is sampled for a claim, by name, the claim itself first."""
    if claim.experiment is not None:
        return _measured(claim, claim.experiment)
    hypotheses = tuple((hypothesis.name, hypothesis.relation) for hypothesis in claim.hypotheses)
    itself = Variant(
        claim=claim.id,
        name="claim",
        relation=claim.relation,
        hypotheses=hypotheses,
        families=claim.families,
        file=claim.file,
    )
    found = [itself]
    found += [
        dataclasses.replace(itself, name=mutant_name(mutant.name), relation=mutant.relation) for mutant in claim.mutants
    ]
    found += [
        dataclasses.replace(
            itself,
            name=ablation_name(hypothesis.name),
            hypotheses=tuple(item for item in hypotheses if item[0] != hypothesis.name),
            families=hypothesis.ablation.families or claim.families,
        )
        for hypothesis in claim.hypotheses
        if hypothesis.ablation.expected != "undefined"
    ]
    return {variant.name: variant for variant in found}


def _measured(claim: Claim, experiment: Experiment) -> dict[str, Variant]:
    """The experiment and its contrasts. Mutants speak of the same measurements, so that nothing is sampled for them."""
    itself = Variant(
        claim=claim.id,
        name="claim",
        relation=claim.relation,
        hypotheses=(),
        families=(),
        file=claim.file,
        measure=experiment.measure,
    )
    contrasts = [
        dataclasses.replace(itself, name=ablation_name(contrast.hypothesis), measure=contrast.measure)
        for contrast in experiment.contrasts
    ]
    return {variant.name: variant for variant in (itself, *contrasts)}


def mutant_name(mutant: str) -> str:
    return f"mutant: {mutant}"


def ablation_name(hypothesis: str) -> str:
    return f"without: {hypothesis}"
