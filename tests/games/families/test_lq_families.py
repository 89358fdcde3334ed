"""What the linear-quadratic families are built for, from the displayed formulas, and by integrating the equations."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from games.errors import GameError
from games.families import family, family_names
from games.families.lq import LinearQuadraticFamily, lift
from games.families.lq_source import dyadics
from games.linear_quadratic import LinearQuadraticGame, LinearQuadraticPoint, Sees, well_posedness

ALL = [name for name in family_names() if name.startswith("lq")]
POINTS = [name for name in ALL if family(name).game is LinearQuadraticPoint]
GAMES = [name for name in ALL if family(name).game is LinearQuadraticGame]
PLAYERS = ("leader", "follower")


def philox(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def batches(name: str, count: int = 12, size: int = 60) -> list[Any]:
    return [family(name).sample(philox(seed), size) for seed in range(count)]


def decoded(name: str, count: int = 6) -> list[Any]:
    fam = family(name)
    return [fam.decode(philox(seed).integers(-60, 60, fam.code_length).tolist()) for seed in range(count)]


def coefficients(game) -> tuple[dict, dict]:
    return {k: getattr(game, f"{k}_P") for k in PLAYERS}, {k: getattr(game, f"{k}_p") for k in PLAYERS}


@pytest.mark.parametrize("name", ALL)
def test_numbers_are_short_dyadics(name):
    """Twins are exact, and cheap: a power of two below, and few digits."""
    for game in batches(name, 4, 8):
        twin = game.exact()
        for entry in (entry for array in twin.core for entry in getattr(twin, array).flat):
            assert entry.denominator & (entry.denominator - 1) == 0 and entry.denominator <= 2**20
            assert abs(entry) < 2**18


@pytest.mark.parametrize("name", POINTS)
def test_points_are_well_posed_exactly_with_every_size_and_sign(name):
    for point in decoded(name):
        assert isinstance(point, LinearQuadraticPoint) and point.is_exact and point.horizon is None
    drawn = batches(name)
    assert len({(p.regimes, p.states, p.leader_actions, p.follower_actions, p.channels) for p in drawn}) >= 4
    for point in drawn:
        assert point[7].exact().horizon is None  # its constructor judges exactly
        values = np.linalg.eigvalsh(point.leader_P)
        assert (values > 0).any() and (values < 0).any() and (point.leader_temperature == 0).any()
        assert (point.leader_temperature > 0).any() and set(np.unique(point.regime)) == set(range(point.regimes))
        assert not point.leader_G.any() and not point.follower_g.any()


@pytest.mark.parametrize("name", ["lq_point", "lq_point_uncoupled", "lq_point_nearly_ill_posed"])
def test_costs_follow_the_displayed_construction(name):
    """H_L,uu and Hhat_uu have a common positive definite lower bound, which one of them attains for one action."""
    for point in batches(name, 6):
        posed = well_posedness(point, point.leader_P, point.follower_P)
        if point.leader_actions == 1:
            smaller = np.minimum(posed["Hhat_uu"], posed["H_L,uu"])
            seen = posed["Hhat_uu"] - posed["H_L,uu"]
            assert not seen.any() or (seen.min() < 0 < seen.max())
            if name != "lq_point_nearly_ill_posed":
                assert smaller.max() <= 1.25 and smaller.min() >= 0.25


def test_nearly_ill_posed_points_and_games():
    edges = []
    for name in ("lq_point_nearly_ill_posed", "lq_nearly_ill_posed"):
        for game in batches(name):
            P = (game.leader_G, game.follower_G) if name == "lq_nearly_ill_posed" else (game.leader_P, game.follower_P)
            posed = well_posedness(game, *P)
            least = {k: np.linalg.eigvalsh(matrices).min(axis=(-2, -1)) for k, matrices in posed.items()}
            assert min(edge.min() for edge in least.values()) > 0
            edges.append(
                [(least["H_F,vv"] < 0.1).mean(), (least["Hhat_uu"] < 0.1).mean(), (least["H_L,uu"] < 0.1).mean()]
            )
            assert np.minimum(least["H_F,vv"], np.minimum(least["Hhat_uu"], least["H_L,uu"])).min() < 2.0**-9
    assert (np.mean(edges, axis=0) > 0.05).all()


def test_zero_sum():
    for point in batches("lq_point_zero_sum") + decoded("lq_point_zero_sum"):
        for array in ("M", "m", "P", "p", "G", "g"):
            assert (getattr(point, f"leader_{array}") + getattr(point, f"follower_{array}") == 0).all()
        assert point.is_exact or point.leader_P.any()
    for game in batches("lq_zero_sum") + decoded("lq_zero_sum"):
        for array in ("M", "m", "G", "g"):
            assert (getattr(game, f"leader_{array}") + getattr(game, f"follower_{array}") == 0).all()
        posed = well_posedness(game, game.leader_G, game.follower_G)  # H_F,vv = -H_L,vv
        for matrices in (posed["H_F,vv"], posed["H_L,uu"]):
            assert np.linalg.eigvalsh(matrices.astype(float)).min() >= 1


@pytest.mark.parametrize("name", ["lq_no_leader", "lq_point_no_leader"])
def test_a_leader_who_moves_nothing(name):
    for game in batches(name, 8) + decoded(name):
        _, u, _ = game.blocks()
        others = [i for i in range(game.leader_M.shape[-1]) if not u.start <= i < u.stop]
        assert not game.B.any() and not game.D.any()
        assert not game.leader_M[..., u, others].any() and not game.leader_m[..., u].any()
        assert not game.follower_M[..., u, :].any() and not game.follower_m[..., u].any()
        assert np.linalg.eigvalsh(game.leader_M[..., u, u].astype(float)).min() > 0
        assert game.leader_M[..., others, :].any() or game.is_exact


def test_uncoupled_points(riccati):
    coupled = 0
    for point in decoded("lq_point_uncoupled", 12):
        n, ku = point.states, point.leader_actions
        coupled += point.follower_M[:, n + ku :, n : n + ku].any()
        for i in range(point.regimes):
            P, p = coefficients(point)
            stage = riccati.Stage(
                point, i, {k: P[k][i] for k in PLAYERS}, {k: p[k][i] for k in PLAYERS}, riccati.inverse
            )
            assert not stage.H["follower"][n + ku :, n : n + ku].any()
    assert coupled, "noise couples the actions, and the cost undoes it"


def test_stationary_points_are_stationary_exactly(riccati):
    """Both equations of both players by the displayed formulas, in Fractions; generic points are not stationary."""
    points = decoded("lq_point_stationary") + [batch[3].exact() for batch in batches("lq_point_stationary", 5)]
    assert {point.regimes for point in points} >= {1, 2}
    for point in points:
        for i in range(point.regimes):
            for found in riccati.rates(point, i, *coefficients(point), riccati.inverse)[:2]:
                assert not any(rate.any() for rate in found.values())
    generic = decoded("lq_point", 3)
    assert all(
        any(rate.any() for rate in riccati.rates(point, 0, *coefficients(point), riccati.inverse)[0].values())
        for point in generic
    )


def test_generators():
    for game in batches("lq_absorbing"):
        assert game.regimes >= 2 and not game.generator[:, -1].any() and (game.generator[:, :-1, -1] >= 1).all()
    for game in batches("lq_fast_switching"):
        away = game.generator[:, ~np.eye(game.regimes, dtype=bool)]
        assert away.min() >= 8 and away.max() >= 2**11 and game.regimes >= 2
    assert {game.regimes for game in batches("lq_single_regime")} == {1}


def test_linear_terms():
    names = ("b", "s", "leader_m", "follower_m", "leader_g", "follower_g")
    for game in batches("lq_affine", 4, 400):
        assert all(
            getattr(game, name).any(axis=tuple(range(1, getattr(game, name).ndim))).mean() > 0.7 for name in names
        )
    zero = [(~game.b.any(axis=(1, 2))).mean() for game in batches("lq_well_posed", 4, 400)]
    assert all(0.4 < share < 0.75 for share in zero)


@pytest.mark.parametrize("name", ["lq_well_posed", "lq_affine", "lq_single_regime", "lq_absorbing", "lq_infinite"])
def test_costs_are_positive_definite(name):
    for game in batches(name, 6):
        for k in PLAYERS:
            assert np.linalg.eigvalsh(getattr(game, f"{k}_M")).min() > 0.4
            assert np.linalg.eigvalsh(getattr(game, f"{k}_G")).min() > -1e-12
        assert (game.horizon is None) == (name == "lq_infinite") and game.discount.min() >= 0
        assert name != "lq_infinite" or game.discount.min() > 0


@pytest.mark.parametrize("name", ["lq_well_posed", "lq_zero_sum"])
def test_most_games_keep_their_values_to_the_horizon(name, riccati):
    """Runge-Kutta steps of the two coupled Riccati equations: values stay finite and the game well posed."""
    lasting = total = 0
    for batch in batches(name, 6, 3):
        for game in batch:
            kept = True
            for P, _ in riccati.backwards(game, game.horizon, 24):
                posed = well_posedness(game, P["leader"], P["follower"])
                kept = max(abs(P[k]).max() for k in PLAYERS) < 1e3 and all(
                    np.linalg.eigvalsh(matrices).min() > 0 for matrices in posed.values()
                )
                if not kept:
                    break
            lasting, total = lasting + kept, total + 1
    assert lasting >= 0.9 * total


class TestParameters:
    def test_a_horizon_and_what_the_follower_sees_are_drawn_for_a_batch(self):
        fam = family("lq_well_posed")
        drawn = {(game.horizon, game.follower_sees) for game in batches("lq_well_posed", 60, 1)}
        assert drawn == {(horizon, sees) for horizon in (0.5, 1, 2) for sees in Sees}
        never = dataclasses.replace(fam, horizons=(None,), sees=("policy",), discounts=(Fraction(3),), temperatures=[2])
        for game in (never.sample(philox(1), 3), never.decode([1, 2, 3])):
            assert isinstance(game, LinearQuadraticGame) and game.horizon is None and game.follower_sees is Sees.POLICY
            assert (game.discount == 3).all() and (game.leader_temperature == 2).all()

    @pytest.mark.parametrize(
        "parameters",
        [
            {"discounts": (-1,)},
            {"discounts": ()},
            {"temperatures": (1, -2)},
            {"temperatures": 3},
            {"horizons": (0,)},
            {"horizons": (None, -1)},
            {"sees": ("both",)},
            {"regimes": 0},
            {"channels": (2, 1)},
        ],
    )
    def test_refusals(self, parameters):
        with pytest.raises(GameError, match=f"^{next(iter(parameters))}|sizes"):
            dataclasses.replace(family("lq_point"), **parameters)

    def test_every_family_is_of_this_kind(self):
        assert all(isinstance(family(name), LinearQuadraticFamily) for name in ALL)
        assert len(GAMES) >= 9 and len(POINTS) >= 6


def test_a_game_of_a_code_keeps_its_numbers_when_its_sizes_shrink():
    code = philox(1).integers(-60, 60, 400).tolist()
    large: Any = family("lq_point").decode([1, 1, 1, 1, 1, *code])
    small: Any = family("lq_point").decode([0, 0, 0, 0, 0, *code])
    assert large.B.shape == (2, 2, 2) and small.B.shape == (1, 1, 1)
    assert small.B[0, 0, 0] == large.B[0, 0, 0] and small.leader_P[0, 0, 0] == large.leader_P[0, 0, 0]
    assert small.C[0, 0, 0, 0] == large.C[0, 0, 0, 0] and small.state[0] == large.state[0]


def test_dyadics_come_simplest_first():
    assert [*map(str, dyadics(1, 2))] == ["0", "1", "-1", "2", "-2", "1/2", "-1/2", "3/2", "-3/2"]


def test_the_lift_is_the_least_of_gershgorin():
    matrices = np.array([[[2.0, 3], [3, 5]], [[1, 0], [0, 1]], [[-2, 1], [1, 0]], [[4, -4], [-4, 4]]])
    assert lift(matrices)[:, 0, 0].tolist() == [1, 0, 3, 0] and not lift(matrices)[:, 0, 1].any()
    assert np.linalg.eigvalsh(matrices + lift(matrices)).min() >= 0
