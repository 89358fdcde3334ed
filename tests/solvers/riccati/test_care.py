"""Riccati equations of one player: closed forms, references in many digits, and scipy's own answers."""

import mpmath
import numpy as np
import pytest

from solvers.errors import SolverError
from solvers.riccati import care_balls as balls
from solvers.riccati.care import care
from solvers.riccati.care_examples import RiccatiExample, examples, near_axis
from solvers.solution import Status

BY_NAME = {example.name: example for example in examples()}


def reference(example: RiccatiExample, digits: int = 60) -> list[list[mpmath.mpf]]:
    """The stable invariant subspace of the Hamiltonian matrix by mpmath's eigenvectors."""
    with mpmath.workdps(digits):
        A, B, Q, R = (mpmath.matrix(matrix.tolist()) for matrix in (example.A, example.B, example.Q, example.R))
        n = A.rows
        H = mpmath.zeros(2 * n)
        G = B * mpmath.inverse(R) * B.T
        for i in range(n):
            for j in range(n):
                H[i, j], H[i, n + j], H[n + i, j], H[n + i, n + j] = A[i, j], -G[i, j], -Q[i, j], -A[j, i]
        values, vectors = mpmath.eig(H)
        stable = [k for k in range(2 * n) if mpmath.re(values[k]) < 0]
        assert len(stable) == n
        top = mpmath.matrix(n, n)
        bottom = mpmath.matrix(n, n)
        for column, k in enumerate(stable):
            for i in range(n):
                top[i, column], bottom[i, column] = vectors[i, k], vectors[n + i, k]
        X = bottom * mpmath.inverse(top)
        return [[mpmath.re(X[i, j]) for j in range(n)] for i in range(n)]


@pytest.mark.parametrize("name", BY_NAME)
def test_every_example_is_solved_to_one_rounding_and_better_than_by_scipy(name: str) -> None:
    example = BY_NAME[name]
    answer = care(example.A, example.B, example.Q, example.R)
    assert answer.status == Status.CONVERGED
    largest = np.abs(answer.X).max()
    assert answer.error_bound <= 2.0**-53 * largest
    assert answer.first_answer is not None
    assert answer.error_bound <= np.abs(answer.first_answer - answer.X).max()
    closed = example.A + example.B @ answer.gain
    assert np.linalg.eigvals(closed).real.max() < 0


@pytest.mark.parametrize("name", [name for name, example in BY_NAME.items() if example.exact])
def test_closed_forms_are_within_the_proved_bound(name: str) -> None:
    example = BY_NAME[name]
    answer = care(example.A, example.B, example.Q, example.R)
    assert example.exact is not None
    with mpmath.workdps(60):
        exact = example.exact(mpmath.mpf, mpmath.sqrt)
        errors = [abs(exact[i][j] - answer.X[i, j].item()) for i in range(len(exact)) for j in range(len(exact))]
        assert max(errors) <= answer.error_bound
        assert answer.first_answer is not None
        by_scipy = max(abs(exact[i][j] - entry) for (i, j), entry in np.ndenumerate(answer.first_answer))
    assert max(errors) < by_scipy


@pytest.mark.parametrize(
    "name", ["8 nearly singular R", "11 indefinite Q", "12 scales behind a reflection", "14 near the axis"]
)
def test_eigenvectors_in_sixty_digits_are_within_the_proved_bound(name: str) -> None:
    example = BY_NAME[name]
    answer = care(example.A, example.B, example.Q, example.R)
    exact = reference(example)
    errors = [abs(entry - answer.X[i, j].item()) for i, row in enumerate(exact) for j, entry in enumerate(row)]
    assert max(errors) <= answer.error_bound


def test_circulant_solution_is_a_function_of_the_circulant() -> None:
    example = BY_NAME["16 circulant"]
    answer = care(example.A, example.B, example.Q, example.R)
    values, vectors = np.linalg.eigh(example.A)
    exact = vectors @ np.diag(values + np.sqrt(values**2 + 1)) @ vectors.T
    np.testing.assert_allclose(answer.X, exact, atol=1e-13)  # rounding of the eigenvectors


def test_integrators_have_the_known_corner() -> None:
    example = BY_NAME["17 integrators"]
    assert care(example.A, example.B, example.Q, example.R).X[0, -1] == 1.0  # sqrt(q r)


def test_indefinite_cost_has_its_integers() -> None:
    example = BY_NAME["11 indefinite Q"]
    answer = care(example.A, example.B, example.Q, example.R)
    np.testing.assert_allclose(answer.X, [[2, 1], [1, 1]], atol=1e-8)  # entries 3 - 1e-7 are rounded, ill-conditioned


def test_cross_terms_equal_a_shifted_problem() -> None:
    rng = np.random.default_rng(3)
    A, B, S = rng.normal(size=(4, 4)), rng.normal(size=(4, 2)), rng.normal(size=(4, 2)) / 4
    R = np.array([[2.0, 0.5], [0.5, 1.0]])
    Q = 3 * np.eye(4)
    answer = care(A, B, Q, R, S)
    K = answer.gain
    np.testing.assert_allclose(K, -np.linalg.solve(R, B.T @ answer.X + S.T), rtol=1e-12)
    residual = A.T @ answer.X + answer.X @ A - K.T @ R @ K + Q
    assert np.abs(residual).max() < 1e-12 * np.abs(answer.X).max()
    assert np.linalg.eigvals(A + B @ K).real.max() < 0


def test_the_matrix_sign_takes_over_where_scipy_is_far_off() -> None:
    example = near_axis(1e-30)  # closed-loop eigenvalues 1e-30 from the axis: scipy's answer has no digit
    answer = care(example.A, example.B, example.Q, example.R)
    assert answer.status == Status.CONVERGED
    assert answer.method == "matrix sign"
    exact = reference(example, digits=240)
    assert max(abs(e - answer.X[i, j].item()) for i, row in enumerate(exact) for j, e in enumerate(row)) <= (
        answer.error_bound
    )


def test_nothing_is_proved_where_nothing_stabilises() -> None:
    answer = care(np.eye(2), np.zeros((2, 1)), np.eye(2), np.eye(1))
    assert answer.status == Status.BUDGET
    assert np.isnan(answer.error_bound)
    assert np.isnan(answer.X).all()


def test_an_indefinite_weight_is_ill_posed() -> None:
    assert care(-np.eye(2), np.eye(2), np.eye(2), np.diag([1.0, -1.0])).status == Status.ILL_POSED


def test_shapes_are_checked() -> None:
    with pytest.raises(SolverError, match=r"Q: expected shape \(2, 2\)"):
        care(np.eye(2), np.eye(2), np.eye(3), np.eye(2))


def test_the_bound_refuses_points_that_are_no_solution() -> None:
    example = BY_NAME["1 double integrator"]
    with balls.precision(256):
        A, Q = balls.as_balls(example.A), balls.as_balls(example.Q)
        G = balls.as_balls(example.B @ example.B.T)
        wrong = balls.as_balls(np.array([[2.0, 1.0], [1.0, 2.5]]))
        form = balls.lyapunov(A - G * wrong, balls.identity(2))
        assert balls.riccati_bound(A, G, Q, wrong, form) is None
        close = balls.as_balls(np.array([[2.0, 1.0], [1.0, 2.0 + 1e-9]]))
        form = balls.lyapunov(A - G * close, balls.identity(2))
        bound = balls.riccati_bound(A, G, Q, close, form)
        assert bound is not None
        assert 1e-9 <= float(bound) <= 1e-7
        unstable = balls.as_balls(np.array([[2.0, -1.0], [-1.0, -2.0]]))  # another root of the equation
        assert balls.riccati_bound(A, G, Q, unstable, balls.identity(2)) is None
