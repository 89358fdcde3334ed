"""The Hamiltonian system derived: what it proves of which words, on what it rests, and the same at random points."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proofs.catalogue import derive
from proofs.engine import randomised
from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Exact
from proofs.engine.free_algebra import Expression, scalar, symmetric, vector
from proofs.engine.free_algebra_blocks import BlockProduct
from proofs.engine.free_algebra_derivation import (
    GeneratorDefinition,
    MatrixDerivation,
    definition_of,
    equation,
    invertible,
)
from proofs.riccati import scalar as by_numbers
from proofs.riccati.vocabulary import BETA, BOTH, FOLLOWER, LEADER, SEES, vocabulary

WORDS = vocabulary().words
TOPICS = ("riccati/generator", "riccati/gaussian-laws", "riccati/hjbi", "riccati/scalar")


def derived(topic: str) -> MatrixDerivation:
    found = derive(topic)
    assert isinstance(found, MatrixDerivation)
    return found


def hjbi(player: str, sees: str) -> tuple[Expression, Expression]:
    rate, hamiltonian = WORDS[f"{player}_rate_{sees}"], WORDS[f"{player}_hamiltonian_{sees}"]
    return BETA * WORDS[f"{player}_value"], rate + hamiltonian + WORDS[f"{player}_switching"]


RESIDUALS = [(k.name, sees) for k in BOTH for sees in SEES]


@pytest.mark.parametrize("topic", TOPICS)
def test_every_line_checks_exactly(topic: str) -> None:
    derivation = derive(topic)
    derivation.check()
    assert isinstance(derivation.evidence, Exact)
    json.dumps(derivation.to_json())


@pytest.mark.parametrize(("player", "sees"), RESIDUALS)
def test_the_residual_vanishes_without_hypotheses(player: str, sees: str) -> None:
    derivation = derived("riccati/hjbi")
    name = f"{player}, HJBI equation, {sees} seen"
    left, right = hjbi(player, sees)
    assert derivation.is_proof_of(equation(left, right), conclusion=name) == (True, f"conclusion {name!r}, exact")
    other = "policy" if sees == "action" else "action"
    switching, rate = WORDS[f"{player}_switching"], WORDS[f"{player}_rate_{other}"]
    for mutant in (right - switching, right + rate - WORDS[f"{player}_rate_{sees}"], 2 * right, -right):
        assert not derivation.is_proof_of(equation(left, mutant))[0]


@pytest.mark.parametrize(("player", "sees"), RESIDUALS)
def test_the_residual_vanishes_at_random_points(player: str, sees: str) -> None:
    """n = 4, k_u = k_v = 2, two channels, three regimes: words written out in costs, dynamics and values."""
    left, right = hjbi(player, sees)
    words = vocabulary()
    meanings = {g: words.meanings[g] for g in words.needed(left, right) if not g.name.startswith("Ent")}
    k = LEADER if player == "leader" else FOLLOWER
    rates = [scalar(f"lambda_{j}") for j in range(3)]
    P = [k.P, symmetric("P_2", "n"), symmetric("P_3", "n")]
    p, r = [k.p, vector("p_2", "n"), vector("p_3", "n")], [k.r, scalar("r_2"), scalar("r_3")]
    nothing = P[0] - P[0], p[0] - p[0], r[0] - r[0]
    families = zip((P, p, r), nothing, strict=True)
    sums = [sum((a * b for a, b in zip(rates, family, strict=True)), zero) for family, zero in families]
    meanings |= dict(zip((k.switched_P, k.switched_p, k.switched_r), sums, strict=True))
    dimensions = {"n": 4, "k_u": 2, "k_v": 2, "N": 8}
    found = randomised.identity(left, right, dimensions, given=meanings, primes=1)
    assert found.error < 2**-40
    slip = right + k.P.trace() / 10**6
    with pytest.raises(DerivationError, match="expected lhs = rhs"):
        randomised.identity(left, slip, dimensions, given=meanings, primes=1, points=1)


def test_deviations_cost_temperature_times_divergence() -> None:
    derivation = derived("riccati/gaussian-laws")
    tau_F, tau_L = FOLLOWER.temperature, LEADER.temperature
    follower = equation(WORDS["follower_deviation_cost"], tau_F * WORDS["follower_divergence"])
    action = equation(WORDS["leader_deviation_cost_action"], tau_L * WORDS["leader_divergence_action"])
    excess = WORDS["leader_mean_excess"]
    policy = equation(WORDS["leader_deviation_cost_policy"], tau_L * WORDS["leader_divergence_policy"] + excess)
    for claim, temperature, conclusion in (
        (follower, tau_F, "follower's deviation"),
        (action, tau_L, "leader's deviation, action seen"),
        (policy, tau_L, "leader's deviation, policy seen"),
    ):
        assert derivation.is_proof_of(claim, [invertible(temperature)], conclusion=conclusion)[0]
        proved, why = derivation.is_proof_of(claim)
        assert not proved and "tau" in why  # a divergence from a law without density is not a number
    wrong = (
        equation(WORDS["leader_deviation_cost_policy"], tau_L * WORDS["leader_divergence_policy"]),
        equation(WORDS["leader_deviation_cost_action"], tau_L * WORDS["leader_divergence_policy"]),
        equation(WORDS["follower_deviation_cost"], tau_L * WORDS["follower_divergence"]),
        equation(WORDS["follower_deviation_cost"], tau_F * WORDS["follower_divergence"] / 2),
    )
    for claim in wrong:
        assert not derivation.is_proof_of(claim, [invertible(tau_F), invertible(tau_L)])[0]


def test_all_that_is_assumed_is_what_the_kind_validates_and_temperatures() -> None:
    names = {assumption.name for assumption in derived("riccati/hjbi").open_assumptions}
    given = {f"{matrix} is invertible" for matrix in ("H_F_vv", "Hhat_uu", "H_L_uu", "factor_L", "factor_F")}
    assert names == given | {"tau_L is invertible", "tau_F is invertible"}
    assert not [a for a in derived("riccati/generator").open_assumptions]


def test_the_report_ends_in_the_equations() -> None:
    data = derived("riccati/hjbi").to_json()
    final = {entry["name"]: entry["latex"] for entry in data["conclusions"]}
    assert final["leader, Riccati equation"] == (
        r"\beta\,P_L - \tfrac{dP_L}{dt} = \Phi^{\top}H_L\Phi + \left(\Lambda P_L\right)"
    )
    assert final["leader, HJBI equation, action seen"] == (
        r"\beta\,V_L = \partial_t V_L^{a} + \mathcal H_L^{\,a} + \left(\Lambda V_L\right)"
    )
    titles = [section["title"] for section in data["sections"]]
    assert titles[0] == "The controlled generator" and titles[-1] == "The residual of the Hamiltonian system"
    firsts = [section["first"] for section in data["sections"]]
    assert firsts == sorted(set(firsts)) and firsts[0] == 1
    assert not {step["number"] for step in data["steps"]}.isdisjoint(firsts)


@pytest.mark.parametrize("topic", ["riccati/generator", "riccati/gaussian-laws"])
def test_steps_by_normal_form_hold_at_random_points_too(topic: str) -> None:
    """Every equation that the free algebra decided without logarithms, definitions used put in."""
    checked = 0
    for step in derived(topic).steps:
        relation = step.relation
        definitions: dict[Expression, Expression] = dict(
            definition_of(used.relation) for used in step.uses if isinstance(used.rule, GeneratorDefinition)
        )
        if step.rule.name != "free algebra normal form" or "\\log" in relation.latex():
            continue
        left, right = (
            side.value() if isinstance(side, BlockProduct) else side for side in (relation.lhs, relation.rhs)
        )
        dimensions = {"n": 2, "k_u": 2, "k_v": 1, "N": 4, "k": 2}
        assert randomised.identity(left, right, dimensions, given=definitions, primes=1, points=1).error < 2**-30
        checked += 1
    assert checked >= 10


def test_numbers_are_a_book_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip in the equations for numbers is no derivation either: the residual is not written to vanish."""

    whole = by_numbers._Player.equations

    def without_entropy(self: by_numbers._Player) -> dict[Any, Any]:
        return {rate: meaning.subs(self.entropy, 0) for rate, meaning in whole(self).items()}

    monkeypatch.setattr(by_numbers._Player, "equations", without_entropy)
    with pytest.raises(DerivationError, match="found different normal forms"):
        by_numbers.derivation()
    monkeypatch.setattr(by_numbers._Player, "equations", whole)
    assert by_numbers.derivation().conclusions.keys() == derive("riccati/scalar").conclusions.keys()
