"""Markov games in files: the forms of the documentation, exact round trips, one line for whatever is wrong."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games.core import Game, stack
from games.errors import GameError
from games.families import family
from games.files import from_json, load, save, to_json
from games.formats import as_json, as_npz
from games.markov import EpisodicMarkovGame, MarkovGame

KERNEL = [[[[1, 0], ["1/3", "2/3"]], [[1, 0], [0, 1]]], [[[0, 1], [0.5, 0.5]], [[1, 0], [0.25, "0.75"]]]]
TABLE = [[[1, 2], [3, -4]], [[0, "1/2"], [0.1, 1]]]
MINIMAL = {"kind": "markov", "discount": 0.9, "transition": KERNEL, "leader_reward": TABLE, "follower_reward": TABLE}


def without(*names: str, **changes) -> dict:
    return {key: value for key, value in MINIMAL.items() if key not in names} | changes


def parsed(data: dict) -> Game:
    return as_json.parse(json.dumps(data))


def at(array: list, *index: int, value) -> list:
    """A copy of nested lists with another entry, or another list, somewhere."""
    copy = json.loads(json.dumps(array))
    inner = copy
    for place in index[:-1]:
        inner = inner[place]
    inner[index[-1]] = value
    return copy


class TestForms:
    def test_a_discounted_game(self):
        game = parsed(MINIMAL)
        assert isinstance(game, MarkovGame) and game.is_exact and game.batch_shape == ()
        assert game.discounts() == (Fraction(9, 10), Fraction(9, 10))
        assert game.transition[0, 0, 1].tolist() == [Fraction(1, 3), Fraction(2, 3)]
        assert game.leader_reward[1, 1, 0] == Fraction(1, 10) == game.follower_reward[1, 1, 0]
        assert to_json(game) == {"schema": as_json.SCHEMA, **json.loads(json.dumps(to_json(game)))}
        assert to_json(game)["discount"] == "9/10" and list(to_json(game))[:3] == ["schema", "kind", "discount"]

    def test_two_discounts(self):
        game = parsed(without(discount={"follower": "1/3", "leader": 0}))
        assert isinstance(game, MarkovGame) and game.discounts() == (0, Fraction(1, 3))
        assert to_json(game)["discount"] == {"leader": 0, "follower": "1/3"}

    def test_episodic_games_lead_with_the_step_or_stay_the_same(self):
        same = parsed(without("discount", horizon=3))
        assert isinstance(same, EpisodicMarkovGame) and same.horizon == 3
        assert (same.transition == same.transition[:1]).all()
        led = parsed(without("discount", horizon=3, transition=[KERNEL] * 3, leader_reward=[TABLE] * 3))
        assert led == same and led == from_json(to_json(same))
        assert to_json(same)["horizon"] == 3 and to_json(same)["kind"] == "markov"
        assert "discount" not in to_json(same) and np.shape(to_json(same)["leader_reward"]) == (3, 2, 2, 2)

    def test_batches(self):
        first, second = parsed(MINIMAL), parsed(without(discount={"leader": 0.5, "follower": 0.25}))
        assert isinstance(first, MarkovGame) and isinstance(second, MarkovGame)
        batch = stack([first, second])
        data = to_json(batch)
        assert data["discount"] == {"leader": ["9/10", "1/2"], "follower": ["9/10", "1/4"]}
        assert from_json(data) == batch
        episodes = stack([parsed(without("discount", horizon=2))] * 4)
        assert from_json(to_json(episodes)) == episodes and episodes.batch_shape == (4,)

    def test_certificates_read_their_integers_from_texts(self):
        game = parsed(without("discount", horizon=2))
        texts = {key: str(value) if type(value) is int else value for key, value in to_json(game).items()}
        assert from_json(texts) == game

    @given(name=st.sampled_from(["markov_dense", "iteration_fixed", "soft_iteration"]), seed=st.integers(0, 99))
    @settings(max_examples=15, deadline=None)
    def test_every_kind_through_every_format(self, name, seed, tmp_path_factory):
        folder = tmp_path_factory.mktemp("games")
        game = family(name).sample(np.random.default_rng(seed), 2)
        for ending, held in ((".json", game.exact()), (".npz", game)):
            save(game, folder / f"game{ending}")
            assert load(folder / f"game{ending}") == held

    def test_an_episodic_archive(self, tmp_path):
        game = parsed(
            without("discount", horizon=2, transition=at(at(KERNEL, 0, 0, 1, value=[1, 0]), 0, 0, 0, value=[0, 1]))
        )
        floats = game.float()
        save(floats, tmp_path / "game.npz")
        assert load(tmp_path / "game.npz") == floats and as_npz.parse(as_npz.render(floats), 2**20) == floats


@pytest.mark.parametrize(
    "data, found",
    [
        (without("discount"), "found no 'discount' or 'horizon'"),
        (without(horizon=2), "expected either 'discount' or 'horizon', found both"),
        (without("transition"), "expected the keys 'discount', 'transition', .* found no 'transition'"),
        (without("discount", "leader_reward", horizon=1), "found no 'leader_reward'"),
        (without(nu=1), "found also 'nu'"),
        (without(features=[[1]]), "features: expected a game without features"),
        (without(discount=1), "discount: expected 0 <= discount < 1, found 1"),
        (without(discount=-0.5), "discount: expected 0 <= discount < 1, found -1/2"),
        (without(discount={"leader": 0.5, "follower": 1.5}), "discount of the follower: .* found 3/2"),
        (without(discount={"leader": 0.5}), "discount: expected the keys 'leader', 'follower', found \\['leader'\\]"),
        (without(discount=None), "discount: expected a number, found None"),
        (without(discount=[]), "discount: expected a number, found none"),
        (without(discount="0.9x"), "discount: .*found '0.9x'"),
        (without(discount=[[0.5], [0.5, 0.5]]), "discount: expected a rectangular array"),
        (without("discount", horizon=0), "horizon: expected an integer >= 1, found '0'"),
        (without("discount", horizon=-2), "horizon: expected an integer >= 1, found '-2'"),
        (without("discount", horizon=2.5), "horizon: expected an integer >= 1, found '2.5'"),
        (without("discount", horizon=None), "horizon: .*found None"),
        (without("discount", horizon=[3]), "horizon: .*found"),
        (without("discount", horizon=10**9), "horizon: expected at most 4194304 entries of transition over all steps"),
        (without("discount", horizon=2, transition=[KERNEL] * 3), "transition: expected 2 steps as 'horizon' says"),
        (without("discount", horizon=2, leader_reward=[TABLE]), "leader_reward: expected 2 steps .* found 1"),
        (without(transition=at(KERNEL, 1, 0, 1, value=[0, "9/10"])), r'transition\[1, 0, 1\]: .*"1/3" .*found 9/10'),
        (without(transition=at(KERNEL, 1, 0, 1, value=[0.3333333, 0.6666666])), r"transition\[1, 0, 1\]: .*exactly 1"),
        (without(transition=at(KERNEL, 1, 0, 1, value=["-1/2", "3/2"])), r"transition\[1, 0, 1, 0\]: .*found -1/2"),
        (without(transition=at(KERNEL, 1, 0, 1, value=[0, 1, 0])), r"transition\[1, 0, 1\]: expected 2 states .* 3"),
        (without(transition=at(KERNEL, 1, 0, value=[])), r"transition\[1, 0\]: expected at least one of the fol"),
        (without(transition=at(KERNEL, 1, value=[])), r"transition\[1\]: expected 2 leader actions .* 0"),
        (without(transition=at(KERNEL, 0, value=[])), r"transition\[0\]: expected at least one of the leader actions"),
        (without(transition=at(KERNEL, 0, 1, 0, value="x")), r"transition\[0, 1\]|transition\[0, 1, 1\]"),
        (without(transition=[]), "transition: expected at least one of the states, found none"),
        (without(transition=[[]]), r"transition\[0\]: expected at least one of the leader actions, found none"),
        (without(transition=3), "transition: expected lists 4 deep .* found 0"),
        (without(transition=[[1]]), "transition: expected lists 4 deep .* found 2"),
        (without(leader_reward=TABLE[:1]), "leader_reward: expected 2 states as in transition, found 1"),
        (without(leader_reward=at(TABLE, 0, 1, 1, value=None)), r"leader_reward\[0, 1, 1\]: .*found None"),
        (without(leader_reward=at(TABLE, 0, 1, value=3)), r"leader_reward\[0, 1\]: expected 2 follower .* a number"),
        (without(leader_reward={"a": 1}), "leader_reward: expected lists 3 deep"),
        (without(kind="episodic markov"), "kind: expected one of .*'markov', .* found 'episodic markov'"),
        (without(kind="markov iteration"), "markov iteration: expected the keys .* found no 'leader_discount'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip # one case a line
def test_refusals_are_one_line_with_file_and_entry(data, found, tmp_path):
    path = tmp_path / "game.json"
    path.write_text(json.dumps(data))
    with pytest.raises(GameError, match=found) as error:
        load(path)
    message = str(error.value)
    assert message.startswith(f"{path}: ") and "\n" not in message and len(message) < 400 + len(str(path))


def test_nan_is_named():
    text = json.dumps(MINIMAL).replace("-4", "NaN")
    with pytest.raises(GameError, match=r"leader_reward\[.*\]: .*found 'NaN'"):
        as_json.parse(text)
    with pytest.raises(GameError, match=r"leader_reward\[0, 1, 1\]: .*found nan"):
        from_json(without(leader_reward=at(TABLE, 0, 1, 1, value=float("nan"))))


def test_steps_of_a_run_are_checked_in_files_too():
    data = to_json(family("iteration_fixed").decode([1, 1, 1]))
    with pytest.raises(GameError, match="steps: expected an integer >= 0, found -1"):
        from_json(data | {"steps": -1})
    with pytest.raises(GameError, match="step_size: expected at least one of the games of a batch, found none"):
        from_json(data | {"step_size": []})
    with pytest.raises(GameError, match=r"leader_start\[0\]: expected at least one of the leader actions"):
        from_json(data | {"leader_start": [[], []]})


PIECES = st.sampled_from(
    [
        '"horizon": 2,',
        '"discount": 0.5,',
        "[",
        "]",
        "[]",
        "{}",
        ",",
        "1",
        "-1",
        "2",
        '"1/3"',
        "null",
        "NaN",
        "1e9",
        "[[1]]",
    ]
)
NAMES = st.sampled_from(["discount", "horizon", "features", "transition", "leader_reward", "kind", "leader_start", "x"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.sampled_from(["1/2", "1", "x", "", "1e9", 0.5]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["leader", "follower"]), inner),
    max_leaves=12,
)  # fmt: skip # one case a line


@st.composite
def damaged(draw) -> str:
    """JSON of a Markov game with a field, a place in an array, or a piece of text replaced by something else."""
    data = draw(
        st.sampled_from([MINIMAL, without("discount", horizon=2), to_json(family("soft_iteration").decode([]))])
    )
    data = json.loads(json.dumps(data))
    for _ in range(draw(st.integers(0, 2))):
        data[draw(NAMES)] = draw(VALUES)
    spot, parent = data.get("transition"), None
    while isinstance(spot, list) and spot and draw(st.integers(0, 3)):
        parent, index = spot, draw(st.integers(0, len(spot) - 1))
        spot = spot[index]
        if not draw(st.integers(0, 4)):
            parent[index] = draw(VALUES)
    text = json.dumps(data)
    if draw(st.booleans()):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + draw(PIECES) + text[place + draw(st.integers(0, 5)) :]
    return text


@given(damaged())
@settings(max_examples=300, deadline=None)
def test_whatever_is_damaged_is_a_game_or_one_line(text):
    try:
        game = as_json.parse(text)
    except GameError as error:
        assert "\n" not in str(error) and len(str(error)) < 600
    else:
        assert game.is_exact and from_json(to_json(game)) == game
