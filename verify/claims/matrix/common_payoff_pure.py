"""When both players are paid alike, committing to a single action is worth as much as committing to a mixture."""

from __future__ import annotations

from verify.claims.matrix.shared import COMMON_PAYOFF, PAPER, exact_game
from verify.comparison import equal
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.matrix import minimax, pure, sse, worst_nash


def coordination():
    return exact_game([[2, 0], [0, 1]], [[2, 0], [0, 1]])


@claim(
    "matrix/common-payoff-pure",
    title="With common payoffs a single action suffices",
    paper=PAPER,
    place="the one-shot case of sqvi/common-payoff",
    families=("common_payoff",),
    expected=Verdict.PROVED,
    derivation="commitment/common-payoff",
    conclusion="common payoff",
    hypotheses=(COMMON_PAYOFF,),
    witness=coordination,
    tightness=coordination,
    quick=8_192,
    mutants=(
        Mutant(name="security", text="the security level", body=lambda game: equal(minimax(game), pure(game))),
        Mutant(name="equilibrium", text="the worst equilibrium", body=lambda game: equal(worst_nash(game), pure(game))),
    ),
)
def common_payoff_pure(game):
    return equal(sse(game), pure(game))
