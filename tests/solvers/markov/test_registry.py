"""Every solver of Markov games on every class of problem: an answer that holds, or one that says what is missing."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import solvers.markov
from games.core import stack
from games.errors import FirstmoverError
from games.markov import EpisodicMarkovGame, MarkovGame
from solvers.errors import SolverError
from solvers.markov.solution import MarkovSolution
from solvers.solution import Status

SOFT = {"temperatures": (1.0, 0.5), "budget": 200}
# module -> (name, fixed arguments, takes batches, takes exact twins) of every way it is called
SOLVERS = {
    "batch": [("batch", {}, True, False)],
    "iteration": [
        ("iteration", {}, False, False),
        ("iteration damped", {"step_size": 0.5, "ties": "weak"}, False, False),
    ],
    "mixed": [("mixed", {"budget": 200}, False, False)],
    "soft": [("soft", SOFT, False, False), ("soft plain", {**SOFT, "entropy": False}, False, False)],
    "single_agent": [("single agent", {}, False, False)],
    "exact": [("exact", {}, False, True)],
    "entry": [
        ("entry", {}, True, True),
        ("entry mixed", {"commitment": "mixed", "budget": 200}, True, False),
        ("entry soft", {"concept": "soft", **SOFT}, True, False),
    ],
    "episodic": [("episodic", {}, True, True), ("episodic mixed", {"commitment": "mixed"}, True, False)],
}
STEPS = 2  # of episodic games


def _dyadic(rng, states, rows, columns):
    """Rows of multiples of 1/8 that sum to one exactly."""
    cuts = np.sort(rng.integers(0, 9, (states, rows, columns, states - 1)), axis=-1)
    edge = np.zeros((states, rows, columns, 1))
    return np.diff(np.concatenate([edge, cuts, edge + 8], axis=-1), axis=-1) / 8


def _random(sizes=(2, 2, 2), gamma=(0.75, 0.75), scale=(1.0, 1.0)):
    rng = np.random.default_rng(sum(sizes))
    return {
        "transition": _dyadic(rng, *sizes),
        "leader_reward": scale[0] * rng.integers(-512, 513, sizes) / 256,
        "follower_reward": scale[1] * rng.integers(-512, 513, sizes) / 256,
        "leader_discount": gamma[0],
        "follower_discount": gamma[1],
    }


def _opposed(sign):
    game = _random()
    return {**game, "follower_reward": sign * game["leader_reward"]}


def _indifferent():
    game = _random()
    return {**game, "leader_reward": 0 * game["leader_reward"], "follower_reward": 0 * game["leader_reward"]}


CLASSES = {
    "one of all": _random((1, 1, 1)),
    "one state": _random((1, 2, 3)),
    "one row": _random((2, 1, 3)),
    "one column": _random((3, 2, 1)),
    "all ties": _indifferent(),
    "zero sum": _opposed(-1.0),
    "common": _opposed(1.0),
    "random": _random(),
    "more": _random((3, 3, 2)),
    "scaled down": _random(scale=(1e-9, 1e-9)),
    "scaled up": _random(scale=(1e9, 1e9)),
    "scaled apart": _random(scale=(1e9, 1e-9)),
    "one shot": _random(gamma=(0.0, 0.0)),
    "myopic": _random(gamma=(0.75, 0.0)),
    "myopic leader": _random(gamma=(0.0, 0.75)),
    "patient": _random(gamma=(0.999, 0.999)),
}
CALLS = [pytest.param(name, *call[1:], id=call[0]) for name, calls in SOLVERS.items() for call in calls]


def _solver(name):
    return importlib.import_module(f"solvers.markov.{name}").solve


def _game(name, problem):
    arrays = CLASSES[problem]
    if name != "episodic":
        return MarkovGame(**arrays)
    tables = ("transition", "leader_reward", "follower_reward")
    return EpisodicMarkovGame(**{key: np.stack([arrays[key]] * STEPS) for key in tables})


def test_no_solver_is_forgotten():
    found = set()
    for module in pkgutil.iter_modules(solvers.markov.__path__):
        solve = getattr(importlib.import_module(f"solvers.markov.{module.name}"), "solve", None)
        if inspect.isfunction(solve) and next(iter(inspect.signature(solve).parameters)) == "game":
            found.add(module.name)
    # These two are called through the entry; alone they are solvers of batches that prove nothing.
    assert found - {"batch_mixed", "batch_soft"} == set(SOLVERS)


@pytest.mark.parametrize("problem", CLASSES)
@pytest.mark.parametrize(("name", "arguments", "batches", "exact"), CALLS)
def test_every_solver_on_every_class(name, arguments, batches, exact, problem):
    game = _game(name, problem)
    if name == "single_agent" and min(game.leader_actions, game.follower_actions) > 1:
        with pytest.raises(SolverError, match="expected a player with one action"):
            _solver(name)(game, **arguments)
        return
    found = _solver(name)(game, **arguments)
    assert isinstance(found, MarkovSolution) and found.batch_shape == ()
    steps = () if name != "episodic" else (STEPS,)
    states, rows, columns = game.states, game.leader_actions, game.follower_actions
    for player in ("leader", "follower"):
        assert np.shape(found.values[player]) == (*steps, states)
        assert np.shape(found.q[player]) == (*steps, states, rows, columns)
        assert np.isfinite(np.asarray(found.q[player], dtype=float)).all()
    status = Status(int(found.status))
    if status in (Status.CONVERGED, Status.CYCLE) and arguments.get("commitment") != "mixed":
        # In the units of the larger payoffs over 1 - gamma, the size of values.
        size = max(float(np.abs(np.asarray(r, dtype=float)).max()) for r in (game.leader_reward, game.follower_reward))
        size = max(size, float("temperatures" in arguments))  # entropies are worth something, too
        gamma = max(CLASSES[problem]["leader_discount"], CLASSES[problem]["follower_discount"])
        assert 0 <= found.error_bound <= 1e-8 * size / (1 - gamma) ** 2
        assert (found.period == 1) == (status == Status.CONVERGED)
    elif status not in (Status.CONVERGED, Status.CYCLE):
        assert found.message.split(":")[0] in ("undecided", "budget") and found.period == 0
    if status == Status.CONVERGED and name != "episodic" and arguments.get("commitment") != "mixed":
        assert _is_fixed(game.float(), found, arguments)
    if exact:
        twin = _solver(name)(game.exact(), **arguments)
        if twin.converged and found.converged:
            apart = np.abs(np.asarray(twin.q["leader"], dtype=float) - np.asarray(found.q["leader"], dtype=float))
            assert apart.max() <= found.error_bound + 1e-15 * np.abs(np.asarray(found.q["leader"], dtype=float)).max()
    else:
        with pytest.raises(SolverError, match="exact"):
            _solver(name)(game.exact(), **arguments)


def _is_fixed(game, found, arguments):
    """Q = r + gamma P V up to the bounds, with the values of the answer."""
    for player, reward, gamma in (
        ("leader", game.leader_reward, game.leader_discount),
        ("follower", game.follower_reward, game.follower_discount),
    ):
        q = np.asarray(found.q[player], dtype=float)
        image = reward + gamma * game.transition @ np.asarray(found.values[player], dtype=float)
        # V moves with Q by at most 1 + span / (2 tau) of the soft stage, which is 1e3 for tau >= 1/2 and these spans.
        factor = 2 if "temperatures" not in arguments else 1e3 + np.ptp(q)
        if np.abs(q - image).max() > factor * float(found.error_bound) + 1e-13 * np.abs(q).max():
            return False
    return True


@pytest.mark.parametrize(("name", "arguments", "batches", "exact"), CALLS)
def test_a_batch_is_solved_or_refused_in_one_line(name, arguments, batches, exact):
    names = [key for key in CLASSES if CLASSES[key]["leader_reward"].shape == (2, 2, 2)]
    games = [_game(name, key) for key in names]
    if not batches:
        with pytest.raises(FirstmoverError, match="expected a single game, found a batch of shape"):
            _solver(name)(stack(games), **arguments)
        return
    found = _solver(name)(stack(games), **arguments)
    assert found.batch_shape == (len(games),) == np.shape(found.error_bound)
    for i, game in enumerate(games):
        one = _solver(name)(game, **arguments)
        assert found.status[i] == one.status or name == "entry"  # a single game goes another way through the entry
        if found.status[i] == one.status == Status.CONVERGED and not np.isnan(one.error_bound):
            apart = np.abs(found.q["leader"][i] - one.q["leader"]).max()
            # Batches of soft and mixed games have no bound: they stop where steps change values by 1e-10 of rewards.
            bound = found.error_bound[i] if not np.isnan(found.error_bound[i]) else 1e-6 * np.abs(one.q["leader"]).max()
            assert apart <= one.error_bound + bound
