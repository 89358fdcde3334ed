"""Both sides of a relation on a batch, in floats, taking in what exact arithmetic finds."""

from __future__ import annotations

import dataclasses

import numpy as np

from verify.comparison import Comparison
from verify.exact.evaluate import Decision, ball
from verify.float_ball import UNIT, FloatBall
from verify.numeric import settled
from verify.tally import relative
from verify.terms import RelationOp

FARTHEST = 1e300
"""What a residual counts beside an error bound of zero."""


@dataclasses.dataclass(slots=True)
class Sides:
    """lhs and rhs with a bound on the error of rhs - lhs; the arrays are our own and change as instances are settled.

    certain : where the sides are known well enough to tell which is larger, or that they are equal
    """

    op: RelationOp
    lhs: np.ndarray
    rhs: np.ndarray
    error: np.ndarray
    certain: np.ndarray

    @classmethod
    def of(cls, comparison: Comparison) -> Sides:
        lhs, rhs, error = (np.array(side) for side in (comparison.lhs, comparison.rhs, comparison.error))
        return cls(comparison.op, lhs, rhs, error, settled(comparison))

    @property
    def margin(self) -> np.ndarray:
        """rhs - lhs for an inequality, -|rhs - lhs| for "="."""
        with np.errstate(over="ignore"):
            difference = self.rhs - self.lhs
        return -np.abs(difference) if self.op == "=" else difference

    def measures(self) -> np.ndarray:
        """How far each instance is from violating the relation, without units; NaN where that is not known.

        Inequalities: the relative margin (rhs - lhs) / (|lhs| + |rhs|), in [-1, 1]. "=": minus the residual beside its
        error bound, -|rhs - lhs| / error, at least -1 where floats see no difference.
        """
        if self.op != "=":
            return np.where(self.certain, relative(self.margin, self.lhs, self.rhs), np.nan)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratios = np.where(self.margin == 0, 0.0, self.margin / self.error)
        return np.where(np.isfinite(self.error), np.maximum(ratios, -FARTHEST), np.nan)

    def disagreement(self, at: int, decision: Decision) -> str:
        """One line where the exact difference lies outside what floats promised, else ""."""
        stated = FloatBall.of(self.rhs[at]) - FloatBall.of(self.lhs[at])
        allowed = float(self.error[at]) + float(stated.radius)
        difference = ball(decision.rhs) - ball(decision.lhs)
        # Balls that merely touch are no disagreement: only a proof of one counts.
        if not np.isfinite(allowed) or not abs(difference - float(stated.value)) > allowed * (1 + 2.0**-40):
            return ""
        return (
            f"floats say rhs - lhs is {float(stated.value):.17g} up to {allowed:.3g}, "
            f"exact arithmetic {float(difference.mid()):.17g}"
        )

    def settle(self, at: int, decision: Decision) -> None:
        """Put the decided sides in the place of the floats."""
        lhs, rhs = float(decision.lhs), float(decision.rhs)
        if decision.outcome == "tie":
            rhs = lhs
        self.lhs[at], self.rhs[at] = lhs, rhs
        if decision.outcome != "holds" or self.op != "=":
            self.error[at] = UNIT * (abs(lhs) + abs(rhs)) if decision.outcome != "tie" else 0.0
        self.certain[at] = True
