"""Choices beside an arbitrary law over their actions."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from games.choice import ChoiceWithPolicy
from games.core import Game
from games.families.base import Reader, exact_array, frozen
from games.families.choice import ChoiceFamily, draw_values, log_uniform


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WithPolicyFamily(ChoiceFamily):
    """Values as in `spread`, and a law that is, each in a quarter of the games,

    - Dirichlet with a log-uniform concentration from 1/100 (nearly deterministic) to 10,
    - the same on a random support,
    - deterministic,
    - softmax(q / tau) itself, up to rounding.
    Probabilities are multiples of 2^-53 that sum to 1 exactly, so that the exact twin is exactly stochastic;
    probabilities below 2^-53 become 0. Decoded laws are integer weights over their sum (all on the first action where
    that is 0).
    """

    name: ClassVar[str] = "with_policy"
    title: ClassVar[str] = "a choice and a dense, sparse, deterministic or softmax law to compare with"
    game: ClassVar[type[Game]] = ChoiceWithPolicy

    def sample(self, rng: np.random.Generator, batch: int) -> ChoiceWithPolicy:
        n = self.actions.draw(rng)
        values, temperature = draw_values(rng, batch, n)
        kind = rng.integers(4, size=batch)[:, None]
        weights = rng.standard_gamma(np.broadcast_to(log_uniform(rng, 1e-2, 10.0, (batch, 1)), (batch, n)))
        only = np.arange(n) == rng.integers(n, size=batch)[:, None]
        weights[(kind == 1) & (rng.random((batch, n)) < 0.5)] = 0.0
        weights[(kind == 2) & ~only] = 0.0
        exponents = (values - values.max(axis=-1, keepdims=True)) / temperature[:, None]
        weights = np.where(kind == 3, np.exp(exponents), weights)
        # Where nothing is left the law is deterministic.
        weights = np.where(weights.sum(axis=-1, keepdims=True) > 0, weights, only)
        return ChoiceWithPolicy(
            values=frozen(values), temperature=frozen(temperature), policy=frozen(stochastic(weights))
        )

    def decode(self, integers: Sequence[int]) -> ChoiceWithPolicy:
        reader = Reader(integers)
        n, temperature = reader.size(self.actions), reader.positive()
        values, weights = zip(*((reader.signed(), reader.natural()) for _ in range(n)), strict=True)
        if not any(weights):
            weights = (1, *weights[1:])
        law = exact_array(weights, n) / sum(weights)
        return ChoiceWithPolicy(values=exact_array(values, n), temperature=temperature, policy=law)

    @property
    def code_length(self) -> int:
        return 2 + 2 * self.actions.high


def stochastic(weights: np.ndarray) -> np.ndarray:
    """Laws proportional to the weights up to 2^-53, whose entries are multiples of 2^-53 with sum exactly 1.

    Whole numbers of 2^-53 up to 1 are floats, so are their partial sums; the largest entry takes what rounding down
    left over.
    """
    share = weights / weights.sum(axis=-1, keepdims=True)
    units = np.floor(share * 2.0**53).astype(np.int64)  # (batch, n)
    largest = units.argmax(axis=-1)[:, None]
    left = 2**53 - units.sum(axis=-1, keepdims=True)
    np.put_along_axis(units, largest, np.take_along_axis(units, largest, -1) + left, -1)
    return units * 2.0**-53


FAMILY = WithPolicyFamily()
