"""Stationary solutions: closed forms, long horizons, references in many digits, proved bounds, what is refused."""

import dataclasses
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games.linear_quadratic import LinearQuadraticGame
from solvers.errors import SolverError
from solvers.riccati import finite
from solvers.riccati.hamiltonian import Values, rates, stage
from solvers.riccati.kleinman import ControlProblem, active_player, control_problem, kleinman
from solvers.riccati.kleinman_lyapunov import Lyapunov
from solvers.riccati.stationary import stationary
from solvers.riccati.stationary_balls import Ball, Balls, is_definite
from solvers.riccati.stationary_bound import enclose, enclose_alone
from solvers.riccati.stationary_flow import End, follow
from solvers.riccati.stationary_system import System
from solvers.solution import Status


def game_of(rng: np.random.Generator, n: int = 2, m: int = 2, ku: int = 1, kv: int = 1, **changes: Any) -> Any:
    """A random game whose drift damps by itself, so that every one has a stationary solution."""
    d, N = 2, n + ku + kv
    generator = rng.uniform(0.1, 1, (m, m))
    np.fill_diagonal(generator, 0)
    np.fill_diagonal(generator, -generator.sum(axis=1))

    def cost(own: slice) -> np.ndarray:
        factor = rng.normal(size=(m, N, N)) / N
        M = factor @ factor.mT
        M[:, range(n), range(n)] += 0.5
        for i in range(N)[own]:
            M[:, i, i] += 1
        return M

    def normal(*shape: int, size: float = 0.3) -> np.ndarray:
        return size * rng.normal(size=(m, *shape))

    fields = {
        "generator": generator,
        "A": normal(n, n) - np.eye(n),
        "B": normal(n, ku, size=0.7),
        "E": normal(n, kv, size=0.7),
        "b": normal(n),
        "C": normal(d, n, n, size=0.2),
        "D": normal(d, n, ku, size=0.2),
        "F": normal(d, n, kv, size=0.2),
        "s": normal(d, n, size=0.2),
        "leader_M": cost(slice(n, n + ku)),
        "leader_m": normal(N),
        "leader_G": np.zeros((m, n, n)),
        "leader_g": np.zeros((m, n)),
        "follower_M": cost(slice(n + ku, N)),
        "follower_m": normal(N),
        "follower_G": np.zeros((m, n, n)),
        "follower_g": np.zeros((m, n)),
        "discount": 0.5,
        "leader_temperature": 0.2,
        "follower_temperature": 0.1,
    }
    return LinearQuadraticGame(**fields | changes)


def scalar(
    a: float, b: float, e: float, leader: Any, follower: Any, discount: float = 0.0, noise: Any = (0, 0, 0)
) -> LinearQuadraticGame:
    """One state, one regime, one action each; costs are 3 x 3."""
    one = np.ones((1, 1, 1))
    return LinearQuadraticGame(
        generator=np.zeros((1, 1)),
        A=a * one,
        B=b * one,
        E=e * one,
        b=np.zeros((1, 1)),
        C=noise[0] * one[None],
        D=noise[1] * one[None],
        F=noise[2] * one[None],
        s=np.zeros((1, 1, 1)),
        leader_M=np.array([leader], dtype=float),
        leader_m=np.zeros((1, 3)),
        leader_G=np.zeros((1, 1, 1)),
        leader_g=np.zeros((1, 1)),
        follower_M=np.array([follower], dtype=float),
        follower_m=np.zeros((1, 3)),
        follower_G=np.zeros((1, 1, 1)),
        follower_g=np.zeros((1, 1)),
        discount=discount,
        leader_temperature=0.0,
        follower_temperature=0.0,
    )


def alone(game: LinearQuadraticGame, active: str) -> LinearQuadraticGame:
    """The game in which the other player moves nothing of the active one's."""
    idle = game.blocks()[2 if active == "leader" else 1]
    M = np.array(getattr(game, f"{active}_M"))
    M[:, idle, :] = 0
    M[:, :, idle] = 0
    moves = {"E": 0 * game.E, "F": 0 * game.F} if active == "leader" else {"B": 0 * game.B, "D": 0 * game.D}
    return dataclasses.replace(game, **moves, **{f"{active}_M": M})


def test_one_player_has_the_scalar_closed_form() -> None:
    a, q, rho = 0.7, 2.0, 3.0
    game = scalar(a, 0.0, 1.0, np.diag([1.0, 1.0, 0.0]), np.diag([q, 0.0, rho]), discount=0.4)
    answer = stationary(game)
    shifted = a - 0.2
    exact = rho * (shifted + np.sqrt(shifted**2 + q / rho))
    assert answer.converged
    assert answer.follower.P[0, 0, 0] == pytest.approx(exact, rel=1e-15)
    closed = a - exact / rho
    assert answer.leader.P[0, 0, 0] == pytest.approx(1 / (0.4 - 2 * closed), rel=1e-14)  # beta P = q + 2 closed P


def test_symmetric_nash_has_the_scalar_closed_form() -> None:
    a, q = 0.3, 1.5
    game = scalar(a, 1.0, 1.0, np.diag([q, 1.0, 0.0]), np.diag([q, 0.0, 1.0]))
    answer = stationary(game, order="nash")
    exact = (a + np.sqrt(a * a + 3 * q)) / 3  # 0 = q + 2 a P - 3 P^2 where both play -P x
    assert answer.leader.P[0, 0, 0] == pytest.approx(exact, rel=1e-14)
    assert answer.follower.P[0, 0, 0] == pytest.approx(exact, rel=1e-14)


def test_leader_in_a_decoupled_game_plays_nash() -> None:
    game = scalar(0.3, 1.0, 1.0, np.diag([1.0, 1.0, 0.0]), np.diag([2.0, 0.0, 1.0]))
    leads, moves = stationary(game), stationary(game, order="nash")
    np.testing.assert_allclose(leads.leader.P, moves.leader.P, rtol=1e-13)  # H_F,vu = 0


@pytest.mark.parametrize("order", ["stackelberg", "nash"])
@pytest.mark.parametrize("sees", ["action", "policy"])
def test_long_horizons_tend_to_it(order: str, sees: str) -> None:
    game = game_of(np.random.default_rng(5), follower_sees=sees)
    answer = stationary(game, order=order)
    long = finite.solve(dataclasses.replace(game, horizon=40.0), order=order, tolerance=1e-10, check=False)
    assert answer.converged
    assert answer.error_bound < 1e-12
    for found, limit in ((long.leader, answer.leader), (long.follower, answer.follower)):
        np.testing.assert_allclose(found.P, limit.P, atol=1e-8)
        np.testing.assert_allclose(found.p, limit.p, atol=1e-8)
        # r forgets its end at the rate of the discount, exp(-20) here.
        np.testing.assert_allclose(found.r, limit.r, atol=1e-7)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(1, 3),
    st.integers(1, 3),
    st.sampled_from(["stackelberg", "nash"]),
    st.sampled_from(["none", "leader", "follower"]),
)
def test_random_games_solve_every_equation(seed: int, n: int, m: int, order: str, active: str) -> None:
    game = game_of(np.random.default_rng(seed), n, m, ku=2, kv=1)
    game = game if active == "none" else alone(game, active)
    answer = stationary(game, order=order)
    if not answer.converged:
        assert answer.reason
        return
    assert 0 < answer.error_bound < 1e-9
    size = 1 + max(np.abs(v.P).max() for v in (answer.leader, answer.follower))
    for rate in rates(game, answer.leader, answer.follower, answer.gains()):
        assert max(np.abs(rate.P).max(), np.abs(rate.p).max(), np.abs(rate.r).max()) < 1e-11 * size**2


def test_most_random_games_are_solved() -> None:
    solved = [stationary(game_of(np.random.default_rng(seed)), certify=False).converged for seed in range(20)]
    assert sum(solved) >= 19


def high_precision(game: LinearQuadraticGame, P: np.ndarray) -> list[Any]:
    """Scalar states: the zero of the Riccati equations near P by mpmath, written from their definition."""
    m = game.regimes
    f = lambda array: [[mpmath.mpf(x) for x in row] for row in np.reshape(array, (m, -1)).tolist()]  # noqa: E731 - short
    A, B, E = (f(getattr(game, name)) for name in "ABE")
    C, D, F = (f(getattr(game, name)) for name in "CDF")
    M = {k: f(getattr(game, f"{k}_M")) for k in ("leader", "follower")}

    def equations(*unknowns: Any) -> list[Any]:
        missed: list[list[Any]] = [[], []]
        for i in range(m):
            H = []
            for k, player in enumerate(("leader", "follower")):
                P_k = unknowns[k * m + i]
                h = mpmath.matrix(3, 3)
                drift, noise = (A[i][0], B[i][0], E[i][0]), list(zip(C[i], D[i], F[i], strict=True))
                for r in range(3):
                    for c in range(3):
                        h[r, c] = M[player][i][3 * r + c] + P_k * sum(J[r] * J[c] for J in noise)
                        h[r, c] += P_k * ((drift[c] if r == 0 else 0) + (drift[r] if c == 0 else 0))
                H.append(h)
            leader, follower = H
            K, T = -follower[2, 0] / follower[2, 2], -follower[2, 1] / follower[2, 2]
            G = mpmath.matrix([[1, 0], [0, 1], [K, T]])
            reduced = G.T * leader * G
            U = -reduced[1, 0] / reduced[1, 1]
            Phi = mpmath.matrix([1, U, K + T * U])
            for k in range(2):
                switch = sum(mpmath.mpf(float(game.generator[i, j])) * unknowns[k * m + j] for j in range(m))
                now = (Phi.T * H[k] * Phi)[0] + switch - mpmath.mpf(float(game.discount)) * unknowns[k * m + i]
                missed[k].append(now)
        return missed[0] + missed[1]

    with mpmath.workdps(50):
        return list(mpmath.findroot(equations, [mpmath.mpf(x) for x in P.ravel().tolist()], tol=1e-80))


@pytest.mark.parametrize("seed", range(4))
def test_bounds_hold_references_in_fifty_digits(seed: int) -> None:
    game = game_of(np.random.default_rng(seed), n=1, m=2)
    answer = stationary(game)
    P = np.stack([answer.leader.P, answer.follower.P])
    exact = high_precision(game, P)
    enclosed = enclose(game, "stackelberg", P)
    assert enclosed is not None
    for value, mid, rad in zip(exact, enclosed.P.mid.ravel().tolist(), enclosed.P.rad.ravel().tolist(), strict=True):
        assert abs(value - mid) <= rad < 1e-13
    off = [abs(value - x) for value, x in zip(exact, P.ravel().tolist(), strict=True)]
    assert max(off) <= answer.error_bound


def test_bounds_of_a_perturbed_point_still_hold_the_solution() -> None:
    game = game_of(np.random.default_rng(11))
    answer = stationary(game)
    P = np.stack([answer.leader.P, answer.follower.P])
    enclosed = enclose(game, "stackelberg", P + 1e-5)
    assert enclosed is not None
    assert (np.abs(P - enclosed.P.mid) <= enclosed.P.rad + 1e-13).all()
    assert enclosed.P.rad.max() > 5e-6  # it cannot be narrower than the point is wrong
    assert enclose(game, "stackelberg", P + 10.0) is None


@pytest.mark.parametrize("active", ["leader", "follower"])
def test_comparison_and_krawczyk_agree(active: str) -> None:
    game = alone(game_of(np.random.default_rng(2), n=3), active)
    assert active_player(game) == active
    answer = stationary(game)
    P = np.stack([answer.leader.P, answer.follower.P])
    by_newton, by_comparison = enclose(game, "stackelberg", P), enclose_alone(game, "stackelberg", P, active)
    assert by_newton is not None
    assert by_comparison is not None
    for one, other in ((by_newton.P, by_comparison.P), (by_newton.p, by_comparison.p), (by_newton.r, by_comparison.r)):
        assert (np.abs(one.mid - other.mid) <= one.rad + other.rad).all()
        assert other.rad.max() < 1e-11
    wrong = np.array(P)
    wrong[0 if active == "leader" else 1] -= 1e-6 * np.eye(3)  # the true P is above: no point below can be proved close
    far = enclose_alone(game, "stackelberg", wrong, active)
    assert far is None or far.P.rad.max() > 1e-7


def test_large_games_of_one_player_are_solved_and_proved() -> None:
    game = alone(game_of(np.random.default_rng(4), n=20, m=3, ku=2, kv=2), "follower")
    game = dataclasses.replace(game, A=game.A - np.eye(20))
    answer = stationary(game)
    assert answer.converged
    assert answer.residual < 1e-12
    assert 0 < answer.error_bound < 1e-4  # comparison bounds one player's P tightly; p and r through many products


def test_single_regime_without_noise_is_solved_to_one_rounding() -> None:
    game = alone(game_of(np.random.default_rng(6), n=3, m=1), "follower")
    game = dataclasses.replace(game, C=0 * game.C, D=0 * game.D, F=0 * game.F)
    problem = control_problem(game, "follower")
    by_kleinman = kleinman(problem).P
    answer = stationary(game)
    np.testing.assert_allclose(answer.follower.P, by_kleinman, rtol=1e-12, atol=1e-13)


def test_kleinman_converges_quadratically_and_stabilises() -> None:
    rng = np.random.default_rng(8)
    game = alone(game_of(rng, n=2, m=3, kv=2), "follower")
    game = dataclasses.replace(game, A=game.A + 1.5 * np.eye(2), E=2 * game.E)
    answer = kleinman(control_problem(game, "follower"), tolerance=1e-12)
    assert answer.condition == ""
    last = [r for r in answer.residuals if r > 1e-9][-3:]
    assert np.log(last[2] / last[1]) < 1.7 * np.log(last[1] / last[0]) < 0  # a linear rate would repeat the ratio
    closed = Lyapunov(*control_problem(game, "follower").closed(answer.gain), game.generator, 0.5)
    assert closed.abscissa() < 0


def scalar_control(a: float, b: float, c: float, d: float, discount: float) -> ControlProblem:
    one = np.ones((1, 1, 1))
    return ControlProblem(
        generator=np.zeros((1, 1)),
        A=a * one,
        B=b * one,
        C=c * one[None],
        D=d * one[None],
        Q=one,
        S=0 * one,
        R=one,
        discount=discount,
    )


@pytest.mark.parametrize(("discount", "possible"), [(1.0, False), (1.2, False), (1.3, True), (2.0, True)])
def test_stabilisability_in_mean_square_has_the_scalar_threshold(discount: float, possible: bool) -> None:
    # min over u of 2 (a + b u) + (c + d u)^2 = 2 a - b^2 / d^2 - 2 b c / d = 1.25 here.
    answer = kleinman(scalar_control(1.0, 1.0, -0.125, 1.0, discount))
    threshold = 2 * 1.0 - 1.0 + 0.25
    assert (discount > threshold) == possible
    assert (answer.condition == "") == possible
    if not possible:
        assert answer.condition == "mean-square stabilisability"
        assert answer.eigenvalue == pytest.approx(threshold, abs=0.01)


def test_lyapunov_by_krylov_is_the_direct_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    game = game_of(np.random.default_rng(1), n=4, m=3)
    direct = Lyapunov(game.A, game.C, game.generator, 0.5)
    load = np.broadcast_to(np.eye(4), (3, 4, 4))
    X, abscissa = direct.solve(load), direct.abscissa()
    monkeypatch.setattr("solvers.riccati.kleinman_lyapunov.DIRECT", 0)
    krylov = Lyapunov(game.A, game.C, game.generator, 0.5)
    np.testing.assert_allclose(krylov.solve(load, accuracy=1e-13), X, rtol=1e-10)
    assert krylov.abscissa() == pytest.approx(abscissa, rel=1e-5)
    assert np.abs(krylov.apply(X) + load).max() < 1e-12


def test_an_escaping_game_without_solution_says_so() -> None:
    game = scalar(1.0, 0.0, 0.0, np.diag([1.0, 1.0, 1.0]), np.diag([1.0, 1.0, 1.0]), discount=1.0)
    game = dataclasses.replace(game, B=game.B + 1e-3, E=game.E + 1e-3, leader_M=-game.leader_M + 2 * np.eye(3) * 0)
    answer = stationary(game)
    assert answer.status == Status.ILL_POSED
    assert answer.certificate["condition"] == "Hhat_uu"
    assert answer.certificate["regime"] == 0
    assert Fraction(answer.certificate["eigenvalue"]) < 0
    assert np.isnan(answer.leader.P).all()


def test_values_that_run_away_are_ill_posed() -> None:
    # Noise on both actions: no gain damps faster than the state grows.
    game = scalar(1.0, 0.1, 0.1, np.diag([1.0, 1.0, 0.0]), np.diag([1.0, 0.0, 1.0]), noise=(0, 1, 1))
    answer = stationary(game, order="nash")
    trace = follow(System(game, "nash"), np.zeros((2, 1, 1, 1)))
    assert trace.end == End.ESCAPE
    assert answer.status == Status.ILL_POSED
    assert answer.certificate["condition"] == "escape"


def test_without_discount_r_is_undefined_and_the_rest_is_proved() -> None:
    game = dataclasses.replace(game_of(np.random.default_rng(3)), discount=0.0)
    answer = stationary(game)
    assert answer.converged
    assert np.isnan(answer.leader.r).all()
    assert answer.error_bound < 1e-11
    assert np.isfinite(answer.leader.p).all()


def test_system_linearises_the_flow() -> None:
    game = game_of(np.random.default_rng(9), ku=2, kv=2)
    for order in ("stackelberg", "nash"):
        system = System(game, order)
        P = np.random.default_rng(1).normal(size=(2, 2, 2, 2))
        P = P @ P.mT / 4
        zero = np.zeros((2, 2))
        leader, follower = (Values(P=P[k], p=zero, r=zero[0]) for k in range(2))
        expected = rates(game, leader, follower, stage(game, leader, follower, order))
        np.testing.assert_allclose(-system.flow(system.point(P)), np.stack([e.P for e in expected]), atol=1e-13)
        J, h = system.jacobian(system.point(P)), 1e-5
        for j, change in enumerate(system.basis()):
            ahead, behind = (system.flow(system.point(P + sign * h * change)) for sign in (1, -1))
            np.testing.assert_allclose(system.pack(ahead - behind) / (2 * h), J[:, j], atol=1e-7)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1e-8, 1.0, 1e8]))
def test_balls_hold_exact_arithmetic(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    left, right = scale * rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    radius = np.abs(rng.normal(size=(3, 3))) * 1e-3
    inside = right + radius * rng.uniform(-1, 1, (3, 3)) * (1 - 1e-12)

    def exact(matrix: np.ndarray) -> np.ndarray:
        return np.vectorize(Fraction, otypes=[object])(matrix)

    def holds(ball: Ball, value: np.ndarray) -> bool:
        return bool((abs(exact(ball.mid) - value) <= exact(np.array(ball.rad))).all())

    ball = Ball(right, radius)
    assert holds(left @ ball, exact(left) @ exact(inside))
    assert holds(ball @ left, exact(inside) @ exact(left))
    assert holds(ball + left, exact(inside) + exact(left))
    assert holds(left - ball * 0.1, exact(left) - exact(inside) * Fraction(0.1))
    assert holds(ball.sum(axis=0), exact(inside).sum(axis=0))
    matrix = inside + 4 * np.eye(3)
    solved = Balls.solve(Ball(right + 4 * np.eye(3), radius * 1.01), left)
    found = np.array([[Fraction(x) for x in row] for row in solved.mid.tolist()])
    # (A X~ - B) is at most |A| rad for the true X within the radii: checked through the residual, without inverting.
    missed = exact(matrix) @ found - exact(left)
    assert (abs(missed) <= exact(np.abs(matrix)) @ exact(np.array(solved.rad))).all()


def test_definiteness_is_not_proved_beyond_the_radius() -> None:
    matrix = np.diag([1.0, 2.0])
    assert is_definite(Ball(matrix, 0.4)).all()
    assert not is_definite(Ball(matrix, 0.8)).any()
    assert not is_definite(Ball(np.diag([1.0, -1e-9]))).any()


def test_refusals_are_one_line() -> None:
    game = game_of(np.random.default_rng(0))
    with pytest.raises(SolverError, match="without a horizon"):
        stationary(dataclasses.replace(game, horizon=1.0))
    with pytest.raises(SolverError, match="order"):
        stationary(game, order="markov")
    with pytest.raises(SolverError, match=r"start: expected \(P_L, P_F\)"):
        stationary(game, start=(np.zeros((2, 2)), np.zeros((2, 2))))
    with pytest.raises(SolverError, match="exact twin"):
        stationary(scalar(1.0, 1.0, 1.0, np.eye(3), np.eye(3)).exact())


def drawn(seed: int) -> LinearQuadraticGame:
    """A scalar game with costs of any sign, and noise on actions."""
    rng = np.random.default_rng(seed)

    def cost(own: int) -> np.ndarray:
        M = rng.integers(-3, 4, (3, 3)) / 2
        M = M + M.T
        M[own, own] = abs(M[own, own]) + 1
        return M

    noise = tuple(rng.integers(-2, 3, 3) / 4)
    return scalar(*rng.integers(-3, 4, 3), cost(1), cost(2), discount=rng.integers(0, 3) / 2, noise=noise)


def test_a_flow_held_at_a_pole_is_no_cycle() -> None:
    trace = follow(System(drawn(14), "nash"), np.zeros((2, 1, 1, 1)))
    # Near (-12, -24), where an integrator of order 5 stops too, H_L,uu = 3 + P_L / 4 and the determinant of both
    # first-order conditions are within a hundredth of zero: either name is right.
    assert trace.end == End.CONDITION
    assert trace.condition in ("H_L,uu", "joint first-order conditions")
    assert 0 <= trace.eigenvalue < 1e-2
    assert trace.time == pytest.approx(0.11845, rel=5e-3)


def test_a_path_that_comes_back_twice_is_a_cycle() -> None:
    from solvers.riccati.stationary_flow import _Watch

    def path(angle: float, radius: float) -> np.ndarray:
        return 3 + radius * np.array([np.cos(angle), np.sin(angle)]).reshape(2, 1, 1, 1)

    watch = _Watch(path(0, 1))
    assert any(watch.returned(path(0.1 * k, 1.0)) for k in range(1, 600))
    watch = _Watch(path(0, 1))
    assert not any(watch.returned(path(0.1 * k, 1.0 / (1 + 0.01 * k))) for k in range(1, 600))  # a spiral inward
    watch = _Watch(path(0, 1))
    assert not any(watch.returned(path(0.1 * k, 0.01)) for k in range(1, 600))  # too small to be told from noise


def test_start_chooses_among_solutions_that_attract() -> None:
    game = alone(game_of(np.random.default_rng(2), n=2), "leader")
    first = stationary(game)
    again = stationary(game, start=(first.leader.P + 0.3 * np.eye(2), first.follower.P))
    np.testing.assert_allclose(again.leader.P, first.leader.P, rtol=1e-11)
    both = game_of(np.random.default_rng(2), n=2)
    once = stationary(both)
    near = stationary(both, start=(once.leader.P + 0.1 * np.eye(2), once.follower.P - 0.1 * np.eye(2)))
    np.testing.assert_allclose(near.leader.P, once.leader.P, rtol=1e-11)
    assert near.certificate["concept"] == "stationary_point"
    point = np.array(
        [
            [[[float(Fraction(x)) for x in row] for row in P] for P in near.certificate["point"][k]]
            for k in ("leader", "follower")
        ]
    )
    radius = float(Fraction(near.certificate["radius"]))
    assert np.abs(point - np.stack([once.leader.P, once.follower.P])).max() <= radius < 1e-11


@pytest.mark.parametrize("order", ["stackelberg", "nash"])
@pytest.mark.parametrize("factors", [(1e9, 1e9), (1e30, 1.0), (1.0, 1e-30), (1e100, 1e-100)])
def test_multiples_of_one_players_costs_have_the_same_play(order: str, factors: tuple[float, float]) -> None:
    game = game_of(np.random.default_rng(5))
    changes = {
        f"{player}_{name}": getattr(game, f"{player}_{name}") * factor
        for player, factor in zip(("leader", "follower"), factors, strict=True)
        for name in ("M", "m", "temperature")
    }
    one, other = stationary(game, order=order), stationary(dataclasses.replace(game, **changes), order=order)
    assert (one.status, other.status) == (Status.CONVERGED, Status.CONVERGED)
    assert "converged" in other.message and (np.isfinite(other.error_bound) or "no error bound" in other.message)
    for player, factor in zip(("leader", "follower"), factors, strict=True):
        for name in ("P", "p"):
            mine, theirs = (getattr(getattr(solved, player), name) for solved in (one, other))
            # Roundings of costs that are no powers of two, through equations of condition numbers below 100.
            np.testing.assert_allclose(theirs / factor, mine, rtol=0, atol=1e-13 * np.abs(mine).max())
    np.testing.assert_allclose(other.policies["leader"]["gain"], one.policies["leader"]["gain"], atol=1e-13)


@pytest.mark.parametrize("changes", [{"leader_m": 1e20 * np.ones((2, 4))}, {"leader_temperature": 1e100}])
def test_constants_of_values_may_be_far_larger_than_the_rest(changes: dict[str, Any]) -> None:
    game = game_of(np.random.default_rng(5), **changes)
    solved = stationary(game)
    assert solved.status == Status.CONVERGED, solved.message
    np.testing.assert_allclose(solved.leader.P, stationary(game_of(np.random.default_rng(5))).leader.P, rtol=1e-13)


@pytest.mark.parametrize("changes", [{"C": 1e200 * np.ones((2, 2, 2, 2))}, {"discount": 1e-300}])
@pytest.mark.parametrize("order", ["stackelberg", "nash"])
def test_what_floats_cannot_hold_is_undecided(changes: dict[str, Any], order: str) -> None:
    solved = stationary(game_of(np.random.default_rng(5), **changes), order=order)
    assert solved.status == Status.UNDECIDED
    assert "rescale the game" in solved.message and "\n" not in solved.message
    assert np.isnan(solved.leader.P).all()
