"""One exact instance: relations decided on it, each fact proved once and checked every time it is used."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from games.core import Game
from games.errors import FirstmoverError
from verify.concept import resolve
from verify.exact.certificate import Condition, build
from verify.exact.evaluate import Decision, decide
from verify.terms import Relation
from verify.variant import Variant
from verify.vocabulary import concept


class Twin:
    """An exact game with the facts about it that were asked for so far."""

    def __init__(self, game: Game) -> None:
        self.game = game.exact()
        self._facts: dict[str, dict[str, Any]] = {}

    def fact(self, name: str, game: Game) -> dict[str, Any]:
        """What the checker of this concept needs to know of the game."""
        if name not in self._facts:
            item = concept(name)
            self._facts[name] = resolve(item.prove)(game) if item.prove else {"concept": name}
        return self._facts[name]

    def decide(self, relation: Relation) -> Decision:
        return decide(relation, self.game, prove=self.fact)

    def unmet(self, variant: Variant) -> str:
        """The first hypothesis that the game does not meet, "" where it meets them all."""
        for name, relation in variant.hypotheses:
            if self.decide(relation).outcome not in ("holds", "tie"):
                return name
        return ""

    def certificate(self, variant: Variant, decision: Decision) -> dict[str, Any]:
        """The decision about this game with everything that is needed to check it again."""
        conditions = [
            Condition(name=name, relation=relation, decision=self.decide(relation))
            for name, relation in variant.hypotheses
        ]
        return build(
            claim=variant.title,  # a mutant's certificate says nothing against the claim
            game=self.game,
            relation=variant.relation,
            decision=decision,
            hypotheses=conditions,
            file=variant.file,
        )


def side_to_json(side: Any) -> str | None:
    """A side of a decision: a rational as it is, a ball as flint prints it."""
    return None if side is None else str(side) if isinstance(side, Fraction) else side.str(30)


def instance_to_json(game: Game, variant: Variant) -> Mapping[str, Any]:
    """{"outcome", "lhs", "rhs"} of the variant's relation on one game, decided exactly.

    outcome: holds, tie, violated, undecided, "hypothesis NAME not met", or the line of the error that stopped it.
    """
    try:
        twin = Twin(game)
        unmet = twin.unmet(variant)
        if unmet:
            return {"outcome": f"hypothesis {unmet} not met", "lhs": None, "rhs": None}
        decision = twin.decide(variant.relation)
    except FirstmoverError as problem:
        return {"outcome": str(problem), "lhs": None, "rhs": None}
    found = {"outcome": decision.outcome, "lhs": side_to_json(decision.lhs), "rhs": side_to_json(decision.rhs)}
    if decision.outcome == "violated":
        found["certificate"] = twin.certificate(variant, decision)
    return found
