"""Where the leader's action does not move the follower's slope, the order of play does not matter.

H_F,vu = 0 makes the follower's reply independent of u (T = 0); the leader's first-order condition is then that of
simultaneous play, at every state of the regime. Two statements: the actions are the same, and the leader would gain
nothing if the follower's action stayed as it is.
"""

from __future__ import annotations

from games.linear_quadratic import LinearQuadraticPoint
from verify.claims.errl.shared import DEFAULT, GENERIC, PAPER, QUICK, two_regimes
from verify.comparison import equal, less
from verify.statement import Ablation, Hypothesis, Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.lq_point_reductions import (
    follower_cross,
    leader_nash_hamiltonian,
    leader_simultaneous_gain,
    leader_stackelberg_hamiltonian,
    nash_gain_distance,
)

PLACE = "feedback Stackelberg and feedback Nash equilibria"

UNCOUPLED = Hypothesis(
    name="uncoupled",
    text="the leader's action does not move the follower's slope: H_F,vu = 0",
    body=lambda game: equal(follower_cross(game), 0),
    means="the follower's Hessian has no cross term in the actions",
    ablation=Ablation(
        expected="counterexample",
        text="a leader whose action moves the reply steers with it",
        families=GENERIC,
    ),
)


def uncoupled() -> LinearQuadraticPoint:
    """The two regimes, where the leader moves neither the noise nor what the follower's action costs him."""
    return two_regimes(D=0, follower_M=[[2, 0, 1], [0, 1, 0], [1, 0, 2]])


@claim(
    "errl/stackelberg-is-nash",
    title="Where the leader does not move the follower's slope, both orders of play have the same actions",
    paper=PAPER,
    place=PLACE,
    families=("lq_point_uncoupled",),
    expected=Verdict.PROVED,
    derivation="riccati/stackelberg-is-nash",
    conclusion="one pair",
    means=("N is invertible",),
    hypotheses=(UNCOUPLED,),
    witness=uncoupled,
    quick=QUICK,
    default=DEFAULT,
    mutants=(
        Mutant(
            name="worth something",
            text="as if the order of play were worth something all the same",
            body=lambda game: less(leader_stackelberg_hamiltonian(game), leader_nash_hamiltonian(game)),
        ),
    ),
    note="Simultaneous play has one equilibrium here: N = H_L,uu + H_L,uv T is H_L,uu where T = 0.",
)
def same_actions(game):
    return equal(nash_gain_distance(game), 0)


@claim(
    "errl/stackelberg-is-nash/no-gain",
    title="Where the leader does not move the follower's slope, she would gain nothing by another action alone",
    paper=PAPER,
    place=PLACE,
    families=("lq_point_uncoupled",),
    expected=Verdict.PROVED,
    derivation="riccati/stackelberg-is-nash",
    conclusion="no simultaneous gain",
    hypotheses=(UNCOUPLED,),
    witness=uncoupled,
    quick=QUICK,
    default=DEFAULT,
    mutants=(
        Mutant(
            name="gains",
            text="as if she would gain",
            body=lambda game: less(0, leader_simultaneous_gain(game)),
        ),
    ),
)
def no_gain(game):
    return equal(leader_simultaneous_gain(game), 0)
