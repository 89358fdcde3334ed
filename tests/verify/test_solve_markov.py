"""firstmover solve on Markov games: exact by default, floats where asked or needed, one line where it is wrong."""

import json
from fractions import Fraction

import pytest

from verify.cli import main

# One state, two rows: row 0 is answered 0 (2, then for ever), row 1 is answered 1 (1).
KERNEL = [[[[1], [1]], [[1], [1]]]]
GAME = {
    "kind": "markov",
    "discount": "1/2",
    "transition": KERNEL,
    "leader_reward": [[[2, 0], [3, 1]]],
    "follower_reward": [[[1, 0], [0, 1]]],
}
# The follower is indifferent in row 0.
TIED = {**GAME, "leader_reward": [[[1, 5], [3, 3]]], "follower_reward": [[[2, 2], [1, 0]]]}
HUGE = [[["1e308", 0], [3, 1]]]


@pytest.fixture
def firstmover(capsys, tmp_path):
    """Run solve on a game: (exit code, answer or text, stderr)."""

    def call(game, *options, as_json=True):
        file = tmp_path / "game.json"
        file.write_text(json.dumps(game))
        with pytest.raises(SystemExit) as leaving:
            main(["solve", str(file), *options, *(["--json"] if as_json else [])])
        out, err = capsys.readouterr()
        return leaving.value.code, json.loads(out) if as_json and out else out, err

    return call


def test_a_fixed_point_exactly_and_in_floats(firstmover):
    code, answer, _ = firstmover(GAME)
    assert code == 0 and answer["concept"] == "stackelberg" and answer["status"] == "converged"
    assert answer["leader_value"] == ["4"] and answer["follower_value"] == ["2"]
    assert answer["policies"] == {"leader": [0], "follower": [[0, 1]]}
    assert answer["period"] == 1 and answer["error_bound"] == "0" and answer["residual"] == "0"
    assert answer["certificate"]["concept"] == "orbit_period" and "cycle" not in answer
    code, answer, _ = firstmover(GAME, "--floats", "--step-size", "1/4")
    assert code == 0 and answer["leader_value"] == pytest.approx([4], abs=1e-12)
    assert 0 <= answer["error_bound"] < 1e-12 and answer["certificate"] is None
    _, text, _ = firstmover(GAME, as_json=False)
    assert "leader value: (4)" in text and "leader plays (0)" in text and "period: 1" in text


@pytest.mark.parametrize(("rule", "value"), [("strong", "10"), ("weak", "6"), ("first", "6")])
def test_ties_of_a_follower_who_does_not_look_ahead(firstmover, rule, value):
    game = {**TIED, "discount": {"leader": "1/2", "follower": 0}}
    code, answer, _ = firstmover(game, "--ties", rule)
    # He is indifferent in row 0 for ever: exact choices are ties, and the class of the game settles it in floats.
    assert code == 0 and [float(Fraction(v)) for v in answer["leader_value"]] == pytest.approx([float(value)], abs=1e-9)


def test_a_cycle_is_not_as_expected_and_lists_its_policies(firstmover):
    game = {
        "kind": "markov",
        "discount": "3/4",
        "transition": [
            [[[1, 0], [1, 0]], [[0, 1], [0, 1]]],
            [[[0, 1], [1, 0]], [[0, 1], [1, 0]]],
        ],
        "leader_reward": [[[1, 1], [0, 0]], [[3, 0], [3, 0]]],
        "follower_reward": [[[0, 0], [3, 3]], [[1, 0], [1, 0]]],
    }
    for options in ((), ("--floats",)):
        code, answer, _ = firstmover(game, *options)
        assert code == 1 and answer["status"] == "cycle" and answer["period"] == len(answer["cycle"]) > 1
        assert answer["cycle"][0] == answer["policies"]
        assert answer["cycle"][0] != answer["cycle"][2] and "cycle" in answer["message"]
    _, text, _ = firstmover(game, as_json=False)
    assert "leader plays in phase 0" in text and "status: cycle" in text
    code, answer, _ = firstmover(game, "--temperature", "4")
    assert code == 0 and answer["status"] == "converged"


def test_an_exact_cycle_has_its_policies_from_the_certificate(capsys):
    with pytest.raises(SystemExit) as leaving:
        main(["solve", "value_iteration_cycle", "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert leaving.value.code == 1 and answer["period"] == 2 and answer["certificate"]["concept"] == "orbit_period"
    assert answer["cycle"] == [
        {"leader": [0, 0], "follower": [[0, 1], [0, 1]]},
        {"leader": [1, 0], "follower": [[1, 1], [0, 1]]},
    ]
    # Phase 0: V(0) = 1 + V'(0)/2 and V(1) = V'(0)/2; phase 1: V'(0) = 1 + V(1)/2, hence 4/3.
    assert answer["leader_value"] == ["5/3", "2/3"] and answer["follower_value"] == ["1", "2"]


def test_soft_and_mixed_are_answered_in_floats(firstmover):
    code, answer, _ = firstmover(GAME, "--temperature", "1/2,1")
    assert code == 0 and answer["concept"] == "soft" and answer["error_bound"] < 1e-9
    assert len(answer["policies"]["leader"][0]) == 2 and len(answer["policies"]["follower"][0][0]) == 2
    zero_sum = {**GAME, "leader_reward": [[[3, -1], [-2, 1]]], "follower_reward": [[[-3, 1], [2, -1]]]}
    code, answer, _ = firstmover(zero_sum, "--commitment", "mixed")
    assert code == 0 and answer["leader_value"] == pytest.approx([2 / 7], abs=1e-9)
    assert answer["policies"]["leader"][0] == pytest.approx([3 / 7, 4 / 7], abs=1e-9)
    code, answer, _ = firstmover(GAME, "--commitment", "mixed")
    assert code == 1 and answer["status"] == "undecided" and answer["error_bound"] is None


def test_a_game_with_a_horizon_is_worth_its_first_step(firstmover):
    game = {key: value for key, value in GAME.items() if key != "discount"} | {"horizon": 3}
    code, answer, _ = firstmover(game)
    assert code == 0 and answer["leader_value"] == ["6"] and answer["policies"]["leader"] == [[0], [0], [0]]
    assert firstmover(game, "--floats", "--commitment", "mixed")[0] == 0
    code, _, err = firstmover(game, "--step-size", "1/2")
    assert code == 2 and "--step-size: expected none for a game with a horizon" in err


BIMATRIX = {"kind": "bimatrix", "leader": [[1]], "follower": [[1]]}


@pytest.mark.parametrize(
    ("game", "options", "message"),
    [
        (GAME, ["--concept", "qse"], "expected a concept among stackelberg, soft, found 'qse'"),
        (GAME, ["--concept", "sse"], "expected a concept among stackelberg, soft, found 'sse'"),
        (GAME, ["--concept", "soft"], "--temperature: expected T or LEADER,FOLLOWER with the concept soft"),
        (GAME, ["--concept", "stackelberg", "--temperature", "1"], "--temperature: expected none with the concept"),
        (GAME, ["--temperature", "1,2,3"], "--temperature: expected a number > 0, or LEADER,FOLLOWER"),
        (GAME, ["--temperature", "0"], "--temperature: expected a number > 0"),
        (GAME, ["--temperature", "hot"], "--temperature: expected a finite number"),
        (GAME, ["--temperature", "1e400"], "--temperature: expected numbers a float can hold"),
        (GAME, ["--temperature", "1", "--ties", "weak"], "--ties: expected none with the concept soft"),
        (GAME, ["--step-size", "0"], "--step-size: expected 0 < step size <= 1, found 0"),
        (GAME, ["--step-size", "soon"], "--step-size: expected a finite number"),
        (GAME, ["--ties", "kind"], "ties: expected one of strong, weak, first, found 'kind'"),
        (GAME, ["--commitment", "some"], "commitment: expected one of pure, mixed, found 'some'"),
        (GAME, ["--commitment", "mixed", "--ties", "weak"], "ties: expected strong with mixed commitment"),
        (BIMATRIX, ["--ties", "weak"], "--ties: expected a Markov game with this option, found a bimatrix game"),
        (BIMATRIX, ["--step-size", "1"], "--step-size: expected a Markov game"),
        (BIMATRIX, ["--concept", "stackelberg"], "expected a concept among sse"),
        ({**BIMATRIX, "leader": [[[1]]] * 2, "follower": [[[1]]] * 2}, ["--floats"], "solve: expected a single game"),
        ({**GAME, "discount": 1}, [], "0 <= discount < 1"),
        ({**GAME, "leader_reward": HUGE}, [], "expected values below 1e+300"),
        ({**GAME, "leader_reward": HUGE}, ["--floats"], "expected values below 1e+300"),
        ({**GAME, "leader_reward": HUGE}, ["--temperature", "1"], "expected values below 1e+300"),
        (
            {**GAME, "transition": [[[["1/2"], [1]], [[1], [1]]]]},
            [],
            "transition[0, 0, 0]: expected probabilities that",
        ),
    ],
)
def test_what_does_not_apply_is_one_line_and_exit_code_2(firstmover, game, options, message):
    code, answer, err = firstmover(game, *options)
    assert code == 2 and message in err and err.count("\n") == 1 and not answer


def test_the_best_fixed_point_is_shown_beside_the_one_found(firstmover):
    from games.files import to_json
    from solvers.markov.exact import fixed_points
    from verify.claims.sqvi.unique_fixed_point import unique_fixed_point

    assert unique_fixed_point.witness is not None
    game = unique_fixed_point.witness()
    points = fixed_points(game)
    assert len(points) > 1
    _, answer, _ = firstmover(to_json(game))
    listed = [[Fraction(value) for value in point["leader_value"]] for point in answer["fixed_points"]]
    assert listed == [list(point.leader_value) for point in points]
    _, text, _ = firstmover(to_json(game), as_json=False)
    assert f"stationary fixed points: {len(points)}" in text and "the best for the leader" in text
    _, answer, _ = firstmover(to_json(game), "--commitment", "mixed")
    assert "fixed_points" not in answer


def test_floats_do_not_answer_for_entries_that_they_make_equal(firstmover):
    """The follower is myopic and prefers reply 1 in state 0, by less than floats tell; state 1 is tied throughout."""
    game = {
        "kind": "markov",
        "discount": {"leader": "9/10", "follower": 0},
        "transition": [[[[1, 0], [1, 0]], [[1, 0], [1, 0]]], [[[0, 1], [0, 1]], [[0, 1], [0, 1]]]],
        "leader_reward": [[[1, 0], [1, 0]], [[1, 1], [1, 1]]],
        "follower_reward": [[["1", "1.00000000000000001"]] * 2, [[1, 1], [1, 1]]],
    }
    code, answer, _ = firstmover(game)
    assert code == 1 and answer["status"] == "undecided" and not answer["error_bound"]
    game["follower_reward"][0] = [["1", "1.0000001"]] * 2
    code, answer, _ = firstmover(game)
    assert code == 0 and answer["leader_value"] == pytest.approx([0, 10], abs=1e-12)
