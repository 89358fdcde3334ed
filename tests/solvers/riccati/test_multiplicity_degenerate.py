"""Scalar games in which a player's P is zero, or his equation falls into factors: lists stay complete."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from games.linear_quadratic import LinearQuadraticGame, Sees
from solvers.riccati.multiplicity import multiplicity
from solvers.riccati.multiplicity_scalar import eliminate


def game_of(A: float, B: float, E: float, leader: Any, follower: Any, discount: float = 0.5) -> LinearQuadraticGame:
    one = np.ones((1, 1, 1))
    return LinearQuadraticGame(
        generator=[[0.0]], A=A * one, B=B * one, E=E * one, b=[[0.0]], C=0 * one[None], D=0 * one[None],
        F=0 * one[None], s=np.zeros((1, 1, 1)), leader_M=np.diag(leader)[None], leader_m=np.zeros((1, 3)),
        leader_G=0 * one, leader_g=[[0.0]], follower_M=np.diag(follower)[None], follower_m=np.zeros((1, 3)),
        follower_G=0 * one, follower_g=[[0.0]], discount=discount, leader_temperature=0.0, follower_temperature=0.0,
        horizon=None, follower_sees=Sees.ACTION,
    )  # fmt: skip


@pytest.mark.parametrize("order", ["stackelberg", "nash"])
@pytest.mark.parametrize("E", [0.0, 1.0])
@pytest.mark.parametrize("A", [-1.0, 1.0])
def test_a_follower_without_costs_of_the_state(order: str, E: float, A: float) -> None:
    """He plays zero where P_F = 0: then P_L^2 = 2 (A - 1/4) P_L + 1, both signs of its root.

    At other solutions his own equation holds without P_F: 2 (A - P_L - E^2 P_F) - 1/2 + E^2 P_F = 0.
    """
    game = game_of(A, 1.0, E, (1.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    found = eliminate(game, order)
    assert found.complete
    a = A - 0.25
    known = {(round(a + sign * np.sqrt(a * a + 1), 9), 0.0) for sign in (1, -1)}
    roots = {(round(float(root.leader), 9), round(float(root.follower), 9)) for root in found.roots}
    assert known <= roots
    for leader, follower in roots - known:
        assert E > 0 and 2 * (A - leader) - E**2 * follower == pytest.approx(0.5, abs=1e-8)
    if E == 0:
        assert roots == known


@pytest.mark.parametrize("order", ["stackelberg", "nash"])
def test_a_leader_without_costs_of_the_state(order: str) -> None:
    """P_L = 0 and P_F^2 = 2 (A - 1/4) P_F + 1 in any case; otherwise 2 (A - P_F) - P_L = 1/2."""
    game = game_of(-1.0, 1.0, 1.0, (0.0, 1.0, 0.0), (1.0, 0.0, 1.0))
    found = multiplicity(game, order=order)
    assert found.complete
    alone = [point for point in found.points if point.P[0] == 0]
    expected = [-1.25 - np.sqrt(1.25**2 + 1), -1.25 + np.sqrt(1.25**2 + 1)]
    np.testing.assert_allclose(sorted(point.P[1].item() for point in alone), expected, rtol=1e-12)
    assert [point.is_equilibrium for point in sorted(alone, key=lambda point: point.P[1].item())] == [False, True]
    assert isinstance(found.reached["flow from zero"], int)


def test_nobody_acts() -> None:
    found = multiplicity(game_of(-1.0, 0.0, 0.0, (1.0, 1.0, 0.0), (2.0, 0.0, 1.0)))
    assert found.complete
    assert [point.P.ravel().tolist() for point in found.points] == [[0.4, 0.8]]  # M / (beta - 2 A)


def test_points_at_which_the_leaders_own_curvature_vanishes_are_decided() -> None:
    """H_L,uu = 4 + 4 P_L is zero at P_L = -1, a common zero of both equations once denominators are multiplied away."""
    game = game_of(0.5, 0.0, 0.0, (0.0, 4.0, 0.5), (0.0, 0.0, 0.5), discount=1.0)
    game = dataclasses.replace(game, C=0 * game.C + 2, D=0 * game.D + 2)
    found = eliminate(game, "nash")
    assert found.complete
    assert [(root.leader, root.follower) for root in found.roots] == [(0, 0)]  # 4 P = 16 P^2 / (4 + 4 P)
