"""What the families of pairs of Q-value iterations share: games around a prescribed fixed point.

A fixed point Q* of the rule in `games.markov` need not be solved for: draw Q* and the kernel P, and let

    r_k = Q*_k - gamma_k P V_k(Q*),        V_k(s) = Q*_k(s, a(s), b(s, a(s))).

Every game with one of its fixed points arises so. The numbers are short dyadics: with Q* in multiples of 2^-6 up to 4
in size, discounts in multiples of 2^-5 and probabilities in multiples of 2^-10 the rewards take 25 bits, and floats
hold them, and the fixed point's equation, exactly.
"""

from __future__ import annotations

import dataclasses
import enum
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

import numpy as np

from games.core import Game
from games.families.base import Sizes
from games.families.markov import MarkovFamily, Pair, opposite, over_tables
from games.families.sources import Source
from games.markov import MarkovIteration, Ties

STEP_SIZES = tuple(map(Fraction, ("1", "1/2", "1/4", "3/4", "1/8", "7/8")))

MOST_STEPS = 6

ACTIONS = Sizes(1, 3, rare=(5,))

TABLE_BITS = 6
"""Sampled tables are multiples of 2^-6, unless their family says otherwise."""

KERNEL_BITS = (10, 5, 3, 1)
"""Resolutions of sampled kernels: coarse ones keep float iterates exact for more steps, and make ties."""


class Kind(enum.IntEnum):
    """How the follower's tables follow from the leader's, in a whole batch or game by game."""

    GENERAL = 0
    ZERO_SUM = 1  # opposite tables, one discount
    COMMON = 2  # equal tables, one discount
    MYOPIC = 3  # no discount for the follower: his fixed point is his reward


EVERY_KIND = tuple(Kind)


class Runs(NamedTuple):
    """The four tables from which two runs begin, each (batch, S, A, B)."""

    leader_start: np.ndarray
    follower_start: np.ndarray
    leader_reference: np.ndarray
    follower_reference: np.ndarray


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IterationFamily(MarkovFamily):
    """A family of `MarkovIteration`s whose reference is a fixed point of the rule with the game's own ties.

    Each game is of one of the family's `kinds`. `aligned_start` says whether the start follows the kind as the
    reference does, otherwise it is arbitrary. A subclass that is not `fixed` draws its rewards.
    """

    game: ClassVar[type[Game]] = MarkovIteration
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.GENERAL,)
    aligned_start: ClassVar[bool] = True
    fixed: ClassVar[bool] = True

    leader_actions: Any = ACTIONS
    follower_actions: Any = ACTIONS

    def describe(self, source: Source) -> dict[str, np.ndarray]:
        steps = self.draw_steps(source)
        ties = source.pick(tuple(map(int, Ties)))
        step_size = source.pick(STEP_SIZES)
        kind = source.pick(tuple(map(int, self.kinds)))
        discounts = self.align_discounts(kind, self.draw_discounts(source))
        runs = self.draw_runs(source, kind)
        if self.fixed:
            transition = self.draw_kernel(source)
            rewards = rewards_at(runs.leader_reference, runs.follower_reference, transition, discounts, ties)
        else:
            rewards = self.align(kind, self.draw_rewards(source))
            transition = self.draw_kernel(source)
        return {
            "transition": transition,
            "leader_reward": rewards[0],
            "follower_reward": rewards[1],
            "leader_discount": discounts[0],
            "follower_discount": discounts[1],
            **runs._asdict(),
            "step_size": step_size,
            "steps": steps,
            "ties": ties,
        }

    def draw_steps(self, source: Source) -> np.ndarray:
        """How many steps, (batch,)."""
        return source.pick(range(MOST_STEPS + 1))

    def draw_kernel(self, source: Source) -> np.ndarray:
        bits = int(source.pick(KERNEL_BITS).flat[0]) if source.batch else KERNEL_BITS[0]
        return source.kernel(bits)

    def draw_rewards(self, source: Source) -> Pair:
        return self.draw_table(source), self.draw_table(source)

    def draw_table(self, source: Source) -> np.ndarray:
        """One table from which nothing is asked, (batch, S, A, B)."""
        return source.table(TABLE_BITS, 4)

    def draw_runs(self, source: Source, kind: np.ndarray) -> Runs:
        """Where the runs begin; `kind` is (batch,)."""
        leader, follower = self.align(kind, (self.draw_table(source), self.draw_table(source)))
        scale = over_tables(source.pick((1, 2, 4, 0)))
        start = scale * self.draw_table(source) + 0, scale * self.draw_table(source) + 0  # + 0: no negative zeros
        if self.aligned_start:
            start = self.align(kind, start)
            start = start[0], np.where(over_tables(kind == Kind.MYOPIC), follower, start[1])
        return Runs(*start, leader, follower)

    def align(self, kind: np.ndarray, pair: Pair) -> Pair:
        """The leader's table, and the follower's as the kind says."""
        leader, follower = pair
        kind = over_tables(kind)
        follower = np.where(kind == Kind.ZERO_SUM, opposite(leader), follower)
        return leader, np.where(kind == Kind.COMMON, leader, follower)

    def align_discounts(self, kind: np.ndarray, discounts: Pair) -> Pair:
        """The leader's discount, and the follower's as the kind says."""
        leader, follower = discounts
        follower = np.where((kind == Kind.ZERO_SUM) | (kind == Kind.COMMON), leader, follower)
        return leader, np.where(kind == Kind.MYOPIC, 0 * leader, follower)


def stage_values(leader: np.ndarray, follower: np.ndarray, ties: np.ndarray) -> Pair:
    """V_L(s) and V_F(s) of the rule in `games.markov`, each (batch, S), for floats as for Fractions.

    leader and follower are (batch, S, A, B), ties (batch,).
    """
    best = follower == follower.max(axis=-1, keepdims=True)
    ties = over_tables(ties)
    liked = np.where(ties == Ties.STRONG, leader, np.where(ties == Ties.WEAK, -leader, 0 * leader))
    # Where a reply is not best its place is taken by the least liked one, which changes no maximum.
    among = np.where(best, liked, liked.min(axis=-1, keepdims=True))
    chosen = best & (liked == among.max(axis=-1, keepdims=True))
    reply = chosen.argmax(axis=-1)[..., None]  # (batch, S, A, 1): the first one
    leader, follower = (np.take_along_axis(table, reply, -1)[..., 0] for table in (leader, follower))
    move = (leader == leader.max(axis=-1, keepdims=True)).argmax(axis=-1)[..., None]
    leader, follower = (np.take_along_axis(table, move, -1)[..., 0] for table in (leader, follower))
    return leader, follower


def rewards_at(leader: np.ndarray, follower: np.ndarray, transition: np.ndarray, discounts: Pair, ties: Any) -> Pair:
    """The rewards r_k = Q_k - gamma_k P V_k(Q) that make Q = (leader, follower) a fixed point."""
    values = stage_values(leader, follower, ties)
    rewards = [
        table - over_tables(discount) * (transition * value[:, None, None, None, :]).sum(axis=-1)
        for table, discount, value in zip((leader, follower), discounts, values, strict=True)
    ]
    return rewards[0], rewards[1]
