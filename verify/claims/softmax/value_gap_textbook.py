"""The softmax agent's average loss is at most tau log n: the textbook bound, true and never attained.

The maximum is at most the log-sum-exp, which softmax attains with an entropy of at most log n.
tau W0((n-1)/e) is smaller by a factor from 2.09 (n = 10) to 2.49 (n = 2); for large n the two grow alike.
"""

from __future__ import annotations

from fractions import Fraction

from verify.claims.softmax.hypotheses import PAPER, TEMPERATURE, exact_choice
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.terms import log
from verify.verdict import Verdict
from verify.vocabulary.choice import actions, temperature, value_gap


@claim(
    "softmax/value-gap-textbook",
    title="What a softmax agent loses on average, as textbooks bound it",
    paper=PAPER,
    place="textbook form of softmax/value-gap",
    families=("spread", "tight", "tied"),
    expected=Verdict.PROVED,
    derivation="softmax/value-gap-textbook",
    conclusion="value gap",
    hypotheses=(TEMPERATURE,),
    witness=lambda: exact_choice([0, "-1/2", -2], "1/2"),
    mutants=(
        Mutant(
            name="constant",
            text="a third of the bound",
            body=lambda game: at_most(value_gap(game), temperature(game) * log(actions(game)) * Fraction(1, 3)),
        ),
        Mutant(
            name="rate",
            text="the temperature forgotten",
            body=lambda game: at_most(value_gap(game), log(actions(game))),
        ),
    ),
    note="Loose: see softmax/value-gap for the sharp constant.",
)
def value_gap_textbook(game):
    return at_most(value_gap(game), temperature(game) * log(actions(game)))
