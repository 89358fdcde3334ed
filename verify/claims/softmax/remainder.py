"""The softmax law is within span(d)^2 / (6 sqrt 3 tau^2) of its first-order approximation, in the l1 norm.

The constant cannot be improved: with two actions of probabilities (3 +- sqrt 3)/6, log-odds log(2 - sqrt 3), the ratio
of the two sides tends to 1 as d -> 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from games.choice import PerturbedChoice
from verify.claims.softmax.hypotheses import PAPER, TEMPERATURE, nearest
from verify.claims.softmax.lipschitz import perturbed, witness
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.terms import sqrt
from verify.verdict import Verdict
from verify.vocabulary.choice import remainder, span, temperature


def most_curved(s: Fraction, bits: int = 192) -> PerturbedChoice:
    """Two actions with log-odds log(2 - sqrt 3) to `bits` bits, the unlikely one pushed up by s temperatures."""
    from flint import arb, ctx

    with ctx.workprec(bits + 32):
        odds = nearest((2 - arb(3).sqrt()).log(), bits)
    return perturbed([odds, 0], [s, 0])


def _series() -> Iterator[tuple[float, str, PerturbedChoice]]:
    for power in range(-8, 4):
        s = Fraction(2) ** power
        yield float(s), f"span(d)/tau = {float(s):g}", most_curved(s, 64)


def _square(game):
    return span(game) * span(game)


def _heat(game):
    return temperature(game) * temperature(game)


@claim(
    "softmax/remainder",
    title="How far the softmax law is from its first-order approximation",
    paper=PAPER,
    place="response lemma, used by qse",
    families=("tight_perturbed", "tight_pair", "perturbed"),
    expected=Verdict.PROVED,
    hypotheses=(TEMPERATURE,),
    witness=witness,
    tightness=lambda: most_curved(Fraction(1, 10**9)),
    series=_series,
    note="The constant is sharp: the ratio of the two sides tends to 1 as the change shrinks.",
    derivation="softmax/remainder",
    conclusion="remainder",
    mutants=(
        Mutant(
            name="constant",
            text="6.3 in place of 6",
            body=lambda game: at_most(remainder(game), _square(game) / (Fraction(63, 10) * sqrt(3) * _heat(game))),
        ),
        Mutant(
            name="half",
            text="12 in place of 6",
            body=lambda game: at_most(remainder(game), _square(game) / (12 * sqrt(3) * _heat(game))),
        ),
        Mutant(
            name="rate",
            text="one temperature forgotten",
            body=lambda game: at_most(remainder(game), _square(game) / (6 * sqrt(3) * temperature(game))),
        ),
    ),
)
def remainder_claim(game):
    return at_most(remainder(game), _square(game) / (6 * sqrt(3) * _heat(game)))
