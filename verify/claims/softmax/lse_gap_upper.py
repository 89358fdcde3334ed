"""The soft maximum exceeds the maximum by at most tau log(k + (n-k) e^{-delta/tau}).

Attained where all actions that are not best share one value.
"""

from __future__ import annotations

from verify.claims.softmax.hypotheses import GAP, PAPER, TEMPERATURE, exact_choice
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.terms import exp, log
from verify.verdict import Verdict
from verify.vocabulary.choice import actions, gap, lse_gap, maximisers, temperature


def _weight(game):
    """e^{-delta/tau}, the weight of the second-best actions."""
    return exp(-(gap(game) / temperature(game)))


def _too_few(game):
    return (actions(game) - maximisers(game)) * exp(-(2 * gap(game) / temperature(game)))


@claim(
    "softmax/lse-gap-upper",
    title="The soft maximum, seen through the gap",
    paper=PAPER,
    place="approximation lemma",
    families=("spread", "tied"),
    expected=Verdict.PROVED,
    hypotheses=(TEMPERATURE, GAP),
    witness=lambda: exact_choice([1, 1, 0, "-1/2"], "1/2"),
    tightness=lambda: exact_choice([1, 1, 0, 0, 0]),
    quick=8_192,
    default=262_144,  # equality is frequent here, and goes to exact arithmetic
    derivation="softmax/lse-gap",
    conclusion="upper",
    mutants=(
        Mutant(
            name="rate",
            text="twice the rate in the exponent",
            body=lambda game: at_most(lse_gap(game), temperature(game) * log(maximisers(game) + _too_few(game))),
        ),
        Mutant(
            name="exchanged",
            text="k and n exchanged",
            body=lambda game: at_most(
                lse_gap(game),
                temperature(game) * log(actions(game) + (maximisers(game) - actions(game)) * _weight(game)),
            ),
        ),
        Mutant(
            name="one competitor",
            text="1 in place of n - k",
            body=lambda game: at_most(lse_gap(game), temperature(game) * log(maximisers(game) + _weight(game))),
        ),
    ),
)
def lse_gap_upper(game):
    others = actions(game) - maximisers(game)
    return at_most(lse_gap(game), temperature(game) * log(maximisers(game) + others * _weight(game)))
