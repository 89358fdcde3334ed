"""Linear-quadratic games in files: the documented form, exact round trips, one line with the place of what is wrong."""

from __future__ import annotations

import io
import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games.core import stack
from games.errors import GameError
from games.families import family, family_names
from games.files import from_json, load, save, to_json
from games.formats import as_json, as_npz, lq_json
from games.linear_quadratic import LinearQuadraticGame, LinearQuadraticPoint, Sees
from games.strategies import games
from verify.cli import main

COSTS = {"M": [[2, 0, 1, 0], [0, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 1]], "m": [0, 1, 0, 0], "g": [1, 0]}
REGIME = {
    "A": [[0.1, 1], [0, "-1/3"]],
    "B": [[0], [1]],
    "E": [[1], [0]],
    "b": [1, 2],
    "noise": [{"C": [[1, 0], [0, 1]], "D": [[1], [2]], "F": [[3], [4]], "s": [5, 6]}, {"s": [7, 8]}],
    "leader": COSTS,
    "follower": {"M": COSTS["M"], "G": [[1, 2], [2, 5]]},
}
GAME: dict[str, Any] = {
    "kind": "lq",
    "discount": 0.1,
    "horizon": 1.5,
    "generator": [[-1, 1], ["2/3", "-2/3"]],
    "regimes": [REGIME, REGIME | {"noise": []}],
    "temperature": {"leader": 0, "follower": 0.5},
    "follower_sees": "policy",
}
SCALAR: dict[str, Any] = {
    "kind": "lq",
    "discount": 0,
    "horizon": None,
    "regimes": [
        {"A": [[1]], "B": [[1]], "E": [[1]], "leader": {"M": 3 * [[0, 0, 0]]}, "follower": {"M": 3 * [[0] * 3]}}
    ],
    "temperature": {"leader": 0, "follower": 0},
    "follower_sees": "action",
}
POINTS = [name for name in family_names() if name.startswith("lq")]


def parsed(data: Any) -> Any:
    return as_json.parse(json.dumps(data))


def edited(path: str, value: Any = KeyError, data: dict[str, Any] = GAME) -> dict[str, Any]:
    """A copy of a file with another value at the path, or without it."""
    result = json.loads(json.dumps(data))  # regimes share parts, which a deep copy would keep shared
    *outer, last = (int(key) if key.isdigit() else key for key in path.split("."))
    inner: Any = result
    for key in outer:
        inner = inner[key]
    if value is KeyError:
        del inner[last]
    else:
        inner[last] = value
    return result


class TestForms:
    def test_the_documented_form(self):
        game = parsed(GAME)
        assert type(game) is LinearQuadraticGame and game.is_exact and game.batch_shape == ()
        assert (game.regimes, game.states, game.leader_actions, game.follower_actions, game.channels) == (2, 2, 1, 1, 2)
        assert game.horizon == Fraction(3, 2) and game.discount == Fraction(1, 10)
        assert game.follower_sees is Sees.POLICY and game.follower_temperature == Fraction(1, 2)
        assert game.generator.tolist() == [[-1, 1], [Fraction(2, 3), Fraction(-2, 3)]]
        assert game.A[1].tolist() == [[Fraction(1, 10), 1], [0, Fraction(-1, 3)]]
        assert game.B[0].tolist() == [[0], [1]] and game.E[0].tolist() == [[1], [0]] and game.b[1].tolist() == [1, 2]
        assert game.D[0].tolist() == [[[1], [2]], [[0], [0]]] and game.F[0, 0].tolist() == [[3], [4]]
        assert game.s.tolist() == [[[5, 6], [7, 8]], [[0, 0], [0, 0]]]
        assert game.C[0, 0].tolist() == [[1, 0], [0, 1]] and not game.C[1].any() and not game.F[1].any()
        assert game.leader_M[1].tolist() == COSTS["M"] and game.leader_m[0].tolist() == [0, 1, 0, 0]
        assert game.leader_g[0].tolist() == [1, 0] and not game.leader_G.any() and not game.follower_m.any()
        assert game.follower_G[1].tolist() == [[1, 2], [2, 5]] and not game.follower_g.any()

    def test_the_example_of_the_reference(self):
        reference = (Path(__file__).parents[2] / "docs" / "reference.md").read_text()
        example = re.search(r"```json\n(\{\"kind\": \"lq\".*?)```", reference, re.DOTALL)
        assert example is not None
        game: Any = as_json.parse(example[1])
        assert (game.regimes, game.states, game.channels, game.horizon) == (2, 1, 1, 2)

    def test_what_may_be_left_out(self):
        game = parsed(SCALAR)
        assert game.generator.tolist() == [[0]] and game.horizon is None and game.follower_sees is Sees.ACTION
        assert game.channels == 1 and not any(getattr(game, name).any() for name in ("b", "C", "D", "F", "s"))
        assert {type(entry) for name in game.core for entry in np.ravel(getattr(game, name))} == {Fraction}

    def test_what_is_written(self):
        data = to_json(parsed(GAME))
        assert list(data) == [
            "schema", "kind", "discount", "horizon", "generator", "regimes", "temperature", "follower_sees"
        ]  # fmt: skip # one line
        assert data["discount"] == "1/10" and data["horizon"] == "3/2" and data["follower_sees"] == "policy"
        first = data["regimes"][0]
        assert list(first) == ["A", "B", "E", "b", "noise", "leader", "follower"]
        assert first["noise"][1] == {"C": [[0, 0], [0, 0]], "D": [[0], [0]], "F": [[0], [0]], "s": [7, 8]}
        assert first["leader"] == COSTS | {"G": [[0, 0], [0, 0]]}
        assert to_json(parsed(SCALAR))["horizon"] is None
        lines = as_json.render(parsed(GAME)).splitlines()
        assert max(map(len, lines)) < 60 and '      "B": [' in lines

    def test_floats_and_texts(self):
        """Python floats are taken bit for bit; certificates hand their integers over as texts."""
        assert to_json(from_json(edited("discount", 0.1)))["discount"] == str(Fraction(0.1)) != "1/10"
        game = parsed(GAME)

        def texts(value):
            if isinstance(value, dict):
                return {key: texts(item) for key, item in value.items()}
            return [texts(item) for item in value] if isinstance(value, list) else value and str(value)

        assert from_json(texts(to_json(game))) == game
        never = parsed(SCALAR)
        assert from_json(to_json(never)) == never

    def test_points(self):
        point = family("lq_point").decode([1, 1, 0, 1, 1, *range(-99, 160)])
        data = to_json(point)
        assert isinstance(point, LinearQuadraticPoint) and data["kind"] == "lq point" and from_json(data) == point
        assert {*data} - {*GAME} == {"schema", "regime", "state", "leader_action", "deviation"}
        assert [*data["regimes"][1]["follower"]] == ["M", "m", "G", "g", "P", "p", "r"]
        assert data["deviation"]["follower"] == {
            "mean": [int(e) if e == int(e) else str(e) for e in point.follower_mean],
            "factor": [[int(e) if e == int(e) else str(e) for e in row] for row in point.follower_factor],
        }
        del data["regimes"][0]["noise"]  # zeros are optional in points too
        assert not np.any(to_json(from_json(data))["regimes"][0]["noise"][0]["C"])


class TestRoundTrips:
    @given(st.data())
    @settings(max_examples=25, deadline=None)
    def test_exact_games(self, data):
        game = data.draw(games(data.draw(st.sampled_from(POINTS))))
        assert as_json.parse(as_json.render(game)) == game == from_json(to_json(game))

    @pytest.mark.parametrize("name", POINTS)
    def test_batches_through_every_format(self, name, tmp_path):
        game = family(name).sample(np.random.default_rng(5), 3)
        assert from_json(to_json(game)) == game.exact()
        for ending, held in ((".json", game[1].exact()), (".npz", game[1])):
            save(game[1], tmp_path / f"game{ending}")
            assert load(tmp_path / f"game{ending}") == held
        assert as_npz.parse(as_npz.render(game), 2**20) == game

    def test_batches_of_batches(self):
        game = parsed(GAME)
        batch = stack([stack([game, game]), stack([game, game]), stack([game, game])])
        data = to_json(batch)
        assert np.shape(data["regimes"][1]["noise"][0]["D"]) == (3, 2, 2, 1) and np.shape(data["discount"]) == (3, 2)
        assert from_json(data) == batch

    def test_one_entry_may_make_the_batch(self):
        game = parsed(edited("regimes.1.B", [[[0], [1]], [[2], [3]], [[4], [5]]]))
        assert game.batch_shape == (3,) and game.B[2].tolist() == [[[0], [1]], [[4], [5]]]
        assert game[0] == parsed(GAME)

    @pytest.mark.parametrize("horizon", [None, 1.5, "1/3"])
    @pytest.mark.parametrize("sees", list(Sees))
    def test_horizon_and_information_in_archives(self, horizon, sees):
        game = parsed(edited("horizon", horizon) | {"follower_sees": sees}).float()
        read: Any = as_npz.parse(as_npz.render(game), 2**20)
        assert read == game and read.horizon == game.horizon and read.follower_sees is sees

    def test_an_archive_holds_no_third(self):
        third = LinearQuadraticGame(**{name: getattr(_halves(), name) for name in _halves().core}, horizon="1/3")
        with pytest.raises(GameError, match="floats hold exactly"):
            as_npz.render(third)

    @pytest.mark.parametrize(
        "field, value, found",
        [
            ("follower_sees", np.array(2), "follower_sees: expected 0 .* found 2"),
            ("follower_sees", np.array([0]), r"follower_sees: expected a single number, found shape \(1,\)"),
            ("horizon", np.array(0.0), "horizon: expected a number > 0"),
            ("horizon", np.array(np.nan), "horizon: expected a finite number"),
            ("nothing", np.array(1.0), "expected the arrays of one kind of game"),
        ],
    )
    def test_archives_that_hold_no_game(self, field, value, found):
        game = _halves().float()
        buffer = io.BytesIO()
        np.savez(buffer, **{name: getattr(game, name) for name in game.core}, **{field: value})
        with pytest.raises(GameError, match=found):
            as_npz.parse(buffer.getvalue(), 2**20)


def _halves() -> Any:
    return parsed(
        edited("regimes.0.A", [[0.5, 1], [0, 2]], edited("regimes.1.A", [[0, 1], [0, 0]]))
        | {
            "generator": [[-1, 1], [0.5, -0.5]],
            "discount": 0.25,
        }
    )


M = "regimes.1.leader.M"
POINT = to_json(family("lq_point").decode([1, 1, 1, 1, 1]))

WRONG = [
    (edited("discount"), "expected the keys 'generator', .*found no 'discount'"),
    (edited("horizon"), "found no 'horizon'"),
    (edited("temperature"), "found no 'temperature'"),
    (edited("follower_sees"), "found no 'follower_sees'"),
    (edited("regimes"), "found no 'regimes'"),
    (edited("generator"), "generator: expected the rates between the 2 regimes, found none"),
    (GAME | {"terminal": 1}, "expected the keys .* found also 'terminal'"),
    (GAME | {"state": [1, 2]}, "found also 'state'"),
    (edited("regimes.0.B"), r"regimes\[0\]: expected the keys 'A', 'B', .* found no 'B'"),
    (edited("regimes.1.leader.M"), r"regimes\[1\].leader: expected the keys 'M', .*, found no 'M'"),
    (edited("regimes.1.leader.N", 1), r"regimes\[1\].leader: .* found also 'N'"),
    (edited("regimes.1.leader.P", [[0, 0], [0, 0]]), r"regimes\[1\].leader: .* found also 'P'"),
    (edited("regimes.0.noise.1.G", 1), r"regimes\[0\].noise\[1\]: expected the keys 'C', 'D', .* found also 'G'"),
    (edited("temperature.leader"), "temperature: expected the keys 'leader', 'follower', found no 'leader'"),
    (edited("temperature", 1), "temperature: expected an object with the keys 'leader', 'follower', found '1'"),
    (edited("regimes", []), r"regimes: expected a list of objects, found \[\]"),
    (edited("regimes", {}), r"regimes: expected a list of objects, found {}"),
    (edited("regimes.1", 3), r"regimes\[1\]: expected an object .* found '3'"),
    (edited("regimes.0.noise", {}), r"regimes\[0\].noise: expected a list of objects"),
    (edited("regimes.0.noise", [[]]), r"regimes\[0\].noise\[0\]: expected an object .* found \[\]"),
    (edited("regimes.0.follower", None), r"regimes\[0\].follower: expected an object .* found None"),
    (edited(f"{M}.0.2", 3), r"regimes\[1\].leader.M\[0\]\[2\]: expected a symmetric matrix, found 3"),
    (edited("regimes.0.follower.G.1.0", 3), r"regimes\[0\].follower.G\[0\]\[1\]: expected a symmetric matrix, found 2"),
    (edited(f"{M}.0.2", float("nan")), r"regimes\[1\].leader.M\[0\]\[2\]: expected a finite number .* found 'NaN'"),
    (edited(f"{M}.0.2", float("inf")), r"regimes\[1\].leader.M\[0\]\[2\]: expected a finite .* found 'Infinity'"),
    (edited(f"{M}.3.3", "x"), r"regimes\[1\].leader.M\[3\]\[3\]: .* found 'x'"),
    (edited(f"{M}.3.3", None), r"regimes\[1\].leader.M\[3\]\[3\]: .* found None"),
    (edited(f"{M}.3.3", True), r"regimes\[1\].leader.M\[3\]\[3\]: .* found True"),
    (edited(f"{M}.3.3", [1]), r"regimes\[1\].leader.M\[3\]\[3\]: .* found \['1'\]"),
    (edited(f"{M}.3.3", "1/0"), r"regimes\[1\].leader.M\[3\]\[3\]: .* found '1/0'"),
    (edited(f"{M}.3", [1, 2]), r"regimes\[1\].leader.M\[3\]: expected a list of length 4 as before, found 2"),
    (edited(f"{M}.3", 7), r"regimes\[1\].leader.M\[3\]: expected a list of length 4 as before, found '7'"),
    (edited(M, [[1, 0], [0, 1]]), r"regimes\[1\].leader.M: expected 4 variables as in states and actions together"),
    (edited(M, []), r"regimes\[1\].leader.M: expected at least one entry in each list, found none"),
    (edited(M, [[], []]), r"regimes\[1\].leader.M: expected at least one entry"),
    (edited(M, 4), r"regimes\[1\].leader.M: expected lists 2 deep \(variables, variables\), found '4'"),
    (edited("regimes.0.A", [[1, 2]]), r"regimes\[0\].A: expected 1 states, found 2"),
    (edited("regimes.1.A", [[1]]), r"regimes\[1\].A: expected 2 states as in regimes\[0\].A, found 1"),
    (edited("regimes.1.B", [[1, 2], [3, 4]]), r"regimes\[1\].B: expected 1 leader actions as in regimes\[0\].B"),
    (edited("regimes.0.E", [[1]]), r"regimes\[0\].E: expected 2 states as in regimes\[0\].A, found 1"),
    (edited("regimes.0.E", [1, 2]), r"regimes\[0\].E: expected lists 2 deep \(states, follower actions\)"),
    (edited("regimes.0.noise.0.D", [[1, 0], [2, 0]]), r"regimes\[0\].noise\[0\].D: expected 1 leader actions as in"),
    (edited("regimes.0.noise.1.s", [1, 2, 3]), r"regimes\[0\].noise\[1\].s: expected 2 states as in .*, found 3"),
    (edited("regimes.0.b", {"a": 1}), r"regimes\[0\].b: expected lists 1 deep \(states\), found {'a': '1'}"),
    (edited("generator", [[0]]), "generator: expected 2 regimes as in regimes, found 1"),
    (edited("generator.0.1", -1), r"generator\[0\]\[1\]: expected a rate >= 0, found -1"),
    (edited("generator.0.1", 2), r"generator\[0\]: expected rates that sum to exactly 0 in the row, found 1"),
    (edited("generator.1", [0.1, -0.3]), r"generator\[1\]: expected rates that sum to exactly 0 .* found -1/5"),
    (edited("horizon", 0), "horizon: expected a number > 0 or none, found 0"),
    (edited("horizon", -1), "horizon: expected a number > 0 or none, found -1"),
    (edited("horizon", [1]), "horizon: expected a finite number"),
    (edited("horizon", "never"), "horizon: .* found 'never'"),
    (edited("discount", -0.1), "discount: expected a number >= 0, found -1/10"),
    (edited("discount", None), "discount: .* found None"),
    (edited("temperature.follower", -2), "temperature.follower: expected a number >= 0, found -2"),
    (edited("temperature.leader", "hot"), "temperature.leader: .* found 'hot'"),
    (edited("follower_sees", "both"), "follower_sees: expected 'action' or 'policy', found 'both'"),
    (edited("follower_sees", None), "follower_sees: expected 'action' or 'policy', found None"),
    (edited("schema", "lq/2", GAME | {"schema": ""}), "schema: expected"),
    (edited("discount", [1, 2], edited("temperature.leader", [1, 2, 3])), "lq: expected one shape of the batch"),
    (edited("discount", [1, -2]), r"discount\[1\]: expected a number >= 0, found -2"),
    (edited(M, [GAME["regimes"][0]["leader"]["M"], [[1, 2, 0, 0], *[[0] * 4] * 3]]),
     r"regimes\[1\].leader.M\[1\]\[0\]\[1\]: expected a symmetric matrix, found 2"),
    (edited("regime", 2, POINT), "regime: expected one of 0, ..., 1, found 2"),
    (edited("state", [1, 2, 3], POINT), "state: expected 2 states as in .*, found 3"),
    (edited("deviation.leader", POINT, POINT), "deviation.leader: expected the keys 'mean', 'factor', found no 'mean'"),
    (edited("deviation.follower.factor.0.1", 2, POINT), r"deviation.follower.factor\[0\]\[1\]: expected 0 above"),
    (edited("deviation.leader.factor.1.1", 0, POINT), r"deviation.leader.factor\[1\]\[1\]: expected a positive"),
    (edited("regimes.1.follower.P.1.0", 2, POINT), r"regimes\[1\].follower.P\[0\]\[1\]: expected a symmetric matrix"),
    (edited("regimes.0.follower.p", KeyError, POINT), r"regimes\[0\].follower: .* found no 'p'"),
    (edited("regimes.1.follower.M.5.5", -9, POINT), "H_F,vv in regime 1: expected a positive definite matrix"),
]  # fmt: skip # one case a line


@pytest.mark.parametrize("data, found", WRONG, ids=range(len(WRONG)))
def test_one_line_says_where(data, found):
    with pytest.raises(GameError, match=f"^{found}" if "found" not in found[:9] else found) as error:
        parsed(data)
    assert "\n" not in str(error.value) and len(str(error.value)) < 400


def test_an_indefinite_cost_is_no_mistake_in_a_file():
    """Whether a game is well posed is for a solver to say, at a time and in a regime."""
    assert parsed(edited("regimes.0.follower.M.3.3", -1)).follower_M[0, 3, 3] == -1


def test_channels_that_say_nothing_fill_no_memory(monkeypatch):
    data = edited("regimes.0.noise", [{}] * 1000)
    assert parsed(data).channels == 1000
    monkeypatch.setattr(lq_json, "LARGEST", 20_000)
    with pytest.raises(GameError, match=r"^lq: expected at most 20000 numbers in all, found more"):
        parsed(data)
    with pytest.raises(GameError, match="20000 numbers"):
        parsed(edited("discount", [0] * 1000))


@pytest.mark.parametrize(
    "data",
    [edited("regimes.1.leader.M.0.2", 3), edited("horizon", -3), edited("temperature.leader", -1), edited("A", 1)],
)
def test_the_command_line_ends_with_that_line(data, tmp_path, capsys):
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(data))
    with pytest.raises(GameError) as error:
        load(path)
    with pytest.raises(SystemExit) as ended:
        main(["solve", str(path)])
    printed = capsys.readouterr()
    assert ended.value.code == 2 and printed.out == ""
    assert str(error.value) in printed.err and len(printed.err.strip().splitlines()) == 1
