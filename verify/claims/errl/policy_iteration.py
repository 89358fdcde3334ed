"""Policy iteration on the follower's problem, the leader's gain kept: monotone, stable, Newton's, locally quadratic.

He starts from gains that stabilise, discounted, and has a bound from below: a P at which H_F,vv > 0 and the residual R
of his Riccati equation is positive semidefinite. Then T_V(P_V - P) = -R - (V - V*)'H_F,vv(V - V*) for every gain V that
stabilises, V* the best at P, so that P_V is above P, and H_F,vv positive definite there too; and the step to the
best gain V' at P_V has T_V'(P_V - P_V') = -(V - V')'H_F,vv(P_V)(V - V').
"""

from __future__ import annotations

import dataclasses
from fractions import Fraction

from verify.claims.errl.solved import PAPER, scalar_iteration
from verify.comparison import at_least, at_most, equal, less
from verify.statement import Ablation, Hypothesis, Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.lq_iteration import (
    bound_hessian,
    bound_residual,
    iteration_abscissa,
    iteration_constant,
    iteration_decrease,
    iteration_fall,
    iteration_next_fall,
    newton_defect,
    start_abscissa,
)

PLACE = "errl/policy-iteration"
FAMILIES = ("lq_iteration",)
ONE = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]

STABILISES = Hypothesis(
    name="stabilising start",
    text="second moments under the gains of the start, discounted, vanish",
    body=lambda game: less(start_abscissa(game), 0),
    ablation=Ablation(
        expected="counterexample",
        text="what solves the equation of the values is no cost, and may be anything",
        families=("lq_iteration_unstable",),
    ),
)

CONVEX = Hypothesis(
    name="convex",
    text="H_F,vv is positive definite at the bound",
    body=lambda game: less(0, bound_hessian(game)),
    ablation=Ablation(
        expected="counterexample",
        text="where the follower's cost is concave in his action the gain that is taken is the worst",
        families=("lq_iteration_concave",),
    ),
)

BOUNDED = Hypothesis(
    name="bounded",
    text="the residual of the follower's Riccati equation at the bound is positive semidefinite",
    body=lambda game: at_least(bound_residual(game), 0),
    ablation=Ablation(
        expected="counterexample",
        text="costs that are not bounded below are driven down until the gains do not stabilise",
        families=("lq_iteration_unbounded",),
    ),
)

HYPOTHESES = (STABILISES, CONVEX, BOUNDED)


def regulator():
    """dx = (x + v) dt at a cost of (x^2 + v^2)/2, from the gain -2; the leader pays for her own action alone."""
    return scalar_iteration(1, 0, 1, leader_M=ONE, follower_M=ONE, gains=(0, -2))


@claim(
    "errl/policy-iteration",
    title="The follower's policy iteration is monotone",
    paper=PAPER,
    place=PLACE,
    families=FAMILIES,
    expected=Verdict.SUPPORTED,
    witness=regulator,
    hypotheses=HYPOTHESES,
    quick=4_096,
    default=12_288,
    mutants=(
        Mutant(
            name="by a tenth",
            text="each step lowers the values by a tenth in all directions",
            body=lambda game: at_least(iteration_decrease(game), Fraction(1, 10)),
        ),
        Mutant(name="reversed", text="the values grow", body=lambda game: at_most(iteration_decrease(game), 0)),
    ),
)
def monotone(game):
    return at_least(iteration_decrease(game), 0)


@claim(
    "errl/policy-iteration/stabilising",
    title="The follower's policy iteration keeps stabilising",
    paper=PAPER,
    place=PLACE,
    families=FAMILIES,
    expected=Verdict.SUPPORTED,
    witness=regulator,
    hypotheses=HYPOTHESES,
    quick=4_096,
    default=12_288,
    mutants=(
        Mutant(
            name="faster and faster",
            text="no gain is less stable than that of the start",
            body=lambda game: at_most(iteration_abscissa(game), start_abscissa(game)),
        ),
        Mutant(
            name="fast",
            text="second moments vanish at rate 1 at least",
            body=lambda game: less(iteration_abscissa(game), -1),
        ),
    ),
)
def stabilising(game):
    return less(iteration_abscissa(game), 0)


def without_value(*, costs, drift=0):
    """A game whose gains' values at the start, or after a step, solve an equation that has no or many solutions."""
    game = scalar_iteration(drift, 0, 1, leader_M=ONE, follower_M=costs, gains=(0, -1))
    newton_defect(game.exact())
    return game


def _valued(hypothesis, text, **game):
    """The hypothesis, without which gains may have no value."""
    ablation = Ablation(expected="undefined", text=text, instance=lambda: without_value(**game))
    return dataclasses.replace(hypothesis, ablation=ablation)


VALUED = (
    _valued(STABILISES, "where second moments stay under a gain it has no value", costs=ONE, drift=1),
    _valued(
        CONVEX,
        "costs x^2 - v^2 lead from the gain -1 to 0, where second moments stay",
        costs=[[1, 0, 0], [0, 1, 0], [0, 0, -1]],
    ),
    _valued(
        BOUNDED,
        "costs -x^2 + v^2 lead from the gain -1 to 0, where second moments stay",
        costs=[[-1, 0, 0], [0, 1, 0], [0, 0, 1]],
    ),
)


@claim(
    "errl/policy-iteration/newton",
    title="A step of the follower's policy iteration is a step of Newton's method",
    paper=PAPER,
    place=PLACE,
    families=FAMILIES,
    expected=Verdict.SUPPORTED,
    witness=regulator,
    hypotheses=VALUED,
    quick=4_096,
    default=12_288,
    mutants=(
        Mutant(
            name="no step",
            text="the values do not change",
            body=lambda game: equal(newton_defect(game), iteration_fall(game)),
        ),
    ),
    note="The hypotheses serve to have values; the derivation riccati/policy-iteration has the step in any dimension.",
)
def newton(game):
    return equal(newton_defect(game), 0)


@claim(
    "errl/policy-iteration/quadratic",
    title="The follower's policy iteration is quadratic: a fall is at most a multiple of the square of the last",
    paper=PAPER,
    place=PLACE,
    families=FAMILIES,
    expected=Verdict.SUPPORTED,
    witness=regulator,
    hypotheses=HYPOTHESES,
    quick=4_096,
    default=12_288,
    mutants=(
        Mutant(
            name="at once",
            text="one step is enough",
            body=lambda game: at_most(iteration_next_fall(game), 0),
        ),
        Mutant(
            name="cubic",
            text="the third power takes the place of the second",
            body=lambda game: at_most(
                iteration_next_fall(game),
                iteration_constant(game) * iteration_fall(game) * iteration_fall(game) * iteration_fall(game),
            ),
        ),
    ),
)
def quadratic(game):
    return at_most(iteration_next_fall(game), iteration_constant(game) * iteration_fall(game) * iteration_fall(game))
