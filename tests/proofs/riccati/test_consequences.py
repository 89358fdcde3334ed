"""What follows from the Riccati system: proved conclusions, cross-checked at random points, never spoilt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from types import ModuleType
from typing import cast

import pytest

from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Exact
from proofs.engine.free_algebra_binders import Expectation
from proofs.engine.free_algebra_derivation import definition_of, equation
from proofs.engine.free_algebra_expressions import Expression, LogDet, Sum, walk
from proofs.engine.free_algebra_identity import MatrixIdentity, Side, expressions_of
from proofs.engine.step import Step
from proofs.riccati import certainty_equivalence, exploration_cost, information, policy_iteration, vanishing

MODULES: tuple[ModuleType, ...] = (certainty_equivalence, exploration_cost, information, policy_iteration, vanishing)
STEPS = {
    f"{module.TOPIC}: {name}": step for module in MODULES for name, step in module.derivation().conclusions.items()
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
def test_derivation_checks_and_is_exact(module: ModuleType) -> None:
    derivation = module.derivation()
    derivation.check()
    assert (derivation.topic, derivation.title) == (module.TOPIC, module.TITLE)
    assert isinstance(derivation.evidence, Exact)
    written = json.loads(json.dumps(derivation.to_json()))
    assert all(step["reason"] for step in written["steps"] if step["rule"] != "definition")
    assert len(written["conclusions"]) == len(derivation.conclusions)


@pytest.mark.parametrize("name", IDENTITIES)
def test_conclusion_holds_at_random_points(name: str) -> None:
    for dimensions in DIMENSIONS:
        assert IDENTITIES[name].cross_check(dimensions, seed=11).error < Fraction(1, 1 << 60)


def _spoilt(rhs: Expression) -> Iterator[tuple[str, Expression]]:
    """The right side with one term of the wrong sign, halved, or dropped."""
    terms = rhs.terms if isinstance(rhs, Sum) else ((Fraction(1), rhs),)
    for i, (coefficient, term) in enumerate(terms):
        for kind, factor in (("sign", -1), ("half", Fraction(1, 2)), ("dropped", 0)):
            kept = (*terms[:i], *(((coefficient * factor, term),) if factor else ()), *terms[i + 1 :])
            yield f"{kind}, term {i + 1}", Sum(*rhs.shape, kept)


@pytest.mark.parametrize("name", STEPS)
def test_spoilt_conclusions_are_refused(name: str) -> None:
    step = STEPS[name]
    lhs, right = _sides(step)
    if not isinstance(right, Expression):
        return  # blocks are spoilt with the engine's own tests
    for kind, rhs in _spoilt(right):
        with pytest.raises(DerivationError, match="expected"):
            pytest.fail(f"{kind} followed: {Step(relation=equation(lhs, rhs), rule=step.rule, uses=step.uses)}")
