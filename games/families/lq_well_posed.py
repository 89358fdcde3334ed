"""Linear-quadratic games that stay well posed as long as their values are finite."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.lq import LinearQuadraticFamily


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WellPosedFamily(LinearQuadraticFamily):
    """Positive definite running costs, damped states, noise of every kind, linear terms in half of the games."""

    name: ClassVar[str] = "lq_well_posed"
    title: ClassVar[str] = "linear-quadratic games with positive definite costs"


FAMILY = WellPosedFamily()
