"""The smallest counterexample to a claim, by exhaustion in a canonical order of the games it speaks of.

Every game is settled: by floats whose error bound leaves no doubt, or exactly. "Smallest" is therefore a statement
about every game that comes before, proved as far as those bounds are; the counterexample itself is confirmed exactly
and certified. Orders: `verify.hunt.bimatrix_order`, `verify.hunt.markov_order`.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from games.core import Game
from games.errors import FirstmoverError
from verify.errors import ClaimError
from verify.exact.certificate import Certificate
from verify.exact.game_json import to_json
from verify.hunt.bimatrix_order import BimatrixOrder
from verify.hunt.markov_order import MarkovOrder
from verify.hunt.order import Level, Order
from verify.numeric import evaluate, settled
from verify.statement import Claim
from verify.terms import Relation
from verify.twin import Twin
from verify.variant import Variant, variants
from verify.vocabulary import concept

ORDERS: dict[str, Order] = {order.kind: order for order in (BimatrixOrder(), MarkovOrder())}
"""How far games of each kind are searched unless told otherwise."""


SIMULTANEOUS = frozenset({"pure_nash_count", "best_markov_nash", "worst_markov_nash", "markov_commitment_gain"})
"""Concepts of Markov games that renaming the replies to one action of the leader may change."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What an exhaustive search has found.

    game, certificate : the smallest counterexample, None where there is none within the bounds
    examined          : games settled, up to relabelling, the counterexample included
    exactly           : how many of them went to exact arithmetic
    undecided         : how many of those it did not decide
    bound             : in words, what was examined
    """

    game: Game | None
    certificate: Certificate | None
    examined: int
    exactly: int
    undecided: int
    bound: str

    def to_json(self) -> dict[str, Any]:
        return {
            "game": to_json(self.game) if self.game is not None else None,
            "certificate": self.certificate,
            "examined": self.examined,
            "exactly": self.exactly,
            "undecided": self.undecided,
            "bound": self.bound,
        }


def smallest(claim: Claim, *, order: Order | None = None, budget: int = 20_000) -> dict[str, Any]:
    """`search` as JSON."""
    return search(claim, order=order, budget=budget).to_json()


def search(claim: Claim, *, order: Order | None = None, budget: int = 20_000) -> Search:
    """The first counterexample in the order, by default the one of `ORDERS` for the claim's kind of games.

    The search ends without an answer after `budget` exact decisions. Raises `ClaimError` for claims on games without an
    order, or on other games than those of the order.
    """
    itself = variants(claim)["claim"]
    relations = [itself.relation, *(relation for _, relation in itself.hypotheses)]
    names = {name for relation in relations for name in relation.concepts()}
    kinds = {concept(name).game for name in names}
    known = {order.kind: order} if order else ORDERS
    if len(kinds) != 1 or not kinds <= known.keys():
        expected = " or ".join(f"{kind} games" for kind in known)
        raise ClaimError(f"{claim.id}: expected a claim on {expected} to search, found one on {sorted(kinds)}")
    chosen = known[kinds.pop()]
    if isinstance(chosen, MarkovOrder) and names & SIMULTANEOUS:
        chosen = dataclasses.replace(chosen, simultaneous=True)
    work = _Work(itself, chosen, budget)
    for level in work.order.levels():
        for batch in level.batches:
            place = work.first_violation(batch)
            if place is not None:
                return work.found(batch, place, level)
            if work.exactly >= budget:
                return work.nothing(f"{level.text} in part")
        work.done[level.size] = level.text
    return work.nothing()


class _Work:
    """The claim on one batch after another."""

    def __init__(self, variant: Variant, order: Order, budget: int) -> None:
        self.variant = variant
        self.order = order
        self.budget = budget
        self.examined = self.exactly = self.undecided = 0
        self.done: dict[str, str] = {}  # size -> what was examined of it

    def first_violation(self, games: Game) -> int | None:
        """The place of the first game that violates the claim, None where none does or the budget ends."""
        doubtful = self.open(self.variant.relation, games, "violated")
        for _, relation in self.variant.hypotheses:
            doubtful &= self.open(relation, games, "met")
        for place in np.flatnonzero(doubtful).tolist():
            if self.exactly >= self.budget:
                self.examined += place
                return None
            self.exactly += 1
            if self.is_violated(games[place].exact()):
                self.examined += place + 1
                return place
        self.examined += len(games)
        return None

    def is_violated(self, game: Game) -> bool:
        """Whether the game meets the hypotheses and violates the claim; what cannot be decided is counted."""
        twin = Twin(game)
        try:
            if twin.unmet(self.variant):
                return False
            outcome = twin.decide(self.variant.relation).outcome
        except FirstmoverError:
            outcome = "undecided"
        self.undecided += outcome == "undecided"
        return outcome == "violated"

    def open(self, relation: Relation, games: Game, wanted: str) -> np.ndarray:
        """Where floats do not rule out that the relation is violated, or met."""
        comparison = evaluate(relation, games, whose=self.variant.title)
        certain = settled(comparison)
        holds = comparison.margin > 0 if relation.op == "<" else comparison.margin >= 0
        return ~certain | (holds if wanted == "met" else ~holds)

    def found(self, batch: Game, place: int, level: Level) -> Search:
        game = batch[place].exact()
        twin = Twin(game)
        self.done.pop(level.size, None)
        examined = ", ".join([*self.done.values(), f"{level.text} as far as they come before it"])
        return Search(
            game=game,
            certificate=twin.certificate(self.variant, twin.decide(self.variant.relation)),
            examined=self.examined,
            exactly=self.exactly,
            undecided=self.undecided,
            bound=f"none of the {self.examined - 1} smaller {self.order.things} is a counterexample ({examined}; "
            f"{self.order.alike}){self.doubt()}",
        )

    def nothing(self, *rest: str) -> Search:
        return Search(
            game=None,
            certificate=None,
            examined=self.examined,
            exactly=self.exactly,
            undecided=self.undecided,
            bound=f"none of {self.examined} {self.order.things} is a counterexample "
            f"({', '.join([*self.done.values(), *rest])}; {self.order.alike}){self.doubt()}",
        )

    def doubt(self) -> str:
        return f", but for {self.undecided} that stay undecided" if self.undecided else ""
