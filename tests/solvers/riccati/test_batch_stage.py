"""The compiled Jacobian of the Riccati flow beside central differences of the flow."""

import numpy as np

from solvers.riccati import batch_stage


def test_the_jacobian_is_the_derivative_of_the_flow() -> None:
    rng = np.random.default_rng(3)
    m, n, ku, kv, d, beta = 2, 3, 2, 1, 2, 0.4
    N, size = n + ku + kv, m * n * (n + 1)
    S, J = 0.5 * rng.normal(size=(m, n, N)), 0.3 * rng.normal(size=(m, d, n, N))
    factor = rng.normal(size=(2, m, N, N)) / N
    M = factor @ np.swapaxes(factor, -1, -2) + np.eye(N)
    generator = rng.uniform(0.1, 1, (m, m))
    np.fill_diagonal(generator, 0)
    generator -= np.diag(generator.sum(axis=1))
    H = np.empty((2, m, N, N))
    work = (
        np.empty((m, kv, kv)),
        np.empty((m, ku, ku)),
        np.empty((m, kv, n + ku)),
        np.empty((m, ku, N)),
        np.empty((m, N, n)),
        np.empty((2, m, N, n)),
        np.empty((m, n, n)),
        np.empty((m, d, n, n)),
    )
    places = np.triu_indices(n)

    def flow(unknowns: np.ndarray) -> np.ndarray:
        P = np.zeros((2, m, n, n))
        P[..., places[0], places[1]] = P[..., places[1], places[0]] = unknowns.reshape(2, m, -1)
        assert all(batch_stage.stage(i, M, P, S, J, ku, kv, H, work) for i in range(m))
        found = np.empty(size)
        batch_stage.flow(generator, beta, P, work, found)
        return found

    at, h = 0.1 * rng.normal(size=size), 1e-5
    differences = np.stack([(flow(at + step) - flow(at - step)) / (2 * h) for step in h * np.eye(size)], axis=1)
    flow(at)  # H and work at the point itself
    found = np.empty((size, size))
    batch_stage.jacobian(generator, beta, S, J, ku, kv, H, work, found)
    np.testing.assert_allclose(found, differences, atol=1e-8)  # h^2 and rounding / h are both of order 1e-10
    assert abs(found).max() > 1
