"""Claims at a point of a linear-quadratic game: the certificates, and that wrong claims about right games fail."""

import json
from fractions import Fraction

import numpy as np
import pytest

from games.families import family
from games.linear_quadratic import LinearQuadraticPoint
from verify.block import run_block
from verify.catalogue import claims
from verify.claims.errl.shared import FRAMES, opposed, scalar_point, two_regimes
from verify.comparison import at_least, equal
from verify.exact.certificate import replay
from verify.statement import claim
from verify.symbolic import proof_of
from verify.twin import Twin
from verify.variant import variants
from verify.verdict import Verdict
from verify.vocabulary import concept, value

AT_A_POINT = {
    id: item
    for id, item in claims().items()
    if item.families and all(family(name).game is LinearQuadraticPoint for name in item.families)
}
NAMES = ("hjbi-residual/leader-policy", "exploration-cost/follower-action/forever", "reductions/zero-sum/leader-pays")


def test_the_claims_at_a_point_are_here():
    folders = {id.split("/")[1] for id in AT_A_POINT}
    assert folders >= {
        *("hjbi-residual", "gaussian", "certainty-equivalence", "information", "exploration-cost", "cross-term-sign"),
        *("vanishing", "reductions", "stackelberg-is-nash", "commitment-value"),
    }
    for name in ("hjbi-residual", "certainty-equivalence", "exploration-cost"):
        assert {f"errl/{name}/{frame.name}" for frame in FRAMES} <= AT_A_POINT.keys()


@pytest.mark.parametrize("name", NAMES)
def test_another_seed_says_the_same(name):
    """Nothing rests on the default seed: mutants and ablations fail, the claim holds, and both books agree."""
    item = claims()[f"errl/{name}"]
    for tally in run_block(item, list(variants(item)), seed=20, block=3):
        assert not tally.outcome.failures and tally.outcome.met
        assert (tally.outcome.violated > 0) == (tally.variant != "claim")


@pytest.mark.parametrize("id", [id for id, item in AT_A_POINT.items() if item.expected == Verdict.PROVED])
def test_equations_hold_where_nothing_is_zero(id):
    """Each proved equation, decided exactly at a point that no family draws."""
    item = claims()[id]
    game = two_regimes(A=[3, "-1/3"], leader_P=["1/3", 2], discount="1/7", temperatures=("1/3", "2/5"))
    twin = Twin(game)
    if not twin.unmet(variants(item)["claim"]):
        assert twin.decide(item.relation).outcome in ("holds", "tie")


def test_the_certificate_of_a_counterexample_can_be_checked_again():
    item = claims()["errl/cross-term-sign"]
    (tally,) = run_block(item, ["claim"], seed=3, block=0)
    certificate = json.loads(json.dumps(tally.events[0].certificate))
    found = replay(certificate)
    assert found.confirmed and found.outcome == "violated" and found.lhs == 0 > found.rhs
    certificate["game"]["temperature"]["follower"] = 0
    assert not replay(certificate).confirmed


def test_the_smallest_games_of_the_text():
    """The follower's move pays the leader: her cross term is minus half of his temperature."""
    game = claims()["errl/cross-term-sign"].witness()
    assert value(game, "leader_exploration_action_cross") == Fraction(-1, 2)
    # Zero-sum, where she sees to it that v = -u/2 pays her less: Hhat_uu = 3 + 1/2.
    assert float(value(opposed(), "leader_log_ratio").mid()) > 0
    seen = scalar_point([[0, 0, 0], [0, 1, "1/4"], [0, "1/4", 0]], [[0, 0, 0], [0, 0, 1], [0, 1, 1]])
    assert float(value(seen, "leader_log_ratio").mid()) == pytest.approx(np.log(1 / 2))


def test_a_derivation_proves_nothing_else():
    """A wrong equation, and a right one without its hypothesis, are not proved by the same derivations."""
    words = [concept(f"leader_{name}_action") for name in ("rate", "hamiltonian")]

    @claim(
        "errl/hjbi-residual/wrong",
        derivation="riccati/hjbi",
        conclusion="leader, HJBI equation, action seen",
        families=("lq_point",),
    )
    def wrong(game):
        return equal(concept("lq_discount")(game) * concept("leader_value")(game), words[0](game) + words[1](game))

    assert not proof_of(wrong).is_proof

    item = claims()["errl/gaussian/follower"]

    @claim("errl/gaussian/bare", derivation=item.derivation, conclusion=item.conclusion, families=("lq_point",))
    def bare(game):
        return item.body(game)

    assert proof_of(item).is_proof and not proof_of(bare).is_proof


def test_a_conjecture_about_points_is_refuted_by_a_small_game():
    """One function is enough: a false conjecture comes back with a game of one state."""

    @claim("conjecture", families=("lq_point",))
    def seen_is_dearer(game):
        return at_least(concept("leader_hamiltonian_action")(game), concept("leader_hamiltonian_policy")(game))

    (tally,) = run_block(seen_is_dearer, ["claim"], seed=0, block=0)
    game = tally.events[0].certificate["game"]
    assert tally.outcome.violated and len(game["regimes"]) == 1 and len(game["state"]) == 1
    assert game["regimes"][0]["A"] == [[0]] and game["temperature"]["leader"] in (1, 2, "1/2")
