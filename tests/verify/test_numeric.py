"""Relations on batches: values that are known, errors that are named, NaN that is refused."""

from fractions import Fraction

import numpy as np
import pytest

import verify.numeric as numeric
from games.choice import Choice
from verify.concept import Concept
from verify.errors import ClaimError
from verify.numeric import evaluate, measure, settled
from verify.terms import Relation, Term, exp, lambertw, log, maximum, minimum, sqrt, tanh

TAU, N = Term("concept", name="temperature"), Term("concept", name="actions")
BATCH = Choice(values=np.zeros((3, 2)), temperature=np.array([0.5, 1.0, 2.0]))


def bad_shape(game):
    return np.zeros(7), np.zeros(7)


def negative_radius(game):
    return np.zeros(game.batch_shape), -np.ones(game.batch_shape)


def nan_in_the_middle(game):
    return np.array([1.0, np.nan, 2.0]), np.zeros(3)


@pytest.fixture
def concepts(monkeypatch):
    """The functions of this module as concepts."""

    def concept(name):
        if name in ("temperature", "actions"):
            return real(name)
        return Concept(name=name, latex=name, text=name, game="choice", numeric=f"{__name__}:{name}", exact="")

    real = numeric.concept
    monkeypatch.setattr(numeric, "concept", concept)
    mine, resolve = globals(), numeric.resolve
    monkeypatch.setattr(numeric, "resolve", lambda reference: mine.get(reference.split(":")[1]) or resolve(reference))


def test_terms_are_what_they_say():
    tree = maximum(exp(TAU) - N * 2, minimum(log(TAU), -tanh(TAU))) + abs(sqrt(TAU) / lambertw(TAU))
    t = np.array([0.5, 1.0, 2.0])
    from scipy.special import lambertw as w

    expected = np.maximum(np.exp(t) - 4, np.minimum(np.log(t), -np.tanh(t))) + np.abs(np.sqrt(t) / w(t).real)
    found = numeric.evaluate_term(tree, BATCH)
    assert np.all(np.abs(found.value - expected) <= found.radius)
    assert np.all(found.radius <= 1e-13)


def test_margins_and_what_floats_decide():
    comparison = evaluate(Relation("<=", TAU, Term.of(1)), BATCH)
    assert comparison.margin.tolist() == [0.5, 0.0, -1.0]
    assert settled(comparison).all()  # the entries are floats: nothing was rounded
    third = evaluate(Relation("<=", TAU * Fraction(1, 3), Term.of(Fraction(1, 3))), BATCH)
    assert settled(third).tolist() == [True, False, True]


def test_equalities_have_margins_of_one_sign():
    assert evaluate(Relation("=", TAU, Term.of(1)), BATCH).margin.tolist() == [-0.5, 0.0, -1.0]


def test_overflow_is_unknown_not_violated():
    huge = Choice(values=np.zeros((1, 2)), temperature=np.array([1e200]))
    comparison = evaluate(Relation("<=", TAU * TAU, Term.of(1)), huge)
    assert np.isinf(comparison.error[0])
    assert not settled(comparison)[0]


def test_nan_is_shown_with_its_instance(concepts):
    with pytest.raises(ClaimError, match=r"NaN for choice .*temperature = 1\..*instance 1 of the batch"):
        evaluate(Relation("<=", Term("concept", name="nan_in_the_middle"), N), BATCH)


def test_an_undefined_statement_is_refused():
    with pytest.raises(ClaimError, match="toy: expected a number on both sides, found NaN"):
        evaluate(Relation("<=", log(N - 3), N), BATCH, whose="toy")


@pytest.mark.parametrize(("name", "message"), [("bad_shape", "shape"), ("negative_radius", "radii >= 0")])
def test_ill_behaved_concepts_are_named(concepts, name, message):
    with pytest.raises(ClaimError, match=f"concept {name}: expected .*{message}"):
        measure(name, BATCH)


def test_concepts_of_other_games_are_refused():
    with pytest.raises(ClaimError, match="expected a game of kind 'bimatrix', found 'choice'"):
        measure("sse", BATCH)


def test_what_is_known_is_not_computed_again(monkeypatch):
    known = {}
    first = measure("temperature", BATCH, known)
    monkeypatch.setattr(numeric, "resolve", lambda reference: pytest.fail("computed again"))
    assert measure("temperature", BATCH, known) is first
