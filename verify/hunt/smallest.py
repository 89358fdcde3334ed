"""The smallest counterexample to a claim on bimatrix games, by exhaustion in a canonical order.

Integer games are ordered by the number of actions in all, then the leader's, then the largest |payoff|, then the sum of
all |payoffs|, then lexicographically in the leader's and the follower's payoffs with 0 < 1 < -1 < 2 < -2 ...; of games
that differ by the names of actions only, the first is examined. Every game is settled: by floats whose error bound
leaves no doubt, or exactly. "Smallest" is therefore a statement about every game that comes before, proved as far as
those bounds are; the counterexample itself is confirmed exactly and certified.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from games.matrix import BimatrixGame
from verify.errors import ClaimError
from verify.exact.certificate import Certificate
from verify.exact.game_json import to_json
from verify.numeric import evaluate, settled
from verify.statement import Claim
from verify.terms import Relation
from verify.twin import Twin
from verify.variant import Variant, variants
from verify.vocabulary import concept

LARGEST_LEVEL = 2**22
"""Games of one size and payoff range, before relabelling: a table of them must fit the memory."""

CHUNK = 4096


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What an exhaustive search has found.

    game, certificate : the smallest counterexample, None where there is none within the bounds
    examined          : games settled, up to relabelling, the counterexample included
    exactly           : how many of them exact arithmetic settled
    bound             : in words, what was examined
    """

    game: BimatrixGame | None
    certificate: Certificate | None
    examined: int
    exactly: int
    bound: str

    def to_json(self) -> dict[str, Any]:
        return {
            "game": to_json(self.game) if self.game is not None else None,
            "certificate": self.certificate,
            "examined": self.examined,
            "exactly": self.exactly,
            "bound": self.bound,
        }


def smallest(claim: Claim, *, actions: int = 5, payoff: int = 2, budget: int = 20_000) -> dict[str, Any]:
    """`search` as JSON."""
    return search(claim, actions=actions, payoff=payoff, budget=budget).to_json()


def search(claim: Claim, *, actions: int = 5, payoff: int = 2, budget: int = 20_000) -> Search:
    """The first counterexample among integer games of at most `actions` actions in all, no |payoff| above `payoff`.

    Sizes with more than `LARGEST_LEVEL` games at some largest payoff are examined below it. The search ends without an
    answer after `budget` exact decisions. Raises `ClaimError` for claims on other games.
    """
    itself = variants(claim)["claim"]
    relations = [itself.relation, *(relation for _, relation in itself.hypotheses)]
    kinds = {concept(name).game for relation in relations for name in relation.concepts()}
    if kinds != {BimatrixGame.kind}:
        raise ClaimError(f"{claim.id}: expected a claim on bimatrix games to search, found one on {sorted(kinds)}")
    work = _Work(itself, budget)
    done: list[str] = []
    for m, n in _sizes(actions):
        largest = 0
        for largest in range(payoff + 1):
            if _count(m, n, largest) > LARGEST_LEVEL:
                largest -= 1
                break
            for batch in _batches(m, n, largest):
                place = work.first_violation(batch)
                size = f"{m} by {n} with payoffs up to {largest}"
                if place is not None:
                    return work.found(batch, place, done, size)
                if work.exactly >= budget:
                    return work.nothing([*done, f"{size} in part"])
        done.append(f"{m} by {n} with payoffs up to {largest}")
    return work.nothing(done)


def _sizes(actions: int) -> Iterator[tuple[int, int]]:
    """(m, n) by m + n, then by m."""
    return ((m, total - m) for total in range(2, actions + 1) for m in range(1, total))


def _count(m: int, n: int, largest: int) -> int:
    return (2 * largest + 1) ** (2 * m * n)


def _batches(m: int, n: int, largest: int) -> Iterator[BimatrixGame]:
    """All integer games of this size with this largest |payoff|, in order, one of each class of relabelled games."""
    base, cells = 2 * largest + 1, 2 * m * n
    powers = base ** np.arange(cells - 1, -1, -1, dtype=np.int64)
    kept: list[np.ndarray] = []
    sizes: list[np.ndarray] = []
    step = 2**18
    for start in range(0, _count(m, n, largest), step):
        ranks = np.arange(start, min(start + step, _count(m, n, largest)), dtype=np.int64)
        digits = (ranks[:, None] // powers % base).astype(np.int8)  # (games, 2 m n): 0, 1, 2, ... for 0, 1, -1, ...
        magnitudes = (digits + 1) // 2
        first = magnitudes.max(axis=1) == largest
        for order in _relabellings(m, n):
            first &= (digits[:, order].astype(np.int64) @ powers) >= ranks
        kept.append(ranks[first])
        sizes.append(magnitudes[first].sum(axis=1, dtype=np.int64))
    ranks, totals = np.concatenate(kept), np.concatenate(sizes)
    ranks = ranks[np.argsort(totals, kind="stable")]
    for start in range(0, len(ranks), CHUNK):
        digits = ranks[start : start + CHUNK, None] // powers % base
        payoffs = np.where(digits % 2 == 1, (digits + 1) // 2, -(digits // 2)).astype(np.float64) + 0.0
        leader, follower = payoffs.reshape(-1, 2, m, n).transpose(1, 0, 2, 3)
        yield BimatrixGame(leader=leader, follower=follower)


def _relabellings(m: int, n: int) -> Iterator[np.ndarray]:
    """Where the payoffs of a relabelled game stand in the original, for every other naming of the actions."""
    table = np.arange(2 * m * n).reshape(2, m, n)
    for rows in itertools.permutations(range(m)):
        for columns in itertools.permutations(range(n)):
            order = table[:, rows, :][:, :, columns].reshape(-1)
            if (order != table.reshape(-1)).any():
                yield order


class _Work:
    """The claim on one batch after another."""

    def __init__(self, variant: Variant, budget: int) -> None:
        self.variant = variant
        self.budget = budget
        self.examined = self.exactly = 0

    def first_violation(self, game: BimatrixGame) -> int | None:
        """The place of the first game that violates the claim, None where none does or the budget ends."""
        doubtful = self.open(self.variant.relation, game, "violated")
        for _, relation in self.variant.hypotheses:
            doubtful &= self.open(relation, game, "met")
        for place in np.flatnonzero(doubtful).tolist():
            if self.exactly >= self.budget:
                self.examined += place
                return None
            self.exactly += 1
            twin = Twin(game[place].exact())
            if twin.decide(self.variant.relation).outcome == "violated" and not twin.unmet(self.variant):
                self.examined += place + 1
                return place
        self.examined += len(game)
        return None

    def open(self, relation: Relation, game: BimatrixGame, wanted: str) -> np.ndarray:
        """Where floats do not rule out that the relation is violated, or met."""
        comparison = evaluate(relation, game, whose=self.variant.title)
        certain = settled(comparison)
        holds = comparison.margin > 0 if relation.op == "<" else comparison.margin >= 0
        return ~certain | (holds if wanted == "met" else ~holds)

    def found(self, batch: BimatrixGame, place: int, done: list[str], size: str) -> Search:
        game = batch[place].exact()
        twin = Twin(game)
        examined = ", ".join([*done, f"{size} as far as they come before it"])
        return Search(
            game=game,
            certificate=twin.certificate(self.variant, twin.decide(self.variant.relation)),
            examined=self.examined,
            exactly=self.exactly,
            bound=f"none of the {self.examined - 1} smaller integer games is a counterexample ({examined}; games that "
            "differ by the names of actions count once)",
        )

    def nothing(self, done: list[str]) -> Search:
        return Search(
            game=None,
            certificate=None,
            examined=self.examined,
            exactly=self.exactly,
            bound=f"none of {self.examined} integer games is a counterexample ({', '.join(done)}; games that differ by "
            "the names of actions count once)",
        )
