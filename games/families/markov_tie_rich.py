"""Markov games full of ties, in the rewards and in the values of every horizon."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.errors import GameError
from games.families.markov import DISCOUNTS, MarkovFamily
from games.families.sources import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MarkovTieRichFamily(MarkovFamily):
    """Rewards from 0, ..., levels - 1, probabilities 0, 1/2, 1; then replies become copies of others for the follower.

    A copied reply has the follower's reward and the transitions of another in every state, so that he is indifferent
    between the two whatever the values; in half of the games the leader is not. Raises `GameError` for fewer than one
    level.
    """

    name: ClassVar[str] = "markov_tie_rich"
    title: ClassVar[str] = "Markov games with few reward levels and replies that are copies of others"

    discounts: tuple = DISCOUNTS[:4]
    levels: int = 3

    def __post_init__(self) -> None:
        super(MarkovTieRichFamily, self).__post_init__()
        if not 1 <= self.levels <= 2**20:
            raise GameError(f"markov_tie_rich: expected 1 to 2^20 reward levels, found {self.levels}")

    def describe(self, source: Source) -> dict[str, np.ndarray]:
        replies, both = source.copies(source.table_shape[-1]), source.flag()[:, None]  # (batch, B), (batch, 1)
        arrays = super(MarkovTieRichFamily, self).describe(source)
        copied = np.take_along_axis
        shared = np.where(both, replies, np.arange(replies.shape[-1]))[:, None, None, :]
        replies = replies[:, None, None, :]
        return arrays | {
            "transition": copied(arrays["transition"], replies[..., None], axis=3),
            "leader_reward": copied(arrays["leader_reward"], shared, axis=3),
            "follower_reward": copied(arrays["follower_reward"], replies, axis=3),
        }

    def draw_rewards(self, source: Source) -> tuple[np.ndarray, np.ndarray]:
        levels = range(self.levels)
        return source.pick(levels, *source.table_shape), source.pick(levels, *source.table_shape)

    def draw_kernel(self, source: Source) -> np.ndarray:
        return source.kernel(1)


FAMILY = MarkovTieRichFamily()
