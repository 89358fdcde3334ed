"""Expectations, functions and logarithms of determinants in the free algebra: what they give, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from proofs.engine import randomised
from proofs.engine.errors import DerivationError
from proofs.engine.free_algebra import (
    Expression,
    Function,
    Outcome,
    decide,
    expectation,
    identity,
    inverses,
    is_zero,
    matrix,
    scalar,
    substitute,
    symmetric,
    vector,
)
from proofs.engine.free_algebra_binders import free_generators
from proofs.engine.free_algebra_moments import Deviation
from proofs.engine.free_algebra_numeric import as_function, generators_of

H, S, X, L = symmetric("H", "k"), symmetric("S", "k"), matrix("X", "n", "k"), matrix("L", "k", "k")
v, m, h, w = vector("v", "k"), vector("m", "k"), vector("h", "k"), vector("w", "k")
tau = scalar("tau")


def mean(argument: Expression) -> Expression:
    return expectation(argument, v, m, S)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        (h.T @ v + 3, h.T @ m + 3),
        (v.T @ H @ v, m.T @ H @ m + (H @ S).trace()),
        (v @ v.T, m @ m.T + S),
        ((v @ v.T @ H).trace(), m.T @ H @ m + (H @ S).trace()),
        ((h.T @ v) * (w.T @ v), (h.T @ m) * (w.T @ m) + h.T @ S @ w),
        ((h.T @ v) * (X @ v), (h.T @ m) * (X @ m) + X @ S @ h),
        ((h.T @ v) * (v.T @ X.T), (h.T @ m) * (m.T @ X.T) + h.T @ S @ X.T),
        (X @ v @ v.T @ L, X @ m @ m.T @ L + X @ S @ L),
        ((w.T @ v) * H, (w.T @ m) * H),
        (tau * (v.T @ v), tau * (m.T @ m + S.trace())),
    ],
)
def test_moments_of_polynomials(argument: Expression, value: Expression) -> None:
    assert is_zero(mean(argument) - value)
    assert is_zero(mean(argument) - value - (identity(value.rows) if value.rows == value.cols else value)) is None


def test_expectations_are_what_sigma_points_average() -> None:
    """Any law will do: for polynomials of degree 2 the points m +- sqrt(k) S^{1/2} e_i, equally likely, are one."""
    rng = np.random.default_rng(1)
    a, hessian, mu = rng.normal(size=(3, 3)), rng.normal(size=(3, 3)), rng.normal(size=(3, 1))
    hessian, covariance, root = hessian + hessian.T, a @ a.T, a * np.sqrt(3)
    slope = rng.normal(size=(3, 1))
    points = [mu + sign * root[:, [i]] for i in range(3) for sign in (1, -1)]
    expected = np.mean([(p.T @ hessian @ p + (slope.T @ p) * (mu.T @ p)).item() for p in points])
    found = as_function(mean(v.T @ H @ v + (h.T @ v) * (m.T @ v)))(H=hessian, m=mu, S=covariance, h=slope)
    # a dozen products of numbers of order one
    assert found == pytest.approx(expected, rel=1e-12)


def test_scalars_too() -> None:
    x, a, s = scalar("x"), scalar("a"), scalar("s")
    assert is_zero(expectation(3 * x * x + x, x, a, s) - 3 * a * a - 3 * s - a)
    with pytest.raises(DerivationError, match="expected degree at most 2"):
        decide(expectation(x * x * x, x, a, s))


def test_one_law_given_another_vector() -> None:
    T, u, c = matrix("T", "k", "l"), vector("u", "l"), vector("c", "l")
    spread = symmetric("R", "l")
    nested = expectation(expectation(v.T @ H @ v, v, T @ u + h, S), u, c, spread)
    center = T @ c + h
    assert is_zero(nested - center.T @ H @ center - (H @ (S + T @ spread @ T.T)).trace())


@pytest.mark.parametrize(
    "argument",
    [
        (v.T @ v) * (v.T @ v),
        (v.T @ v) * v @ v.T,
        (1 + v.T @ v).inverse(),
        (1 + v.T @ v).inverse() * (1 + v.T @ v),  # cancels, but may not exist
        (H + v @ v.T).log_det(),
        (H + v @ v.T).inverse().trace(),
    ],
)
def test_what_mean_and_covariance_do_not_decide_is_refused(argument: Expression) -> None:
    with pytest.raises(DerivationError, match=r"expectation: expected (a polynomial|degree at most 2)"):
        decide(mean(argument))


def test_what_is_bound_is_not_what_is_free() -> None:
    """v outside has nothing to do with v inside: neither equations about it nor substitutions reach it."""
    assert is_zero(mean(v) - v) is None
    assert is_zero(mean(v) - m, [(v, w)]) and is_zero(mean(v) - w, [(v, w)]) is None
    assert free_generators(mean(v.T @ H @ v)) == free_generators(m.T @ S @ H @ m)
    assert is_zero(substitute(mean(v), {v: w}) - m)
    assert is_zero(mean(v) - expectation(w, w, m, S))
    with pytest.raises(DerivationError, match="expected nothing about a bound v"):
        substitute(mean(w.T @ v), {w: v})
    assert is_zero(expectation(v, v, v, S) - v)  # the mean is outside of the scope
    assert v not in generators_of(mean(v))


def test_laws_must_fit() -> None:
    with pytest.raises(DerivationError, match="expected a symmetric covariance, found L"):
        decide(expectation(v.T @ v, v, m, L))
    with pytest.raises(DerivationError, match="expected a mean of k x 1"):
        expectation(v, v, H, S)
    with pytest.raises(DerivationError, match="expected a covariance of k x k"):
        expectation(v, v, m, scalar("s"))
    with pytest.raises(DerivationError, match="expected a column"):
        expectation(H, H, m, S)


def test_no_one_else_can_write_a_deviation() -> None:
    forged = vector("v less its mean, 1", "k")
    assert forged != Deviation("k", "1", "v less its mean, 1", False)
    with pytest.raises(DerivationError, match="expected one generator named"):
        decide(mean(v.T @ forged))


def test_functions_are_notation() -> None:
    q = Function("q", (v, w), v.T @ H @ v + h.T @ w)
    assert q(m, v).to_latex() == r"q\left(m, v\right)"
    assert is_zero(q(w, v) - w.T @ H @ w - h.T @ v)  # parameters exchanged at once, not one after the other
    assert is_zero(mean(q(v, m)) - m.T @ H @ m - (H @ S).trace() - h.T @ m)
    assert is_zero(substitute(q(v, w), {H: S}) - v.T @ S @ v - h.T @ w)
    with pytest.raises(DerivationError, match="expected nothing about a bound v"):
        substitute(q(m, m), {h: v})
    with pytest.raises(DerivationError, match="expected a polynomial"):
        Function("q", (v,), (1 + v.T @ v).inverse())
    with pytest.raises(DerivationError, match="expected arguments of shapes k x 1, k x 1"):
        q(m, H)


def test_functions_do_not_hide_what_their_parameters_are() -> None:
    """f(S) = S - S', S symmetric, would be 0 at every matrix: the body has lost the transpose."""
    with pytest.raises(DerivationError, match="none symmetric"):
        Function("f", (S,), S - S.T)
    with pytest.raises(DerivationError, match="each once"):
        Function("f", (v, v), v.T @ v)
    with pytest.raises(DerivationError, match="expected generators"):
        Function("f", (2 * v,), v.T @ v)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((tau * H.inverse()).log_det(), -H.log_det()),
        ((L @ L.T).log_det(), 2 * L.log_det()),
        ((H @ L).inverse().log_det(), -(H.log_det() + L.T.log_det())),
        ((tau * tau).log_det(), 2 * tau.log_det()),
        (((H + L @ L.T).inverse()).log_det(), -(H + L @ L.T).log_det()),
        ((-tau).log_det(), tau.log_det()),
    ],
)
def test_logarithms_of_determinants(left: Expression, right: Expression) -> None:
    from proofs.engine.free_algebra import dimension

    extra = dimension("k") * tau.log_det() if left == (tau * H.inverse()).log_det() else 0
    assert is_zero(left - right - extra)
    assert is_zero(left - right - extra - 1) is None
    assert is_zero(left + right) is None
    rng = np.random.default_rng(2)
    values = {"tau": 0.7, "H": np.diag([2.0, 3.0, 5.0]), "L": np.tril(rng.normal(size=(3, 3))) + 3 * np.eye(3)}
    one, other = (as_function(side, dimensions_from=generators_of(H))(**values) for side in (left, right + extra))
    assert one == pytest.approx(other, rel=1e-12)


def test_logarithms_that_are_not_equal() -> None:
    A, B = matrix("A", "k", "k"), matrix("B", "k", "k")
    for false in (
        (A + B).log_det() - A.log_det() - B.log_det(),
        A.log_det() - B.log_det(),
        (2 * A).log_det() - A.log_det(),
    ):
        assert is_zero(false) is None
    product = X.T @ X  # rectangular factors have no determinant of their own
    assert is_zero(product.log_det() - 2 * product.log_det() / 2)
    # log 6 = log 2 + log 3 is true and not found: nothing may be called false here.
    six = (6 * A).log_det() - (2 * A).log_det() - (3 * B).log_det() + B.log_det()
    assert decide(six).outcome is Outcome.UNKNOWN
    with pytest.raises(DerivationError, match="log det: expected an invertible matrix"):
        decide((A - A).log_det())
    with pytest.raises(DerivationError, match="log det: expected a square matrix"):
        X.log_det()


def test_logarithms_assume_what_their_factors_need() -> None:
    assert set(inverses((tau * H.inverse()).log_det())) == {tau, H}
    assert inverses((X.T @ X).log_det()) == (X.T @ X,)
    assert inverses((L @ L.T).log_det()) == (L,)
    assert inverses(identity("k").log_det()) == ()


def test_expectations_at_random_points_by_differences() -> None:
    """The randomised test takes expectations by second differences, not by contracting letters."""
    sizes = {"k": 3, "n": 2}
    value = m.T @ H @ m + (H @ S).trace()
    assert randomised.identity(mean(v.T @ H @ v), value, sizes, seed=1).error < 2**-80
    inner = expectation(v.T @ H @ w, v, X.T @ X @ w, S)  # its mean is random too
    outer = expectation(inner, w, m, S)
    exact = m.T @ X.T @ X @ H @ m + (X.T @ X @ H @ S).trace()
    assert randomised.identity(outer, exact, sizes, seed=2).error < 2**-80
    q = Function("q", (w,), w.T @ H @ w)
    assert randomised.identity(mean(q(v)), value, sizes, seed=3).error < 2**-80
    defined = {S: L @ L.T}
    assert randomised.identity(mean(v @ v.T), m @ m.T + L @ L.T, sizes, given=defined, seed=4).error < 2**-80
    for wrong in (m.T @ H @ m, value + (H @ S).trace(), m.T @ H @ m + (S @ S).trace()):
        with pytest.raises(DerivationError, match="expected lhs = rhs"):
            randomised.identity(mean(v.T @ H @ v), wrong, sizes, primes=1, points=1)
    with pytest.raises(DerivationError, match="expected degree at most 2"):
        randomised.identity(mean((v.T @ v) * (h.T @ v)), h.T @ m, sizes)
    with pytest.raises(DerivationError, match="expected a polynomial in the random vector"):
        randomised.identity(mean((1 + v.T @ v).inverse()), tau, sizes)
    with pytest.raises(DerivationError, match="expected a symmetric covariance"):
        randomised.identity(expectation(v.T @ v, v, m, L), m.T @ m + L.trace(), sizes)
    with pytest.raises(DerivationError, match="expected a matrix expression, found LogDet"):
        randomised.identity(H.log_det(), tau, sizes)
