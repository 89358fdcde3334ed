"""The words of a point, three books of them: rationals and float balls here, the solver's stage and rates there."""

import dataclasses

import numpy as np
import pytest

from games.families import family
from games.linear_quadratic import PLAYERS, LinearQuadraticGame, Sees
from solvers.riccati.hamiltonian import Values, rates, stage
from verify.concept import resolve
from verify.exact.lq_point import stage as exact_stage
from verify.vocabulary import concepts

ROUNDING = 1e-11  # hundreds of operations on numbers of size 10, well conditioned


def solved(points, sees):
    """The solver's stage and rates at the coefficients of the points."""
    names = {field.name for field in dataclasses.fields(LinearQuadraticGame)}
    game = LinearQuadraticGame(**{name: getattr(points, name) for name in names} | {"follower_sees": sees})
    values = [Values(**{name: getattr(points, f"{player}_{name}") for name in "Ppr"}) for player in PLAYERS]
    found = stage(game, *values)
    return found, rates(game, *values, found)


@pytest.mark.parametrize("sees", list(Sees))
@pytest.mark.parametrize("kind", ["lq_point", "lq_point_switching", "lq_point_zero_sum"])
def test_rates_are_the_solvers(kind, sees):
    points = family(kind).sample(np.random.default_rng(17), 64)
    at, x = points.regime.astype(int), points.state
    for player, rate in zip(PLAYERS, solved(points, sees)[1], strict=True):
        P, p, r = (array[np.arange(64), at] for array in (rate.P, rate.p, rate.r))
        expected = np.einsum("bi,bij,bj->b", x, P, x) / 2 + np.einsum("bi,bi->b", p, x) + r
        values, radii = resolve(concepts()[f"{player}_rate_{sees}"].numeric)(points)
        assert (np.abs(values - expected) <= radii + ROUNDING * (1 + np.abs(expected))).all()


def test_a_rate_that_is_wrong_is_seen():
    """Without its switching term the solver's rate would not pass: the comparison can fail."""
    points = family("lq_point_switching").sample(np.random.default_rng(17), 64)
    values, radii = resolve(concepts()["leader_rate_action"].numeric)(points)
    rate = solved(points, Sees.ACTION)[1][0]
    at, x = points.regime.astype(int), points.state
    P = rate.P + np.einsum("bij,bjkl->bikl", points.generator, points.leader_P)
    parts = (array[np.arange(64), at] for array in (P, rate.p, rate.r))
    P, p, r = parts
    expected = np.einsum("bi,bij,bj->b", x, P, x) / 2 + np.einsum("bi,bi->b", p, x) + r
    assert (np.abs(values - expected) > radii + ROUNDING * (1 + np.abs(expected))).mean() > 0.5


@pytest.mark.parametrize("sees", list(Sees))
def test_stages_are_the_solvers(sees):
    points = family("lq_point").sample(np.random.default_rng(23), 4)
    found = solved(points, sees)[0]
    for place in range(4):
        twin = points[place].exact()
        here = exact_stage(twin)
        regime = here.regime
        law = here.equilibrium(sees.value, here.temperatures)
        Phi, phi = here.closed_loop
        pairs = [
            (here.hamiltonians["leader"].H, found.leader_H),
            (here.hamiltonians["follower"].H, found.follower_H),
            (here.reduced.H, found.reduced_H),
            (law.covariance, found.covariance),
            (Phi, found.Phi),
        ]
        for ours, theirs in pairs:
            expected = np.array([[float(cell.p) / float(cell.q) for cell in row] for row in ours.tolist()])
            np.testing.assert_allclose(theirs[place, regime], expected, rtol=ROUNDING, atol=ROUNDING)
        offset = [float(cell.p) / float(cell.q) for cell in phi.entries()]
        np.testing.assert_allclose(found.phi[place, regime], offset, rtol=ROUNDING, atol=ROUNDING)
