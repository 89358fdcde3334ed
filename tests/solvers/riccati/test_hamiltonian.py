"""The stage game against its definition: the generator written out, brute-force minima, laws by quadrature."""

import dataclasses
import math

import numpy as np
import pytest

from solvers.errors import SolverError
from solvers.riccati.hamiltonian import Values, hamiltonian, rates, stage, symmetric, terminal

EXACT = 1e-12  # rounding errors of sums of a few dozen products of order one


def values_of(game, seed, scale=0.3):
    rng = np.random.default_rng(seed)
    shape = game.leader_g.shape
    pair = []
    for _ in range(2):
        P = scale * symmetric(rng.normal(size=game.leader_G.shape))
        pair.append(Values(P=P, p=rng.normal(size=shape), r=rng.normal(size=shape[:-1])))
    return tuple(pair)


def generator_applied(game, i, values, x, u, v):
    """(L^{u,v} V)(x, i) without switching, from drift and noise: b'DV + sum_l sigma_l' D2V sigma_l / 2."""
    drift = game.A[i] @ x + game.B[i] @ u + game.E[i] @ v + game.b[i]
    noise = game.C[i] @ x + game.D[i] @ u + game.F[i] @ v + game.s[i]  # (d, n)
    return drift @ (values.P[i] @ x + values.p[i]) + np.einsum("la,ab,lb->", noise, values.P[i], noise) / 2


def running_cost(game, i, player, x, u, v):
    z = np.concatenate([x, u, v])
    return z @ getattr(game, f"{player}_M")[i] @ z / 2 + getattr(game, f"{player}_m")[i] @ z


def objective(game, i, player, values, x, u, v):
    return generator_applied(game, i, values, x, u, v) + running_cost(game, i, player, x, u, v)


@pytest.mark.parametrize("player", ["leader", "follower"])
def test_hamiltonian_is_generator_plus_cost(random_game, player):
    game = random_game(1)
    values = values_of(game, 2)[0]
    H, h, c = hamiltonian(game, player, values)
    rng = np.random.default_rng(3)
    for i in range(2):
        x, u, v = rng.normal(size=3), rng.normal(size=2), rng.normal(size=2)
        z = np.concatenate([x, u, v])
        expected = objective(game, i, player, values, x, u, v)
        assert z @ H[i] @ z / 2 + h[i] @ z + c[i] == pytest.approx(expected, abs=EXACT)
        # A Hessian that forgets the noise's cross terms, a gradient without P b, a halved constant: not the same.
        assert abs(z @ (H[i] * (1 + 0.01 * np.eye(7))) @ z / 2 + h[i] @ z + c[i] - expected) > 1e-3
        assert abs(z @ H[i] @ z / 2 + h[i] @ z + c[i] / 2 - expected) > 1e-3


def test_leader_and_follower_minimise_in_their_order(random_game):
    game = random_game(4)
    leader, follower = values_of(game, 5)
    at = stage(game, leader, follower)
    assert at.well_posed.all()
    rng = np.random.default_rng(6)
    for i in range(2):
        x = rng.normal(size=3)

        def reply(u, i=i, x=x):
            return at.K[i] @ x + at.T[i] @ u + at.kappa[i]

        u = at.leader_gain[i] @ x + at.leader_offset[i]
        np.testing.assert_allclose(at.Phi[i] @ x + at.phi[i], np.concatenate([x, u, reply(u)]), atol=EXACT)
        best = objective(game, i, "leader", leader, x, u, reply(u))
        for size in (1e-3, 1.0):
            for step in size * rng.normal(size=(20, 2)):
                other = u + step
                assert objective(game, i, "leader", leader, x, other, reply(other)) > best
                replied = objective(game, i, "follower", follower, x, other, reply(other))
                assert objective(game, i, "follower", follower, x, other, reply(other) + step) > replied


def test_nobody_gains_alone_at_nash(random_game):
    game = random_game(7)
    leader, follower = values_of(game, 8)
    at = stage(game, leader, follower, "nash")
    assert set(at.eigenvalues) == {"H_F,vv", "H_L,uu", "stage equations"} and not at.T.any()
    rng = np.random.default_rng(9)
    for i in range(2):
        x = rng.normal(size=3)
        z = at.Phi[i] @ x + at.phi[i]
        u, v = z[3:5], z[5:]
        for step in 1e-2 * rng.normal(size=(20, 2)):
            assert objective(game, i, "leader", leader, x, u + step, v) > objective(game, i, "leader", leader, x, u, v)
            costs = [objective(game, i, "follower", follower, x, u, w) for w in (v + step, v)]
            assert costs[0] > costs[1]


def laws_by_quadrature(game, at, i, x):
    """Nodes (u, v), weights and both log densities of the laws of one action each; exact for quadratics."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(6)
    weights = weights / weights.sum()
    mean = at.leader_gain[i] @ x + at.leader_offset[i]
    spread = math.sqrt(at.leader_covariance[i, 0, 0]), math.sqrt(at.follower_covariance[i, 0, 0])
    for a, wa in zip(nodes, weights, strict=True):
        u = mean + spread[0] * a
        seen = u if game.follower_sees == "action" and at.order == "stackelberg" else mean
        for b, wb in zip(nodes, weights, strict=True):
            v = at.K[i] @ x + at.T[i] @ seen + at.kappa[i] + spread[1] * b
            logs = [-(y**2) / 2 - math.log(math.sqrt(2 * math.pi) * s) for y, s in zip((a, b), spread, strict=True)]
            yield u, v, wa * wb, *logs


@pytest.mark.parametrize("order", ["stackelberg", "nash"])
@pytest.mark.parametrize("sees", ["action", "policy"])
def test_rates_by_quadrature_of_the_exploratory_hamiltonian(random_game, order, sees):
    """beta V = dV/dt + E[L V + cost] + tau E[log law] + switching, at random points: all three equations at once."""
    game = random_game(10, ku=1, kv=1, sees=sees)
    pair = values_of(game, 11)
    at = stage(game, *pair, order)
    moved = rates(game, *pair, at)
    rng = np.random.default_rng(12)
    for x in rng.normal(size=(4, 3)):
        for k, player in enumerate(("leader", "follower")):
            tau = float(getattr(game, f"{player}_temperature"))

            def V(of, j, x=x):
                return x @ of.P[j] @ x / 2 + of.p[j] @ x + of.r[j]

            for i in range(2):
                mean = sum(
                    w * (objective(game, i, player, pair[k], x, u, v) + tau * logs[k])
                    for u, v, w, *logs in laws_by_quadrature(game, at, i, x)
                )
                switching = sum(game.generator[i, j] * V(pair[k], j) for j in range(2))
                missed = game.discount * V(pair[k], i) - V(moved[k], i) - mean - switching
                assert missed == pytest.approx(0, abs=1e-11)  # quadrature adds a digit of rounding
                swapped = sum(game.generator[j, i] * V(pair[k], j) for j in range(2))
                assert abs(missed + switching - swapped) > 1e-3  # the generator's transpose is another system


def test_covariances_are_temperature_over_curvature(random_game):
    game = random_game(13, sees="policy")
    pair = values_of(game, 14)
    at = stage(game, *pair)
    assert "H_L,uu" in at.eigenvalues
    np.testing.assert_allclose(
        at.leader_covariance @ at.leader_H[..., 3:5, 3:5], 0.1 * np.eye(2)[None].repeat(2, 0), atol=EXACT
    )
    np.testing.assert_allclose(
        at.follower_covariance @ at.follower_H[..., 5:, 5:], 0.2 * np.eye(2)[None].repeat(2, 0), atol=EXACT
    )
    cold = dataclasses.replace(game, leader_temperature=0.0)
    at = stage(cold, *pair)
    assert "H_L,uu" not in at.eigenvalues and not at.leader_covariance.any() and not at.leader_entropy_cost.any()


@pytest.mark.parametrize("order", ["stackelberg", "nash"])
def test_a_batch_is_its_games(random_game, order):
    games = random_game(15, batch=(3, 2))
    pair = values_of(games, 16)
    at = stage(games, *pair, order)
    moved = rates(games, *pair, at)
    for index in np.ndindex(3, 2):
        one = [Values(P=of.P[index], p=of.p[index], r=of.r[index]) for of in pair]
        alone = stage(games[index], *one, order)
        np.testing.assert_allclose(at.Phi[index], alone.Phi, atol=EXACT)
        for k, of in enumerate(rates(games[index], *one, alone)):
            np.testing.assert_allclose(moved[k].P[index], of.P, atol=EXACT)
            np.testing.assert_allclose(moved[k].r[index], of.r, atol=EXACT)


def test_ill_posed_stages_are_told(scalar_game):
    game = scalar_game(F=1, G=-1, M=((0, 0, 0), (0, 0, 0), (0, 0, 1)), temperatures=(0, 0.5))  # H_F,vv = 1 - 1
    at = stage(game, *terminal(game))
    assert at.eigenvalues["H_F,vv"] == 0 and not at.well_posed.any() and np.isnan(at.K).all()
    game = scalar_game(F=1, G=-3, temperatures=(0, 0.5))
    at = stage(game, *terminal(game))
    assert at.eigenvalues["H_F,vv"] == -2 and np.isfinite(at.K).all() and np.isnan(at.follower_entropy_cost).all()


def test_an_unknown_order_is_refused(scalar_game):
    game = scalar_game()
    with pytest.raises(SolverError, match="order: expected one of stackelberg, nash, found 'cournot'"):
        stage(game, *terminal(game), "cournot")
