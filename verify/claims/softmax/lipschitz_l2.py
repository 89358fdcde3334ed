"""In the Euclidean norm softmax(./tau) has the Lipschitz modulus 1/(2 tau): a supremum, not attained.

Approached by small opposite changes of two actions of equal value.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from games.choice import PerturbedChoice
from verify.claims.softmax.hypotheses import PAPER, TEMPERATURE
from verify.claims.softmax.lipschitz import FAMILIES, perturbed, witness
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.choice import l2_norm, response_distance_l2, temperature


def pulled_apart(s: Fraction) -> PerturbedChoice:
    """Two actions at (-s/2, s/2), exchanged by d = (s, -s)."""
    return perturbed([-s / 2, s / 2], [s, -s])


def _series() -> Iterator[tuple[float, str, PerturbedChoice]]:
    for power in range(-6, 4):
        s = Fraction(2) ** power
        yield float(s), f"d = ({float(s):g}, {-float(s):g}) tau", pulled_apart(s)


@claim(
    "softmax/lipschitz-l2",
    title="The Euclidean Lipschitz modulus of softmax",
    paper=PAPER,
    place="response lemma; Gao and Pavel 2017 have 1/tau",
    families=FAMILIES,
    expected=Verdict.PROVED,
    hypotheses=(TEMPERATURE,),
    witness=witness,
    tightness=lambda: pulled_apart(Fraction(1, 10**9)),
    series=_series,
    note="A supremum: equality is approached as the change shrinks, and never attained.",
    derivation="softmax/lipschitz",
    conclusion="l2",
    mutants=(
        Mutant(
            name="constant",
            text="99 hundredths of the bound",
            body=lambda game: at_most(
                response_distance_l2(game), l2_norm(game) * Fraction(99, 100) / (2 * temperature(game))
            ),
        ),
        Mutant(
            name="half the bound",
            text="4 in place of 2",
            body=lambda game: at_most(response_distance_l2(game), l2_norm(game) / (4 * temperature(game))),
        ),
        Mutant(
            name="rate",
            text="the temperature forgotten",
            body=lambda game: at_most(response_distance_l2(game), l2_norm(game) / 2),
        ),
    ),
)
def lipschitz_l2(game):
    return at_most(response_distance_l2(game), l2_norm(game) / (2 * temperature(game)))
