"""One step beside opposite tables moves a player's table by up to gamma (d + 2 d'), d' the other's distance; attained.

With Q' opposite, Q_L within d of it and Q_F within d', the follower's reply is at most 2 d' better for the leader than
the worst, and her table adds d. An undamped step can so triple what the discount leaves of the larger distance, and for
gamma > 1/3 lead away from the fixed point. The rewards of both players cancel: nothing is asked of them.
"""

from __future__ import annotations

from games.markov import MarkovIteration
from verify.claims.sqvi.runs import (
    ONE_STEP,
    PAPER,
    ZERO_SUM_REFERENCE,
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

HYPOTHESES = (ONE_STEP, without_in(ZERO_SUM_REFERENCE, "iteration_near"))
FAMILIES = ("iteration_one_step", "iteration_zero_sum_rewards")

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
    "factor": 1,
}


def misjudging() -> MarkovIteration:
    """At the fixed point her replies are worth (0, 2); 1 away, at (1, 3) and (-1, -1), he ties, and she gets 3."""
    return single_state(
        leader_reward=[[0, 2]],
        follower_reward=[[0, -2]],
        leader_start=[[1, 3]],
        follower_start=[[-1, -1]],
        leader_reference=[[0, 2]],
        follower_reference=[[0, -2]],
        step_size=1,
        steps=1,
    )


def humouring() -> MarkovIteration:
    """At the fixed point her actions are worth (2, 4); 1 away she takes the first, which he values at -1, not -4."""
    return single_state(
        leader_reward=[[0], [2]],
        follower_reward=[[0], [-2]],
        leader_start=[[3], [3]],
        follower_start=[[-1], [-3]],
        leader_reference=[[2], [4]],
        follower_reference=[[-2], [-4]],
        step_size=1,
        steps=1,
    )


@claim(
    "sqvi/one-step-ratio",
    title="One step at most triples the leader's discounted distance to opposite tables",
    paper=PAPER,
    place="the zero-sum case without its condition on the start",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/one-step",
    conclusion="leader",
    hypotheses=HYPOTHESES,
    witness=misjudging,
    tightness=misjudging,
    quick=8_192,
    default=245_760,
    mutants=step_mutants(leader_distance, **LEADER),
)
def one_step_ratio(game):
    return at_most(leader_distance(game), step_bound(game, **LEADER, other_factor=2))


@claim(
    "sqvi/one-step-ratio/follower",
    title="One step at most triples the follower's discounted distance to opposite tables",
    paper=PAPER,
    place="the zero-sum case without its condition on the start",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/one-step",
    conclusion="follower",
    hypotheses=HYPOTHESES,
    witness=humouring,
    tightness=humouring,
    quick=8_192,
    default=245_760,
    mutants=step_mutants(follower_distance, **FOLLOWER),
)
def one_step_ratio_follower(game):
    return at_most(follower_distance(game), step_bound(game, **FOLLOWER, other_factor=2))
