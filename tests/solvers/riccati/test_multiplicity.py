"""All stationary solutions of small games: closed forms, brute force on grids, iterations that reach them or do not."""

import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games.linear_quadratic import LinearQuadraticGame
from solvers.errors import SolverError
from solvers.riccati.multiplicity import multiplicity, points_fact
from solvers.riccati.multiplicity_scalar import eliminate
from solvers.riccati.stability import stability
from solvers.riccati.stationary import stationary
from solvers.riccati.stationary_iteration import policy_iteration
from solvers.riccati.stationary_system import System
from solvers.solution import Status


def scalar(
    a: float, b: float, e: float, leader: Any, follower: Any, discount: float = 0.0, noise: Any = (0, 0, 0)
) -> LinearQuadraticGame:
    one, none = np.ones((1, 1, 1)), np.zeros((1, 1))
    costs: dict[str, Any] = {"leader_M": np.array([leader], float), "follower_M": np.array([follower], float)}
    for player in ("leader", "follower"):
        costs |= {f"{player}_m": np.zeros((1, 3)), f"{player}_G": 0 * one, f"{player}_g": none}
    return LinearQuadraticGame(
        generator=none,
        A=a * one,
        B=b * one,
        E=e * one,
        b=none,
        C=noise[0] * one[None],
        D=noise[1] * one[None],
        F=noise[2] * one[None],
        s=0 * one,
        **costs,
        discount=discount,
        leader_temperature=0.0,
        follower_temperature=0.0,
    )


def drawn(seed: int, *, noisy: bool) -> LinearQuadraticGame:
    rng = np.random.default_rng(seed)

    def cost(own: int) -> np.ndarray:
        M = rng.integers(-3, 4, (3, 3)) / 2
        M = M + M.T
        M[own, own] = abs(M[own, own]) + 1
        return M

    noise = tuple(rng.integers(-2, 3, 3) / 4) if noisy else (0, 0, 0)
    return scalar(*rng.integers(-3, 4, 3), cost(1), cost(2), discount=rng.integers(0, 3) / 2, noise=noise)


def test_one_player_has_both_roots_of_his_quadratic() -> None:
    found = multiplicity(scalar(1, 0, 1, np.diag([1.0, 1, 0]), np.diag([3.0, 0, 1])))
    # 0 = 3 + 2 b - b^2 has b = 3 and b = -1; closed loops 1 - b = -2 and 2; 0 = 1 + 2 (1 - b) a.
    assert [tuple(point.P.ravel()) for point in found.points] == [(-0.25, -1.0), (0.25, 3.0)]
    assert found.complete
    assert found.stabilising == [1]
    assert [point.stability.closed_loop for point in found.points] == pytest.approx([4, -4])
    assert [point.stability.flow for point in found.points] == pytest.approx([4, -4])
    assert found.reached == {
        "flow from zero": 1,
        "flow from G": 1,
        "newton from zero": 0,  # 0 - 3 / 2 is on the far side of the extremum
        "two-level policy iteration": 1,
    }


def test_symmetric_nash_game_has_the_points_of_its_quadratics() -> None:
    q = 0.75
    found = multiplicity(scalar(-1, 1, 1, np.diag([q, 1, 0]), np.diag([q, 0, 1])), order="nash")
    # 0 = q - 2 a - a^2 - 2 a b and the same with a and b exchanged: their difference is (b - a)(2 + a + b), so either
    # a = b with q - 2 a - 3 a^2 = 0, or a + b = -2 with (a + 1)^2 = 1 - q.
    on, off = [(-1 + sign * np.sqrt(1 + 3 * q)) / 3 for sign in (-1, 1)], np.sqrt(1 - q)
    expected = sorted([(on[0], on[0]), (on[1], on[1]), (-1 - off, -1 + off), (-1 + off, -1 - off)])
    np.testing.assert_allclose([point.P.ravel() for point in found.points], expected, rtol=1e-15)
    assert found.complete
    assert found.stabilising == [3]
    assert found.reached["flow from zero"] == 3


def test_a_triple_point_stays_undecided() -> None:
    found = multiplicity(scalar(-1, 1, 1, np.diag([1.0, 1, 0]), np.diag([1.0, 0, 1])), order="nash")  # q = 1 above
    assert not found.complete
    assert found.undecided == [pytest.approx((-1, -1))]
    assert len(found.points) == 1


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.sampled_from(["stackelberg", "nash"]))
def test_points_solve_the_equations_and_iterations_find_no_others(seed: int, noisy: bool, order: str) -> None:
    game = drawn(seed, noisy=noisy)
    try:
        found = eliminate(game, order)
    except SolverError:
        return  # a curve of solutions
    system = System(game, order)
    points = [np.array([float(root.leader), float(root.follower)]).reshape(2, 1, 1, 1) for root in found.roots]
    for P in points:
        point = system.point(P)
        size = (1 + np.abs(P).max()) * (1 + np.abs(point.Phi).max()) ** 2
        assert np.abs(system.flow(point)).max() < 1e-9 * size
    answer = stationary(game, order=order, certify=False)
    if answer.converged and found.complete:
        P = np.stack([answer.leader.P, answer.follower.P])
        assert min(np.abs(P - other).max() for other in points) < 1e-5 * (1 + np.abs(P).max())


def flow_on(game: LinearQuadraticGame, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """dP_L/ds and dP_F/ds at P_L = a, P_F = b from the definition, and where the game is well posed."""
    drift = [game.A.item(), game.B.item(), game.E.item()]
    noise = [game.C.item(), game.D.item(), game.F.item()]
    H = []
    for M, P in ((game.leader_M[0], a), (game.follower_M[0], b)):
        along = [
            [(drift[j] * (i == 0) + drift[i] * (j == 0) + noise[i] * noise[j]) for j in range(3)] for i in range(3)
        ]
        H.append([[M[i, j] + P * along[i][j] for j in range(3)] for i in range(3)])
    L, F = H
    K, T = -F[2][0] / F[2][2], -F[2][1] / F[2][2]
    uu = L[1][1] + 2 * T * L[1][2] + T * T * L[2][2]
    U = -(L[1][0] + T * L[2][0] + K * (L[1][2] + T * L[2][2])) / uu
    z = [np.ones_like(a), U, K + T * U]
    forms = [sum(X[i][j] * z[i] * z[j] for i in range(3) for j in range(3)) for X in H]
    return forms[0] - game.discount * a, forms[1] - game.discount * b, (F[2][2] > 1e-2) & (uu > 1e-2)


@pytest.mark.parametrize("seed", range(8))
def test_no_zero_on_a_grid_is_missed(seed: int) -> None:
    """Winding numbers of the flow around the cells of a grid: a simple zero turns it once."""
    game = drawn(100 + seed, noisy=bool(seed % 2))
    found = eliminate(game)
    assert found.complete
    grid = np.linspace(-6.013, 6.007, 601)
    a, b = np.meshgrid(grid, grid, indexing="ij")
    f, g, posed = flow_on(game, a, b)
    angle = np.where(posed, np.arctan2(g, f), np.nan)
    ring = [angle[:-1, :-1], angle[1:, :-1], angle[1:, 1:], angle[:-1, 1:]]
    turns = sum(
        (after - before + np.pi) % (2 * np.pi) - np.pi for before, after in zip(ring, [*ring[1:], ring[0]], strict=True)
    )
    size = np.maximum(np.abs(f), np.abs(g))[:-1, :-1]
    inside = [
        np.array([float(root.leader), float(root.follower)])
        for root in found.roots
        if max(abs(root.leader), abs(root.follower)) < 5.9
    ]
    turned = [grid[cell] + 0.01 for cell in np.argwhere((np.abs(turns) > 3) & (size < 1))]
    for cell in turned:
        assert min((np.abs(cell - root).max() for root in inside), default=np.inf) < 0.05
    for root in inside:
        at = flow_on(game, *np.array(root)[:, None])
        assert max(abs(at[0].item()), abs(at[1].item())) < 1e-9 * (1 + np.abs(root).max()) ** 3


def test_several_equilibria_of_one_game() -> None:
    rng = np.random.default_rng(0)
    counts = []
    for _ in range(20):
        game = drawn(int(rng.integers(10**6)), noisy=False)
        try:
            points = eliminate(game).roots
            at = [np.array([float(root.leader), float(root.follower)]).reshape(2, 1, 1, 1) for root in points]
            counts.append(sum(stability(game, P).discounted for P in at))
        except SolverError:
            continue
    assert max(counts) >= 2
    assert counts.count(1) > len(counts) / 3


def test_boxes_are_proved_and_narrow() -> None:
    game = scalar(-1, 1, -1, np.diag([1.0, 1, 0]), np.diag([0.0, -1, 1]), discount=1.0)
    found = multiplicity(game)
    assert found.complete
    assert len(found.points) == 2
    for point in found.points:
        assert point.root is not None
        assert 0 < point.root.radius < Fraction(1, 10**30)
    stable_loop = [point for point in found.points if point.is_equilibrium]
    assert any(point.stability.flow > 0 for point in stable_loop)  # and yet the closed loop is stable


def test_fact_of_all_points() -> None:
    game = scalar(1, 0, 1, np.diag([1.0, 1, 0]), np.diag([3.0, 0, 1])).exact()
    fact = points_fact(multiplicity(game))
    assert json.loads(json.dumps(fact)) == fact
    assert fact["value"] == "2"
    middles = [(Fraction(point["leader"]), Fraction(point["follower"])) for point in fact["points"]]
    for (a, b), exact in zip(middles, [(Fraction(-1, 4), -1), (Fraction(1, 4), 3)], strict=True):
        assert max(abs(a - exact[0]), abs(b - exact[1])) <= Fraction(fact["points"][0]["radius"])


def test_curves_of_solutions_are_refused() -> None:
    game = scalar(0, 0, 0, np.diag([0.0, 1, 0]), np.diag([0.0, 0, 1]))  # every constant value is stationary
    with pytest.raises(SolverError, match="a curve of them"):
        eliminate(game)


def test_double_points_stay_undecided() -> None:
    # H_F = b, no reward for anything: 0 = -b^2 has a double root, which no interval Newton step can prove.
    found = eliminate(scalar(0, 0, 1, np.diag([1.0, 1, 0]), np.diag([0.0, 0, 1]), discount=0.0))
    assert found.complete == (not found.undecided)
    assert not found.roots


def test_starts_find_points_of_larger_games() -> None:
    one = scalar(-1, 1, -1, np.diag([1.0, 1, 0]), np.diag([0.0, -1, 1]), discount=1.0)
    game = LinearQuadraticGame(
        **{
            name: np.repeat(getattr(one, name), 2, axis=0)
            for name in one.core
            if name not in ("generator", "discount", "leader_temperature", "follower_temperature")
        },
        generator=np.zeros((2, 2)),
        discount=one.discount,
        leader_temperature=0.0,
        follower_temperature=0.0,
    )
    alone, both = multiplicity(one), multiplicity(game, starts=60)
    assert alone.complete
    assert not both.complete
    known = [point.P.ravel() for point in alone.points]
    # Regimes that never switch are games of their own: every point is a pair of points of the one game.
    assert 1 <= len(both.points) <= len(known) ** 2
    for point in both.points:
        for regime in range(2):
            P = point.P[:, regime, 0, 0]
            assert min(np.abs(P - other).max() for other in known) < 1e-6 * (1 + np.abs(P).max())
    with pytest.raises(SolverError, match="complete"):
        points_fact(both)


CYCLING = scalar(
    0, -1, 1, [[-1, -0.5, -2], [-0.5, 3, 0], [-2, 0, 2]], [[2, -0.5, -1], [-0.5, 2, 1], [-1, 1, 2]], discount=0.5
)


def test_policy_iteration_can_cycle() -> None:
    ended = policy_iteration(CYCLING, np.full((1, 1, 1), 0.5))
    assert ended.status == Status.CYCLE
    assert ended.period == 2
    last = ended.gains[-3:, 0, 0, 0]
    assert last[0] == pytest.approx(last[2], abs=1e-8)
    assert abs(last[1] - last[0]) > 1e-3


def test_policy_iteration_ends_at_stationary_points() -> None:
    game = scalar(0.5, 1, 1, np.diag([1.0, 1, 0.2]), np.diag([1.0, 0.2, 1]), discount=0.5)
    answer = stationary(game)
    for kind in ("two-level", "simultaneous"):
        ended = policy_iteration(game, np.full((1, 1, 1), -0.5), np.full((1, 1, 1), -0.5), kind=kind)
        assert ended.status == Status.CONVERGED
        np.testing.assert_allclose(ended.P, np.stack([answer.leader.P, answer.follower.P]), rtol=1e-7)


def test_policy_iteration_names_what_is_lost() -> None:
    game = scalar(3.0, 1, 0, np.diag([1.0, 1, 1]), np.diag([1.0, 0, 1]))
    ended = policy_iteration(game, np.zeros((1, 1, 1)))  # the follower cannot stabilise, and she does not
    assert ended.status == Status.ILL_POSED
    assert ended.condition == "mean-square stabilisability"
    ended = policy_iteration(game, np.zeros((1, 1, 1)), np.zeros((1, 1, 1)), kind="simultaneous")
    assert ended.condition == "closed loop"


def test_refusals() -> None:
    game = drawn(1, noisy=False)
    with pytest.raises(SolverError, match="kind"):
        policy_iteration(game, np.zeros((1, 1, 1)), kind="three-level")
    with pytest.raises(SolverError, match="leader_gain: expected shape"):
        policy_iteration(game, np.zeros((1, 1)))
    with pytest.raises(SolverError, match="follower_gain"):
        policy_iteration(game, np.zeros((1, 1, 1)), kind="simultaneous")
    with pytest.raises(SolverError, match="order"):
        multiplicity(game, order="markov")


@pytest.mark.parametrize("order", ["stackelberg", "nash"])
def test_iterations_end_at_the_same_solutions_whatever_the_units_of_costs(order: str) -> None:
    # Three solutions; flows from zero and from G that differ would be told apart by their numbers.
    leader, follower = [[0.5, 0, 0], [0, 2, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 0], [0, 0, 1]]
    one = multiplicity(scalar(1, 1, 1, leader, follower), order=order)
    other = multiplicity(
        scalar(1, 1, 1, 2.0**60 * np.array(leader), 2.0**-60 * np.array(follower)),
        order=order,
    )
    assert one.reached == other.reached
    assert any(isinstance(end, int) for end in one.reached.values())
    units = np.array([2.0**60, 2.0**-60]).reshape(2, 1, 1, 1)
    for mine, theirs in zip(one.points, other.points, strict=True):
        np.testing.assert_allclose(theirs.P, mine.P * units, rtol=1e-12, atol=0)


def test_equations_beyond_the_floats_are_refused() -> None:
    game = scalar(1, 1, 1, np.diag([1, 1, 0]), np.diag([1, 0, 1]), noise=(1e200, 0, 0))
    with pytest.raises(SolverError, match="within the floats"):
        multiplicity(game)
    moved = scalar(1, 1e200, 1, np.diag([1, 1, 0]), np.diag([1, 0, 1]))
    with pytest.raises(SolverError, match="within the floats"):
        stability(moved, np.ones((2, 1, 1, 1)))
