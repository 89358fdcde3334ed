"""The softmax derivations prove their theorems, for every number of actions; their mutants do not.

Beside the engine's own check every line is evaluated at random instances: an independent book, in floating point.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from typing import Any

import numpy as np
import pytest
import sympy
from scipy.special import lambertw
from sympy import E, LambertW, Rational, exp, log, sqrt, tanh

from proofs.catalogue import derive
from proofs.engine.argument import Argument
from proofs.engine.derivation import Derivation
from proofs.engine.errors import DerivationError
from proofs.engine.numeric import evaluate
from proofs.engine.relation import Relation, at_most, equal, less
from proofs.engine.rules.assuming import meaning
from proofs.engine.step import Step
from proofs.engine.terms import Index, Size
from proofs.softmax import curvature, value_gap
from proofs.softmax.vocabulary import DEFINITIONS, SOFTMAX
from proofs.softmax.vocabulary import SYMBOLS as s

TOPICS = (
    "lipschitz",
    "lse-gap",
    "monotone",
    "policy-gap",
    "remainder",
    "value-gap",
    "value-gap-textbook",
    "variational",
)
n, tau, k, gap = s["n"], s["tau"], s["maximisers"], s["gap"]
TEMPERATURE = less(0, tau)
GAP = at_most(k, n - 1)
HOTTER = at_most(tau, s["hotter"])
levels = k + (n - k) * exp(-gap / tau)
excess = s["log_sum_exp"] - s["max_value"]
sharp = 2 * (n - k) * exp(-gap / tau) / levels
policy = s["policy_value"] + tau * s["policy_entropy"]

CLAIMS: list[tuple[str, Relation, tuple[Relation, ...]]] = [
    ("value-gap", at_most(s["max_value"] - s["soft_value"], tau * LambertW((n - 1) / E)), (TEMPERATURE,)),
    ("value-gap-textbook", at_most(s["max_value"], s["log_sum_exp"]), (TEMPERATURE,)),
    ("value-gap-textbook", at_most(s["soft_entropy"], log(n)), (TEMPERATURE,)),
    ("value-gap-textbook", at_most(s["max_value"] - s["soft_value"], tau * log(n)), (TEMPERATURE,)),
    ("lse-gap", at_most(tau * log(k), excess), (TEMPERATURE,)),
    ("lse-gap", at_most(excess, tau * log(levels)), (TEMPERATURE, GAP)),
    ("lse-gap", at_most(excess, tau * log(n)), (TEMPERATURE,)),
    ("lse-gap", at_most(tau * log(levels), tau * log(n)), (TEMPERATURE, GAP)),
    ("policy-gap", at_most(s["policy_gap"], sharp), (TEMPERATURE, GAP)),
    ("policy-gap", at_most(s["policy_gap"], 2 * n * exp(-gap / tau)), (TEMPERATURE, GAP)),
    ("lipschitz", at_most(s["response_distance"], 2 * tanh(s["span"] / (4 * tau))), (TEMPERATURE,)),
    ("lipschitz", at_most(s["response_distance"], 2 * tanh(s["sup_norm"] / (2 * tau))), (TEMPERATURE,)),
    ("lipschitz", at_most(s["response_distance_l2"], s["l2_norm"] / (2 * tau)), (TEMPERATURE,)),
    ("remainder", at_most(s["remainder"], s["span"] ** 2 / (6 * sqrt(3) * tau**2)), (TEMPERATURE,)),
    ("variational", equal(s["log_sum_exp"] - policy, tau * s["policy_divergence"]), (TEMPERATURE,)),
    ("variational", at_most(0, s["policy_divergence"]), (TEMPERATURE,)),
    ("variational", at_most(policy, s["log_sum_exp"]), (TEMPERATURE,)),
    ("variational", equal(s["log_sum_exp"], s["soft_value"] + tau * s["soft_entropy"]), (TEMPERATURE,)),
    ("monotone", at_most(s["hotter_soft_value"], s["soft_value"]), (TEMPERATURE, HOTTER)),
    ("monotone", at_most(s["soft_entropy"], s["hotter_soft_entropy"]), (TEMPERATURE, HOTTER)),
]


@pytest.mark.parametrize(("topic", "claim", "hypotheses"), CLAIMS, ids=str)
def test_proved_for_every_number_of_actions(topic: str, claim: Relation, hypotheses: tuple[Relation, ...]) -> None:
    assert derive(f"softmax/{topic}").is_proof_of(claim, hypotheses)[0]


@pytest.mark.parametrize(("topic", "claim", "hypotheses"), CLAIMS, ids=str)
def test_no_hypothesis_is_idle(topic: str, claim: Relation, hypotheses: tuple[Relation, ...]) -> None:
    for dropped in hypotheses:
        proved, why = derive(f"softmax/{topic}").is_proof_of(claim, [h for h in hypotheses if h is not dropped])
        assert not proved
        assert "assumed" in why


@pytest.mark.parametrize("factor", [Rational(9, 10), Rational(11, 10), -1], ids=str)
@pytest.mark.parametrize(("topic", "claim", "hypotheses"), CLAIMS, ids=str)
def test_another_constant_is_not_what_was_proved(topic, claim, hypotheses, factor) -> None:
    mutant = Relation(op=claim.op, lhs=claim.lhs, rhs=factor * claim.rhs)
    if claim.rhs == 0 or mutant.same_as(claim) or claim.lhs == 0:
        mutant = Relation(op="<", lhs=claim.lhs, rhs=claim.rhs)
    assert not derive(f"softmax/{topic}").is_proof_of(mutant, hypotheses)[0]


@pytest.mark.parametrize("topic", TOPICS)
def test_every_line_is_exact_and_follows_again(topic: str) -> None:
    derivation = derive(f"softmax/{topic}")
    derivation.check()
    assert derivation.evidence.kind == "exact"


# Every line at random instances.

ACTIONS = 3
TOLERANCE = 1e-9  # terms are evaluated to forty digits from instances of seventeen; hypotheses hold to rounding


def _instance(rng: np.random.Generator) -> dict[str, Any]:
    q = np.round(rng.normal(size=ACTIONS), 1)
    if rng.random() < 0.6:  # ties
        q = rng.choice(q[:2], size=ACTIONS)
    law = rng.dirichlet(np.ones(ACTIONS))
    if rng.random() < 0.3:
        law = np.eye(ACTIONS)[rng.integers(ACTIONS)]
    temperature = float(np.exp(rng.normal()))
    if rng.random() < 0.2:  # where the value gap is attained
        q = np.full(ACTIONS, 1 - temperature * (1 + float(lambertw((ACTIONS - 1) / np.e).real)))
        q[rng.integers(ACTIONS)] = 1.0
    return {
        "n": ACTIONS,
        "q": q,
        "d": np.round(rng.normal(size=ACTIONS) * rng.integers(0, 3), 1),
        "p": law,
        "m": rng.integers(0, 3, size=ACTIONS) / 2,
        "tau": temperature,
        "hotter": temperature * float(rng.choice([1.0, 1.5, 7.0])),
    }


def _meanings(values: dict[str, Any]) -> dict[str, Any]:
    """The values, and those of all words of the vocabulary."""
    values = dict(values)
    for name, term in DEFINITIONS.items():
        try:
            values[name] = evaluate(term, values)
        except (DerivationError, ZeroDivisionError):  # no gap where every action is a maximiser
            values[name] = 1.0
    return values


@functools.cache
def _pool() -> list[dict[str, Any]]:
    """Instances; most give the words their meaning, which also serves a line that does not assume it."""
    rng = np.random.default_rng(4711)
    instances = [_instance(rng) for _ in range(60)]
    return [_meanings(values) if number % 4 else values for number, values in enumerate(instances)]


def _value(variable: Any, rng: np.random.Generator) -> Any:
    if isinstance(variable, Index):
        return int(rng.integers(ACTIONS))
    if isinstance(variable, sympy.IndexedBase):
        return rng.choice([0.0, 0.25, 1.0, float(rng.random())], size=ACTIONS)
    return float(rng.choice([0.0, 0.5, 1.0, float(rng.random()), float(rng.normal())]))


def _holds(relation: Relation, values: dict[str, Any], rng: np.random.Generator) -> bool | None:
    """Whether the relation holds; None where it says nothing at these values, or cannot be evaluated there."""
    indices = [variable for variable in relation.bound if isinstance(variable, Index)]
    others = {str(variable): _value(variable, rng) for variable in relation.bound if variable not in indices}
    verdict: bool | None = None
    for positions in itertools.product(range(ACTIONS), repeat=len(indices)):
        at = {**values, **others, **{str(index): i for index, i in zip(indices, positions, strict=True)}}
        if not all(_holds(given, at, rng) for given in relation.given):
            continue
        try:
            left, right = evaluate(relation.lhs, at), evaluate(relation.rhs, at)
        except (ZeroDivisionError, TypeError, ValueError):
            return None
        slack = TOLERANCE * (1 + abs(left) + abs(right))
        fine = {"=": abs(left - right) <= slack, "<=": left <= right + slack, "<": left < right}[relation.op]
        if not fine:
            return False
        verdict = True
    return verdict


def _complete(step: Step, rng: np.random.Generator) -> dict[str, Any] | None:
    """Values for everything free in a step, definitions and choices met; None where a definition has no value."""
    values = dict(_pool()[rng.integers(len(_pool()))])
    meanings = {meaning(a)[0]: a for a in step.assumptions if a.kind != "hypothesis"}
    free = step.relation.free.union(*(a.relation.free for a in step.assumptions))
    for variable in sorted(free - set(meanings), key=str):
        if not isinstance(variable, Size):
            values.setdefault(str(variable), _value(variable, rng))
    waiting = dict(meanings)
    while waiting:
        for symbol, assumption in list(waiting.items()):
            if meaning(assumption)[1].isdisjoint(waiting):
                relation = assumption.relation
                try:
                    if assumption.kind == "choice":
                        sides = [evaluate(relation.lhs, {**values, str(symbol): i}) for i in range(ACTIONS)]
                        target = evaluate(relation.rhs, values)
                        values[str(symbol)] = int(np.argmin([abs(side - target) for side in sides]))
                    elif relation.bound:
                        index = str(relation.bound[0])
                        values[str(symbol)] = [evaluate(relation.rhs, {**values, index: i}) for i in range(ACTIONS)]
                    else:
                        values[str(symbol)] = evaluate(relation.rhs, values)
                except (ZeroDivisionError, TypeError, DerivationError):
                    return None
                del waiting[symbol]
    return values


def _audit(derivation: Derivation, *, times: int = 4, tries: int = 60) -> set[int]:
    """The numbers of the lines that were put to the test, each `times` if met so often; fails where one is false."""
    rng = np.random.default_rng(20240607)
    tested: set[int] = set()
    for number, step in enumerate(derivation.steps, 1):
        met = 0
        for _ in range(tries):
            if met == times:
                break
            values = _complete(step, rng)
            if values is None:
                continue
            if not all(_holds(a.relation, values, rng) for a in step.assumptions if a.kind == "hypothesis"):
                continue
            verdict = _holds(step.relation, values, rng)
            assert verdict is not False, f"line {number}: {step} fails at {values}"
            if verdict:
                met += 1
                tested.add(number)
    return tested


@pytest.mark.parametrize("topic", TOPICS)
def test_every_line_holds_at_random_instances(topic: str) -> None:
    derivation = derive(f"softmax/{topic}")
    tested = _audit(derivation)
    assert len(tested) >= 0.95 * len(derivation.steps)


def test_a_false_line_fails_at_random_instances() -> None:
    derivation = value_gap.derivation()
    last = derivation.conclusions["value gap"]
    claim = at_most(s["max_value"] - s["soft_value"], Rational(9, 10) * tau * LambertW((n - 1) / E))
    object.__setattr__(last, "relation", claim)
    with pytest.raises(AssertionError, match="fails at"):
        _audit(derivation, times=60)
    with pytest.raises(DerivationError, match="softmax/value-gap, line 22"):
        derivation.check()


@pytest.mark.parametrize("number", range(len(derive("softmax/value-gap-textbook").steps)))
def test_no_line_of_the_textbook_bound_can_say_more(number: int) -> None:
    step = derive("softmax/value-gap-textbook").steps[number]
    if step.rule.name in ("hypothesis", "definition"):
        return
    more = dataclasses.replace(step.relation, lhs=step.relation.lhs + Rational(1, 1000))
    with pytest.raises(DerivationError):
        Step(relation=more, rule=step.rule, uses=step.uses)


@pytest.mark.parametrize("factor", [Rational(99, 100), Rational(1, 2)], ids=str)
def test_the_curvature_lemma_holds_with_no_smaller_constant(monkeypatch, factor) -> None:
    monkeypatch.setattr(curvature, "LIMIT", factor * curvature.LIMIT)
    with pytest.raises(DerivationError):
        curvature.cubic_bound(Argument(topic="mutant", title="mutant", vocabulary=SOFTMAX))


def test_functions_of_the_value_gap() -> None:
    functions = derive("softmax/value-gap").functions()
    q, temperature = np.array([1.0, 0.25, -2.0]), 0.5
    weights = np.exp(q / temperature) / np.exp(q / temperature).sum()
    assert functions["soft_value"](q, temperature) == pytest.approx(weights @ q, rel=1e-14)
    assert functions["max_value"](q) == 1.0
    assert functions["value gap.rhs"](temperature, n=3) == pytest.approx(temperature * lambertw(2 / np.e).real)
    assert functions["soft_value"](1e4 * q, 1e-3) == 1e4  # no overflow


def test_the_derivations_are_sharp_where_they_say_so() -> None:
    assert set(derive("softmax/value-gap").conclusions) >= {"attained"}
    assert set(derive("softmax/policy-gap").conclusions) >= {"attained"}
    assert set(derive("softmax/variational").conclusions) >= {"attained by softmax"}
