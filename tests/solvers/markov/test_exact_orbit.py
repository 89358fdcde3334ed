"""Orbits of Q-value iteration: every fact passes an independent replay in Fractions, doctored ones do not."""

import copy
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from games.errors import FirstmoverError
from games.markov import MarkovGame
from solvers.markov import exact_trace
from solvers.markov.exact_orbit import Unsettled, find, orbit
from solvers.markov.exact_tables import tables_of


def drawn(rng, states=2, moves=2, replies=2, discount="9/10", top=9):
    weights = rng.integers(1, 10, size=(states, moves, replies, states))
    kernel = np.array([Fraction(int(w)) for w in weights.ravel()], dtype=object).reshape(weights.shape)
    kernel = kernel / kernel.sum(axis=-1, keepdims=True)

    def table():
        entries = rng.integers(-top, top + 1, size=(states, moves, replies)).tolist()
        return np.vectorize(Fraction, otypes=[object])(np.array(entries, dtype=object))

    return MarkovGame(
        transition=kernel,
        leader_reward=table(),
        follower_reward=table(),
        leader_discount=Fraction(discount),
        follower_discount=Fraction(discount),
    )


def array(nested):
    cells = np.array(nested, dtype=object)
    return np.array([Fraction(str(cell)) for cell in cells.ravel()], dtype=object).reshape(cells.shape)


def choices(leader, follower, ties="strong"):
    """The stage rule and the smallest margin, written from the rule's words."""
    prefer = {"strong": 1, "weak": -1, "first": 0}[ties]
    states, moves, replies = leader.shape
    pairs, margins = [], []
    for s in range(states):
        answers = []
        for a in range(moves):
            ranked = sorted(range(replies), key=lambda b: (-follower[s, a, b], -prefer * leader[s, a, b], b))
            answers.append(ranked[0])
            margins += [follower[s, a, ranked[0]] - follower[s, a, b] for b in ranked[1:]]
        ranked = sorted(range(moves), key=lambda a: (-leader[s, a, answers[a]], a))
        margins += [leader[s, ranked[0], answers[ranked[0]]] - leader[s, a, answers[a]] for a in ranked[1:]]
        pairs.append((ranked[0], answers[ranked[0]]))
    return tuple(pairs), min(margins, default=Fraction(10**9))


def stepped(game, q, step_size, ties="strong"):
    pairs, _ = choices(*q, ties)
    out = []
    for table, reward, discount in zip(q, game.rewards(), game.discounts(), strict=True):
        value = np.array([table[s, a, b] for s, (a, b) in enumerate(pairs)], dtype=object)
        out.append((1 - step_size) * table + step_size * (reward + discount.item() * game.transition.dot(value)))
    return tuple(out)


def replays(game, fact):
    """Whether the fact proves what it says, by exact iteration alone."""
    step_size, ties = Fraction(fact["step_size"]), fact["ties"]
    phases = [(array(phase["leader"]), array(phase["follower"])) for phase in fact["orbit"]]
    period = len(phases)
    if str(period) != fact["value"]:
        return False
    for now, following in zip(phases, phases[1:] + phases[:1], strict=True):
        if any((x != y).any() for x, y in zip(stepped(game, now, step_size, ties), following, strict=True)):
            return False
    word = [choices(*phase, ties)[0] for phase in phases]
    if any(word == word[k:] + word[:k] for k in range(1, period)):
        return False
    margin = min(choices(*phase, ties)[1] for phase in phases)
    q = (np.zeros_like(game.leader_reward) + Fraction(0),) * 2
    for _ in range(fact["entry"]["steps"]):
        q = stepped(game, q, step_size, ties)
    goal = phases[fact["entry"]["phase"]]
    return margin > 0 and max(abs(x - y).max() for x, y in zip(q, goal, strict=True)) < margin / 2


@pytest.mark.parametrize("step_size", ["1", "1/2", "3/4"])
@pytest.mark.parametrize("ties", ["strong", "weak", "first"])
def test_every_fact_is_proved_by_exact_iteration(step_size, ties):
    rng = np.random.default_rng(5)
    seen = set()
    for _ in range(12):
        game = drawn(rng, discount="3/4")
        fact = orbit(game, ties, step_size)
        if fact is not None:
            seen.add(fact["value"])
            assert replays(game, fact)
    assert seen


def cycling():
    """The first random game whose fact has a period above 1, with that fact."""
    rng = np.random.default_rng(2)
    while True:
        game = drawn(rng)
        fact = orbit(game)
        if fact is not None and fact["value"] != "1":
            return game, fact


def test_a_cycle_is_proved_and_doctored_cycles_are_not():
    game, fact = cycling()
    assert replays(game, fact)
    shifted = copy.deepcopy(fact)
    shifted["orbit"][0]["leader"][0][0][0] += "1"
    early = {**fact, "entry": {"steps": 0, "phase": 0}}
    twice = {**fact, "value": str(2 * int(fact["value"])), "orbit": fact["orbit"] * 2}
    once = {**fact, "value": "1", "orbit": fact["orbit"][:1]}
    weaker = {**fact, "step_size": "1/2"}
    for doctored in (shifted, early, twice, once, weaker):
        assert not replays(game, doctored)


def test_damped_cycles_of_several_phases_are_exact_orbits():
    rng = np.random.default_rng(11)
    periods = set()
    for _ in range(150):
        game = drawn(rng)
        found = find(tables_of(game, "test"), game, step_size="1/2")
        if not isinstance(found, Unsettled) and found.period > 1:
            periods.add(found.period)
            phases = [tuple(found.tables.fractions(table) for table in phase) for phase in found.phases]
            for now, following in pairwise([*phases, phases[0]]):
                moved = stepped(game, now, Fraction(1, 2))
                assert all((x == y).all() for x, y in zip(moved, following, strict=True))
    assert len(periods) > 1


def test_single_states_always_converge():
    # With one state the kernel is (1): after one step Q_F - r_F is constant, so the replies are those to r for ever.
    rng = np.random.default_rng(3)
    for _ in range(30):
        game = drawn(rng, states=1, moves=3, replies=3)
        found = find(tables_of(game, "test"), game)
        assert isinstance(found, Unsettled) or found.period == 1


def test_a_tie_on_the_limit_is_undecided_and_says_so():
    rng = np.random.default_rng(4)
    game = drawn(rng, replies=1)
    doubled = MarkovGame(
        transition=np.repeat(game.transition, 2, axis=-2),
        leader_reward=np.repeat(game.leader_reward, 2, axis=-1),
        follower_reward=np.repeat(game.follower_reward, 2, axis=-1),
        leader_discount=game.leader_discount,
        follower_discount=game.follower_discount,
    )
    found = find(tables_of(doubled, "test"), doubled)
    assert isinstance(found, Unsettled) and "tie" in found.reason
    assert orbit(doubled) is None


def test_nobody_choosing_is_entered_at_once():
    rng = np.random.default_rng(6)
    game = drawn(rng, states=3, moves=1, replies=1)
    fact = orbit(game)
    assert fact["entry"] == {"steps": 0, "phase": 0} and fact["value"] == "1"
    assert replays(game, fact)


def test_ties_of_the_first_steps_are_decided_in_rationals():
    # Rewards 0 and 1 only: the iterates of the first steps tie all over, the limit often does not.
    rng = np.random.default_rng(7)
    strict = 0
    for _ in range(40):
        game = drawn(rng, top=1, discount="1/2")
        fact = orbit(game)
        if fact is not None:
            strict += 1
            assert replays(game, fact)
    assert strict > 20


def test_the_error_bound_holds_along_whole_traces():
    rng = np.random.default_rng(8)
    game = drawn(rng)
    tables = tables_of(game, "test")
    for step_size in (Fraction(1), Fraction(1, 3)):
        trace = exact_trace.Trace(game, tables, ties=find(tables, game).ties, step_size=step_size)
        trace.extend(40)
        q = (np.zeros_like(game.leader_reward) + Fraction(0),) * 2
        for now in range(trace.length + 1):
            for k in range(2):
                held = np.vectorize(Fraction, otypes=[object])(trace.history[now, k])
                assert abs(held - q[k]).max() <= Fraction(trace.errors[now])
            if now < trace.length:
                pairs = tuple(tables.actions(tuple(trace.policies[now].tolist())))
                assert pairs == choices(*q)[0]
            q = stepped(game, q, step_size)


def test_what_is_no_single_game_or_step_size_is_refused():
    rng = np.random.default_rng(9)
    game = drawn(rng)
    for step_size in (0, "3/2", "x"):
        with pytest.raises(FirstmoverError, match="step_size"):
            orbit(game, step_size=step_size)
    with pytest.raises(FirstmoverError, match="strong, weak, first"):
        orbit(game, "sideways")
