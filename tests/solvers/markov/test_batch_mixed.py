"""Mixed commitment in batches: the stage is the exact strong commitment, and iterations are those of a loop over it."""

from fractions import Fraction

import numpy as np
import pytest

from games.markov import MarkovGame
from games.matrix import BimatrixGame
from solvers.errors import SolverError
from solvers.markov import batch, batch_mixed
from solvers.matrix import batch as commitment
from solvers.matrix import exact
from solvers.solution import Status


@pytest.fixture
def rng():
    return np.random.default_rng(32)


def draw(rng, count, S=2, A=2, B=2, discount=0.9):
    rewards = rng.uniform(-1, 1, (2, count, S, A, B))
    return MarkovGame(
        transition=rng.dirichlet(np.ones(S), (count, S, A, B)),
        leader_reward=rewards[0],
        follower_reward=rewards[1],
        leader_discount=discount,
        follower_discount=discount,
    )


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (2, 1), (2, 2), (2, 3), (2, 6)])
@pytest.mark.parametrize("kind", ["integers", "continuous"])
def test_the_stage_is_the_exact_strong_commitment(rng, shape, kind):
    # With discount zero every state is a one-shot game.
    payoffs = rng.integers(-2, 3, (2, 1, 40, *shape)) if kind == "integers" else rng.normal(size=(2, 1, 40, *shape))
    payoffs = payoffs.astype(float)
    game = MarkovGame(
        transition=np.full((1, 40, *shape, 40), 1 / 40),
        leader_reward=payoffs[0],
        follower_reward=payoffs[1],
        leader_discount=0,
        follower_discount=0,
    )
    found = batch_mixed.solve(game)
    assert found.converged.all()
    for s in range(40):
        L, F = payoffs[0, 0, s], payoffs[1, 0, s]
        truth = exact.solve(BimatrixGame(leader=L, follower=F)).leader_value
        assert abs(Fraction(found.values["leader"][0, s]) - truth) < 1e-12
        x, b = found.policies["leader"][0, s], found.policies["follower"][0, s]
        assert x.min() >= 0 and x.sum() == pytest.approx(1, abs=1e-15)
        assert x @ L[:, b] == pytest.approx(found.values["leader"][0, s], abs=1e-12)
        assert (x @ F).max() - (x @ F)[b] < 1e-12
        assert found.values["follower"][0, s] == pytest.approx((x @ F)[b], abs=1e-12)


def loop(game, steps, alpha):
    """Values over time, with the commitments of `solvers.matrix`."""
    L = F = np.zeros(game.leader_reward.shape)
    path = []
    for _ in range(steps):
        found = commitment.solve(BimatrixGame(leader=L, follower=F))
        L, F = (
            (1 - alpha) * Q + alpha * (r + gamma[:, None, None, None] * np.einsum("gsabt,gt->gsab", game.transition, V))
            for Q, V, r, gamma in zip(
                (L, F), (found.leader_value, found.follower_value), game.rewards(), game.discounts(), strict=True
            )
        )
        path.append(np.stack([L, F], axis=1))
    return path


@pytest.mark.parametrize("alpha", [1.0, 0.5])
def test_outcomes_are_those_of_a_loop_over_commitments(rng, alpha):
    game = draw(rng, 250, 2, 2, 3, discount=0.75)
    found = batch_mixed.solve(game, step_size=alpha)
    path = loop(game, 200, alpha)
    final = path[-1]
    still = found.converged
    assert 0.85 < still.mean() < 1
    q = np.stack([found.q["leader"], found.q["follower"]], axis=1)
    there = np.abs(final - path[-2]).max(axis=(1, 2, 3, 4)) < 1e-10  # some games contract slowly
    assert (there & still).sum() > 0.95 * still.sum() and not (there & ~still).any()
    assert np.abs(final - q)[there].max() < 1e-7
    cyclic = np.flatnonzero((found.status == Status.CYCLE) & (found.period < 40))
    assert len(cyclic) >= 3
    for i in cyclic:
        gaps = [np.abs(final[i] - path[-1 - p][i]).max() for p in range(1, found.period[i] + 1)]
        assert gaps[-1] < 1e-6 and min(gaps[:-1]) > 1e-6


def test_committing_to_mixtures_never_pays_less_where_the_game_is_one_shot(rng):
    game = draw(rng, 500, discount=0.0)
    pure, mixed = batch.solve(game), batch_mixed.solve(game)
    gain = mixed.values["leader"] - pure.values["leader"]
    assert gain.min() > -1e-12 and (gain > 1e-6).mean() > 0.1


def test_single_action_of_the_leader_leaves_an_mdp_of_the_follower(rng):
    game = draw(rng, 50, 3, 1, 3)
    pure, mixed = batch.solve(game), batch_mixed.solve(game)
    assert (pure.converged & mixed.converged).all()
    assert np.abs(pure.q["follower"] - mixed.q["follower"]).max() < 1e-7
    assert (pure.policies["follower"][..., 0] == mixed.policies["follower"]).all()


def test_units_threads_shapes_and_refusals(rng):
    game = draw(rng, 2500)
    one, two = (batch_mixed.solve(game, threads=threads) for threads in (1, 2))
    assert (one.status == two.status).all() and (one.q["leader"] == two.q["leader"]).all()
    arrays = {name: getattr(game, name) for name in game.core}
    tiny = MarkovGame(**arrays | {"leader_reward": game.leader_reward * 2.0**-700})
    scaled = batch_mixed.solve(tiny)
    assert (scaled.status == one.status).all() and (scaled.q["leader"] * 2.0**700 == one.q["leader"]).all()
    square = batch_mixed.solve(game[np.arange(6).reshape(2, 3)])
    assert (square.values["follower"].reshape(6, 2) == one.values["follower"][:6]).all()
    single = batch_mixed.solve(game[3], step_size=1.0)
    assert single.status == one.status[3] and (single.policies["leader"] == one.policies["leader"][3]).all()
    with pytest.raises(SolverError, match="at most 2 actions of the leader, found 3"):
        batch_mixed.solve(draw(rng, 2, 2, 3, 2))
