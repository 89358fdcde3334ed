"""From any start, zero-sum Q-value iteration converges to its fixed point, a factor t slower than from opposite tables.

Let D_t = ||Q_L + Q_F||. The players' values add up to at most D_t, so that D_t <= rho^t D_0; and the follower, who
misjudges -Q_L by D_t, replies with something at most 2 D_t better for her than the worst. Summed over the steps,
||Q_t - Q*|| <= rho^t (e_0 + 2 t alpha gamma D_0 / rho). Attained after one step where a tie makes up for all of 2 D_0.
"""

from __future__ import annotations

from games.markov import MarkovIteration
from verify.claims.sqvi.runs import (
    ONE_DISCOUNT,
    PAPER,
    ZERO_SUM_REFERENCE,
    ZERO_SUM_REWARDS,
    drift,
    drift_mutants,
    longer,
    opposite,
    positive_rate,
    single_state,
)
from verify.claims.sqvi.zero_sum import FIXED, REWARD
from verify.comparison import at_most
from verify.concept import Concept
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
    zero_sum_start_defect,
)

HYPOTHESES = (ZERO_SUM_REWARDS, ZERO_SUM_REFERENCE, ONE_DISCOUNT)
FAMILIES = ("iteration_misjudged", "iteration_zero_sum_rewards", "iteration_near")

LEADER: dict[str, Concept] = {
    "start": leader_start_distance,
    "decay": leader_decay,
    "discount": leader_discount,
    "defect": zero_sum_start_defect,
}
FOLLOWER: dict[str, Concept] = {
    "start": follower_start_distance,
    "decay": follower_decay,
    "discount": follower_discount,
    "defect": zero_sum_start_defect,
}


def witness() -> MarkovIteration:
    """A follower who knows nothing at the start."""
    return single_state(
        leader_reward=REWARD,
        follower_reward=opposite(REWARD),
        leader_start=[[0, 7], [6, 1]],
        follower_start=[[0, 0], [0, 0]],
        leader_reference=FIXED,
        follower_reference=opposite(FIXED),
    )


def misjudging(steps: int = 1) -> MarkovIteration:
    """The leader starts at her fixed point, (0, 2); the follower, at (-1, -1), ties for her the first time."""
    return single_state(
        leader_reward=[[0, 2]],
        follower_reward=[[0, -2]],
        leader_start=[[0, 2]],
        follower_start=[[-1, -1]],
        leader_reference=[[0, 2]],
        follower_reference=[[0, -2]],
        steps=steps,
    )


def humouring() -> MarkovIteration:
    """The follower starts at his fixed point, (-2, 0); the leader ties between two actions, one 2 better for him."""
    return single_state(
        leader_reward=[[0], [2]],
        follower_reward=[[0], [-2]],
        leader_start=[[3], [3]],
        follower_start=[[-2], [-4]],
        leader_reference=[[2], [4]],
        follower_reference=[[-2], [-4]],
        steps=1,
    )


@claim(
    "sqvi/any-start",
    title="Zero-sum Q-value iteration converges from any start",
    paper=PAPER,
    place="convergence in the zero-sum case, without its condition on the start",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/any-start",
    conclusion="leader, divided",
    hypotheses=(*HYPOTHESES, positive_rate(leader_discount)),
    witness=witness,
    tightness=misjudging,
    series=lambda: longer(witness(), range(11)),
    quick=8_192,
    default=245_760,
    mutants=drift_mutants(leader_distance, **LEADER),
)
def any_start(game):
    return at_most(leader_distance(game), drift(game, **LEADER))


@claim(
    "sqvi/any-start/follower",
    title="Zero-sum Q-value iteration converges from any start for the follower too",
    paper=PAPER,
    place="convergence in the zero-sum case, without its condition on the start",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/any-start",
    conclusion="follower, divided",
    hypotheses=(*HYPOTHESES, positive_rate(follower_discount)),
    witness=witness,
    tightness=humouring,
    quick=8_192,
    default=245_760,
    mutants=drift_mutants(follower_distance, **FOLLOWER),
)
def any_start_follower(game):
    return at_most(follower_distance(game), drift(game, **FOLLOWER))
