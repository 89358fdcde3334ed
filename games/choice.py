"""A single agent's choice among n actions at a temperature: the stage problem of every softmax follower."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from games.core import Game
from games.errors import GameError


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice(Game):
    """Action values q and a temperature tau > 0, or a batch of them.

    The agent plays softmax(q / tau). Raises `GameError` where a temperature is not positive.
    """

    core: ClassVar[dict[str, tuple[str, ...]]] = {"values": ("actions",), "temperature": ()}
    kind: ClassVar[str] = "choice"

    values: Any  # (*batch, n)
    temperature: Any  # (*batch,)

    def validate(self) -> None:
        if not np.all(self.temperature > 0):
            raise GameError(f"temperature: expected > 0, found {np.min(self.temperature)}")

    @property
    def actions(self) -> int:
        return self.values.shape[-1]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PerturbedChoice(Choice):
    """A choice and a change d of its values: softmax(q / tau) against softmax((q + d) / tau)."""

    core: ClassVar[dict[str, tuple[str, ...]]] = {**Choice.core, "perturbation": ("actions",)}
    kind: ClassVar[str] = "perturbed choice"

    perturbation: Any  # (*batch, n)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChoiceWithPolicy(Choice):
    """A choice and any law p over its actions, to be compared with the softmax law.

    Raises `GameError` for negative probabilities or, where exact, a sum other than one; floats may miss one by n eps.
    """

    core: ClassVar[dict[str, tuple[str, ...]]] = {**Choice.core, "policy": ("actions",)}
    kind: ClassVar[str] = "choice with policy"

    policy: Any  # (*batch, n)

    def validate(self) -> None:
        super(ChoiceWithPolicy, self).validate()  # slots=True re-creates the class: zero-argument super() would fail
        if not np.all(self.policy >= 0):
            raise GameError(f"policy: expected probabilities >= 0, found {np.min(self.policy)}")
        excess = np.abs(self.policy.sum(axis=-1) - 1)
        if not np.all(excess <= (0 if self.is_exact else self.actions * 2.0**-52)):
            raise GameError(f"policy: expected probabilities that sum to 1, found a sum off by {np.max(excess)}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChoiceAtTwoTemperatures(Choice):
    """A choice and a second, not lower temperature."""

    core: ClassVar[dict[str, tuple[str, ...]]] = {**Choice.core, "hotter": ()}
    kind: ClassVar[str] = "choice at two temperatures"

    hotter: Any  # (*batch,)

    def validate(self) -> None:
        super(ChoiceAtTwoTemperatures, self).validate()
        if not np.all(self.hotter >= self.temperature):
            raise GameError("hotter: expected a temperature not below `temperature`")
