"""Claims on where Q-value iteration ends and on rates of switching: true where they should be, refuted where not."""

from fractions import Fraction

import pytest
from flint import fmpq

from verify.block import run_block
from verify.catalogue import claims
from verify.checks import check_names, run_check
from verify.claims.sqvi.shared import knife_edge, strict_cycle, two_fixed_points, two_ones
from verify.exact.certificate import replay
from verify.exact.markov import Rules, joint_policy
from verify.hunt.tied_orbit import orbit_of
from verify.statement import Claim
from verify.variant import variants
from verify.verdict import Verdict
from verify.vocabulary.markov import fixed_points, orbit_period, orbit_ties, pure_nash_count

NAMES = (
    "commitment-value",
    "damping-restores",
    "fixed-point-exists",
    "general-sum-converges",
    "reached-is-best",
    "switching-certificate",
    "switching-positive-kernel",
    "switching-sup-norm",
    "switching-two-states",
    "unique-fixed-point",
)
CLAIMS = {id: claim for id, claim in claims().items() if id.startswith("sqvi/") and id.split("/")[1] in NAMES}
SEED = 20_260_701
every_claim = pytest.mark.parametrize("id", CLAIMS)


def blocks(claim: Claim) -> int:
    return -(-claim.quick // 4096) if claim.families else 1


def tallies(claim: Claim, variant: str):
    """Block by block, until a violation is confirmed."""
    for block in range(blocks(claim)):
        (tally,) = run_block(claim, [variant], seed=SEED, block=block)
        yield tally
        if tally.outcome.violated:
            return


def test_the_claims_are_all_there():
    assert sorted(CLAIMS) == [
        "sqvi/commitment-value",
        "sqvi/commitment-value/one-state",
        "sqvi/damping-restores",
        "sqvi/damping-restores/harmless",
        "sqvi/fixed-point-exists",
        "sqvi/general-sum-converges",
        "sqvi/general-sum-converges/one-sided",
        "sqvi/general-sum-converges/without-ties",
        "sqvi/reached-is-best",
        "sqvi/switching-certificate",
        "sqvi/switching-certificate/beyond-ellipses",
        "sqvi/switching-certificate/higher-degree",
        "sqvi/switching-positive-kernel",
        "sqvi/switching-sup-norm",
        "sqvi/switching-two-states",
        "sqvi/unique-fixed-point",
        "sqvi/unique-fixed-point/common-payoff",
        "sqvi/unique-fixed-point/zero-sum",
    ]


@every_claim
def test_the_verdict_is_the_one_expected(id):
    claim = CLAIMS[id]
    found = list(tallies(claim, "claim"))
    assert not any(tally.outcome.failures for tally in found)
    violated = any(tally.outcome.violated for tally in found)
    assert violated == (claim.expected is Verdict.REFUTED)
    if claim.expected is not Verdict.REFUTED:
        assert not any(tally.outcome.open or tally.outcome.candidates for tally in found)
        assert sum(tally.outcome.met for tally in found) > (1000 if claim.families else 0)


@pytest.mark.parametrize(
    ("id", "variant"),
    [(id, name) for id, claim in CLAIMS.items() for name in variants(claim) if name != "claim"],
    ids=lambda text: text.removeprefix("sqvi/"),
)
def test_mutants_are_refuted_and_hypotheses_are_needed(id, variant):
    claim = CLAIMS[id]
    needed = {f"without: {h.name}": h.ablation.expected for h in claim.hypotheses}.get(variant, "counterexample")
    events = [event for tally in tallies(claim, variant) for event in tally.events]
    assert bool(events) == (needed == "counterexample")
    assert all(replay(event.certificate).complete for event in events)


@every_claim
def test_what_is_decided_once_is_decided(id):
    claim = CLAIMS[id]
    for name in check_names(claim):
        if name == "smallest":
            continue  # tests/verify/hunt has it
        found = run_check(claim, name)
        if name == "undefined":
            assert all(item["undefined"] for item in found.values())
        elif name == "derivation":
            assert found["is_proof"]
        else:
            assert found["outcome"] in ("holds", "tie", "violated")
            assert "certificate" not in found or replay(found["certificate"]).complete


def test_the_games_are_what_they_are_called():
    assert (orbit_period(two_ones()), fixed_points(two_ones())) == (4, 0)
    assert orbit_period(strict_cycle()) == 2 and orbit_ties(strict_cycle()) == 0
    assert orbit_period(knife_edge()) == 2 and orbit_ties(knife_edge()) > 0 and knife_edge().follower_actions == 1
    assert fixed_points(two_fixed_points()) == 2 and pure_nash_count(two_fixed_points()) > 0


def test_the_knife_edge_is_one():
    """A hundredth more for one of the two actions, and the iteration converges."""
    game = knife_edge()
    for a in range(2):
        reward = game.leader_reward.copy()
        reward[0, a, 0] += 1
        fields = {name: getattr(game, name) for name in game.core} | {"leader_reward": reward}
        assert orbit_period(type(game)(**fields)) == 1


def test_the_strict_orbit_outlives_small_changes():
    """The orbit of the same two policies stays one by the rule, whatever payoff changes a little."""
    game = strict_cycle()
    _, fact = orbit_period.certify(game)
    phases = [tuple(_table(phase[name]) for name in ("leader", "follower")) for phase in fact["orbit"]]
    word = [joint_policy(q) for q in phases]
    assert word[0] != word[1] and orbit_of(Rules.of(game), word) == phases
    for name in ("leader_reward", "follower_reward"):
        for place in range(8):
            table = getattr(game, name).copy()
            table.flat[place] += Fraction(1, 100)
            fields = {field: getattr(game, field) for field in game.core} | {name: table}
            moved = orbit_of(Rules.of(type(game)(**fields)), word)
            assert moved != phases and [joint_policy(q) for q in moved] == word


def _table(rows):
    return [[[fmpq(*map(int, Fraction(x).as_integer_ratio())) for x in row] for row in moves] for moves in rows]
