"""Soft Q-value iteration between starts beyond the range of the game's values."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from games.families.soft_iteration import SoftIterationFamily


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SoftIterationFreeFamily(SoftIterationFamily):
    """As `soft_iteration`, but a player's starts may span up to 2, 8 or 64 times R_k."""

    name: ClassVar[str] = "soft_iteration_free"
    title: ClassVar[str] = "soft Q-value iteration between starts beyond the range of values"
    widths: ClassVar[tuple[Any, ...]] = (2, 8, 64)


FAMILY = SoftIterationFreeFamily()
