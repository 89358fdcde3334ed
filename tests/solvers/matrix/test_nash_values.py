"""Best and worst Nash payoffs in batches, held against exact enumeration by another hand."""

from fractions import Fraction

import numpy as np
import pytest

from games.families import all_families
from games.matrix import BimatrixGame
from solvers.errors import SolverError
from solvers.matrix.nash_values import LARGEST, nash_values
from verify.exact.equilibria import best_nash, worst_nash

F = Fraction
EXACT = {"best": best_nash, "worst": worst_nash}
FAMILIES = sorted(name for name, family in all_families().items() if family.game is BimatrixGame)


def check(game, places):
    found = nash_values(game)
    for place in places:
        for which, exactly in EXACT.items():
            value = exactly(game[place].exact(), {}, 0)
            radius = getattr(found, f"{which}_radius")[place]
            if np.isfinite(radius):
                assert abs(value - F(getattr(found, which)[place])) <= F(radius)
            rational = found.exactly(which, place)
            assert rational is None or rational == value
    return found


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("seed", [0, 1])
def test_exact_values_lie_within_the_radius(name, seed):
    game = all_families()[name].sample(np.random.default_rng([seed, FAMILIES.index(name)]), 256)
    found = check(game, range(0, 256, 16))
    assert np.isinf(found.best_radius).mean() < 0.02
    known = found.best_radius[np.isfinite(found.best_radius)]
    assert known.max() <= 1e-8 * np.abs(game.leader).max()


@pytest.mark.parametrize("scale", [2.0**-1000, 1e-9, 1e9, 2.0**1000])
def test_units_change_nothing(scale):
    rng = np.random.default_rng(7)
    leader, follower = rng.integers(-3, 4, (2, 64, 3, 3)).astype(float)
    plain = nash_values(BimatrixGame(leader=leader, follower=follower))
    scaled = check(BimatrixGame(leader=leader, follower=follower * scale), range(0, 64, 8))
    known = np.isfinite(scaled.best_radius)
    assert known.any()
    assert np.all(np.abs(scaled.best - plain.best)[known] <= (scaled.best_radius + plain.best_radius)[known])


def test_pure_equilibria_are_exact_and_what_rounding_leaves_open_stays_open():
    # The mixed equilibrium of a coordination game is worse than both pure ones: no rounding touches the best. With
    # a payoff of 1e-18 it has a weight that floats do not tell from 0: it might be no vertex of its own.
    follower = [[[0.7, 0.0], [0.0, small]] for small in (0.1, 1e-9, 1e-18)]
    game = BimatrixGame(leader=[[[0.1, 0.0], [0.0, 0.3]]] * 3, follower=follower)
    found = check(game, range(3))
    assert found.best[:2].tolist() == [0.3, 0.3] and found.best_radius[:2].tolist() == [0, 0]
    assert 0 < found.worst_radius[1] < 1e-12
    assert np.isinf(found.best_radius[2]) and np.isinf(found.worst_radius[2])


def test_shapes_and_refusals():
    single = BimatrixGame(leader=[[1.0, 2.0]], follower=[[0.0, 0.0]])
    found = nash_values(single)
    assert found.best.shape == () and (found.worst[()], found.best[()]) == (1, 2)
    assert found.exactly("best", ()) == 2
    grid = BimatrixGame(leader=np.zeros((2, 3, 2, 2)), follower=np.zeros((2, 3, 2, 2)))
    assert nash_values(grid).worst.shape == (2, 3)
    with pytest.raises(SolverError, match="exact twin"):
        nash_values(single.exact())
    wide = np.zeros((1, LARGEST + 1))
    with pytest.raises(SolverError, match=f"at most {LARGEST} actions"):
        nash_values(BimatrixGame(leader=wide, follower=wide))
