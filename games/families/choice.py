"""What the families of single choices share: sizes, and values and temperatures over many scales."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from games.families.base import Family, Sizes

USUAL_SIZES = Sizes(2, 12, rare=(64,))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceFamily(Family):
    """A family of `Choice`s; `actions` is Sizes, a length, or a pair (low, high)."""

    actions: Any = USUAL_SIZES

    def __post_init__(self) -> None:
        object.__setattr__(self, "actions", Sizes.of(self.actions, "actions", least=2))


def log_uniform(rng: np.random.Generator, low: float, high: float, shape: int | tuple[int, ...]) -> np.ndarray:
    """Numbers whose logarithms are uniform between those of `low` and `high`."""
    return np.exp(rng.uniform(np.log(low), np.log(high), shape))


def draw_values(rng: np.random.Generator, batch: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Values (batch, n) and temperatures (batch,) over 24 decades each.

    Values are normal at a log-uniform scale. In half of the games the temperature is log-uniform by itself, so that the
    law is nearly uniform or nearly deterministic; in the others it is within two decades of the values' scale.
    """
    scale = log_uniform(rng, 1e-12, 1e12, batch)
    matched = scale * log_uniform(rng, 1e-2, 1e2, batch)
    temperature = np.where(rng.random(batch) < 0.5, matched, log_uniform(rng, 1e-12, 1e12, batch))
    return scale[:, None] * rng.standard_normal((batch, n)), temperature
