"""Writing a derivation down, step by step."""

from __future__ import annotations

from typing import Any

import sympy

from proofs.engine.derivation import Derivation
from proofs.engine.errors import DerivationError
from proofs.engine.relation import Relation, equal
from proofs.engine.rules.assuming import Definition, Hypothesis
from proofs.engine.step import Rule, Step
from proofs.engine.vocabulary import Vocabulary


class Argument:
    """A derivation being written: each method adds a step, which its rule has confirmed, and returns it."""

    def __init__(self, *, topic: str, title: str, vocabulary: Vocabulary) -> None:
        self._topic, self._title, self._vocabulary = topic, title, vocabulary
        self._steps: list[Step] = []
        self._conclusions: dict[str, Step] = {}

    def step(self, relation: Relation, rule: Rule, *uses: Step, reason: str = "") -> Step:
        """The relation by the rule from the steps used."""
        try:
            made = Step(relation=relation, rule=rule, uses=uses, reason=reason)
        except DerivationError as error:
            raise DerivationError(f"{self._topic}, line {len(self._steps) + 1}: {error}") from error
        self._steps.append(made)
        return made

    def assume(self, name: str, relation: Relation, *uses: Step, reason: str = "") -> Step:
        """A hypothesis; the steps used show that it is defined."""
        return self.step(relation, Hypothesis(name), *uses, reason=reason or name)

    def fact(self, name: str) -> Step:
        """What the vocabulary says of a primitive symbol."""
        return self.assume(name, self._vocabulary.facts[name])

    def define(self, symbol: str | Any, meaning: sympy.Expr | None = None, *uses: Step, reason: str = "") -> Step:
        """The vocabulary's definition of a name; or a local one, of a scalar or of a vector by its entry v[a]."""
        if isinstance(symbol, str):
            return self.step(self._vocabulary.definition(symbol), Definition(), *uses, reason=reason)
        relation = equal(symbol, meaning)
        if isinstance(symbol, sympy.Indexed):
            relation = relation.for_all(*symbol.indices)
        return self.step(relation, Definition(), *uses, reason=reason)

    def conclude(self, name: str, step: Step) -> Step:
        """Name a step as a conclusion."""
        self._conclusions[name] = step
        return step

    def derivation(self) -> Derivation:
        return Derivation(
            topic=self._topic,
            title=self._title,
            vocabulary=self._vocabulary,
            steps=tuple(self._steps),
            conclusions=dict(self._conclusions),
        )
