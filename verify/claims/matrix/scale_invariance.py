"""The strong value follows the leader's unit of account and ignores the follower's.

Mathematically nothing to prove; for solvers with absolute tolerances it is a trap, and one that real ones fall into.
"""

from __future__ import annotations

from verify.claims.matrix.shared import GENERIC, PAPER, TIES, conitzer_sandholm
from verify.comparison import equal
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.matrix import pure, rescaled_sse, sse


@claim(
    "matrix/scale-invariance",
    title="Units of account do not matter",
    paper=PAPER,
    place="von Neumann and Morgenstern 1944: payoffs are utilities",
    families=(*TIES, *GENERIC),
    expected=Verdict.SUPPORTED,
    witness=conitzer_sandholm,
    tightness=conitzer_sandholm,
    quick=20_480,
    mutants=(
        Mutant(name="unit", text="a wrong unit", body=lambda game: equal(rescaled_sse(game), 2**39 * sse(game))),
        Mutant(
            name="pure", text="pure commitments only", body=lambda game: equal(rescaled_sse(game), 2**40 * pure(game))
        ),
    ),
)
def scale_invariance(game):
    return equal(rescaled_sse(game), 2**40 * sse(game))
