"""Soft iteration in batches: fixed points and cycles of an independent loop, closed forms, any batch shape."""

import numpy as np
import pytest

from games.markov import MarkovGame
from solvers.errors import SolverError
from solvers.markov import batch, batch_soft
from solvers.solution import Status


@pytest.fixture
def rng():
    return np.random.default_rng(31)


def draw(rng, count, S=2, A=2, B=2, discount=0.9):
    rewards = rng.uniform(-1, 1, (2, count, S, A, B))
    return MarkovGame(
        transition=rng.dirichlet(np.ones(S), (count, S, A, B)),
        leader_reward=rewards[0],
        follower_reward=rewards[1],
        leader_discount=discount,
        follower_discount=discount,
    )


def step(game, L, F, taus, entropy, alpha=1.0):
    """One step of the definition; taus (2, games)."""
    tau_L, tau_F = taus[0][:, None], taus[1][:, None, None]
    nu = np.exp((F - F.max(axis=-1, keepdims=True)) / tau_F[..., None])
    paid = F.max(axis=-1) + tau_F * np.log(nu.sum(axis=-1))
    nu /= nu.sum(axis=-1, keepdims=True)
    q = (nu * L).sum(axis=-1)
    pi = np.exp((q - q.max(axis=-1, keepdims=True)) / tau_L[..., None])
    V = q.max(axis=-1) + tau_L * np.log(pi.sum(axis=-1))
    pi /= pi.sum(axis=-1, keepdims=True)
    if not entropy:
        paid, V = (nu * F).sum(axis=-1), (pi * q).sum(axis=-1)
    W = (pi * paid).sum(axis=-1)
    after = [
        (1 - alpha) * Q + alpha * (r + gamma[:, None, None, None] * np.einsum("gsabt,gt->gsab", game.transition, value))
        for Q, value, r, gamma in zip((L, F), (V, W), game.rewards(), game.discounts(), strict=True)
    ]
    return *after, pi, nu


@pytest.mark.parametrize("entropy", [True, False])
@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 2, 2), (3, 1, 4), (2, 3, 2)])
def test_where_it_converges_the_loop_arrives(rng, shape, entropy):
    game = draw(rng, 60, *shape)
    taus = 10 ** rng.uniform(-0.2, 0.5, (2, 60))
    found = batch_soft.solve(game, temperatures=(taus[0], taus[1]), entropy=entropy)
    assert found.converged.all() and (found.period == 1).all()
    L = F = np.zeros(game.leader_reward.shape)
    for _ in range(250):
        L, F, pi, nu = step(game, L, F, taus, entropy)
    assert np.abs(L - found.q["leader"]).max() < 1e-7 and np.abs(F - found.q["follower"]).max() < 1e-7
    assert np.abs(pi - found.policies["leader"]).max() < 1e-7
    assert np.abs(nu - found.policies["follower"]).max() < 1e-7
    V, W = found.values["leader"], found.values["follower"]
    for Q, value, r in ((L, V, game.leader_reward), (F, W, game.follower_reward)):
        assert np.abs(r + 0.9 * np.einsum("gsabt,gt->gsab", game.transition, value) - Q).max() < 1e-7


@pytest.mark.parametrize("alpha", [1.0, 0.5])
def test_cycles_return_in_the_loop_and_not_before(rng, alpha):
    game = draw(rng, 1500)
    taus = np.full((2, 1500), 0.03)
    found = batch_soft.solve(game, temperatures=(0.03, 0.03), step_size=alpha)
    cyclic = np.flatnonzero(found.status == Status.CYCLE)
    assert len(cyclic) > 30 and (found.period[cyclic] > 1).all()
    game, taus = game[cyclic], taus[:, cyclic]
    L = F = np.zeros(game.leader_reward.shape)
    path = []
    for t in range(3000):
        L, F, _, _ = step(game, L, F, taus, True, alpha)
        if t >= 2900:
            path.append(np.stack([L, F], axis=1))
    for i, period in enumerate(found.period[cyclic]):
        if period < 45:
            gaps = [np.abs(path[-1][i] - path[-1 - p][i]).max() for p in range(1, period + 1)]
            assert gaps[-1] < 1e-6 and min(gaps[:-1]) > 1e-6


def test_one_state_and_one_action_each_in_closed_form():
    # V = r / (1 - gamma) whatever the temperature; with two equal replies the follower's entropy log 2 is added.
    game = MarkovGame(
        transition=np.ones((1, 1, 2, 1)),
        leader_reward=[[[3.0, 3.0]]],
        follower_reward=[[[1.0, 1.0]]],
        leader_discount=0.5,
        follower_discount=0.75,
    )
    with_bonus = batch_soft.solve(game, temperatures=(2.0, 0.5))
    assert with_bonus.values["leader"] == pytest.approx([6.0], abs=1e-9)
    assert with_bonus.values["follower"] == pytest.approx([4 * (1 + 0.5 * np.log(2))], abs=1e-9)
    plain = batch_soft.solve(game, temperatures=(2.0, 0.5), entropy=False)
    assert plain.values["follower"] == pytest.approx([4.0], abs=1e-9)
    assert plain.policies["follower"].tolist() == [[[0.5, 0.5]]]


def test_cold_players_meet_the_proved_fixed_points_of_greedy_ones(rng):
    game = draw(rng, 300)
    greedy, cold = batch.solve(game), batch_soft.solve(game, temperatures=(1e-5, 1e-5))
    both = greedy.converged & cold.converged
    assert both.mean() > 0.8
    assert (np.abs(greedy.q["leader"] - cold.q["leader"]).max(axis=(1, 2, 3))[both] < 1e-2).mean() > 0.98


def test_units_and_budget(rng):
    game = draw(rng, 200)
    found = batch_soft.solve(game, temperatures=(0.1, 0.1))
    arrays = {name: getattr(game, name) for name in game.core}
    huge = MarkovGame(
        **arrays
        | {
            "leader_reward": arrays["leader_reward"] * 2.0**300,
            "follower_reward": arrays["follower_reward"] * 2.0**-300,
        }
    )
    scaled = batch_soft.solve(huge, temperatures=(0.1 * 2.0**300, 0.1 * 2.0**-300))
    assert (scaled.status == found.status).all() and (scaled.iterations == found.iterations).all()
    assert np.allclose(scaled.q["follower"] * 2.0**300, found.q["follower"], rtol=1e-12)
    short = batch_soft.solve(game, temperatures=(0.1, 0.1), budget=3)
    assert (short.status == Status.BUDGET).mean() > 0.9 and (short.iterations <= 3).all()
    assert (short.residual > 0).all() and (short.period[short.status == Status.BUDGET] == 0).all()


def test_threads_shapes_and_refusals(rng):
    game = draw(rng, 2500)
    one, two = (batch_soft.solve(game, temperatures=(0.2, 0.1), threads=threads) for threads in (1, 2))
    assert (one.status == two.status).all() and (one.q["leader"] == two.q["leader"]).all()
    square = batch_soft.solve(game[np.arange(6).reshape(2, 3)], temperatures=(0.2, 0.1))
    assert (square.q["follower"].reshape(6, 2, 2, 2) == one.q["follower"][:6]).all()
    single = batch_soft.solve(game[3], temperatures=(0.2, 0.1))
    assert single.status == one.status[3] and (single.values["leader"] == one.values["leader"][3]).all()
    with pytest.raises(SolverError, match="finite numbers > 0, found 0"):
        batch_soft.solve(game, temperatures=(1.0, 0.0))
    with pytest.raises(SolverError, match="tau_L: expected one number, or one a game"):
        batch_soft.solve(game, temperatures=(np.ones(3), 1.0))
    with pytest.raises(SolverError, match="exact twin"):
        batch_soft.solve(_dyadic().exact(), temperatures=(1.0, 1.0))


def _dyadic():
    rewards = {name: np.zeros((1, 1, 1)) for name in ("leader_reward", "follower_reward")}
    return MarkovGame(transition=np.ones((1, 1, 1, 1)), **rewards, leader_discount=0.0, follower_discount=0.0)
