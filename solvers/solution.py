"""What every solver answers: values, policies, how far off they may be, and a status that says what to do."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from typing import Any

import numpy as np


class Status(enum.IntEnum):
    """How a solver ended; arrays of statuses hold these small integers."""

    CONVERGED = 0
    UNDECIDED = 1
    CYCLE = 2
    ILL_POSED = 3
    BUDGET = 4

    @property
    def label(self) -> str:
        """The name used in answers: converged, undecided, cycle, ill-posed, budget."""
        return self.name.lower().replace("_", "-")

    @property
    def message(self) -> str:
        """What probably went wrong and what to do."""
        return _MESSAGES[self]


_MESSAGES = {
    Status.CONVERGED: "converged: the answer is within its error bound.",
    Status.UNDECIDED: "undecided: rounding errors are as large as a margin that decides the answer, probably a tie; "
    "solve with exact=True or the exact twin game.exact().",
    Status.CYCLE: "cycle: the iteration returned to an earlier policy, probably since no stationary solution attracts "
    "it; inspect the cycle, damp the step, or raise the temperature.",
    Status.ILL_POSED: "ill-posed: a condition for the problem to have a solution fails; see the certificate for which "
    "one, where and when, and change the game there.",
    Status.BUDGET: "budget: the iteration limit came before the tolerance, probably slow contraction; "
    "raise the limit, loosen the tolerance or check the residual's trend.",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solution:
    """A solver's answer for one game, or for a batch of games led by `batch_shape`.

    values[player] and policies[player] are keyed by "leader" and "follower"; entries are floats, or Fractions where the
    answer is exact. `residual` is by how much the answer misses its own defining conditions; `error_bound` bounds the
    distance of the leader's value from the true one (NaN where no bound was derived, 0 where exact). `certificate` is
    what lets another program check the answer: a JSON fact, or an object whose [index] is one, or None.
    """

    concept: str
    values: Mapping[str, Any]  # player -> (*batch,)
    policies: Mapping[str, Any]  # player -> (*batch, ...)
    residual: Any  # (*batch,)
    error_bound: Any  # (*batch,)
    status: Any  # (*batch,) small integers, see Status
    certificate: Any = None

    @property
    def batch_shape(self) -> tuple[int, ...]:
        return np.shape(self.status)

    @property
    def leader_value(self) -> Any:
        return self.values["leader"]

    @property
    def follower_value(self) -> Any:
        return self.values.get("follower")

    @property
    def converged(self) -> Any:
        """Where the status is CONVERGED, as a boolean array (a bool for a single game)."""
        found = np.asarray(self.status) == Status.CONVERGED
        return found if self.batch_shape else bool(found)

    @property
    def message(self) -> str:
        """The worst status of the batch in words, with its count where it is not everywhere."""
        codes = np.asarray(self.status)
        counts = {code: int((codes == code).sum()) for code in Status if code != Status.CONVERGED}
        counts = {code: count for code, count in counts.items() if count}
        if not counts:
            return Status.CONVERGED.message
        return "; ".join(
            code.message if count == codes.size else f"{count} of {codes.size} {code.message}"
            for code, count in counts.items()
        )
