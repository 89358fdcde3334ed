"""Each player's law minimises expected cost minus temperature times entropy, and a deviation costs its divergence.

Of any other Gaussian law q: tau KL(q || law) for the follower, given the leader's action, and for the leader whose
action is seen. Where the follower sees the policy alone he answers the mean of q: the leader's law is then that of
H_L,uu, and a deviation of her mean costs (mu - mu*)'(Hhat_uu - H_L,uu)(mu - mu*) / 2 besides.
"""

from __future__ import annotations

from verify.claims.errl.shared import DEFAULT, GENERIC, PAPER, QUICK, two_regimes, warm
from verify.comparison import equal
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.lq_point import lq_follower_temperature, lq_leader_temperature
from verify.vocabulary.lq_point_laws import (
    follower_deviation_cost,
    follower_divergence,
    leader_deviation_cost_action,
    leader_deviation_cost_policy,
    leader_divergence_action,
    leader_divergence_policy,
    leader_mean_excess,
)

PLACE = "the Gaussian equilibrium policies"


@claim(
    "errl/gaussian/follower",
    title="A deviation costs the follower his temperature times its divergence",
    paper=PAPER,
    place=PLACE,
    families=GENERIC,
    expected=Verdict.PROVED,
    derivation="riccati/gaussian-laws",
    conclusion="follower's deviation",
    hypotheses=(warm("follower", follower_divergence),),
    witness=two_regimes,
    quick=QUICK,
    default=DEFAULT,
    mutants=(
        Mutant(
            name="half",
            text="half of the divergence",
            body=lambda game: equal(
                2 * follower_deviation_cost(game), lq_follower_temperature(game) * follower_divergence(game)
            ),
        ),
        Mutant(
            name="leader's temperature",
            text="the divergence weighed with the leader's temperature",
            body=lambda game: equal(
                follower_deviation_cost(game), lq_leader_temperature(game) * follower_divergence(game)
            ),
        ),
    ),
)
def follower_gap(game):
    return equal(follower_deviation_cost(game), lq_follower_temperature(game) * follower_divergence(game))


@claim(
    "errl/gaussian/leader-action",
    title="A deviation costs the leader whose action is seen her temperature times its divergence",
    paper=PAPER,
    place=PLACE,
    families=GENERIC,
    expected=Verdict.PROVED,
    derivation="riccati/gaussian-laws",
    conclusion="leader's deviation, action seen",
    hypotheses=(warm("leader", leader_divergence_action),),
    witness=two_regimes,
    quick=QUICK,
    default=DEFAULT,
    mutants=(
        Mutant(
            name="law of the policy seen",
            text="the divergence from the law with H_L,uu",
            body=lambda game: equal(
                leader_deviation_cost_action(game), lq_leader_temperature(game) * leader_divergence_policy(game)
            ),
        ),
        Mutant(
            name="with the excess",
            text="what the mean costs through the answer counted once more",
            body=lambda game: equal(
                leader_deviation_cost_action(game),
                lq_leader_temperature(game) * leader_divergence_action(game) + leader_mean_excess(game),
            ),
        ),
    ),
)
def leader_gap_action(game):
    return equal(leader_deviation_cost_action(game), lq_leader_temperature(game) * leader_divergence_action(game))


@claim(
    "errl/gaussian/leader-policy",
    title="A deviation costs the leader whose policy is seen its divergence and an excess of the mean",
    paper=PAPER,
    place=PLACE,
    families=GENERIC,
    expected=Verdict.PROVED,
    derivation="riccati/gaussian-laws",
    conclusion="leader's deviation, policy seen",
    hypotheses=(warm("leader", leader_divergence_policy),),
    witness=two_regimes,
    quick=QUICK,
    default=DEFAULT,
    mutants=(
        Mutant(
            name="divergence alone",
            text="as where the action is seen: without the excess of the mean",
            body=lambda game: equal(
                leader_deviation_cost_policy(game), lq_leader_temperature(game) * leader_divergence_policy(game)
            ),
        ),
        Mutant(
            name="law of the action seen",
            text="the divergence from the law with Hhat_uu",
            body=lambda game: equal(
                leader_deviation_cost_policy(game), lq_leader_temperature(game) * leader_divergence_action(game)
            ),
        ),
    ),
    note="The excess may be negative, but not more than the divergence makes good: together they hold "
    "(mu - mu*)'Hhat_uu(mu - mu*)/2.",
)
def leader_gap_policy(game):
    divergence = lq_leader_temperature(game) * leader_divergence_policy(game)
    return equal(leader_deviation_cost_policy(game), divergence + leader_mean_excess(game))
