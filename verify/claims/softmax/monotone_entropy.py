"""A hotter softmax law has no less entropy. Equality only where all values are equal or the temperatures are."""

from __future__ import annotations

from fractions import Fraction

from verify.claims.softmax.hypotheses import HOTTER, PAPER, TEMPERATURE
from verify.claims.softmax.monotone import FAMILIES, tightness, witness
from verify.comparison import at_least, at_most
from verify.statement import Mutant, claim
from verify.terms import log
from verify.verdict import Verdict
from verify.vocabulary.choice import entropy_rise, hotter, temperature


@claim(
    "softmax/monotone-entropy",
    title="Heating spreads the softmax law",
    paper=PAPER,
    place="monotonicity in the temperature",
    families=FAMILIES,
    expected=Verdict.PROVED,
    hypotheses=(TEMPERATURE, HOTTER),
    witness=witness,
    tightness=tightness,
    derivation="softmax/monotone",
    conclusion="entropy",
    mutants=(
        Mutant(
            name="reversed",
            text="heating concentrates the law",
            body=lambda game: at_most(entropy_rise(game), 0),
        ),
        Mutant(
            name="rate",
            text="the entropy rises by at least a thousandth of the logarithm of the ratio of the temperatures",
            body=lambda game: at_least(entropy_rise(game), log(hotter(game) / temperature(game)) * Fraction(1, 1000)),
        ),
    ),
)
def monotone_entropy(game):
    return at_least(entropy_rise(game), 0)
