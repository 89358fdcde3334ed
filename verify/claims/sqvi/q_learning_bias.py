"""At a tie of the leader's actions the mean of constant-step Q-learning is off by order sqrt(alpha).

The maximum of two equal values seen with errors of size sqrt(alpha) is larger than either by as much, on average. Under
strict choices nothing of the kind happens: as long as the policies stay the recursion is linear in the errors, its
stationary mean is exactly the fixed point, and what bias there is comes from policies that change, which is
exponentially rare in 1/alpha. Theory's O(alpha) is far from sharp there.
"""

from __future__ import annotations

from fractions import Fraction

from verify.claims.sqvi.learners import LEARNERS, one_state, power_law
from verify.comparison import at_most
from verify.experiment.plan import Contrast, Experiment, Quantity
from verify.statement import Mutant, claim
from verify.verdict import Verdict

BIAS = Quantity(
    name="bias_exponent",
    latex=r"\hat\beta_{\mathrm{bias}}",
    text="the exponent of the step size in the largest |mean error| over the tail and the learners",
)


def near(exponent: Fraction):
    return lambda game: at_most(abs(BIAS(game) - exponent), Fraction(1, 10))


def _measure(leader: list):
    return power_law(
        one_state(leader, [[0] for _ in leader]),
        quantity="bias_exponent",
        label="bias",
        read=lambda trace: trace.bias,
        noise=(1.0, 0.0),
        equally_long=True,  # so that sampling noise is the same at every step size
    )


@claim(
    "sqvi/q-learning-bias",
    title="At ties the bias of a constant step falls like its square root",
    paper="sqvi",
    place="sample-based version, bias",
    expected=Verdict.SUPPORTED,
    experiment=Experiment(
        plan=f"One state, two moves that pay the leader 0, one reply; Gaussian reward noise of variance 1. A replicate "
        f"runs {LEARNERS} learners at each of five step sizes from 0.001 to 0.1, for 48,000 steps, takes the "
        "largest |mean error| over the second half and the learners, and fits its exponent in the step size",
        quantities=(BIAS,),
        measure=_measure([[0], [0]]),
        contrasts=(
            Contrast(
                hypothesis="tie",
                text="two actions of the leader are exactly tied at the fixed point",
                without="with a strict choice only sampling noise is left, which does not depend on the step",
                expected="counterexample",
                measure=_measure([[8], [0]]),
            ),
        ),
        quick=6,
        default=24,
    ),
    mutants=(
        Mutant(name="slower", text="a quarter less", body=near(Fraction(1, 4))),
        Mutant(name="faster", text="a quarter more", body=near(Fraction(3, 4))),
        Mutant(name="linear", text="of order alpha, as under strict choices in theory", body=near(Fraction(1))),
    ),
)
def q_learning_bias(game):
    return near(Fraction(1, 2))(game)
