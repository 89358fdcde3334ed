"""Blocks: what is found is right, reproducible, and the two books are held against each other."""

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

import verify.block as block_module
import verify.numeric as numeric
from games.families import family
from verify.block import instance, run_block
from verify.comparison import at_least, at_most, equal, less
from verify.errors import ClaimError
from verify.exact.certificate import replay
from verify.float_ball import FloatBall
from verify.streams import BLOCK, stream
from verify.tally import Tally, until_violation
from verify.terms import exp
from verify.twin import Twin
from verify.variant import variants
from verify.verdict import Outcome
from verify.vocabulary.choice import actions, maximisers, temperature

SEED = 11


def run(claim, names=("claim",), block=0):
    return run_block(claim, names, seed=SEED, block=block)


@pytest.fixture
def true(toys):
    return toys["toy/true"][1]


@pytest.fixture
def false(toys):
    return toys["toy/false"][1]


def test_a_true_claim_is_counted_as_numpy_counts_it(true):
    (tally,) = run(true)
    values = family("tied").sample(stream(SEED, "toy/true", 0), BLOCK).values
    best = (values == values.max(axis=-1, keepdims=True)).sum(axis=-1)
    assert tally.outcome.met == np.sum(best >= 2)
    assert tally.outcome.ties == np.sum(best == values.shape[-1])
    assert tally.outcome.held == np.sum((best >= 2) & (best < values.shape[-1]))
    assert not tally.outcome.violated and not tally.outcome.failures
    assert sum(tally.histogram) == tally.outcome.held
    assert tally.worst is not None and tally.worst.measure == 0


def test_families_take_turns(true):
    assert [run(true, block=b)[0].family for b in range(3)] == ["tied", "spread", "tied"]


def test_a_violation_is_confirmed_certified_and_reproduced(false):
    violated = next(t for b in range(8) for t in run(false, block=b) if t.outcome.violated)
    event = violated.events[0]
    game = instance(false, seed=SEED, index=event.index)
    assert game.actions > 4
    assert Twin(game).decide(false.relation).outcome == "violated"
    assert event.certificate["relation"] == false.relation.to_json()
    assert replay(event.certificate).complete
    assert event.margin == pytest.approx((4 - game.actions) / (4 + game.actions))


def test_mutants_share_the_instances_and_end_at_their_violation(true):
    claim, fewer = run(true, ["claim", "mutant: fewer"])
    assert fewer.outcome.violated == 1
    alone = run(true, ["mutant: fewer"])[0]
    assert dataclasses.replace(alone, seconds=0) == dataclasses.replace(fewer, seconds=0)
    assert fewer.events[0].index in range(BLOCK)
    assert fewer.events[0].certificate["claim"] == "toy/true (mutant: fewer)"
    assert claim.digest != fewer.digest


def test_an_ablation_drops_its_hypothesis_alone(true):
    claim, without = run(true, ["claim", "without: several"])
    assert without.outcome.met == BLOCK > claim.outcome.met


def test_tallies_do_not_depend_on_what_else_runs(true):
    first = run(true)[0]
    run(true, block=1)
    again = run(true, list(variants(true)))[0]
    assert first.digest == again.digest and first.outcome == again.outcome


def test_other_seeds_are_other_instances(true):
    (here,), (there,) = (run_block(true, ["claim"], seed=seed, block=0) for seed in (1, 2))
    assert here.digest != there.digest


def test_no_instance_meets_a_vacuous_hypothesis(toys):
    (tally,) = run(toys["toy/vacuous"][1])
    assert (tally.outcome.instances, tally.outcome.met) == (BLOCK, 0)
    assert tally.worst is None and not any(tally.histogram)


def test_a_claim_without_families_is_about_its_witness(toys):
    one, mutant = run(toys["toy/one"][1], ["claim", "mutant: three"])
    assert one.outcome == Outcome(instances=1, met=1, held=1) and one.rational == 1
    assert mutant.outcome.violated == 1
    balls = run(toys["toy/ball"][1])[0]
    assert balls.outcome.held == 1 and balls.balls == 1


def test_balls_that_nothing_separates_prove_nothing(toys):
    """e^n (1 + 10^-90) is not e^n, and no precision in use says so: a tie, with the evidence of floats."""
    near = 1 + Fraction(1, 10**90)
    false = dataclasses.replace(
        toys["toy/ball"][1], body=lambda game: equal(exp(actions(game)) * near, exp(actions(game)))
    )
    (tally,) = run(false)
    assert tally.outcome.ties == 1 and tally.rational == tally.balls == 0


def test_ties_within_the_float_error_are_decided_exactly(true):
    # (tau/3) * 3 is tau, but not in floats: every instance is within the error of its bound.
    third = dataclasses.replace(
        true, hypotheses=(), body=lambda game: at_most(temperature(game) * Fraction(1, 3) * 3, temperature(game))
    )
    (tally,) = run(third)
    assert tally.outcome.ties == tally.rational == block_module.FULL.exact
    assert tally.outcome.open == BLOCK - block_module.FULL.exact


def test_equalities_hold_to_the_error_and_some_are_decided(true):
    third = dataclasses.replace(
        true, hypotheses=(), body=lambda game: equal(temperature(game) * Fraction(1, 3) * 3, temperature(game))
    )
    (tally,) = run(third)
    assert tally.outcome.held == BLOCK
    assert tally.rational == block_module.FULL.audits
    assert sum(tally.histogram) == BLOCK


def test_borderline_hypotheses_are_decided_exactly(true):
    claim = dataclasses.replace(
        true,
        hypotheses=(
            dataclasses.replace(
                true.hypotheses[0],
                body=lambda game: at_most(temperature(game) * Fraction(1, 3) * 3, temperature(game)),
            ),
        ),
    )
    assert run(claim)[0].outcome.met == block_module.FULL.exact  # as many as may be decided; the rest does not count


def test_a_violation_where_a_hypothesis_fails_exactly_is_none(true, monkeypatch):
    lie = FloatBall.of(np.ones(BLOCK))
    claim = dataclasses.replace(
        true,
        body=lambda game: at_most(actions(game), 0),
        hypotheses=(dataclasses.replace(true.hypotheses[0], body=lambda game: equal(maximisers(game), 1)),),
    )
    real = numeric.measure
    monkeypatch.setattr(
        numeric, "measure", lambda name, game, known=None: lie if name == "maximisers" else real(name, game, known)
    )
    (tally,) = run(claim)
    games = family("tied").sample(stream(SEED, claim.id, 0), BLOCK).values
    single = (games == games.max(axis=-1, keepdims=True)).sum(axis=-1) == 1
    assert tally.outcome.violated == min(block_module.FULL.confirm, int(single.sum()))
    assert all(single[event.index] for event in tally.events)


def lying(monkeypatch, name, value, radius):
    """The concept's float book says value up to radius, whatever the game."""
    real = numeric.measure

    def measure(asked, game, known=None):
        if asked != name:
            return real(asked, game, known)
        return FloatBall.of(np.full(game.batch_shape, value), radius)

    monkeypatch.setattr(numeric, "measure", measure)


def test_books_that_disagree_are_reported(false, monkeypatch):
    lying(monkeypatch, "actions", 3.0, 1e-9)
    tallies = [run(false, block=b)[0] for b in range(3)]
    assert any("books disagree at instance" in line for tally in tallies for line in tally.outcome.failures)


def test_a_false_alarm_of_floats_is_no_refutation(true, monkeypatch):
    lying(monkeypatch, "maximisers", 1e6, 1.0)
    (tally,) = run(true)
    assert tally.outcome.candidates and not tally.outcome.violated
    assert any("books disagree" in line for line in tally.outcome.failures)


def test_wide_radii_are_honest_and_cost_only_exact_work(false, monkeypatch):
    lying(monkeypatch, "actions", 4.0, np.inf)
    (tally,) = run(false, block=0)
    assert not tally.outcome.failures
    assert tally.outcome.candidates == 0 and tally.outcome.open > 0


def test_nan_fails_the_variant_and_no_other(true, monkeypatch):
    lying(monkeypatch, "temperature", np.nan, 0.0)
    cold = dataclasses.replace(
        true, hypotheses=(), mutants=(dataclasses.replace(true.mutants[0], body=lambda g: at_least(temperature(g), 0)),)
    )
    good, bad = run(cold, ["claim", "mutant: fewer"])
    assert good.outcome.met == BLOCK
    assert bad.outcome.instances == 0
    assert "NaN for choice" in bad.outcome.failures[0]


def test_a_failing_solver_is_a_line_not_a_verdict(true, monkeypatch):
    def fail(name, game, known=None):
        raise ClaimError("the solver gave up")

    monkeypatch.setattr(numeric, "measure", fail)
    (tally,) = run(true)
    assert tally.outcome == Outcome(failures=("block 0 (tied): the solver gave up",))


def test_an_overflow_is_left_to_balls(true):
    huge = dataclasses.replace(
        true, hypotheses=(), families=("spread",), body=lambda game: at_most(0, exp(exp(exp(actions(game)))))
    )
    (tally,) = run(huge)
    assert not tally.outcome.violated and not tally.outcome.candidates


def test_tallies_survive_the_store(false):
    for tally in (t for b in range(3) for t in run(false, block=b)):
        assert Tally.from_json(tally.to_json()) == tally


def test_a_mutants_test_ends_at_its_first_violated_block(false):
    tallies = [run(false, ["mutant: three"], block=b)[0] for b in (3, 0, 2, 1)]
    kept = until_violation(tallies)
    assert [tally.block for tally in kept] == list(range(len(kept)))
    assert all(not tally.outcome.violated for tally in kept[:-1])
    assert kept == until_violation(reversed(tallies))


def test_strict_inequalities_are_violated_by_equality(true):
    strict = dataclasses.replace(true, hypotheses=(), body=lambda game: less(maximisers(game), actions(game)))
    (tally,) = run(strict)
    values = family("tied").sample(stream(SEED, "toy/true", 0), BLOCK).values
    equal_everywhere = np.all(values == values[:, :1], axis=-1)
    assert tally.outcome.ties == 0
    assert tally.outcome.violated + tally.outcome.candidates == equal_everywhere.sum()


def test_counterexamples_without_a_hypothesis_are_made_simple():
    """What is certified is a simplification of the instance, and still a counterexample under the other hypotheses."""
    from verify.catalogue import claims
    from verify.exact.certificate import replay

    claim = claims()["sqvi/zero-sum"]
    name = "without: zero-sum start"
    tallies = [tally for block in range(3) for tally in run_block(claim, [name], seed=1, block=block)]
    event = next(event for tally in tallies for event in tally.events)
    drawn = block_module.instance(claim, seed=1, index=event.index, variant=name)
    certified = event.certificate["game"]
    assert len(certified["leader_reward"]) == 1 and np.size(drawn.leader_reward) > np.size(certified["leader_reward"])
    assert replay(event.certificate).outcome == "violated"
