"""How a residual went, in a few words: for answers that nothing proves."""

from __future__ import annotations

import math
from collections import deque


class Trend:
    """The last residuals of an iteration; `str` tells the last one and whether they still fell."""

    def __init__(self, kept: int = 64) -> None:
        self.last: deque[float] = deque(maxlen=kept)

    def add(self, residual: float) -> None:
        self.last.append(residual)

    def rate(self) -> float:
        """By what factor a step changed the residual, the mean over the second half of what is kept; NaN if unknown."""
        half = len(self.last) // 2
        if half < 1 or not 0 < self.last[-1 - half] < math.inf or not self.last[-1] > 0:
            return math.nan
        return (self.last[-1] / self.last[-1 - half]) ** (1 / half)

    def __str__(self) -> str:
        rate = self.rate()
        if math.isnan(rate):
            return f"the residual is {self.last[-1]:.1e}"
        how = f"falls by a factor of {rate:.3g} a step" if rate < 1 - 1e-6 else "does not fall"
        return f"the residual is {self.last[-1]:.1e} and {how}"
