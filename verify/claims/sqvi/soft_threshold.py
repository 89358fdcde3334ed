"""Above a threshold for the product of the temperatures soft Q-value iteration contracts, in a weighted norm.

With w_L = gamma_L R_L and w_F = 2 tau_F (1 - gamma_L), w_F d_L and w_L d_F are what the leader's row of the comparison
matrix keeps below their maximum, and the follower's row does if tau_L tau_F > gamma_F R_L R_F / (4 (1 - gamma_L) (1 -
gamma_F)): the matrix then has spectral radius below 1. The maximum never grows, however many steps are taken. Starts
within the range of values stay there, log-sum-exp adding the same to all states. Only the product of the temperatures
enters, and a myopic follower is always above the threshold.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from games.markov import SoftMarkovIteration
from verify.claims.sqvi.runs import PAPER
from verify.claims.sqvi.soft import ABOVE_THRESHOLD, FOLLOWER_RANGE, LEADER_RANGE, leader_range, soft_state
from verify.claims.sqvi.soft_contraction import CHANGE
from verify.comparison import at_most
from verify.concept import Concept
from verify.statement import Mutant, claim
from verify.terms import Term, maximum
from verify.verdict import Verdict
from verify.vocabulary.markov_iteration import (
    follower_start_distance,
    leader_discount,
    leader_start_distance,
    step_size,
)
from verify.vocabulary.soft_iteration import (
    follower_temperature,
    soft_follower_distance,
    soft_leader_distance,
)


def weighted(game: Any, leader: Concept, follower: Concept) -> Term:
    """max(2 tau_F (1 - gamma_L) d_L, gamma_L R_L d_F)."""
    on_leader = 2 * follower_temperature(game) * (1 - leader_discount(game))
    return maximum(on_leader * leader(game), leader_discount(game) * leader_range(game) * follower(game))


def started(game: Any) -> Term:
    return weighted(game, leader_start_distance, follower_start_distance)


def beside_threshold(share: Fraction) -> SoftMarkovIteration:
    """tau_L tau_F is that share of the threshold. His table is shifted up, and hers leads her to the move he likes.

    With gamma_L = 7/8 and gamma_F = 1/2 one step moves these runs apart below 7/8 of the threshold.
    """
    product = 2 * share
    e = CHANGE
    w = (
        Fraction(7, 2) * e / product
    )  # gamma_L R_L e / (2 tau_F (1 - gamma_L)): both players' parts of the norm are equal
    return soft_state(
        leader_reward=[[0, "1/8"], [0, "1/8"]],
        follower_reward=[[0, 0], ["1/2", "1/2"]],
        leader_start=[[w, 1 - w], [w, 1 - w]],
        follower_start=[[0, 0], [1 - e, 1 - e]],
        leader_reference=[[0, 1 - 2 * w], [2 * w, 1]],
        follower_reference=[[e, e], [1, 1]],
        discounts=("7/8", "1/2"),
        temperatures=(1, product),
    )


def _series() -> Iterator[tuple[float, str, SoftMarkovIteration]]:
    for eighths in range(4, 17):
        share = Fraction(eighths, 8)
        yield float(share), f"{float(share):g} of the threshold", beside_threshold(share)


def warm() -> SoftMarkovIteration:
    return beside_threshold(Fraction(9, 8))


@claim(
    "sqvi/soft-threshold",
    title="Above the threshold soft runs do not move apart",
    paper=PAPER,
    place="contraction of the soft iteration for large temperatures",
    families=("soft_iteration_near", "soft_iteration"),
    expected=Verdict.SUPPORTED,
    hypotheses=(LEADER_RANGE, FOLLOWER_RANGE, ABOVE_THRESHOLD),
    witness=warm,
    series=_series,
    tightness=warm,
    quick=8_192,
    default=131_072,
    note="Runs are known that one step moves apart below max(gamma_L, 1 - gamma_F) times the threshold, in this norm.",
    mutants=(
        Mutant(
            name="plain norm, leader",
            text="as if the leader's distance alone never grew",
            body=lambda game: at_most(soft_leader_distance(game), leader_start_distance(game)),
        ),
        Mutant(
            name="damped",
            text="as if a step kept only 1 - alpha of the distance",
            body=lambda game: at_most(
                weighted(game, soft_leader_distance, soft_follower_distance), (1 - step_size(game)) * started(game)
            ),
        ),
    ),
)
def soft_threshold(game):
    return at_most(weighted(game, soft_leader_distance, soft_follower_distance), started(game))
