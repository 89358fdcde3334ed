"""Linear-quadratic games without switching."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from games.families.base import Sizes
from games.families.lq import LinearQuadraticFamily

ONE = Sizes(1, 1)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SingleRegimeFamily(LinearQuadraticFamily):
    """As `lq_well_posed`, with one regime."""

    name: ClassVar[str] = "lq_single_regime"
    title: ClassVar[str] = "linear-quadratic games with one regime"

    regimes: Any = ONE


FAMILY = SingleRegimeFamily()
