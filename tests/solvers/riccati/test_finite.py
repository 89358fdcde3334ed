"""Games with a horizon: closed forms, scipy's integrators, times of singularities, order, bounds, batches."""

import dataclasses
import pickle

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from games.linear_quadratic import PLAYERS
from solvers.errors import SolverError
from solvers.riccati import finite, finite_kernel, finite_path, finite_steps
from solvers.riccati.hamiltonian import Values, rates, stage, symmetric
from solvers.solution import Status

NAMES = ("P", "p", "r")


def distance(one, other):
    return max(np.abs(getattr(a, q) - getattr(b, q)).max() for a, b in zip(one, other, strict=True) for q in NAMES)


def at_zero(solution):
    return solution.leader, solution.follower


def by_scipy(game, t, order="stackelberg"):
    """Values at time t by scipy's DOP853 on the readable right-hand side."""
    m, n = game.regimes, game.states
    shapes = [(m, n, n), (m, n), (m,)] * 2
    cuts = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]

    def split(y):
        parts = [part.reshape(shape) for part, shape in zip(np.split(y, cuts), shapes, strict=True)]
        return [Values(P=P, p=p, r=r) for P, p, r in (parts[:3], parts[3:])]

    def join(pair):
        return np.concatenate([getattr(of, q).ravel() for of in pair for q in NAMES])

    def backward(_, y):
        pair = split(y)
        return -join(rates(game, *pair, stage(game, *pair, order)))

    from solvers.riccati.hamiltonian import terminal

    return split(
        solve_ivp(backward, (0, game.horizon - t), join(terminal(game)), "DOP853", rtol=1e-12, atol=1e-13).y[:, -1]
    )


def test_hyperbolic_tangent(scalar_game):
    """-dP/dt = 1 - P^2, P(T) = 0: P = tanh(T - t)."""
    found = finite.solve(scalar_game(E=1, M=np.diag([1, 0, 1])))
    assert found.converged and found.follower.P[0, 0, 0] == pytest.approx(np.tanh(2), abs=1e-11)
    assert 0 < found.error_bound < 1e-9 and found.residual < 1e-11
    t = np.linspace(0, 2, 37)
    np.testing.assert_allclose(found.values_at(t)[1].P[:, 0, 0, 0], np.tanh(2 - t), atol=1e-11)
    assert found.gains(0.5).K[0, 0, 0] == pytest.approx(-np.tanh(1.5), abs=1e-11)


def test_exploration_alone(scalar_game):
    """No dynamics, M = R: -dr/dt + beta r = -tau Ent + tau / 2 is constant."""
    game = scalar_game(temperatures=(0, 0.3), discount=0.5, M=np.diag([0, 0, 4]))
    constant = 0.15 * (np.log(4) - np.log(2 * np.pi * 0.3))
    found = finite.solve(game)
    assert found.follower.r[0] == pytest.approx(constant * (1 - np.exp(-1)) / 0.5, abs=1e-11)
    assert found.leader.r[0] == 0


@pytest.mark.parametrize(
    ("options", "time"),
    [
        ({"M": np.diag([1, 0, 1]), "G": -2}, 2 - np.arctanh(0.5)),  # P = coth(s - s*)
        ({"M": np.diag([-1, 0, 1]), "G": 0}, 2 - np.pi / 2),  # P = -tan s
    ],
)
def test_finite_escape(scalar_game, options, time):
    found = finite.solve(scalar_game(E=1, **options))
    assert found.status == Status.ILL_POSED and not found.converged
    fact = found.certificate
    assert fact["kind"] == "finite escape" and fact["player"] == "follower" and fact["regime"] == 0
    assert fact["time"] == pytest.approx(time, abs=1e-10)  # the escape is P's, to its own relative error
    assert "finite escape" in found.message and "regime 0" in found.message
    assert np.isnan(found.follower.P).all() and np.isnan(found.error_bound)
    np.testing.assert_array_less(1e9, abs(found.values_at(fact["time"] + 1e-10)[1].P))
    with pytest.raises(SolverError, match="t: expected times of"):
        found.values_at(0.1)


ROOT = 2 - (1 - np.log(2))  # dP/ds = -P^2/(1 + P) from -1/2 reaches -1 at s = 1 - log 2
SEEN = {"L": ((-1, 0, 0), (0, 0.5, 0), (0, 0, 3)), "M": ((0, 0, 0), (0, 0, -1), (0, -1, 1)), "D": 1, "LG": 1}


@pytest.mark.parametrize(
    ("options", "order", "condition", "time"),
    [
        ({"F": 1, "M": np.diag([-1, 0, 0.5]), "G": 1}, "stackelberg", "H_F,vv", 0.5),  # 3/2 - s, straight through zero
        ({"E": 1, "F": 1, "G": -0.5}, "stackelberg", "H_F,vv", ROOT),
        ({"D": 1, "L": np.diag([-1, 0.5, 0]), "LG": 1}, "stackelberg", "Hhat_uu", 0.5),
        ({"B": 1, "D": 1, "LG": -0.5}, "stackelberg", "Hhat_uu", ROOT),
        ({"B": 1, "D": 1, "LG": -0.5}, "nash", "H_L,uu", ROOT),
        ({**SEEN, "sees": "policy", "temperatures": (0.1, 0)}, "stackelberg", "H_L,uu", 0.5),
    ],
)
def test_loss_of_well_posedness(scalar_game, options, order, condition, time):
    found = finite.solve(scalar_game(**options), order=order)
    assert found.status == Status.ILL_POSED
    fact = found.certificate
    assert (fact["kind"], fact["condition"], fact["regime"]) == ("loss of well-posedness", condition, 0)
    assert fact["time"] == pytest.approx(time, abs=1e-11)
    assert 0 <= fact["eigenvalue"] < 1e-6  # of the order of the root of the distance at most
    assert condition in found.message and f"{time:.6g}"[:5] in found.message


@pytest.mark.parametrize(
    "options", [{"temperatures": (0, 0), "sees": "policy"}, {"temperatures": (0.1, 0), "sees": "action"}]
)
def test_the_leaders_own_curvature_is_needed_for_her_noise_only(scalar_game, options):
    assert finite.solve(scalar_game(**SEEN, **options)).converged


def test_the_stage_equations_of_nash_become_singular(scalar_game):
    """det [[4 - s, 1], [1, 1]] = 3 - s changes its sign at s = 3, while both own curvatures stay positive."""
    L, M = ((-1, 0, 0), (0, 4, 1), (0, 1, 0)), ((0, 0, 0), (0, 0, 1), (0, 1, 1))
    game = scalar_game(L=L, M=M, D=1)
    assert finite.solve(game, order="nash").converged  # the horizon is 2
    later = finite.solve(dataclasses.replace(game, horizon=3.5), order="nash")
    assert later.certificate["condition"] == "stage equations" and later.certificate["regime"] == 0
    assert later.certificate["time"] == pytest.approx(0.5, abs=1e-11) and "became singular" in later.message


@pytest.mark.parametrize("order", ["stackelberg", "nash"])
@pytest.mark.parametrize("sees", ["action", "policy"])
def test_compiled_rates_are_the_readable_ones(random_game, order, sees, monkeypatch):
    game = random_game(1, sees=sees, m=3)
    rng = np.random.default_rng(2)
    pair = [
        Values(P=0.3 * symmetric(rng.normal(size=(3, 3, 3))), p=rng.normal(size=(3, 3)), r=rng.normal(size=3))
        for _ in range(2)
    ]
    expected = rates(game, *pair, stage(game, *pair, order))
    for dense in (finite_kernel.DENSE, 0):
        monkeypatch.setattr(finite_kernel, "DENSE", dense)
        system = finite_path.equations(game, order)
        assert (system.operator.shape[1] > 0) == (dense > 0)
        state = finite_path.pack(system, *pair)
        found = np.empty((1, len(state)))
        assert finite_kernel.rates_of(system, state[None], found)
        back = [Values(P=-of.P[0], p=-of.p[0], r=-of.r[0]) for of in finite_path.unpack(system, found)]
        assert distance(back, expected) < 1e-13  # rounding of a few hundred products of order 1e-1


@pytest.mark.parametrize("order", ["stackelberg", "nash"])
@pytest.mark.parametrize("silent", [0, 1])
@pytest.mark.parametrize("temperature", [0.0, 0.2])
def test_who_plays_zero_is_left_out(random_game, order, silent, temperature, monkeypatch):
    """A player with costs of his own actions only, and no temperature, whatever his actions would move."""
    game = random_game(7, m=5)
    player, other = PLAYERS[silent], PLAYERS[1 - silent]
    own = game.blocks()[1 + silent]
    costs = np.zeros(game.leader_M.shape)
    costs[:, own, own] = getattr(game, f"{player}_M")[:, own, own]
    still = {f"{player}_m": np.zeros(game.leader_m.shape), f"{player}_temperature": 0.0}
    still |= {f"{player}_{name}": np.zeros(getattr(game, f"{player}_{name}").shape) for name in "Gg"}
    game = dataclasses.replace(game, **{f"{player}_M": costs, f"{other}_temperature": temperature}, **still)
    rng = np.random.default_rng(8)
    m, n = game.regimes, game.states
    mover = Values(P=0.3 * symmetric(rng.normal(size=(m, n, n))), p=rng.normal(size=(m, n)), r=rng.normal(size=m))
    nothing = Values(P=np.zeros((m, n, n)), p=np.zeros((m, n)), r=np.zeros(m))
    pair = (nothing, mover) if silent == 0 else (mover, nothing)
    expected = rates(game, *pair, stage(game, *pair, order))
    for dense in (finite_kernel.DENSE, 0):
        monkeypatch.setattr(finite_kernel, "DENSE", dense)
        system = finite_path.equations(game, order)
        assert system.switches[2 + silent] == 0 < system.switches[3 - silent]
        state = finite_path.pack(system, *pair)
        found = np.empty((1, len(state)))
        assert finite_kernel.rates_of(system, state[None], found)
        back = [Values(P=-of.P[0], p=-of.p[0], r=-of.r[0]) for of in finite_path.unpack(system, found)]
        assert distance(back, expected) < 1e-13  # rounding of a few hundred products of order 1e-1
    noisy = dataclasses.replace(game, **{f"{player}_temperature": 0.1})  # his noise has a price
    assert finite_path.equations(noisy, order).switches[2 + silent] > 0


@pytest.mark.parametrize("order", ["stackelberg", "nash"])
def test_against_scipy(random_game, order):
    game = random_game(3)
    found = finite.solve(game, order=order)
    assert found.converged
    assert distance(at_zero(found), by_scipy(game, 0.0, order)) < 1e-10
    assert distance(found.values_at(0.613), by_scipy(game, 0.613, order)) < 1e-10
    wrong = dataclasses.replace(game, discount=0.11)
    assert distance(at_zero(finite.solve(wrong, order=order)), by_scipy(game, 0.0, order)) > 1e-3


def test_no_leader_is_the_coupled_riccati_equation():
    """Of jump linear systems with multiplicative noise, written as in the textbooks and integrated by LSODA."""
    rng = np.random.default_rng(4)
    m, n, k, T = 3, 3, 2, 1.5
    A, E = rng.normal(size=(m, n, n)) / 2, rng.normal(size=(m, n, k))
    C, F = rng.normal(size=(m, 1, n, n)) / 4, rng.normal(size=(m, 1, n, k)) / 4
    switching = np.array([[-0.5, 0.2, 0.3], [1, -1, 0], [0, 2, -2]])
    from games.linear_quadratic import LinearQuadraticGame

    own = np.diag([1.0] * n + [0] + [1] * k)
    idle = np.diag([0.0] * n + [1] + [0] * k)
    game = LinearQuadraticGame(
        generator=switching, A=A, B=np.zeros((m, n, 1)), E=E, b=np.zeros((m, n)), C=C, D=np.zeros((m, 1, n, 1)), F=F,
        s=np.zeros((m, 1, n)), leader_M=[idle] * m, leader_m=np.zeros((m, n + 1 + k)), leader_G=np.zeros((m, n, n)),
        leader_g=np.zeros((m, n)), follower_M=[own] * m, follower_m=np.zeros((m, n + 1 + k)),
        follower_G=[np.eye(n)] * m, follower_g=np.zeros((m, n)), discount=0.0, leader_temperature=0.0,
        follower_temperature=0.0, horizon=T,
    )  # fmt: skip

    def backward(_, y):
        P = y.reshape(m, n, n)
        out = np.empty_like(P)
        for i in range(m):
            B, noise, control = E[i], C[i, 0], F[i, 0]
            cross = B.T @ P[i] + control.T @ P[i] @ noise
            gain = np.linalg.solve(np.eye(k) + control.T @ P[i] @ control, cross)
            out[i] = A[i].T @ P[i] + P[i] @ A[i] + noise.T @ P[i] @ noise + np.eye(n) - cross.T @ gain
            out[i] += sum(switching[i, j] * P[j] for j in range(m))
        return out.ravel()

    start = np.array([np.eye(n)] * m).ravel()
    expected = solve_ivp(backward, (0, T), start, "LSODA", rtol=1e-12, atol=1e-12).y[:, -1].reshape(m, n, n)
    found = finite.solve(game)
    np.testing.assert_allclose(found.follower.P, expected, atol=1e-9)  # what LSODA reaches
    assert not found.leader.P.any() and not found.leader.p.any()


def test_zero_sum_games_have_one_value(random_game):
    game = random_game(5, temperatures=(0, 0))
    n = game.states
    M = np.array(game.leader_M) * np.where(np.arange(7) >= 5, -1, 1)[:, None] * np.where(np.arange(7) >= 5, -1, 1)
    M[:, 5:, 5:] *= -1  # the leader minimises, the follower maximises: concave in his action
    turned = {f"leader_{q}": getattr(game, f"leader_{q}") for q in "mGg"} | {"leader_M": M}
    opposite = {f"follower_{name.removeprefix('leader_')}": -entries for name, entries in turned.items()}
    zero_sum = dataclasses.replace(game, **turned, **opposite, F=game.F / 10, horizon=0.5)
    found = finite.solve(zero_sum)
    assert found.converged and np.abs(found.leader.P).max() > 0.1 and n == 3
    for name in NAMES:
        np.testing.assert_allclose(getattr(found.leader, name), -getattr(found.follower, name), atol=1e-10)


def test_certainty_equivalence(random_game):
    warm, cold = (finite.solve(random_game(6, temperatures=tau)) for tau in ((0.1, 0.2), (0, 0)))
    # Not bit for bit: r has a say in the step sizes.
    np.testing.assert_allclose(warm.leader.P, cold.leader.P, atol=1e-10)
    np.testing.assert_allclose(warm.follower.p, cold.follower.p, atol=1e-10)
    assert np.abs(warm.leader.r - cold.leader.r).max() > 1e-2


def test_a_single_step_is_of_order_eight(random_game):
    game = random_game(7)
    system = finite_path.equations(game, "stackelberg")
    knots = finite.solve(game, tolerance=1e-14).path
    exact = knots.states_at(np.array([0.1, 0.05]))
    found = knots.stepped(np.array([0, 0]), np.array([0.1, 0.05]))
    errors = np.abs(found - exact).max(axis=1)
    assert system.M.shape == knots.equations.M.shape and errors[1] > 1e-13  # above rounding errors
    # Errors of h^9 with a small factor beside larger ones of h^10, h^11: the quotient nears 9 from both sides, and is
    # 8 here. A method of order 5 has 6.
    assert 7.5 < np.log2(errors[0] / errors[1]) < 10.5
    table = finite_path.tableau().copy()
    table[12] -= table[13]  # the embedded method of order 5
    worse = np.empty_like(found)
    finite_steps.steps(system, table, np.array([0, 0]), np.array([0.1, 0.05]), knots.states, knots.rates, worse)
    errors = np.abs(worse - exact).max(axis=1)
    assert 5 < np.log2(errors[0] / errors[1]) < 7.5


def test_dense_output_is_as_good_as_the_knots(random_game):
    game = random_game(8)
    found, tight = finite.solve(game, tolerance=1e-9), finite.solve(game, tolerance=1e-13)
    t = np.random.default_rng(9).uniform(0, 1, 40)
    errors = [distance(found.values_at(moment), tight.values_at(moment)) for moment in t]
    assert max(errors) < 2 * max(distance(at_zero(found), at_zero(tight)), 1e-9)
    crowded = np.linspace(0, 1, 2001)  # far more times than steps: interpolated
    assert distance(found.values_at(crowded), tight.values_at(crowded)) < 1e-8
    # And its slope is the equations': central differences with step 1e-3, their error 1e-6 times third derivatives.
    moved = found.rates_at(0.5)[1].P
    slope = (found.values_at(0.501)[1].P - found.values_at(0.499)[1].P) / 0.002
    np.testing.assert_allclose(slope, moved, atol=1e-4)


@pytest.mark.parametrize("tolerance", [1e-6, 1e-9, 1e-11])
def test_the_error_bound_bounds(random_game, tolerance):
    ratios = []
    for seed in range(12):
        game = random_game(seed, n=2, ku=1, kv=1, scale=0.8, T=2.0)
        found, tight = finite.solve(game, tolerance=tolerance), finite.solve(game, tolerance=1e-14, check=False)
        if found.converged and tight.converged:
            error = distance(at_zero(found), at_zero(tight))
            assert error <= found.error_bound
            assert found.residual < 30 * tolerance
            ratios.append(error / found.error_bound)
    assert len(ratios) > 6 and max(ratios) > 1e-4  # a bound, and not an idle one


def test_a_batch_is_its_games(random_game):
    games = random_game(10, batch=(2, 2), n=2, ku=1, kv=1)
    found = finite.solve(games)
    assert found.batch_shape == (2, 2) and found.converged.all()
    x = np.ones((5, 2))
    for index in np.ndindex(2, 2):
        alone = finite.solve(games[index])
        assert found.error_bound[index] == alone.error_bound and found.residual[index] == alone.residual
        np.testing.assert_array_equal(found.leader.P[index], alone.leader.P)
        np.testing.assert_array_equal(found.values_at([0.1, 0.7])[1].p[index], alone.values_at([0.1, 0.7])[1].p)
        np.testing.assert_allclose(
            found.laws(0.4, x, 1).leader_mean[index], alone.laws(0.4, x, 1).leader_mean, rtol=1e-13
        )
        np.testing.assert_array_equal(found.value("leader", 0.0, x, 0)[index], alone.value("leader", 0.0, x, 0))


def test_a_batch_with_an_escape(scalar_game):
    from games.core import stack

    games = stack([scalar_game(E=1, M=np.diag([1, 0, 1]), G=G) for G in (0, -2)])
    found = finite.solve(games)
    assert list(found.status) == [Status.CONVERGED, Status.ILL_POSED] and found.certificate[0] is None
    assert found.certificate[1]["kind"] == "finite escape" and "1 of 2 ill-posed" in found.message
    assert np.isfinite(found.leader.r[0]).all() and np.isnan(found.follower.P[1]).all()


def test_steep_games_end(random_game):
    """Indefinite costs at random: each ends well, by an escape or by a lost condition, never without a word."""
    kinds = set()
    for seed in (1, 3, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 18):
        game = random_game(seed, n=2, ku=1, kv=1, d=1, scale=1.0, T=4.0)
        rng = np.random.default_rng(seed)
        shift = np.diag([-4 * rng.random(), -4 * rng.random(), 0, 0])
        game = dataclasses.replace(game, leader_M=game.leader_M + shift, follower_M=game.follower_M + shift)
        found = finite.solve(game, check=False, budget=5000)
        if found.converged:
            kinds.add("converged")
            continue
        if seed == 1:  # it slides along Hhat_uu = 2e-7 with rates of 1e7
            assert found.status == Status.BUDGET and "stiff" in found.message
            continue
        fact = found.certificate
        assert found.status == Status.ILL_POSED and 0 < fact["time"] < 4
        kinds.add(fact["kind"])
        near = found.values_at(fact["time"] + 1e-6)
        if fact["kind"] == "finite escape":
            assert max(np.abs(of.P).max() for of in near) > 1e4
            assert min(least.min() for least in found.gains(fact["time"] + 1e-6).eigenvalues.values()) > 1e-2
        else:
            assert fact["eigenvalue"] < 1e-4
    assert kinds == {"finite escape", "loss of well-posedness", "converged"}


def test_a_budget_ends_a_stiff_game(random_game):
    game = random_game(11, n=2, ku=1, kv=1)
    game = dataclasses.replace(game, generator=1e4 * game.generator)
    found = finite.solve(game, budget=50)
    assert found.status == Status.BUDGET and "after 50 steps" in found.message and np.isnan(found.leader.r).all()
    assert finite.solve(game, tolerance=1e-9).converged


def test_knots_beyond_the_first_room(random_game, monkeypatch):
    game = random_game(12, n=2, ku=1, kv=1)
    expected = finite.solve(game)
    monkeypatch.setattr(finite, "ROOM", 3)
    assert distance(at_zero(finite.solve(game)), at_zero(expected)) == 0
    assert finite_steps.FULL != finite_steps.DONE


SINGULAR = {"L": ((0, 0, 0), (0, 1, 1), (0, 1, 0)), "M": ((0, 0, 0), (0, 0, 1), (0, 1, 1))}
AT_THE_HORIZON = "at the horizon in regime 0: expected a"


@pytest.mark.parametrize(
    ("options", "order", "message"),
    [
        ({"M": np.diag([0, 0, -1])}, "stackelberg", f"H_F,vv {AT_THE_HORIZON} positive definite matrix, found .* -1$"),
        ({"L": np.diag([0, -2, 0])}, "stackelberg", f"Hhat_uu {AT_THE_HORIZON} positive definite matrix, found .* -2$"),
        ({"L": np.diag([0, -2, 0])}, "nash", f"H_L,uu {AT_THE_HORIZON} positive definite matrix, found .* -2$"),
        (SINGULAR, "nash", f"stage equations {AT_THE_HORIZON} regular matrix, found the condition number"),
        ({}, "cournot", "order: expected one of stackelberg, nash, found 'cournot'"),
        ({"T": None}, "nash", "horizon: expected a number > 0, found none"),
    ],
)
def test_what_is_refused(scalar_game, options, order, message):
    with pytest.raises(SolverError, match=message):
        finite.solve(scalar_game(**options), order=order)


def test_tolerances_are_floats_that_can_be_met(scalar_game):
    with pytest.raises(SolverError, match="tolerance: expected a number of"):
        finite.solve(scalar_game(), tolerance=1e-16)


@pytest.mark.parametrize("order", ["stackelberg", "nash"])
def test_policies_are_the_laws_at_the_start(random_game, order):
    found = finite.solve(random_game(6, batch=(2,)), order=order)
    at = found.gains(0.0)
    assert list(found.policies) == ["leader", "follower"] and "gain" in repr(found.policies)
    names = {"gain": "leader_gain", "offset": "leader_offset", "covariance": "leader_covariance"}
    for name, of in names.items():
        np.testing.assert_allclose(found.policies["leader"][name], getattr(at, of), rtol=1e-13)
    for name, of in {"K": "K", "T": "T", "kappa": "kappa", "covariance": "follower_covariance"}.items():
        np.testing.assert_allclose(found.policies["follower"][name], getattr(at, of), rtol=1e-13)
    again = pickle.loads(pickle.dumps(found.policies))
    np.testing.assert_array_equal(again["follower"]["K"], found.policies["follower"]["K"])
    assert found.policies["leader"] is found.policies["leader"]
    with pytest.raises(KeyError):
        found.policies["nature"]
