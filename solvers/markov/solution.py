"""The answer of a solver of Markov games: values over states, both Q functions, and how the iteration ended."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from solvers.solution import Solution


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarkovSolution(Solution):
    """What an iteration on Q functions found, for one game or a batch of them.

    values[player] is the stage value in every state at `q` under the policies. policies["leader"] holds her action in
    every state, or her mixture of actions; policies["follower"] his reply to every action of hers (to her mixture: one
    reply a state). Where the status is CYCLE the policies, values and `q` are those of the first phase of the cycle
    that was met, and nothing converges. `error_bound` bounds the sup-norm distance of both players' `q` from the fixed
    point (or from the point of the periodic orbit in the same phase); NaN where none is proved. `reason`, where a
    solver of single games gives one, says why it did not converge, and is the solution's message; `cycle` holds
    the policies of all phases of a cycle.
    """

    q: Mapping[str, Any]  # player -> (*batch, S, A, B)
    period: Any  # (*batch,) 1 where the policies stay, p > 1 for a proved cycle of p different phases, 0 unknown
    iterations: Any  # (*batch,) steps taken
    reason: str = ""
    cycle: tuple[Mapping[str, Any], ...] = ()  # of a single game: policies as in `policies`, first phase first

    @property
    def message(self) -> str:
        """The reason where one is given, else the worst status of the batch in words."""
        return self.reason or Solution.message.fget(self)  # type: ignore[attr-defined]  # super() fails with slots=True
