"""When the values change by d, the softmax law moves by at most 2 tanh(span(d) / (4 tau)).

Attained by two actions whose log-odds the change reverses: q = (-s/2, 0), d = (s, 0).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from games.choice import PerturbedChoice
from verify.claims.softmax.hypotheses import PAPER, TEMPERATURE
from verify.comparison import at_most
from verify.statement import Mutant, claim
from verify.terms import tanh
from verify.verdict import Verdict
from verify.vocabulary.choice import response_distance, span, temperature

FAMILIES = ("tight_pair", "perturbed", "tight_perturbed")


def perturbed(values: list, perturbation: list, tau: str = "1") -> PerturbedChoice:
    """The exact perturbed choice of these numbers; strings are read as rationals."""
    return PerturbedChoice(
        values=[str(value) for value in values], temperature=tau, perturbation=[str(d) for d in perturbation]
    )


def witness() -> PerturbedChoice:
    return perturbed([0, "1/2", -1], ["1/3", "-1/4", 0], "1/2")


def _series() -> Iterator[tuple[float, str, PerturbedChoice]]:
    """Two actions of equal value: the law moves by tanh(s/2), near the bound for small changes only."""
    for eighths in (1, 2, 4, 8, 12, 16, 24, 32, 48, 64):
        s = Fraction(eighths, 8)
        yield float(s), f"span(d)/tau = {float(s):g}", perturbed([0, 0], [s, 0])


@claim(
    "softmax/lipschitz",
    title="How far the softmax law moves with the values",
    paper=PAPER,
    place="response lemma, used by qse, smg and sqvi",
    families=FAMILIES,
    expected=Verdict.PROVED,
    hypotheses=(TEMPERATURE,),
    witness=witness,
    tightness=lambda: perturbed(["-1/2", 0], [1, 0]),
    series=_series,
    derivation="softmax/lipschitz",
    conclusion="span",
    mutants=(
        Mutant(
            name="constant",
            text="99 hundredths of the argument of tanh",
            body=lambda game: at_most(
                response_distance(game), 2 * tanh(span(game) * Fraction(99, 100) / (4 * temperature(game)))
            ),
        ),
        Mutant(
            name="half the argument",
            text="8 in place of 4",
            body=lambda game: at_most(response_distance(game), 2 * tanh(span(game) / (8 * temperature(game)))),
        ),
        Mutant(
            name="half the bound",
            text="the factor 2 forgotten",
            body=lambda game: at_most(response_distance(game), tanh(span(game) / (4 * temperature(game)))),
        ),
        Mutant(
            name="rate",
            text="the temperature forgotten",
            body=lambda game: at_most(response_distance(game), 2 * tanh(span(game) / 4)),
        ),
    ),
)
def lipschitz(game):
    return at_most(response_distance(game), 2 * tanh(span(game) / (4 * temperature(game))))
