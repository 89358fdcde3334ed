"""The cost of a constant rate: the closed form solves its equation, and the rule that differentiates is not fooled."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from sympy import exp

from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Exact
from proofs.engine.relation import equal, less
from proofs.engine.rules.assuming import Definition, Hypothesis
from proofs.engine.rules.calculus import Derivative
from proofs.engine.step import Step
from proofs.riccati import exploration_horizon as topic
from proofs.riccati.exploration_horizon import cost, discount, horizon, slope, source, time


def test_derivation_is_exact_and_rests_on_the_discount() -> None:
    derivation = topic.derivation()
    derivation.check()
    assert isinstance(derivation.evidence, Exact)
    claim = equal(topic.start, source / discount * (1 - exp(-discount * horizon)))
    assert derivation.is_proof_of(claim, [less(0, discount)], conclusion="start")[0]
    assert not derivation.is_proof_of(claim, [])[0]
    for wrong in (1 + exp(-discount * horizon), 1 - exp(discount * horizon), 1 - exp(-horizon)):
        assert not derivation.is_proof_of(equal(topic.start, source / discount * wrong), [less(0, discount)])[0]


def test_closed_form_is_what_an_integrator_finds() -> None:
    beta, length, rate = 0.4, 3.0, 1.7
    generator = np.array([[-2.0, 1.5, 0.5], [0.1, -0.1, 0.0], [0.3, 0.3, -0.6]])
    found = solve_ivp(lambda _, r: rate + generator @ r - beta * r, (0, length), np.zeros(3), rtol=1e-11, atol=1e-12).y[
        :, -1
    ]
    derived = topic.derivation().functions()["rate_cost_start"](
        **{"lq_discount": beta, "lq_horizon": length, "rate_source": rate}
    )
    assert derived == pytest.approx(rate * (1 - math.exp(-beta * length)) / beta)
    np.testing.assert_allclose(found, derived, rtol=1e-9)  # a hundred steps at relative tolerance 1e-11


def test_a_wrong_derivative_is_refused() -> None:
    positive = Step(relation=less(0, discount), rule=Hypothesis("discounting"))
    meaning = Step(relation=topic.HORIZON.definition("rate_cost"), rule=Definition(), uses=(positive,))
    right = -source * exp(-discount * (horizon - time))
    Step(relation=equal(slope, right), rule=Derivative(cost, time), uses=(meaning, positive))
    for wrong in (-right, right / 2, right * discount, right + source):
        with pytest.raises(DerivationError, match="expected the derivative"):
            Step(relation=equal(slope, wrong), rule=Derivative(cost, time), uses=(meaning, positive))
    with pytest.raises(DerivationError, match="expected the derivative"):
        Step(relation=equal(slope, right), rule=Derivative(cost, horizon), uses=(meaning, positive))
    with pytest.raises(DerivationError, match="expected a function of t"):  # its definition is missing
        Step(relation=equal(slope, 0), rule=Derivative(cost, time), uses=(positive,))
    # What holds at one time alone says nothing of the derivative.
    at_the_end = Step(relation=equal(time, horizon), rule=Hypothesis("at the horizon"))
    with pytest.raises(DerivationError, match="expected the derivative"):
        Step(relation=equal(slope, 0), rule=Derivative(cost, time), uses=(meaning, positive, at_the_end))
