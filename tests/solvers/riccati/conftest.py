"""Small linear-quadratic games for the tests of their solvers."""

import numpy as np
import pytest

from games.linear_quadratic import LinearQuadraticGame


def _scalar_game(
    *, A=0, B=0, E=0, C=0, D=0, F=0, L=((0, 0, 0), (0, 1, 0), (0, 0, 0)), M=((0, 0, 0), (0, 0, 0), (0, 0, 1)),
    LG=0, G=0, T=2, temperatures=(0, 0), sees="action", discount=0,
):  # fmt: skip
    """One state, one action each, one regime, one channel; L and M are the leader's and the follower's costs."""
    one, two = (lambda v: np.full((1, 1, 1), float(v))), (lambda v: np.full((1, 1, 1, 1), float(v)))
    return LinearQuadraticGame(
        generator=[[0.0]], A=one(A), B=one(B), E=one(E), b=[[0.0]], C=two(C), D=two(D), F=two(F), s=np.zeros((1, 1, 1)),
        leader_M=np.array([L], dtype=float), leader_m=np.zeros((1, 3)), leader_G=one(LG), leader_g=[[0.0]],
        follower_M=np.array([M], dtype=float), follower_m=np.zeros((1, 3)), follower_G=one(G), follower_g=[[0.0]],
        discount=discount, leader_temperature=temperatures[0], follower_temperature=temperatures[1], horizon=T,
        follower_sees=sees,
    )  # fmt: skip


def _random_game(
    seed, *, batch=(), m=2, n=3, ku=2, kv=2, d=2, T=1.0, sees="action", temperatures=(0.1, 0.2), scale=0.4, affine=True
):
    """Everything nonzero: cross costs, affine terms, noise of both actions, two channels."""
    rng = np.random.default_rng(seed)

    def normal(*shape):
        return scale * rng.normal(size=(*batch, m, *shape))

    def positive(size):
        root = rng.normal(size=(*batch, m, size, size))
        return root @ np.swapaxes(root, -1, -2) / size

    generator = rng.uniform(0, 1, (*batch, m, m))
    places = np.arange(m)
    generator[..., places, places] = 0
    generator[..., places, places] = -generator.sum(axis=-1)
    N = n + ku + kv
    own = np.zeros((N, N))
    own[n:, n:] = np.eye(ku + kv)
    share = float(affine)
    return LinearQuadraticGame(
        generator=generator, A=normal(n, n), B=normal(n, ku), E=normal(n, kv), b=share * normal(n),
        C=normal(d, n, n) / 2, D=normal(d, n, ku) / 2, F=normal(d, n, kv) / 2, s=share * normal(d, n),
        leader_M=positive(N) / 5 + own, leader_m=share * normal(N), leader_G=positive(n), leader_g=share * normal(n),
        follower_M=positive(N) / 5 + own, follower_m=share * normal(N), follower_G=positive(n),
        follower_g=share * normal(n), discount=np.full(batch, 0.1), leader_temperature=np.full(batch, temperatures[0]),
        follower_temperature=np.full(batch, temperatures[1]), horizon=T, follower_sees=sees,
    )  # fmt: skip


@pytest.fixture
def scalar_game():
    return _scalar_game


@pytest.fixture
def random_game():
    return _random_game
