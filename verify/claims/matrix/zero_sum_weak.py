"""In a zero-sum game ties do not matter: whichever best reply the follower picks, the leader gets the same."""

from __future__ import annotations

from verify.claims.matrix.shared import PAPER, ZERO_SUM, matching_pennies
from verify.comparison import equal
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.matrix import minimax, pure_weak, wse


@claim(
    "matrix/zero-sum-weak",
    title="In zero-sum games ties do not matter",
    paper=PAPER,
    place="von Stengel and Zamir 2010",
    families=("zero_sum",),
    expected=Verdict.PROVED,
    derivation="commitment/zero-sum",
    conclusion="wse",
    hypotheses=(ZERO_SUM,),
    witness=matching_pennies,
    tightness=matching_pennies,
    quick=8_192,
    mutants=(
        Mutant(name="sign", text="the opponent's security level", body=lambda game: equal(wse(game), -minimax(game))),
        Mutant(name="pure", text="pure commitments only", body=lambda game: equal(pure_weak(game), minimax(game))),
    ),
)
def zero_sum_weak(game):
    return equal(wse(game), minimax(game))
