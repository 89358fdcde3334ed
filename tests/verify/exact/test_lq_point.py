"""Words of a linear-quadratic point in rationals: hand-made numbers, and expectations by summing over outcomes."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from games.families import family
from games.linear_quadratic import PLAYERS, action_hessian, well_posedness
from verify.claims.errl.shared import scalar_point, two_regimes
from verify.exact.errors import CertificateError
from verify.exact.facts import check
from verify.exact.lq_point import stage

F = Fraction


def word(game, name):
    return check(game, {"concept": name}, 128)


def points(count=3, seed=5, name="lq_point"):
    rng = np.random.default_rng(seed)
    return [family(name).sample(rng, 1)[0].exact() for _ in range(count)]


def matrix(found):
    return np.array([[F(int(cell.p), int(cell.q)) for cell in row] for row in found.tolist()], dtype=object)


# A static point worked out by hand: q_L = u^2 + (u + v)^2/2, q_F = (v - u)^2/2 + v, no dynamics.
HAND = scalar_point(
    [[0, 0, 0], [0, 3, 1], [0, 1, 1]],
    [[0, 0, 0], [0, 1, -1], [0, -1, 1]],
    follower_m=(0, 0, 1),
    discount="1/2",
    temperatures=(2, 3),
    leader_action=1,
    leader_law=(2, 3),
    follower_law=(-1, 2),
)


def test_the_hand_made_point():
    """v = u - 1; q_L becomes 3u^2/2 + u(u - 1) + (u - 1)^2/2 = 3u^2 - 2u + 1/2, so that u = 1/3, v = -2/3."""
    here = stage(HAND)
    assert matrix(here.leader_mean) == F(1, 3)
    assert matrix(here.leader_hessian("action")) == 6 and matrix(here.leader_hessian("policy")) == 3
    assert word(HAND, "leader_stackelberg_hamiltonian") == F(1, 6)
    # tau_L/Hhat_uu = 1/3, T = 1, tau_F/H_F,vv = 3: spread of (u, v) is [[1/3, 1/3], [1/3, 10/3]].
    assert word(HAND, "leader_raw_action") == F(1, 6) + (3 * F(1, 3) + 2 * F(1, 3) + F(10, 3)) / 2
    # Policy seen: 2/3 and 3 apart.
    assert word(HAND, "leader_raw_policy") == F(1, 6) + (3 * F(2, 3) + 3) / 2
    assert word(HAND, "leader_cross_trace") == 1
    assert word(HAND, "follower_trace_action") == 0 and word(HAND, "follower_trace_policy") == F(1, 3)
    assert word(HAND, "leader_exploration_cost_action") == 2 * (1 + F(3, 2))
    assert word(HAND, "leader_mean_excess") == (2 - F(1, 3)) ** 2 * 3 / 2
    # The matrix [[3, 1], [-1, 1]] of first-order conditions, right side (0, -1): u = 1/4, v = -3/4.
    assert word(HAND, "nash_determinant") == 4
    assert word(HAND, "nash_gain_distance") == F(1, 72)
    assert word(HAND, "leader_nash_hamiltonian") == F(3, 32) - F(3, 16) + F(9, 32)
    # Slope 3u + v = 1/3 at (1/3, -2/3), curvature 3.
    assert word(HAND, "leader_simultaneous_gain") == F(1, 9) / 6


def test_entropies_and_divergences_of_the_hand_made_point():
    entropy = 2 * (math.log(2 * math.pi * math.e * 2) - math.log(6)) / 2
    assert float(word(HAND, "leader_entropy_action").mid()) == pytest.approx(entropy, rel=1e-14)
    divergence = (4 * F(1, 3) + F(1, 3) - 1, F(1, 3) * 4)  # covariance 4 against 3, mean -1 against 0
    expected = (float(divergence[0]) - math.log(float(divergence[1]))) / 2
    assert float(word(HAND, "follower_divergence").mid()) == pytest.approx(expected, rel=1e-14)
    assert float(word(HAND, "leader_log_ratio").mid()) == pytest.approx(math.log(2), rel=1e-14)


def lower_and_diagonal(covariance):
    """L, d with covariance = L diag(d) L', L unit lower triangular."""
    size = len(covariance)
    L, d = np.array(np.eye(size, dtype=int) * F(1), dtype=object), []
    for j in range(size):
        d.append(covariance[j, j] - sum(L[j, k] ** 2 * d[k] for k in range(j)))
        for i in range(j + 1, size):
            rest = covariance[i, j] - sum(L[i, k] * L[j, k] * d[k] for k in range(j))
            L[i, j] = rest / d[j] if d[j] else F(0)
    return L, d


def outcomes(mean, covariance):
    """A law with this mean and covariance on finitely many points: independent d or -1 with odds 1 : d, moved by L."""
    L, d = lower_and_diagonal(covariance)
    choices = [[(x, F(1) / (1 + x)), (F(-1), x / (1 + x))] if x else [(F(0), F(1))] for x in d]
    for combination in itertools.product(*choices):
        probability = math.prod((p for _, p in combination), start=F(1))
        yield mean + L @ np.array([value for value, _ in combination], dtype=object), probability


def generator_and_cost(game, player, x, u, v):
    """(L V)(x, i) + z'Mz/2 + m'z written out from the state's equation."""
    i = int(game.regime[()])
    P, p = (getattr(game, f"{player}_{name}")[i] for name in ("P", "p"))
    drift = game.A[i] @ x + game.B[i] @ u + game.E[i] @ v + game.b[i]
    total = drift @ (P @ x + p)
    for channel in range(game.channels):
        sigma = game.C[i, channel] @ x + game.D[i, channel] @ u + game.F[i, channel] @ v + game.s[i, channel]
        total += sigma @ P @ sigma / 2
    z = np.concatenate([x, u, v])
    M, m = (getattr(game, f"{player}_{name}")[i] for name in ("M", "m"))
    return total + z @ M @ z / 2 + m @ z


@pytest.mark.parametrize("sees", ["action", "policy"])
@pytest.mark.parametrize("player", PLAYERS)
def test_expectations_are_sums_over_outcomes(player, sees):
    """Quadratics see no more of a law than its mean and covariance; the follower answers what he sees."""
    for game in points():
        here = stage(game)
        K, T, kappa = (matrix(part) for part in here.reply)
        tau_L, tau_F = here.temperatures
        mean = matrix(here.leader_mean)[:, 0]
        noise = tau_F * matrix(here.follower_hessian.inv())
        total = F(0)
        for u, likely in outcomes(mean, tau_L * matrix(here.leader_hessian(sees).inv())):
            answer = K @ game.state + T @ (u if sees == "action" else mean) + kappa[:, 0]
            for v, so in outcomes(answer, noise):
                total += likely * so * generator_and_cost(game, player, game.state, u, v)
        assert word(game, f"{player}_raw_{sees}") == total


def test_hessians_are_those_of_the_kind():
    """The blocks over both actions, which the kind computes for its own validation, agree for every regime."""
    for game in points(4, seed=8):
        kind = well_posedness(game, game.leader_P, game.follower_P)
        for regime in range(game.regimes):
            here = stage(game, regime)
            actions = slice(here.n, here.N)
            for player in PLAYERS:
                own = action_hessian(game, player, getattr(game, f"{player}_P"))[regime]
                assert (matrix(here.hessian(player, actions, actions)) == own).all()
            assert (matrix(here.leader_hessian("action")) == kind["Hhat_uu"][regime]).all()


@pytest.mark.parametrize("step", [F(1, 8), F(-1, 8)])
def test_the_reply_and_the_announcement_are_best(step):
    """No nearby action is better for whoever chooses it."""
    for game in points(3, seed=11):
        here = stage(game)

        def cost(player, u, v, game=game):
            return generator_and_cost(game, player, game.state, u, v)

        def reply(u, here=here, game=game):
            K, T, kappa = (matrix(part) for part in here.reply)
            return K @ game.state + T @ u + kappa[:, 0]

        u = matrix(here.leader_mean)[:, 0]
        for j in range(here.kv):
            away = step * np.eye(here.kv, dtype=int)[j]
            assert cost("follower", u, reply(u) + away) > cost("follower", u, reply(u))
        for j in range(here.ku):
            other = u + step * np.eye(here.ku, dtype=int)[j]
            assert cost("leader", other, reply(other)) > cost("leader", u, reply(u))


def test_what_has_no_value_says_so():
    with pytest.raises(CertificateError, match="temperature > 0, found 0"):
        word(two_regimes(temperatures=(1, 0)), "follower_divergence")
    with pytest.raises(CertificateError, match="discount > 0, found 0"):
        word(two_regimes(discount=0), "leader_exploration_cost_action")
    tied = scalar_point([[0, 0, 0], [0, 1, 1], [0, 1, 3]], [[0, 0, 0], [0, 1, 1], [0, 1, 1]])
    with pytest.raises(CertificateError, match="one equilibrium"):
        word(tied, "leader_nash_hamiltonian")


def test_without_temperatures_all_is_rational():
    game = two_regimes(temperatures=(0, 0))
    for name in ("leader_hamiltonian_action", "follower_rate_policy", "leader_premium_policy", "leader_entropy_action"):
        assert isinstance(word(game, name), F)
    assert isinstance(word(two_regimes(), "leader_hamiltonian_action"), arb)


def test_the_resolvent_weighs_the_regimes_to_come():
    """Rates 1 and 2, beta 1/2: (beta I - Lambda) y = f for f the traces of both regimes."""
    game = two_regimes(E=0, F=0, leader_P=[1, 3])
    traces = [word(two_regimes(E=0, F=0, leader_P=[1, 3], regime=i), "leader_exploration_action") for i in (0, 1)]
    costs = [word(two_regimes(E=0, F=0, leader_P=[1, 3], regime=i), "leader_exploration_cost_action") for i in (0, 1)]
    assert word(game, "leader_exploration_cost_action") == costs[0]
    assert F(3, 2) * costs[0] - costs[1] == traces[0] and F(5, 2) * costs[1] - 2 * costs[0] == traces[1]
