"""Linear-quadratic games in which the linear terms count."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from games.families.lq import LinearQuadraticFamily


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AffineFamily(LinearQuadraticFamily):
    """As `lq_well_posed`; drifts b, noises s and costs m, g are drawn in every game, up to three times as large."""

    name: ClassVar[str] = "lq_affine"
    title: ClassVar[str] = "linear-quadratic games with linear terms everywhere"
    scales: ClassVar[tuple[Any, ...]] = (1, 2, 3)


FAMILY = AffineFamily()
