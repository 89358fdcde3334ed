"""The distance to a fixed point decays at the rate rho up to the slack of the comparison condition, for each player.

||e_t|| <= rho^t ||e_0|| + alpha gamma sum over j < t of rho^(t-1-j) eps_j: the comparison systems of sqvi/comparison in
norms. Attained, with slack 0, where the run is the fixed point shifted.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from verify.claims.sqvi.runs import FIXED_POINT, PAPER, longer, rate
from verify.claims.sqvi.zero_sum import tightness, witness
from verify.comparison import at_most
from verify.concept import Concept
from verify.statement import Mutant, claim
from verify.terms import Term
from verify.verdict import Verdict
from verify.vocabulary.markov_iteration import (
    follower_decay,
    follower_discount,
    follower_distance,
    follower_slack_sum,
    follower_start_distance,
    leader_decay,
    leader_discount,
    leader_distance,
    leader_slack_sum,
    leader_start_distance,
    step_size,
)

FAMILIES = ("iteration_misjudged", "iteration_fixed", "iteration_near")


def _bound(game: Any, decay: Concept, start: Concept, slack: Concept, share: Any = 1) -> Term:
    return decay(game) * start(game) + share * slack(game)


def _mutants(
    distance: Concept, start: Concept, decay: Concept, slack: Concept, discount: Concept
) -> tuple[Mutant, ...]:
    return (
        Mutant(
            name="no slack",
            text="as if the condition were met by every run",
            body=lambda game: at_most(distance(game), decay(game) * start(game)),
        ),
        Mutant(
            name="half the slack",
            text="half of what the slacks add up to",
            body=lambda game: at_most(distance(game), _bound(game, decay, start, slack, Fraction(1, 2))),
        ),
        Mutant(
            name="step size in excess",
            text="the slacks damped twice",
            body=lambda game: at_most(distance(game), _bound(game, decay, start, slack, step_size(game))),
        ),
        Mutant(
            name="rate",
            text="one step more in the exponent",
            body=lambda game: at_most(distance(game), rate(game, discount) * decay(game) * start(game) + slack(game)),
        ),
    )


@claim(
    "sqvi/comparison-bound",
    title="Distance to a fixed point, up to slack",
    paper=PAPER,
    place="bound from the comparison systems",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/comparison",
    conclusion="leader",
    hypotheses=(FIXED_POINT,),
    witness=witness,
    tightness=tightness,
    series=lambda: longer(witness(), range(11)),
    quick=8_192,
    default=131_072,
    mutants=_mutants(leader_distance, leader_start_distance, leader_decay, leader_slack_sum, leader_discount),
)
def comparison_bound(game):
    return at_most(leader_distance(game), leader_decay(game) * leader_start_distance(game) + leader_slack_sum(game))


@claim(
    "sqvi/comparison-bound/follower",
    title="The follower's distance to a fixed point, up to slack",
    paper=PAPER,
    place="bound from the comparison systems",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/comparison",
    conclusion="follower",
    hypotheses=(FIXED_POINT,),
    witness=witness,
    tightness=tightness,
    quick=4_096,
    default=131_072,
    mutants=_mutants(follower_distance, follower_start_distance, follower_decay, follower_slack_sum, follower_discount),
)
def comparison_bound_follower(game):
    return at_most(
        follower_distance(game), follower_decay(game) * follower_start_distance(game) + follower_slack_sum(game)
    )
