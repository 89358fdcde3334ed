"""From any start zero-sum Q-value iteration converges at the rate rho itself: no factor t as in sqvi/any-start.

The follower's table bounds the leader's from above and she loses nothing from below. Let V* = max_a min_b Q*_L. His
reply minimises -Q_F, so that -V_F <= V* + ||Q_F - Q*_F|| whatever she plays, and her choice brings her at least V* -
||Q_L - Q*_L||: both of these errors contract at the rate rho by themselves, and so does D_t = ||Q_L + Q_F||, by which
Q_L and -Q_F differ. Hence ||Q_{L,t} - Q*_L|| <= rho^t (||Q_{F,0} - Q*_F|| + D_0) <= 3 rho^t ||Q_0 - Q*||. Attained
after one undamped step where a tie makes up for all of 2 D_0. In common-payoff games this argument fails.
"""

from __future__ import annotations

from games.markov import MarkovIteration
from verify.claims.sqvi.any_start import FAMILIES, HYPOTHESES, witness
from verify.claims.sqvi.runs import PAPER, longer, rate, single_state
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.markov_iteration import (
    follower_decay,
    follower_distance,
    follower_start_distance,
    leader_decay,
    leader_discount,
    leader_distance,
    leader_start_distance,
    zero_sum_start_defect,
)


def misjudging() -> MarkovIteration:
    """The leader starts at her fixed point, (0, 2); the follower, at (-1, -1), ties for her."""
    return single_state(
        leader_reward=[[0, 2]],
        follower_reward=[[0, -2]],
        leader_start=[[0, 2]],
        follower_start=[[-1, -1]],
        leader_reference=[[0, 2]],
        follower_reference=[[0, -2]],
        step_size=1,
        steps=1,
    )


def humouring() -> MarkovIteration:
    """The follower starts at his fixed point, (-2, -4); the leader ties between two actions, one 2 better for him."""
    return single_state(
        leader_reward=[[0], [2]],
        follower_reward=[[0], [-2]],
        leader_start=[[3], [3]],
        follower_start=[[-2], [-4]],
        leader_reference=[[2], [4]],
        follower_reference=[[-2], [-4]],
        step_size=1,
        steps=1,
    )


@claim(
    "sqvi/any-start-uniform",
    title="Zero-sum Q-value iteration converges from any start without losing a factor t",
    paper=PAPER,
    place="convergence in the zero-sum case, without its condition on the start; sharper than the O(t rho^t) known",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/any-start-uniform",
    conclusion="leader",
    hypotheses=HYPOTHESES,
    witness=witness,
    tightness=misjudging,
    series=lambda: longer(witness(), range(11)),
    quick=4_096,
    default=245_760,
    note="At most 3 rho^t times the distance of both players' tables at the start, for every number of steps.",
    mutants=(
        Mutant(
            name="no defect",
            text="the follower's distance alone",
            body=lambda game: at_most(leader_distance(game), leader_decay(game) * follower_start_distance(game)),
        ),
        Mutant(
            name="own distance",
            text="the leader's distance in place of the follower's",
            body=lambda game: at_most(
                leader_distance(game),
                leader_decay(game) * (leader_start_distance(game) + zero_sum_start_defect(game)),
            ),
        ),
        Mutant(
            name="rate",
            text="one step more in the exponent",
            body=lambda game: at_most(
                leader_distance(game),
                leader_decay(game)
                * rate(game, leader_discount)
                * (follower_start_distance(game) + zero_sum_start_defect(game)),
            ),
        ),
    ),
)
def any_start_uniform(game):
    return at_most(
        leader_distance(game), leader_decay(game) * (follower_start_distance(game) + zero_sum_start_defect(game))
    )


@claim(
    "sqvi/any-start-uniform/follower",
    title="The follower too loses no factor t from any start of a zero-sum game",
    paper=PAPER,
    place="convergence in the zero-sum case, without its condition on the start; sharper than the O(t rho^t) known",
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="markov/any-start-uniform",
    conclusion="follower",
    hypotheses=HYPOTHESES,
    witness=witness,
    tightness=humouring,
    quick=4_096,
    default=245_760,
    mutants=(
        Mutant(
            name="no defect",
            text="the leader's distance alone",
            body=lambda game: at_most(follower_distance(game), follower_decay(game) * leader_start_distance(game)),
        ),
        Mutant(
            name="own distance",
            text="the follower's distance in place of the leader's",
            body=lambda game: at_most(
                follower_distance(game),
                follower_decay(game) * (follower_start_distance(game) + zero_sum_start_defect(game)),
            ),
        ),
    ),
)
def any_start_uniform_follower(game):
    return at_most(
        follower_distance(game), follower_decay(game) * (leader_start_distance(game) + zero_sum_start_defect(game))
    )
