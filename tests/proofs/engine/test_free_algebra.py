"""Normal forms: identities of every dimension are found, false ones are not, and each rule used is itself true."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.engine import randomised
from proofs.engine.errors import DerivationError
from proofs.engine.free_algebra import (
    Outcome,
    decide,
    dimension,
    identity,
    inverses,
    is_zero,
    matrix,
    normal_form,
    rules,
    scalar,
    substitute,
    symmetric,
    to_latex,
    vector,
    zero,
)
from proofs.engine.free_algebra_expressions import Expression

DIMENSIONS = {"n": 3, "k": 2}
A, B, P, Q = matrix("A", "n", "n"), matrix("B", "n", "n"), symmetric("P", "n"), symmetric("Q", "n")
U, V, C = matrix("U", "n", "k"), matrix("V", "k", "n"), matrix("C", "k", "k")
x, y = vector("x", "n"), vector("y", "n")
tau = scalar("tau", latex=r"\tau")
I = identity("n")  # noqa: E741  # the field's name for it

TRUE = {
    "scalars equal their transpose": x.T @ A @ y - y.T @ A.T @ x,
    "scalars commute with matrices": (x.T @ y) * (A @ x) - A @ x @ x.T @ y,
    "scalars commute inside products": x @ (y.T @ A @ y) @ x.T - (y.T @ A.T @ y) * (x @ x.T),
    "transpose reverses": (A @ P @ B).T - B.T @ P @ A.T,
    "inverse of a product": (A @ B).inverse() - B.inverse() @ A.inverse(),
    "inverse of a transpose": A.T.inverse() - A.inverse().T,
    "inverse of a symmetric matrix": P.inverse() - P.inverse().T,
    "inverse of an inverse": (A + B).inverse().inverse() - A - B,
    "symmetric compound": (P + x @ x.T).inverse() - (P + x @ x.T).inverse().T,
    "scaled inverse": (3 * A).inverse() - A.inverse() / 3,
    "scalar inverse": (tau * A).inverse() - A.inverse() / tau,
    "temperature moved": (tau * A + B).inverse() - (A + B / tau).inverse() / tau,
    "Woodbury": (A + U @ C @ V).inverse()
    - (A.inverse() - A.inverse() @ U @ (C.inverse() + V @ A.inverse() @ U).inverse() @ V @ A.inverse()),
    "Sherman-Morrison": (A + x @ y.T).inverse()
    - (A.inverse() - (A.inverse() @ x @ y.T @ A.inverse()) / (1 + y.T @ A.inverse() @ x)),
    "push-through": (I + U @ V).inverse() @ U - U @ (identity("k") + V @ U).inverse(),
    "Hua": A - (A.inverse() + (B.inverse() - A).inverse()).inverse() - A @ B @ A,
    "parallel sum": A @ (A + B).inverse() @ B - B @ (A + B).inverse() @ A,
    "traces rotate": (P @ A @ P.inverse()).trace() - A.trace(),
    "traces transpose": (A @ B).trace() - (B.T @ A.T).trace(),
    "trace of rank one": (x @ y.T @ A).trace() - y.T @ A @ x,
    "trace of the identity": (A @ A.inverse()).trace() - dimension("n"),
}
FALSE = {
    "matrices do not commute": A @ B - B @ A,
    "missing transpose": x.T @ A @ y - x.T @ A.T @ y,
    "sign": (A + B) @ (A - B) - A @ A + B @ B,
    "Woodbury, sign": (A + U @ C @ V).inverse()
    - (A.inverse() + A.inverse() @ U @ (C.inverse() + V @ A.inverse() @ U).inverse() @ V @ A.inverse()),
    "Woodbury, C for its inverse": (A + U @ C @ V).inverse()
    - (A.inverse() - A.inverse() @ U @ (C + V @ A.inverse() @ U).inverse() @ V @ A.inverse()),
    "Sherman-Morrison, sign": (A + x @ y.T).inverse()
    - (A.inverse() - (A.inverse() @ x @ y.T @ A.inverse()) / (1 - y.T @ A.inverse() @ x)),
    "push-through, sides": (I + U @ V).inverse() @ U - U @ (identity("k") - V @ U).inverse(),
    "Hua, without inverse": A - (A.inverse() + (B - A).inverse()).inverse() - A @ B @ A,
    "traces do not multiply": (A @ B).trace() - A.trace() * B.trace(),
    "half": (x + P.inverse() @ y).T @ P @ (x + P.inverse() @ y) - x.T @ P @ x - y.T @ x - y.T @ P.inverse() @ y,
}


@pytest.mark.parametrize("name", TRUE)
def test_identity_of_every_dimension_has_normal_form_zero(name: str) -> None:
    evidence = is_zero(TRUE[name])
    assert evidence is not None and "normal form 0" in evidence.certificate
    expression = TRUE[name]
    randomised.identity(expression, zero(*expression.shape), DIMENSIONS, primes=1, points=1, seed=1)


@pytest.mark.parametrize("name", FALSE)
def test_false_identity_is_never_zero(name: str) -> None:
    assert is_zero(FALSE[name], critical_pairs=300) is None
    with pytest.raises(DerivationError, match="expected lhs = rhs"):
        randomised.identity(FALSE[name], zero(*FALSE[name].shape), DIMENSIONS, primes=1, points=1, seed=1)


@pytest.mark.parametrize("name", [*TRUE, *FALSE])
def test_every_rewriting_rule_holds_at_random_points(name: str) -> None:
    expression = (TRUE | FALSE)[name]
    for rule in rules((), expression, critical_pairs=60):
        randomised.identity(rule, zero(*rule.shape), DIMENSIONS, primes=1, points=1, seed=2)


@pytest.mark.parametrize("name", [*TRUE, *FALSE])
def test_the_normal_form_is_equal_to_the_expression(name: str) -> None:
    expression = (TRUE | FALSE)[name]
    randomised.identity(normal_form(expression), expression, DIMENSIONS, primes=1, points=1, seed=3)


def test_false_and_unknown_are_told_apart() -> None:
    finished = decide(A @ B - B @ A)
    assert finished.outcome is Outcome.NOT_A_CONSEQUENCE and finished.evidence() is None
    unfinished = decide(TRUE["Hua"], critical_pairs=2)
    assert unfinished.outcome is Outcome.UNKNOWN and unfinished.evidence() is None
    assert decide(TRUE["Hua"]).outcome is Outcome.ZERO


def test_relations_are_used_and_needed() -> None:
    orthogonal = ((A.T @ A, I), (A @ A.T, I))
    assert is_zero(A.inverse() - A.T, orthogonal)
    assert decide(A.inverse() - A.T).outcome is Outcome.NOT_A_CONSEQUENCE
    # The Lyapunov relation P A = A'P makes P A symmetric; its transpose is a rule as well.
    assert is_zero((P @ A @ A).T - P @ A @ A, ((P @ A, A.T @ P),))
    projection = ((A @ A, A),)
    assert is_zero((I - A) @ (I - A) - (I - A), projection)
    assert is_zero((I - A) @ (I + A) - (I - A), projection)
    assert decide((I - A) @ (I + A), projection).outcome is Outcome.NOT_A_CONSEQUENCE


def test_a_scalar_is_not_exchanged_for_a_matrix_of_one_dimension() -> None:
    s, t, u, D = scalar("s"), scalar("t"), scalar("u"), matrix("D", "k", "k")
    multiples = ((A, s * I), (D, s * identity("k")))
    assert is_zero(A @ B - B @ A, ((s * I, A),))
    assert is_zero(A.trace() - D.trace(), multiples) is None
    # D = (u / t) I_k, whatever dimension the relation between s, t and u was written in.
    for relations in itertools.permutations(((s * u * I, t * I), (s * D, identity("k")))):
        ordered = ((s, s), (t, t), (u, u), *relations)
        assert is_zero(t * D.trace() - u * dimension("k"), ordered)
        assert is_zero(t * D.trace() - u * dimension("n"), ordered) is None


def test_contradictory_relations_are_refused_rather_than_prove_everything() -> None:
    with pytest.raises(DerivationError, match="1 = 0"):
        decide(A - B, ((A, A + I),))
    with pytest.raises(DerivationError, match="that the relations make zero"):
        decide((A - A).inverse() - B)
    with pytest.raises(DerivationError, match="1 = 0"):
        decide(B, ((A @ A, zero("n", "n")), (A, I)))


def test_shapes_are_checked_by_name() -> None:
    for wrong in (lambda: A @ C, lambda: A + U, lambda: U.inverse(), lambda: U.trace(), lambda: A + 1, lambda: A * B):
        with pytest.raises(DerivationError, match="expected"):
            wrong()
    with pytest.raises(DerivationError, match="one generator named 'A'"):
        is_zero(A @ U - matrix("A", "n", "k"))
    with pytest.raises(DerivationError, match="nonzero number"):
        _ = A / 0
    with pytest.raises(DerivationError, match="int or a Fraction"):
        _ = A * 0.5  # type: ignore[operator]  # refused on purpose


def test_symmetric_generators_stay_symmetric_under_substitution() -> None:
    assert substitute(P @ x, {P: A + A.T}) == (A + A.T) @ x
    assert substitute(P, {P: (Q + x @ x.T).inverse()}) == (Q + x @ x.T).inverse()
    with pytest.raises(DerivationError, match="expected a symmetric matrix for P"):
        substitute(P @ x, {P: A})
    with pytest.raises(DerivationError, match="expected shape n x n"):
        substitute(A @ x, {A: C})


def test_assumed_inverses_are_listed() -> None:
    assert inverses((C + V @ A.inverse() @ U).inverse().trace() * A.inverse()) == (A, C + V @ A.inverse() @ U)
    evidence = is_zero(A @ A.inverse() - I)
    assert evidence is not None and evidence.certificate.endswith("assumed invertible: A")


def test_latex_is_written_from_the_expression() -> None:
    assert to_latex((x + A.inverse() @ y).T @ A @ x / 2) == (r"\tfrac{1}{2}\,\left(x + A^{-1}\,y\right)^{\top}\,A\,x")
    assert to_latex(A.T.inverse() - tau * B) == r"A^{-\top} - \tau\,B"
    assert to_latex((A - (B + A)).trace()) == r"\operatorname{tr}\left(A - \left(B + A\right)\right)"
    assert to_latex(zero("n", "k").T) == "0"


LEAVES = st.sampled_from([A, A.T, B, P, I, A.inverse(), P.inverse(), (A + B).inverse()])


def _grown(children: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    pairs = st.tuples(children, children)
    return st.one_of(
        pairs.map(lambda pair: pair[0] @ pair[1]),
        pairs.map(lambda pair: pair[0] - pair[1]),
        children.map(lambda e: e.T),
        children.map(lambda e: e * -2),
    )


@settings(max_examples=60, deadline=None)
@given(left=st.recursive(LEAVES, _grown, max_leaves=5), right=st.recursive(LEAVES, _grown, max_leaves=5))
def test_decision_agrees_with_random_points(left: Expression, right: Expression) -> None:
    """Zero is never said of what differs; and what these few inverses make equal is found equal."""
    outcome = decide(left - right, critical_pairs=200).outcome
    try:
        randomised.identity(left, right, {"n": 3}, primes=1, points=1, seed=5)
    except DerivationError:
        assert outcome is not Outcome.ZERO
    else:
        assert outcome is Outcome.ZERO
    assert is_zero((left @ right).T - right.T @ left.T)
    assert is_zero((left - right) @ (left + right) - left @ left - left @ right + right @ left + right @ right)
