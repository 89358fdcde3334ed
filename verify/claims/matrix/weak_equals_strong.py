"""To be refuted: how the follower breaks ties does not matter. It does in degenerate games, which are easy to meet."""

from __future__ import annotations

from verify.claims.matrix.shared import PAPER, TIES, conitzer_sandholm, two_faced_reply
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.matrix import pure_weak, sse, wse


@claim(
    "matrix/weak-equals-strong",
    title="Ties do not matter",
    paper=PAPER,
    place="von Stengel and Zamir 2010 on nongeneric games",
    families=TIES,
    expected=Verdict.REFUTED,
    witness=two_faced_reply,
    tightness=conitzer_sandholm,
    smallest=True,
    quick=8_192,
    default=8_192,
    mutants=(
        Mutant(
            name="pure", text="nor does it matter that she mixes", body=lambda game: at_most(sse(game), pure_weak(game))
        ),
    ),
)
def weak_equals_strong(game):
    return at_most(sse(game), wse(game))
