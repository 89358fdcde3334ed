"""What it costs each player that the follower sees the leader's action and not only her policy.

P, p and the means are the same. What r accumulates, action seen minus policy seen: (tau_L / 2) log(det Hhat_uu / det
H_L,uu) for the leader, (tau_L / 2)(tr(S_F Hhat_uu^-1) - tr(H_F,uu H_L,uu^-1)) for the follower; the leader's raw cost
is the same in both.
"""

from __future__ import annotations

from verify.claims.errl.shared import DEFAULT, GENERIC, PAPER, QUICK, two_regimes
from verify.comparison import equal
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.lq_point import (
    follower_hamiltonian_action,
    follower_hamiltonian_policy,
    follower_raw_action,
    follower_raw_policy,
    leader_hamiltonian_action,
    leader_hamiltonian_policy,
    leader_raw_action,
    leader_raw_policy,
    lq_follower_temperature,
    lq_leader_temperature,
)
from verify.vocabulary.lq_point_laws import follower_trace_action, follower_trace_policy, leader_log_ratio

PLACE = "the two structures of information"


@claim(
    "errl/information/leader",
    title="That her action is seen costs the leader half her temperature times a log ratio of determinants",
    paper=PAPER,
    place=PLACE,
    families=GENERIC,
    expected=Verdict.PROVED,
    derivation="riccati/information",
    conclusion="leader",
    witness=two_regimes,
    quick=QUICK,
    default=DEFAULT,
    mutants=(
        Mutant(
            name="sign",
            text="policy seen minus action seen",
            body=lambda game: equal(
                leader_hamiltonian_policy(game) - leader_hamiltonian_action(game),
                lq_leader_temperature(game) / 2 * leader_log_ratio(game),
            ),
        ),
        Mutant(
            name="no half",
            text="the whole temperature",
            body=lambda game: equal(
                leader_hamiltonian_action(game) - leader_hamiltonian_policy(game),
                lq_leader_temperature(game) * leader_log_ratio(game),
            ),
        ),
        Mutant(
            name="follower's temperature",
            text="the follower's temperature",
            body=lambda game: equal(
                leader_hamiltonian_action(game) - leader_hamiltonian_policy(game),
                lq_follower_temperature(game) / 2 * leader_log_ratio(game),
            ),
        ),
    ),
)
def leader_pays(game):
    difference = leader_hamiltonian_action(game) - leader_hamiltonian_policy(game)
    return equal(difference, lq_leader_temperature(game) / 2 * leader_log_ratio(game))


@claim(
    "errl/information/follower",
    title="What seeing the action costs the follower is a difference of two traces",
    paper=PAPER,
    place=PLACE,
    families=GENERIC,
    expected=Verdict.PROVED,
    derivation="riccati/information",
    conclusion="follower",
    witness=two_regimes,
    quick=QUICK,
    default=DEFAULT,
    mutants=(
        Mutant(
            name="sign",
            text="policy seen minus action seen",
            body=lambda game: equal(
                follower_hamiltonian_policy(game) - follower_hamiltonian_action(game),
                lq_leader_temperature(game) / 2 * (follower_trace_action(game) - follower_trace_policy(game)),
            ),
        ),
        Mutant(
            name="action alone",
            text="as if her exploration cost him nothing where he sees the policy",
            body=lambda game: equal(
                follower_hamiltonian_action(game) - follower_hamiltonian_policy(game),
                lq_leader_temperature(game) / 2 * follower_trace_action(game),
            ),
        ),
    ),
)
def follower_pays(game):
    difference = follower_hamiltonian_action(game) - follower_hamiltonian_policy(game)
    traces = follower_trace_action(game) - follower_trace_policy(game)
    return equal(difference, lq_leader_temperature(game) / 2 * traces)


@claim(
    "errl/information/raw",
    title="The leader's raw cost does not depend on what the follower sees",
    paper=PAPER,
    place=PLACE,
    families=GENERIC,
    expected=Verdict.PROVED,
    derivation="riccati/information",
    conclusion="leader raw",
    witness=two_regimes,
    quick=QUICK,
    default=DEFAULT,
    mutants=(
        Mutant(
            name="follower",
            text="the same of the follower's raw cost",
            body=lambda game: equal(follower_raw_action(game), follower_raw_policy(game)),
        ),
        Mutant(
            name="entropy counted",
            text="the same of her cost with the entropy counted",
            body=lambda game: equal(leader_hamiltonian_action(game), leader_hamiltonian_policy(game)),
        ),
    ),
)
def raw_alike(game):
    return equal(leader_raw_action(game), leader_raw_policy(game))
