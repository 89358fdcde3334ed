"""Mean-square stability two ways: eigenvalues of the lifted operator, and a Lyapunov inequality between matrices.

Second moments of the closed loop, discounted by beta, vanish exactly where L(X) - beta X = -(I, ..., I) has a positive
definite solution, one matrix a regime; then it solves the linear matrix inequality L(X) < beta X, X > 0.
"""

from __future__ import annotations

from fractions import Fraction

from verify.claims.errl.shared import two_regimes
from verify.claims.errl.solved import PAPER
from verify.comparison import at_least, less
from verify.statement import Ablation, Hypothesis, Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.lq_point import lq_discount
from verify.vocabulary.lq_stationary import closed_loop_abscissa, lyapunov_eigenvalue

PLACE = "errl/stationary, mean-square stability; Fragoso and Costa"
FAMILIES = ("lq_point_small", "lq_point_switching")

ANYWHERE = "without it either may be"


def damped():
    """Two regimes with noise, damped enough to be stable."""
    return two_regimes(A=[-4, -4])


@claim(
    "errl/mean-square-stability",
    title="Where the lifted operator is stable, the Lyapunov equation has a positive definite solution",
    paper=PAPER,
    place=PLACE,
    families=FAMILIES,
    expected=Verdict.SUPPORTED,
    witness=damped,
    hypotheses=(
        Hypothesis(
            name="stable",
            text="the abscissa of the lifted operator is below the discount",
            body=lambda game: less(closed_loop_abscissa(game), lq_discount(game)),
            ablation=Ablation(expected="counterexample", text=ANYWHERE),
        ),
    ),
    quick=4_096,
    default=16_384,
    mutants=(
        Mutant(
            name="at least one",
            text="its eigenvalues are at least 1",
            body=lambda game: at_least(lyapunov_eigenvalue(game), 1),
        ),
    ),
)
def stable_is_definite(game):
    return less(0, lyapunov_eigenvalue(game))


@claim(
    "errl/mean-square-stability/converse",
    title="Where the Lyapunov equation has a positive definite solution, the lifted operator is stable",
    paper=PAPER,
    place=PLACE,
    families=FAMILIES,
    expected=Verdict.SUPPORTED,
    witness=damped,
    hypotheses=(
        Hypothesis(
            name="positive definite",
            text="the solution of the Lyapunov equation is positive definite in all regimes",
            body=lambda game: less(0, lyapunov_eigenvalue(game)),
            ablation=Ablation(expected="counterexample", text=ANYWHERE),
        ),
    ),
    quick=4_096,
    default=16_384,
    mutants=(
        Mutant(
            name="undiscounted",
            text="the abscissa is below half the discount",
            body=lambda game: less(closed_loop_abscissa(game), Fraction(1, 2) * lq_discount(game)),
        ),
    ),
)
def definite_is_stable(game):
    return less(closed_loop_abscissa(game), lq_discount(game))
