"""In common-payoff games two runs from equal tables approach each other at the rate rho = 1 - alpha (1 - gamma).

The tables stay equal, so that V(s) = max_{a,b} Q(s, a, b): value iteration of the team. With the second run at the
fixed point this is ||Q_t - Q*|| <= rho^t ||Q_0 - Q*||. Attained where one run is the other one shifted.
"""

from __future__ import annotations

from games.markov import MarkovIteration
from verify.claims.sqvi.runs import (
    COMMON_REFERENCE,
    COMMON_REWARDS,
    COMMON_START,
    ONE_DISCOUNT,
    PAPER,
    contraction_mutants,
    longer,
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

HYPOTHESES = (COMMON_REWARDS, COMMON_START, COMMON_REFERENCE, ONE_DISCOUNT)
FAMILIES = ("iteration_near", "iteration_common", "iteration_common_discounts")

REWARD = ((3, 1), (0, 2))
FIXED = ((6, 4), (3, 5))
"""r + 3, whose maximum 6 is worth 3 after discounting by 1/2."""


def runs_from(start: list) -> MarkovIteration:
    """Two runs of a common-payoff game with one state, the second at its fixed point."""
    return single_state(
        leader_reward=REWARD,
        follower_reward=REWARD,
        leader_start=start,
        follower_start=start,
        leader_reference=FIXED,
        follower_reference=FIXED,
    )


def witness() -> MarkovIteration:
    """From a start whose policy is another one."""
    return runs_from([[0, 2], [5, 1]])


def tightness() -> MarkovIteration:
    return runs_from(shifted(FIXED, 1))


@claim(
    "sqvi/common-payoff",
    title="Common-payoff Q-value iteration contracts",
    paper=PAPER,
    place="convergence in the common-payoff case",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/common-payoff",
    conclusion="leader",
    hypotheses=HYPOTHESES,
    witness=witness,
    tightness=tightness,
    series=lambda: longer(witness(), range(11)),
    quick=4_096,
    default=245_760,
    mutants=contraction_mutants(leader_distance, leader_start_distance, leader_decay, leader_discount),
)
def common_payoff(game):
    return at_most(leader_distance(game), leader_decay(game) * leader_start_distance(game))


@claim(
    "sqvi/common-payoff/follower",
    title="Common-payoff Q-value iteration contracts for the follower too",
    paper=PAPER,
    place="convergence in the common-payoff case",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/common-payoff",
    conclusion="follower",
    hypotheses=HYPOTHESES,
    witness=witness,
    tightness=tightness,
    quick=4_096,
    default=245_760,
    mutants=contraction_mutants(follower_distance, follower_start_distance, follower_decay, follower_discount),
)
def common_payoff_follower(game):
    return at_most(follower_distance(game), follower_decay(game) * follower_start_distance(game))
