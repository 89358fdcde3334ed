"""Batches of stationary solutions: the single solver game by game, every equation, and what is refused."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from games.core import stack
from games.linear_quadratic import LinearQuadraticGame
from solvers.errors import SolverError
from solvers.riccati.batch import stationary_batch
from solvers.riccati.hamiltonian import rates, stage
from solvers.riccati.stationary import stationary
from solvers.solution import Status


def games_of(count: int, n: int, m: int, ku: int, kv: int, damping: float = 1.0, **changes: Any) -> LinearQuadraticGame:
    rng = np.random.default_rng(7)
    d, N = 2, n + ku + kv

    def normal(*shape: int, size: float = 0.3) -> np.ndarray:
        return size * rng.normal(size=(count, m, *shape))

    def cost(own: slice) -> np.ndarray:
        factor = rng.normal(size=(count, m, N, N)) / N
        M = factor @ factor.mT
        M[..., range(n), range(n)] += 0.5
        for i in range(N)[own]:
            M[..., i, i] += 1
        return M

    generator = rng.uniform(0.1, 1, (count, m, m)) * (1 - np.eye(m))
    generator = generator - np.eye(m) * generator.sum(axis=-1)[..., None]
    fields = {
        "generator": generator,
        "A": normal(n, n) - damping * np.eye(n),
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


@pytest.mark.parametrize(
    ("n", "m", "ku", "kv", "sees"), [(2, 2, 1, 1, "action"), (2, 2, 2, 1, "policy"), (1, 3, 1, 2, "action")]
)
def test_every_game_is_solved_as_by_itself(n: int, m: int, ku: int, kv: int, sees: str) -> None:
    games = games_of(12, n, m, ku, kv, follower_sees=sees)
    batch = stationary_batch(games)
    assert batch.converged.sum() >= 11
    for i, game in enumerate(games):
        alone = stationary(game, certify=False)
        assert alone.status == batch.status[i]
        if alone.converged:
            for player in ("leader", "follower"):
                for name in ("P", "p", "r"):
                    one, other = getattr(getattr(alone, player), name), getattr(getattr(batch, player), name)[i]
                    np.testing.assert_allclose(other, one, rtol=1e-9, atol=1e-10)
                for name, policy in alone.policies[player].items():
                    np.testing.assert_allclose(batch.policies[player][name][i], policy, rtol=1e-8, atol=1e-9)


def test_the_equations_hold_and_the_residual_says_so() -> None:
    games = games_of(300, 2, 2, 1, 2)
    batch = stationary_batch(games, threads=2)
    solved = np.flatnonzero(batch.converged)
    assert len(solved) >= 290
    found = rates(games, batch.leader, batch.follower, stage(games, batch.leader, batch.follower))
    worst = np.max(
        [np.abs(getattr(rate, name)).reshape(300, -1).max(axis=1) for rate in found for name in "Ppr"], axis=0
    )
    assert worst[solved].max() < 1e-9
    np.testing.assert_allclose(batch.residual[solved], worst[solved], atol=1e-12)


def test_games_that_have_no_solution_are_told_apart() -> None:
    games = games_of(3, 2, 2, 1, 1)
    worse = np.array(games.A)
    worse[1] += 30 * np.eye(2)  # with noise on the actions no gain holds this
    bad = np.array(games.follower_M)
    bad[2, 1, 3, 3] = -1.0
    games = dataclasses.replace(games, A=worse, follower_M=bad)
    batch = stationary_batch(games)
    assert batch.status.tolist() == [Status.CONVERGED, Status.ILL_POSED, Status.ILL_POSED]
    assert np.isfinite(batch.leader.P[0]).all()
    assert np.isnan(batch.leader.P[1:]).all()
    assert np.isnan(batch.residual[1:]).all()


def test_shapes_and_single_games() -> None:
    games = games_of(6, 1, 1, 1, 1)
    flat = stationary_batch(games)
    square = stationary_batch(games[np.arange(6).reshape(2, 3)])
    assert square.leader.P.shape == (2, 3, 1, 1, 1)
    np.testing.assert_array_equal(square.leader.P.reshape(6, 1, 1, 1), flat.leader.P)
    one = stationary_batch(games[0])
    assert one.batch_shape == ()
    assert one.converged
    np.testing.assert_array_equal(one.follower.r, flat.follower.r[0])
    still = stationary_batch(dataclasses.replace(games, discount=np.zeros(6)))
    assert np.isnan(still.leader.r).all()
    assert still.converged.all()


def test_threads_change_nothing() -> None:
    games = stack([games_of(1, 2, 2, 1, 1)[0]] * 600)
    one, two = stationary_batch(games), stationary_batch(games, threads=2, policies=False)
    np.testing.assert_array_equal(one.leader.P, two.leader.P)
    assert (one.leader.P == one.leader.P[0]).all()


def test_refusals() -> None:
    games = games_of(2, 1, 1, 1, 1)
    with pytest.raises(SolverError, match="exact twin"):
        stationary_batch(games.exact())
    with pytest.raises(SolverError, match="without a horizon"):
        stationary_batch(dataclasses.replace(games, horizon=1.0))
    with pytest.raises(SolverError, match="threads"):
        stationary_batch(games, threads=0)


@pytest.mark.parametrize("costs", [(1e9, 1e9), (1e-9, 1e-9), (1e9, 1e-9), (1e-9, 1e9)])
@pytest.mark.parametrize("rate", [1.0, 4.0**9, 4.0**-9])
def test_units_of_costs_and_time_change_nothing(costs: tuple[float, float], rate: float) -> None:
    game = games_of(12, 2, 2, 1, 1)
    changed = {name: rate * getattr(game, name) for name in ("generator", "A", "B", "E", "b", "discount")}
    changed |= {name: np.sqrt(rate) * getattr(game, name) for name in "CDFs"}
    for player, unit in zip(("leader", "follower"), costs, strict=True):
        changed |= {f"{player}_{name}": unit * getattr(game, f"{player}_{name}") for name in ("M", "m", "temperature")}
    plain, scaled = stationary_batch(game), stationary_batch(dataclasses.replace(game, **changed))
    np.testing.assert_array_equal(scaled.status, plain.status)
    assert plain.converged.all()
    for one, other, unit in ((plain.leader, scaled.leader, costs[0]), (plain.follower, scaled.follower, costs[1])):
        for name in "Ppr":
            expected = unit / rate * getattr(one, name)
            np.testing.assert_allclose(getattr(other, name), expected, rtol=1e-9, atol=1e-11 * np.abs(expected).max())


def test_a_high_temperature_is_no_lack_of_accuracy() -> None:
    game = games_of(12, 2, 2, 1, 1, leader_temperature=1e12, follower_temperature=1e12)
    assert stationary_batch(game).converged.all()
