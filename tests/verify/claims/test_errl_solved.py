"""Claims on solved linear-quadratic games: certificates that replay without a solver, and the measured iteration."""

import json
from fractions import Fraction

import numpy as np
import pytest

from verify.catalogue import claims
from verify.claims.errl.solved import indifferent_answer, two_controllers
from verify.claims.errl.two_level_runs import _share, _solved, failing
from verify.exact.certificate import replay
from verify.exact.lq_flow import lq_leader_nash_cost, lq_leader_stackelberg_cost
from verify.twin import Twin
from verify.variant import variants

REFUTED = (
    "errl/commitment-value/finite-horizon",
    "errl/commitment-value/stationary",
    "errl/stationary/loop-implies-flow",
    "errl/stationary/unique",
    "errl/policy-iteration-two-level/converges",
    "errl/policy-iteration-two-level/stabilising",
    "errl/policy-iteration-two-level/bounded",
)


@pytest.mark.parametrize("id", REFUTED)
def test_refutations_replay(id, tmp_path):
    """The certificate, as JSON, is enough to confirm the violation; with another game it is refused."""
    claim = claims()[id]
    assert claim.witness is not None
    itself, twin = variants(claim)["claim"], Twin(claim.witness())
    decision = twin.decide(itself.relation)
    assert decision.outcome == "violated"
    certificate = twin.certificate(itself, decision)
    path = tmp_path / "certificate.json"
    path.write_text(json.dumps(certificate))
    assert replay(path).confirmed
    other = json.loads(path.read_text())
    other["game"]["regimes"][0]["A"] = [[-9]]
    path.write_text(json.dumps(other))
    assert not replay(path).confirmed


def test_the_order_of_play_is_worth_something_at_first():
    """With horizon 1 the leader of the indifferent answer gains by moving first, with horizon 2 she loses."""
    short, long = indifferent_answer(horizon=1), indifferent_answer(horizon=2)
    assert lq_leader_stackelberg_cost(short, {}, 64) < lq_leader_nash_cost(short, {}, 64)
    assert lq_leader_stackelberg_cost(long, {}, 64) > lq_leader_nash_cost(long, {}, 64)


def test_the_follower_solves_his_equation():
    rng = np.random.default_rng(0)
    drift, e, L = rng.standard_normal((3, 50))
    root = rng.standard_normal((50, 3, 3))
    M = root @ np.swapaxes(root, -1, -2)
    P = _solved(drift, e, M, L)
    V = -(e * P + M[:, 2, 0] + M[:, 2, 1] * L) / M[:, 2, 2]
    z = np.stack([np.ones(50), L, V], -1)
    value = np.einsum("gi,gij,gj->g", z, M, z) + 2 * (drift + e * V) * P
    assert np.allclose(value, 0, atol=1e-8 * (1 + np.abs(P).max())) and (drift + e * V < 0).all()


def test_a_leader_alone_always_converges():
    """Where the follower neither moves nor matters hers is policy iteration of one player."""
    rng = np.random.default_rng(1)
    count = 200
    a, b, L = -np.abs(rng.standard_normal(count)), rng.standard_normal(count), np.zeros(count)
    root = rng.standard_normal((count, 2, 2))
    leader = np.zeros((count, 3, 3))
    leader[:, :2, :2] = root @ np.swapaxes(root, -1, -2) + np.eye(2)
    follower = np.zeros((count, 3, 3))
    follower[:, 2, 2] = 1
    assert _share(a, b, 0 * a, leader, follower, L, 0 * L, follower_solves=False) == 0


def test_replicates_are_reproducible():
    measure = failing(together="both", solved="solved")
    first, again = (measure(np.random.default_rng(3)).values for _ in range(2))
    assert first == again and 0 < first["solved"] < first["both"] < 1


def test_points_are_what_they_are_said_to_be():
    point = two_controllers(1, 1, terminal=(1, Fraction(5, 4)))
    assert point.leader_G[0, 0, 0] == 1 and point.follower_G[0, 0, 0] == Fraction(5, 4) and point.is_exact
