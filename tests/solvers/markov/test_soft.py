"""Soft iteration: closed forms, the definition by loops, derivatives by differences, and bounds that hold."""

import math

import numpy as np
import pytest

from games.errors import FirstmoverError
from games.markov import MarkovGame
from solvers.markov.backup import Backup
from solvers.markov.soft import solve
from solvers.markov.soft_bound import _coefficients, _jacobian, contraction_matrix
from solvers.markov.soft_stage import soft_stage


def _game(rng, states=3, rows=2, columns=3, discount=0.8):
    return MarkovGame(
        transition=rng.dirichlet(np.ones(states), (states, rows, columns)),
        leader_reward=rng.standard_normal((states, rows, columns)),
        follower_reward=rng.standard_normal((states, rows, columns)),
        leader_discount=discount,
        follower_discount=0.7,
    )


def _by_loops(tables, temperatures, entropy):
    """V of both players, straight from the definition."""
    tau_l, tau_f = temperatures
    values = []
    for leader, follower in zip(*tables, strict=True):
        served, replied = [], []
        for q_l, q_f in zip(leader, follower, strict=True):
            weights = [math.exp(q / tau_f) for q in q_f]
            served.append(sum(w * q for w, q in zip(weights, q_l, strict=True)) / sum(weights))
            if entropy:
                replied.append(tau_f * math.log(sum(weights)))
            else:
                replied.append(sum(w * q for w, q in zip(weights, q_f, strict=True)) / sum(weights))
        weights = [math.exp(q / tau_l) for q in served]
        own = tau_l * math.log(sum(weights)) if entropy else np.dot(weights, served) / sum(weights)
        values.append((own, np.dot(weights, replied) / sum(weights)))
    return np.array(values).T


@pytest.mark.parametrize("entropy", [True, False])
@pytest.mark.parametrize("temperature", [(3.0, 2.0), (0.4, 0.6), (0.05, 0.1)])
def test_the_fixed_point_is_that_of_plain_steps_within_the_bound(temperature, entropy):
    rng = np.random.default_rng(1)
    for _ in range(4):
        game = _game(rng)
        found = solve(game, temperatures=temperature, entropy=entropy)
        if not found.converged:
            assert temperature[0] < 0.1 and np.isnan(found.error_bound) and "no contraction is proved" in found.message
            continue
        tables = np.zeros((2, 3, 2, 3))
        discounts = np.array([0.8, 0.7])[:, None, None, None]
        for _ in range(200):  # .8^200 is 4e-20
            values = _by_loops(tables, temperature, entropy)
            tables = np.stack(game.rewards()) + discounts * np.einsum("sabt,kt->ksab", game.transition, values)
        apart = np.abs(tables - np.stack([found.q["leader"], found.q["follower"]])).max()
        # The loops have rounding of their own, of the size of exp and log at arguments up to 100.
        assert apart <= found.error_bound + 1e-12 and found.error_bound < 1e-8
        assert np.allclose(found.policies["leader"].sum(axis=-1), 1) and found.policies["follower"].shape == (3, 2, 3)


def test_closed_forms():
    """One state: softmax does not see constants, so that the values are those of one stage over 1 - gamma."""
    rewards = np.array([[[1.0, 2.0, -1.0]]])
    for shape in ((1, 3, 1), (1, 1, 3)):
        game = MarkovGame(
            transition=np.ones((*shape, 1)),
            leader_reward=rewards.reshape(shape),
            follower_reward=2 * rewards.reshape(shape),
            leader_discount=0.9,
            follower_discount=0.999,
        )
        counted = solve(game, temperatures=(0.5, 0.25))
        plain = solve(game, temperatures=(0.5, 0.25), entropy=False)
        tau = 0.5 if shape[1] == 3 else 0.125  # of the follower's payoffs, twice the leader's: in her units
        weights = np.exp(rewards.ravel() / tau)
        mean = weights @ rewards.ravel() / weights.sum()
        lse = tau * np.log(weights.sum())
        own, his = (lse, 2 * mean) if shape[1] == 3 else (mean, 2 * lse)
        assert counted.leader_value[0] == pytest.approx(own / 0.1, abs=1e-9)
        assert counted.follower_value[0] == pytest.approx(his / 0.001, abs=1e-6)
        assert plain.leader_value[0] == pytest.approx(mean / 0.1, abs=1e-9)
        assert plain.follower_value[0] == pytest.approx(2 * mean / 0.001, abs=1e-6)
        assert counted.converged and plain.converged


def test_without_rewards_only_entropy_is_worth_something():
    zero = np.zeros((2, 3, 4))
    game = MarkovGame(
        transition=np.full((2, 3, 4, 2), 0.5),
        leader_reward=zero,
        follower_reward=zero,
        leader_discount=0.5,
        follower_discount=0.75,
    )
    found = solve(game, temperatures=(2.0, 3.0))
    assert found.leader_value == pytest.approx([2 * math.log(3) / 0.5] * 2, abs=1e-12)
    assert found.follower_value == pytest.approx([3 * math.log(4) / 0.25] * 2, abs=1e-12)


@pytest.mark.parametrize("entropy", [True, False])
def test_derivatives_are_those_of_small_differences_and_stay_within_their_bounds(entropy):
    rng = np.random.default_rng(3)
    game = _game(rng)
    temperatures, discounts = (0.5, 0.8), np.array([0.8, 0.7])
    values = rng.standard_normal((2, 3))

    def image(v):
        tables = np.stack(game.rewards()) + discounts[:, None, None, None] * np.einsum(
            "sabt,kt->ksab", game.transition, v
        )
        return soft_stage(tables, temperatures, entropy), tables

    found, tables = image(values)
    jacobian = _jacobian(Backup(game), tables, found, temperatures, entropy, discounts)
    for i in range(6):
        bump = np.zeros(6)
        bump[i] = 1e-6
        up, down = (image(values + sign * bump.reshape(2, 3))[0].values.ravel() for sign in (1, -1))
        assert np.allclose((up - down) / 2e-6, jacobian[:, i], rtol=0, atol=1e-8)
    # Sums of |J' - J| anywhere in a box stay below what the coefficients allow.
    widths = np.array([0.05, 0.02])
    room = _coefficients(tables, found, temperatures, entropy, widths) - _coefficients(
        tables, found, temperatures, entropy, np.zeros(2)
    )
    for _ in range(50):
        moved = tables + widths[:, None, None, None] * rng.uniform(-1, 1, tables.shape)
        other = _jacobian(
            Backup(game), moved, soft_stage(moved, temperatures, entropy), temperatures, entropy, discounts
        )
        change = np.abs(other - jacobian).reshape(2, 3, 2, 3).sum(axis=-1)  # (k, s, l)
        assert (np.moveaxis(change, 0, 1) <= room * discounts + 1e-12).all()


@pytest.mark.parametrize("entropy", [True, False])
def test_the_contraction_matrix_dominates(entropy):
    rng = np.random.default_rng(4)
    game = _game(rng)
    discounts = np.array([0.8, 0.7])[:, None, None, None]
    bounds = [np.ptp(reward) / (1 - gamma) for reward, gamma in zip(game.rewards(), (0.8, 0.7), strict=True)]
    for temperatures in ((0.3, 0.5), (2.0, 1.0), (10.0, 20.0)):
        matrix = contraction_matrix(game, temperatures, entropy)
        for size in (1e-3, 0.1, 3.0):
            one = np.stack([b * rng.uniform(0, 1, game.leader_reward.shape) for b in bounds])
            other = one + size * rng.uniform(-1, 1, one.shape)
            images = [
                discounts * np.einsum("sabt,kt->ksab", game.transition, soft_stage(q, temperatures, entropy).values)
                for q in (one, other)
            ]
            apart = np.abs(one - other).max(axis=(1, 2, 3))
            assert (np.abs(images[0] - images[1]).max(axis=(1, 2, 3)) <= matrix @ apart + 1e-12).all()
    # sqvi/soft-contraction: the spectral radius is below one where tau_L tau_F > gamma_F R_L R_F / (4 (1-g_L) (1-g_F)).
    threshold = math.sqrt(0.7 * bounds[0] * bounds[1] / (4 * 0.2 * 0.3))
    for factor, below in ((1.001, True), (0.999, False)):
        radius = max(abs(np.linalg.eigvals(contraction_matrix(game, (factor * threshold, factor * threshold)))))
        assert (radius < 1) == below


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"temperatures": (1.0, 0.0)}, "temperatures: expected two numbers > 0"),
        ({"temperatures": (1.0,)}, "temperatures"),
        ({"step_size": 1.5}, "step_size"),
        ({"tolerance": -1.0}, "tolerance"),
    ],
)
def test_bad_arguments_are_one_line(change, message):
    with pytest.raises(FirstmoverError, match=message):
        solve(_game(np.random.default_rng(0)), **({"temperatures": (1.0, 1.0)} | change))
