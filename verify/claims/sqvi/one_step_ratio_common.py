"""One step beside equal tables: the leader's discounted distance at most triples, the follower's can grow fivefold.

With Q' equal, Q_L within d of it and Q_F within d', the reply to her best action is up to 2 d' worse than the best,
and her table takes off d: she gets at most d + 2 d' less. She may then prefer an action that she overrates by d, and he
underrates by d': he loses up to 3 d' + 2 d. Both are attained: the factor 3 that holds in zero-sum games does not. The
rewards of both players cancel: nothing is asked of them.
"""

from __future__ import annotations

from games.markov import MarkovIteration, Ties
from verify.claims.sqvi.runs import (
    COMMON_REFERENCE,
    ONE_STEP,
    PAPER,
    single_state,
    step_bound,
    step_mutants,
    without_in,
)
from verify.comparison import at_most
from verify.statement import claim
from verify.verdict import Verdict
from verify.vocabulary.markov_iteration import (
    follower_discount,
    follower_distance,
    follower_start_distance,
    leader_discount,
    leader_distance,
    leader_start_distance,
)

HYPOTHESES = (ONE_STEP, without_in(COMMON_REFERENCE, "iteration_near"))
FAMILIES = ("iteration_one_step", "iteration_common_rewards")

LEADER = {
    "discount": leader_discount,
    "own": leader_start_distance,
    "other": follower_start_distance,
    "factor": 1,
}
FOLLOWER = {
    "discount": follower_discount,
    "own": follower_start_distance,
    "other": leader_start_distance,
    "factor": 3,
}


def misjudging() -> MarkovIteration:
    """At the fixed point the replies are worth (2, 4); 1 away, at (1, 3) and (3, 3), he ties, and she gets 1."""
    return single_state(
        leader_reward=[[0, 2]],
        follower_reward=[[0, 2]],
        leader_start=[[1, 3]],
        follower_start=[[3, 3]],
        leader_reference=[[2, 4]],
        follower_reference=[[2, 4]],
        step_size=1,
        steps=1,
        ties=Ties.WEAK,
    )


def betrayed() -> MarkovIteration:
    """At the fixed point the actions are worth (2, 2) and (6, 4). 1 away he ties after the second one, and replies with
    what she values at 3: no more than the first, which she takes, and which he values at 1."""
    return single_state(
        leader_reward=[[-1, -1], [3, 1]],
        follower_reward=[[-1, -1], [3, 1]],
        leader_start=[[3, 3], [5, 3]],
        follower_start=[[1, 1], [5, 5]],
        leader_reference=[[2, 2], [6, 4]],
        follower_reference=[[2, 2], [6, 4]],
        step_size=1,
        steps=1,
        ties=Ties.WEAK,
    )


@claim(
    "sqvi/one-step-ratio-common",
    title="One step at most triples the leader's discounted distance to equal tables",
    paper=PAPER,
    place="the common-payoff case without its condition on the start",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/one-step-common",
    conclusion="leader",
    hypotheses=HYPOTHESES,
    witness=misjudging,
    tightness=misjudging,
    quick=8_192,
    default=245_760,
    mutants=step_mutants(leader_distance, **LEADER),
)
def one_step_ratio_common(game):
    return at_most(leader_distance(game), step_bound(game, **LEADER, other_factor=2))


@claim(
    "sqvi/one-step-ratio-common/follower",
    title="One step at most multiplies the follower's discounted distance to equal tables by five",
    paper=PAPER,
    place="the common-payoff case without its condition on the start",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/one-step-common",
    conclusion="follower",
    hypotheses=HYPOTHESES,
    witness=betrayed,
    tightness=betrayed,
    quick=8_192,
    default=245_760,
    mutants=step_mutants(follower_distance, **FOLLOWER),
)
def one_step_ratio_common_follower(game):
    return at_most(follower_distance(game), step_bound(game, **FOLLOWER, other_factor=2))
