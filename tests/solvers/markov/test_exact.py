"""Exact answers: fixed points and equilibria against brute force, solutions against their facts, refusals."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from games.core import stack
from games.errors import FirstmoverError
from games.markov import MarkovGame
from solvers.markov.exact import CONCEPTS, fact, fixed_points, markov_nash, solve
from solvers.markov.stationary import stationary
from solvers.solution import Status


def drawn(rng, states=2, moves=2, replies=2, discount="9/10", top=9):
    weights = rng.integers(1, 10, size=(states, moves, replies, states))
    kernel = [[[[Fraction(int(w), int(law.sum())) for w in law] for law in m] for m in s] for s in weights]

    def table():
        return np.array(
            [Fraction(int(x)) for x in rng.integers(-top, top + 1, size=states * moves * replies)], dtype=object
        ).reshape(states, moves, replies)

    return MarkovGame(
        transition=kernel,
        leader_reward=table(),
        follower_reward=table(),
        leader_discount=Fraction(discount),
        follower_discount=Fraction(discount),
    )


def backed_up(game, values):
    return [
        reward + discount.item() * game.transition.dot(value)
        for reward, discount, value in zip(game.rewards(), game.discounts(), values, strict=True)
    ]


def value_of(game, pairs):
    """Gauss-Jordan in Fractions."""
    size = game.states
    kernel = np.array([game.transition[s, a, b] for s, (a, b) in enumerate(pairs)], dtype=object)
    values = []
    for reward, discount in zip(game.rewards(), game.discounts(), strict=True):
        left = np.eye(size, dtype=int) - discount.item() * kernel
        right = np.array([reward[s, a, b] for s, (a, b) in enumerate(pairs)], dtype=object)
        for k in range(size):  # strictly diagonally dominant: no pivoting is needed
            right[k], left[k] = right[k] / left[k, k], left[k] / left[k, k]
            for i in range(size):
                if i != k:
                    right[i], left[i] = right[i] - left[i, k] * right[k], left[i] - left[i, k] * left[k]
        values.append(right)
    return values


def joint(game):
    actions = list(itertools.product(range(game.leader_actions), range(game.follower_actions)))
    return itertools.product(actions, repeat=game.states)


def strong(leader, follower):
    """Greedy pairs, ties for the leader, by sorting."""
    found = []
    for q_leader, q_follower in zip(leader, follower, strict=True):
        answers = [
            min(range(len(row)), key=lambda b, a=a, row=row: (-row[b], -q_leader[a, b], b))
            for a, row in enumerate(q_follower)
        ]
        move = min(range(len(answers)), key=lambda a: (-q_leader[a, answers[a]], a))
        found.append((move, answers[move]))
    return tuple(found)


@pytest.mark.parametrize(
    ("states", "moves", "replies", "top"), [(2, 2, 2, 9), (1, 3, 3, 2), (3, 2, 2, 2), (2, 3, 2, 1)]
)
def test_fixed_points_are_all_of_them(states, moves, replies, top):
    rng = np.random.default_rng(states + 10 * moves)
    for _ in range(6):
        game = drawn(rng, states, moves, replies, top=top)
        expected = []
        for pairs in joint(game):
            values = value_of(game, pairs)
            if strong(*backed_up(game, values)) == pairs:
                expected.append((sum(values[0], Fraction(0)) / states, pairs))
        found = fixed_points(game)
        pairs = [tuple((a, int(point.replies[s, a])) for s, a in enumerate(point.moves)) for point in found]
        assert sorted(zip((point.mean for point in found), pairs, strict=True)) == sorted(expected)
        assert [point.mean for point in found] == sorted((mean for mean, _ in expected), reverse=True)
        for point in found:
            q = backed_up(game, (point.leader_value, point.follower_value))
            assert (q[0] == point.leader_q).all() and (q[1] == point.follower_q).all()


def test_markov_equilibria_are_all_of_them():
    rng = np.random.default_rng(1)
    counts = set()
    for _ in range(25):
        game = drawn(rng, top=2)
        expected = set()
        for pairs in joint(game):
            leader, follower = backed_up(game, value_of(game, pairs))
            if all(
                leader[s, a, b] == max(leader[s, :, b]) and follower[s, a, b] == max(follower[s, a])
                for s, (a, b) in enumerate(pairs)
            ):
                expected.add(pairs)
        found = markov_nash(game)
        assert {tuple(zip(point.moves, point.replies.tolist(), strict=True)) for point in found} == expected
        assert len(found) == len(expected)
        counts.add(len(found))
    assert len(counts) > 1


@pytest.mark.parametrize("top", [1, 9])
def test_batches_of_floats_count_and_value_the_same_solutions(top):
    rng = np.random.default_rng(10)
    kernel = rng.multinomial(8, [0.5, 0.5], size=(60, 2, 2, 2)) / 8  # dyadic, so that the twins are stochastic
    leader, follower = rng.integers(-top, top + 1, size=(2, 60, 2, 2, 2)).astype(float)
    games = MarkovGame(
        transition=kernel,
        leader_reward=leader,
        follower_reward=follower,
        leader_discount=np.full(60, 0.75),
        follower_discount=np.full(60, 0.75),
    )
    settled = 0
    for floats, points in zip(stationary(games), (fixed_points, markov_nash), strict=True):
        for i in np.flatnonzero(floats.settled):
            found = points(games[int(i)])
            assert len(found) == floats.count[i]
            if found:
                assert abs(found[0].mean - Fraction(floats.best[i])) <= Fraction(floats.error[i])
                assert abs(found[-1].mean - Fraction(floats.worst[i])) <= Fraction(floats.error[i])
            settled += 1
    assert settled > 60


def test_the_fixed_point_reached_is_one_of_them_and_solves_the_game():
    rng = np.random.default_rng(2)
    seen = set()
    for _ in range(60):
        game = drawn(rng)
        found = solve(game)
        seen.add(Status(int(found.status)))
        if found.converged:
            values = (found.values["leader"], found.values["follower"])
            q = backed_up(game, values)
            assert (q[0] == found.q["leader"]).all() and (q[1] == found.q["follower"]).all()
            pairs = tuple(
                (int(a), int(found.policies["follower"][s, a])) for s, a in enumerate(found.policies["leader"])
            )
            assert strong(*q) == pairs and found.period == 1
            mean = sum(values[0].tolist(), Fraction(0)) / 2
            assert mean in [point.mean for point in fixed_points(game)]
            assert Fraction(fact(game, "reached_fixed_point")["value"]) == mean
        elif found.status == Status.CYCLE:
            assert found.period == int(found.certificate["value"]) > 1 and "cycle" in found.message
            with pytest.raises(FirstmoverError, match="expected a limit, found a cycle"):
                fact(game, "reached_fixed_point")
    assert {Status.CONVERGED, Status.CYCLE} <= seen


def test_without_a_proof_the_answer_is_undecided_and_says_why():
    rng = np.random.default_rng(3)
    game = drawn(rng)
    tied = MarkovGame(
        transition=game.transition,
        leader_reward=game.leader_reward,
        follower_reward=game.follower_reward * 0,
        leader_discount=game.leader_discount,
        follower_discount=game.follower_discount,
    )
    found = solve(tied)
    assert found.status == Status.UNDECIDED and found.certificate is None and found.period == 0
    assert "tie" in found.message and np.isnan(found.error_bound)
    with pytest.raises(FirstmoverError, match="orbit_period: expected an orbit with strict choices"):
        fact(tied, "orbit_period")
    short = solve(game, budget=2)
    assert short.status == Status.UNDECIDED and "within 2 steps" in short.message


def test_every_concept_has_a_fact():
    rng = np.random.default_rng(4)
    game = next(game for game in iter(lambda: drawn(rng), None) if solve(game).converged and markov_nash(game))
    for concept in CONCEPTS:
        found = fact(game, concept)
        assert found["concept"] == concept
        assert Fraction(found["value"]) is not None
    counts = {name: Fraction(fact(game, name)["value"]) for name in CONCEPTS}
    assert counts["worst_fixed_point"] <= counts["best_fixed_point"]
    assert counts["span_rate_lower"] == counts["span_rate_upper"]


def test_without_a_solution_there_is_no_value():
    rng = np.random.default_rng(5)
    seen = set()
    for _ in range(200):
        game = drawn(rng)
        for count, value in (("pure_nash_count", "best_markov_nash"), ("fixed_points", "worst_fixed_point")):
            if fact(game, count)["value"] == "0":
                seen.add(count)
                with pytest.raises(FirstmoverError, match=f"{value}: .*found none"):
                    fact(game, value)
    assert seen == {"pure_nash_count", "fixed_points"}


def test_what_cannot_be_enumerated_is_refused():
    rng = np.random.default_rng(6)
    game = drawn(rng, 4, 3, 3)
    with pytest.raises(FirstmoverError, match="at most 4096 joint policies"):
        fixed_points(game)
    with pytest.raises(FirstmoverError, match="single game"):
        solve(stack([game, game]))
    with pytest.raises(FirstmoverError, match="expected a concept among"):
        fact(game, "sse")
