"""Q-value iteration that starts far from its fixed point and hardly moves: small residuals, large errors."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from games.families.iteration import IterationFamily, Kind, rewards_at, stage_values
from games.families.markov import over_tables
from games.families.sources import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationNearlyFixedFamily(IterationFamily):
    """One run begins at tables of 0, 2, -2, 4, opposite or common; the other 1 away in every entry, and then shifted.

    Neither depends on the leader's action. Where the replies of the two differ, so do their values by up to 5, and by J
    in the first state. A shift of the second table by gamma J / (1 - gamma) makes up for it: in games with one state
    its residual is 1, and the distance 1 + gamma J / (1 - gamma). In half of the games the first table is the fixed
    point, in the others the second one is.
    """

    name: ClassVar[str] = "iteration_nearly_fixed"
    title: ClassVar[str] = "runs that are nearly stationary far from the fixed point"
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.ZERO_SUM, Kind.COMMON)

    states: Any = (1, 2)
    discounts: Any = (Fraction(1, 2), Fraction(3, 4), Fraction(7, 8))  # gamma / (1 - gamma) is whole

    def draw_kernel(self, source: Source) -> np.ndarray:
        return source.kernel(1)

    def describe(self, source: Source) -> dict[str, np.ndarray]:
        arrays = super(IterationNearlyFixedFamily, self).describe(source)
        discounts, ties = (arrays["leader_discount"], arrays["follower_discount"]), arrays["ties"]
        states, actions, replies = source.table_shape
        same = np.zeros((1, 1, actions, 1), dtype=np.int64)  # the leader's actions are the same
        table = source.pick((0, 2, -2, 4), states, 1, replies) + same
        kind = source.pick((int(Kind.ZERO_SUM), int(Kind.COMMON)))
        leader, follower = self.align(kind, (table, table))
        off = [source.pick((1, -1), states, 1, replies) + same for _ in range(2)]
        off[0] = np.where(over_tables(source.flag()), 1 + 0 * table, off[0])
        others = leader + off[0], follower + off[1]
        pairs = zip(stage_values(*others, ties), stage_values(leader, follower, ties), strict=True)
        jumps = [other[:, 0] - own[:, 0] for other, own in pairs]
        others = [
            other + over_tables(discount / (1 - discount) * jump)
            for other, discount, jump in zip(others, discounts, jumps, strict=True)
        ]
        exchanged = over_tables(source.flag())
        references = [np.where(exchanged, x, y) for x, y in zip(others, (leader, follower), strict=True)]
        starts = [np.where(exchanged, y, x) for x, y in zip(others, (leader, follower), strict=True)]
        rewards = rewards_at(references[0], references[1], arrays["transition"], discounts, ties)
        return arrays | {
            "leader_reward": rewards[0],
            "follower_reward": rewards[1],
            "leader_start": starts[0],
            "follower_start": starts[1],
            "leader_reference": references[0],
            "follower_reference": references[1],
        }


FAMILY = IterationNearlyFixedFamily()
