"""Published linear-quadratic games: their coefficients solve the equations, and finite horizons lead there."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from games.linear_quadratic import LinearQuadraticGame, Sees, well_posedness
from games.literature import literature, named

NAMES = [name for name in literature() if isinstance(named(name).GAME, LinearQuadraticGame)]
PLAYERS = ("leader", "follower")
COEFFICIENTS = [f"{player}_{name}" for player in PLAYERS for name in ("P", "p", "r")]
STATIONARY = ["marketing-channel", "simaan-cruz", "sticky-prices"]


def entry(name: str) -> tuple[Any, dict[str, str]]:
    return named(name).GAME, dict(named(name).ANSWERS)


def answered(name: str) -> dict[str, dict[str, np.ndarray]]:
    """The stated coefficients of a scalar game as arrays of one regime, P by player and so on."""
    answers = entry(name)[1]
    shapes = {"P": (1, 1, 1), "p": (1, 1), "r": (1,)}
    return {
        coefficient: {
            player: np.full(shape, Fraction(answers[f"{player}_{coefficient}"]), dtype=object) for player in PLAYERS
        }
        for coefficient, shape in shapes.items()
    }


def test_these_are_the_published_games():
    assert NAMES == ["marketing-channel", "multiplier-accelerator", "scalar-regulator", "simaan-cruz", "sticky-prices"]
    assert all([*entry(name)[1]] == COEFFICIENTS for name in NAMES if name != "multiplier-accelerator")


@pytest.mark.parametrize("name", STATIONARY)
def test_stated_coefficients_are_stationary_exactly(name, riccati):
    game, at = entry(name)[0], answered(name)
    assert game.horizon is None and game.discount > 0
    for found in riccati.rates(game, 0, at["P"], at["p"], riccati.inverse, at["r"]):
        assert {player: np.ravel(rate).tolist() for player, rate in found.items()} == {
            player: [0] for player in PLAYERS
        }
    posed = well_posedness(game, at["P"]["leader"], at["P"]["follower"])
    assert posed["H_F,vv"][0, 0, 0] > 0 and np.linalg.eigvalsh(posed["Hhat_uu"].astype(float)).min() > 0


@pytest.mark.parametrize("name", STATIONARY)
def test_finite_horizons_lead_to_the_stated_solution(name, riccati):
    game, at = entry(name)[0].float(), answered(name)
    *_, (P, p) = riccati.backwards(game, 30.0, 300)
    for player in PLAYERS:  # 30 units of time at rates above 1/2 leave less than 1e-6
        assert P[player].item() == pytest.approx(float(at["P"][player].item()), abs=1e-6)
        assert p[player].item() == pytest.approx(float(at["p"][player].item()), abs=1e-5)


@pytest.mark.parametrize(
    "name, gains, offset",
    [
        ("simaan-cruz", ["-1", "-1/2"], ["0", "0"]),
        ("sticky-prices", ["5/6", "5/6"], ["-4/3", "-4/3"]),
        ("marketing-channel", ["3/8", "1/8", "9/16"], ["5/2", "3/2", "15/4"]),
    ],
)
def test_notes_say_what_is_played(name, gains, offset, riccati):
    game, at = entry(name)[0], answered(name)
    P, p = ({k: at[name][k][0] for k in PLAYERS} for name in ("P", "p"))
    stage = riccati.Stage(game, 0, P, p, riccati.inverse)
    assert stage.Phi[1:, 0].tolist() == [Fraction(gain) for gain in gains]
    assert stage.phi[1:].tolist() == [Fraction(part) for part in offset]


def test_moving_first_gains_nothing_with_sticky_prices(riccati):
    """The follower's reply does not depend on the leader's quantity, and K = 1/6 solves 3 K^2 - (6 + r) K + 1 = 0."""
    game, answers = entry("sticky-prices")
    assert not game.follower_M[0, 2, 1] and not game.leader_M[0, 1, 2]
    assert all(answers[f"leader_{name}"] == answers[f"follower_{name}"] for name in ("P", "p", "r"))
    K = -Fraction(answers["leader_P"])
    assert 3 * K**2 - (6 + game.discount) * K + 1 == 0
    price = Fraction(19, 4)
    assert 10 - price - 2 * (Fraction(5, 6) * price - Fraction(4, 3)) == 0


def test_the_retailer_must_see_the_wholesale_price():
    game, at = entry("marketing-channel")[0], answered("marketing-channel")
    posed = well_posedness(game, at["P"]["leader"], at["P"]["follower"])
    assert posed["H_L,uu"][0, 0].tolist() == [0, 0] and posed["Hhat_uu"][0].tolist() == [[1, 0], [0, 1]]
    assert game.follower_sees is Sees.ACTION
    goodwill = 4
    assert Fraction(goodwill, 8) + Fraction(3, 2) - Fraction(goodwill, 2) == 0


def test_the_regulator_is_a_hyperbolic_tangent(riccati):
    game, answers = entry("scalar-regulator")
    assert answers["follower_P"] == "tanh(1)" and game.horizon == 1
    assert {value for name, value in answers.items() if name != "follower_P"} == {"0"}
    for steps, error in ((20, 1e-6), (40, 1e-7)):
        values = list(riccati.backwards(game.float(), 1.0, steps))
        for step, (P, p) in enumerate(values, 1):
            assert P["follower"].item() == pytest.approx(math.tanh(step / steps), abs=error)
            assert P["leader"].item() == p["leader"].item() == p["follower"].item() == 0


class TestMultiplierAccelerator:
    def test_shares_of_the_regimes(self):
        game, answers = entry("multiplier-accelerator")
        shares = np.array([Fraction(share) for share in answers["regime_shares"].split(", ")])
        assert shares.sum() == 1 and not (shares @ game.generator).any() and (shares > 0).all()

    def test_the_source(self):
        """One year of the chain and of the economy are the identity plus what the game has."""
        game = entry("multiplier-accelerator")[0]
        year = np.array([["0.67", "0.17", "0.16"], ["0.30", "0.47", "0.23"], ["0.26", "0.10", "0.64"]])
        assert (game.generator + np.eye(3, dtype=int) == np.vectorize(Fraction)(year)).all()
        companion = game.A + np.eye(2, dtype=int)
        assert (companion[:, 0] == [0, 1]).all()
        assert companion[:, 1].astype(float).tolist() == [[-2.5, 3.2], [-43.7, 45.4], [5.3, -5.2]]
        for player in PLAYERS:
            assert np.linalg.eigvalsh(getattr(game, f"{player}_M")[:, :2, :2].astype(float)).min() > 0

    def test_it_is_well_posed_to_its_horizon(self, riccati):
        game = entry("multiplier-accelerator")[0].float()
        for P, _ in riccati.backwards(game, game.horizon, 300):
            for matrices in well_posedness(game, P["leader"], P["follower"]).values():
                assert matrices.min() > 0.25  # of one action each: H_F,vv = 2 at the horizon, 1 < H_L,uu
            assert max(abs(P[player]).max() for player in PLAYERS) < 1e4
