"""Claims about measured rates: held within their intervals, rejected beside them, undecided in between."""

import contextlib
import dataclasses
from fractions import Fraction

import numpy as np
import pytest

from verify import Mutant, at_most, claim, equal
from verify.block import run_block
from verify.errors import ClaimError
from verify.exact.errors import CertificateError
from verify.exact.evaluate import decide
from verify.experiment.estimate import band, estimates, settle
from verify.experiment.plan import Contrast, Experiment, Quantity, Replicate, exponent
from verify.result import assemble
from verify.terms import Relation
from verify.variant import variants
from verify.vocabulary.choice import temperature

RATE = Quantity(name="rate", latex=r"\hat\beta", text="the fitted exponent")
POINTS = np.geomspace(1e-3, 1e-1, 9)


def power(rng: np.random.Generator, beta: float) -> Replicate:
    """Averages that are proportional to x^beta, up to a few per cent."""
    curve = [(x, x**beta * (1 + 0.05 * rng.standard_normal())) for x in POINTS]
    return Replicate(values={"rate": exponent(curve)}, curves={"floor": curve})


def near(beta: Fraction):
    return lambda game: at_most(abs(RATE(game) - beta), Fraction(1, 10))


EXPERIMENT = Experiment(
    plan="nine design points over two decades",
    quantities=(RATE,),
    measure=lambda rng: power(rng, 0.5),
    contrasts=(
        Contrast(
            hypothesis="noise",
            text="samples are noisy",
            without="the rate is one",
            expected="counterexample",
            measure=lambda rng: power(rng, 1.0),
        ),
        Contrast(
            hypothesis="colour",
            text="the sky is blue",
            without="it makes no difference",
            expected="redundant",
            measure=lambda rng: power(rng, 0.5),
        ),
    ),
)


@claim(
    "toy/rate",
    title="The floor falls like a square root",
    expected="SUPPORTED",
    experiment=EXPERIMENT,
    mutants=(
        Mutant(name="slower", text="a quarter less", body=near(Fraction(1, 4))),
        Mutant(name="faster", text="a quarter more", body=near(Fraction(3, 4))),
    ),
)
def rate(game):
    return near(Fraction(1, 2))(game)


def record(stated, blocks=8, seed=1, tier="quick"):
    names = list(variants(stated))
    tallies = [tally for block in range(blocks) for tally in run_block(stated, names, seed=seed, block=block)]
    run = {"seed": seed, "id": "1", "tier": tier}
    result = assemble(run, [("", stated)], tallies=tallies, findings={}, failures={})
    return result["claims"][0]


def test_a_rate_is_supported_and_its_mutants_are_rejected():
    found = record(rate)
    assert found["ok"] and found["verdict"] == "SUPPORTED"
    assert found["evidence"] == {
        "kind": "statistical",
        "alpha": 0.01,
        "plan": "nine design points over two decades",
        "n": 8,
    }
    assert [mutant["verdict"] for mutant in found["mutants"]] == ["REFUTED", "REFUTED"]
    assert [item["found"] for item in found["ablations"]] == ["counterexample", "redundant"]
    (quantity,) = found["measured"]["quantities"]
    assert abs(quantity["mean"] - 0.5) < quantity["half_width"] < 0.1
    (curve,) = found["measured"]["curves"]
    assert [point["x"] for point in curve["points"]] == pytest.approx(list(POINTS))
    assert all(point["low"] <= point["y"] <= point["high"] for point in curve["points"])
    assert found["statement"].startswith(r"\left|\hat\beta")


def test_a_wrong_rate_is_refuted():
    wrong = dataclasses.replace(rate, body=near(Fraction(3, 4)), mutants=())
    found = record(wrong)
    assert found["verdict"] == "REFUTED" and not found["ok"] and "rejected at level" in found["reason"]


def test_what_intervals_do_not_separate_is_undecided():
    edge = dataclasses.replace(rate, body=near(Fraction(2, 5)), mutants=())
    assert record(edge)["verdict"] == "UNDECIDED"


def test_a_replicate_is_the_same_whenever_it_is_drawn():
    first, again, other = (run_block(rate, ["claim"], seed=1, block=block)[0] for block in (3, 3, 4))
    assert first.digest == again.digest != other.digest
    assert run_block(rate, ["claim"], seed=2, block=3)[0].digest != first.digest


@pytest.mark.parametrize(
    "measure",
    [
        lambda rng: Replicate(values={"rate": float("nan")}),
        lambda rng: Replicate(values={"other": 1.0}),
        lambda rng: Replicate(values={"rate": exponent([(1.0, 0.0), (10.0, 1.0), (100.0, 1.0)])}),
    ],
    ids=["nan", "missing", "no logarithm"],
)
def test_bad_measurements_are_failures(measure):
    stated = dataclasses.replace(rate, experiment=dataclasses.replace(EXPERIMENT, measure=measure, contrasts=()))
    found = record(stated)
    assert found["verdict"] == "UNDECIDED" and found["failures"] and not found["ok"]


def test_replicates_that_do_not_vary_are_one():
    constant = lambda rng: Replicate(values={"rate": 0.5})  # noqa: E731 (a measure in one line)
    stated = dataclasses.replace(rate, experiment=dataclasses.replace(EXPERIMENT, measure=constant, contrasts=()))
    assert "expected replicates that vary" in record(stated)["reason"]
    with pytest.raises(ClaimError, match="at least 4 replicates"):
        estimates([{"rate": 1.0}] * 3, ["rate"], alpha=0.01)


def test_intervals_cover_the_mean_as_often_as_they_say():
    """Of 4000 intervals at level 0.1, each from 6 normal draws, 400 miss on average; 5 standard deviations are 95."""
    rng = np.random.default_rng(5)
    missed = 0
    for _ in range(4000):
        found = estimates([{"x": value} for value in rng.standard_normal(6)], ["x"], alpha=0.1)["x"]
        missed += abs(found.mean) > found.half_width
    assert 305 < missed < 495


def test_two_quantities_share_the_level():
    rng = np.random.default_rng(6)
    draws = [{"x": x, "y": y} for x, y in rng.standard_normal((8, 2))]
    alone, both = (estimates(draws, names, alpha=0.05)["x"].half_width for names in (["x"], ["x", "y"]))
    assert both > alone


def test_statements_of_measured_quantities_stay_apart_from_those_of_games():
    relation = near(Fraction(1, 2))(None)
    assert Relation.from_json(relation.to_json()) == relation
    assert list(relation.measured()) == ["rate"] and list(relation.concepts()) == []
    from games.choice import Choice

    with pytest.raises(CertificateError, match="measured quantity"):
        decide(relation, Choice(values=["0", "1"], temperature="1"))
    with pytest.raises(ClaimError, match="no sample confirms an equation"):
        settle(equal(RATE(None), 1), {})
    from verify.terms import GAME

    with pytest.raises(ClaimError, match="found the concept temperature"):
        settle(at_most(temperature(GAME), RATE(None)), {})


def test_an_exponent_needs_two_decades():
    assert exponent([(x, 3 * x**-0.75) for x in (1.0, 10.0, 100.0)]) == pytest.approx(-0.75)
    with pytest.raises(ValueError, match="two decades"):
        exponent([(1.0, 1.0), (2.0, 2.0), (50.0, 3.0)])


def test_replicates_have_one_design():
    with pytest.raises(ClaimError, match="same design points"):
        band([[(1.0, 2.0)], [(2.0, 2.0)]])


def test_fewer_replicates_than_declared_decide_nothing():
    """Whoever stops a run when he likes what he sees, or loses the replicates that fail, has no sample."""
    found = record(rate, blocks=7)
    assert found["verdict"] == "UNDECIDED" and not found["ok"]
    assert found["reason"] == "7 replicates of the 8 that the plan declares: too few to decide it"
    assert [mutant["verdict"] for mutant in found["mutants"]] == ["UNDECIDED", "UNDECIDED"]
    assert [item["found"] for item in found["ablations"]] == ["undecided", "undecided"]
    assert record(rate, blocks=8, tier="default")["verdict"] == "UNDECIDED"
    assert record(rate, blocks=0)["verdict"] == "NOT_RUN"


def test_a_replicate_that_breaks_off_is_missed():
    def measure(rng):
        if rng.random() < 0.4:
            raise TypeError("an error of the author's")
        return power(rng, 0.5)

    experiment = dataclasses.replace(EXPERIMENT, measure=measure, contrasts=())
    stated = dataclasses.replace(rate, experiment=experiment, mutants=())
    tallies = []
    for block in range(8):
        with contextlib.suppress(TypeError):  # the runner makes a line of it
            tallies += run_block(stated, ["claim"], seed=1, block=block)
    assert 4 <= len(tallies) < 8
    result = assemble({"seed": 1, "id": "1"}, [("", stated)], tallies=tallies, findings={}, failures={})
    assert result["claims"][0]["verdict"] == "UNDECIDED"
