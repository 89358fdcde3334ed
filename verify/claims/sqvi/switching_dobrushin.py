"""Modulo constants no switching is slower than Dobrushin's coefficient: what products certify never exceeds it.

Rows of a mode are rows of P, and two rows of total variation distance delta tell apart the values of x by at most delta
times the span of x. So every mode shrinks spans by delta(P), and the joint spectral radius is at most that. Attained
where the two farthest rows are of different states and each policy can return to them.
"""

from __future__ import annotations

from verify.claims.sqvi.shared import PAPER
from verify.claims.sqvi.switching_positive_kernel import mixing
from verify.comparison import at_least, at_most, less
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.markov import dobrushin, span_rate_lower


@claim(
    "sqvi/switching-dobrushin",
    title="Modulo constants the rate is at most Dobrushin's coefficient",
    paper=PAPER,
    place="the switching-system view of Q-value iteration; Dobrushin 1956",
    families=("markov_absorbing",),
    expected=Verdict.PROVED,
    derivation="markov/span",
    conclusion="lower bound of the span rate",
    witness=mixing,
    tightness=mixing,
    quick=4_096,
    default=24_576,
    mutants=(
        Mutant(
            name="strict",
            text="the rate is below it",
            body=lambda game: less(span_rate_lower(game), dobrushin(game)),
        ),
        Mutant(
            name="half",
            text="the rate is half of it at most",
            body=lambda game: at_most(2 * span_rate_lower(game), dobrushin(game)),
        ),
        Mutant(
            name="attained",
            text="the rate is never below it",
            body=lambda game: at_least(span_rate_lower(game), dobrushin(game)),
        ),
    ),
)
def switching_dobrushin(game):
    return at_most(span_rate_lower(game), dobrushin(game))
