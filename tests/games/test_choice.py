"""Choices: what their arrays must satisfy."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from games.choice import Choice, ChoiceAtTwoTemperatures, ChoiceWithPolicy, PerturbedChoice
from games.errors import GameError

BASE = {"values": [0.0, 1.0], "temperature": 1.0}


@pytest.mark.parametrize("temperature", [0, -1, -1e-300, "0", "-1/3", [1.0, 0.0]])
def test_temperatures_are_positive(temperature):
    with pytest.raises(GameError, match="temperature: expected > 0"):
        Choice(values=[0.0], temperature=temperature)


@pytest.mark.parametrize("policy", [[0.5, 0.6], [1.5, -0.5], [0.0, 0.0], ["1/2", "1/3"], [0.5, 0.5 + 1e-15]])
def test_laws_are_nonnegative_and_sum_to_one(policy):
    with pytest.raises(GameError, match="policy"):
        ChoiceWithPolicy(**BASE, policy=policy)


def test_float_laws_may_miss_one_by_rounding_and_exact_ones_may_not():
    assert ChoiceWithPolicy(**BASE, policy=[0.5, 0.5 + 2.0**-52]).actions == 2
    with pytest.raises(GameError, match="sum off by"):
        ChoiceWithPolicy(**BASE, policy=[Fraction(1, 2), Fraction(1, 2) + Fraction(1, 2**52)])
    assert ChoiceWithPolicy(**BASE, policy=["1/3", "2/3"]).is_exact


def test_a_batch_is_judged_game_by_game():
    with pytest.raises(GameError):
        ChoiceWithPolicy(values=np.zeros((2, 2)), temperature=1.0, policy=[[0.5, 0.5], [1.0, 1.0]])
    with pytest.raises(GameError, match="hotter"):
        ChoiceAtTwoTemperatures(values=np.zeros((2, 2)), temperature=1.0, hotter=[1.0, 0.5])


def test_temperatures_may_be_equal():
    assert ChoiceAtTwoTemperatures(**BASE, hotter=1.0).hotter == 1.0


def test_the_conditions_of_the_base_hold_in_all_classes():
    for cls, more in [
        (PerturbedChoice, "perturbation"),
        (ChoiceWithPolicy, "policy"),
        (ChoiceAtTwoTemperatures, "hotter"),
    ]:
        with pytest.raises(GameError, match="temperature: expected > 0"):
            cls(values=[0.0, 0.0], temperature=-1.0, **{more: 0.0 if more == "hotter" else [0.5, 0.5]})
