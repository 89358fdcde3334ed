"""Linear-quadratic games whose leader can do nothing: the follower's Riccati equation alone."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from games.families.lq import Arrays, LinearQuadraticFamily, idle
from games.families.lq_source import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NoLeaderFamily(LinearQuadraticFamily):
    """As `lq_well_posed` with B = D = 0; the leader's action costs only her, u'M_L,uu u / 2 and nothing else."""

    name: ClassVar[str] = "lq_no_leader"
    title: ClassVar[str] = "linear-quadratic games whose leader moves nothing"

    def describe(self, source: Source) -> Arrays:
        arrays = super(NoLeaderFamily, self).describe(source)
        return arrays | idle(arrays)


FAMILY = NoLeaderFamily()
