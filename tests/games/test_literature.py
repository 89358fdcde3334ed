"""Every published answer against brute force over vertices, and the best known ones against their papers."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

import games.literature
from games.core import Game
from games.errors import GameError
from games.literature import Source, literature, named
from games.literature.catalogue import SHARED
from games.matrix import BimatrixGame


def test_every_file_is_a_published_game():
    files = {path.stem for path in Path(games.literature.__file__).parent.glob("*.py")} - {"__init__"}
    assert (
        {name.replace("-", "_") for name in literature()} == files - SHARED
        and files >= SHARED
        and len(literature()) >= 10
    )


@pytest.mark.parametrize("name", literature())
def test_entries_are_complete(name):
    entry = named(name)
    assert isinstance(entry.GAME, Game) and entry.GAME.is_exact and entry.GAME.batch_shape == ()
    assert isinstance(entry.SOURCE, Source) and 1900 < entry.SOURCE.year < 2030 and entry.NOTE
    assert str(entry.SOURCE.year) in str(entry.SOURCE) and entry.SOURCE.author in str(entry.SOURCE)
    assert entry.ANSWERS and "  " not in entry.NOTE and entry.NOTE.endswith(".")


@pytest.mark.parametrize("name", [name for name in literature() if isinstance(named(name).GAME, BimatrixGame)])
def test_answers_of_one_shot_games(name, brute):
    entry = named(name)
    assert set(entry.ANSWERS) == set(brute.concepts)
    assert {concept: str(brute.value(entry.GAME, concept)) for concept in entry.ANSWERS} == dict(entry.ANSWERS)
    value = {concept: Fraction(answer) for concept, answer in entry.ANSWERS.items()}
    assert value["sse"] >= value["wse"] >= value["worst nash"] and value["sse"] >= value["best nash"]
    assert value["sse"] >= value["pure"] >= value["pure weak"] and value["wse"] >= value["minimax"]


@pytest.mark.parametrize(
    "name, concept, value",
    [
        ("conitzer_sandholm", "sse", "7/2"),
        ("conitzer_sandholm", "best nash", "2"),
        ("dobss", "sse", "11/3"),
        ("inspection", "sse", "-1/10"),  # 1/10 inspections at cost 1
        ("inspection", "best nash", "-2"),
        ("quality", "sse", "5/2"),
        ("chain_store", "sse", "5"),
        ("duopoly", "pure", "18"),  # a^2/8 with a = 12
        ("duopoly", "best nash", "16"),  # a^2/9
        ("bagwell", "pure", "5"),
        ("weak_below_strong", "wse", "2/3"),
    ],
)
def test_values_worked_out_by_hand(name, concept, value):
    assert named(name).ANSWERS[concept] == value


@pytest.mark.parametrize("written", ["chain-store", "chain_store", "Chain Store"])
def test_words_of_a_name_are_joined_as_one_likes(written):
    assert named(written) is named("chain-store")


@pytest.mark.parametrize(
    "written, meant", [("dobs", "dobss"), ("Chain-Stores", "chain-store"), ("stag hunts", "stag-hunt")]
)
def test_unknown_names_are_answered_with_suggestions(written, meant):
    with pytest.raises(GameError, match=rf"expected one of .*{meant}.*, found '{written}'"):
        named(written)


def test_an_unrecognisable_name_lists_all():
    with pytest.raises(GameError, match=r"airport, bagwell, .*, found 'qqqqqq'"):
        named("qqqqqq")


def test_names_are_listed_without_loading_a_game():
    script = (
        "import sys\n"
        "from games.literature import literature, named\n"
        "assert literature() and 'games.literature.dobss' not in sys.modules\n"
        "named('dobss')\n"
        "assert 'games.literature.dobss' in sys.modules and 'games.literature.airport' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
