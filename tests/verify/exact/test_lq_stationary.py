"""Stability at points: closed forms, other bases, and floats with radii beside exact eigenvalues."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpq_mat

from games.families import family
from verify.claims.errl.shared import scalar_point
from verify.claims.errl.solved import two_controllers
from verify.exact import lq_stationary as exact
from verify.exact.errors import CertificateError
from verify.vocabulary import lq_stationary_numeric as numeric

FACT: dict[str, str] = {}
NAMES = (
    "riccati_residual",
    "closed_loop_abscissa",
    "flow_abscissa",
    "follower_flow_abscissa",
    "lyapunov_eigenvalue",
    "leader_influence",
)


def near(value: Any, number: float) -> bool:
    return abs(float(value) - number) < 1e-12 * (1 + abs(number))


class TestTwoControllers:
    def test_the_saddle(self):
        """p' = 2lp + p^2/2 + 1/2, q' = 2lq + q^2, l = 1 - p/2 - q: at (1, 1) the Jacobian is [[-1, -2], [-1, -1]]."""
        point = two_controllers(1, 1)
        assert exact.riccati_residual(point, FACT, 64) == 0
        assert exact.closed_loop_abscissa(point, FACT, 64) == -1
        assert near(exact.flow_abscissa(point, FACT, 64), -1 + math.sqrt(2))
        assert exact.follower_flow_abscissa(point, FACT, 64) == -1
        assert exact.lyapunov_eigenvalue(point, FACT, 64) == 1
        assert exact.leader_influence(point, FACT, 64) == 1

    def test_the_attracting_point(self):
        """At (1/3, 5/3), l = -5/6: [[-5/3, -2/3], [-5/3, -5/3]]."""
        point = two_controllers(Fraction(1, 3), Fraction(5, 3))
        assert exact.riccati_residual(point, FACT, 64) == 0
        assert near(exact.flow_abscissa(point, FACT, 64), -5 / 3 + math.sqrt(10) / 3)

    def test_off_the_points_the_flow_moves(self):
        """At (1, 0), l = 1/2: p' = 1 + 1/2 + 1/2."""
        assert exact.riccati_residual(two_controllers(1, 0), FACT, 64) == 2


def test_scalar_regimes_in_closed_form():
    """Without actions L is [[2 a_1 + c^2 - 1, 1], [2, 2 a_2 + c^2 - 2]]."""
    point = scalar_point(
        [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
        [[0, 0, 0], [0, 0, 0], [0, 0, 1]],
        generator=[[-1, 1], [2, -2]],
        A=[-1, -3],
        C=1,
        discount=0,
    )
    operator = np.array([[-2 + 1 - 1, 1], [2, -6 + 1 - 2]])
    assert near(exact.closed_loop_abscissa(point, FACT, 64), np.linalg.eigvals(operator).real.max())
    assert near(exact.lyapunov_eigenvalue(point, FACT, 64), np.linalg.solve(operator, [-1, -1]).min())


@pytest.mark.parametrize("seed", range(3))
def test_the_lifted_operator_moves_second_moments(seed):
    """The eigenvalues are those of the full matrix on vec(X_1), ..., vec(X_m), symmetric or not, up to twins."""
    points: Any = family("lq_point").sample(np.random.default_rng(seed), 2)
    for point in points:
        twin = point.exact()
        equations, values = exact._at(twin)
        _, stages = exact.right_side(equations, values, exact.Order.STACKELBERG)
        n, m = point.states, point.regimes
        blocks = np.kron(point.generator, np.eye(n * n))
        for i, (regime, at) in enumerate(zip(equations.regimes, stages, strict=True)):
            A, C = exact.closed_loop(equations, regime, at.closed)
            A, C = np.array(A, dtype=float), [np.array(own, dtype=float) for own in C]
            own = np.kron(A.T, np.eye(n)) + np.kron(np.eye(n), A.T) + sum(np.kron(c.T, c.T) for c in C)
            blocks[i * n * n : (i + 1) * n * n, i * n * n : (i + 1) * n * n] += own
        assert blocks.shape == (m * n * n,) * 2
        # The abscissa belongs to a positive, hence symmetric, eigenvector.
        expected = np.linalg.eigvals(blocks).real.max()
        assert abs(float(exact.closed_loop_abscissa(twin, FACT, 64)) - expected) < 1e-9 * (1 + abs(expected))


@pytest.mark.parametrize("seed", range(2))
def test_the_jacobian_is_a_difference_quotient(seed):
    """Of the residual, read along one direction of the leader's P: the largest entry of R(P + h E) - R(P - h E)."""
    point: Any = family("lq_point_small").sample(np.random.default_rng(seed), 1)[0]
    twin = point.exact()
    slopes = exact._flow_jacobian(twin)
    equations, values = exact._at(twin)
    y = exact.unpack(values)
    h = exact.fmpq(1, 10**6)
    for j in range(len(y)):
        rates = []
        for sign in (1, -1):
            moved = [x + sign * h * int(i == j) for i, x in enumerate(y)]
            packed = exact.pack(moved, equations.states, len(equations.regimes))
            rates.append(exact.unpack(exact.right_side(equations, packed, exact.Order.STACKELBERG)[0]))
        for i, (up, down) in enumerate(zip(*rates, strict=True)):
            quotient = float(exact.fraction((up - down) / (2 * h)))
            assert abs(quotient - float(exact.fraction(slopes[i, j]))) < 1e-6 * (1 + abs(quotient))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["lq_point_small", "lq_point_alone", "lq_point_stationary"])
def test_floats_enclose(name, kind):
    """Radii hold what they say, and say something for nearly all points."""
    seen: Any = family(kind).sample(np.random.default_rng(2), 24)
    found, radii = getattr(numeric, name)(seen)
    if (name, kind) == ("flow_abscissa", "lq_point_alone"):
        assert np.isinf(radii).all()  # both players' flows have the loop's eigenvalues: too few eigenvectors
        return
    assert np.isinf(radii).sum() <= 2 and np.median(radii) < 1e-6
    for i in range(8):
        value = float(getattr(exact, name)(seen[i].exact(), FACT, 64))
        assert abs(value - found[i]) <= radii[i] + 1e-15 * abs(value)


def test_equal_rows_have_no_eigenvectors_to_lean_on():
    """A defective matrix: its eigenvalue is not claimed to be known."""
    ball = numeric.FloatBall.of(np.array([[[1.0, 1.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 3.0]]]))
    found = numeric.abscissa(ball)
    assert np.isinf(found.radius[0]) and abs(found.value[1] - 3) <= found.radius[1] < 1e-10


def test_the_library_reads_one_triangle():
    """The radius covers what the lower triangle, read on both sides, may miss, whatever the upper one knows."""
    value = np.array([[[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]])
    radius = np.array([[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]])
    assert numeric.least_eigenvalue(numeric.FloatBall.of(value, radius)).radius[0] >= math.sqrt(2)


def test_eigenvalues_too_near_to_isolate_are_refused():
    """Eigenvalues 1e-800 apart take hours to isolate; long numbers alone do not."""
    tiny = fmpq(1, 10**800)
    assert exact.abscissa(fmpq_mat([[tiny, fmpq(0)], [fmpq(0), fmpq(-1)]]), 64) > 0
    assert near(exact.abscissa(fmpq_mat([[1 + tiny, tiny], [fmpq(3), 2 - tiny]]), 64), 2)
    with pytest.raises(CertificateError, match="tell apart"):
        exact.abscissa(fmpq_mat([[1 + tiny, tiny], [tiny, 1 - tiny]]), 64)
