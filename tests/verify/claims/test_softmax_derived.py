"""Derivations and solvers, written apart: the right-hand sides that were derived, as functions of numbers, agree with
what the claims on softmax compute."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from games.choice import Choice, ChoiceAtTwoTemperatures, ChoiceWithPolicy, PerturbedChoice
from proofs.catalogue import derive
from verify.catalogue import claims
from verify.numeric import evaluate
from verify.symbolic import proof_of

DERIVED = {id: claim for id, claim in claims().items() if id.startswith("softmax/") and claim.derivation}


def moderate(kind: str, rng: np.random.Generator):
    """Games of whose values naive formulas lose few digits only; some with equal values."""
    n = int(rng.integers(2, 6))
    shared = {"values": rng.integers(-4, 5, n) / 2, "temperature": rng.uniform(0.5, 2.0)}
    match kind:
        case "perturbed choice":
            return PerturbedChoice(**shared, perturbation=rng.standard_normal(n))
        case "choice with policy":
            law = rng.multinomial(64, np.full(n, 1 / n)) / 64
            return ChoiceWithPolicy(**shared, policy=law)
        case "choice at two temperatures":
            return ChoiceAtTwoTemperatures(**shared, hotter=shared["temperature"] + rng.uniform(0.1, 1.0))
    return Choice(**shared)


@pytest.mark.parametrize("id", DERIVED)
def test_the_derivation_proves_the_claim(id):
    found = proof_of(DERIVED[id])
    assert found.is_proof, found.reason
    assert found.evidence.proves


@pytest.mark.parametrize("id", DERIVED)
def test_derived_functions_agree_with_the_solvers(id):
    claim = DERIVED[id]
    functions = derive(claim.derivation).functions()
    lhs, rhs = (functions[f"{claim.conclusion}.{side}"] for side in ("lhs", "rhs"))
    kind = claim.witness().kind
    compared, rng = 0, np.random.default_rng(17)
    for _ in range(30):
        game = moderate(kind, rng)
        fields = {"q": game.values, "tau": game.temperature, "n": game.actions}
        if np.ptp(game.values) == 0:
            continue  # the gap may be undefined
        if isinstance(game, PerturbedChoice):
            fields["d"] = game.perturbation
        if isinstance(game, ChoiceWithPolicy):
            fields["p"] = game.policy
        if isinstance(game, ChoiceAtTwoTemperatures):
            fields["hotter"] = game.hotter
        assert inspect.isfunction(lhs)
        margin = rhs(**fields) - lhs(**fields)
        found = evaluate(claim.relation, game)
        assert margin == pytest.approx(float(found.rhs - found.lhs), abs=1e-12), game
        compared += 1
    assert compared > 20
