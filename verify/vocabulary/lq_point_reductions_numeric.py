"""Words for special games at points of linear-quadratic games, on batches of floats with radii."""

from __future__ import annotations

import numpy as np

from games.linear_quadratic import LinearQuadraticPoint
from verify.float_ball import FloatBall
from verify.vocabulary.lq_point_algebra import (
    bordered,
    joined,
    largest,
    part,
    pivots,
    product,
    scalar,
    scaled,
    solved,
    total,
    transposed,
)
from verify.vocabulary.lq_point_numeric import ALL, HALF, Ball, Frame, frame
from verify.vocabulary.lq_point_words_numeric import coefficients_rate, quadratic_of, switched


def zero_sum_defect_lq(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    sums = [
        FloatBall.of(here.whole(f"leader_{name}")) + FloatBall.of(here.whole(f"follower_{name}")) for name in "MmPp"
    ]
    rows = [FloatBall(*(array.reshape(here.count, 1, -1) for array in (s.value, s.radius))) for s in sums]
    return here.pair(largest(rows))


def zero_sum_rate_defect(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    leader, follower = (coefficients_rate(here, player) for player in ("leader", "follower"))
    return here.pair(largest([own + other for own, other in zip(leader, follower, strict=True)]))


def leader_idle_defect(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    M, m = here.cost("follower", "M"), here.cost("follower", "m")
    J, _ = here.noise
    D = part(J, ALL, here.u)
    D = FloatBall(*(array.reshape(here.count, -1, here.ku) for array in (D.value, D.radius)))
    return here.pair(largest([part(here.drift, ALL, here.u), D, part(M, here.u, ALL), part(m, here.u, ALL)]))


def follower_are_rate(game: LinearQuadraticPoint) -> Ball:
    """One player's Riccati equation with discount, without switching, in its own form."""
    here = frame(game)
    P, M = here.cost("follower", "P"), here.cost("follower", "M")
    A, E, C, F = (here.of(name) for name in "AECF")

    def over_channels(X: FloatBall, Y: FloatBall) -> FloatBall:
        """sum_l X_l'P Y_l."""
        weight = FloatBall(P.value[:, None], P.radius[:, None])
        return total(product(transposed(X), weight, Y), 1)

    pull = product(P, A)
    free = transposed(pull) + pull + over_channels(C, C) + part(M, here.x, here.x)
    moved = product(P, E) + over_channels(C, F) + part(M, here.x, here.v)
    weight = part(M, here.v, here.v) + over_channels(F, F)
    rate = scaled(here.plain("discount"), P) - free + product(moved, solved(weight, transposed(moved)))
    return here.pair(quadratic_of(here, rate))


def follower_coupling(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    return here.pair(quadratic_of(here, switched(here, "follower_P")))


def leaving_rate(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    return here.pair(FloatBall.of(-here.of("generator").value[np.arange(here.count), here.regime]))


def leader_own_pivot(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    found = pivots(here.leader_hessian("policy"))
    return here.pair(FloatBall(found.value.min(axis=-1), found.radius.max(axis=-1)))


def _leader_slope(here: Frame, z: FloatBall) -> FloatBall:
    H, h, _ = here.hamiltonians["leader"]
    return part(product(H, z) + h, here.u, ALL)


def leader_simultaneous_gain(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    z = here.played
    step = -solved(here.leader_hessian("policy"), _leader_slope(here, z))
    better = z + bordered(step, (here.n, 0), (here.kv, 0))
    return here.pair(here.at_mean("leader", z) - here.at_mean("leader", better))


def follower_cross(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    return here.pair(largest([here.hessian("follower", here.v, here.u)]))


def _nash(here: Frame) -> FloatBall:
    """z of simultaneous play: u is eliminated first, from the leader's conditions, which are definite."""
    leader, follower = here.hamiltonians["leader"], here.hamiltonians["follower"]
    rows = joined([part(leader[0], here.u, ALL), part(follower[0], here.v, ALL)], -2)
    level = joined([part(leader[1], here.u, ALL), part(follower[1], here.v, ALL)], -2)
    right = -(product(part(rows, ALL, here.x), here.state) + level)
    return joined([here.state, solved(part(rows, ALL, slice(here.n, here.N)), right)], -2)


def nash_determinant(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    leader, follower = (here.hamiltonians[player][0] for player in ("leader", "follower"))
    rows = joined([part(leader, here.u, ALL), part(follower, here.v, ALL)], -2)
    value = FloatBall.of(np.ones(here.lead))
    found = pivots(part(rows, ALL, slice(here.n, here.N)))
    for k in range(here.ku + here.kv):
        value = value * FloatBall(found.value[..., k], found.radius[..., k])
    return here.pair(value)


def nash_gain_distance(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    away = here.played - _nash(here)
    return here.pair(scalar(product(transposed(away), away)))


def leader_commitment_gain(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    away = part(_nash(here) - here.played, here.u, ALL)
    return here.pair(HALF * scalar(product(transposed(away), here.leader_hessian("action"), away)))


def leader_nash_hamiltonian(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    return here.pair(here.at_mean("leader", _nash(here)))


def leader_stackelberg_hamiltonian(game: LinearQuadraticPoint) -> Ball:
    here = frame(game)
    return here.pair(here.at_mean("leader", here.played))
