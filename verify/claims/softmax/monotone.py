"""A hotter softmax agent gets no more on average: E_softmax(q/tau)[q] is nonincreasing in tau.

Equality only where all values are equal or the temperatures are.
"""

from __future__ import annotations

from fractions import Fraction

from games.choice import ChoiceAtTwoTemperatures
from verify.claims.softmax.hypotheses import HOTTER, PAPER, TEMPERATURE
from verify.comparison import at_least, at_most
from verify.statement import Mutant, claim
from verify.verdict import Verdict
from verify.vocabulary.choice import hotter, soft_value_drop, temperature

FAMILIES = ("two_temperatures",)


def heated(values: list, tau: str, hotter: str) -> ChoiceAtTwoTemperatures:
    """The exact choice at these two temperatures."""
    return ChoiceAtTwoTemperatures(values=[str(value) for value in values], temperature=tau, hotter=hotter)


def witness() -> ChoiceAtTwoTemperatures:
    return heated([0, "1/2", -1], "1/2", "2/3")


def tightness() -> ChoiceAtTwoTemperatures:
    return heated([0, "1/2", -1], "1/2", "1/2")


@claim(
    "softmax/monotone",
    title="Heating costs a softmax agent value",
    paper=PAPER,
    place="monotonicity in the temperature",
    families=FAMILIES,
    expected=Verdict.PROVED,
    hypotheses=(TEMPERATURE, HOTTER),
    witness=witness,
    tightness=tightness,
    derivation="softmax/monotone",
    conclusion="value",
    mutants=(
        Mutant(
            name="reversed",
            text="heating pays",
            body=lambda game: at_most(soft_value_drop(game), 0),
        ),
        Mutant(
            name="rate",
            text="heating costs at least a thousandth of the difference of the temperatures",
            body=lambda game: at_least(soft_value_drop(game), (hotter(game) - temperature(game)) * Fraction(1, 1000)),
        ),
    ),
)
def monotone(game):
    return at_least(soft_value_drop(game), 0)
