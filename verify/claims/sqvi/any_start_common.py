"""From any start common-payoff Q-value iteration reaches its fixed point, a factor t slower than from equal tables.

Let D_t = ||Q_L - Q_F||. The players' values differ by at most D_t, so that D_t <= rho^t D_0; and the follower, who
misjudges Q_L by D_t, replies with something at most 2 D_t worse for her than the best. Summed over the steps,
||Q_t - Q*|| <= rho^t (e_0 + 2 t alpha gamma D_0 / rho). Attained after one step where a tie costs all of 2 D_0.
"""

from __future__ import annotations

from games.markov import MarkovIteration, Ties
from verify.claims.sqvi.any_start import FOLLOWER as ZERO_SUM_FOLLOWER
from verify.claims.sqvi.any_start import LEADER as ZERO_SUM_LEADER
from verify.claims.sqvi.common_payoff import FIXED, REWARD
from verify.claims.sqvi.runs import (
    COMMON_REFERENCE,
    COMMON_REWARDS,
    ONE_DISCOUNT,
    PAPER,
    drift,
    drift_mutants,
    longer,
    positive_rate,
    single_state,
)
from verify.comparison import at_most
from verify.statement import claim
from verify.verdict import Verdict
from verify.vocabulary.markov_iteration import (
    common_start_defect,
    follower_discount,
    follower_distance,
    leader_discount,
    leader_distance,
)

HYPOTHESES = (COMMON_REWARDS, COMMON_REFERENCE, ONE_DISCOUNT)
FAMILIES = ("iteration_misjudged", "iteration_common_rewards", "iteration_near")

LEADER = {**ZERO_SUM_LEADER, "defect": common_start_defect}
FOLLOWER = {**ZERO_SUM_FOLLOWER, "defect": common_start_defect}


def witness() -> MarkovIteration:
    """A follower who knows nothing at the start."""
    return single_state(
        leader_reward=REWARD,
        follower_reward=REWARD,
        leader_start=[[0, 2], [5, 1]],
        follower_start=[[0, 0], [0, 0]],
        leader_reference=FIXED,
        follower_reference=FIXED,
    )


def misjudging() -> MarkovIteration:
    """The leader starts at her fixed point, (2, 4); the follower, at (3, 3), ties, and against her the first time."""
    return single_state(
        leader_reward=[[0, 2]],
        follower_reward=[[0, 2]],
        leader_start=[[2, 4]],
        follower_start=[[3, 3]],
        leader_reference=[[2, 4]],
        follower_reference=[[2, 4]],
        steps=1,
        ties=Ties.WEAK,
    )


def humouring() -> MarkovIteration:
    """The follower starts at his fixed point, (2, 4); the leader ties between two actions and takes the worse one."""
    return single_state(
        leader_reward=[[0], [2]],
        follower_reward=[[0], [2]],
        leader_start=[[3], [3]],
        follower_start=[[2], [4]],
        leader_reference=[[2], [4]],
        follower_reference=[[2], [4]],
        steps=1,
    )


@claim(
    "sqvi/any-start-common",
    title="Common-payoff Q-value iteration converges from any start",
    paper=PAPER,
    place="convergence in the common-payoff case, without its condition on the start",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/any-start-common",
    conclusion="leader, divided",
    hypotheses=(*HYPOTHESES, positive_rate(leader_discount)),
    witness=witness,
    tightness=misjudging,
    series=lambda: longer(witness(), range(11)),
    quick=8_192,
    default=245_760,
    mutants=drift_mutants(leader_distance, **LEADER),
)
def any_start_common(game):
    return at_most(leader_distance(game), drift(game, **LEADER))


@claim(
    "sqvi/any-start-common/follower",
    title="Common-payoff Q-value iteration converges from any start for the follower too",
    paper=PAPER,
    place="convergence in the common-payoff case, without its condition on the start",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/any-start-common",
    conclusion="follower, divided",
    hypotheses=(*HYPOTHESES, positive_rate(follower_discount)),
    witness=witness,
    tightness=humouring,
    quick=8_192,
    default=245_760,
    mutants=drift_mutants(follower_distance, **FOLLOWER),
)
def any_start_common_follower(game):
    return at_most(follower_distance(game), drift(game, **FOLLOWER))
