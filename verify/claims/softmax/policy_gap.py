"""How far the softmax law is from the uniform one over the best actions, seen through the gap.

||softmax(q/tau) - uniform(argmax q)||_1 = 2 R / (k + R) with R <= (n-k) e^{-delta/tau} the weight of the other actions.
Attained where all of them share one value, as always for n = 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from games.choice import Choice
from verify.claims.softmax.hypotheses import GAP, PAPER, TEMPERATURE, exact_choice
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.terms import exp
from verify.verdict import Verdict
from verify.vocabulary.choice import actions, gap, maximisers, policy_gap, temperature


def _others(game):
    """(n-k) e^{-delta/tau}, the most that the other actions can weigh."""
    return (actions(game) - maximisers(game)) * exp(-(gap(game) / temperature(game)))


def _too_few(game):
    return (actions(game) - maximisers(game)) * exp(-(2 * gap(game) / temperature(game)))


def _series() -> Iterator[tuple[float, str, Choice]]:
    """Four actions, the others at gaps delta, 2 delta, 3 delta: not quite tight, and the better the larger the gap."""
    for quarters in range(1, 41, 3):
        delta = Fraction(quarters, 4)
        yield float(delta), f"delta/tau = {float(delta):g}", exact_choice([0, -delta, -2 * delta, -3 * delta])


@claim(
    "softmax/policy-gap",
    title="How far softmax is from playing best actions only",
    paper=PAPER,
    place="approximation lemma; sharpens the form used by smg",
    families=("spread", "tied"),
    expected=Verdict.PROVED,
    hypotheses=(TEMPERATURE, GAP),
    witness=lambda: exact_choice([1, 1, 0, "-1/2"], "1/2"),
    tightness=lambda: exact_choice([1, 1, 0, 0, 0]),
    series=_series,
    quick=8_192,
    default=262_144,  # equality is frequent here, and goes to exact arithmetic
    derivation="softmax/policy-gap",
    conclusion="policy gap",
    mutants=(
        Mutant(
            name="constant",
            text="half of the bound",
            body=lambda game: at_most(policy_gap(game), _others(game) / (maximisers(game) + _others(game))),
        ),
        Mutant(
            name="rate",
            text="twice the rate in the exponents",
            body=lambda game: at_most(policy_gap(game), 2 * _too_few(game) / (maximisers(game) + _too_few(game))),
        ),
        Mutant(
            name="exchanged",
            text="n in place of k in the denominator",
            body=lambda game: at_most(policy_gap(game), 2 * _others(game) / (actions(game) + _others(game))),
        ),
        Mutant(
            name="one competitor",
            text="1 in place of n - k",
            body=lambda game: at_most(
                policy_gap(game),
                2 * exp(-(gap(game) / temperature(game))) / (maximisers(game) + exp(-(gap(game) / temperature(game)))),
            ),
        ),
    ),
)
def policy_gap_claim(game):
    return at_most(policy_gap(game), 2 * _others(game) / (maximisers(game) + _others(game)))
