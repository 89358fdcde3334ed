"""Simpler linear-quadratic games: structure is kept, and counterexamples become readable."""

from fractions import Fraction

import numpy as np
import pytest

from games.families import family
from games.linear_quadratic import LinearQuadraticGame, Sees
from verify.block import instance
from verify.catalogue import claims
from verify.exact.lq_point import stage
from verify.hunt.lq_moves import AXES, moves
from verify.hunt.numbers import nearer, size
from verify.hunt.shrink import shrink
from verify.twin import Twin
from verify.variant import ablation_name, variants

F = Fraction


def point(seed, name="lq_point_switching"):
    return family(name).sample(np.random.default_rng(seed), 1)[0].exact()


@pytest.mark.parametrize("seed", range(3))
def test_moves_keep_the_structure(seed):
    """The constructor of the kind refuses anything else: asymmetric costs, unbalanced rates, ill-posed points."""
    game = point(seed)
    made = [candidate for move in moves(game) for candidate in move(game)]
    assert len(made) > 30
    for candidate in made:
        assert type(candidate) is type(game) and candidate.is_exact and candidate != game
        assert candidate.follower_sees == game.follower_sees


def test_dimensions_are_left_out_one_at_a_time():
    game = next(g for g in map(point, range(60)) if all(g.size(axis) > 1 for axis in AXES))
    smaller = [c for move in moves(game) for c in move(game) if any(c.size(a) < game.size(a) for a in AXES)]
    for candidate in smaller:
        assert sum(game.size(axis) - candidate.size(axis) for axis in AXES) == 1
    assert {axis for axis in AXES for c in smaller if c.size(axis) < game.size(axis)} >= {"regimes", "channels"}
    without = next(c for c in smaller if c.regimes < game.regimes)
    assert without.state.tolist() == game.state.tolist()  # the same place, in the regime it was in
    kept = int(game.regime[()])
    assert (without.A[int(without.regime[()])] == game.A[kept]).all()


def test_what_plays_no_part_is_moved_to_the_costs():
    """The static point has the same Hamiltonian, and nothing that moves the state."""
    game = point(4)
    static = next(c for move in moves(game) for c in move(game) if not c.A.any() and not c.F.any() and c.leader_P.any())
    for player in ("leader", "follower"):
        ours, theirs = (stage(g).hamiltonians[player] for g in (game, static))
        assert ours.H == theirs.H and ours.h == theirs.h


def test_games_keep_horizon_and_what_is_seen():
    game = family("lq_well_posed").sample(np.random.default_rng(1), 1)[0].exact()
    assert type(game) is LinearQuadraticGame and game.horizon is not None
    changed = LinearQuadraticGame(
        **{name: getattr(game, name) for name in game.core}, horizon=game.horizon, follower_sees=Sees.POLICY
    )
    found = [candidate for move in moves(changed) for candidate in move(changed)]
    assert found and all(c.horizon == game.horizon and c.follower_sees == Sees.POLICY for c in found)


def test_a_counterexample_becomes_readable():
    """Without H_F,vu = 0 the order of play matters: one state, two entries of the follower's costs."""
    claim = claims()["errl/stackelberg-is-nash"]
    variant = variants(claim)[ablation_name("uncoupled")]
    game = next(
        twin.game
        for twin in (Twin(instance(claim, seed=2, index=i, variant=variant.name)) for i in range(20))
        if twin.decide(variant.relation).outcome == "violated"
    )
    small = shrink(variant, game, budget=400)
    assert all(small.size(axis) == 1 for axis in AXES)
    numbers = [entry for name in small.core for entry in getattr(small, name).flat if entry]
    assert len(numbers) <= 14 and all(abs(number) <= 2 for number in numbers)
    assert Twin(small).decide(variant.relation).outcome == "violated"


def test_nearer_numbers_are_simpler():
    for number in (F(7, 3), F(-5), F(1, 64), F(2)):
        found = list(nearer(number))
        assert found and all(size(simpler) < size(number) for simpler in found)
    assert list(nearer(F(0))) == []
