"""Spans under joint policies: what is proved of the Dobrushin coefficient and of the rates, and what is not."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import numpy as np
import pytest
from sympy import Rational

from proofs.catalogue import derive
from proofs.engine.errors import DerivationError
from proofs.engine.numeric import evaluate
from proofs.engine.relation import Relation, at_most, equal
from proofs.engine.step import Step
from proofs.markov import span
from proofs.markov.span_vocabulary import POLICY, SPAN, furthest
from proofs.markov.span_vocabulary import SYMBOLS as w

SHAPE = (3, 2, 2)
SIZES = dict(zip(("states", "leader_actions_count", "follower_actions_count"), SHAPE, strict=True))
CLAIMS = [
    at_most(w["span_rate_lower"], w["dobrushin"]),
    at_most(w["span_rate"], w["dobrushin"]),
    equal(w["sup_rate"], 1),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_proved_without_hypotheses(claim: Relation) -> None:
    derivation = derive("markov/span")
    derivation.check()
    assert derivation.evidence.kind == "exact"
    assert derivation.is_proof_of(claim)[0]


@pytest.mark.parametrize(
    "claim",
    [
        at_most(w["dobrushin"], w["span_rate"]),
        at_most(w["span_rate"], Rational(99, 100) * w["dobrushin"]),
        at_most(w["span_rate"], w["span_rate_lower"]),
        equal(w["sup_rate"], w["dobrushin"]),
        equal(w["sup_rate"], Rational(99, 100)),
    ],
    ids=str,
)
def test_not_proved(claim: Relation) -> None:
    assert not derive("markov/span").is_proof_of(claim)[0]


def test_no_line_can_say_more() -> None:
    """Every inferred line, a thousandth stronger, is refused by its rule from the same steps."""
    for step in derive("markov/span").steps:
        if step.rule.name not in ("hypothesis", "definition"):
            more = dataclasses.replace(step.relation, lhs=step.relation.lhs + Rational(1, 1000))
            with pytest.raises(DerivationError):
                Step(relation=more, rule=step.rule, uses=step.uses)


@pytest.mark.parametrize(
    "wrong",
    [
        {"POLICY": POLICY[:1]},  # weights that sum to anything
        {"furthest": lambda: furthest() / 2},  # half the coefficient
        {"delta": Rational(99, 100) * w["dobrushin"]},
    ],
    ids=lambda value: next(iter(value)),
)
def test_a_wrong_word_ends_the_argument(monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]) -> None:
    for name, meaning in wrong.items():
        monkeypatch.setattr(span, name, meaning)
    with pytest.raises((DerivationError, ValueError)):
        span.derivation()


def _kernel(rng: np.random.Generator) -> np.ndarray:
    return rng.dirichlet(np.full(SHAPE[0], 0.5), size=SHAPE)


def _dobrushin(kernel: np.ndarray) -> float:
    rows = kernel.reshape(-1, SHAPE[0])
    return max(float(abs(p - q).sum()) / 2 for p, q in itertools.product(rows, rows))


def test_the_coefficient_is_the_largest_distance_of_rows() -> None:
    for seed in range(3):
        kernel = _kernel(np.random.default_rng(seed))
        found = evaluate(SPAN.definitions["dobrushin"], {"P": kernel, **SIZES})
        assert found == pytest.approx(_dobrushin(kernel), rel=1e-12)


def test_the_bound_holds_of_random_policies_and_is_attained() -> None:
    rng = np.random.default_rng(3)
    closest = 0.0
    modes = derive("markov/span").conclusions["modes"].relation.body
    for _ in range(200):
        kernel, x = _kernel(rng), rng.normal(size=SHAPE[0])
        moves = rng.integers(SHAPE[1], size=SHAPE[0]), rng.integers(SHAPE[2], size=SHAPE[0])
        mode = kernel[(np.arange(SHAPE[0]), *moves)]
        coefficient = _dobrushin(kernel)
        assert np.ptp(mode @ x) <= coefficient * np.ptp(x) + 1e-12  # rounding
        closest = max(closest, np.ptp(mode @ x) / (coefficient * np.ptp(x)))
        sigma = np.zeros(SHAPE)
        sigma[(np.arange(SHAPE[0]), *moves)] = 1
        values = {"P": kernel, "sigma": sigma, "x": x, "dobrushin": coefficient, **SIZES}
        if closest < 0.5:  # the printed relation says the same, on a few of them
            assert evaluate(modes.lhs, values) == pytest.approx(np.ptp(mode @ x), rel=1e-12)
            assert evaluate(modes.rhs, values) == pytest.approx(coefficient * np.ptp(x), rel=1e-12)
    assert closest > 0.9

    kernel = np.zeros((2, 1, 1, 2))
    kernel[:, 0, 0] = [[0.75, 0.25], [0.5, 0.5]]
    x = np.array([1.0, 0.0])
    values = {"P": kernel, "sigma": np.ones((2, 1, 1)), "x": x}
    values |= {"states": 2, "leader_actions_count": 1, "follower_actions_count": 1, "dobrushin": 0.25}
    assert evaluate(modes.lhs, values) == evaluate(modes.rhs, values) == 0.25
