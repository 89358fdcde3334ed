"""In every Nash equilibrium the leader gets at least her security level: she could play a maxmin mixture instead."""

from __future__ import annotations

from verify.claims.matrix.shared import PAPER, TIES, conitzer_sandholm, matching_pennies
from verify.comparison import at_least
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.matrix import equilibrium_gain, minimax, pure, worst_nash


@claim(
    "matrix/nash-beats-security",
    title="Every equilibrium is worth at least the security level",
    paper=PAPER,
    place="Nash 1951",
    families=(*TIES, "integers"),
    expected=Verdict.PROVED,
    derivation="commitment/security",
    conclusion="worst",
    witness=conitzer_sandholm,
    tightness=matching_pennies,
    published=True,
    quick=4_096,
    default=245_760,
    mutants=(
        Mutant(
            name="pure commitment",
            text="the best pure commitment in place of security",
            body=lambda game: at_least(worst_nash(game), pure(game)),
        ),
        Mutant(
            name="reversed",
            text="no equilibrium is worth more than security",
            body=lambda game: at_least(minimax(game), worst_nash(game)),
        ),
    ),
)
def nash_beats_security(game):
    return at_least(equilibrium_gain(game), 0)
