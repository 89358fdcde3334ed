"""What follows from the Riccati system: proved conclusions, cross-checked at random points, never spoilt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from types import ModuleType
from typing import cast

import pytest

from proofs.catalogue import derive
from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Exact
from proofs.engine.free_algebra import zero
from proofs.engine.free_algebra_binders import Expectation
from proofs.engine.free_algebra_derivation import FreeAlgebra, definition_of, equation, invertible
from proofs.engine.free_algebra_expressions import Expression, LogDet, Sum, walk
from proofs.engine.free_algebra_identity import MatrixIdentity, Side, expressions_of
from proofs.engine.step import Step
from proofs.riccati import (
    certainty_equivalence,
    exploration_cost,
    information,
    policy_iteration,
    reductions,
    stackelberg_is_nash,
    vanishing,
)
from proofs.riccati.consequence_words import consequences
from proofs.riccati.zero_sum import OPPOSITE

MODULES: tuple[ModuleType, ...] = (
    certainty_equivalence,
    exploration_cost,
    information,
    policy_iteration,
    reductions,
    stackelberg_is_nash,
    vanishing,
)
STEPS = {
    f"{module.TOPIC}: {name}": step for module in MODULES for name, step in derive(module.TOPIC).conclusions.items()
}
DIMENSIONS = ({"n": 2, "k_u": 2, "k_v": 1, "N": 4, "m": 3}, {"n": 4, "k_u": 1, "k_v": 2, "N": 8, "m": 2})


def _sides(step: Step) -> tuple[Side, Side]:
    return cast(Side, step.relation.lhs), cast(Side, step.relation.rhs)


def _as_identity(step: Step) -> MatrixIdentity | None:
    """The conclusion with the definitions it rests on, where numbers modulo a prime can be put in.

    Hypotheses, logarithms and expectations leave none: those conclusions are met elsewhere.
    """
    definitions = tuple(definition_of(a.relation) for a in step.assumptions if a.kind == "definition")
    if any(a.kind == "hypothesis" and "invertible" not in a.name for a in step.assumptions):
        return None
    lhs, rhs = _sides(step)
    sides = (lhs, rhs, *(meaning for _, meaning in definitions))
    parts = [part for side in sides for expression in expressions_of(side) for part in walk(expression)]
    if any(isinstance(part, LogDet | Expectation) for part in parts):
        return None
    return MatrixIdentity(name="conclusion", lhs=lhs, rhs=rhs, reason="", definitions=definitions)


IDENTITIES = {name: entry for name, step in STEPS.items() if (entry := _as_identity(step)) is not None}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.TOPIC)
def test_derivation_is_exact_and_gives_its_reasons(module: ModuleType) -> None:
    derivation = derive(module.TOPIC)
    assert (derivation.topic, derivation.title) == (module.TOPIC, module.TITLE)
    assert isinstance(derivation.evidence, Exact)
    written = json.loads(json.dumps(derivation.to_json()))
    assert all(step["reason"] for step in written["steps"] if step["rule"] != "definition")
    assert {conclusion["name"] for conclusion in written["conclusions"]} <= derivation.conclusions.keys()


@pytest.mark.parametrize("name", IDENTITIES)
def test_conclusion_holds_at_random_points(name: str) -> None:
    for dimensions in DIMENSIONS:
        assert IDENTITIES[name].cross_check(dimensions, seed=11).error < Fraction(1, 1 << 60)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.TOPIC)
def test_normal_forms_hold_at_random_points(module: ModuleType) -> None:
    """Not the conclusions alone: each line that a normal form decides without hypotheses, expectations, logarithms."""
    lines = [step for step in derive(module.TOPIC).steps if isinstance(step.rule, FreeAlgebra)]
    sampled = [entry for step in lines if (entry := _as_identity(step)) is not None]
    assert len(sampled) >= 5
    for entry in sampled:
        entry.cross_check(DIMENSIONS[0], seed=3)


def _spoilt(rhs: Expression) -> Iterator[tuple[str, Expression]]:
    """The right side with one term of the wrong sign or halved."""
    terms = rhs.terms if isinstance(rhs, Sum) else ((Fraction(1), rhs),)
    for i, (coefficient, term) in enumerate(terms):
        for kind, factor in (("sign", -1), ("half", Fraction(1, 2))):
            changed = (*terms[:i], (coefficient * factor, term), *terms[i + 1 :])
            yield f"{kind}, term {i + 1}", Sum(*rhs.shape, changed)


@pytest.mark.parametrize("name", STEPS)
def test_spoilt_conclusions_are_refused(name: str) -> None:
    step = STEPS[name]
    lhs, right = _sides(step)
    if not isinstance(right, Expression):
        return  # blocks are spoilt with the engine's own tests
    for kind, rhs in _spoilt(right):
        with pytest.raises(DerivationError, match="expected"):
            pytest.fail(f"{kind} followed: {Step(relation=equation(lhs, rhs), rule=step.rule, uses=step.uses)}")


W = consequences().words
TAU_L, TAU_F, KU = W["lq_leader_temperature"], W["lq_follower_temperature"], W["leader_dimension"]
CLAIMS = {
    "riccati/certainty-equivalence": (W["leader_premium_action"], W["leader_premium_action_origin"]),
    "riccati/information": (
        W["leader_hamiltonian_action"] - W["leader_hamiltonian_policy"],
        TAU_L * W["leader_log_ratio"] / 2,
    ),
    "riccati/exploration-cost": (
        W["leader_exploration_policy"],
        TAU_L * KU / 2 + TAU_F * W["leader_cross_trace"] / 2,
    ),
    "riccati/stackelberg-is-nash": (
        W["leader_nash_hamiltonian"] - W["leader_stackelberg_hamiltonian"],
        W["leader_commitment_gain"],
    ),
    "riccati/vanishing": (W["follower_exploration_action"], 2 * W["follower_exploration_action_halved"]),
}


@pytest.mark.parametrize("topic", CLAIMS)
def test_claims_need_no_hypothesis_but_the_kinds_validation(topic: str) -> None:
    lhs, rhs = CLAIMS[topic]
    proved, why = derive(topic).is_proof_of(equation(lhs, rhs))
    assert proved, why
    assert not derive(topic).is_proof_of(equation(lhs, rhs / 2))[0]


def test_claims_need_the_hypotheses_that_were_made() -> None:
    derivation = derive("riccati/reductions")
    claim = equation(W["follower_quadratic_rate"], W["follower_are_rate"] - W["follower_coupling"])
    assert derivation.is_proof_of(claim)[0] is False
    idle = [equation(matrix, zero(*matrix.shape)) for matrix in reductions.IDLE.values()]
    assert derivation.is_proof_of(claim, idle)[0]
    assert derivation.is_proof_of(claim, idle[1:])[0] is False
    saddle = equation(W["leader_simultaneous_gain"], zero("1", "1"))
    opposite = [equation(hers, -his) for hers, his in OPPOSITE.values()]
    assert derivation.is_proof_of(saddle, opposite, conclusion="saddle")[0]
    assert derivation.is_proof_of(saddle, opposite[1:], conclusion="saddle")[0] is False


def test_the_logarithm_of_a_temperature_needs_one() -> None:
    derivation = derive("riccati/vanishing")
    step = derivation.conclusions["leader, action"]
    claim = equation(*_sides(step))
    assert derivation.is_proof_of(claim)[0] is False
    assert derivation.is_proof_of(claim, [invertible(TAU_L)])[0]
