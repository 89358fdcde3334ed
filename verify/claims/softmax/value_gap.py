"""The softmax agent's average loss is at most tau W0((n-1)/e), and that is attained.

With g_a = (max q - q_a) / tau and c = W0((n-1)/e), (g - c) e^{-g} <= e^{-(1+c)} for every g; summed over the n - 1
actions that may lose, sum g e^{-g} <= c sum e^{-g}. Attained by one best action and all others at gap tau (1 + c).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from games.choice import Choice
from verify.claims.softmax.hypotheses import PAPER, TEMPERATURE, exact_choice, nearest
from verify.comparison import at_least, at_most
from verify.statement import Mutant, claim
from verify.terms import E, lambertw
from verify.verdict import Verdict
from verify.vocabulary.choice import actions, temperature, value_gap


def tightest(n: int, bits: int = 256) -> Choice:
    """One best action, the others at gap 1 + W0((n-1)/e) to `bits` bits: up to whose square equality holds."""
    from flint import arb, ctx

    with ctx.workprec(bits + 32):
        gap = nearest(1 + (arb(n - 1) / arb.const_e()).lambertw(), bits)
    return exact_choice([0] + [-gap] * (n - 1))


def _series() -> Iterator[tuple[float, str, Choice]]:
    for n in (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64):
        yield float(n), f"n = {n}", tightest(n, 64)


@claim(
    "softmax/value-gap",
    title="What a softmax agent loses on average",
    paper=PAPER,
    place="approximation lemma; sharpens the textbook bound tau log n",
    families=("spread", "tight", "tied"),
    expected=Verdict.PROVED,
    hypotheses=(TEMPERATURE,),
    witness=lambda: exact_choice([0, "-1/2", -2], "1/2"),
    tightness=lambda: tightest(2),
    series=_series,
    default=262_144,  # equality is frequent here, and goes to exact arithmetic
    note="Smaller than the textbook tau log n by a factor from 2.09 (n = 10) to 2.49 (n = 2).",
    derivation="softmax/value-gap",
    conclusion="value gap",
    mutants=(
        Mutant(
            name="constant",
            text="99 hundredths of the bound",
            body=lambda game: at_most(
                value_gap(game), temperature(game) * lambertw((actions(game) - 1) / E) * Fraction(99, 100)
            ),
        ),
        Mutant(
            name="one action fewer",
            text="n - 2 in place of n - 1",
            body=lambda game: at_most(value_gap(game), temperature(game) * lambertw((actions(game) - 2) / E)),
        ),
        Mutant(
            name="square of e",
            text="e^2 in place of e",
            body=lambda game: at_most(value_gap(game), temperature(game) * lambertw((actions(game) - 1) / (E * E))),
        ),
        Mutant(
            name="rate",
            text="the temperature forgotten",
            body=lambda game: at_most(value_gap(game), lambertw((actions(game) - 1) / E)),
        ),
        Mutant(
            name="reversed",
            text="the loss is at least the bound",
            body=lambda game: at_least(value_gap(game), temperature(game) * lambertw((actions(game) - 1) / E)),
        ),
    ),
)
def value_gap_claim(game):
    return at_most(value_gap(game), temperature(game) * lambertw((actions(game) - 1) / E))
