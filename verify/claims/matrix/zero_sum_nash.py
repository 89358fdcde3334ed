"""In a zero-sum game no Nash equilibrium gives the leader more than her security level, and none ever gives less."""

from __future__ import annotations

from verify.claims.matrix.shared import PAPER, ZERO_SUM, matching_pennies
from verify.comparison import equal
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.matrix import best_nash, minimax, pure


@claim(
    "matrix/zero-sum-nash",
    title="In zero-sum games every equilibrium gives the security level",
    paper=PAPER,
    place="von Neumann 1928",
    families=("zero_sum",),
    expected=Verdict.PROVED,
    derivation="commitment/security",
    conclusion="zero-sum",
    means=("the follower answers y best", "the leader answers x best"),
    hypotheses=(ZERO_SUM,),
    witness=matching_pennies,
    tightness=matching_pennies,
    quick=8_192,
    mutants=(
        Mutant(
            name="pure",
            text="the best pure commitment",
            body=lambda game: equal(pure(game), minimax(game)),
        ),
        Mutant(
            name="sign",
            text="the opponent's security level",
            body=lambda game: equal(best_nash(game), -minimax(game)),
        ),
    ),
)
def zero_sum_nash(game):
    return equal(best_nash(game), minimax(game))
