"""Stability of closed loops and of Riccati flows: closed forms, simulation-free recomputation, facts that must fail."""

import dataclasses
import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.linalg

from games.linear_quadratic import LinearQuadraticGame
from solvers.errors import SolverError
from solvers.riccati.kleinman_lyapunov import Lyapunov
from solvers.riccati.stability import closed_loop_fact, contracting_form, flow_fact, stability
from solvers.riccati.stationary import stationary
from solvers.riccati.stationary_system import System


def scalar(a: float, b: float, e: float, leader: Any, follower: Any, discount: float = 0.0) -> LinearQuadraticGame:
    one, none = np.ones((1, 1, 1)), np.zeros((1, 1))
    costs = {"leader_M": np.array([leader], dtype=float), "follower_M": np.array([follower], dtype=float)}
    for player in ("leader", "follower"):
        costs |= {f"{player}_m": np.zeros((1, 3)), f"{player}_G": 0 * one, f"{player}_g": none}
    return LinearQuadraticGame(
        generator=none,
        A=a * one,
        B=b * one,
        E=e * one,
        b=none,
        C=0 * one[None],
        D=0 * one[None],
        F=0 * one[None],
        s=0 * one,
        **costs,
        discount=discount,
        leader_temperature=0.0,
        follower_temperature=0.0,
    )


STABLE_LOOP_UNSTABLE_FLOW = scalar(1, 1, 2, [[1, 0, 1], [0, 1, 0], [1, 0, 1]], np.diag([0.0, 0.0, 1.0]))
THERE = np.array([0.5, 0.25]).reshape(2, 1, 1, 1)


def coupled(seed: int = 3) -> tuple[LinearQuadraticGame, np.ndarray]:
    """A game of two regimes and two states with multiplicative noise, and its stationary P."""
    rng = np.random.default_rng(seed)
    m, n, d = 2, 2, 2

    def normal(*shape: int, size: float) -> np.ndarray:
        return size * rng.normal(size=(m, *shape))

    costs = {}
    for player, own in (("leader", 2), ("follower", 3)):
        M = np.broadcast_to(np.diag([1.0, 1, 0.2, 0.2]), (m, 4, 4)).copy()
        M[:, own, own] += 1
        M[:, 2, 3] = M[:, 3, 2] = 0.1
        costs |= {f"{player}_M": M, f"{player}_m": normal(4, size=0.2), f"{player}_G": 0 * M[:, :2, :2]}
        costs |= {f"{player}_g": np.zeros((m, n))}
    game = LinearQuadraticGame(
        generator=np.array([[-1.0, 1.0], [0.5, -0.5]]),
        A=normal(n, n, size=0.4),
        B=normal(n, 1, size=0.8),
        E=normal(n, 1, size=0.8),
        b=normal(n, size=0.2),
        C=normal(d, n, n, size=0.2),
        D=normal(d, n, 1, size=0.2),
        F=normal(d, n, 1, size=0.2),
        s=normal(d, n, size=0.2),
        **costs,
        discount=0.5,
        leader_temperature=0.1,
        follower_temperature=0.1,
    )
    answer = stationary(game)
    assert answer.converged
    return game, np.stack([answer.leader.P, answer.follower.P])


def test_closed_loop_can_be_stable_where_the_flow_is_not() -> None:
    found = stability(STABLE_LOOP_UNSTABLE_FLOW, THERE)
    assert found.closed_loop == pytest.approx(-1, abs=1e-14)  # A + BU + EV = 1 - 1/2 - 1
    assert found.flow == pytest.approx(np.sqrt(3) - 1, abs=1e-14)
    assert found.mean_square
    assert found.discounted
    assert not found.flow_stable
    system = System(STABLE_LOOP_UNSTABLE_FLOW, "stackelberg")
    assert np.abs(system.flow(system.point(THERE))).max() == 0
    perturbed = THERE + 1e-6
    for _ in range(400):
        perturbed = perturbed + 0.05 * system.flow(system.point(perturbed))
    assert np.abs(perturbed - THERE).max() > 0.1


def test_facts_of_the_unstable_flow() -> None:
    below = closed_loop_fact(STABLE_LOOP_UNSTABLE_FLOW, THERE, value=0.0)
    above = flow_fact(STABLE_LOOP_UNSTABLE_FLOW, THERE, value=0.5, side="above")
    assert below["side"] == "below"
    assert below["point"] == {"leader": [[["1/2"]]], "follower": [[["1/4"]]]}
    assert Fraction(below["radius"]) < Fraction(1, 10**9)
    assert above["concept"] == "flow_abscissa"
    assert json.loads(json.dumps([below, above])) == [below, above]
    with pytest.raises(SolverError, match="expected it below"):
        flow_fact(STABLE_LOOP_UNSTABLE_FLOW, THERE, value=0.0)
    with pytest.raises(SolverError, match=r"expected it above 0\.74"):
        flow_fact(STABLE_LOOP_UNSTABLE_FLOW, THERE, value=0.74, side="above")


def test_lifted_abscissa_is_that_of_the_kronecker_matrix() -> None:
    game, P = coupled()
    system = System(game, "stackelberg")
    point = system.point(P)
    rows = []
    eye = np.eye(2)
    for i in range(2):
        own = np.kron(point.closed[i].T, eye) + np.kron(eye, point.closed[i].T)
        own = own + sum(np.kron(C.T, C.T) for C in point.closed_noise[i])
        rows.append([own * (i == j) + game.generator[i, j] * np.eye(4) for j in range(2)])
    expected = np.linalg.eigvals(np.block(rows)).real.max()
    assert stability(game, P).closed_loop == pytest.approx(expected, rel=1e-12)


def test_second_moments_decay_at_the_lifted_abscissa() -> None:
    game, P = coupled()
    system = System(game, "stackelberg")
    point = system.point(P)
    lifted = Lyapunov(point.closed, point.closed_noise, game.generator, 0.0)
    late = scipy.linalg.expm(60 * lifted.matrix()) @ lifted.pack(np.broadcast_to(np.eye(2), (2, 2, 2)))
    later = scipy.linalg.expm(61 * lifted.matrix()) @ lifted.pack(np.broadcast_to(np.eye(2), (2, 2, 2)))
    assert np.log(later / late) == pytest.approx(stability(game, P).closed_loop, abs=1e-6)


def test_flow_abscissas_are_rates_of_return() -> None:
    game, P = coupled()
    found = stability(game, P)
    system = System(game, "stackelberg")
    away = P + 1e-6 * np.random.default_rng(0).normal(size=P.shape)
    away = (away + away.mT) / 2
    sizes = []
    for step in range(1, 3001):
        k1 = system.flow(system.point(away))
        away = away + 0.005 * system.flow(system.point(away + 0.0025 * k1))
        if step in (1600, 2000):
            sizes.append(np.abs(away - P).max())
        if step == 2000:
            break
    assert found.flow_stable
    assert np.log(sizes[1] / sizes[0]) / 2 == pytest.approx(found.flow, abs=0.1)


@pytest.mark.parametrize("method", ["lyapunov", "lmi"])
def test_forms_prove_what_holds_and_nothing_else(method: str) -> None:
    game, P = coupled()
    abscissa = stability(game, P).closed_loop
    fact = closed_loop_fact(game, P, value=abscissa + 0.01, method=method)
    forms = np.array([[[float(Fraction(x)) for x in row] for row in matrix] for matrix in fact["lyapunov"]])
    point = System(game, "stackelberg").point(P)
    room = -Lyapunov(point.closed, point.closed_noise, game.generator, abscissa + 0.01).apply(forms)
    assert np.linalg.eigvalsh(room).min() > 0
    assert np.linalg.eigvalsh(forms).min() > 0
    with pytest.raises(SolverError, match="found no form"):
        closed_loop_fact(game, P, value=abscissa - 0.01, method=method)
    with pytest.raises(SolverError, match="found no form"):
        closed_loop_fact(game, P, value=abscissa + 0.01, side="above")
    assert closed_loop_fact(game, P, value=abscissa - 0.01, side="above")["side"] == "above"
    assert Fraction(closed_loop_fact(game, P, method=method)["value"]) == Fraction(1, 2)  # the discount by default


def test_linear_matrix_inequality_has_no_form_where_there_is_none() -> None:
    A, C = np.array([[[0.1]]]), np.array([[[[0.5]]]])  # 2 * 0.1 + 0.25 = 0.45
    generator = np.zeros((1, 1))
    assert contracting_form(A, C, generator, 0.44) is None
    assert contracting_form(A, C, generator, 0.46) is not None
    for scale in (1e-6, 1e6):  # time in other units
        assert contracting_form(A * scale, C * np.sqrt(scale), generator, 0.46 * scale) is not None
        assert contracting_form(A * scale, C * np.sqrt(scale), generator, 0.44 * scale) is None


@pytest.mark.parametrize("part", ["quadratic", "linear"])
def test_flow_facts_are_sharp(part: str) -> None:
    game, P = coupled()
    found = stability(game, P)
    abscissa = found.flow if part == "quadratic" else found.flow_linear
    fact = flow_fact(game, P, value=abscissa + 0.05, part=part)
    assert len(fact["lyapunov"]) == (12 if part == "quadratic" else 8)
    flow_fact(game, P, value=abscissa - 0.05, side="above", part=part)
    with pytest.raises(SolverError, match="expected it below"):
        flow_fact(game, P, value=abscissa - 0.01, part=part)
    with pytest.raises(SolverError, match="expected it above"):
        flow_fact(game, P, value=abscissa + 0.01, side="above", part=part)


def test_routh_array_finds_unstable_pairs_without_negative_coefficients() -> None:
    from solvers.riccati.stability import _unstable
    from solvers.riccati.stationary_balls import Ball

    unstable = scipy.linalg.block_diag([[0.1, 2.0], [-2.0, 0.1]], [[-3.0]])  # s^3 + 2.8 s^2 + 3.41 s + 12.03
    assert (np.poly(unstable) > 0).all()
    assert _unstable(Ball(unstable))
    assert not _unstable(Ball(unstable - 0.2 * np.eye(3)))
    assert not _unstable(Ball(unstable - 0.1 * np.eye(3), 1e-3))  # on the axis within the radius


def test_points_that_are_not_stationary_are_refused() -> None:
    game, P = coupled()
    with pytest.raises(SolverError, match="none proved"):
        closed_loop_fact(game, P + 5)


def test_nash_points_have_their_own_flow() -> None:
    game, _ = coupled()
    answer = stationary(dataclasses.replace(game), order="nash")
    P = np.stack([answer.leader.P, answer.follower.P])
    found = stability(game, P, "nash")
    assert found.flow_stable
    fact = flow_fact(game, P, "nash", value=found.flow + 0.05)
    assert fact["order"] == "nash"
