"""Derivations of the matrix identities: what they assume, that spoilt ones do not exist, and their numeric sides."""

from __future__ import annotations

import dataclasses
import json
from types import ModuleType

import numpy as np
import pytest

from proofs import catalogue
from proofs.engine.errors import DerivationError
from proofs.engine.evidence import Exact
from proofs.engine.free_algebra import decide, is_zero, matrix, scalar, symmetric, vector, zero
from proofs.engine.free_algebra_blocks import BlockMatrix
from proofs.engine.free_algebra_derivation import (
    FreeAlgebra,
    GeneratorDefinition,
    derived,
    equation,
    invertible,
)
from proofs.engine.free_algebra_identity import MatrixIdentity
from proofs.engine.free_algebra_numeric import generators_of
from proofs.engine.step import Step
from proofs.matrices import completing_the_square, schur_complement, woodbury

MODULES = (completing_the_square, schur_complement, woodbury)
A, B, P = matrix("A", "n", "n"), matrix("B", "n", "n"), symmetric("P", "n")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.TOPIC)
def test_derivation_is_in_the_catalogue_and_exact(module: ModuleType) -> None:
    derivation = catalogue.derive(module.TOPIC)
    derivation.check()
    assert derivation.title == module.TITLE and isinstance(derivation.evidence, Exact)
    assert list(derivation.conclusions) == [entry.name for entry in module.identities()]
    written = json.loads(json.dumps(derivation.to_json()))
    assert {step["rule"] for step in written["steps"]} <= {"free algebra normal form", "definition"}
    assert [step["number"] for step in written["steps"]] == list(range(1, len(derivation.steps) + 1))


def test_assumptions_are_the_inverses_written_and_the_symmetries() -> None:
    square = completing_the_square.derivation()
    assert [assumption.name for assumption in square.open_assumptions] == ["A is invertible", "Hvv is invertible"]
    assert [definition["name"] for definition in square.to_json()["definitions"]] == ["v*"]
    written = {assumption["name"]: assumption["latex"] for assumption in square.to_json()["assumptions"]}
    assert {"A is invertible", "Hvv is invertible", "symmetric"} == written.keys()
    assert {"A", "H_{uu}"} <= set(written["symmetric"].split(r",\; "))


def test_proof_of_a_claim_needs_its_hypotheses() -> None:
    derivation = woodbury.derivation()
    entry = next(entry for entry in woodbury.identities() if entry.name == "resolvent")
    claim = equation(entry.lhs, entry.rhs)
    a, b = woodbury.A, matrix("B", "n", "n")
    assert derivation.is_proof_of(claim, [invertible(a), invertible(b)]) == (True, "conclusion 'resolvent', exact")
    proved, why = derivation.is_proof_of(claim, [invertible(a)])
    assert not proved and "found `B^{-1}\\,B = I_{n}`" in why
    # Another true identity is not the claim, nor is a mutant.
    push = equation(a @ a.inverse(), b @ b.inverse())
    assert derivation.is_proof_of(push, [invertible(a), invertible(b)])[0] is False
    assert derivation.is_proof_of(equation(entry.lhs, -entry.rhs), [invertible(a), invertible(b)])[0] is False
    # Multiplied out it is still the same claim.
    spread = equation(entry.lhs, a.inverse() @ b @ b.inverse() - a.inverse() @ a @ b.inverse())
    assert derivation.proof_of(spread) == "resolvent"


def test_inverses_that_only_the_claim_writes_must_exist_too() -> None:
    derivation = derived("test/zero", "Zero", [MatrixIdentity(name="zero", lhs=A - A, rhs=zero("n", "n"), reason="")])
    claim = equation(A @ A.inverse() - A.inverse() @ A, zero("n", "n"))
    assert derivation.is_proof_of(claim, [invertible(A)])[0]
    assert not derivation.is_proof_of(claim)[0]


def test_steps_that_do_not_follow_do_not_exist() -> None:
    with pytest.raises(DerivationError, match=r"expected lhs - rhs = 0, found .* \(it does not follow\)"):
        Step(relation=equation(A @ B, B @ A), rule=FreeAlgebra())
    false = MatrixIdentity(name="false", lhs=A, rhs=A.T, reason="")
    with pytest.raises(DerivationError, match="does not follow"):
        derived("matrices/false", "False", [false])
    with pytest.raises(DerivationError, match="without quantifier"):
        dataclasses.replace(equation(A, A), op="<=")
    with pytest.raises(DerivationError, match="expected a matrix expression"):
        equation(A, 1)  # type: ignore[arg-type]  # refused on purpose
    with pytest.raises(DerivationError, match="found Generator and BlockMatrix"):
        Step(relation=equation(A, BlockMatrix(((A,),))), rule=FreeAlgebra())


def test_definitions_are_definitions() -> None:
    k = matrix("K", "n", "n")
    meaning = Step(relation=equation(k, -(A.inverse() @ B)), rule=GeneratorDefinition())
    step = Step(relation=equation(A @ k + B, zero("n", "n")), rule=FreeAlgebra(), uses=(meaning,))
    assert {assumption.kind for assumption in step.assumptions} == {"hypothesis", "definition"}
    for relation, message in (
        (equation(k, k @ B), "found it on the right"),
        (equation(k @ B, A), "expected generator = expression"),
        (equation(P, A), "expected a symmetric matrix for P"),
    ):
        with pytest.raises(DerivationError, match=message):
            Step(relation=relation, rule=GeneratorDefinition())
    with pytest.raises(DerivationError, match="does not follow"):
        Step(relation=equation(A @ k - B, zero("n", "n")), rule=FreeAlgebra(), uses=(meaning,))


def test_equations_used_are_relations_and_their_assumptions_are_kept() -> None:
    first = Step(relation=equation((A @ A.inverse()) @ B, B), rule=FreeAlgebra())
    second = Step(relation=equation(P @ B, P @ A @ A.inverse() @ B), rule=FreeAlgebra(), uses=(first,))
    assert [assumption.name for assumption in second.assumptions] == ["A is invertible"]
    with pytest.raises(DerivationError, match="expected definitions and equations between expressions"):
        blocks = BlockMatrix(((A,),))
        whole = Step(relation=equation(blocks, blocks), rule=FreeAlgebra())
        Step(relation=equation(B, B), rule=FreeAlgebra(), uses=(whole,))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.TOPIC)
def test_both_sides_agree_as_functions_of_arrays(module: ModuleType) -> None:
    rng = np.random.default_rng(5)
    sizes = {"n": 3, "k": 2, "l": 4, "1": 1}
    derivation = module.derivation()
    functions = derivation.functions()
    for name, step in derivation.conclusions.items():
        values = {}
        for generator in generators_of(step.relation.lhs) + generators_of(step.relation.rhs):
            value = rng.standard_normal((sizes[generator.rows], sizes[generator.cols]))
            values[generator.name] = value + value.T if generator.is_symmetric else value
        left, right = functions[f"{name}.lhs"](**values), functions[f"{name}.rhs"](**values)
        size = max(1.0, float(np.max(np.abs(right))))
        # Some dozens of operations on matrices of condition below 1e4: eight digits are left.
        np.testing.assert_allclose(left, right, atol=1e-8 * size)


def test_functions_compute_what_numpy_computes() -> None:
    rng = np.random.default_rng(6)
    a, c, u, v = (rng.standard_normal(shape) for shape in ((3, 3), (2, 2), (3, 2), (2, 3)))
    functions = woodbury.derivation().functions()
    np.testing.assert_allclose(functions["Woodbury.rhs"](A=a, C=c, U=u, V=v), np.linalg.inv(a + u @ c @ v), rtol=1e-9)
    determinant = schur_complement.derivation().functions()["determinant.rhs"]
    whole = np.block([[a, u], [v, c]])
    np.testing.assert_allclose(determinant(A=a, B=u, C=v, D=c), np.linalg.det(whole), rtol=1e-9)
    with pytest.raises(DerivationError, match="expected a value for C"):
        functions["Woodbury.rhs"](A=a, U=u, V=v)
    with pytest.raises(DerivationError, match=r"C: expected shape k x k, found \(3, 3\)"):
        functions["Woodbury.rhs"](A=a, C=a, U=u, V=v)


def test_riccati_substitution_of_a_quadratic_value() -> None:
    """errl, section 1: V_x'(drift) + tr(sigma sigma' V_xx)/2 + cost = z'Hz/2 + h'z + c, for all noises at once.

    The noises are stacked: J = (J_1; J_2; ...), and R is P repeated along the diagonal.
    """
    x, u, v, b = vector("x", "n"), vector("u", "k"), vector("v", "l"), vector("b", "n")
    blocks = {name: matrix(name, "n", size) for name, size in (("A", "n"), ("B", "k"), ("E", "l"))}
    noise = [matrix(name, "N", size) for name, size in (("C", "n"), ("D", "k"), ("F", "l"))]
    s, p, r = vector("s", "N"), vector("p", "n"), symmetric("R", "N")
    sizes = ("n", "k", "l")
    cost = [
        [symmetric(f"M{i}{i}", a) if i == j else matrix(f"M{min(i, j)}{max(i, j)}", a, b) for j, b in enumerate(sizes)]
        for i, a in enumerate(sizes)
    ]
    for i in range(3):
        for j in range(i):
            cost[i][j] = cost[j][i].T
    linear = [vector(f"m{i}", size) for i, size in enumerate(sizes)]
    z, M, m = (
        BlockMatrix(((x,), (u,), (v,))),
        BlockMatrix(tuple(map(tuple, cost))),
        BlockMatrix(tuple((e,) for e in linear)),
    )
    drift, J = BlockMatrix((tuple(blocks.values()),)), BlockMatrix((tuple(noise),))
    stacked = BlockMatrix(((r,),))

    a, bb, e = blocks.values()
    first = BlockMatrix(
        (
            (a.T @ P + P @ a, P @ bb, P @ e),
            (bb.T @ P, zero("k", "k"), zero("k", "l")),
            (e.T @ P, zero("l", "k"), zero("l", "l")),
        )
    )
    hessian = M + first + J.T @ stacked @ J
    shift = BlockMatrix(((P @ b,), (zero("k", "1"),), (zero("l", "1"),)))
    gradient = m + drift.T @ BlockMatrix(((p,),)) + shift + J.T @ BlockMatrix(((r @ s,),))
    constant = p.T @ b + s.T @ r @ s / 2

    velocity = (drift @ z).blocks[0][0] + b
    volatility = (J @ z).blocks[0][0] + s
    generator = (P @ x + p).T @ velocity + volatility.T @ r @ volatility / 2
    running = (z.T @ M @ z).blocks[0][0] / 2 + (m.T @ z).blocks[0][0]
    rhs = (z.T @ hessian @ z).blocks[0][0] / 2 + (gradient.T @ z).blocks[0][0] + constant
    assert is_zero(generator + running - rhs)
    half_lost = rhs + s.T @ r @ s / 2
    assert decide(generator + running - half_lost).evidence() is None


def test_temperatures_scale_out_of_a_gain() -> None:
    tau, hvv, hvu = scalar("tau"), symmetric("Hvv", "l"), matrix("Hvu", "l", "k")
    assert is_zero((tau * hvv).inverse() @ (tau * hvu) - hvv.inverse() @ hvu)
