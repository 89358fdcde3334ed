"""To be refuted: over a horizon, feedback Stackelberg play is never worse for the leader than feedback Nash play.

In one stage, the values that follow given, it is not (errl/commitment-value/one-shot). But the order of play in later
stages changes the follower's values, and with them his answers now: a leader who will steer later is steered for less.
About one in seven random scalar games with integer coefficients is a counterexample.
"""

from __future__ import annotations

from fractions import Fraction

from verify.claims.errl.solved import PAPER, indifferent_answer
from verify.comparison import at_least, at_most
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.lq_flow import (
    lq_follower_nash_cost,
    lq_follower_stackelberg_cost,
    lq_leader_nash_cost,
    lq_leader_stackelberg_cost,
)

MUTANTS = (
    Mutant(
        name="a margin",
        text="moving first saves the leader a tenth of what simultaneous play costs",
        body=lambda game: at_most(lq_leader_stackelberg_cost(game), Fraction(9, 10) * lq_leader_nash_cost(game)),
    ),
    Mutant(
        name="the follower pays",
        text="moving second is never better for the follower than simultaneous play",
        body=lambda game: at_least(lq_follower_stackelberg_cost(game), lq_follower_nash_cost(game)),
    ),
)


@claim(
    "errl/commitment-value/finite-horizon",
    title="Over a horizon, feedback Stackelberg play is never worse for the leader than feedback Nash play",
    paper=PAPER,
    place="errl/commitment-value, dynamic",
    families=(),
    expected=Verdict.REFUTED,
    witness=lambda: indifferent_answer(horizon=2),
    mutants=MUTANTS,
    note="Both systems of Riccati equations are integrated in balls. Costs are positive semidefinite, and both orders "
    "of play are well posed for ever. With horizon 1 the leader does gain in this game, with horizon 2 she loses.",
)
def finite_horizon(game):
    return at_most(lq_leader_stackelberg_cost(game), lq_leader_nash_cost(game))
