"""To be refuted: below the threshold for the product of the temperatures soft runs do not come closer.

The threshold is sufficient (sqvi/soft-threshold). Where the leader has one action her law never moves, and all runs
contract, however cold both players are; with several, which pairs of runs move apart depends on the directions in which
they differ. How sharp it is: pairs that one step moves apart, in the norm of sqvi/soft-threshold, exist below
max(gamma_L, 1 - gamma_F) times the threshold, so that for gamma_L -> 1, or gamma_F -> 0, no smaller one will do there.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from games.markov import SoftMarkovIteration
from verify.claims.sqvi.runs import PAPER
from verify.claims.sqvi.soft import follower_range, leader_range, soft_state
from verify.claims.sqvi.soft_threshold import beside_threshold, started, weighted
from verify.comparison import at_least, at_most
from verify.statement import Ablation, Hypothesis, Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.markov_iteration import follower_discount, leader_discount
from verify.vocabulary.soft_iteration import (
    follower_temperature,
    leader_temperature,
    soft_follower_distance,
    soft_leader_distance,
)

BELOW_THRESHOLD = Hypothesis(
    name="below the threshold",
    text="the product of the temperatures does not lie above the threshold",
    body=lambda game: at_most(
        4
        * (1 - leader_discount(game))
        * (1 - follower_discount(game))
        * leader_temperature(game)
        * follower_temperature(game),
        follower_discount(game) * leader_range(game) * follower_range(game),
    ),
    ablation=Ablation(expected="counterexample", text="above the threshold all runs come closer"),
)


def one_action() -> SoftMarkovIteration:
    """One action of the leader's, both temperatures 1/16, R_L = R_F = 2: 128 times below the threshold 2 / 16^2."""
    return soft_state(
        leader_reward=[[0, 1]],
        follower_reward=[[0, 1]],
        leader_start=[[0, 1]],
        follower_start=[[0, 1]],
        leader_reference=[[1, 2]],
        follower_reference=[[1, 2]],
        temperatures=("1/16", "1/16"),
        steps=3,
    )


def _series() -> Iterator[tuple[float, str, SoftMarkovIteration]]:
    for sixteenths in range(8, 17):
        share = Fraction(sixteenths, 16)
        yield float(share), f"{float(share):g} of the threshold", beside_threshold(share)


@claim(
    "sqvi/soft-threshold-necessary",
    title="Below the threshold soft runs do not come closer",
    paper=PAPER,
    place="necessity of the temperatures' threshold",
    families=("soft_iteration", "soft_iteration_near"),
    expected=Verdict.REFUTED,
    hypotheses=(BELOW_THRESHOLD,),
    witness=one_action,
    series=_series,
    quick=4_096,
    default=8_192,
    mutants=(
        Mutant(
            name="half",
            text="nor do they come closer than half of where they were",
            body=lambda game: at_least(weighted(game, soft_leader_distance, soft_follower_distance), started(game) / 2),
        ),
        Mutant(
            name="apart",
            text="they move apart to twice the distance",
            body=lambda game: at_least(weighted(game, soft_leader_distance, soft_follower_distance), 2 * started(game)),
        ),
    ),
)
def soft_threshold_necessary(game):
    return at_least(weighted(game, soft_leader_distance, soft_follower_distance), started(game))
