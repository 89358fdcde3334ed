"""What portraits of linear-quadratic games say, against closed forms and against the solutions they draw."""

import dataclasses
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from games.errors import GameError
from games.linear_quadratic import LinearQuadraticGame
from games.literature import named
from verify.playing import accumulated
from verify.studies import multiplicity, regimes
from verify.studies.figures import Curves, Surface
from verify.studies.multiplicity import count, moved


def _scalar(drift, beta, costs, others, *, E=1, **fields) -> LinearQuadraticGame:
    zero = [[[0]]]
    return LinearQuadraticGame(
        generator=[[0]],
        A=[[[drift]]],
        B=[[[1]]],
        E=[[[E]]],
        b=[[0]],
        C=[zero],
        D=[zero],
        F=[zero],
        s=[[[Fraction(0)]]],
        leader_M=[costs],
        leader_m=[[0, 0, 0]],
        leader_G=zero,
        leader_g=[[0]],
        follower_M=[others],
        follower_m=[[0, 0, 0]],
        follower_G=zero,
        follower_g=[[0]],
        discount=beta,
        leader_temperature=0,
        follower_temperature=0,
        **fields,
    )


@pytest.fixture(scope="module")
def accelerator() -> Any:
    return named("multiplier-accelerator").GAME.float()


@pytest.fixture(scope="module")
def drawing(accelerator):
    return regimes.draw(accelerator, np.random.default_rng(0), lambda done, total: None)


@pytest.mark.parametrize("horizon", [2.0, None])
def test_constant_rates_accumulate_to_their_annuity(accelerator, horizon):
    game = dataclasses.replace(accelerator, discount=0.25, horizon=horizon)
    ones = accumulated(game, lambda t: t, lambda t: np.ones((*np.shape(t), game.regimes)))
    annuity = (1 - np.exp(-0.25 * horizon)) / 0.25 if horizon else 4.0
    assert ones == pytest.approx(np.full(game.regimes, annuity), rel=1e-12)


def test_rates_of_regimes_accumulate_over_their_occupation(accelerator):
    """A rate of one in regime 0 alone: the expected discounted time there, by a Riemann sum over the chain."""
    from scipy.linalg import expm

    game = dataclasses.replace(accelerator, discount=0.25, horizon=2.0)
    there = accumulated(game, lambda t: t, lambda t: np.ones((*np.shape(t), 1)) * (np.arange(game.regimes) == 0))
    steps = 20_000
    one = expm((np.asarray(game.generator) - 0.25 * np.eye(game.regimes)) * 2.0 / steps)
    law, total = np.eye(game.regimes), np.zeros(game.regimes)
    for _ in range(steps):
        total += (law[:, 0] + (law @ one)[:, 0]) / 2 * 2.0 / steps
        law = law @ one
    assert there == pytest.approx(total, rel=1e-7)


def test_without_end_or_discount_the_mean_over_the_stationary_law_counts(accelerator):
    game = dataclasses.replace(accelerator, discount=0.0, horizon=None)
    rates = np.arange(game.regimes) + 1.0
    found = accumulated(game, lambda t: t, lambda t: rates)
    law = np.linalg.matrix_power(np.eye(game.regimes) + np.asarray(game.generator) / 10, 20_000)[0]
    assert found == pytest.approx(np.full(game.regimes, law @ rates), rel=1e-9)


def test_the_portrait_draws_the_values_of_the_solver(accelerator, drawing):
    from solvers.riccati.entry import solve

    surface = drawing.figures[0]
    assert isinstance(surface, Surface)
    x, y = np.asarray(surface.x_grid)[3], np.asarray(surface.y_grid)[7]
    value = solve(accelerator).value("follower", 0.0, np.array([x, y]), 1)
    assert np.asarray(surface.values["the follower, regime 1"])[7][3] == pytest.approx(float(value), rel=1e-9)
    titles = [figure.title for figure in drawing.figures]
    assert titles == ["Values by regime", "Gains over time", "Laws of play", "Sample paths", "What exploring costs"]
    gains = drawing.figures[1]
    assert isinstance(gains, Curves) and len(gains.panels) == 4
    last = gains.panels[0].curves[0]
    assert np.asarray(last.y)[-1] == pytest.approx(
        float(solve(accelerator).gains(float(accelerator.horizon)).leader_gain[0, 0, 0]), abs=1e-9
    )


def test_values_without_end_or_discount_are_drawn_without_constants():
    # x' = u + v, costs u^2 / 2 and (x^2 + v^2) / 2: u = 0, v = -x, and P = 1 of the follower.
    game = _scalar(0, 0, np.diag([0, 1, 0]), np.diag([1, 0, 1])).float()
    drawing = regimes.draw(game, np.random.default_rng(1), lambda done, of: None)
    assert "costs do not add up" in drawing.findings[0] and not any("nan" in finding for finding in drawing.findings)
    assert drawing.findings[-1].endswith("of raw cost a unit of time where he sees her policy.")
    (curve,) = drawing.figures[0].panels[1].curves
    np.testing.assert_allclose(curve.y, np.asarray(curve.x) ** 2 / 2, atol=1e-9)


def test_densities_have_mass_one(drawing):
    laws = drawing.figures[2]
    assert isinstance(laws, Curves)
    for panel in laws.panels:
        for curve in panel.curves:
            assert np.trapezoid(np.asarray(curve.y), np.asarray(curve.x)) == pytest.approx(1, abs=2e-4)


def test_a_game_that_cannot_be_solved_is_named():
    hopeless = _scalar(5, 0, [[-9, 0, 0], [0, 1, 0], [0, 0, 1]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]], E=0, horizon=50)
    with pytest.raises(GameError, match="expected a game that can be solved"):
        regimes.draw(hopeless.float(), np.random.default_rng(0), lambda done, total: None)


def test_counts_of_a_game_solved_by_hand():
    # x' = -x + u - v, costs x^2 + u^2 and v^2 - u^2, discount 1: play is stable at P_L = 12.6, and the flow is not.
    game = _scalar(-1, 1, [[1, 0, 0], [0, 1, 0], [0, 0, 0]], [[0, 0, 0], [0, -1, 0], [0, 0, 1]], E=-1)
    assert count(game, "stackelberg") == multiplicity.Count(solutions=2, equilibria=2, attracting=1)
    # x' = -x + u, leader's cost x^2 + u^2: p^2 + 2p - 1 = 0 has one stabilising root, the follower only pays.
    alone = _scalar(-1, 0, [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[1, 0, 0], [0, 0, 0], [0, 0, 1]], E=0)
    assert count(alone, "nash") == multiplicity.Count(solutions=2, equilibria=1, attracting=1)


def test_moving_a_game_moves_two_entries():
    game: Any = named("simaan-cruz").GAME
    other: Any = moved(game, Fraction(1, 2), Fraction(-1))
    assert other.A[0, 0, 0] == Fraction(1, 2) and other.leader_M[0, 2, 2] == -1
    assert moved(other, Fraction(-1, 2), Fraction(1)) == game.exact()


def test_games_that_are_not_scalar_are_refused(accelerator):
    with pytest.raises(GameError, match="expected one state"):
        multiplicity.draw(accelerator, np.random.default_rng(0), lambda done, total: None)
    game: Any = named("simaan-cruz").GAME
    ending = dataclasses.replace(game, horizon=1)
    with pytest.raises(GameError, match="without an end"):
        multiplicity.draw(ending, np.random.default_rng(0), lambda done, total: None)
