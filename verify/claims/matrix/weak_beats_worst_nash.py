"""The leader's weak Stackelberg value is at least her payoff in some Nash equilibrium, hence at least the worst one.

Leave the follower only replies whose regions have an interior (they cover the leader's mixtures, so none of the others
is ever needed), and let an adversary choose among columns the follower cannot tell apart, the one worst for the leader.
This three-player game has an equilibrium, which is one of the whole game; there some reply b of the follower with
b a best reply to x gives her at most the weak value and at least the equilibrium payoff.
"""

from __future__ import annotations

from verify.claims.matrix.shared import GENERIC, PAPER, TIES, matching_pennies, two_faced_reply
from verify.comparison import at_least
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.matrix import best_nash, pure_weak, weak_commitment_gain, worst_nash, wse


@claim(
    "matrix/weak-beats-worst-nash",
    title="Even with ties against her, commitment is worth at least the worst equilibrium",
    paper=PAPER,
    place="von Stengel and Zamir 2010",
    families=(*TIES, *GENERIC),
    expected=Verdict.SUPPORTED,
    witness=two_faced_reply,
    tightness=matching_pennies,
    published=True,
    quick=8_192,
    default=204_800,
    mutants=(
        Mutant(
            name="every equilibrium",
            text="the best equilibrium in place of the worst",
            body=lambda game: at_least(wse(game), best_nash(game)),
        ),
        Mutant(
            name="pure commitments",
            text="the leader may commit to single actions only",
            body=lambda game: at_least(pure_weak(game), worst_nash(game)),
        ),
    ),
)
def weak_beats_worst_nash(game):
    return at_least(weak_commitment_gain(game), 0)
