"""Every solver of one-shot games on every class of problem: right, or saying that it is not; none can be forgotten."""

import importlib
import inspect
import pkgutil
from fractions import Fraction

import numpy as np
import pytest

import solvers.matrix
from games.core import stack
from games.errors import FirstmoverError
from games.matrix import BimatrixGame
from solvers.errors import SolverError
from solvers.solution import Solution

# module -> (concept, fixed arguments, takes batches, takes exact twins) of every way it is called
SOLVERS = {
    "batch": [("sse", {}, True, False)],
    "multiple_lps": [("sse", {}, False, True)],
    "single_lp": [("sse", {}, False, True)],
    "correlated": [("correlated", {}, False, True)],
    "pure": [("pure", {}, True, True), ("pure weak", {"ties": "weak"}, True, True)],
    "minimax": [("minimax", {}, True, False)],
    "weak": [("wse", {}, True, False)],
    "nash": [("best nash", {}, False, True), ("worst nash", {"worst": True}, False, True)],
    "exact": [
        (concept, {"concept": concept}, False, True)
        for concept in ("sse", "wse", "correlated", "minimax", "pure", "pure weak", "best nash", "worst nash")
    ],
    "entry": [
        ("sse", {"concept": "sse"}, True, True),
        ("wse", {"concept": "wse"}, True, True),
        ("minimax", {"concept": "minimax"}, True, True),
        ("pure", {"concept": "pure"}, True, True),
        ("pure weak", {"concept": "pure weak"}, True, True),
        ("correlated", {"concept": "correlated"}, False, True),
        ("best nash", {"concept": "best nash"}, False, True),
    ],
}

RANDOM = np.random.default_rng(5).random((2, 4, 3))
CLASSES = {
    "1x1": ([[3.0]], [[-1.0]]),
    "one row": ([[1.0, 5.0, 2.0]], [[2.0, 1.0, 2.0]]),
    "one column": ([[1.0], [4.0], [2.0]], [[0.0], [-3.0], [9.0]]),
    "all ties": (np.ones((3, 3)), np.zeros((3, 3))),
    "follower indifferent": ([[1.0, 2.0], [4.0, 0.0]], np.full((2, 2), 7.0)),
    "duplicate rows": ([[2.0, 4.0], [2.0, 4.0], [1.0, 3.0]], [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]),
    "duplicate columns": ([[2.0, 4.0, 4.0], [1.0, 3.0, 3.0]], [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]),
    "equivalent columns": ([[2.0, 4.0, 1.0], [1.0, 3.0, 9.0]], [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]),
    # The follower's second column is a best reply at one mixture only, (1/2, 1/2): strong 10, weak 1.
    "knife edge": ([[0.0, 10.0, 0.0], [0.0, 10.0, 1.0]], [[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]]),
    "never a best reply": ([[9.0, 1.0], [9.0, 2.0]], [[0.0, 1.0], [0.0, 1.0]]),
    "zero sum": ([[3.0, -1.0], [-2.0, 1.0]], [[-3.0, 1.0], [2.0, -1.0]]),
    "common payoff": ([[3.0, -1.0], [-2.0, 1.0]], [[3.0, -1.0], [-2.0, 1.0]]),
    "random": RANDOM,
    "scaled down": RANDOM * 1e-9,
    "scaled up": RANDOM * 1e9,
    "scaled apart": (RANDOM[0] * 1e-9, RANDOM[1] * 1e9),
    "shifted": (RANDOM[0] + 2.0**20, RANDOM[1] - 2.0**20),
    "near the largest float": (RANDOM[0] * 1e308, RANDOM[1] * 1e308),
    "subnormal": (RANDOM[0] * 1e-310, RANDOM[1] * 1e-310),
}
CALLS = [pytest.param(name, *call, id=f"{name}-{call[0]}") for name, calls in SOLVERS.items() for call in calls]


def _solver(name):
    return importlib.import_module(f"solvers.matrix.{name}").solve


def _game(name):
    leader, follower = CLASSES[name]
    return BimatrixGame(leader=np.asarray(leader), follower=np.asarray(follower))


def test_no_solver_is_forgotten():
    found = set()
    for module in pkgutil.iter_modules(solvers.matrix.__path__):
        solve = getattr(importlib.import_module(f"solvers.matrix.{module.name}"), "solve", None)
        if inspect.isfunction(solve) and next(iter(inspect.signature(solve).parameters)) == "game":
            found.add(module.name)
    assert found == set(SOLVERS)


@pytest.mark.parametrize("problem", CLASSES)
@pytest.mark.parametrize(("name", "concept", "arguments", "batches", "exact"), CALLS)
def test_every_solver_on_every_class(references, name, concept, arguments, batches, exact, problem):
    game = _game(problem)
    found = _solver(name)(game, **arguments)
    assert isinstance(found, Solution) and found.batch_shape == () and found.concept == concept
    assert found.converged, found.message
    span = float(np.ptp(game.leader)) or 1.0
    if concept in references:
        truth = references[concept](game.exact())
        error = abs(Fraction(found.leader_value) - truth)
        if np.isnan(float(found.error_bound)):
            assert error <= Fraction(1e-8) * Fraction(span)  # HiGHS at tolerance 1e-9, payoffs in units of their range
        else:
            assert error <= Fraction(found.error_bound) <= Fraction(1e-9) * Fraction(span)
    if exact:
        twin = _solver(name)(game.exact(), **arguments)
        if isinstance(twin.leader_value, Fraction):
            assert abs(Fraction(found.leader_value) - twin.leader_value) <= Fraction(1e-8) * Fraction(span)
            if concept in references:
                assert twin.leader_value == references[concept](game.exact())
    else:
        with pytest.raises(SolverError, match="exact twin"):
            _solver(name)(game.exact(), **arguments)


@pytest.mark.parametrize(("name", "concept", "arguments", "batches", "exact"), CALLS)
def test_a_batch_is_solved_or_refused_in_one_line(name, concept, arguments, batches, exact):
    games = [_game(problem) for problem in CLASSES if _game(problem).leader.shape == (2, 3)]
    games = stack([stack(games), stack(games[::-1])])  # two batch axes
    if not batches:
        with pytest.raises(FirstmoverError, match=r"expected a single game, found a batch of shape \(2, 3\)"):
            _solver(name)(games, **arguments)
        return
    found = _solver(name)(games, **arguments)
    assert found.batch_shape == (2, 3) == np.shape(found.leader_value) == np.shape(found.error_bound)
    for index in np.ndindex(2, 3):
        single = _solver(name)(games[index], **arguments)
        assert found.leader_value[index] == single.leader_value
        assert np.array_equal(np.asarray(found.policies["leader"])[index], single.policies["leader"])
