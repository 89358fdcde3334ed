"""Identities behind the consequences of the Riccati system: decided, cross-checked at random points, never spoilt."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from fractions import Fraction
from types import ModuleType

import pytest

from proofs.engine.errors import DerivationError
from proofs.engine.free_algebra_expressions import Expression, Sum
from proofs.engine.free_algebra_identity import MatrixIdentity
from proofs.riccati import policy_iteration

MODULES: tuple[ModuleType, ...] = (policy_iteration,)
IDENTITIES = {f"{module.TOPIC}: {entry.name}": entry for module in MODULES for entry in module.identities()}
DIMENSIONS = ({"n": 2, "ku": 2, "kv": 1, "N": 4}, {"n": 4, "ku": 1, "kv": 2, "N": 8})


@pytest.mark.parametrize("name", IDENTITIES)
def test_identity_is_proved_in_every_dimension_and_holds_at_random_points(name: str) -> None:
    entry = IDENTITIES[name]
    assert entry.prove().proves
    for dimensions in DIMENSIONS:
        assert entry.cross_check(dimensions, seed=11).error < Fraction(1, 1 << 60)


def _spoilt(entry: MatrixIdentity) -> Iterator[tuple[str, MatrixIdentity]]:
    """The identity with one term of its right side of the wrong sign, halved, or dropped."""
    if isinstance(entry.rhs, Expression):
        terms = entry.rhs.terms if isinstance(entry.rhs, Sum) else ((Fraction(1), entry.rhs),)
        for i, (coefficient, term) in enumerate(terms):
            for kind, factor in (("sign", -1), ("half", Fraction(1, 2)), ("dropped", 0)):
                kept = (*terms[:i], *(((coefficient * factor, term),) if factor else ()), *terms[i + 1 :])
                yield f"{kind}, term {i + 1}", dataclasses.replace(entry, rhs=Sum(*entry.rhs.shape, kept))


@pytest.mark.parametrize("name", IDENTITIES)
def test_spoilt_identities_are_refused_twice(name: str) -> None:
    for kind, mutant in _spoilt(IDENTITIES[name]):
        with pytest.raises(DerivationError, match="expected lhs - rhs = 0"):
            pytest.fail(f"{kind} was proved: {mutant.prove()}")
        with pytest.raises(DerivationError, match="expected lhs = rhs"):
            pytest.fail(f"{kind} passed at random points: {mutant.cross_check(DIMENSIONS[0], seed=7)}")
