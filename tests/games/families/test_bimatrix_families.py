"""The distributions of the bimatrix families, and the closed forms the structured ones are built for."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from games.errors import GameError
from games.families import family
from games.families.common_payoff import FAMILY as COMMON
from games.families.gaussian import FAMILY as GAUSSIAN
from games.families.integers import FAMILY as INTEGERS
from games.families.integers import draw_integers
from games.families.knife_edge import FAMILY as KNIFE_EDGE
from games.families.knife_edge import pinned
from games.families.tie_rich import FAMILY as TIE_RICH
from games.families.uniform import FAMILY as UNIFORM
from games.families.zero_sum import FAMILY as ZERO_SUM
from games.matrix import BimatrixGame

BATCH = 4000


def philox(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def fixed(fam, m: int = 3, n: int = 3, **parameters):
    return dataclasses.replace(fam, leader_actions=m, follower_actions=n, **parameters)


class TestUniform:
    @pytest.mark.parametrize("low, high", [(0.0, 1.0), (-3.0, 5.0), (1e9, 1e9 + 1), (-1e-9, 0.0)])
    def test_moments_and_range(self, low, high):
        game = fixed(UNIFORM, low=low, high=high).sample(philox(1), BATCH)
        for payoffs in (game.leader, game.follower):
            unit = (payoffs - low) / (high - low)
            assert unit.min() >= 0 and unit.max() <= 1
            # five standard deviations of the mean (1/sqrt 12 each) and of the variance (1/sqrt 180 each)
            assert abs(unit.mean() - 1 / 2) < 5 * (12 * unit.size) ** -0.5
            assert abs(unit.var() - 1 / 12) < 5 * (180 * unit.size) ** -0.5
        assert abs(np.corrcoef(game.leader.ravel(), game.follower.ravel())[0, 1]) < 5 * game.leader.size**-0.5

    @given(st.lists(st.integers(), max_size=20))
    def test_decoded_payoffs_lie_in_the_range(self, code):
        game = dataclasses.replace(UNIFORM, low=-0.25, high=0.1).decode(code)
        low, high = Fraction(-1, 4), Fraction(0.1)
        assert all(low <= entry <= high for entry in [*game.leader.flat, *game.follower.flat])

    @pytest.mark.parametrize("low, high", [(1.0, 1.0), (2.0, 1.0), (0.0, float("inf")), (float("nan"), 1.0)])
    def test_refusals(self, low, high):
        with pytest.raises(GameError, match="uniform: expected finite low < high"):
            dataclasses.replace(UNIFORM, low=low, high=high)


class TestGaussian:
    @pytest.mark.parametrize("correlation", [-1.0, -0.6, 0.0, 0.9, 1.0])
    def test_moments(self, correlation):
        game = fixed(GAUSSIAN, correlation=correlation).sample(philox(2), BATCH)
        leader, follower = game.leader.ravel(), game.follower.ravel()
        allowed = 5 * leader.size**-0.5
        assert abs(leader.mean()) < allowed and abs(follower.mean()) < allowed
        assert abs(leader.var() - 1) < 2 * allowed and abs(follower.var() - 1) < 2 * allowed
        assert abs((leader * follower).mean() - correlation) < 2 * allowed
        if abs(correlation) == 1:
            assert np.array_equal(follower, correlation * leader)

    def test_without_a_correlation_each_batch_has_its_own(self):
        games = [fixed(GAUSSIAN).sample(philox(seed), 500) for seed in range(40)]
        found = [np.corrcoef(game.leader.ravel(), game.follower.ravel())[0, 1] for game in games]
        assert min(found) < -0.7 and max(found) > 0.7 and min(map(abs, found)) < 0.3

    def test_decoded_payoffs_respect_perfect_correlation(self):
        code = [0, 0, *range(1, 9)]
        for sign in (1, -1):
            game = dataclasses.replace(GAUSSIAN, correlation=sign).decode(code)
            assert game.leader.tolist() == [[1, 2], [3, 4]] and (game.follower == sign * game.leader).all()
        assert GAUSSIAN.decode(code).leader.tolist() == [[1, 3], [5, 7]]

    @pytest.mark.parametrize("correlation", [1.5, -2, float("nan")])
    def test_refusals(self, correlation):
        with pytest.raises(GameError, match="correlation"):
            dataclasses.replace(GAUSSIAN, correlation=correlation)


class TestIntegers:
    @pytest.mark.parametrize("low, high", [(-9, 9), (0, 1), (-128, 127), (-200, 300), (7, 7)])
    def test_uniform_integers(self, low, high):
        game = fixed(INTEGERS, low=low, high=high).sample(philox(3), BATCH)
        values, counts = np.unique(game.leader, return_counts=True)
        assert values.tolist() == list(range(low, high + 1))
        share = 1 / len(values)
        # six standard deviations, for up to 501 cells at once
        assert (np.abs(counts / game.leader.size - share) <= 6 * (share * (1 - share) / game.leader.size) ** 0.5).all()

    @given(st.lists(st.integers(), max_size=20))
    def test_decoded_payoffs_lie_in_the_range(self, code):
        game = dataclasses.replace(INTEGERS, low=-1, high=4).decode(code)
        assert {entry for entry in [*game.leader.flat, *game.follower.flat]} <= set(range(-1, 5))

    @pytest.mark.parametrize("low, high", [(1, 0), (0, 2**54)])
    def test_refusals(self, low, high):
        with pytest.raises(GameError, match="integers: expected"):
            dataclasses.replace(INTEGERS, low=low, high=high)

    def test_wide_ranges(self):
        drawn = draw_integers(philox(1), -(2**53), 2**53, (1000,))
        assert drawn.max() > 2**51 and drawn.min() < -(2**51) and (drawn == np.floor(drawn)).all()


class TestZeroSumAndCommonPayoff:
    @pytest.mark.parametrize("fam, sign", [(ZERO_SUM, -1), (COMMON, 1)])
    def test_the_follower_is_bound_to_the_leader(self, fam, sign):
        kinds = set()
        for seed in range(20):
            game = fam.sample(philox(seed), 50)
            assert np.array_equal(game.follower, sign * game.leader)
            assert not np.signbit(game.follower[game.follower == 0]).any(), "no negative zeros"
            kinds.add(bool((game.leader == np.floor(game.leader)).all()))
            twin = fam.decode(philox(seed).integers(-50, 50, 30).tolist())
            assert (twin.follower == sign * twin.leader).all()
        assert kinds == {True, False}, "normal and integer payoffs both occur"


class TestTieRich:
    def test_copies(self):
        # With many levels equal lines are copies. A line is its own source with probability 3/4 + 1/4k, any other with
        # 1/4k: columns 0 and 1 of four have one source with 2 (13/16)(1/16) + 2 (1/16)^2, rows 0 and 1 of three with
        # 2 (5/6)(1/12) + (1/12)^2.
        game = fixed(TIE_RICH, 3, 4, levels=2**40).sample(philox(4), BATCH)
        leader, follower = (
            (payoffs[:, :, 0] == payoffs[:, :, 1]).all(axis=1) for payoffs in (game.leader, game.follower)
        )
        allowed = 5 * (0.1 / BATCH) ** 0.5  # five standard deviations
        assert abs(follower.mean() - 28 / 256) < allowed and not (leader & ~follower).any()
        assert abs((follower & leader).mean() - 14 / 256) < allowed, "half of them for the follower alone"
        for payoffs in (game.leader, game.follower):
            assert abs((payoffs[:, 0] == payoffs[:, 1]).all(axis=1).mean() - 21 / 144) < allowed

    def test_levels(self):
        game = fixed(TIE_RICH).sample(philox(4), 100)
        assert set(np.unique(game.leader)) == {0, 1, 2} == set(np.unique(game.follower))

    def test_strong_and_weak_values_differ_often(self, brute):
        batch = fixed(TIE_RICH, 2, 3).sample(philox(5), 60).exact()
        apart = sum(brute.value(game, "sse") > brute.value(game, "wse") for game in batch)
        assert apart >= 6

    def test_refusals(self):
        with pytest.raises(GameError, match="level"):
            dataclasses.replace(TIE_RICH, levels=0)


class TestKnifeEdge:
    @pytest.mark.parametrize("seed", range(60))
    def test_pinned_games_have_the_value_and_the_ties_they_are_built_for(self, brute, seed):
        rng = philox(seed)
        m, n = rng.integers(1, 4, size=2)

        def numbers(low, *shape):
            return np.vectorize(Fraction, otypes=[object])(rng.integers(low, 4, shape))

        weights, values = numbers(0, m), numbers(-3, n)
        leader, follower = pinned(weights, values, numbers(0, n, n), numbers(-3, m, n))
        game = BimatrixGame(leader=leader, follower=follower)
        assert brute.value(game, "sse") == max(values)
        weights = weights if any(weights) else np.array([1] + [0] * (m - 1), dtype=object)
        assert len(set(weights @ follower)) == 1, "every reply is best at the commitment"
        assert (weights @ leader == values * sum(weights)).all()

    def test_samples_are_integer_games_on_an_edge(self, brute):
        batch = fixed(KNIFE_EDGE, 2, 3).sample(philox(6), 90)
        assert (batch.leader == np.floor(batch.leader)).all() and (batch.follower == np.floor(batch.follower)).all()
        assert max(np.abs(batch.leader).max(), np.abs(batch.follower).max()) < 200
        games = list(batch.exact())
        apart = [brute.value(game, "sse") > brute.value(game, "wse") for game in games]
        assert sum(apart) > 20
        means = [(2 * f[:, 0] == f[:, 1] + f[:, 2]).all() for f in (game.follower for game in games)]
        copies = [(f[:, 0] == f[:, 1]).all() for f in (game.follower for game in games)]
        assert sum(means) > 15 and sum(copies) > 15

    def test_flat_replies_are_best_on_a_set_without_interior(self):
        for n, code in [(3, [0, 0, 1, 0]), (2, [0, 0, 1, 1])]:
            game = dataclasses.replace(KNIFE_EDGE, leader_actions=2, follower_actions=n).decode(
                [*code, *philox(7).integers(-5, 5, 12).tolist()]
            )
            weights = [np.array([Fraction(k, 40), Fraction(40 - k, 40)], dtype=object) for k in range(1, 40)]
            replies = [x @ game.follower for x in weights]
            assert not any(payoffs[0] > max(payoffs[1:]) for payoffs in replies)

    def test_one_row_or_one_reply(self):
        for m, n in [(1, 1), (3, 1), (1, 3), (1, 2)]:
            assert fixed(KNIFE_EDGE, m, n).sample(philox(8), 20).leader.shape == (20, m, n)
            assert fixed(KNIFE_EDGE, m, n).decode([0, 0, 1, 2, 3]).leader.shape == (m, n)


def test_families_by_name_are_these():
    assert family("uniform") is UNIFORM and family("knife_edge") is KNIFE_EDGE
