"""Leader-follower Markov games: in every state the leader moves, the follower sees her move and answers.

Rules that solvers, derivations and checkers share (theory section 3):

  reply      b(s, a) maximises Q_F(s, a, .); exact ties go to the largest Q_L(s, a, b) (STRONG), to the smallest (WEAK),
             or to neither (FIRST); what is still tied goes to the smallest b
  move       a(s) maximises Q_L(s, ., b(s, .)); ties go to the smallest a
  iteration  Q_k <- (1 - alpha) Q_k + alpha (r_k + gamma_k P V_k) for both players at once, where
             V_k(s) = Q_k(s, a(s), b(s, a(s)))
  soft       nu(b|s,a) ~ exp(Q_F(s,a,b) / tau_F), q(s,a) = sum_b nu(b|s,a) Q_L(s,a,b), pi(a|s) ~ exp(q(s,a) / tau_L);
             V_L(s) = tau_L LSE_a(q(s,a) / tau_L) and V_F(s) = sum_a pi(a|s) tau_F LSE_b(Q_F(s,a,b) / tau_F) with the
             entropies counted, V_L = sum_a pi q and V_F = sum_a pi sum_b nu Q_F without
"""

from __future__ import annotations

import dataclasses
import enum
from typing import Any, ClassVar

import numpy as np

from games.core import Game
from games.errors import GameError, shown

ROW_SUM_ERROR = 2.0**-50
"""How far a row of float probabilities may miss one, for each state."""


class Ties(enum.IntEnum):
    """How the follower's exact ties are broken: for the leader, against her, or by the smallest index."""

    STRONG = 0
    WEAK = 1
    FIRST = 2

    @property
    def label(self) -> str:
        """The name used on the command line: strong, weak, first."""
        return self.name.lower()


_KERNEL = ("states", "leader actions", "follower actions", "states")
_TABLE = ("states", "leader actions", "follower actions")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarkovGame(Game):
    """A discounted leader-follower Markov game, or a batch of games of one size.

    transition[..., s, a, b, t] is the probability of moving from state s to t when the leader plays a and the follower
    b; rewards[..., s, a, b] are maximised. Each player has his own discount.

    Raises `GameError`, naming the entry, for shapes that differ, no state or action, numbers that are not finite,
    negative probabilities, rows that do not sum to one (exactly, or within `ROW_SUM_ERROR` a state in floats) and
    discounts outside [0, 1).
    """

    core: ClassVar[dict[str, tuple[str, ...]]] = {
        "transition": _KERNEL,
        "leader_reward": _TABLE,
        "follower_reward": _TABLE,
        "leader_discount": (),
        "follower_discount": (),
    }
    kind: ClassVar[str] = "markov"

    transition: Any  # (*batch, S, A, B, S)
    leader_reward: Any  # (*batch, S, A, B)
    follower_reward: Any  # (*batch, S, A, B)
    leader_discount: Any  # (*batch,)
    follower_discount: Any  # (*batch,)

    def validate(self) -> None:
        check_kernel(self.transition)
        for name in ("leader_discount", "follower_discount"):
            discount = getattr(self, name)
            require(name, discount, (discount >= 0) & (discount < 1), "0 <= discount < 1")

    @property
    def states(self) -> int:
        return self.leader_reward.shape[-3]

    @property
    def leader_actions(self) -> int:
        return self.leader_reward.shape[-2]

    @property
    def follower_actions(self) -> int:
        return self.leader_reward.shape[-1]

    def rewards(self) -> tuple[Any, Any]:
        """The leader's and the follower's rewards, each (*batch, S, A, B)."""
        return self.leader_reward, self.follower_reward

    def discounts(self) -> tuple[Any, Any]:
        """The leader's and the follower's discount, each (*batch,)."""
        return self.leader_discount, self.follower_discount


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EpisodicMarkovGame(Game):
    """An undiscounted leader-follower Markov game of H steps, or a batch of games of one size; nothing follows the end.

    Arrays as in `MarkovGame`, led by the step h = 0, ..., H - 1; transition[..., H - 1, :, :, :, :] is never used.

    Raises `GameError` as `MarkovGame` does.
    """

    core: ClassVar[dict[str, tuple[str, ...]]] = {
        "transition": ("steps", *_KERNEL),
        "leader_reward": ("steps", *_TABLE),
        "follower_reward": ("steps", *_TABLE),
    }
    kind: ClassVar[str] = "episodic markov"

    transition: Any  # (*batch, H, S, A, B, S)
    leader_reward: Any  # (*batch, H, S, A, B)
    follower_reward: Any  # (*batch, H, S, A, B)

    def validate(self) -> None:
        check_kernel(self.transition)

    @property
    def horizon(self) -> int:
        return self.leader_reward.shape[-4]

    @property
    def states(self) -> int:
        return self.leader_reward.shape[-3]

    @property
    def leader_actions(self) -> int:
        return self.leader_reward.shape[-2]

    @property
    def follower_actions(self) -> int:
        return self.leader_reward.shape[-1]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarkovIteration(MarkovGame):
    """A Markov game and two runs of Stackelberg Q-value iteration on it: what claims about convergence speak of.

    One run starts at (leader_start, follower_start), the other at (leader_reference, follower_reference); where the
    reference is a fixed point, the second run stays there. Both take `steps` steps of size `step_size`, with the same
    `ties` (an integer of `Ties`).

    Raises `GameError` as `MarkovGame` does, for step sizes outside (0, 1], steps that are no integer >= 0 and unknown
    ties.
    """

    core: ClassVar[dict[str, tuple[str, ...]]] = {
        **MarkovGame.core,
        "leader_start": _TABLE,
        "follower_start": _TABLE,
        "leader_reference": _TABLE,
        "follower_reference": _TABLE,
        "step_size": (),
        "steps": (),
        "ties": (),
    }
    kind: ClassVar[str] = "markov iteration"

    leader_start: Any  # (*batch, S, A, B)
    follower_start: Any  # (*batch, S, A, B)
    leader_reference: Any  # (*batch, S, A, B)
    follower_reference: Any  # (*batch, S, A, B)
    step_size: Any  # (*batch,)
    steps: Any  # (*batch,)
    ties: Any = 0  # (*batch,)

    def validate(self) -> None:
        super(MarkovIteration, self).validate()  # slots=True re-creates the class: zero-argument super() would fail
        require("step_size", self.step_size, (self.step_size > 0) & (self.step_size <= 1), "0 < step size <= 1")
        require("steps", self.steps, (self.steps >= 0) & (self.steps % 1 == 0), "an integer >= 0")
        ties = (self.ties == Ties.STRONG) | (self.ties == Ties.WEAK) | (self.ties == Ties.FIRST)
        require("ties", self.ties, ties, "0 (strong), 1 (weak) or 2 (first)")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoftMarkovIteration(MarkovIteration):
    """Two runs of soft Stackelberg Q-value iteration, each player choosing by softmax at his own temperature.

    Raises `GameError` as `MarkovIteration` does, and for temperatures that are not positive.
    """

    core: ClassVar[dict[str, tuple[str, ...]]] = {
        **MarkovIteration.core,
        "leader_temperature": (),
        "follower_temperature": (),
    }
    kind: ClassVar[str] = "soft markov iteration"

    leader_temperature: Any  # (*batch,)
    follower_temperature: Any  # (*batch,)

    def validate(self) -> None:
        super(SoftMarkovIteration, self).validate()
        for name in ("leader_temperature", "follower_temperature"):
            temperature = getattr(self, name)
            require(name, temperature, temperature > 0, "a temperature > 0")


def check_kernel(transition: np.ndarray) -> None:
    """Raise `GameError`, naming the entry, unless the last axis holds probabilities that sum to one."""
    if transition.min(initial=0) < 0:  # a whole table of comparisons only where there is an entry to name
        require("transition", transition, transition >= 0, "a probability >= 0")
    sums = transition.sum(axis=-1)
    if transition.dtype == object:
        require("transition", sums, sums == 1, 'probabilities that sum to exactly 1 (write "1/3" for a third)')
    else:
        allowed = ROW_SUM_ERROR * transition.shape[-1]
        require("transition", sums, abs(sums - 1) <= allowed, "probabilities that sum to 1")


def require(name: str, values: Any, holds: Any, expected: str) -> None:
    """Raise `GameError` naming the first entry of `values` where the condition fails."""
    holds = np.asarray(holds, dtype=bool)
    if holds.all():
        return
    index = tuple(int(i) for i in np.argwhere(~holds)[0])
    where = f"{name}[{', '.join(map(str, index))}]" if index else name
    raise GameError(f"{where}: expected {expected}, found {shown(np.asarray(values, dtype=object)[index])}")
