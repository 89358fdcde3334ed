"""firstmover solve on linear-quadratic games: what an answer holds, exit codes, one line where it is wrong."""

import copy
import json
import math

import pytest

from games.files import to_json
from games.literature import named
from verify.cli import main

# dx = v dt with costs (x^2 + v^2)/2 for the follower: P = tanh(T - t); regime 1 is absorbing and costs nothing.
ALONE = {
    "kind": "lq",
    "discount": 0,
    "horizon": 1,
    "generator": [[-1, 1], [0, 0]],
    "regimes": [
        {
            "A": [[0]],
            "B": [[0]],
            "E": [[1]],
            "leader": {"M": [[0, 0, 0], [0, 1, 0], [0, 0, 0]]},
            "follower": {"M": [[1, 0, 0], [0, 0, 0], [0, 0, 1]]},
        },
        {
            "A": [[0]],
            "B": [[0]],
            "E": [[1]],
            "leader": {"M": [[0, 0, 0], [0, 1, 0], [0, 0, 0]]},
            "follower": {"M": [[0, 0, 0], [0, 0, 0], [0, 0, 1]]},
        },
    ],
    "temperature": {"leader": 0, "follower": "1/2"},
    "follower_sees": "action",
}


def changed(**fields):
    return {**copy.deepcopy(ALONE), **fields}


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


def test_an_answer_holds_values_and_gains_by_regime(firstmover):
    code, answer, err = firstmover(ALONE)
    assert code == 0 and not err and answer["status"] == "converged" and answer["concept"] == "stackelberg"
    # -dP/dt = 1 - P^2 - P: the rate of leaving to where P is 0 adds to the slope; its roots are (-1 +- sqrt 5)/2.
    high, low = (math.sqrt(5) - 1) / 2, (-math.sqrt(5) - 1) / 2
    decay = math.exp(-math.sqrt(5))
    P = high * (1 - decay) / (1 - decay * high / low)
    assert answer["value"]["follower"]["P"][0][0] == pytest.approx([P], abs=1e-10)
    assert answer["value"]["follower"]["P"][1] == [[0]] and answer["value"]["leader"]["P"] == [[[0]], [[0]]]
    assert answer["gains"]["follower"]["K"][0][0] == pytest.approx([-P], abs=1e-10)
    assert answer["gains"]["leader"]["gain"] == [[[0]], [[0]]]
    assert answer["follower_value"] == answer["value"]["follower"]["r"]
    # Regime 1: tau/2 (log det 1 - log(2 pi tau)) over a time of 1.
    assert answer["follower_value"][1] == pytest.approx(-0.25 * math.log(math.pi), abs=1e-10)
    assert 0 < answer["error_bound"] < 1e-8 and 0 <= answer["residual"] < 1e-9 and answer["certificate"] is None


def test_words_instead_of_json(firstmover):
    code, text, _ = firstmover(ALONE, "--concept", "nash", as_json=False)
    assert code == 0 and "concept: nash" in text and "leader value: (0.0, 0.0)" in text and "follower P: (((0.5" in text
    assert "leader gain: (((0.0)), ((0.0)))" in text and "error bound: " in text


def test_games_that_never_end(firstmover):
    code, answer, _ = firstmover(changed(horizon=None, discount=1, generator=[[-2, 2], [0, 0]]))
    # 1 - P^2 - (1 + 2) P = 0.
    assert code == 0 and answer["value"]["follower"]["P"][0][0] == pytest.approx([(math.sqrt(13) - 3) / 2], abs=1e-10)


def test_without_discount_there_are_values_but_for_their_constant(firstmover):
    game = changed(horizon=None, discount=0, generator=[[-2, 2], [0, 0]])
    game["regimes"][1]["A"] = [[-1]]
    code, answer, _ = firstmover(game)
    # 1 - P^2 - 2 P = 0.
    assert code == 0 and answer["value"]["follower"]["P"][0][0] == pytest.approx([math.sqrt(2) - 1], abs=1e-10)
    assert answer["value"]["follower"]["r"] is None and answer["follower_value"] is None
    code, text, _ = firstmover(game, as_json=False)
    assert code == 0 and "follower P: (((0.4142" in text and "None" not in text and "nan" not in text


def test_an_escape_is_exit_code_1(firstmover):
    game = changed(horizon=3)
    game["regimes"][0]["follower"]["G"] = [[-9]]
    code, answer, _ = firstmover(game)
    assert code == 1 and answer["status"] == "ill-posed" and "finite escape" in answer["message"]
    assert answer["certificate"]["kind"] == "finite escape" and answer["certificate"]["regime"] == 0
    assert answer["value"] is None and answer["gains"] is None and answer["leader_value"] is None
    assert 2.5 < answer["certificate"]["time"] < 3
    code, text, _ = firstmover(game, as_json=False)
    assert code == 1 and "status: ill-posed" in text and "finite escape" in text and "nan" not in text


def test_a_lost_condition_is_exit_code_1(firstmover):
    game = changed(horizon=2)
    game["regimes"][1] |= {"noise": [{"C": [[0]], "D": [[0]], "F": [[1]], "s": [0]}]}
    game["regimes"][1]["follower"] = {"M": [[-1, 0, 0], [0, 0, 0], [0, 0, 0.5]], "G": [[1]]}
    game["regimes"][1]["E"] = [[0]]
    code, answer, _ = firstmover(game)  # H_F,vv = 1/2 + P, P = 1 - s
    assert code == 1 and answer["certificate"]["condition"] == "H_F,vv" and answer["certificate"]["regime"] == 1
    assert answer["certificate"]["time"] == pytest.approx(0.5, abs=1e-10)


def negative_curvature():
    game = copy.deepcopy(ALONE)
    game["regimes"][1]["follower"]["M"][2][2] = -1
    return game


@pytest.mark.parametrize(
    ("game", "options", "message"),
    [
        (
            negative_curvature() | {"horizon": None},
            [],
            "H_F,vv in regime 1: expected a positive definite matrix, found M_F,vv which is not",
        ),
        (negative_curvature(), [], "H_F,vv at the horizon in regime 1: expected a positive definite matrix, found"),
        (changed(horizon=0), [], "horizon: expected a number > 0"),
        (changed(generator=[[-1, 2], [0, 0]]), [], "generator"),
        (changed(generator=[[1, -1], [0, 0]]), [], "generator"),
        (changed(temperature={"leader": -1, "follower": 0}), [], "temperature"),
        (ALONE, ["--concept", "sse"], "expected a concept among stackelberg, nash, found 'sse'"),
        (ALONE, ["--ties", "weak"], "--ties: expected a Markov game with this option, found a lq game"),
    ],
)
def test_one_line_and_exit_code_2(firstmover, game, options, message):
    code, out, err = firstmover(game, *options)
    assert code == 2 and not out and message in err and err.count("\n") == 1


def test_every_stationary_solution_of_a_scalar_game_is_listed(firstmover):
    """Each satisfies both stationary equations of x' = u + v, put down here by hand; the iterations' ends are named."""
    game = to_json(named("simaan-cruz").GAME)
    code, out, _ = firstmover(game)
    found = out["stationary_solutions"]
    assert code == 0 and found["complete"] and len(found["points"]) == 4
    for point in found["points"]:
        a, b = (point["value"][player]["P"][0][0][0] for player in ("leader", "follower"))
        # M_L = diag(13/2, 1, 0), M_F = (3; u v; v^2), beta = 3/4: v = -b x - u/2, u = -(a/2) x.
        u = -a / 2
        v = -b - u / 2
        assert 6.5 + u * u + 2 * a * (u + v) - 0.75 * a == pytest.approx(0, abs=1e-9)
        assert 3 + u * v + v * v + 2 * b * (u + v) - 0.75 * b == pytest.approx(0, abs=1e-9)
        assert point["equilibrium"] == (2 * (u + v) < 0.75)
    assert set(found["reached"].values()) == {2}
    code, out, _ = firstmover(game, as_json=False)
    assert "stationary solutions: 4, proved to be all; 2 of them equilibria" in out
    assert "number 3" in out and "the Riccati flow leaves it" in out


def test_an_iteration_that_ends_at_no_equilibrium_says_so(firstmover):
    # x' = x + u + v, costs x^2 + u^2 and x^2 + v^2, discount 1/10: Newton from zero ends at the unstable solution.
    costs = {"leader": {"M": [[1, 0, 0], [0, 1, 0], [0, 0, 0]]}, "follower": {"M": [[1, 0, 0], [0, 0, 0], [0, 0, 1]]}}
    game = {
        "kind": "lq",
        "discount": 0.1,
        "horizon": None,
        "regimes": [{"A": [[1]], "B": [[1]], "E": [[1]], **costs}],
        "temperature": {"leader": 0, "follower": 0},
        "follower_sees": "action",
    }
    _, out, _ = firstmover(game, as_json=False)
    assert "newton from zero ends at number 0, no equilibrium\n" in out
    assert "flow from zero ends at number 1\n" in out


def test_games_with_an_end_have_no_stationary_solutions(firstmover):
    _, out, _ = firstmover(to_json(named("scalar-regulator").GAME))
    assert "stationary_solutions" not in out
