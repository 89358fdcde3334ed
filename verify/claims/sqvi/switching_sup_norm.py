"""In the sup norm no certificate can beat the discount: constants are kept by every mode, so that the rate is 1.

The rate of Q-value iteration with step alpha is rho = 1 - alpha (1 - gamma) there, for every game and every policy;
what is to be gained is gained modulo constants (sqvi/switching-certificate).
"""

from __future__ import annotations

from verify.claims.sqvi.shared import PAPER, saddle
from verify.comparison import at_most, equal
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.markov import dobrushin, sup_rate


@claim(
    "sqvi/switching-sup-norm",
    title="With constants counted, every mode has rate one",
    paper=PAPER,
    place="the switching-system view of Q-value iteration",
    families=("markov_dense", "markov_garnet"),
    expected=Verdict.PROVED,
    derivation="markov/span",
    conclusion="sup rate",
    witness=saddle,
    quick=4_096,
    default=40_960,
    mutants=(
        Mutant(
            name="modulo constants",
            text="Dobrushin's coefficient is 1 as well",
            body=lambda game: equal(dobrushin(game), 1),
        ),
        Mutant(
            name="Dobrushin bounds it",
            text="it is at most Dobrushin's coefficient",
            body=lambda game: at_most(sup_rate(game), dobrushin(game)),
        ),
    ),
)
def sup_norm(game):
    return equal(sup_rate(game), 1)
