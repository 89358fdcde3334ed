"""Stationary points: what a stable closed loop says of the Riccati flow, and which points games of length T tend to.

For one player the two are one: at any P the derivative of his Riccati flow by P is the Lyapunov operator of the closed
loop, since his gain is optimal there. For two players the gains of each are not optimal for the other.
"""

from __future__ import annotations

from fractions import Fraction

from verify.claims.errl.shared import scalar_point
from verify.claims.errl.solved import PAPER, two_controllers
from verify.comparison import at_least, at_most, equal, less
from verify.statement import Ablation, Hypothesis, Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.lq_flow import stabilising_count
from verify.vocabulary.lq_point import lq_discount
from verify.vocabulary.lq_stationary import (
    closed_loop_abscissa,
    flow_abscissa,
    follower_flow_abscissa,
    leader_influence,
    riccati_residual,
    terminal_limit_gap,
)

PLACE = "errl/stationary"

STATIONARY = Hypothesis(
    name="stationary",
    text="P_L and P_F are a stationary solution of the coupled Riccati equations",
    body=lambda game: equal(riccati_residual(game), 0),
    ablation=Ablation(
        expected="counterexample",
        text="neither abscissa depends on the costs of the state, by which any point can be made stationary",
    ),
)

STABLE_LOOP = Hypothesis(
    name="stable closed loop",
    text="second moments of the closed loop, discounted, vanish",
    body=lambda game: less(closed_loop_abscissa(game), lq_discount(game)),
    ablation=Ablation(expected="counterexample", text="where the loop is not stable nothing is said"),
)


@claim(
    "errl/stationary/loop-implies-flow",
    title="Where the closed loop at a stationary point is mean-square stable, so is the Riccati flow",
    paper=PAPER,
    place=PLACE,
    families=(),
    expected=Verdict.REFUTED,
    witness=lambda: two_controllers(1, 1),
    hypotheses=(STATIONARY, STABLE_LOOP),
    mutants=(
        Mutant(
            name="slowly unstable",
            text="the flow leaves at a rate of at most 1/4",
            body=lambda game: at_most(flow_abscissa(game), Fraction(1, 4)),
        ),
        Mutant(
            name="twice the loop",
            text="the flow's abscissa is that of the loop",
            body=lambda game: equal(flow_abscissa(game), closed_loop_abscissa(game) - lq_discount(game)),
        ),
    ),
    note="Two controllers of one unstable state: where both stabilise it, P_L = P_F = 1, the loop decays at rate 1/2, "
    "and the flow has the eigenvalues -1 - sqrt 2 and -1 + sqrt 2. Nothing crosses: Stackelberg is Nash here.",
)
def loop_implies_flow(game):
    return at_most(flow_abscissa(game), 0)


def regulator():
    """Two regimes, noise that the state and the action make; the leader does nothing."""
    return scalar_point(
        leader_M=[[1, 0, 0], [0, 1, 0], [0, 0, 0]],
        follower_M=[[2, 0, 1], [0, 0, 0], [1, 0, 1]],
        generator=[[-1, 1], [2, -2]],
        A=[1, -1],
        E=[1, 2],
        C="1/2",
        F=["1/2", 1],
        follower_P=[2, 1],
    )


@claim(
    "errl/stationary/one-player",
    title="For one player the Riccati flow is as stable as the closed loop, everywhere",
    paper=PAPER,
    place=PLACE,
    families=("lq_point_alone",),
    expected=Verdict.SUPPORTED,
    witness=regulator,
    hypotheses=(
        Hypothesis(
            name="no leader",
            text="the leader's action moves neither the state nor the follower's cost",
            body=lambda game: equal(leader_influence(game), 0),
            ablation=Ablation(
                expected="counterexample",
                text="her gains follow his values, and are not the best for him",
                families=("lq_point_small",),
            ),
        ),
    ),
    quick=4_096,
    default=8_192,
    mutants=(
        Mutant(
            name="discount forgotten",
            text="the abscissas are equal, whatever the discount",
            body=lambda game: equal(follower_flow_abscissa(game), closed_loop_abscissa(game)),
        ),
        Mutant(
            name="half",
            text="the flow has half the abscissa of the second moments",
            body=lambda game: equal(2 * follower_flow_abscissa(game), closed_loop_abscissa(game) - lq_discount(game)),
        ),
    ),
)
def one_player(game):
    return equal(follower_flow_abscissa(game), closed_loop_abscissa(game) - lq_discount(game))


def unsettled():
    """Terminal costs that are those of the saddle but for half as much again of the follower's."""
    return two_controllers(1, 1, terminal=(1, Fraction(3, 2)))


@claim(
    "errl/stationary/basin",
    title="In a game with three equilibria the values of long games tend to the attracting one from its basin",
    paper=PAPER,
    place=PLACE,
    families=(),
    expected=Verdict.PROVED,
    witness=lambda: two_controllers(Fraction(1, 3), Fraction(5, 3), terminal=(0, 1)),
    hypotheses=(
        Hypothesis(
            name="stationary",
            text="P_L and P_F are a stationary solution of the coupled Riccati equations",
            body=lambda game: equal(riccati_residual(game), 0),
            ablation=Ablation(
                expected="undefined",
                text="the flow moves other points",
                instance=lambda: terminal_limit_gap(two_controllers(1, 2)),
            ),
        ),
    ),
    mutants=(
        Mutant(
            name="another limit",
            text="the limit is another point",
            body=lambda game: at_least(terminal_limit_gap(game), Fraction(1, 10)),
        ),
    ),
    note="The flow is integrated in balls until they lie in a trap: a neighbourhood of the point in which solutions "
    "approach each other, and which none leaves.",
)
def basin(game):
    return equal(terminal_limit_gap(game), 0)


@claim(
    "errl/stationary/unsettled",
    title="Long games tend to a stationary point with a stable closed loop from terminal costs a half away",
    paper=PAPER,
    place=PLACE,
    families=(),
    expected=Verdict.REFUTED,
    witness=unsettled,
    hypotheses=(STATIONARY, STABLE_LOOP),
    mutants=(
        Mutant(
            name="near",
            text="they tend to a point within a tenth of it",
            body=lambda game: at_most(terminal_limit_gap(game), Fraction(1, 10)),
        ),
    ),
    note="They tend to (1/3, 5/3), where the follower does the work.",
)
def unsettled_point(game):
    return equal(terminal_limit_gap(game), 0)


@claim(
    "errl/stationary/unique",
    title="At most one stationary solution has a stable closed loop",
    paper=PAPER,
    place=PLACE,
    families=(),
    expected=Verdict.REFUTED,
    witness=lambda: two_controllers(1, 1),
    mutants=(
        Mutant(
            name="two",
            text="at most two have",
            body=lambda game: at_most(stabilising_count(game), 2),
        ),
    ),
    note="For one player it is so. Here the follower may do nothing, P_L = 2 + sqrt 5, or most of the work, "
    "(1/3, 5/3), or half of it, (1, 1). A resultant without double roots shows that there is one more solution and "
    "no other, (2 - sqrt 5, 0), whose loop is unstable.",
)
def unique(game):
    return at_most(stabilising_count(game), 1)
