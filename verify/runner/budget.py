"""How much is drawn: tiers, and budgets in instances or minutes, always in whole blocks."""

from __future__ import annotations

import dataclasses
import re
from typing import Literal

from verify.errors import ClaimError
from verify.statement import Claim
from verify.streams import BLOCK

Tier = Literal["quick", "default"]
TIERS: tuple[Tier, ...] = ("quick", "default")

_BUDGET = re.compile(r"(\d[\d_,]*)|(\d+(?:\.\d+)?)\s*(s|m|min|h)")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Instances a claim, or seconds for everything; neither leaves it to the tier."""

    instances: int | None = None
    seconds: float | None = None

    @classmethod
    def parse(cls, text: str) -> Budget:
        """A budget as people write it: "20000" (instances a claim), "90s", "2m" or "1h" (for the whole suite)."""
        match = _BUDGET.fullmatch(text.strip())
        if match and match[1]:
            instances = int(re.sub("[_,]", "", match[1]))
            if instances > 0:
                return cls(instances=instances)
        elif match and float(match[2]) > 0:
            return cls(seconds=float(match[2]) * _SECONDS[match[3]])
        raise ClaimError(f"budget: expected instances such as 20000 or a time such as 90s, 2m or 1h, found {text!r}")

    def blocks(self, claim: Claim, tier: Tier) -> int | None:
        """Whole blocks to draw for a claim; None where only time ends it.

        An experiment's replicates, a block each, are declared in its plan and do not depend on a budget.
        """
        if claim.experiment is not None:
            return getattr(claim.experiment, tier)
        if not claim.families:
            return 1
        if self.seconds is not None:
            return None
        wanted = self.instances if self.instances is not None else getattr(claim, tier)
        return -(-wanted // BLOCK)

    def __str__(self) -> str:
        if self.instances is not None:
            return str(self.instances)
        return f"{self.seconds:g}s" if self.seconds is not None else ""
