"""Markov games with states that are never left."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.families.markov import MarkovFamily
from games.families.sources import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MarkovAbsorbingFamily(MarkovFamily):
    """The last state is absorbing, the first is not (unless it is the last), each other one with probability 1/2.

    In a quarter of the games absorbing states pay nothing, so that all is tied there; elsewhere the game goes on in
    them. Otherwise as `markov_dense`.
    """

    name: ClassVar[str] = "markov_absorbing"
    title: ClassVar[str] = "Markov games with absorbing states"

    def describe(self, source: Source) -> dict[str, np.ndarray]:
        states = source.states
        absorbing = source.pick((0, 1), states) == 1  # (batch, S)
        absorbing[:, 0], absorbing[:, -1] = False, True
        over = absorbing & (source.pick((0, 0, 0, 1)) == 1)[:, None]
        arrays = super(MarkovAbsorbingFamily, self).describe(source)
        stay = np.where(np.eye(states, dtype=bool), 1, 0)[:, None, None, :]  # (S, 1, 1, S)
        over = over[:, :, None, None]
        return arrays | {
            "transition": np.where(absorbing[:, :, None, None, None], stay, arrays["transition"]),
            "leader_reward": np.where(over, 0, arrays["leader_reward"]),
            "follower_reward": np.where(over, 0, arrays["follower_reward"]),
        }


FAMILY = MarkovAbsorbingFamily()
