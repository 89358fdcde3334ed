"""To be refuted: the two-level policy iteration converges. It fails in three ways, each certified on one scalar game.

Both players evaluate the gains in use, then take the gains of the feedback Stackelberg stage at these values: the
leader improves against the follower's reaction. All costs are positive semidefinite, and every stage is well posed.
"""

from __future__ import annotations

from fractions import Fraction

from verify.claims.errl.policy_iteration import PLACE, STABILISES
from verify.claims.errl.solved import PAPER, scalar_iteration
from verify.comparison import at_least, at_most, equal, less
from verify.statement import Ablation, Hypothesis, Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.lq_iteration import two_level_abscissa, two_level_growth, two_level_period

START = Hypothesis(
    name=STABILISES.name,
    text=STABILISES.text,
    body=STABILISES.body,
    ablation=Ablation(expected="counterexample", text="other starts are no better"),
)


def cycling():
    """dx = (x + 2u - v) dt; the gains go back and forth between two pairs, near (-0.78, 1.01) and (-0.41, 0.43)."""
    return scalar_iteration(
        1,
        2,
        -1,
        leader_M=[[0, 0, 0], [0, 3, 1], [0, 1, 1]],
        follower_M=[[1, 0, 0], [0, 0, 0], [0, 0, 3]],
        gains=(-2, -2),
    )


def destabilising():
    """dx = -u dt, that the follower does not move: her first improvement makes the state grow."""
    return scalar_iteration(
        0,
        -1,
        0,
        leader_M=[[1, 1, 1], [1, 2, 1], [1, 1, 3]],
        follower_M=[[2, 1, -1], [1, 1, -1], [-1, -1, 2]],
        gains=(1, -1),
        steps=1,
    )


def growing():
    """dx = (v - u) dt; the gains double with every step, and a little more, and stabilise all the while."""
    return scalar_iteration(
        0,
        -1,
        1,
        leader_M=[[3, 0, 0], [0, 3, -2], [0, -2, 2]],
        follower_M=[[2, 0, 0], [0, 3, 0], [0, 0, 1]],
        gains=(0, -2),
    )


@claim(
    "errl/policy-iteration-two-level/converges",
    title="The gains of the two-level iteration converge",
    paper=PAPER,
    place=PLACE,
    families=(),
    expected=Verdict.REFUTED,
    witness=cycling,
    hypotheses=(START,),
    mutants=(
        Mutant(name="longer", text="they go round in three phases", body=lambda game: equal(two_level_period(game), 3)),
    ),
    note="Two disjoint boxes of gains are mapped into each other, in balls; the iteration enters one of them.",
)
def converges(game):
    return equal(two_level_period(game), 1)


@claim(
    "errl/policy-iteration-two-level/stabilising",
    title="The two-level iteration keeps stabilising",
    paper=PAPER,
    place=PLACE,
    families=(),
    expected=Verdict.REFUTED,
    witness=destabilising,
    hypotheses=(START,),
    mutants=(
        Mutant(
            name="barely",
            text="second moments grow at a rate of 1/10 at most",
            body=lambda game: at_most(two_level_abscissa(game), Fraction(1, 10)),
        ),
    ),
    note="One step, in rationals.",
)
def stays_stable(game):
    return less(two_level_abscissa(game), 0)


@claim(
    "errl/policy-iteration-two-level/bounded",
    title="The gains of the two-level iteration do not grow by a factor with every step for ever",
    paper=PAPER,
    place=PLACE,
    families=(),
    expected=Verdict.REFUTED,
    witness=growing,
    hypotheses=(START,),
    mutants=(
        Mutant(
            name="slowly",
            text="they grow by no more than a tenth a step",
            body=lambda game: at_most(two_level_growth(game), Fraction(11, 10)),
        ),
        Mutant(
            name="tripling",
            text="they grow threefold with every step",
            body=lambda game: at_least(two_level_growth(game), 3),
        ),
    ),
    note="In the coordinates 1/L and V/L a box around 1/L = 0 is mapped into itself, in balls, L growing throughout: "
    "the gains diverge, while every one of them stabilises.",
)
def stays_bounded(game):
    return at_most(two_level_growth(game), 1)
