"""Feedback Nash play: the textbook's coupled equations, and when it is feedback Stackelberg play."""

import dataclasses

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from solvers.riccati import finite
from solvers.riccati.hamiltonian import stage, terminal
from solvers.riccati.nash import condition_number, stage_equations


def test_the_textbook_of_scalar_games(scalar_game):
    """Basar and Olsder: P_k' = -2 a P_k - q_k + S_k P_k^2 + 2 S_o P_o P_k for x' = a x + b u + e v, u = -b P_L x."""
    a, b, e, q = 0.3, 0.8, 1.1, (1.0, 0.5)
    game = scalar_game(A=a, B=b, E=e, L=np.diag([q[0], 1, 0]), M=np.diag([q[1], 0, 1]), LG=0.2, G=0.4)

    def backward(_, P):
        own = np.array([b * b * P[0], e * e * P[1]])
        return [2 * a * P[k] + q[k] - own[k] * P[k] - 2 * own[1 - k] * P[k] for k in range(2)]

    expected = solve_ivp(backward, (0, 2), [0.2, 0.4], "DOP853", rtol=1e-12, atol=1e-13).y[:, -1]
    found = finite.solve(game, order="nash")
    assert [found.leader.P[0, 0, 0], found.follower.P[0, 0, 0]] == pytest.approx(list(expected), abs=1e-10)
    assert found.gains(0.0).Phi[0, 1:, 0] == pytest.approx([-b * expected[0], -e * expected[1]], abs=1e-10)
    assert not found.gains(0.0).T.any() and found.order == "nash"


def test_no_influence_on_the_follower_makes_both_the_same(random_game):
    """H_F,vu = 0 along the path: she cannot move his answer, so that leading is worth nothing."""
    game = random_game(1, temperatures=(0.1, 0.2))
    M = np.array(game.follower_M)
    M[:, 5:, 3:5] = M[:, 3:5, 5:] = 0
    uncoupled = dataclasses.replace(game, follower_M=M, D=0 * game.D)
    leads, together = (finite.solve(uncoupled, order=order) for order in ("stackelberg", "nash"))
    np.testing.assert_allclose(leads.leader.P, together.leader.P, atol=1e-10)
    np.testing.assert_allclose(leads.follower.p, together.follower.p, atol=1e-10)
    coupled = [finite.solve(game, order=order) for order in ("stackelberg", "nash")]
    assert np.abs(coupled[0].leader.P - coupled[1].leader.P).max() > 1e-3


def test_one_shot_leadership_is_worth_something(random_game):
    """At the same values the leader's stage cost as first mover is at most that of the simultaneous stage game."""
    game = random_game(2, batch=(50,), temperatures=(0, 0))
    pair = terminal(game)
    x = np.random.default_rng(3).normal(size=3)
    costs = []
    for order in ("stackelberg", "nash"):
        at = stage(game, *pair, order)
        z = at.Phi @ x + at.phi
        costs.append(np.einsum("...a,...ab,...b->...", z, at.leader_H, z) / 2 + (at.leader_h * z).sum(axis=-1))
    assert (costs[0] <= costs[1] + 1e-12).all() and (costs[0] < costs[1] - 1e-6).mean() > 0.9


def test_condition_numbers(random_game, scalar_game):
    game = random_game(4, batch=(3,))
    pair = terminal(game)
    matrices = stage_equations(game, *pair)
    scaled = matrices / np.abs(matrices).max(axis=-1, keepdims=True)
    scaled = scaled / np.abs(scaled).max(axis=-2, keepdims=True)
    np.testing.assert_allclose(condition_number(game, *pair), np.linalg.cond(scaled), rtol=1e-10)
    in_cents = dataclasses.replace(
        game, **{f"leader_{name}": 1e30 * getattr(game, f"leader_{name}") for name in "MmGg"}
    )
    units = condition_number(in_cents, *terminal(in_cents))
    np.testing.assert_allclose(units, condition_number(game, *pair), rtol=1e-10)  # of one player's costs
    at = stage(game, *pair, "nash")
    z = at.Phi[..., 3:, :]
    right = np.concatenate([at.leader_H[..., 3:5, :3], at.follower_H[..., 5:, :3]], axis=-2)
    np.testing.assert_allclose(matrices @ z, -right, atol=1e-12)
    singular = scalar_game(L=((0, 0, 0), (0, 1, 1), (0, 1, 0)), M=((0, 0, 0), (0, 0, 1), (0, 1, 1)))
    assert condition_number(singular, *terminal(singular))[0] > 1e15
    zero = scalar_game(L=np.zeros((3, 3)), M=np.zeros((3, 3)))
    assert condition_number(zero, *terminal(zero))[0] == np.inf
