"""Where the follower is indifferent and sees his own rewards with noise, a smaller step does not lower the floor.

Noise breaks the tie at random, the choice persists for some 1/alpha updates, and the leader's values, which move as
slowly, follow it. When the follower's rewards are seen without noise the tie stays exact, is broken for the leader, and
the floor falls like sqrt(alpha) again.
"""

from __future__ import annotations

from fractions import Fraction

from verify.claims.sqvi.learners import LEARNERS, power_law
from verify.claims.sqvi.q_learning_floor import FLOOR, indifferent, near
from verify.experiment.plan import Contrast, Experiment
from verify.statement import Mutant, claim
from verify.verdict import Verdict


def _measure(noise: tuple[float, float]):
    return power_law(
        indifferent(), quantity="floor_exponent", label="floor", read=lambda trace: trace.distance, noise=noise
    )


@claim(
    "sqvi/q-learning-tied-floor",
    title="With ties and noisy rewards the floor does not fall",
    paper="sqvi",
    place="sample-based version, ties",
    expected=Verdict.SUPPORTED,
    experiment=Experiment(
        plan=f"One state, one move, two replies that pay the follower 0 and the leader 1 and 0; Gaussian reward noise "
        f"of variance 1 for both players. A replicate runs {LEARNERS} learners at each of five step sizes from 0.001 "
        "to 0.1, for 24 relaxation times, and fits the exponent of the root-mean-square error over the second half "
        "from the fixed point with ties broken for the leader",
        quantities=(FLOOR,),
        measure=_measure((1.0, 1.0)),
        contrasts=(
            Contrast(
                hypothesis="noisy follower",
                text="the follower sees his own rewards with noise",
                without="without noise the tie stays exact and the floor falls like the square root of the step",
                expected="counterexample",
                measure=_measure((1.0, 0.0)),
            ),
        ),
        quick=4,
        default=24,
    ),
    mutants=(
        Mutant(name="falling", text="a quarter more: the floor falls", body=near(Fraction(1, 4))),
        Mutant(name="rising", text="a quarter less: the floor rises", body=near(Fraction(-1, 4))),
        Mutant(name="as with strict choices", text="the square root", body=near(Fraction(1, 2))),
    ),
)
def q_learning_tied_floor(game):
    return near(Fraction(0))(game)
