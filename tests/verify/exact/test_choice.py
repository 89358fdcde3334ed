"""Exact choices: closed forms to fifty digits, precision where numbers cancel or vanish, and what is not defined.

That the balls hold the true values on random games is held against mpmath in tests/solvers/quantal/test_books.py.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, ctx, fmpq

from games.choice import Choice, ChoiceAtTwoTemperatures, ChoiceWithPolicy, PerturbedChoice
from games.errors import GameError
from verify.exact import choice as exact
from verify.vocabulary import choice as vocabulary

BITS = 200


@pytest.fixture(autouse=True)
def precision():
    with ctx.workprec(BITS):
        yield


def choice(values, tau="1"):
    return Choice(values=[str(value) for value in values], temperature=tau)


def close(ball, value):
    """Overlapping, and both known to fifty digits."""
    difference = ball - value
    return difference.contains(0) and difference.rad() <= arb("1e-50") * abs(value).upper()


def test_three_actions_in_closed_form():
    game = choice([0, -1, -1], "1/2")
    e = arb(-2).exp()
    total = 1 + 2 * e
    assert close(exact.value_gap(game, {}, BITS), 2 * e / total)
    assert close(exact.soft_value(game, {}, BITS), -2 * e / total)
    assert close(exact.lse_gap(game, {}, BITS), total.log() / 2)
    assert close(exact.policy_gap(game, {}, BITS), 4 * e / total)
    assert close(exact.soft_entropy(game, {}, BITS), total.log() + 4 * e / total)
    assert exact.gap(game, {}, BITS) == 1
    assert exact.maximisers(game, {}, BITS) == 1
    assert exact.max_value(game, {}, BITS) == 0
    assert exact.actions(game, {}, BITS) == 3
    assert exact.temperature(game, {}, BITS) == Fraction(1, 2)


def test_reversed_log_odds():
    game = PerturbedChoice(values=["-1/2", "0"], temperature="1", perturbation=["1", "0"])
    quarter = (arb(1) / 4).tanh()
    assert close(exact.response_distance(game, {}, BITS), 2 * quarter)
    assert close(exact.response_distance_l2(game, {}, BITS), arb(2).sqrt() * quarter)
    assert exact.span(game, {}, BITS) == exact.sup_norm(game, {}, BITS) == 1
    # p = (1 - t)/2 with t = tanh(1/4); the derivative moves the first action by p (1 - p) = (1 - t^2)/4.
    assert close(exact.remainder(game, {}, BITS), 2 * abs(quarter - (1 - quarter * quarter) / 4))


def test_policies():
    game = ChoiceWithPolicy(values=["0", "0"], temperature="2", policy=["1/4", "3/4"])
    divergence = arb(2).log() - (arb(4).log() - arb(3).log() * 3 / 4)
    assert close(exact.policy_divergence(game, {}, BITS), divergence)
    assert close(exact.free_energy_gap(game, {}, BITS), 2 * divergence)
    assert exact.policy_value(game, {}, BITS) == 0
    alone = ChoiceWithPolicy(values=["0", "-1"], temperature="1", policy=["0", "1"])
    assert exact.policy_entropy(alone, {}, BITS).is_zero()
    assert close(exact.policy_divergence(alone, {}, BITS), (1 + arb(1).exp()).log())


def test_two_temperatures():
    game = ChoiceAtTwoTemperatures(values=["0", "-1"], temperature="1", hotter="2")
    cold, hot = 1 / (1 + arb(1).exp()), 1 / (1 + (arb(1) / 2).exp())
    assert close(exact.soft_value_drop(game, {}, BITS), hot - cold)
    assert close(exact.hotter_soft_value(game, {}, BITS), -hot)
    assert exact.hotter(game, {}, BITS) == 2


@pytest.mark.parametrize("ratio", [10**3, 10**12, 10**24])
def test_what_vanishes_keeps_its_relative_accuracy(ratio):
    game = choice([0, -ratio])
    weight = arb(-ratio).exp()
    for name in ("value_gap", "lse_gap", "policy_gap", "soft_entropy"):
        ball = getattr(exact, name)(game, {}, BITS)
        assert ball > 0 and ball.rel_accuracy_bits() >= BITS, name
    # As the weight is tiny: 2 w / (1 + w) and log(1 + w).
    with ctx.workprec(300):
        weight = arb(-ratio).exp()
        assert (exact.policy_gap(game, {}, BITS) / weight - 2 / (1 + weight)).contains(0)
        assert (exact.lse_gap(game, {}, BITS) / weight - weight.log1p() / weight).contains(0)


@pytest.mark.parametrize("digits", [9, 30, 100])
def test_differences_keep_their_relative_accuracy(digits):
    tiny = Fraction(1, 10**digits)
    game = PerturbedChoice(values=["0", "1", "3"], temperature="1", perturbation=[tiny, 0, 0])
    for name in ("response_distance", "response_distance_l2", "remainder"):
        assert getattr(exact, name)(game, {}, BITS).rel_accuracy_bits() >= BITS, name
    heated = ChoiceAtTwoTemperatures(values=["0", "1", "3"], temperature="1", hotter=1 + tiny)
    for name in ("soft_value_drop", "entropy_rise"):
        assert getattr(exact, name)(heated, {}, BITS).rel_accuracy_bits() >= BITS, name


def test_zeros_are_exact_or_tiny():
    constant = PerturbedChoice(values=["0", "1"], temperature="1", perturbation=["2", "2"])
    assert exact.response_distance(constant, {}, BITS) == exact.remainder(constant, {}, BITS) == 0
    assert exact.value_gap(choice([1, 1]), {}, BITS) == exact.policy_gap(choice([1, 1]), {}, BITS) == 0
    same = ChoiceWithPolicy(values=["0", "0"], temperature="1", policy=["1/2", "1/2"])
    ball = exact.free_energy_gap(same, {}, BITS)
    assert ball.contains(0) and ball.rad() < arb("1e-1000")


def test_the_gap_needs_an_action_that_is_not_best():
    with pytest.raises(GameError, match="gap: expected an action that is not best, found all 3 equally good"):
        exact.gap(choice([1, 1, 1]), {}, BITS)


def test_the_precision_outside_is_left_alone():
    exact.lse_gap(choice([0, "1/3"]), {}, 999)
    assert ctx.prec == BITS


def test_concepts_answer_for_floats_and_for_exact_twins():
    game = Choice(values=[0.0, -1.0], temperature=1.0)
    ball = vocabulary.value_gap(game.exact())
    assert abs(ball - arb(float(vocabulary.value_gap(game)))) < arb("1e-15")
    assert vocabulary.gap(game.exact()) == 1
    assert exact.value_gap(game.exact(), {}, 100).contains(arb(fmpq(1)) / (1 + arb(1).exp()))
