"""With a constant step alpha the error of sampled Stackelberg Q-learning stops falling at a floor of order sqrt(alpha).

Near a fixed point with strict choices the policies stay, and the error is a stable linear recursion driven by noise of
size alpha an update: its stationary variance is of order alpha. Where the follower is indifferent and sees his rewards
with noise, his choice never settles, and the leader's values follow it: the floor does not fall at all.
"""

from __future__ import annotations

from fractions import Fraction

from verify.claims.sqvi.learners import LEARNERS, decided_game, one_state, power_law
from verify.comparison import at_most
from verify.experiment.plan import Contrast, Experiment, Quantity
from verify.statement import Mutant, claim
from verify.verdict import Verdict

FLOOR = Quantity(
    name="floor_exponent",
    latex=r"\hat\beta_{\mathrm{floor}}",
    text="the exponent of the step size in the root-mean-square sup-norm error over the tail of the runs",
)


def near(exponent: Fraction):
    """Within a tenth: what five step sizes over two decades cannot blur, and a quarter beside it is well outside."""
    return lambda game: at_most(abs(FLOOR(game) - exponent if exponent else FLOOR(game)), Fraction(1, 10))


def indifferent():
    """One state, one move, two replies that are the same to the follower and not to the leader."""
    return one_state([[1, 0]], [[0, 0]])


@claim(
    "sqvi/q-learning-floor",
    title="The floor of a constant step falls like its square root",
    paper="sqvi",
    place="sample-based version, constant step",
    expected=Verdict.SUPPORTED,
    experiment=Experiment(
        plan=f"A game of two states with strict choices, Gaussian reward noise of variance 1 for both players, "
        f"generative sampling. A replicate runs {LEARNERS} learners at each of five step sizes from 0.001 to 0.1, "
        "for 24 relaxation times, takes the root-mean-square sup-norm error of both players' Q over the second half, "
        "and fits its exponent in the step size by least squares on logarithms",
        quantities=(FLOOR,),
        measure=power_law(
            decided_game(),
            quantity="floor_exponent",
            label="floor",
            read=lambda trace: trace.distance,
            noise=(1.0, 1.0),
        ),
        contrasts=(
            Contrast(
                hypothesis="strict choices",
                text="every greedy choice at the fixed point is strict",
                without="an indifferent follower who sees his rewards with noise never settles: the floor stays",
                expected="counterexample",
                measure=power_law(
                    indifferent(),
                    quantity="floor_exponent",
                    label="floor",
                    read=lambda trace: trace.distance,
                    noise=(1.0, 1.0),
                ),
            ),
        ),
        quick=4,
        default=24,
    ),
    mutants=(
        Mutant(name="slower", text="a quarter less", body=near(Fraction(1, 4))),
        Mutant(name="faster", text="a quarter more", body=near(Fraction(3, 4))),
    ),
)
def q_learning_floor(game):
    return near(Fraction(1, 2))(game)
