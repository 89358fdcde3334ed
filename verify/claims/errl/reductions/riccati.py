"""Without a leader the follower's equations are those of one player: algebraic or coupled Riccati equations.

In one regime -dP/dt = -beta P + A'P + PA + sum C'PC + Q - Y (R + sum F'PF)^-1 Y', Y = PE + sum C'PF + S; with more of
them sum_j lam_ij P_j besides, the coupled Riccati equations of Markov jump linear systems.
"""

from __future__ import annotations

from typing import Any

from games.linear_quadratic import LinearQuadraticPoint
from verify.claims.errl.shared import DEFAULT, GENERIC, PAPER, QUICK, two_regimes
from verify.comparison import equal
from verify.statement import Ablation, Hypothesis, Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.lq_point_reductions import (
    follower_are_rate,
    follower_coupling,
    follower_quadratic_rate,
    leader_idle_defect,
    leaving_rate,
)

PLACE = "Riccati equations of one player"
FAMILIES = ("lq_point_no_leader_switching",)

IDLE = Hypothesis(
    name="no leader",
    text="the leader's action moves neither the follower's state nor his cost: B = 0, D = 0, M_F and m_F without u",
    body=lambda game: equal(leader_idle_defect(game), 0),
    means=(
        "the leader moves no drift",
        "the leader moves no noise",
        "no cost of the follower in u",
        "no cost of the follower in u and x",
        "no cost of the follower in v and u",
    ),
    ablation=Ablation(
        expected="counterexample",
        text="her feedback becomes part of his dynamics and costs",
        families=GENERIC,
    ),
)

NEVER_LEFT = Hypothesis(
    name="one regime",
    text="the regime is never left, as where it is the only one",
    body=lambda game: equal(leaving_rate(game), 0),
    means="one regime",
    ablation=Ablation(
        expected="counterexample",
        text="the values of other regimes enter",
        families=FAMILIES,
    ),
)


def alone(**changes: Any) -> LinearQuadraticPoint:
    """The two regimes with a leader who moves nothing of the follower's."""
    return two_regimes(B=0, D=0, follower_M=[[2, 0, 1], [0, 0, 0], [1, 0, 2]], follower_m=(1, 0, 1), **changes)


@claim(
    "errl/reductions/riccati",
    title="Without a leader, in a regime that is never left: the Riccati equation of one player",
    paper=PAPER,
    place=PLACE,
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="riccati/reductions",
    conclusion="Riccati equation",
    hypotheses=(IDLE, NEVER_LEFT),
    witness=lambda: alone(generator=[[0, 0], [2, -2]]),
    quick=QUICK,
    default=DEFAULT,
    mutants=(
        Mutant(
            name="time reversed",
            text="the Riccati equation read backwards",
            body=lambda game: equal(follower_quadratic_rate(game), -follower_are_rate(game)),
        ),
    ),
)
def one_riccati(game):
    return equal(follower_quadratic_rate(game), follower_are_rate(game))


@claim(
    "errl/reductions/riccati/coupled",
    title="Without a leader: the coupled Riccati equations of Markov jump linear systems",
    paper=PAPER,
    place=PLACE,
    families=FAMILIES,
    expected=Verdict.PROVED,
    derivation="riccati/reductions",
    conclusion="coupled Riccati equations",
    hypotheses=(IDLE,),
    witness=alone,
    quick=QUICK,
    default=DEFAULT,
    mutants=(
        Mutant(
            name="uncoupled",
            text="each regime's own equation",
            body=lambda game: equal(follower_quadratic_rate(game), follower_are_rate(game)),
        ),
        Mutant(
            name="sign of the coupling",
            text="the switching term with its sign changed",
            body=lambda game: equal(follower_quadratic_rate(game), follower_are_rate(game) + follower_coupling(game)),
        ),
    ),
)
def coupled_riccati(game):
    return equal(follower_quadratic_rate(game), follower_are_rate(game) - follower_coupling(game))
