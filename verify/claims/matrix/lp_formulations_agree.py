"""The mixture recommended by the single linear program is worth the best of the programs with one reply each.

Exactly, the left side is read off an optimal joint law: each of its columns, normalised, must bring the value itself.
"""

from __future__ import annotations

from verify.claims.matrix.shared import PAPER, conitzer_sandholm
from verify.comparison import equal
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.matrix import minimax, multiple_lps, pure, single_lp


@claim(
    "matrix/lp-formulations-agree",
    title="One linear program or one a reply: the same value",
    paper=PAPER,
    place="Conitzer and Sandholm 2006, Conitzer and Korzhyk 2011",
    families=("integers", "gaussian"),
    expected=Verdict.SUPPORTED,
    witness=conitzer_sandholm,
    tightness=conitzer_sandholm,
    quick=4_096,
    default=20_480,
    mutants=(
        Mutant(
            name="pure",
            text="pure commitments only",
            body=lambda game: equal(single_lp(game), pure(game)),
        ),
        Mutant(
            name="security",
            text="the leader's security level",
            body=lambda game: equal(minimax(game), multiple_lps(game)),
        ),
    ),
)
def lp_formulations_agree(game):
    return equal(single_lp(game), multiple_lps(game))
