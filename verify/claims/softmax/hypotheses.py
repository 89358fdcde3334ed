"""The hypotheses that claims on softmax share, each with what happens without it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from games.choice import Choice, ChoiceAtTwoTemperatures
from verify.comparison import at_most, less
from verify.statement import Ablation, Hypothesis
from verify.vocabulary.choice import actions, gap, hotter, maximisers, temperature

PAPER = "softmax"


def exact_choice(values: list[Any], tau: Any = 1) -> Choice:
    """The exact choice of these values and this temperature; strings are read as rationals."""
    return Choice(values=[str(value) for value in values], temperature=str(tau))


def nearest(number: Any, bits: int) -> Fraction:
    """The rational with `bits` binary places below the middle of a ball of flint (arb)."""
    mantissa, exponent = number.mid().man_exp()
    scaled = Fraction(int(mantissa)) * Fraction(2) ** (int(exponent) + bits)
    return Fraction(scaled.__floor__(), 2**bits)


TEMPERATURE = Hypothesis(
    name="temperature",
    text="the temperature is positive: zero has no softmax law, and no choice has it",
    body=lambda game: less(0, temperature(game)),
    ablation=Ablation(
        expected="undefined",
        text="at temperature 0 there is no softmax law",
        instance=lambda: exact_choice([0, 1], 0),
    ),
)

GAP = Hypothesis(
    name="gap",
    text="some action is not best, so that there is a gap",
    body=lambda game: at_most(maximisers(game), actions(game) - 1),
    ablation=Ablation(
        expected="undefined",
        text="where all actions are best there is no gap",
        instance=lambda: gap(exact_choice([1, 1])),
    ),
)

HOTTER = Hypothesis(
    name="hotter",
    text="the second temperature is not lower",
    body=lambda game: at_most(temperature(game), hotter(game)),
    ablation=Ablation(
        expected="undefined",
        text="with the temperatures exchanged it is the other one that is the hotter",
        instance=lambda: ChoiceAtTwoTemperatures(
            values=[Fraction(0), Fraction(1)], temperature=Fraction(2), hotter=Fraction(1)
        ),
    ),
)
