"""Bimatrix games: sizes and the exchange of roles."""

from __future__ import annotations

import numpy as np
import pytest

from games.errors import GameError
from games.matrix import BimatrixGame


def test_sizes():
    game = BimatrixGame(leader=np.zeros((4, 2, 3)), follower=np.ones((2, 3)))
    assert (game.leader_actions, game.follower_actions, game.batch_shape) == (2, 3, (4,))


def test_swapped_exchanges_payoffs_and_moves():
    game = BimatrixGame(leader=[[1, 2, 3], [4, 5, 6]], follower=[["1/2", 8, 9], [10, 11, 12]])
    other = game.swapped()
    assert other.leader.shape == (3, 2)
    assert all(
        other.leader[b, a] == game.follower[a, b] and other.follower[b, a] == game.leader[a, b]
        for a in range(2)
        for b in range(3)
    )
    assert other.swapped() == game


@pytest.mark.parametrize("payoffs", [[[]], [[1, 2], [3]], [1, 2], 1, [[float("nan")]]])
def test_what_is_no_payoff_matrix(payoffs):
    with pytest.raises(GameError):
        BimatrixGame(leader=payoffs, follower=payoffs)
