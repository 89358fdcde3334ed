"""The soft maximum exceeds the maximum by at least tau log k, where k actions are best.

Attained where all actions are best, and approached as the temperature falls.
"""

from __future__ import annotations

from verify.claims.softmax.hypotheses import PAPER, TEMPERATURE, exact_choice
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.terms import log
from verify.verdict import Verdict
from verify.vocabulary.choice import actions, lse_gap, maximisers, temperature


@claim(
    "softmax/lse-gap-lower",
    title="The soft maximum counts the best actions",
    paper=PAPER,
    place="approximation lemma",
    families=("spread", "tied", "tight"),
    expected=Verdict.PROVED,
    hypotheses=(TEMPERATURE,),
    witness=lambda: exact_choice([1, 1, 0], "1/2"),
    tightness=lambda: exact_choice([1, 1, 1]),
    default=262_144,  # equality is frequent here, and goes to exact arithmetic
    derivation="softmax/lse-gap",
    conclusion="lower",
    mutants=(
        Mutant(
            name="all actions",
            text="n in place of k",
            body=lambda game: at_most(temperature(game) * log(actions(game)), lse_gap(game)),
        ),
        Mutant(
            name="one more",
            text="k + 1 in place of k",
            body=lambda game: at_most(temperature(game) * log(maximisers(game) + 1), lse_gap(game)),
        ),
        Mutant(
            name="reversed",
            text="the soft maximum exceeds the maximum by at most tau log k",
            body=lambda game: at_most(lse_gap(game), temperature(game) * log(maximisers(game))),
        ),
    ),
)
def lse_gap_lower(game):
    return at_most(temperature(game) * log(maximisers(game)), lse_gap(game))
