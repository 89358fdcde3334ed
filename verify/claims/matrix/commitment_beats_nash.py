"""The leader's strong Stackelberg value is at least her payoff in every Nash equilibrium of the simultaneous game.

If (x, y) is an equilibrium, every reply in the support of y is a best reply to x, and one of them brings her at least
x'Ay: committing to x is worth no less. This needs ties broken for her; with ties against her it fails.
"""

from __future__ import annotations

from verify.claims.matrix.shared import GENERIC, PAPER, TIES, conitzer_sandholm, matching_pennies
from verify.comparison import at_least
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.matrix import best_nash, commitment_gain, pure, sse, wse


@claim(
    "matrix/commitment-beats-nash",
    title="Commitment is worth at least the best equilibrium",
    paper=PAPER,
    place="von Stengel and Zamir 2010; the one-shot case of errl/commitment-value and sqvi/commitment-value",
    families=(*TIES, *GENERIC),
    expected=Verdict.PROVED,
    derivation="commitment/nash",
    conclusion="nash",
    means=("the follower answers y best",),
    witness=conitzer_sandholm,
    tightness=matching_pennies,
    published=True,
    quick=4_096,
    default=102_400,
    mutants=(
        Mutant(
            name="ties against the leader",
            text="the weak value in place of the strong one",
            body=lambda game: at_least(wse(game), best_nash(game)),
        ),
        Mutant(
            name="pure commitments",
            text="the leader may commit to single actions only",
            body=lambda game: at_least(pure(game), best_nash(game)),
        ),
        Mutant(
            name="reversed",
            text="no commitment beats the best equilibrium",
            body=lambda game: at_least(best_nash(game), sse(game)),
        ),
    ),
)
def commitment_beats_nash(game):
    return at_least(commitment_gain(game), 0)
