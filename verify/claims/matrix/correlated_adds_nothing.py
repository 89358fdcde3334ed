"""Against one follower, an optimal correlated commitment is worth no more than an optimal mixture.

The advice b, when obeyed, is a best reply to the leader's actions given b: committing to the best of these conditional
mixtures is worth at least the average over all of them.
"""

from __future__ import annotations

from verify.claims.matrix.shared import PAPER, TIES, conitzer_sandholm
from verify.comparison import equal
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.matrix import best_nash, correlated, pure, sse, wse


@claim(
    "matrix/correlated-adds-nothing",
    title="Correlation adds nothing to commitment against one follower",
    paper=PAPER,
    place="Conitzer and Korzhyk 2011",
    families=("uniform", *TIES),
    expected=Verdict.SUPPORTED,
    witness=conitzer_sandholm,
    tightness=conitzer_sandholm,
    published=True,
    quick=8_192,
    default=40_960,
    mutants=(
        Mutant(
            name="pure",
            text="pure commitments only",
            body=lambda game: equal(correlated(game), pure(game)),
        ),
        Mutant(
            name="equilibrium",
            text="the best equilibrium in place of commitment",
            body=lambda game: equal(correlated(game), best_nash(game)),
        ),
        Mutant(
            name="ties against the leader",
            text="the weak value in place of the strong one",
            body=lambda game: equal(correlated(game), wse(game)),
        ),
    ),
)
def correlated_adds_nothing(game):
    return equal(correlated(game), sse(game))
