"""Markov games: what is refused, and where; exact twins, batches, the two classes of runs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from games.core import stack
from games.errors import GameError
from games.markov import EpisodicMarkovGame, MarkovGame, MarkovIteration, SoftMarkovIteration, Ties

THIRD = Fraction(1, 3)


def parts(states: int = 2, leader: int = 2, follower: int = 3, lead: tuple[int, ...] = ()) -> dict:
    shape = (*lead, states, leader, follower)
    rewards = np.arange(np.prod(shape), dtype=float).reshape(shape)
    return {
        "transition": np.full((*shape, states), 1.0 / states),
        "leader_reward": rewards,
        "follower_reward": -rewards,
    }


def discounted(**changes) -> MarkovGame:
    return MarkovGame(**{**parts(), "leader_discount": 0.5, "follower_discount": 0.25} | changes)


def iteration(cls=MarkovIteration, **changes):
    tables = {f"{who}_{run}": np.zeros((2, 2, 3)) for who in ("leader", "follower") for run in ("start", "reference")}
    more = {"step_size": 1.0, "steps": 2, "leader_discount": 0.5, "follower_discount": 0.25}
    if cls is SoftMarkovIteration:
        more |= {"leader_temperature": 1.0, "follower_temperature": 2.0}
    return cls(**{**parts(), **tables, **more, **changes})


KERNEL, REWARDS = parts()["transition"], parts()["leader_reward"]


def changed(array: np.ndarray, index: tuple[int, ...], value) -> np.ndarray:
    array = array.astype(object if isinstance(value, Fraction) else float)
    array[index] = value
    return array


class TestDiscounted:
    def test_sizes_and_views(self):
        game = discounted()
        assert (game.states, game.leader_actions, game.follower_actions) == (2, 2, 3)
        assert game.batch_shape == () and [float(d) for d in game.discounts()] == [0.5, 0.25]
        assert game.rewards()[1] is game.follower_reward

    def test_scalars_broadcast_over_a_batch(self):
        game = MarkovGame(**parts(lead=(4,)), leader_discount=0.5, follower_discount=[0.0, 0.25, 0.5, 0.75])
        assert game.batch_shape == (4,) and game.leader_discount.tolist() == [0.5] * 4
        assert game[3].follower_discount == 0.75 and stack(list(game)) == game

    @pytest.mark.parametrize(
        "name, array, found",
        [
            ("transition", changed(KERNEL, (1, 0, 2, 0), 0.25), r"transition\[1, 0, 2\]: .*sum to 1, found 0.75"),
            ("transition", changed(KERNEL, (1, 0, 2, 0), np.nan), r"transition\[1, 0, 2, 0\]: .*found nan"),
            ("transition", KERNEL * [3, -1], r"transition\[0, 0, 0, 1\]: .*>= 0, found -0.5"),
            ("leader_reward", changed(REWARDS, (0, 1, 1), np.inf), r"leader_reward\[0, 1, 1\]: .*found inf"),
            ("leader_reward", np.zeros((2, 2, 2)), "leader_reward: expected 3 follower actions as in .* found 2"),
            ("follower_reward", np.zeros((3, 2, 3)), "follower_reward: expected 2 states as in transition, found 3"),
            ("leader_reward", np.zeros((2, 3)), r"leader_reward: expected at least 3 axes \(states, leader actions"),
            ("transition", np.zeros((2, 0, 3, 2)), "transition: expected at least one leader actions"),
            ("leader_discount", 1.0, "leader_discount: expected 0 <= discount < 1, found 1.0"),
            ("follower_discount", -0.25, "follower_discount: expected 0 <= discount < 1, found -0.25"),
            ("leader_discount", [0.5, 1.5], r"leader_discount\[1\]: .*found 1.5"),
            ("leader_discount", np.nan, "leader_discount: expected a finite number, found nan"),
        ],
    )  # fmt: skip # one case a line
    def test_refusals_name_the_entry(self, name, array, found):
        with pytest.raises(GameError, match=found) as error:
            discounted(**{name: array})
        assert "\n" not in str(error.value) and len(str(error.value)) < 200

    def test_rows_may_miss_one_in_floats_by_rounding_only(self):
        tenths = np.full((10, 1, 1, 10), 0.1)
        game = MarkovGame(
            transition=tenths,
            leader_reward=np.zeros((10, 1, 1)),
            follower_reward=np.zeros((10, 1, 1)),
            leader_discount=0.5,
            follower_discount=0.5,
        )
        with pytest.raises(GameError, match=r"transition\[0, 0, 0\]: .*exactly 1 .* found 1801"):
            game.exact()  # the float 0.1 is not 1/10
        off = changed(tenths, (3, 0, 0, 4), 0.1 + 2.0**-44)
        with pytest.raises(GameError, match=r"transition\[3, 0, 0\]"):
            MarkovGame(
                transition=off,
                leader_reward=game.leader_reward,
                follower_reward=game.follower_reward,
                leader_discount=0.5,
                follower_discount=0.5,
            )

    def test_exact_rows_sum_to_exactly_one(self):
        rows = np.full((2, 2, 3, 2), Fraction(1, 2), dtype=object)
        rows[..., 0], rows[..., 1] = THIRD, 1 - THIRD
        assert discounted(transition=rows).is_exact
        rows[0, 1, 2, 0] = Fraction("0.333")
        with pytest.raises(GameError, match=r'transition\[0, 1, 2\]: .*"1/3" for a third'):
            discounted(transition=rows)

    def test_huge_numbers_are_described_not_printed(self):
        with pytest.raises(GameError, match="an integer of about 10001 digits"):
            discounted(leader_discount=Fraction(10**10000))


class TestEpisodic:
    def test_the_step_leads(self):
        game = EpisodicMarkovGame(**parts(lead=(5,)))
        assert game.horizon == 5 and game.batch_shape == () and game.states == 2
        assert (game.leader_actions, game.follower_actions) == (2, 3)
        with pytest.raises(GameError, match="expected 5 steps as in transition, found 4"):
            EpisodicMarkovGame(**parts(lead=(5,)) | {"leader_reward": np.zeros((4, 2, 2, 3))})
        with pytest.raises(GameError, match="expected at least one steps"):
            EpisodicMarkovGame(**parts(lead=(0,)))
        with pytest.raises(GameError, match=r"transition\[3, 1, 1, 0\]: .*found 0.75"):
            kernel = changed(parts(lead=(5,))["transition"], (3, 1, 1, 0, 1), 0.25)
            EpisodicMarkovGame(**parts(lead=(5,)) | {"transition": kernel})


class TestIterations:
    @pytest.mark.parametrize(
        "name, value, found",
        [
            ("step_size", 0, "step_size: expected 0 < step size <= 1, found 0"),
            ("step_size", 1.5, "step_size: expected 0 < step size <= 1, found 1.5"),
            ("steps", -1, "steps: expected an integer >= 0, found -1"),
            ("steps", 0.5, "steps: expected an integer >= 0, found 0.5"),
            ("ties", 3, r"ties: expected 0 \(strong\), 1 \(weak\) or 2 \(first\), found 3"),
            ("leader_discount", 1, "leader_discount: expected 0 <= discount < 1"),
            ("leader_start", np.zeros((2, 2, 2)), "leader_start: expected 3 follower actions"),
        ],
    )
    def test_refusals(self, name, value, found):
        with pytest.raises(GameError, match=found):
            iteration(**{name: value})

    @pytest.mark.parametrize("name", ["leader_temperature", "follower_temperature"])
    def test_temperatures_are_positive(self, name):
        assert iteration(SoftMarkovIteration).ties == Ties.STRONG
        with pytest.raises(GameError, match=f"{name}: expected a temperature > 0, found 0"):
            iteration(SoftMarkovIteration, **{name: 0.0})

    @pytest.mark.parametrize("cls", [MarkovIteration, SoftMarkovIteration])
    def test_they_are_games_too(self, cls):
        game = iteration(cls, ties=[0, 1, 2])
        assert game.batch_shape == (3,) and isinstance(game, MarkovGame) and game[2].ties == Ties.FIRST
        assert game.exact().float() == game and game.exact().is_exact
        assert [Ties(int(ties)).label for ties in game.ties] == ["strong", "weak", "first"]
