"""What the families of Markov games share: sizes, discounts, and one description for samples and codes."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from games.core import Game
from games.errors import GameError, shown
from games.families.base import Family, Reader, Sizes, frozen, unzigzag
from games.families.sources import Coded, Sampled, Source
from games.markov import MarkovGame

DISCOUNTS = tuple(map(Fraction, ("0", "1/2", "1/4", "3/4", "5/8", "7/8", "15/16", "29/32")))
"""Short dyadic discounts: powers of them stay cheap in exact arithmetic."""

KERNEL_BITS = 20
"""Sampled probabilities are multiples of 2^-20."""

REWARD_BITS = 10
"""Sampled rewards are multiples of 2^-10."""

Pair = tuple[np.ndarray, np.ndarray]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MarkovFamily(Family):
    """A family of `MarkovGame`s, by default generic: each kernel row uniform on the simplex, rewards standard normal.

    The numbers of states and actions are Sizes, a length, or a pair (low, high); a sample takes the larger of two
    draws, so that games of one state or one action are the fewest. `discounts` are what both players' discounts are
    drawn from; in half of the games, or in all where `shared_discount`, they have one discount.

    Raises `GameError` for wrong sizes, and for discounts outside [0, 1).
    """

    game: ClassVar[type[Game]] = MarkovGame

    states: Any = (1, 3)
    leader_actions: Any = (1, 3)
    follower_actions: Any = (1, 3)
    discounts: Any = DISCOUNTS
    shared_discount: bool = False

    def __post_init__(self) -> None:
        for name in ("states", "leader_actions", "follower_actions"):
            object.__setattr__(self, name, Sizes.of(getattr(self, name), name))
        discounts = self.discounts
        if not isinstance(discounts, tuple | list) or not discounts or not all(0 <= d < 1 for d in discounts):
            raise GameError(f"discounts: expected numbers from [0, 1), found {shown(discounts)}")
        object.__setattr__(self, "discounts", tuple(discounts))

    def sizes(self) -> tuple[Sizes, Sizes, Sizes]:
        """The sizes in the order in which they are drawn and read."""
        return self.states, self.leader_actions, self.follower_actions

    def describe(self, source: Source) -> dict[str, np.ndarray]:
        """The arrays of the games, by name, each led by the source's batch."""
        leader_discount, follower_discount = self.draw_discounts(source)
        transition = self.draw_kernel(source)
        leader_reward, follower_reward = self.draw_rewards(source)
        return {
            "transition": transition,
            "leader_reward": leader_reward,
            "follower_reward": follower_reward,
            "leader_discount": leader_discount,
            "follower_discount": follower_discount,
        }

    def draw_discounts(self, source: Source) -> Pair:
        """The leader's and the follower's discounts, each (batch,)."""
        leader = source.pick(self.discounts)
        if self.shared_discount:
            return leader, leader
        return leader, np.where(source.flag(), source.pick(self.discounts), leader)

    def draw_rewards(self, source: Source) -> Pair:
        """The leader's and the follower's rewards, each (batch, S, A, B)."""
        return source.normal_table(REWARD_BITS), source.normal_table(REWARD_BITS)

    def draw_kernel(self, source: Source) -> np.ndarray:
        """The kernel, (batch, S, A, B, S)."""
        return source.kernel(KERNEL_BITS)

    def sample(self, rng: np.random.Generator, batch: int) -> Any:
        lengths = [max(sizes.draw(rng), sizes.draw(rng)) for sizes in self.sizes()]
        arrays = self.describe(Sampled(rng, batch, *lengths))
        return self.game(**{name: frozen(array) for name, array in arrays.items()})

    def decode(self, integers: Sequence[int]) -> Any:
        reader = Reader(integers)
        lengths = [reader.size(sizes) for sizes in self.sizes()]
        largest = tuple(sizes.high for sizes in self.sizes())
        return self.game(**self.describe(Coded(reader, largest, *lengths)))[0]

    @property
    def code_length(self) -> int:
        # How much is read depends on the sizes alone: let the largest game be read, and count.
        read = itertools.count()

        def integers() -> Iterator[int]:
            for sizes in self.sizes():
                next(read)
                yield unzigzag(sizes.high - sizes.low)
            while True:
                next(read)
                yield 0

        code: Any = integers()  # an endless iterator, which the reader takes as it takes sequences
        self.decode(code)
        return next(read)


def opposite(table: np.ndarray) -> np.ndarray:
    """The table with the other sign, without negative zeros."""
    return 0 - table


def over_tables(scalars: np.ndarray) -> np.ndarray:
    """(batch,) as (batch, 1, 1, 1)."""
    return scalars[:, None, None, None]
