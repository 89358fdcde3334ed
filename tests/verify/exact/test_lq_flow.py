"""Coupled Riccati equations in balls, against closed forms, against floats, and refused where nothing is proved."""

import dataclasses
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import ctx, fmpq

from games.families import family
from games.linear_quadratic import LinearQuadraticGame
from solvers.riccati.entry import solve
from solvers.riccati.hamiltonian import Values, rates, stage
from verify.claims.errl.solved import indifferent_answer, scalar_game, two_controllers
from verify.exact.errors import CertificateError
from verify.exact.lq_equations import Equations, Order, right_side
from verify.exact.lq_flow import (
    lq_follower_nash_cost,
    lq_follower_stackelberg_cost,
    lq_leader_nash_cost,
    lq_leader_stackelberg_cost,
    terminal_limit_gap,
    values,
)

NOTHING = [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
FACT: dict[str, str] = {}
SMALL = {"regimes": 2, "states": 1, "leader_actions": 1, "follower_actions": 1, "channels": 1, "temperatures": (0,)} | {
    "horizons": (Fraction(1, 2),)
}


def encloses(ball: Any, number: float, *, within: float = 1e-14) -> bool:
    """Whether a ball holds a number that is itself known to `within`, and is no wider."""
    return bool(abs(ball - number) < within) and float(ball.rad()) < within


class TestEquations:
    @pytest.mark.parametrize("order", list(Order))
    @pytest.mark.parametrize("seed", range(4))
    def test_the_right_side_is_that_of_the_solvers(self, order, seed):
        """P~ of an affine game carries p and 2r: three equations of the solvers in one of the checkers."""
        points: Any = family("lq_point").sample(np.random.default_rng(seed), 3)
        for point in points:
            found = {name: Values(**{part: getattr(point, f"{name}_{part}") for part in "Ppr"}) for name in PLAYERS}
            cold = _without_temperatures(point)
            here = stage(cold, found["leader"], found["follower"], str(order))
            expected = rates(cold, found["leader"], found["follower"], here)
            equations = Equations.of(cold.exact())
            own, _ = right_side(equations, equations.candidate(cold.exact()), order)
            for mine, theirs in zip(own, expected, strict=True):
                n = point.states
                numbers = np.array([[[float(fraction(x)) for x in row] for row in P] for P in mine])
                # Rates are in time, flows in time to go.
                size = 1 + np.abs(numbers).max()
                assert np.allclose(numbers[:, :n, :n], -theirs.P, rtol=0, atol=1e-11 * size)
                if equations.is_affine:
                    assert np.allclose(numbers[:, :n, n], -theirs.p, rtol=0, atol=1e-11 * size)
                    assert np.allclose(numbers[:, n, n] / 2, -theirs.r, rtol=0, atol=1e-11 * size)

    def test_temperatures_are_refused(self):
        with pytest.raises(CertificateError, match="temperatures"):
            Equations.of(scalar(leader_temperature=1))


class TestFiniteHorizon:
    def test_one_player_has_a_hyperbolic_tangent(self):
        """dx = v dt, cost (x^2 + v^2)/2: P = tanh T."""
        game = scalar_game(0, 0, 1, NOTHING, [[1, 0, 0], [0, 0, 0], [0, 0, 1]], horizon=2)
        for cost in (lq_follower_stackelberg_cost, lq_follower_nash_cost):
            assert encloses(cost(game, FACT, 128), math.tanh(2) / 2)

    @pytest.mark.parametrize("order", list(Order))
    def test_it_agrees_with_the_solver(self, order):
        small = dataclasses.replace(family("lq_well_posed"), **SMALL)
        for game in small.sample(np.random.default_rng(5), 1):
            cold = _without_temperatures(game)
            found = values(cold.exact(), order, 48)
            solution = solve(cold, concept=str(order))
            n = cold.states
            for mine, theirs in zip(found, (solution.leader, solution.follower), strict=True):
                numbers = np.array([[[float(x.mid()) for x in row] for row in P] for P in mine])
                # What the solver is asked for; the balls are far narrower.
                assert np.allclose(numbers[:, :n, :n], theirs.P, rtol=0, atol=1e-7 * (1 + np.abs(theirs.P).max()))
                if numbers.shape[-1] > n:
                    assert np.allclose(numbers[:, :n, n], theirs.p, rtol=0, atol=1e-7 * (1 + np.abs(theirs.p).max()))
                    assert np.allclose(numbers[:, n, n] / 2, theirs.r, rtol=0, atol=1e-7 * (1 + np.abs(theirs.r).max()))

    def test_more_bits_are_narrower_and_overlap(self):
        game = indifferent_answer(horizon=2)
        wide, narrow = (lq_leader_stackelberg_cost(game, FACT, bits) for bits in (64, 128))
        assert wide.overlaps(narrow) and float(narrow.rad()) < 1e-3 * float(wide.rad())

    def test_an_escape_is_refused(self):
        """P' = P^2 from 1 is infinite at time 1."""
        escaping = scalar_game(0, 0, 1, NOTHING, [[0, 0, 0], [0, 0, 0], [0, 0, 1]], horizon=2)
        explosive = _replaced(escaping, follower_G=[[[Fraction(-1)]]])
        with pytest.raises(CertificateError, match="to go"):
            lq_follower_stackelberg_cost(explosive, FACT, 32)

    def test_large_games_are_refused(self):
        three = _stacked_states(3)
        with pytest.raises(CertificateError, match="at most 2"):
            values(three, Order.NASH, 64)


class TestLimit:
    def test_closed_forms(self):
        game = indifferent_answer()
        assert encloses(lq_leader_stackelberg_cost(game, FACT, 128), 1 / (2 * math.sqrt(3)))
        assert encloses(lq_leader_nash_cost(game, FACT, 128), 0.25)
        assert encloses(lq_follower_nash_cost(game, FACT, 128), 0.5)

    def test_a_drifting_value_has_no_limit(self):
        """dx = 0 costs x^2/2: the costs of longer games grow for ever."""
        game = scalar_game(0, 0, 0, NOTHING, [[1, 0, 0], [0, 0, 0], [0, 0, 1]])
        with pytest.raises(CertificateError):
            lq_follower_stackelberg_cost(game, FACT, 64)

    def test_the_attracting_point_is_reached(self):
        point = two_controllers(Fraction(1, 3), Fraction(5, 3), terminal=(0, 1))
        assert terminal_limit_gap(point, FACT, 128) == Fraction(0)

    def test_the_saddle_is_left(self):
        point = two_controllers(1, 1, terminal=(1, Fraction(5, 4)))
        assert encloses(terminal_limit_gap(point, FACT, 128), 2 / 3)

    def test_a_point_that_is_not_stationary_is_refused(self):
        with pytest.raises(CertificateError, match="stationary"):
            terminal_limit_gap(two_controllers(1, 2), FACT, 64)


PLAYERS = ("leader", "follower")


def fraction(x: fmpq) -> Fraction:
    return Fraction(int(x.p), int(x.q))


def scalar(**changes: Any) -> LinearQuadraticGame:
    return _replaced(indifferent_answer(), **{name: Fraction(value) for name, value in changes.items()})


def _replaced(game, **changes):
    return dataclasses.replace(game, **changes)


def _without_temperatures(game):
    zero = 0 * game.leader_temperature
    return _replaced(game, leader_temperature=zero, follower_temperature=zero)


def _stacked_states(n: int) -> LinearQuadraticGame:
    one = np.eye(n)[None]
    return LinearQuadraticGame(
        generator=[[0]],
        A=-one,
        B=one[..., :1],
        E=one[..., :1],
        b=np.zeros((1, n)),
        C=0 * one[:, None],
        D=0 * one[:, None, :, :1],
        F=0 * one[:, None, :, :1],
        s=np.zeros((1, 1, n)),
        leader_M=np.eye(n + 2)[None],
        leader_m=np.zeros((1, n + 2)),
        leader_G=0 * one,
        leader_g=np.zeros((1, n)),
        follower_M=np.eye(n + 2)[None],
        follower_m=np.zeros((1, n + 2)),
        follower_G=0 * one,
        follower_g=np.zeros((1, n)),
        discount=0,
        leader_temperature=0,
        follower_temperature=0,
        horizon=1,
    ).exact()


def test_the_precision_of_flint_is_left_as_it_was():
    before = ctx.prec, ctx.cap
    lq_leader_nash_cost(indifferent_answer(horizon=1), FACT, 64)
    assert (ctx.prec, ctx.cap) == before


def test_precision_beyond_reason_is_refused():
    """A certificate names its bits; time grows like their cube."""
    with pytest.raises(CertificateError, match="at most 512 bits"):
        lq_leader_stackelberg_cost(indifferent_answer(horizon=2), FACT, 2048)
    with pytest.raises(CertificateError, match="at most 512 bits"):
        terminal_limit_gap(two_controllers(1, 1), FACT, 2048)
