"""Simulated costs against exact moments of the Euler scheme, closed forms, and their own recomputation."""

from __future__ import annotations

import dataclasses
import math
import tracemalloc
from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

from games.errors import GameError
from games.linear_quadratic import LinearQuadraticGame
from games.simulate import FeedbackLaws, expected_costs, simulate
from games.simulate.diffusion import BLOCK
from games.simulate.diffusion_laws import transition_probabilities

SIGMAS = 4.5
"""Standard errors allowed: a chance of 1e-5 a comparison, and seeds are fixed."""


def draw_game(seed=0, *, n=2, m=2, ku=1, kv=1, d=1, **fields) -> LinearQuadraticGame:
    rng = np.random.default_rng(seed)
    N = n + ku + kv

    def symmetric(size):
        half = rng.standard_normal((m, size, size))
        return (half + half.swapaxes(-1, -2)) / 4

    rates = rng.uniform(0.5, 2, (m, m)) * (1 - np.eye(m))
    arrays: dict[str, Any] = {
        "generator": rates - np.diag(rates.sum(axis=1)),
        "A": rng.standard_normal((m, n, n)) / 2 - np.eye(n),
        "B": rng.standard_normal((m, n, ku)),
        "E": rng.standard_normal((m, n, kv)),
        "b": rng.standard_normal((m, n)),
        "C": rng.standard_normal((m, d, n, n)) / 4,
        "D": rng.standard_normal((m, d, n, ku)) / 2,
        "F": rng.standard_normal((m, d, n, kv)) / 2,
        "s": rng.standard_normal((m, d, n)) / 4,
        "discount": 0.3,
        "leader_temperature": 0.2,
        "follower_temperature": 0.4,
        "horizon": 1.0,
    }
    for player in ("leader", "follower"):
        arrays |= {f"{player}_M": symmetric(N), f"{player}_m": rng.standard_normal((m, N))}
        arrays |= {f"{player}_G": symmetric(n), f"{player}_g": rng.standard_normal((m, n))}
    return LinearQuadraticGame(**(arrays | fields))


def draw_laws(seed=1, *, n=2, m=2, ku=1, kv=1, times=None) -> FeedbackLaws:
    rng = np.random.default_rng(seed)
    lead = (m,) if times is None else (len(times), m)

    def factor(k):
        return np.tril(rng.standard_normal((*lead, k, k))) / 4 + np.eye(k) / 2

    return FeedbackLaws(
        leader_gain=rng.standard_normal((*lead, ku, n)) / 3,
        leader_offset=rng.standard_normal((*lead, ku)) / 3,
        leader_factor=factor(ku),
        follower_gain=rng.standard_normal((*lead, kv, n)) / 3,
        follower_reply=rng.standard_normal((*lead, kv, ku)) / 2,
        follower_offset=rng.standard_normal((*lead, kv)) / 3,
        follower_factor=factor(kv),
        times=times,
    )


def idle(m=1) -> FeedbackLaws:
    """One action each that is always zero, one state."""
    zeros = {f.name: np.zeros((m, 1, 1)) for f in dataclasses.fields(FeedbackLaws) if f.name != "times"}
    return FeedbackLaws(**zeros | {"leader_offset": np.zeros((m, 1)), "follower_offset": np.zeros((m, 1))})


def scalar_game(**fields) -> LinearQuadraticGame:
    """One state, idle actions, nothing but what is given."""
    shapes = {"A": (1, 1, 1), "B": (1, 1, 1), "E": (1, 1, 1), "b": (1, 1)}
    shapes |= {name: (1, 1, 1, 1) for name in "CDF"} | {"s": (1, 1, 1), "generator": (1, 1)}
    for player in ("leader", "follower"):
        shapes |= {f"{player}_M": (1, 3, 3), f"{player}_m": (1, 3), f"{player}_G": (1, 1, 1), f"{player}_g": (1, 1)}
    arrays: dict[str, Any] = {name: np.zeros(shape) for name, shape in shapes.items()}
    scalars: dict[str, Any] = {"discount": 0.0, "leader_temperature": 0.0, "follower_temperature": 0.0, "horizon": 1.0}
    return LinearQuadraticGame(**(arrays | scalars | fields))


def euler_costs(game, laws, *, state, regime, steps, version, horizon):
    """Expected raw costs of both players under the Euler scheme itself, by its second moments X_i = E (x,1)(x,1)' 1_i.

    Written from the model, action by action, with none of the tables of the simulator.
    """
    h, m, n, ku = horizon / steps, game.regimes, game.states, game.leader_actions
    P = expm(h * game.generator)
    X = np.zeros((m, n + 1, n + 1))
    start = np.append(state, 1.0)
    X[regime] = np.outer(start, start)
    costs = np.zeros(2)
    for k in range(steps):
        piece = 0 if laws.times is None else np.flatnonzero(laws.times <= k * h + 1e-12)[-1]
        after = np.zeros_like(X)
        for i in range(m):
            at = (i,) if laws.times is None else (piece, i)
            mu = np.column_stack([laws.leader_gain[at], laws.leader_offset[at]])
            K = np.column_stack([laws.follower_gain[at], laws.follower_offset[at]])
            T = laws.follower_reply[at]
            closed = np.vstack([np.eye(n + 1)[:n], mu, K + T @ mu])
            L, F = (
                laws.leader_factor[at] @ laws.leader_factor[at].T,
                laws.follower_factor[at] @ laws.follower_factor[at].T,
            )
            S = np.zeros((len(closed), len(closed)))
            S[n : n + ku, n : n + ku] = L
            S[n + ku :, n + ku :] = F
            if game.follower_sees == "action":
                S[n + ku :, n + ku :] += T @ L @ T.T
                S[n + ku :, n : n + ku] = T @ L
                S[n : n + ku, n + ku :] = L @ T.T
            S = S * X[i, n, n] * (version != "classical")
            second = closed @ X[i] @ closed.T + S  # E z z' 1_i
            first = closed @ X[i][:, n]
            for place, player in enumerate(("leader", "follower")):
                M, linear = getattr(game, f"{player}_M")[i], getattr(game, f"{player}_m")[i]
                costs[place] += h * math.exp(-game.discount * k * h) * ((M * second).sum() / 2 + linear @ first)
            move = h * np.column_stack([game.A[i], game.B[i], game.E[i]])
            move[:, :n] += np.eye(n)
            drift = np.column_stack([(move @ closed)[:, :n], (move @ closed)[:, n] + h * game.b[i]])
            augmented = np.vstack([drift, np.eye(n + 1)[n]])
            there = augmented @ X[i] @ augmented.T
            if version == "sampled":  # a drawn action moves the drift too
                there[:n, :n] += move @ S @ move.T
            for C, D, F_, s in zip(game.C[i], game.D[i], game.F[i], game.s[i], strict=True):
                J = np.column_stack([C, D, F_])
                there[:n, :n] += h * (
                    J @ second @ J.T + np.outer(J @ first, s) + np.outer(s, J @ first) + np.outer(s, s) * X[i, n, n]
                )
            after += P[i][:, None, None] * there
        X = after
    if game.horizon is not None:
        for place, player in enumerate(("leader", "follower")):
            G, g = getattr(game, f"{player}_G"), getattr(game, f"{player}_g")
            last = (G * X[:, :n, :n]).sum() / 2 + (g * X[:, :n, n]).sum()
            costs[place] += math.exp(-game.discount * horizon) * last
    return costs


@pytest.mark.parametrize("version", ["averaged", "sampled", "classical"])
def test_expected_costs_are_the_moments_of_the_scheme(version):
    """Against the recursion above, regime by regime and matrix by matrix."""
    game, laws = draw_game(n=3, m=3, ku=2, kv=2, d=2), draw_laws(n=3, m=3, ku=2, kv=2, times=[0.0, 0.25, 0.6])
    setting = {"state": [1, 0, -1], "regime": 1, "steps": 10, "version": version}
    found = expected_costs(game, laws, **setting)
    exact = euler_costs(game, laws, **setting, horizon=1.0)
    np.testing.assert_allclose(
        [found.leader_raw_cost, found.follower_raw_cost], exact, rtol=1e-12, atol=1e-13
    )  # terms of order 1
    run = simulate(game, laws, **setting, paths=20_000, seed=1)
    for name, value in found._asdict().items():
        sample = getattr(run, name)
        assert abs(sample.mean - value) <= SIGMAS * sample.standard_error


SIZES = [
    pytest.param({}, id="n=2"),
    pytest.param({"n": 3, "m": 3, "ku": 2, "kv": 2, "d": 2}, id="n=3"),
    pytest.param({"n": 1, "m": 1, "ku": 1, "kv": 2}, id="one regime"),
]


@pytest.mark.parametrize("version", ["averaged", "sampled", "classical"])
@pytest.mark.parametrize("sees", ["action", "policy"])
@pytest.mark.parametrize("sizes", SIZES)
def test_costs_are_those_of_the_euler_scheme(sizes, sees, version):
    game = draw_game(**sizes, follower_sees=sees)
    laws = draw_laws(**{key: value for key, value in sizes.items() if key != "d"}, times=[0.0, 0.25, 0.6])
    state = np.linspace(1.0, -0.5, game.states)
    found = simulate(game, laws, state=state, regime=0, steps=12, paths=24_000, seed=5, version=version)
    exact = euler_costs(game, laws, state=state, regime=0, steps=12, version=version, horizon=1.0)
    for sample, cost in zip((found.leader_raw_cost, found.follower_raw_cost), exact, strict=True):
        assert abs(sample.mean - cost) <= SIGMAS * sample.standard_error
        assert sample.standard_error < 0.05 * (1 + abs(cost))


@pytest.mark.parametrize("version", ["averaged", "sampled"])
def test_what_the_follower_sees_shows(version):
    """The test above could not fail if both structures cost the same: here they differ by many standard errors."""
    laws = draw_laws()
    laws = dataclasses.replace(laws, leader_factor=4 * laws.leader_factor)
    costs = {
        sees: simulate(
            draw_game(follower_sees=sees), laws, state=[1, 1], regime=0, steps=8, paths=100_000, seed=2, version=version
        )
        for sees in ("action", "policy")
    }
    seen, unseen = (costs[sees].follower_raw_cost for sees in ("action", "policy"))
    assert abs(seen.mean - unseen.mean) > 2 * SIGMAS * math.hypot(seen.standard_error, unseen.standard_error)


def test_averaged_and_sampled_runs_agree_as_steps_shrink():
    """Drawn actions add h^2 (B Sigma_u B' + ...) to a step's covariance, so the difference is of order h."""
    game, laws = draw_game(), draw_laws()
    gaps = {
        steps: np.subtract(
            *(
                euler_costs(game, laws, state=[1, 1], regime=1, steps=steps, version=v, horizon=1.0)
                for v in ("sampled", "averaged")
            )
        )
        for steps in (16, 32, 64)
    }
    np.testing.assert_allclose(gaps[16] / gaps[32], 2, rtol=0.05)
    np.testing.assert_allclose(gaps[32] / gaps[64], 2, rtol=0.05)
    averaged, sampled = (
        simulate(game, laws, state=[1, 1], regime=1, steps=64, paths=20_000, seed=3, version=v)
        for v in ("averaged", "sampled")
    )
    for a, s, gap in zip(
        (averaged.leader_cost, averaged.follower_cost),
        (sampled.leader_cost, sampled.follower_cost),
        gaps[64],
        strict=True,
    ):
        assert abs(s.mean - a.mean) <= SIGMAS * math.hypot(a.standard_error, s.standard_error) + abs(gap)


def test_an_ornstein_uhlenbeck_process_has_its_second_moment_with_weak_order_one():
    """dx = -x dt + dW, x_0 = 1: E x_1^2 = (1 + e^{-2}) / 2; the error of Euler steps halves with h."""
    weight = {"leader_G": [[[2.0]]], "follower_g": [[1.0]]}
    game = scalar_game(A=[[[-1.0]]], s=[[[1.0]]], **weight)
    exact = (1 + math.exp(-2)) / 2
    errors = []
    for steps in (2, 4, 8):
        found = simulate(game, idle(), state=[1.0], regime=0, steps=steps, paths=400_000, seed=7)
        h = 1 / steps
        scheme = (1 - h) ** (2 * steps) + h * sum((1 - h) ** (2 * k) for k in range(steps))
        assert abs(found.leader_cost.mean - scheme) <= SIGMAS * found.leader_cost.standard_error
        assert abs(found.follower_cost.mean - (1 - h) ** steps) <= SIGMAS * found.follower_cost.standard_error
        assert found.leader_cost.variance == pytest.approx(scheme_variance(h, steps), rel=0.02)
        errors.append(found.leader_cost.mean - exact)
    # Standard errors are 0.0015 of 0.37, 0.13, 0.06: ratios are near 2, and not near 1 or 4.
    assert 1.5 < errors[1] / errors[2] < 2.6
    assert 1.7 < errors[0] / errors[1] < 3.2


def scheme_variance(h: float, steps: int) -> float:
    """Var x^2 of the Gaussian x after `steps`: 2 v^2 + 4 a^2 v, a and v its mean and variance."""
    a = (1 - h) ** steps
    v = h * sum((1 - h) ** (2 * k) for k in range(steps))
    return 2 * v * v + 4 * a * a * v


def test_geometric_brownian_motion_has_its_second_moment():
    """dx = x dt / 10 + x dW / 2: E x_1^2 = e^{2/10 + 1/4}, and (1 + 2 a h + a^2 h^2 + c^2 h)^K by Euler steps."""
    game = scalar_game(A=[[[0.1]]], C=[[[[0.5]]]], leader_G=[[[2.0]]])
    found = simulate(game, idle(), state=[1.0], regime=0, steps=64, paths=100_000, seed=8)
    h = 1 / 64
    scheme = (1 + 0.2 * h + 0.01 * h * h + 0.25 * h) ** 64
    assert abs(found.leader_cost.mean - scheme) <= SIGMAS * found.leader_cost.standard_error
    assert abs(found.leader_cost.mean - math.exp(0.45)) <= SIGMAS * found.leader_cost.standard_error + 0.002


def test_regimes_are_occupied_as_their_chain_says():
    """State 1 for ever, cost x in one regime: the discounted time spent there, summed over the steps."""
    generator = np.array([[-3.0, 2.0, 1.0], [0.0, -0.5, 0.5], [0.0, 0.0, 0.0]])
    rows = np.zeros((3, 3))
    rows[1, 0] = 1.0
    base = scalar_game()
    sized = {name: np.zeros((3, *getattr(base, name).shape[1:])) for name, axes in base.core.items() if len(axes) > 1}
    game = scalar_game(
        **sized | {"generator": generator, "leader_m": rows, "follower_g": [[0.0], [0.0], [1.0]]}, discount=0.4
    )
    steps = 40
    found = simulate(game, idle(3), state=[1.0], regime=0, steps=steps, paths=100_000, seed=9, keep=2000)
    h = 1 / steps
    laws = [expm(generator * h * k)[0] for k in range(steps + 1)]
    expected = h * sum(math.exp(-0.4 * k * h) * law[1] for k, law in enumerate(laws[:-1]))
    assert abs(found.leader_cost.mean - expected) <= SIGMAS * found.leader_cost.standard_error
    last = math.exp(-0.4) * laws[-1][2]
    assert abs(found.follower_cost.mean - last) <= SIGMAS * found.follower_cost.standard_error
    assert found.kept is not None
    jumps = np.diff(found.kept.regimes, axis=1)
    assert (jumps >= 0).all() and (found.kept.states == 1).all()  # regime 2 absorbs, nothing leads back


@pytest.mark.parametrize("length", [0.0, 1e-9, 0.01, 1.0, 300.0])
def test_transition_probabilities_are_the_exponential(length):
    generator = np.array([[-3.0, 2.0, 1.0], [0.1, -0.6, 0.5], [0.0, 20.0, -20.0]])
    found = transition_probabilities(generator, length)
    # At length 300 it is scipy's rounding that is seen: the stationary law is (5/159, 50/53, 4/159).
    np.testing.assert_allclose(found, expm(generator * length), rtol=0, atol=1e-12)
    if length == 300:
        np.testing.assert_allclose(found, np.tile([5 / 159, 50 / 53, 4 / 159], (3, 1)), rtol=1e-14)
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-15)


@pytest.mark.parametrize("sees", ["action", "policy"])
def test_costs_are_recomputed_from_the_paths(sees):
    """Every path of two blocks, from its states, regimes and drawn actions, in plain numpy."""
    game, laws = draw_game(follower_sees=sees, ku=2), draw_laws(ku=2)
    count, steps = BLOCK + 100, 10
    found = simulate(
        game, laws, state=[1, -1], regime=1, steps=steps, paths=count, seed=4, version="sampled", keep=count
    )
    paths = found.kept
    assert paths is not None and paths.states.shape == (count, steps + 1, 2)
    z = np.concatenate([paths.states[:, :-1], paths.leader_actions, paths.follower_actions], axis=-1)
    at = paths.regimes[:, :-1]
    weight = found.step * np.exp(-0.3 * paths.times[:-1])
    for player, k in (("leader", 2), ("follower", 1)):
        M, linear = getattr(game, f"{player}_M")[at], getattr(game, f"{player}_m")[at]
        running = np.einsum("pta,ptab,ptb->pt", z, M, z) / 2 + np.einsum("pta,pta->pt", linear, z)
        G, g = getattr(game, f"{player}_G")[paths.regimes[:, -1]], getattr(game, f"{player}_g")[paths.regimes[:, -1]]
        x = paths.states[:, -1]
        last = math.exp(-0.3) * (np.einsum("pa,pab,pb->p", x, G, x) / 2 + (g * x).sum(axis=1))
        raw = running @ weight + last
        covariance = getattr(laws, f"{player}_factor") @ getattr(laws, f"{player}_factor").swapaxes(-1, -2)
        entropy = k / 2 * math.log(2 * math.pi * math.e) + np.log(np.linalg.det(covariance)) / 2
        cost = raw - getattr(game, f"{player}_temperature") * (entropy[at] @ weight)
        for sample, values in ((getattr(found, f"{player}_raw_cost"), raw), (getattr(found, f"{player}_cost"), cost)):
            assert sample.count == count
            assert sample.mean == pytest.approx(values.mean(), rel=1e-12)
            assert sample.variance == pytest.approx(values.var(ddof=1), rel=1e-10)


def test_mean_actions_go_with_averaged_paths():
    laws = draw_laws(times=[0.0, 0.5])
    paths = simulate(draw_game(), laws, state=[1, 1], regime=0, steps=4, paths=3, seed=1, keep=3).kept
    assert paths is not None
    for p in range(3):
        for k in range(4):
            at, x = (int(k >= 2), paths.regimes[p, k]), paths.states[p, k]
            u = laws.leader_gain[at] @ x + laws.leader_offset[at]
            v = laws.follower_gain[at] @ x + laws.follower_reply[at] @ u + laws.follower_offset[at]
            np.testing.assert_allclose(paths.leader_actions[p, k], u, rtol=1e-13)
            np.testing.assert_allclose(paths.follower_actions[p, k], v, rtol=1e-13)


def costs_of(found) -> tuple:
    return found.leader_cost, found.follower_cost, found.leader_raw_cost, found.follower_raw_cost


@pytest.mark.parametrize("version", ["averaged", "sampled"])
def test_a_seed_says_it_all(version):
    """Threads and the number of paths change no path; another seed does."""
    game, laws = draw_game(), draw_laws()
    setting = {"state": [1, 1], "regime": 0, "steps": 6, "version": version}
    one = simulate(game, laws, **setting, paths=40_000, seed=1, keep=1500)
    three = simulate(game, laws, **setting, paths=40_000, seed=1, keep=1500, threads=3)
    assert costs_of(one) == costs_of(three)
    assert one.kept is not None and three.kept is not None
    np.testing.assert_array_equal(one.kept.states, three.kept.states)
    fewer = simulate(game, laws, **setting, paths=1200, seed=1, keep=1200).kept
    assert fewer is not None
    np.testing.assert_array_equal(fewer.states, one.kept.states[:1200])
    assert simulate(game, laws, **setting, paths=40_000, seed=2).leader_cost != one.leader_cost
    assert len(np.unique(one.kept.states[:, -1, 0])) == 1500  # no two paths, of a block or of two, are one


def test_classical_and_averaged_runs_share_their_random_numbers():
    """With noise on no action the exploratory state is the classical one, path by path."""
    game, laws = draw_game(D=np.zeros((2, 1, 2, 1)), F=np.zeros((2, 1, 2, 1))), draw_laws()
    setting = {"state": [1, 1], "regime": 0, "steps": 6, "paths": 100, "seed": 3, "keep": 100}
    averaged, classical = (simulate(game, laws, **setting, version=v).kept for v in ("averaged", "classical"))
    assert averaged is not None and classical is not None
    np.testing.assert_array_equal(averaged.states, classical.states)
    quiet = simulate(game, laws.without_noise(), **setting, version="classical")
    assert costs_of(quiet) == costs_of(simulate(game, laws, **setting, version="classical"))


@pytest.mark.parametrize("version", ["averaged", "sampled"])
def test_long_steps_can_be_put_together_from_short_ones(version):
    """The same Brownian paths and the very same regimes on two grids: costs differ by order h, path by path."""
    game, laws = draw_game(), draw_laws()
    setting = {"state": [1, 1], "regime": 0, "paths": 3000, "seed": 3, "keep": 3000, "version": version}
    fine, coarse, other = (
        simulate(game, laws, steps=steps, draws=draws, **setting) for steps, draws in ((64, 1), (16, 4), (16, 1))
    )
    assert fine.kept is not None and coarse.kept is not None and other.kept is not None
    np.testing.assert_array_equal(coarse.kept.regimes, fine.kept.regimes[:, ::4])
    end, near, far = (run.states[:, -1] for run in (fine.kept, coarse.kept, other.kept))
    near, far = (np.sqrt(((states - end) ** 2).mean()) for states in (near, far))
    # Drawn actions move the drift as well, by a noise of standard deviation ~ sqrt(h) that vanishes more slowly.
    assert near < far / (4 if version == "averaged" else 2)
    exact = euler_costs(game, laws, state=[1, 1], regime=0, steps=16, version=version, horizon=1.0)
    for sample, cost in zip((coarse.leader_raw_cost, coarse.follower_raw_cost), exact, strict=True):
        assert abs(sample.mean - cost) <= SIGMAS * sample.standard_error


def test_memory_does_not_grow_with_the_number_of_paths():
    game, laws = draw_game(), draw_laws()

    def peak(blocks: int) -> int:
        tracemalloc.start()
        try:
            simulate(game, laws, state=[1, 1], regime=0, steps=2, paths=blocks * BLOCK, seed=1)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1)
    assert peak(400) < peak(20) + 2**20  # the interpreter's own pools; a float a path would be three times that


def test_a_game_without_an_end_is_cut_off():
    game = dataclasses.replace(draw_game(), horizon=None)
    found = simulate(game, draw_laws(), state=[1, 1], regime=0, steps=20, paths=20_000, seed=5, horizon=2.0)
    exact = euler_costs(game, draw_laws(), state=[1, 1], regime=0, steps=20, version="averaged", horizon=2.0)
    assert abs(found.leader_raw_cost.mean - exact[0]) <= SIGMAS * found.leader_raw_cost.standard_error
    assert found.step == 0.1
    alone = simulate(game, draw_laws(), state=[1, 1], regime=0, steps=20, paths=1, seed=5, horizon=2.0)
    assert math.isnan(alone.leader_cost.standard_error)  # one path does not say how much paths differ
    assert found.leader_cost.half_width(0.05) == pytest.approx(1.959964 * found.leader_cost.standard_error)


def overflowing() -> LinearQuadraticGame:
    return scalar_game(A=[[[1e3]]], horizon=1e3)


GOOD = {"state": [1.0, 1.0], "regime": 0, "steps": 2, "paths": 2, "seed": 1}


@pytest.mark.parametrize(
    ("game", "laws", "changed", "message"),
    [
        (draw_game, draw_laws, {"state": [1.0]}, "state: expected 2 numbers, found shape (1,)"),
        (draw_game, draw_laws, {"state": [1.0, math.nan]}, "state[1]: expected a finite number"),
        (draw_game, draw_laws, {"regime": 2}, "regime: expected one of 0, ..., 1, found 2"),
        (draw_game, draw_laws, {"regime": True}, "regime: expected one of 0, ..., 1, found True"),
        (draw_game, draw_laws, {"steps": 0}, "steps: expected an integer >= 1, found 0"),
        (draw_game, draw_laws, {"steps": 2.0}, "steps: expected an integer >= 1, found 2.0"),
        (draw_game, draw_laws, {"paths": -1}, "paths: expected an integer >= 1, found -1"),
        (draw_game, draw_laws, {"draws": 0}, "draws: expected an integer >= 1, found 0"),
        (draw_game, draw_laws, {"keep": 3}, "keep: expected at most the 2 paths, found 3"),
        (draw_game, draw_laws, {"threads": 0}, "threads: expected an integer >= 1, found 0"),
        (draw_game, draw_laws, {"seed": -1}, "seed: expected an integer of 0, ..., 2^128 - 1, found -1"),
        (draw_game, draw_laws, {"version": "quantum"}, "version: expected one of averaged, sampled, classical"),
        (draw_game, draw_laws, {"horizon": 2.0}, "horizon: expected none, since the game has its own, 1; found 2.0"),
        (draw_game, lambda: draw_laws(n=3), {}, "laws: expected regimes, states and actions (2, 2, 1, 1)"),
        (draw_game, lambda: None, {}, "laws: expected FeedbackLaws, found None"),
        (draw_game, lambda: draw_laws().without_noise(), {}, "leader_factor: expected an invertible factor at"),
        (lambda: None, draw_laws, {}, "simulate: expected a single linear-quadratic game, found None"),
        (lambda: draw_game(discount=[0.1, 0.2]), draw_laws, {}, "simulate: expected a single linear-quadratic game"),
        (lambda: draw_game(horizon=None), draw_laws, {}, "horizon: expected a number > 0 where a game without an end"),
        (lambda: draw_game(horizon=None), draw_laws, {"horizon": -1}, "horizon: expected a number > 0"),
        (overflowing, idle, {"state": [1.0], "steps": 1000}, "simulate: expected costs within the floats"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_line(game, laws, changed, message):
    with pytest.raises(GameError) as caught:
        simulate(game(), laws(), **(GOOD | changed))
    assert str(caught.value).startswith(message) and "\n" not in str(caught.value)


def test_expectations_validate_too():
    with pytest.raises(GameError, match="steps: expected an integer >= 1, found 0"):
        expected_costs(draw_game(), draw_laws(), state=[1, 1], regime=0, steps=0)
    with pytest.raises(GameError, match="regime: expected one of 0"):
        expected_costs(draw_game(), draw_laws(), state=[1, 1], regime=5, steps=1)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"leader_gain": np.zeros((2, 2, 2))}, "leader_gain: expected shape (2, 1, 2), found (2, 2, 2)"),
        ({"leader_factor": [[[math.inf]], [[1.0]]]}, "leader_factor[0, 0, 0]: expected a finite number, found inf"),
        ({"follower_reply": 1.0}, "follower_reply: expected the axes regimes and both players'"),
        ({"times": [0.5, 1.0]}, "times: expected 0 = t_0 < t_1 < ..., found [0.5, 1.0]"),
        ({"times": [0.0, 1.0]}, "follower_reply: expected the axes pieces, regimes, follower actions, leader actions"),
    ],
)  # fmt: skip
def test_laws_are_validated(changed, message):
    laws = draw_laws()
    fields = {field.name: getattr(laws, field.name) for field in dataclasses.fields(laws)}
    with pytest.raises(GameError) as caught:
        FeedbackLaws(**(fields | changed))
    assert str(caught.value).startswith(message)


def test_laws_are_read_only():
    assert not any(
        getattr(draw_laws(), f.name).flags.writeable for f in dataclasses.fields(FeedbackLaws) if f.name != "times"
    )
