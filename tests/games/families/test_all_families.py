"""What every family owes: found by its file, total, reproducible, exact twins, small codes for small games."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import games.families
from games.errors import GameError
from games.families import Family, Sizes, all_families, family
from games.families.base import Reader, near_zero, unzigzag, zigzag
from games.families.catalogue import SHARED, family_names
from games.families.lq import LinearQuadraticFamily
from games.families.markov import MarkovFamily

FAMILIES = all_families()
AXES = ("regimes", "states", "leader_actions", "follower_actions", "channels", "actions")
EVERY = pytest.mark.parametrize("fam", FAMILIES.values(), ids=list(FAMILIES))


def philox(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def sizes(game) -> tuple[int, ...]:
    """The lengths of all axes but that of the variables, which are states and actions together."""
    axes = dict.fromkeys(axis for axes in game.core.values() for axis in axes if axis != "variables")
    return tuple(map(game.size, axes))


def free(fam: Family, game) -> set[int]:
    """The sizes of a game, but for those of a family that has one size only there."""
    single = any(getattr(fam, name, None) == Sizes(1, 1) for name in AXES)
    return set(sizes(game)) - ({1} if single else set())


def few(fam: Family, examples: int) -> int:
    """Fewer examples for the many families of Markov and linear-quadratic games, which share ways to read codes."""
    return examples // 6 if isinstance(fam, MarkovFamily | LinearQuadraticFamily) else examples


class TestCatalogue:
    def test_every_file_is_a_family_of_that_name_or_shared(self):
        files = {path.stem for path in Path(games.families.__file__).parent.glob("*.py")} - {"__init__"}
        assert set(FAMILIES) == files - SHARED and files >= SHARED
        for name, fam in FAMILIES.items():
            assert isinstance(fam, Family) and fam.name == name and family(name) is fam
            assert fam.title and "\n" not in fam.title and dataclasses.is_dataclass(fam)

    def test_unknown_names_are_answered_with_suggestions(self):
        with pytest.raises(GameError, match="expected one of uniform, found 'unifrom'"):
            family("unifrom")
        with pytest.raises(GameError, match=", ".join(family_names())):
            family("base")

    def test_names_need_no_family_and_families_neither_hypothesis_nor_scipy(self):
        script = (
            "import sys, games, games.families\n"
            "assert 'numpy' not in sys.modules\n"
            "from games.families.catalogue import family_names\n"
            "assert family_names() and 'games.families.uniform' not in sys.modules\n"
            "games.families.all_families(), games.families.family('tight').decode([])\n"
            "heavy = {'hypothesis', 'scipy', 'numba', 'sympy', 'flint', 'cvxpy'} & set(sys.modules)\n"
            "assert not heavy, heavy\n"
        )
        subprocess.run([sys.executable, "-c", script], check=True)

    def test_the_package_hands_on_nothing_else(self):
        with pytest.raises(AttributeError, match="no attribute 'nothing'"):
            games.families.nothing  # noqa: B018  the access itself must raise


@EVERY
class TestSamples:
    def test_batches_are_float_games_of_one_size_and_have_exact_twins(self, fam):
        seen = set()
        for seed in range(30):
            batch = fam.sample(philox(seed), 40)
            assert type(batch) is fam.game and batch.batch_shape == (40,) and not batch.is_exact
            seen.add(sizes(batch))
            twin = batch[seed % 40].exact()
            assert twin.float() == batch[seed % 40]
        assert len(seen) > 3  # sizes vary between batches

    def test_the_generator_determines_the_batch(self, fam):
        assert fam.sample(philox(5), 7) == fam.sample(philox(5), 7)
        assert fam.sample(philox(5), 7) != fam.sample(philox(6), 7)

    def test_empty_batches(self, fam):
        assert fam.sample(philox(0), 0).batch_shape == (0,)

    def test_sizes_can_be_fixed_or_bounded(self, fam):
        axes = [name for name in AXES if hasattr(fam, name) and getattr(fam, name) != Sizes(1, 1)]
        fixed = dataclasses.replace(fam, **dict.fromkeys(axes, 3))
        bounded = dataclasses.replace(fam, **dict.fromkeys(axes, (2, 3)))
        for seed in range(20):
            assert free(fam, fixed.sample(philox(seed), 1)) == {3}
            assert free(fam, bounded.sample(philox(seed), 1)) <= {2, 3}
        assert free(fam, fixed.decode([17, -4, 2])) == {3}
        for wrong in (0, (3, 2), (2, 3, 4), "23", 2.5, None, True, (2, None)):
            with pytest.raises(GameError):
                dataclasses.replace(fam, **{axes[0]: wrong})


@EVERY
class TestCodes:
    def test_every_code_is_a_game(self, fam):
        @given(code=st.lists(st.integers() | st.integers(-4, 4), max_size=80))
        @settings(max_examples=few(fam, 60), deadline=None)
        def check(code):
            game = fam.decode(code)
            assert type(game) is fam.game and game.is_exact and game.batch_shape == ()
            assert game == fam.decode([*code, 0, 0, 0]), "missing integers read as 0"
            assert game == fam.decode(code[: fam.code_length]), "nothing is read beyond the code's length"

        check()

    def test_bytes_are_zigzag_integers(self, fam):
        @given(data=st.binary(max_size=40))
        @settings(max_examples=few(fam, 25), deadline=None)
        def check(data):
            assert fam.decode_bytes(data) == fam.decode([unzigzag(byte) for byte in data])

        check()

    def test_the_empty_code_is_the_smallest_game(self, fam):
        game = fam.decode([])
        least = {size.low for name in AXES if isinstance(size := getattr(fam, name, None), Sizes)}
        assert set(sizes(game)) == least <= {1, 2}
        largest = 16 if isinstance(fam, LinearQuadraticFamily) else 3  # fast switching begins at rates of 16
        assert all(abs(entry) <= largest for name in game.core for entry in np.ravel(getattr(game, name)))

    def test_the_last_integer_of_a_longest_code_matters(self, fam):
        """Of families that count what they read, some of the last hundred: tables are cut, or not used."""
        rng = philox(1)
        last = 100 if isinstance(fam, MarkovFamily | LinearQuadraticFamily) else 1
        for _ in range(300):
            code = rng.integers(-9, 10, fam.code_length).tolist()
            changed = [[*code[:-last], *(integer + step for integer in code[-last:])] for step in (1, 2, 3)]
            if any(fam.decode(code) != fam.decode(other) for other in changed):
                return
        pytest.fail("code_length is longer than what decode reads")


class TestReading:
    @given(st.integers(), st.integers(0, 10**6))
    def test_zigzag(self, integer, index):
        assert unzigzag(zigzag(integer)) == integer and zigzag(unzigzag(index)) == index
        assert [unzigzag(i) for i in range(5)] == [0, 1, -1, 2, -2]

    @given(st.integers(-6, 6), st.integers(0, 9))
    def test_integers_near_zero_come_first_and_all_come_once(self, low, span):
        found = [near_zero(low, low + span, place) for place in range(span + 1)]
        assert sorted(found) == list(range(low, low + span + 1))
        assert [abs(k) for k in found] == sorted(abs(k) for k in found)
        assert near_zero(-2, 5, 3) == 2 and [near_zero(-1, 4, i) for i in range(6)] == [0, 1, -1, 2, 3, 4]

    @given(st.fractions(-3, 3), st.fractions(Fraction(1, 9), 4), st.integers())
    def test_points_of_an_interval(self, low, width, code):
        point = Reader([code]).between(low, low + width)
        assert low <= point <= low + width

    def test_points_of_the_unit_interval(self):
        points = [Reader([unzigzag(i)]).between(Fraction(0), Fraction(1)) for i in range(8)]
        assert [*map(str, points)] == ["0", "1", "0", "1", "1/2", "1/4", "3/4", "1/8"]

    def test_positive_rationals(self):
        assert [str(Reader([i]).positive()) for i in (0, 1, -1, 2, -2)] == ["1", "2", "1/2", "3", "1/3"]

    def test_rare_sizes_are_sampled_now_and_then_and_never_decoded(self):
        lengths = Sizes(2, 4, rare=(64, 100))
        drawn = [lengths.draw(rng) for rng in [philox(3)] for _ in range(2000)]
        rare = sum(size > 4 for size in drawn)
        assert set(drawn) == {2, 3, 4, 64, 100}
        assert abs(rare - 125) < 55  # five standard deviations of 2000 draws at 1/16
        assert {Reader([i]).size(lengths) for i in range(-50, 50)} == {2, 3, 4}
        with pytest.raises(GameError):
            Sizes(2, 4, rare=(0,))
