"""Derivations: steps in order, their conclusions, and whether these prove a claim."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import sympy
from sympy.core.relational import Relational

from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Evidence, weakest
from proofs.engine.numeric import as_function
from proofs.engine.positivity import Facts, needs_proof
from proofs.engine.relation import Relation
from proofs.engine.rules.algebra import WEAKER
from proofs.engine.rules.assuming import meaning
from proofs.engine.step import Assumptions, Step, check_relation_defined, union
from proofs.engine.terms import Binder, Variable
from proofs.engine.vocabulary import Vocabulary


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """A proof: steps, each after those it uses, and conclusions by name, each one of the steps.

    Raises `DerivationError` where a step comes before one it uses, or a conclusion is not a step.
    """

    topic: str
    title: str
    vocabulary: Vocabulary
    steps: tuple[Step, ...]
    conclusions: Mapping[str, Step]

    def __post_init__(self) -> None:
        earlier: set[int] = set()
        for number, step in enumerate(self.steps, 1):
            if not all(id(used) in earlier for used in step.uses):
                raise DerivationError(f"{self.topic}, line {number}: expected only earlier steps used in {step}")
            earlier.add(id(step))
        for name, step in self.conclusions.items():
            if id(step) not in earlier:
                raise DerivationError(f"{self.topic}: expected conclusion {name!r} among the steps, found {step}")
        if not self.conclusions:
            raise DerivationError(f"{self.topic}: expected a conclusion, found none")

    @property
    def open_assumptions(self) -> Assumptions:
        """The hypotheses that some conclusion rests on; definitions and choices are not among them."""
        found = union(step.assumptions for step in self.conclusions.values())
        return tuple(assumption for assumption in found if assumption.kind == "hypothesis")

    @property
    def definitions(self) -> Assumptions:
        """The definitions that some conclusion rests on."""
        found = union(step.assumptions for step in self.conclusions.values())
        return tuple(assumption for assumption in found if assumption.kind == "definition")

    @property
    def evidence(self) -> Evidence:
        """The weakest link."""
        return weakest(step.evidence for step in self.steps)

    def evidence_of(self, conclusion: str) -> Evidence:
        """The weakest link among the steps a conclusion stands on."""
        return weakest(step.evidence for step in _ancestry(self.conclusions[conclusion]))

    def check(self) -> None:
        """Run every rule again. Raises `DerivationError` naming the line that does not follow."""
        for number, step in enumerate(self.steps, 1):
            try:
                step.check()
            except DerivationError as error:
                raise DerivationError(f"{self.topic}, line {number}: {error}") from error

    def proof_of(self, claim: Relation | Relational) -> str | None:
        """The name of the first conclusion that says what the claim says, or something stronger."""
        return next(iter(self.proofs_of(claim)), None)

    def proofs_of(self, claim: Relation | Relational) -> list[str]:
        """The names of all such conclusions: they may rest on different hypotheses."""
        wanted = self.vocabulary.adopt(claim)
        return [
            name
            for name, step in self.conclusions.items()
            if wanted.op in WEAKER[step.relation.op]
            and wanted.same_as(dataclasses.replace(step.relation, op=wanted.op))
        ]

    def is_proof_of(
        self,
        claim: Relation | Relational,
        hypotheses: Iterable[Relation | Relational] | Mapping[str, Relation | Relational] = (),
        *,
        conclusion: str = "",
    ) -> tuple[bool, str]:
        """Whether a conclusion is the claim, rests on its hypotheses alone, and on evidence that proves; and why.

        With `conclusion` the one of that name must be it; else the first that is.

        The claim's sides must be defined under its hypotheses. Hypotheses that follow from the claim's by their signs
        count. Definitions must be the vocabulary's, or of symbols that the claim does not mention, each defined once
        and without a circle.
        """
        names = self.proofs_of(claim)
        if not names:
            concluded = "; ".join(str(step.relation) for step in self.conclusions.values())
            return False, f"expected the conclusion `{self.vocabulary.adopt(claim)}`, found {concluded}"
        if conclusion and conclusion not in names:
            found = " or ".join(map(repr, names))
            return False, f"expected the conclusion {conclusion!r} to say it, found that {found} does"
        if isinstance(hypotheses, Mapping):
            hypotheses = hypotheses.values()
        given = (*map(self.vocabulary.adopt, hypotheses), *self.vocabulary.facts.values())
        answers = [self._is_proof(name, claim, given) for name in ([conclusion] if conclusion else names)]
        return next((answer for answer in answers if answer[0]), answers[0])

    def _is_proof(self, name: str, claim: Relation | Relational, given: tuple[Relation, ...]) -> tuple[bool, str]:
        """Whether the conclusion of that name, which says what the claim says, rests on what is given alone."""
        step = self.conclusions[name]
        facts = Facts(given)
        assumptions = _with_resting(step.assumptions)
        for assumption in assumptions:
            if assumption.kind == "hypothesis" and not _follows(assumption.relation, given, facts):
                return False, f"expected only the claim's hypotheses, found `{assumption.relation}` assumed"
        mentioned = self.vocabulary.adopt(claim).free.union(*(relation.free for relation in given))
        trouble = self._trouble_with_meanings(assumptions, mentioned)
        if trouble:
            return False, trouble
        wanted = self.vocabulary.adopt(claim)
        if not _partial(wanted) <= _partial(step.relation):  # the conclusion is defined: its step saw to it
            try:
                check_relation_defined(wanted, given)
            except DerivationError as error:
                return False, f"{error} (the claim under its hypotheses)"
        evidence = self.evidence_of(name)
        if not evidence.proves:
            return False, f"expected exact or ball evidence, found {evidence.kind}"
        return True, f"conclusion {name!r}, {evidence.kind}"

    def _trouble_with_meanings(self, assumptions: Assumptions, mentioned: frozenset[Variable]) -> str | None:
        shared = {*self.vocabulary.symbols.values(), *self.vocabulary.vectors.values()}
        meanings: dict[Variable, frozenset[Variable]] = {}
        for assumption in assumptions:
            if assumption.kind == "hypothesis":
                continue
            symbol, depends = meaning(assumption)
            if symbol in meanings:
                return f"expected one definition of {symbol}, found two"
            meanings[symbol] = depends
            if symbol not in shared:
                if symbol in mentioned:
                    return f"expected {symbol} of the claim to be free, found it defined: `{assumption.relation}`"
            elif str(symbol) not in self.vocabulary.definitions or not assumption.relation.same_as(
                self.vocabulary.definition(str(symbol))
            ):
                return f"expected the vocabulary's meaning of {symbol}, found `{assumption.relation}`"
        return _circle(meanings)

    def functions(self) -> dict[str, Callable[..., float]]:
        """What was derived, as functions of numbers.

        Each definition of the vocabulary by its name, and the sides of each conclusion over the vocabulary as
        "name.lhs" and "name.rhs". Arguments are the vectors, then the scalars, in the vocabulary's order.
        """
        words = self.vocabulary
        terms = {str(a.relation.lhs): a.relation.lhs for a in self.definitions if a.name in words.definitions}
        for name, step in self.conclusions.items():
            if step.relation.free <= {*words.symbols.values(), *words.vectors.values()} and not step.relation.bound:
                terms |= {f"{name}.lhs": step.relation.lhs, f"{name}.rhs": step.relation.rhs}
        expanded = {name: words.expand(term) for name, term in terms.items()}
        return {name: as_function(term, words.arguments(term), words.sizes) for name, term in expanded.items()}

    def to_json(self) -> dict[str, Any]:
        """The derivation as JSON: LaTeX printed from the relations, numbers of lines, evidence of each."""
        number = {id(step): count for count, step in enumerate(self.steps, 1)}
        return {
            "topic": self.topic,
            "title": self.title,
            "assumptions": [{"name": a.name, "latex": a.relation.latex()} for a in self.open_assumptions],
            "definitions": [{"name": a.name, "latex": a.relation.latex()} for a in self.definitions],
            "steps": [
                {
                    "number": number[id(step)],
                    "latex": step.relation.latex(),
                    "rule": step.rule.name,
                    "reason": step.reason,
                    "uses": [number[id(used)] for used in step.uses],
                    "assumptions": [a.name for a in step.assumptions if a.kind == "hypothesis"],
                    "evidence": step.evidence.to_json(),
                }
                for step in self.steps
            ],
            "conclusions": [
                {"name": name, "latex": step.relation.latex(), "number": number[id(step)]}
                for name, step in self.conclusions.items()
            ],
            "evidence": self.evidence.to_json(),
        }


def _ancestry(step: Step) -> Iterator[Step]:
    seen: set[int] = set()
    stack = [step]
    while stack:
        current = stack.pop()
        if id(current) not in seen:
            seen.add(id(current))
            yield current
            stack.extend(current.uses)


def _follows(needed: Relation, given: Iterable[Relation], facts: Facts) -> bool:
    return any(needed.same_as(relation) for relation in given) or facts.proves(needed)


def _partial(relation: Relation) -> frozenset[Any]:
    """The operations that must be shown to be defined; a binder over any stands for all of them."""
    found: set[Any] = set(relation.given)
    stack: list[sympy.Basic] = [relation.lhs, relation.rhs]
    while stack:
        part = stack.pop()
        if needs_proof(part) or (isinstance(part, Binder) and any(map(needs_proof, sympy.preorder_traversal(part)))):
            found.add(part)
        stack.extend(() if isinstance(part, Binder) else part.args)
    return frozenset(found)


def _with_resting(assumptions: Assumptions) -> Assumptions:
    """The assumptions and those that their definitions need to make sense."""
    found = assumptions
    while True:
        more = union((found, *(assumption.resting for assumption in found)))
        if len(more) == len(found):
            return found
        found = more


def _circle(meanings: Mapping[Variable, frozenset[Variable]]) -> str | None:
    left = dict(meanings)
    while left:
        founded = [symbol for symbol, depends in left.items() if depends.isdisjoint(left)]
        if not founded:
            return f"expected definitions without a circle, found one through {', '.join(sorted(map(str, left)))}"
        for symbol in founded:
            del left[symbol]
    return None
