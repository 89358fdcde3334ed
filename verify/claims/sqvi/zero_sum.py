"""In zero-sum games two runs from opposite tables approach each other at the rate rho = 1 - alpha (1 - gamma).

The tables stay opposite, so that V_L(s) = max_a min_b Q_L(s, a, b), which moves no more than Q_L does. With the second
run at the fixed point this is ||Q_t - Q*|| <= rho^t ||Q_0 - Q*||. Attained where one run is the other one shifted.
"""

from __future__ import annotations

from games.markov import MarkovIteration
from verify.claims.sqvi.runs import (
    ONE_DISCOUNT,
    PAPER,
    ZERO_SUM_REFERENCE,
    ZERO_SUM_REWARDS,
    ZERO_SUM_START,
    contraction_mutants,
    longer,
    opposite,
    shifted,
    single_state,
)
from verify.comparison import at_most
from verify.statement import claim
from verify.verdict import Verdict
from verify.vocabulary.markov_iteration import (
    follower_decay,
    follower_discount,
    follower_distance,
    follower_start_distance,
    leader_decay,
    leader_discount,
    leader_distance,
    leader_start_distance,
)

HYPOTHESES = (ZERO_SUM_REWARDS, ZERO_SUM_START, ZERO_SUM_REFERENCE, ONE_DISCOUNT)
FAMILIES = ("iteration_near", "iteration_zero_sum", "iteration_zero_sum_discounts")

REWARD = ((3, 1), (0, 2))
FIXED = ((4, 2), (1, 3))
"""r + 1, whose max min 2 is worth 1 after discounting by 1/2."""


def runs_from(start: list) -> MarkovIteration:
    """Two runs of a zero-sum game with one state, the second at its fixed point."""
    return single_state(
        leader_reward=REWARD,
        follower_reward=opposite(REWARD),
        leader_start=start,
        follower_start=opposite(start),
        leader_reference=FIXED,
        follower_reference=opposite(FIXED),
    )


def witness() -> MarkovIteration:
    """From a start whose policy is another one."""
    return runs_from([[0, 7], [6, 1]])


def tightness() -> MarkovIteration:
    return runs_from(shifted(FIXED, 1))


@claim(
    "sqvi/zero-sum",
    title="Zero-sum Q-value iteration contracts",
    paper=PAPER,
    place="convergence in the zero-sum case",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/zero-sum",
    conclusion="leader",
    hypotheses=HYPOTHESES,
    witness=witness,
    tightness=tightness,
    series=lambda: longer(witness(), range(11)),
    quick=4_096,
    default=245_760,
    mutants=contraction_mutants(leader_distance, leader_start_distance, leader_decay, leader_discount),
)
def zero_sum(game):
    return at_most(leader_distance(game), leader_decay(game) * leader_start_distance(game))


@claim(
    "sqvi/zero-sum/follower",
    title="Zero-sum Q-value iteration contracts for the follower too",
    paper=PAPER,
    place="convergence in the zero-sum case",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/zero-sum",
    conclusion="follower",
    hypotheses=HYPOTHESES,
    witness=witness,
    tightness=tightness,
    quick=4_096,
    default=245_760,
    mutants=contraction_mutants(follower_distance, follower_start_distance, follower_decay, follower_discount),
)
def zero_sum_follower(game):
    return at_most(follower_distance(game), follower_decay(game) * follower_start_distance(game))
