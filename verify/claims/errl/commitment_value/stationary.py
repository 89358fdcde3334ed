"""To be refuted: in games without end, feedback Stackelberg play is never worse for the leader than feedback Nash play.

The values compared are the limits of those of ever longer games without terminal costs, proved to be limits by traps of
both Riccati flows: no choice among stationary solutions is made.
"""

from __future__ import annotations

from verify.claims.errl.commitment_value.finite_horizon import MUTANTS
from verify.claims.errl.solved import PAPER, indifferent_answer
from verify.comparison import at_most
from verify.statement import claim
from verify.verdict import Verdict
from verify.vocabulary.lq_flow import lq_leader_nash_cost, lq_leader_stackelberg_cost


@claim(
    "errl/commitment-value/stationary",
    title="Without end, feedback Stackelberg play is never worse for the leader than feedback Nash play",
    paper=PAPER,
    place="errl/commitment-value, stationary",
    families=(),
    expected=Verdict.REFUTED,
    witness=indifferent_answer,
    mutants=MUTANTS,
    note="Moving first costs her 1/(2 sqrt 3) = 0.2887 from x = 1, simultaneous play 1/4. Seven entries of size 1, "
    "the fewest among small integer games with positive semidefinite costs.",
)
def stationary(game):
    return at_most(lq_leader_stackelberg_cost(game), lq_leader_nash_cost(game))
