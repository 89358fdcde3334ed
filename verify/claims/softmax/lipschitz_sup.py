"""When the values change by d, the softmax law moves by at most 2 tanh(||d||_inf / (2 tau)).

From softmax/lipschitz, as span(d) <= 2 ||d||_inf; attained by opposite changes of two actions.
"""

from __future__ import annotations

from fractions import Fraction

from verify.claims.softmax.hypotheses import PAPER, TEMPERATURE
from verify.claims.softmax.lipschitz import FAMILIES, perturbed, witness
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.terms import tanh
from verify.verdict import Verdict
from verify.vocabulary.choice import response_distance, sup_norm, temperature


@claim(
    "softmax/lipschitz-sup",
    title="How far the softmax law moves with the values, in the largest change",
    paper=PAPER,
    place="response lemma, used by qse, smg and sqvi",
    families=FAMILIES,
    expected=Verdict.PROVED,
    hypotheses=(TEMPERATURE,),
    witness=witness,
    tightness=lambda: perturbed(["-1/4", "1/4"], ["1/2", "-1/2"]),
    derivation="softmax/lipschitz",
    conclusion="sup norm",
    mutants=(
        Mutant(
            name="constant",
            text="99 hundredths of the argument of tanh",
            body=lambda game: at_most(
                response_distance(game), 2 * tanh(sup_norm(game) * Fraction(99, 100) / (2 * temperature(game)))
            ),
        ),
        Mutant(
            name="norm for span",
            text="the largest change in place of the span: 4 in place of 2",
            body=lambda game: at_most(response_distance(game), 2 * tanh(sup_norm(game) / (4 * temperature(game)))),
        ),
    ),
)
def lipschitz_sup(game):
    return at_most(response_distance(game), 2 * tanh(sup_norm(game) / (2 * temperature(game))))
