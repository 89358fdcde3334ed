"""In a zero-sum game commitment is worth the leader's security level: to be seen costs nothing and gains nothing.

The best reply to x is the one worst for the leader, so that the strong value is max_x min_b x'A_b. The two sides are
computed apart: the left as a commitment, the right from the follower's side, as what he cannot be kept below.
"""

from __future__ import annotations

from verify.claims.matrix.shared import PAPER, ZERO_SUM, matching_pennies
from verify.comparison import equal
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.matrix import minimax, pure, sse


@claim(
    "matrix/zero-sum-minimax",
    title="In zero-sum games commitment is worth the security level",
    paper=PAPER,
    place="von Neumann 1928; the reduction to zero-sum games in errl/reductions, one-shot",
    families=("zero_sum",),
    expected=Verdict.PROVED,
    derivation="commitment/zero-sum",
    conclusion="sse",
    hypotheses=(ZERO_SUM,),
    witness=matching_pennies,
    tightness=matching_pennies,
    quick=8_192,
    mutants=(
        Mutant(name="sign", text="the opponent's security level", body=lambda game: equal(sse(game), -minimax(game))),
        Mutant(name="pure", text="pure commitments only", body=lambda game: equal(pure(game), minimax(game))),
        Mutant(name="double", text="twice the value", body=lambda game: equal(sse(game), 2 * minimax(game))),
    ),
)
def zero_sum_minimax(game):
    return equal(sse(game), minimax(game))
