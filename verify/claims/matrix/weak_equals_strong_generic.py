"""Where every inducible reply is the only best one somewhere, weak and strong Stackelberg values are equal.

Let x be optimal with reply b, and b the only best reply to x0. Then b is the only best reply to (1 - eps) x + eps x0
for every eps > 0, whatever the follower does in ties, and the leader gets the strong value up to eps.
"""

from __future__ import annotations

from verify.claims.matrix.shared import GENERIC, NO_DEGENERATE_REPLY, PAPER, TIES, conitzer_sandholm
from verify.comparison import equal
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.matrix import best_nash, pure_weak, sse, wse


@claim(
    "matrix/weak-equals-strong-generic",
    title="In games without degenerate replies ties do not matter",
    paper=PAPER,
    place="von Stengel and Zamir 2010 on generic games",
    families=(*TIES, *GENERIC),
    expected=Verdict.PROVED,
    derivation="commitment/generic",
    conclusion="generic",
    hypotheses=(NO_DEGENERATE_REPLY,),
    witness=conitzer_sandholm,
    tightness=conitzer_sandholm,
    published=True,
    quick=8_192,
    default=102_400,
    mutants=(
        Mutant(
            name="pure",
            text="nor does it matter that she mixes",
            body=lambda game: equal(pure_weak(game), sse(game)),
        ),
        Mutant(
            name="equilibrium",
            text="nor does it matter that she commits",
            body=lambda game: equal(wse(game), best_nash(game)),
        ),
    ),
)
def weak_equals_strong_generic(game):
    return equal(wse(game), sse(game))
