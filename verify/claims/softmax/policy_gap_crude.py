"""||softmax(q/tau) - uniform(argmax q)||_1 <= 2 n e^{-delta/tau}: the form used for softmax followers in `smg`.

It follows from softmax/policy-gap. Of its right side (n-1)/n is reached for one best action and delta/tau large.
"""

from __future__ import annotations

from verify.claims.softmax.hypotheses import GAP, TEMPERATURE, exact_choice
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.terms import exp
from verify.verdict import Verdict
from verify.vocabulary.choice import actions, gap, policy_gap, temperature


@claim(
    "softmax/policy-gap-crude",
    title="How far softmax followers are from best responses",
    paper="smg",
    place="approximation of best responses by softmax policies",
    families=("tight", "tied", "spread"),
    expected=Verdict.PROVED,
    hypotheses=(TEMPERATURE, GAP),
    witness=lambda: exact_choice([1, 1, 0, "-1/2"], "1/2"),
    tightness=lambda: exact_choice([0] + [-20] * 63),
    note="Not attained; for one best action and a large gap the left side tends to (n-1)/n of the right.",
    derivation="softmax/policy-gap",
    conclusion="simple",
    mutants=(
        Mutant(
            name="rate",
            text="twice the rate in the exponent",
            body=lambda game: at_most(policy_gap(game), 2 * actions(game) * exp(-(2 * gap(game) / temperature(game)))),
        ),
        Mutant(
            name="dimension",
            text="1 in place of n",
            body=lambda game: at_most(policy_gap(game), 2 * exp(-(gap(game) / temperature(game)))),
        ),
    ),
)
def policy_gap_crude(game):
    return at_most(policy_gap(game), 2 * actions(game) * exp(-(gap(game) / temperature(game))))
