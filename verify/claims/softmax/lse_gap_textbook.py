"""The soft maximum exceeds the maximum by at most tau log n, attained where all actions are best."""

from __future__ import annotations

from fractions import Fraction

from verify.claims.softmax.hypotheses import PAPER, TEMPERATURE, exact_choice
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.terms import log
from verify.verdict import Verdict
from verify.vocabulary.choice import actions, lse_gap, temperature


@claim(
    "softmax/lse-gap-textbook",
    title="The soft maximum exceeds the maximum by at most tau log n",
    paper=PAPER,
    place="textbook bound",
    families=("spread", "tied", "tight"),
    expected=Verdict.PROVED,
    hypotheses=(TEMPERATURE,),
    witness=lambda: exact_choice([1, 1, 0], "1/2"),
    tightness=lambda: exact_choice([1, 1, 1]),
    default=262_144,  # equality is frequent here, and goes to exact arithmetic
    derivation="softmax/lse-gap",
    conclusion="log n",
    mutants=(
        Mutant(
            name="constant",
            text="99 hundredths of the bound",
            body=lambda game: at_most(lse_gap(game), temperature(game) * log(actions(game)) * Fraction(99, 100)),
        ),
        Mutant(
            name="one action fewer",
            text="n - 1 in place of n",
            body=lambda game: at_most(lse_gap(game), temperature(game) * log(actions(game) - 1)),
        ),
        Mutant(
            name="reversed",
            text="the soft maximum exceeds the maximum by at least tau log n",
            body=lambda game: at_most(temperature(game) * log(actions(game)), lse_gap(game)),
        ),
    ),
)
def lse_gap_textbook(game):
    return at_most(lse_gap(game), temperature(game) * log(actions(game)))
