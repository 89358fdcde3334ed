"""Files: exact round trips, and one line naming file and place for whatever is wrong with one."""

from __future__ import annotations

import errno
import io
import json
import os
import stat
import zipfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games.choice import Choice
from games.core import Game, stack
from games.errors import GameError
from games.families import all_families
from games.files import from_json, load, save, to_json
from games.formats import as_json, as_nfg, as_npz
from games.formats.as_json import KINDS
from games.literature import literature, named
from games.matrix import BimatrixGame
from games.strategies import games

SMALL = BimatrixGame(leader=[["1/3", 2], [0, "-7/2"]], follower=[[1, 0], ["0.1", 4]])
FAMILIES = st.sampled_from(sorted(all_families().values(), key=lambda fam: fam.name))


def refused(path, **how) -> str:
    """The one line with which a file is refused."""
    with pytest.raises(GameError) as error:
        load(path, **how)
    message = str(error.value)
    assert message.startswith(str(path)) and "\n" not in message and len(message) < 400 + len(str(path))
    return message.removeprefix(str(path))


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def archive(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


class TestRoundTrips:
    def test_integers_pass_through_no_float(self):
        game = BimatrixGame(leader=[[Fraction(2**53 + 1)]], follower=[[Fraction(-(10**30) - 1)]])
        assert from_json(to_json(game)) == game

    @given(data=st.data())
    @settings(max_examples=60, deadline=None)
    def test_json_is_exact(self, data):
        fam = data.draw(FAMILIES)
        game = data.draw(games(fam) | st.integers(0, 99).map(lambda seed: fam.sample(np.random.default_rng(seed), 2)))
        assert as_json.parse(as_json.render(game)) == game.exact()
        assert from_json(json.loads(json.dumps(to_json(game)))) == game.exact()

    @given(games("gaussian", leader_actions=(1, 4), follower_actions=(1, 4)), st.text())
    @settings(max_examples=40, deadline=None)
    def test_nfg_is_exact_whatever_the_title(self, game, title):
        third = BimatrixGame(leader=game.leader / 3, follower=game.follower)
        assert as_nfg.parse(as_nfg.render(third, title)) == third

    @given(FAMILIES, st.integers(0, 99))
    @settings(max_examples=40, deadline=None)
    def test_npz_keeps_every_bit(self, fam, seed):
        game = fam.sample(np.random.default_rng(seed), 3)
        assert as_npz.parse(as_npz.render(game), 2**20) == game
        assert as_npz.parse(as_npz.render(game.exact()), 2**20) == game

    @pytest.mark.parametrize("name", literature())
    def test_published_games_through_files(self, name, tmp_path):
        game = named(name).GAME
        for ending in (".json", ".nfg", ".JSON") if isinstance(game, BimatrixGame) else (".json",):
            path = tmp_path / f"{name}{ending}"
            save(game, path)
            assert load(path) == game and load(str(path)) == game

    def test_every_kind_of_game_has_a_format(self):
        assert set(KINDS.values()) >= {fam.game for fam in all_families().values()}
        assert all(KINDS[cls.kind] is cls for cls in KINDS.values())

    def test_decimals_are_what_they_say_and_floats_what_they_hold(self, tmp_path):
        text = '{"kind": "bimatrix", "leader": [[0.1, 1e-2]], "follower": [["1/3", "0.1"]]}'
        game = load(written(tmp_path, "a.json", text))
        assert game.leader.tolist() == [[Fraction(1, 10), Fraction(1, 100)]]
        assert game.follower.tolist() == [[Fraction(1, 3), Fraction(1, 10)]]
        assert game.float().leader.tolist() == [[0.1, 0.01]]
        assert to_json(BimatrixGame(leader=[[0.5]], follower=[[0.1]]))["follower"] == [[str(Fraction(0.1))]]

    def test_what_json_looks_like(self):
        assert as_json.render(SMALL) == (
            '{\n  "schema": "firstmover/game/1",\n  "kind": "bimatrix",\n'
            '  "leader": [\n    ["1/3", 2],\n    [0, "-7/2"]\n  ],\n'
            '  "follower": [\n    [1, 0],\n    ["1/10", 4]\n  ]\n}\n'
        )

    def test_scalars_and_batches(self):
        batch = stack([Choice(values=[0, "1/2"], temperature=2), Choice(values=[1, 2], temperature="1/3")])
        assert to_json(batch)["temperature"] == [2, "1/3"] and from_json(to_json(batch)) == batch
        assert to_json(batch[0])["temperature"] == 2


class TestJson:
    @pytest.mark.parametrize(
        "text, found",
        [
            ("", "expected a game, found an empty file"),
            (" \n", "expected a game, found an empty file"),
            ("{", "line 1, column 2: expected JSON"),
            ('{"kind":\n "bimatrix",]', "line 2, column 13: expected JSON"),
            ("[]", "found an array"),
            ("null", "found null"),
            ("{}", "kind: expected one of 'bimatrix', .* found none"),
            ('{"kind": 5}', "kind: expected .* found '5'"),
            ('{"kind": ["bimatrix"]}', "kind: expected"),
            ('{"kind": "bimatrx", "leader": 1}', "found 'bimatrx'"),
            ('{"kind": "bimatrix", "leader": [[1]]}', "expected the keys 'leader', 'follower', found no 'follower'"),
            ('{"kind": "bimatrix", "leader": [[1]], "follower": [[1]], "discount": 1}', "found also 'discount'"),
            ('{"kind": "bimatrix", "schema": "x", "leader": [[1]], "follower": [[1]]}', "schema: expected"),
            ('{"kind": "bimatrix", "leader": [[1]], "leader": [[1]], "follower": [[1]]}', "found 'leader' twice"),
            ('{"kind": "bimatrix", "leader": [[NaN]], "follower": [[1]]}', "found 'NaN'"),
            ('{"kind": "bimatrix", "leader": [[-Infinity]], "follower": [[1]]}', "found '-Infinity'"),
            ('{"kind": "bimatrix", "leader": [[1, 2], [3]], "follower": [[1]]}', "leader: .*different lengths"),
            ('{"kind": "bimatrix", "leader": [[]], "follower": [[]]}', "leader: expected at least one follower"),
            ('{"kind": "bimatrix", "leader": 3, "follower": [[1]]}', "leader: expected at least 2 axes"),
            ('{"kind": "bimatrix", "leader": {"a": 1}, "follower": [[1]]}', "leader: expected"),
            ('{"kind": "bimatrix", "leader": [[1, true]], "follower": [[1, 1]]}', r"leader\[0, 1\]: .*found True"),
            ('{"kind": "bimatrix", "leader": [[1, null]], "follower": [[1, 1]]}', r"leader\[0, 1\]: .*found None"),
            ('{"kind": "bimatrix", "leader": [[1, "x"]], "follower": [[1, 1]]}', r"leader\[0, 1\]: .*found 'x'"),
            ('{"kind": "bimatrix", "leader": [["1/0"]], "follower": [[1]]}', r"leader\[0, 0\]: .*found '1/0'"),
            ('{"kind": "bimatrix", "leader": [[1e999999999]], "follower": [[1]]}', r"leader\[0, 0\]: .*exponent"),
            ('{"kind": "bimatrix", "leader": [["1e-999999999"]], "follower": [[1]]}', r"leader\[0, 0\]: .*exponent"),
            ('{"kind": "choice", "values": [1, 2], "temperature": 0}', "temperature: expected > 0"),
            ("[" * 100_000, "too many levels"),
            ('{"a":' * 100_000, "too many levels"),
            ('{"kind": "bimatrix", "follower": [[1]], "leader": ' + "[" * 900 + "1" + "]" * 900 + "}", "leader|levels"),
            ('{"kind": "bimatrix", "leader": ' + "[" * 300 + "1" + "]" * 300 + ', "follower": [[1]]}', "leader"),
            (
                '{"kind": "bimatrix", "leader": [[' + "9" * 10**6 + ']], "follower": [[1]]}',
                r"leader\[0, 0\]: .*characters",
            ),
        ],
        ids=str,
    )
    def test_refusals(self, text, found, tmp_path):
        with pytest.raises(GameError, match=found):
            load(written(tmp_path, "game.json", text))
        refused(tmp_path / "game.json")

    def test_bytes_that_are_no_text(self, tmp_path):
        assert (
            refused(written(tmp_path, "a.json", b'{"kind": "\xff"}'))
            == ": byte 10: expected UTF-8 text, found invalid start byte"
        )
        assert load(written(tmp_path, "b.json", b"\xef\xbb\xbf" + as_json.render(SMALL).encode())) == SMALL

    @pytest.mark.parametrize("data", [3, None, [], "bimatrix", True, 1.5, {"kind": None}, {1: 2}])
    def test_data_that_describe_no_game(self, data):
        with pytest.raises(GameError, match="kind"):
            from_json(data)

    def test_entries_too_long_to_write(self):
        with pytest.raises(GameError, match="4300 digits"):
            to_json(Choice(values=[Fraction(1, 3**10000)], temperature=1))


class TestNfg:
    def test_player_one_moves_fastest(self):
        game = as_nfg.parse('NFG 1 R "t" { "A" "B" } { 3 2 } 1 1 0 2 0 2 1 1 0 3 2 0')
        assert game.leader.tolist() == [[1, 1], [0, 0], [0, 2]]
        assert game.follower.tolist() == [[1, 1], [2, 3], [2, 0]]

    def test_outcomes(self):
        game = as_nfg.parse(
            'NFG 1 R "Selten, \\"normal form\\"" { "Player 1" "Player 2" }\n{ { "1" "2" "3" } { "1" "2" } }\n'
            '"a comment {"\n'
            '{ { "x" 1, 1 } { "" .5, -1e1 } { "\\\\" 1/3 2 } }\n1 2 3 0 1 2\n'
        )
        assert game.leader.tolist() == [[1, 0], [Fraction(1, 2), 1], [Fraction(1, 3), Fraction(1, 2)]]
        assert game.follower.tolist() == [[1, 0], [-10, 1], [2, -10]]

    @pytest.mark.parametrize(
        "text, found",
        [
            ("EFG 2 R", r"line 1: expected NFG .* found 'EFG'"),
            ("NFG 2 R", "line 1: expected 1 .* found '2'"),
            ('NFG 1 X "t"', "line 1: expected R .* found 'X'"),
            ("NFG 1 R", "line 1: expected a quoted title, found the end of the file"),
            ('NFG 1 R "t', "closing quotation mark"),
            ('NFG 1 R "t"\n{ "A" "B" "C" } { 1 1 1 } 1 1 1', "line 2: expected two players, found 3"),
            ('NFG 1 R "t" { "A" } { 1 } 1', "expected two players, found 1"),
            ('NFG 1 R "t" { A B } { 1 1 } 1 1', "expected the players' names or }, found 'A'"),
            ('NFG 1 R "t" { "A" "B" } { 0 2 }', r"at least one strategy for each player, found \(0, 2\)"),
            ('NFG 1 R "t" { "A" "B" } { { } { "1" } }', "at least one strategy"),
            ('NFG 1 R "t" { "A" "B" } { 2 }', "expected a number of strategies, found '}'"),
            ('NFG 1 R "t" { "A" "B" } { 1 1 1 } 1 1', "expected }, found '1'"),
            ('NFG 1 R "t" { "A" "B" } { -1 1 } 1 1', "expected a number of strategies, found '-1'"),
            ('NFG 1 R "t" { "A" "B" } { 2 1 }\n1 2\n3', "line 3: expected 4 payoffs, found the end"),
            ('NFG 1 R "t" { "A" "B" } { 1 1 } 1 2\n3', "line 2: expected the end of the file, found '3'"),
            ('NFG 1 R "t" { "A" "B" } { 999999999 999999999 } 1', "expected 1999999996000000002 payoffs"),
            ('NFG 1 R "t" { "A" "B" } { 1 1 } 1 x', "line 1: a payoff: expected a finite number .* found 'x'"),
            ('NFG 1 R "t" { "A" "B" } { 1 1 } 1 1e999999999', "line 1: a payoff: .*exponent"),
            ('NFG 1 R "t" { "A" "B" } { 1 1 } 1 "2"', "expected a payoff, found a quoted text"),
            ('NFG 1 R "t" { "A" "B" } { 1 1 } { { "" 1 2 } } 2', "expected an outcome from 0 to 1, found 2"),
            ('NFG 1 R "t" { "A" "B" } { 2 1 } { { "" 1 2 } } 1', "expected 2 outcomes, found the end"),
            ('NFG 1 R "t" { "A" "B" } { 1 1 } { { "" 1 } } 1', "expected a payoff, found '}'"),
            ('NFG 1 R "t" { "A" "B" } { 1 1 } { { "" 1 2 3 } } 1', "expected } after two payoffs, found '3'"),
        ],
        ids=str,
    )
    def test_refusals(self, text, found, tmp_path):
        with pytest.raises(GameError, match=found):
            load(written(tmp_path, "game.nfg", text))
        refused(tmp_path / "game.nfg")

    @pytest.mark.parametrize("game", [Choice(values=[1], temperature=1), stack([SMALL, SMALL])])
    def test_only_single_bimatrix_games_are_written(self, game, tmp_path):
        with pytest.raises(GameError, match="expected a single bimatrix game"):
            save(game, tmp_path / "game.nfg")
        assert not list(tmp_path.iterdir())

    def test_entries_too_long_to_write(self):
        with pytest.raises(GameError, match="4300 digits"):
            as_nfg.render(BimatrixGame(leader=[[Fraction(1, 3**10000)]], follower=[[1]]))


class TestNpz:
    def test_arrays_as_anyone_writes_them(self, tmp_path):
        leader = np.asfortranarray(np.arange(6, dtype=">i2").reshape(2, 3))
        path = tmp_path / "game.npz"
        np.savez_compressed(path, leader=leader, follower=np.ones((2, 3), np.float32))
        assert load(path) == BimatrixGame(leader=np.arange(6).reshape(2, 3), follower=np.ones((2, 3)))

    @pytest.mark.parametrize(
        "arrays, found",
        [
            ({"leader": np.ones((1, 1))}, "expected the arrays of one kind of game .* found 'leader'"),
            ({"leader": np.ones((1, 1)), "follower": np.array([[None]])}, "plain array of numbers, found '.O'"),
            ({"leader": np.ones((1, 1)), "follower": np.array([["1"]])}, "plain array of numbers"),
            ({"leader": np.ones((1, 1)), "follower": np.ones((1, 1), complex)}, "plain array of numbers"),
            ({"leader": np.ones((1, 1)), "follower": np.ones((1, 1), bool)}, "plain array of numbers"),
            ({"leader": np.ones((1, 1)), "follower": np.ones((1, 1), [("a", float)])}, "plain array of numbers"),
            ({"leader": np.ones((1, 1)), "follower": np.full((1, 1), np.nan)}, "follower.*found nan"),
            ({"leader": np.ones((1, 2)), "follower": np.ones((2, 1))}, "follower: expected 1 leader actions"),
            ({"leader": np.ones((1, 1)), "follower": np.ones((1, 1)), "more": 1}, "expected the arrays of one kind"),
        ],
    )
    def test_refusals(self, arrays, found, tmp_path):
        with pytest.raises(GameError, match=found):
            load(written(tmp_path, "game.npz", archive(**arrays)))
        refused(tmp_path / "game.npz")

    def test_what_is_no_archive(self, tmp_path):
        good = archive(leader=np.ones((1, 1)), follower=np.ones((1, 1)))
        for content in (b"", b"PK", good[:-40], good[30:], b"\x93NUMPY"):
            assert "expected an .npz archive" in refused(written(tmp_path, "game.npz", content))

    def test_bombs_are_refused_before_they_unpack(self, tmp_path):
        buffer = io.BytesIO()
        np.savez_compressed(buffer, leader=np.zeros((2000, 1000)), follower=np.zeros((1, 1)))
        path = written(tmp_path, "game.npz", buffer.getvalue())
        assert path.stat().st_size < 10**5
        assert "expected at most 1000000 bytes when unpacked" in refused(path, limit=10**6)

    def test_headers_that_promise_more_than_there_is(self, tmp_path):
        buffer = io.BytesIO()
        np.lib.format.write_array_header_1_0(buffer, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 10**9)})
        for shape in (b"(1000000000, 1000000000), }", b"(1" + b"0" * 18 + b",), }", b"(((1,),),), }", b"(-1, -1), }"):
            header = buffer.getvalue().replace(b"(1000000000, 1000000000), }", shape)
            length = len(header) - 10
            data = header[:8] + length.to_bytes(2, "little") + header[10:] + bytes(8)
            box = io.BytesIO()
            with zipfile.ZipFile(box, "w") as file:
                file.writestr("leader.npy", data)
                file.writestr("follower.npy", data)
            assert ": leader: expected" in refused(written(tmp_path, "game.npz", box.getvalue()))

    def test_only_what_floats_hold_is_written(self, tmp_path):
        with pytest.raises(GameError, match=r"found one that needs \.json"):
            save(SMALL, tmp_path / "game.npz")
        assert not list(tmp_path.iterdir())


VALID = {
    ".json": [as_json.render(SMALL).encode(), as_json.render(Choice(values=[0.5, 1], temperature=2)).encode()],
    ".nfg": [
        as_nfg.render(SMALL, "title").encode(),
        b'NFG 1 R "t" { "A" "B" } { { "1" "2" } { "1" } } "c" { { "" 1, 1/3 } { "" .5, -1e1 } } 1 2',
    ],
    ".npz": [
        archive(leader=np.eye(2), follower=np.eye(2)),
        archive(values=np.arange(3), temperature=np.array(1.0)),
    ],
}


class TestMutations:
    """Valid files changed at random: either a game or a `GameError`, never anything else."""

    @pytest.mark.parametrize("ending", VALID)
    @given(data=st.data())
    @settings(max_examples=250, deadline=None)
    def test_no_other_exception(self, ending, data, tmp_path_factory):
        content = bytearray(data.draw(st.sampled_from(VALID[ending])))
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(content)))
            piece = data.draw(
                st.binary(max_size=4) | st.sampled_from([b"[", b"]", b"{", b'"', b"1e9", b"/0", b"-", b"\\"])
            )
            content[at : at + data.draw(st.integers(0, 6))] = piece
        path = written(tmp_path_factory.getbasetemp(), f"mutant{ending}", bytes(content))
        try:
            game = load(path)
        except GameError as error:
            assert str(error).startswith(str(path)) and "\n" not in str(error)
        else:
            assert isinstance(game, Game)


class TestReading:
    def test_limits_are_bytes_of_the_file(self, tmp_path):
        path = written(tmp_path, "game.json", as_json.render(SMALL))
        size = path.stat().st_size
        assert load(path, limit=size) == SMALL
        assert f"expected at most {size - 1} bytes, found more" in refused(path, limit=size - 1)

    def test_a_huge_file_is_refused_unread(self, tmp_path):
        path = tmp_path / "game.json"
        with open(path, "wb") as file:
            file.truncate(2**32)  # a hole: takes no room on disk
        assert "expected at most 16777216 bytes" in refused(path)

    def test_paths_that_are_no_game(self, tmp_path):
        assert "No such file" in refused(tmp_path / "none.json")
        (tmp_path / "folder.json").mkdir()
        assert "Is a directory" in refused(tmp_path / "folder.json")
        assert "expected a file name ending in .json, .nfg, .npz, found '.txt'" in refused(tmp_path / "a.txt")
        assert "found ''" in refused(tmp_path / "json")
        with pytest.raises(GameError, match="expected a readable file") as error:
            load("a\0b\nc.json")
        assert "\n" not in str(error.value)
        with pytest.raises(GameError, match="File name too long"):
            load("a" * 5000 + ".json")


class TestWriting:
    def test_the_old_file_stays_when_the_disk_is_full(self, tmp_path, monkeypatch):
        path = tmp_path / "game.json"
        save(SMALL, path)

        def full(descriptor):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(GameError, match="expected to write the file, found: No space left on device") as error:
            save(BimatrixGame(leader=[[1]], follower=[[1]]), path)
        assert str(error.value).startswith(str(path)) and "\n" not in str(error.value)
        assert load(path) == SMALL and list(tmp_path.iterdir()) == [path]

    def test_an_interrupted_save_leaves_nothing_behind(self, tmp_path, monkeypatch):
        def interrupted(*paths):
            raise KeyboardInterrupt

        monkeypatch.setattr(os, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            save(SMALL, tmp_path / "game.json")
        assert not list(tmp_path.iterdir())

    def test_modes_and_links_are_kept(self, tmp_path):
        path, link = tmp_path / "game.json", tmp_path / "link.json"
        save(BimatrixGame(leader=[[1]], follower=[[1]]), path)
        path.chmod(0o640)
        link.symlink_to(path)
        save(SMALL, link)
        assert link.is_symlink() and load(path) == SMALL and stat.S_IMODE(path.stat().st_mode) == 0o640

    def test_places_that_cannot_be_written(self, tmp_path):
        with pytest.raises(GameError, match="No such file or directory"):
            save(SMALL, tmp_path / "none" / "game.json")
        (tmp_path / "folder.json").mkdir()
        with pytest.raises(GameError, match="not a regular file"):
            save(SMALL, tmp_path / "folder.json")
        with pytest.raises(GameError, match="ending"):
            save(SMALL, tmp_path / "game.yaml")
        with pytest.raises(GameError, match="null"):
            save(SMALL, "a\0.json")
