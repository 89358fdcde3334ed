"""Batches, indexing, exact twins and the refusals every game class shares."""

from __future__ import annotations

import copy
import importlib
import pickle
import pkgutil
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import games
from games.choice import Choice, ChoiceWithPolicy, PerturbedChoice
from games.core import Game, as_entries, as_fraction, stack
from games.errors import GameError, shown
from games.matrix import BimatrixGame

FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def numbered(shape: tuple[int, ...]) -> Choice:
    """Choices that carry their own place in the batch."""
    place = np.arange(int(np.prod(shape)), dtype=float).reshape(shape)
    return Choice(values=np.stack([place, -place], axis=-1), temperature=place + 1)


def subclasses(cls: type[Game]) -> set[type[Game]]:
    below = set(cls.__subclasses__())
    return below.union(*(subclasses(kind) for kind in below)) if below else below


class TestEntries:
    @pytest.mark.parametrize(
        "text, value",
        [("1/3", Fraction(1, 3)), (" -2 ", Fraction(-2)), ("0.1", Fraction(1, 10)), ("+.5e1", Fraction(5))],
    )
    def test_text_is_read_as_written(self, text, value):
        assert as_fraction(text, "here") == value

    @pytest.mark.parametrize(
        "entry",
        [
            *[
                "",
                " ",
                "x",
                "1/0",
                "1/-2",
                "1_0",
                "٣",
                "nan",
                "inf",
                "0x1",
                "1e401",
                "1e-401",
                "1e999999999",
                "1" * 5000,
            ],
            *[True, np.True_, None, float("nan"), float("inf"), 1j, [1], {}],
        ],
    )
    def test_anything_else_is_one_line_that_says_where(self, entry):
        with pytest.raises(GameError, match=r"^here: expected") as error:
            as_fraction(entry, "here")
        assert "\n" not in str(error.value) and len(str(error.value)) < 200

    @given(FLOATS)
    def test_floats_are_lifted_bit_for_bit(self, number):
        assert as_fraction(number, "here") == number and float(as_fraction(number, "here")) == number

    def test_any_rational_makes_the_whole_array_exact(self):
        assert as_entries([[0.1, "1/3"], [2, Fraction(1, 7)]], "a").tolist() == [
            [Fraction(0.1), Fraction(1, 3)],
            [Fraction(2), Fraction(1, 7)],
        ]

    @pytest.mark.parametrize("kind", [np.int8, np.uint64, np.float16, np.float32, ">f8", object])
    def test_all_number_types_become_float64(self, kind):
        array = as_entries(np.array([[1, 2], [3, 4]], dtype=kind), "a")
        assert array.dtype == np.float64 and array.tolist() == [[1, 2], [3, 4]]

    @pytest.mark.parametrize("k", [2**53 + 1, -(2**53) - 1, 2**64 + 1, 10**400, -(10**5000)], ids=shown)
    def test_integers_a_float_would_round_are_refused(self, k):
        with pytest.raises(GameError, match=r"^a\[0, 1\]: expected a number a float holds exactly") as error:
            as_entries([[0, k]], "a")
        assert len(str(error.value)) < 160

    def test_integers_a_float_would_round_are_refused_in_arrays(self):
        with pytest.raises(GameError, match=r"^a\[1\]"):
            as_entries(np.array([2**53, 2**53 + 1]), "a")
        assert as_entries(np.array([2**60, -(2**53) - 2]), "a").tolist() == [2.0**60, -(2.0**53) - 2]
        assert as_entries(Fraction(2**53 + 1), "a")[()] == 2**53 + 1

    @pytest.mark.parametrize(
        "value, found",
        [
            ([[1, 2], [3]], "different lengths"),
            ([1, [2]], "different lengths"),
            ([np.zeros(2), np.zeros(3)], "different lengths"),
            ([[1, "1/2"], [3]], "different lengths"),
            ([[0, None]], r"a\[0, 1\].*None"),
            ([[True, 0]], r"a\[0, 0\].*True"),
            (np.array([[False]]), r"a\[0, 0\].*False"),
            ([0, 1j], r"a\[1\].*1j"),
            ([[0, float("nan")]], r"a\[0, 1\].*nan"),
            (np.array([[1.0], [np.inf]]), r"a\[1, 0\].*inf"),
            ([["1/2", "x"]], r"a\[0, 1\].*'x'"),
            (None, "^a: expected a number, found None"),
            ({"b": 1}, "^a: expected"),
        ],
    )
    def test_refusals_say_where(self, value, found):
        with pytest.raises(GameError, match=found):
            as_entries(value, "a")

    def test_nesting_beyond_any_array_is_refused(self):
        value: object = 1
        for _ in range(300):
            value = [value]
        with pytest.raises(GameError):
            as_entries(value, "a")

    def test_arrays_others_can_write_to_are_copied(self):
        writable = np.zeros((2, 2))
        view = writable[:]
        view.setflags(write=False)
        for array in (writable, view, np.broadcast_to(writable, (3, 2, 2))):
            taken = as_entries(array, "a")
            assert not taken.flags.writeable and not np.shares_memory(taken, writable)

    def test_read_only_arrays_are_not_copied(self):
        array = np.zeros((4, 2, 2))
        array.setflags(write=False)
        assert np.shares_memory(as_entries(array[1:], "a"), array)


class TestShown:
    @pytest.mark.parametrize(
        "value", [10**5000, -(10**5000), Fraction(1, 7**9999), [10**5000], "x" * 10**6, "a\nb"], ids=shown
    )
    def test_long_values_are_short_and_on_one_line(self, value):
        assert len(shown(value)) < 100 and "\n" not in shown(value)

    def test_the_number_of_digits(self):
        assert shown(10**400) == "an integer of about 401 digits"
        assert shown(Fraction(1, 3)) == "1/3" and shown(Fraction(-7)) == "-7"


class TestShapes:
    def test_core_arrays_broadcast_against_the_batch(self):
        game = PerturbedChoice(values=np.zeros((4, 3, 5)), temperature=1.0, perturbation=np.ones(5))
        assert game.batch_shape == (4, 3) and game.actions == 5
        assert game.temperature.shape == (4, 3) and game.perturbation.shape == (4, 3, 5)

    @pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 0, 3), (2, 3)])
    def test_any_batch_shape(self, shape):
        game = Choice(values=np.zeros((*shape, 2)), temperature=np.ones(shape))
        assert game.batch_shape == shape
        assert game.exact().batch_shape == shape and game.exact().float() == game

    @pytest.mark.parametrize(
        "arrays, found",
        [
            ({"values": 1.0, "temperature": 1.0}, "values: expected at least 1 axes"),
            ({"values": [], "temperature": 1.0}, "values: expected at least one actions"),
            ({"values": np.zeros((2, 3)), "temperature": np.ones(4)}, "expected one batch shape"),
            ({"values": [1.0], "temperature": 0.0}, "temperature: expected > 0"),
            ({"values": [1.0], "temperature": "-1/3"}, "temperature: expected > 0, found -1/3"),
        ],
    )
    def test_refusals(self, arrays, found):
        with pytest.raises(GameError, match=found):
            Choice(**arrays)

    def test_axes_of_one_name_have_one_length(self):
        with pytest.raises(GameError, match="follower: expected 2 follower actions as in leader, found 3"):
            BimatrixGame(leader=np.zeros((2, 2)), follower=np.zeros((2, 3)))

    def test_size_by_name(self):
        game = BimatrixGame(leader=np.zeros((7, 2, 3)), follower=np.zeros((2, 3)))
        assert (game.size("leader actions"), game.size("follower actions"), len(game)) == (2, 3, 7)
        with pytest.raises(KeyError):
            game.size("regimes")

    def test_a_large_float_batch_is_built_without_a_loop_over_its_entries(self):
        calls = 0

        def count(frame, event, arg):
            nonlocal calls
            calls += event == "call"

        payoffs = np.zeros((100_000, 2, 2))
        sys.setprofile(count)
        try:
            game = BimatrixGame(leader=payoffs, follower=payoffs)
            game[::2], game[5], game.float(), stack([game, game])
        finally:
            sys.setprofile(None)
        assert calls < 500


class TestIndexing:
    @given(st.data())
    @settings(max_examples=150, deadline=None)
    def test_games_are_indexed_as_numpy_indexes_their_places(self, data):
        shape = data.draw(npst.array_shapes(min_dims=1, max_dims=3, max_side=4))
        index = data.draw(
            npst.basic_indices(shape, allow_newaxis=True, allow_ellipsis=True)
            | npst.arrays(bool, shape)
            | npst.arrays(bool, shape[:1])
            | npst.integer_array_indices(shape)
            | st.tuples(st.just(Ellipsis), st.lists(st.integers(0, shape[-1] - 1)).map(lambda i: np.array(i, int)))
            | st.tuples(npst.arrays(bool, shape[:1]), st.just(Ellipsis))
        )
        batch = numbered(shape)
        chosen, places = batch[index], np.arange(batch.temperature.size, dtype=float).reshape(shape)[index]
        assert chosen.batch_shape == np.shape(places)
        assert np.array_equal(chosen.values[..., 0], places) and np.array_equal(chosen.temperature, places + 1)
        assert not chosen.values.flags.writeable and not chosen.temperature.flags.writeable

    @pytest.mark.parametrize(
        "index", [(..., None), (0, ..., None), (None, ..., 1), (None, 0, ..., [0, 1]), (True, ...)]
    )
    def test_an_ellipsis_among_new_axes(self, index):
        batch, places = numbered((3, 2)), np.arange(6.0).reshape(3, 2)
        assert np.array_equal(batch[index].values[..., 0], places[index])

    @pytest.mark.parametrize(
        "index", [3, -4, (0, 0, 0), (slice(None), slice(None), 0), np.ones(2, bool), 1.5, "values"]
    )
    def test_core_axes_and_places_beyond_the_batch_are_no_index(self, index):
        with pytest.raises(IndexError):
            numbered((3, 2))[index]

    def test_a_single_game_has_no_batch(self):
        game = numbered((1,))[0]
        with pytest.raises(GameError, match="found a single game"):
            game[0]
        with pytest.raises(TypeError):
            len(game)

    def test_iteration(self):
        assert [float(game.temperature) for game in numbered((3,))] == [1.0, 2.0, 3.0]

    def test_exact_games_are_indexed_too(self):
        batch = numbered((3, 2)).exact()
        assert batch[1, 0].temperature[()] == Fraction(3) and batch[1, 0].is_exact
        assert batch[[0, 2]].float() == numbered((3, 2))[[0, 2]]


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ([[1, 2], [3]], "2 in leader[0], 1 in leader[1]"),
        ([[1, 2], [3, 4], 5], "a list in leader[0], a number in leader[2]"),
        ([["1/2", 2], [3, [4]]], "a list in leader[1, 1], a number in leader[0, 0]"),
        (([[1], [2]], [[3], [4, 5]]), "1 in leader[0, 0], 2 in leader[1, 1]"),
    ],
)
def test_the_row_that_is_too_long_or_too_short_is_named(rows, where):
    with pytest.raises(GameError) as error:
        as_entries(rows, "leader")
    assert str(error.value) == f"leader: expected a rectangular array, found rows of different lengths: {where}"


class TestTwins:
    @given(st.lists(FLOATS, min_size=1, max_size=6), st.floats(min_value=5e-324, allow_infinity=False))
    def test_there_and_back_changes_no_bit(self, values, temperature):
        game = Choice(values=values, temperature=temperature)
        twin = game.exact()
        assert twin.is_exact and twin.exact() is twin and twin.float() == game
        assert [Fraction(value) for value in values] == twin.values.tolist()

    def test_entries_beyond_the_floats(self):
        with pytest.raises(GameError, match=r"^values\[1\]: .*beyond 1e308$"):
            Choice(values=["1", "1e309", "1e310"], temperature="1").float()

    def test_floats_may_miss_what_holds_exactly(self):
        tenths = ChoiceWithPolicy(values=np.zeros(10), temperature=1.0, policy=np.full(10, 0.1))
        with pytest.raises(GameError, match="sum to 1"):
            tenths.exact()

    def test_one_exact_array_makes_the_game_exact(self):
        game = Choice(values=[0.1, 0.2], temperature="1/3")
        assert game.is_exact and game.values.tolist() == [Fraction(0.1), Fraction(0.2)]


class TestRecords:
    def test_games_are_equal_by_their_entries(self):
        one, same, other = numbered((2,)), numbered((2,)), numbered((3,))[:2]
        assert one == same == other and hash(one) == hash(same) == hash(other)
        assert one != one[::-1] and one != one.exact() and one != "one"
        assert one.exact() == same.exact() and hash(one.exact()) == hash(same.exact())
        assert Choice(values=[0.0], temperature=1.0) == Choice(values=[-0.0], temperature=1.0)
        assert len({Choice(values=[0.0], temperature=1.0), Choice(values=[-0.0], temperature=1.0)}) == 1

    def test_every_class_keeps_that_equality(self):
        for module in pkgutil.iter_modules(games.__path__, "games."):
            if module.name != "games.strategies":
                importlib.import_module(module.name)
        assert subclasses(Game) >= {Choice, BimatrixGame}
        assert [cls for cls in subclasses(Game) if "__eq__" in cls.__dict__] == []

    @pytest.mark.parametrize("clone", [copy.copy, copy.deepcopy, lambda game: pickle.loads(pickle.dumps(game))])
    def test_copies_are_equal_and_read_only(self, clone):
        for game in (numbered((2, 3)), numbered((2,)).exact()):
            again = clone(game)
            assert again == game and not again.values.flags.writeable

    def test_nothing_can_be_assigned(self):
        game = numbered((2,))
        with pytest.raises(AttributeError):
            game.values = 1
        with pytest.raises(ValueError):
            game.values[0] = 1


class TestStack:
    def test_the_new_axis_leads(self):
        batch = stack(list(numbered((3,))))
        assert batch == numbered((3,))
        assert stack([batch, batch]).batch_shape == (2, 3)

    def test_exact_and_floats_give_exact(self):
        one = numbered((2,))[1]
        assert stack([one, one.exact()]).is_exact

    @pytest.mark.parametrize(
        "parts, found",
        [
            ([], "at least one game"),
            ([numbered((2,)), BimatrixGame(leader=[[1]], follower=[[1]])], "one class"),
            ([numbered((2,)), numbered((3,))], "one shape"),
        ],
    )
    def test_refusals(self, parts, found):
        with pytest.raises(GameError, match=found):
            stack(parts)
