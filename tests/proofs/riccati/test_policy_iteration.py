"""Policy iteration: the derived operators are Newton's on a game with regimes and noises, step for step."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from proofs.catalogue import derive
from proofs.riccati import policy_iteration as topic

Array = np.ndarray
REGIMES, STATES, ACTIONS, NOISES = 2, 3, 2, 2


class Problem:
    """A one-player problem with two regimes, written in loops: sums over noises and regimes, no stacks."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.beta = 0.7
        self.rates = np.array([[-1.0, 1.0], [0.5, -0.5]])
        self.A = 0.4 * rng.normal(size=(REGIMES, STATES, STATES)) - 2 * np.eye(STATES)  # stable without control
        self.E = rng.normal(size=(REGIMES, STATES, ACTIONS))
        self.C = 0.3 * rng.normal(size=(REGIMES, NOISES, STATES, STATES))
        self.F = 0.3 * rng.normal(size=(REGIMES, NOISES, STATES, ACTIONS))
        root = rng.normal(size=(REGIMES, STATES + ACTIONS, STATES + ACTIONS))
        self.M = root @ root.swapaxes(-1, -2) + np.eye(STATES + ACTIONS)

    def hessian(self, P: Array, i: int) -> tuple[Array, Array, Array]:
        noise = sum(self._j(i, channel).T @ P[i] @ self._j(i, channel) for channel in range(NOISES))
        H = self.M[i] + noise
        H[:STATES, :STATES] += self.A[i].T @ P[i] + P[i] @ self.A[i]
        H[STATES:, :STATES] += self.E[i].T @ P[i]
        return H[:STATES, :STATES], H[STATES:, :STATES], H[STATES:, STATES:]

    def _j(self, i: int, channel: int) -> Array:
        return np.hstack([self.C[i, channel], self.F[i, channel]])

    def residual(self, P: Array) -> Array:
        found = np.empty_like(P)
        for i in range(REGIMES):
            xx, vx, vv = self.hessian(P, i)
            switching = sum(self.rates[i, j] * P[j] for j in range(REGIMES))
            found[i] = xx - vx.T @ np.linalg.solve(vv, vx) + switching - self.beta * P[i]
        return found

    def improved(self, P: Array) -> Array:
        gains = []
        for i in range(REGIMES):
            _, vx, vv = self.hessian(P, i)
            gains.append(-np.linalg.solve(vv, vx))
        return np.array(gains)

    def evaluated(self, gains: Array) -> Array:
        """The cost of the gains: one linear system over the entries of both matrices."""
        size = STATES * STATES
        system, right = np.zeros((REGIMES * size, REGIMES * size)), np.zeros(REGIMES * size)
        for i, K in enumerate(gains):
            rows = slice(i * size, (i + 1) * size)
            drift = self.A[i] + self.E[i] @ K
            system[rows, rows] += np.kron(drift.T, np.eye(STATES)) + np.kron(np.eye(STATES), drift.T)
            for channel in range(NOISES):
                noise = self.C[i, channel] + self.F[i, channel] @ K
                system[rows, rows] += np.kron(noise.T, noise.T)
            system[rows, rows] -= self.beta * np.eye(size)
            for j in range(REGIMES):
                system[rows, j * size : (j + 1) * size] += self.rates[i, j] * np.eye(size)
            fixed = np.vstack([np.eye(STATES), K])
            right[rows] = -(fixed.T @ self.M[i] @ fixed).ravel()
        return np.linalg.solve(system, right).reshape(REGIMES, STATES, STATES)

    def values(self, i: int, **matrices: Array) -> dict[str, Array | float]:
        """Regime i in the generators of the derivation: the noises stacked, the switching summed."""
        found: dict[str, Array | float] = {"beta": self.beta, "A": self.A[i], "E": self.E[i]}
        found |= {"C": np.vstack(list(self.C[i])), "F": np.vstack(list(self.F[i]))}
        found |= {
            "Mxx": self.M[i][:STATES, :STATES],
            "Mvx": self.M[i][STATES:, :STATES],
            "Mvv": self.M[i][STATES:, STATES:],
        }
        for name, both in matrices.items():
            found[name] = both[i]
            found[f"R{name}"] = np.kron(np.eye(NOISES), both[i])
            found[f"Q{name}"] = sum((self.rates[i, j] * both[j] for j in range(REGIMES)), np.zeros((STATES, STATES)))
        return found


@pytest.fixture(scope="module")
def functions() -> dict[str, Callable[..., Array]]:
    return derive(topic.TOPIC).functions()


def stabilised(problem: Problem, steps: int) -> list[Array]:
    """Iterates of policy iteration from the gain zero, which is stabilising."""
    iterates = [problem.evaluated(np.zeros((REGIMES, ACTIONS, STATES)))]
    for _ in range(steps):
        iterates.append(problem.evaluated(problem.improved(iterates[-1])))
    return iterates


def test_iterates_fall_and_the_residual_is_what_was_derived(functions: dict[str, Callable[..., Array]]) -> None:
    problem = Problem(3)
    first, second, *_, last = stabilised(problem, 7)
    for old, new in ((first, second), (second, last)):
        assert (np.linalg.eigvalsh(old - new) > -1e-12).all()  # rounding of a solve of condition below 1e3
    residual = problem.residual(second)
    np.testing.assert_allclose(problem.residual(last), 0, atol=1e-12)
    for i in range(REGIMES):
        derived = functions["residual after a step.rhs"](**problem.values(i, P=first, P_K=second))
        np.testing.assert_allclose(derived, residual[i], atol=1e-12)
        assert (np.linalg.eigvalsh(residual[i]) < 1e-12).all()


def test_both_sides_of_the_comparison_on_true_sums(functions: dict[str, Callable[..., Array]]) -> None:
    problem = Problem(4)
    first, second, third, *_ = stabilised(problem, 2)
    gains = problem.improved(first)
    for i in range(REGIMES):
        values = problem.values(i, **{"P'": second, "P_K": third}) | {"K'": gains[i]}
        left, right = functions["comparison.lhs"](**values), functions["comparison.rhs"](**values)
        np.testing.assert_allclose(left, right, atol=1e-11)
        # Both evaluations vanish, so that the right side is the square alone.
        assert (np.linalg.eigvalsh(right) > -1e-12).all()


def test_the_derivative_is_the_lyapunov_operator(functions: dict[str, Callable[..., Array]]) -> None:
    problem = Problem(5)
    rng = np.random.default_rng(6)
    P, X = (part + part.swapaxes(-1, -2) for part in 0.3 * rng.normal(size=(2, REGIMES, STATES, STATES)))
    step = 1e-5  # the central difference is off by its square times third derivatives, and by rounding over it
    slope = (problem.residual(P + step * X) - problem.residual(P - step * X)) / (2 * step)
    gains = problem.improved(P)
    for i in range(REGIMES):
        values = problem.values(i, P=P, X=X) | {"K'": gains[i], "epsilon": 1.0}
        affine = functions["evaluation is affine.rhs"](**values)
        at_start = functions["evaluation is affine.rhs"](**(values | {"epsilon": 0.0}))
        np.testing.assert_allclose(affine - at_start, slope[i], atol=1e-8)
        whole = functions["expansion of the residual.rhs"](**problem.values(i, P=P, X=X))
        np.testing.assert_allclose(whole, problem.residual(P + X)[i], atol=1e-11)


def test_a_stabilising_start_is_not_enough() -> None:
    """Scalar, A = E = M_vv = 1, M_xx = -2, no noise: H_vv = 1 throughout, and no solution of 2P - P^2 - 2 = 0."""
    gain, stable = Fraction(-3), []
    for _ in range(3):
        loop = 1 + gain
        stable.append(loop < 0)
        value = -(gain**2 - 2) / (2 * loop)  # evaluation: 2 (A + EK) P + M_xx + K^2 = 0
        gain = -value
    assert stable == [True, True, False]


def test_newton_converges_quadratically() -> None:
    problem = Problem(7)
    iterates = stabilised(problem, 9)
    errors = [np.abs(P - iterates[-1]).max() for P in iterates[:-1]]
    pairs = [(old, new) for old, new in itertools.pairwise(errors) if old < 0.5 and new > 1e-9]
    assert len(pairs) >= 2
    ratios = [new / old**2 for old, new in pairs]
    assert max(ratios) < 10 * min(ratios)  # one constant, up to the terms of third order
