"""Linear-quadratic games: what is refused and where, batches and twins, and well-posedness against eigenvalues."""

from __future__ import annotations

import dataclasses
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from games.core import stack
from games.errors import GameError
from games.families import family
from games.linear_quadratic import (
    LinearQuadraticGame,
    LinearQuadraticPoint,
    Sees,
    action_hessian,
    is_positive_definite,
    well_posedness,
)

POINTS: Any = family("lq_point")


def philox(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def sized(**sizes):
    return dataclasses.replace(POINTS, **sizes)


def arrays(game) -> dict[str, Any]:
    return {name: getattr(game, name) for name in game.core}


def zeros(*, regimes=2, states=2, leader=1, follower=1, channels=1, **changes) -> LinearQuadraticGame:
    """A game without dynamics whose actions cost their squares, with some arrays changed."""
    sizes = {
        "regimes": regimes,
        "states": states,
        "leader actions": leader,
        "follower actions": follower,
        "channels": channels,
        "variables": states + leader + follower,
    }
    core = LinearQuadraticGame.core
    entries: dict[str, Any] = {name: np.zeros([sizes[axis] for axis in axes]) for name, axes in core.items()}
    for name in ("leader_M", "follower_M"):
        entries[name] = entries[name] + np.eye(sizes["variables"])
    return LinearQuadraticGame(**entries | changes)


def changed(array: np.ndarray, *index: int, to: Any) -> np.ndarray:
    copy = array.copy()
    copy[index] = to
    return copy


class TestRefusals:
    @pytest.mark.parametrize(
        "name, index, value, found",
        [
            ("generator", (0, 1), -1, r"generator\[0, 1\]: expected a rate >= 0, found -1"),
            ("generator", (1, 0), 0.5, r"generator\[1\]: expected rates that sum to 0 in the row, found 0.5"),
            ("leader_M", (1, 0, 3), 2, r"leader_M\[1, 0, 3\]: expected a symmetric matrix, found 2"),
            ("follower_M", (0, 2, 1), -3, r"follower_M\[0, 1, 2\]: expected a symmetric matrix, found 0"),
            ("leader_G", (0, 1, 0), 1, r"leader_G\[0, 0, 1\]: expected a symmetric matrix"),
            ("follower_G", (1, 0, 1), 1, r"follower_G\[1, 0, 1\]: expected a symmetric matrix"),
            ("A", (0, 1, 1), np.nan, r"A\[0, 1, 1\]: expected a finite number, found nan"),
            ("s", (1, 0, 1), np.inf, r"s\[1, 0, 1\]: expected a finite number, found inf"),
            ("discount", (), -0.5, "discount: expected a number >= 0, found -0.5"),
            ("leader_temperature", (), -1, "leader_temperature: expected a number >= 0, found -1"),
            ("follower_temperature", (), -1e-9, "follower_temperature: expected a number >= 0"),
        ],
    )
    @pytest.mark.parametrize("exact", [False, True])
    def test_entries(self, name, index, value, found, exact):
        if exact and not np.isfinite(value):
            return
        game = zeros().exact() if exact else zeros()
        entries = arrays(game)
        wrong = Fraction(value) if exact else value
        entries[name] = changed(entries[name], *index, to=wrong)
        found = found.replace("sum to 0", "sum to exactly 0").replace("0.5", "1/2") if exact else found
        if exact and name == "discount":
            found = "discount: expected a number >= 0, found -1/2"
        with pytest.raises(GameError, match=f"^{found}"):
            LinearQuadraticGame(**entries)

    @pytest.mark.parametrize("horizon", [0, -1, -0.5, "-1/3", float("nan"), float("inf"), "x", [1], True, "1e400"])
    def test_horizons(self, horizon):
        with pytest.raises(GameError, match=r"^horizon: expected"):
            zeros(horizon=horizon)

    def test_a_horizon_beyond_the_floats_is_one_of_an_exact_game(self):
        game = LinearQuadraticGame(**arrays(zeros().exact()), horizon="1e400")
        assert game.horizon == 10**400
        with pytest.raises(
            GameError, match="horizon: expected a length a float can hold, found an integer of about 401"
        ):
            game.float()
        with pytest.raises(GameError, match="horizon: expected a length a float can hold"):
            zeros(horizon="1e-400")

    @pytest.mark.parametrize("sees", ["actions", "", None, 1, ["action"], "ACTION"])
    def test_what_the_follower_sees(self, sees):
        with pytest.raises(GameError, match=r"^follower_sees: expected 'action' or 'policy', found "):
            zeros(follower_sees=sees)

    def test_variables_are_states_and_actions(self):
        with pytest.raises(GameError, match=r"leader_M: expected 4 variables \(2 states, 1 \+ 1 actions\), found 5"):
            zeros(
                leader_M=np.zeros((2, 5, 5)),
                follower_M=np.zeros((2, 5, 5)),
                leader_m=np.zeros((2, 5)),
                follower_m=np.zeros((2, 5)),
            )
        with pytest.raises(GameError, match="follower_m: expected 4 variables as in leader_M, found 5"):
            zeros(follower_m=np.zeros((2, 5)))

    def test_huge_entries_are_refused_without_a_warning(self):
        huge = np.array([[-1.7e308, 1.7e308], [1.7e308, 1.7e308]])
        with pytest.raises(GameError, match=r"generator\[1\]: expected rates that sum to 0"):
            zeros(generator=huge)
        with pytest.raises(GameError, match="symmetric"):
            zeros(leader_G=np.array([[[0, 1.7e308], [-1.7e308, 0]]] * 2))

    def test_rounding_is_no_defect_of_a_float_game(self):
        thirds = np.array([[-0.3, 0.1, 0.2], [0.1, -0.4, 0.3], [0.7, 0.1, -0.8]])
        game = zeros(regimes=3, generator=thirds, leader_G=np.array([[[1, 0.1 + 0.2], [0.3, 1]]] * 3))
        assert abs(thirds.sum(axis=1)).max() > 0 and 0.1 + 0.2 != 0.3
        with pytest.raises(GameError, match="exactly 0"):
            game.exact()

    def test_each_game_of_a_batch_is_judged_by_itself(self):
        """A row that misses zero by 2^-30 is wrong beside rates of 1, also in a batch with rates of 2^20."""
        wrong = np.array([[-1.0, 1 + 2.0**-30], [0, 0]])
        large = np.array([[-(2.0**20), 2.0**20], [0, 0]])
        with pytest.raises(GameError, match=r"generator\[1, 0\]"):
            zeros(generator=np.stack([large, wrong]))


class TestGames:
    def test_sizes_and_blocks(self):
        game = zeros(regimes=3, states=4, leader=2, follower=1, channels=5)
        assert (game.regimes, game.states, game.leader_actions, game.follower_actions, game.channels) == (3, 4, 2, 1, 5)
        z = np.arange(7)
        assert [z[block].tolist() for block in game.blocks()] == [[0, 1, 2, 3], [4, 5], [6]]

    def test_plain_fields_pass_through_everything(self):
        game = zeros(horizon="1/3", follower_sees="policy")
        assert game.horizon == 1 / 3 and game.follower_sees is Sees.POLICY
        twin = game.exact()
        assert twin.horizon == Fraction(1 / 3) and type(twin.horizon) is Fraction and twin.exact() is twin
        assert twin.float() == game and type(twin.float().horizon) is float
        batch = stack([game, game])
        assert batch[1] == game and batch.horizon == 1 / 3 and batch[1].follower_sees is Sees.POLICY
        assert pickle.loads(pickle.dumps(twin)) == twin
        assert zeros(horizon=1) != zeros(horizon=2) != zeros() and zeros(follower_sees="policy") != zeros()
        with pytest.raises(GameError, match="other fields that differ"):
            stack([game, zeros()])

    def test_an_exact_horizon_makes_no_float_game_exact(self):
        assert not zeros(horizon=Fraction(1, 2)).is_exact and zeros(horizon=Fraction(1, 2)).horizon == 0.5


class TestPoints:
    @pytest.mark.parametrize(
        "name, value, found",
        [
            ("regime", 2, r"regime: expected one of 0, ..., 1, found 2"),
            ("regime", -1, "regime: expected one of"),
            ("regime", 0.5, "regime: expected one of"),
            ("leader_factor", [[1, 1], [0, 1]], r"leader_factor\[0, 1\]: expected 0 above the diagonal, found 1"),
            ("leader_factor", [[1, 0], [5, 0]], r"leader_factor\[1, 1\]: expected a positive diagonal, found 0"),
            ("follower_factor", [[-1, 0], [5, 1]], r"follower_factor\[0, 0\]: expected a positive diagonal, found -1"),
            ("leader_P", [[[0, 1], [0, 0]]] * 2, r"leader_P\[0, 0, 1\]: expected a symmetric matrix"),
            ("state", [1, 2, 3], "state: expected 2 states"),
        ],
    )
    @pytest.mark.parametrize("exact", [False, True])
    def test_refusals(self, name, value, found, exact):
        two = {axis: 2 for axis in ("regimes", "states", "leader_actions", "follower_actions", "channels")}
        game = sized(**two).sample(philox(1), 1)[0]
        entries = arrays(game.exact() if exact else game)
        as_number = np.vectorize(Fraction, otypes=[object]) if exact else np.array
        entries[name] = as_number(np.array(value, dtype=float))
        if exact and isinstance(value, float):
            found = found.replace(str(value), str(Fraction(value)))
        with pytest.raises(GameError, match=f"^{found}"):
            LinearQuadraticPoint(**entries)

    def test_each_condition_is_asked_for_in_every_regime(self):
        game = sized(regimes=2, states=1, leader_actions=1, follower_actions=1, channels=1).sample(philox(2), 3)
        posed = well_posedness(game, game.leader_P, game.follower_P)
        assert {k: matrices.shape for k, matrices in posed.items()} == dict.fromkeys(posed, (3, 2, 1, 1))
        # Less than the whole of a scalar off M shifts the scalar by as much: to the edge, and just not.
        M = game.follower_M.copy()
        M[1, 1, 2, 2] -= posed["H_F,vv"][1, 1, 0, 0]
        with pytest.raises(GameError, match=r"^H_F,vv in regime 1 of game \[1\]: expected a positive definite matrix"):
            LinearQuadraticPoint(**arrays(game) | {"follower_M": M})
        for name in ("Hhat_uu", "H_L,uu"):
            M = game.leader_M.copy()
            M[2, 0, 1, 1] -= posed[name][2, 0, 0, 0]
            first = "Hhat_uu" if posed["Hhat_uu"][2, 0, 0, 0] <= posed[name][2, 0, 0, 0] else "H_L,uu"
            with pytest.raises(GameError, match=rf"^{first} in regime 0 of game \[2\]"):
                LinearQuadraticPoint(**arrays(game) | {"leader_M": M})

    def test_no_reply_leaves_nothing_to_reduce(self):
        game = zeros(states=1)
        none = well_posedness(zeros(states=1, follower_M=-game.follower_M), game.leader_G, game.follower_G)
        assert not none["Hhat_uu"].any() and not is_positive_definite(none["H_F,vv"]).any()
        twin = zeros(states=1, follower_M=-game.follower_M).exact()
        exactly = well_posedness(twin, twin.leader_G, twin.follower_G)
        assert {type(entry) for entry in exactly["Hhat_uu"].flat} == {Fraction}

    def test_what_leaves_the_floats_is_not_well_posed(self):
        game = POINTS.sample(philox(3), 1)[0]
        entries = arrays(game) | {"F": 0 * game.F + 1e200, "follower_P": 0 * game.follower_P + np.eye(game.states)}
        with pytest.raises(GameError, match=r"^H_F,vv in regime 0"):
            LinearQuadraticPoint(**entries)

    def test_the_matrices_by_loops(self):
        """H_F,vv, Hhat_uu, H_L,uu from their definitions, entry by entry, in Fractions."""
        for seed in range(6):
            game = POINTS.decode(philox(seed).integers(-40, 40, POINTS.code_length).tolist())
            ku, kv, n = game.leader_actions, game.follower_actions, game.states
            for i in range(game.regimes):
                H = {}
                for player in ("leader", "follower"):
                    M, P = getattr(game, f"{player}_M")[i], getattr(game, f"{player}_P")[i]
                    J = np.concatenate([game.D[i], game.F[i]], axis=-1)
                    H[player] = [
                        [
                            M[n + a, n + b]
                            + sum(
                                J[d, x, a] * P[x, y] * J[d, y, b]
                                for d in range(game.channels)
                                for x in range(n)
                                for y in range(n)
                            )
                            for b in range(ku + kv)
                        ]
                        for a in range(ku + kv)
                    ]
                    assert action_hessian(game, player, getattr(game, f"{player}_P"))[i].tolist() == H[player]
                follower, leader = np.array(H["follower"]), np.array(H["leader"])
                posed = {
                    name: matrices[i] for name, matrices in well_posedness(game, game.leader_P, game.follower_P).items()
                }
                assert (posed["H_F,vv"] == follower[ku:, ku:]).all() and (posed["H_L,uu"] == leader[:ku, :ku]).all()
                # T solves H_F,vv T + H_F,vu = 0; Hhat_uu is the value of H_L on (u, Tu), polarised.
                T = -_inverse(follower[ku:, ku:]) @ follower[ku:, :ku]
                G = np.concatenate([np.eye(ku, dtype=int) * Fraction(1), T])
                assert (posed["Hhat_uu"] == G.T @ leader @ G).all()


def _inverse(matrix: np.ndarray) -> np.ndarray:
    """By the adjugate, for one or two rows."""
    if len(matrix) == 1:
        return 1 / matrix
    (a, b), (c, d) = matrix
    return np.array([[d, -b], [-c, a]]) / (a * d - b * c)


class TestPositiveDefinite:
    def test_against_eigenvalues(self):
        rng = philox(7)
        for size in (1, 2, 3, 4):
            root = rng.standard_normal((300, size, size))
            matrices = root + np.swapaxes(root, -1, -2) + rng.uniform(0, 4, (300, 1, 1)) * np.eye(size)
            least = np.linalg.eigvalsh(matrices)[:, 0]
            clear = abs(least) > 1e-9
            found = is_positive_definite(matrices)
            assert (found == (least > 0))[clear].all() and 20 < found.sum() < 300

    def test_by_principal_minors_exactly(self):
        singular = [[1, 2], [2, 4]]
        cases = [
            ([[1, 2], [2, 5]], True),
            (singular, False),
            ([[0, 0], [0, 1]], False),
            ([[-1, 0], [0, -1]], False),
            ([[0, 1], [1, 9]], False),
            ([["1/3", "1/3"], ["1/3", "2/3"]], True),
            ([["1/3", "1/3"], ["1/3", "1/3"]], False),
        ]
        for rows, expected in cases:
            matrix = np.array([[Fraction(entry) for entry in row] for row in rows], dtype=object)
            assert is_positive_definite(matrix) == expected
        tenths = np.array([[0.1, 0.1], [0.1, np.nextafter(0.1, 1)]])
        assert is_positive_definite(tenths) and not is_positive_definite(np.full((2, 2), 0.1))

    @pytest.mark.parametrize("entry", [np.nan, np.inf, -np.inf])
    def test_numbers_that_are_not_finite(self, entry):
        assert not is_positive_definite(np.array([[entry]]))
        assert not is_positive_definite(np.array([[1.0, entry], [entry, 1.0]]))
        assert not is_positive_definite(np.array([[1.0, 0.0], [0.0, entry]]))
