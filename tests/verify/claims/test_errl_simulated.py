"""What the experiments on simulated and on fast-switching games rest on, without their sampling."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from games.linear_quadratic import LinearQuadraticGame, Sees
from games.simulate import expected_costs, simulate
from solvers.riccati.finite import solve
from solvers.riccati.hamiltonian import Values, rates, stage
from verify.claims.errl import exploration_cost_simulated as exploring
from verify.claims.errl import monte_carlo as simulated
from verify.claims.errl import switched
from verify.claims.errl.played import REGIME, STATE, played_game, value_of
from verify.playing import feedback_laws


def differences(sees: Sees, steps: int, version: str = "averaged") -> np.ndarray:
    """Both players' expected costs by Euler steps, minus their values."""
    solution = solve(played_game(follower_sees=sees))
    laws = feedback_laws(solution, steps)
    found = expected_costs(solution.game, laws, state=STATE, regime=REGIME, steps=steps, version=version)
    return np.array([found.leader_cost, found.follower_cost]) - value_of(solution)


@pytest.mark.parametrize("version", ["averaged", "sampled"])
@pytest.mark.parametrize("sees", Sees)
def test_expected_costs_tend_to_the_values(sees, version):
    """Order 1 by themselves and order 2 extrapolated, both players, to 1e-4: no interval, no sampling."""
    errors = [differences(sees, steps, version) for steps in (16, 32, 64, 128)]
    for coarse, fine in itertools.pairwise(errors):
        np.testing.assert_allclose(coarse / fine, 2, rtol=0.1)
    extrapolated = [2 * fine - coarse for coarse, fine in itertools.pairwise(errors)]
    for coarse, fine in itertools.pairwise(extrapolated):
        assert (np.abs(fine) < np.abs(coarse) / 2.5).all()
    assert (np.abs(extrapolated[-1]) < 1e-4).all()


@pytest.mark.parametrize("sees", Sees)
def test_the_allowance_is_far_above_what_extrapolation_leaves(sees):
    coarse, fine = (differences(sees, steps) for steps in (simulated.COARSE, 2 * simulated.COARSE))
    assert (np.abs(2 * fine - coarse) < 1 / 500).all()
    assert np.abs(differences(sees, simulated.COARSE // 2)).max() > 2 * float(simulated.ALLOWANCE)


def test_a_replicate_measures_every_quantity_and_repeats():
    experiment = simulated.monte_carlo.experiment
    assert experiment is not None
    first, again, other = (experiment.measure(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert set(first.values) == {quantity.name for quantity in experiment.quantities}
    assert first == again != other


def test_a_wrong_laplacian_is_seen():
    """The same paths in a game whose noise the actions do not drive cost something else than the value."""
    game = played_game()
    solution = solve(game)
    quiet = played_game(D=0 * game.D, F=0 * game.F)
    found = expected_costs(quiet, feedback_laws(solution, 64), state=STATE, regime=REGIME, steps=64)
    assert abs(found.leader_cost - value_of(solution)[0]) > 3 * float(simulated.ALLOWANCE)


def test_simulated_laws_are_those_of_the_solution():
    solution = solve(played_game())
    run = simulate(
        solution.game, feedback_laws(solution, 8), state=STATE, regime=REGIME, steps=8, paths=4, seed=1, keep=4
    )
    assert run.kept is not None
    for path in range(4):
        for k in range(8):
            x, i = run.kept.states[path, k], int(run.kept.regimes[path, k])
            laws = solution.laws(k / 8, x[None], np.array([i]))
            u = laws.leader_mean[0]
            v = laws.follower_mean[0] + laws.follower_response[0] @ u
            np.testing.assert_allclose(run.kept.leader_actions[path, k], u, rtol=1e-10, atol=1e-12)
            np.testing.assert_allclose(run.kept.follower_actions[path, k], v, rtol=1e-10, atol=1e-12)


def values(P: np.ndarray, regimes: int) -> Values:
    n = P.shape[-1]
    return Values(P=np.broadcast_to(P, (regimes, n, n)), p=np.zeros((regimes, n)), r=np.zeros(regimes))


def moved(game: LinearQuadraticGame, leader_P: np.ndarray, follower_P: np.ndarray) -> np.ndarray:
    """dP/dt of both players in every regime where all regimes share P: there switching says nothing."""
    pair = values(leader_P, game.regimes), values(follower_P, game.regimes)
    return np.stack([found.P for found in rates(game, *pair, stage(game, *pair))])  # (2, m, n, n)


def positive(rng: np.random.Generator, n: int) -> np.ndarray:
    root = rng.standard_normal((n, n))
    return root @ root.T


@pytest.mark.parametrize("generator", [switched.irreducible, switched.with_transient, switched.two_classes])
def test_the_limit_is_the_average_of_the_regimes_own_equations(generator):
    rng = np.random.default_rng(4)
    game = switched.draw_game(rng, generator(rng))
    mu = switched.stationary_law(game.generator)
    np.testing.assert_allclose(mu @ game.generator, 0, atol=1e-14)
    assert mu.sum() == pytest.approx(1, rel=1e-14) and (mu > -1e-14).all()
    limit = switched.limit_game(game)
    for _ in range(5):
        P = positive(rng, 2), positive(rng, 2)
        average = np.tensordot(mu, moved(game, *P), axes=(0, 1))
        np.testing.assert_allclose(moved(limit, *P)[:, 0], average, rtol=1e-9, atol=1e-11)
    for player in ("leader", "follower"):
        average = np.tensordot(mu, getattr(game, f"{player}_G"), axes=1)
        np.testing.assert_allclose(getattr(limit, f"{player}_G")[0], average, rtol=1e-12, atol=1e-15)


def test_averaged_coefficients_move_otherwise_unless_actions_meet_the_same():
    rng = np.random.default_rng(5)
    P = positive(rng, 2), positive(rng, 2)
    other, same = (switched.draw_game(rng, switched.irreducible(rng), alike=alike) for alike in (False, True))
    for game, gap in ((other, 0.05), (same, 0.0)):
        average, limit = moved(switched.averaged_game(game), *P), moved(switched.limit_game(game), *P)
        if gap:
            assert np.abs(average - limit).max() > gap
        else:
            np.testing.assert_allclose(average, limit, rtol=1e-9, atol=1e-11)


def test_an_unreached_regime_changes_no_limit():
    """The limit of the game with a transient regime is that of the game without it."""
    rng = np.random.default_rng(6)
    game = switched.draw_game(rng, switched.with_transient(rng))
    arrays = {
        name: getattr(game, name)[:2]
        for name, axes in game.core.items()
        if axes[:1] == ("regimes",) and name != "generator"
    }
    without = LinearQuadraticGame(
        **arrays,
        generator=game.generator[:2, :2],
        discount=game.discount,
        leader_temperature=0.0,
        follower_temperature=0.0,
        horizon=game.horizon,
    )
    ends = [solve(switched.limit_game(one), check=False) for one in (game, without)]
    for player in ("leader", "follower"):
        np.testing.assert_allclose(*(getattr(end, player).P for end in ends), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("sees", Sees)
def test_exploring_costs_what_the_formula_says(sees):
    """By the scheme's exact moments, extrapolated, from the state of the experiment and from another one."""
    solution, predicted = exploring.solved(sees), exploring.predictions(sees)
    for state in (STATE, (-2.0, 0.5)):
        excess = []
        for per_unit in (exploring.COARSE, 2 * exploring.COARSE):
            explored, classical = (
                expected_costs(
                    solution.game,
                    feedback_laws(solution),
                    state=state,
                    regime=REGIME,
                    steps=round(per_unit * exploring.END),
                    horizon=exploring.END,
                    version=version,
                )
                for version in ("averaged", "classical")
            )
            excess.append(np.subtract(explored[2:], classical[2:]))
        missed = 2 * excess[1] - excess[0] - predicted["gap"]
        assert (np.abs(missed) < 1 / 300).all()
    for wrong in ("own", "doubled", "unswitched"):
        assert np.abs(predicted[wrong] - predicted["gap"]).max() > 3 * float(exploring.ALLOWANCE)


@pytest.mark.parametrize("sees", Sees)
def test_raw_costs_are_linear_in_the_temperatures(sees):
    """errl/vanishing: exactly, since gains do not depend on temperatures and covariances are proportional to them."""

    def raw(leader: float, follower: float) -> np.ndarray:
        solution = solve(
            played_game(follower_sees=sees, leader_temperature=leader, follower_temperature=follower), tolerance=1e-13
        )
        found = expected_costs(solution.game, feedback_laws(solution, 16), state=STATE, regime=REGIME, steps=16)
        return np.array(found[2:])

    base = raw(0.0, 0.0)
    slopes = [(raw(leader, 0.0) - base) / leader for leader in (1.0, 0.5, 2.0**-4)]
    for slope in slopes[1:]:
        np.testing.assert_allclose(slope, slopes[0], rtol=1e-8)
    both = raw(1.0, 1.0) - raw(1.0, 0.0) - (raw(0.0, 1.0) - base)
    np.testing.assert_allclose(both, 0, atol=1e-9)
    assert (np.abs(slopes[0]) > 0.05).all()
