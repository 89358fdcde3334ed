"""Words for special games at a point: zero-sum costs, an idle leader, one player alone, simultaneous play."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from fractions import Fraction

from flint import fmpq, fmpq_mat

from games.linear_quadratic import LinearQuadraticPoint
from verify.exact.errors import CertificateError
from verify.exact.iteration import largest_defect
from verify.exact.lq_point import (
    Fact,
    Stage,
    as_fmpq,
    as_fraction,
    block,
    form,
    inner,
    stacked,
    stage,
    zeros,
)
from verify.exact.lq_point_words import coefficients_rate, switched


def _largest(parts: Iterable[fmpq_mat]) -> Fraction:
    """The largest |entry|."""
    return max((abs(as_fraction(entry)) for part in parts for entry in part.entries()), default=Fraction(0))


def zero_sum_defect_lq(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """max |X_L + X_F| over the entries of M, m, P and p in all regimes."""
    return max(largest_defect(getattr(game, f"leader_{name}"), getattr(game, f"follower_{name}"), 1) for name in "MmPp")


def zero_sum_rate_defect(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """max |Xdot_L + Xdot_F| over the entries of P and p in the regime of the point."""
    here = stage(game)
    leader, follower = (coefficients_rate(game, here, player) for player in ("leader", "follower"))
    return _largest(own + other for own, other in zip(leader, follower, strict=True))


def leader_idle_defect(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """The largest |entry| of B, D and of what M_F and m_F charge for u, in the regime of the point."""
    here = stage(game)
    M, m = here.cost("follower", "M"), here.cost("follower", "m")
    noise = [block(J, slice(None), here.u) for J, _ in here.noise]
    return _largest([here.of("B"), *noise, block(M, here.u, slice(None)), block(m, here.u, slice(1))])


def follower_are_rate(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """x'Pdot x / 2 of one player's Riccati equation with discount, without switching.

    -dP/dt = -beta P + A'P + PA + sum C'PC + Q - (PE + sum C'PF + S)(R + sum F'PF)^-1 (E'P + sum F'PC + S').
    """
    here = stage(game)
    P, M = here.cost("follower", "P"), here.cost("follower", "M")
    A, E = here.of("A"), here.of("E")
    Q, S, R = (block(M, *at) for at in ((here.x, here.x), (here.x, here.v), (here.v, here.v)))
    free = A.transpose() * P + P * A + Q - as_fmpq(game.discount[()]) * P
    moved, weight = P * E + S, R
    for J, _ in here.noise:
        C, F = block(J, slice(None), here.x), block(J, slice(None), here.v)
        free = free + C.transpose() * P * C
        moved = moved + C.transpose() * P * F
        weight = weight + F.transpose() * P * F
    rate = moved * weight.solve(moved.transpose()) - free
    return as_fraction(form(here.state, rate, here.state) / 2)


def follower_coupling(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """x' sum_j lam_ij P_Fj x / 2."""
    here = stage(game)
    return as_fraction(form(here.state, switched(game, here, "follower_P"), here.state) / 2)


def leaving_rate(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """-lam_ii, the rate at which the regime is left."""
    regime = stage(game).regime
    return -game.generator[regime, regime]


def leader_own_pivot(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """The least pivot of H_L,uu in elimination: positive where it is positive definite."""
    left = stage(game).leader_hessian("policy")
    dets = [fmpq(1), *(block(left, slice(k + 1), slice(k + 1)).det() for k in range(left.nrows()))]
    return min(as_fraction(after / before) for before, after in itertools.pairwise(dets))


def _played(here: Stage) -> fmpq_mat:
    """z of both means."""
    Phi, phi = here.closed_loop
    return Phi * here.state + phi


def _leader_slope(here: Stage, z: fmpq_mat) -> fmpq_mat:
    """The gradient of q_L in u."""
    q = here.hamiltonians["leader"]
    return block(q.H * z + q.h, here.u, slice(1))


def leader_simultaneous_gain(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """What the leader gains by her best action if the follower's stays: q_L(x, u*, v*) - min_u q_L(x, u, v*)."""
    here = stage(game)
    z = _played(here)
    step = here.leader_hessian("policy").solve(-1 * _leader_slope(here, z))
    better = z + stacked(zeros(here.n, 1), step, zeros(here.kv, 1))
    return as_fraction(here.stage_cost("leader", z) - here.stage_cost("leader", better))


def follower_cross(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """The largest |entry| of H_F,vu."""
    here = stage(game)
    return _largest([here.hessian("follower", here.v, here.u)])


def _simultaneous(here: Stage) -> tuple[fmpq_mat, fmpq_mat]:
    """Matrix and right side of the first-order conditions of both players, each given the other's action."""
    leader, follower = here.hamiltonians["leader"], here.hamiltonians["follower"]
    actions = slice(here.n, here.N)
    rows = stacked(block(leader.H, here.u, slice(None)), block(follower.H, here.v, slice(None)))
    level = stacked(block(leader.h, here.u, slice(1)), block(follower.h, here.v, slice(1)))
    return block(rows, slice(None), actions), -1 * (block(rows, slice(None), here.x) * here.state + level)


def nash_determinant(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """det [[H_L,uu, H_L,uv], [H_F,vu, H_F,vv]]."""
    return as_fraction(_simultaneous(stage(game))[0].det())


def _nash(here: Stage) -> fmpq_mat:
    """z of simultaneous play."""
    matrix, right = _simultaneous(here)
    try:
        return stacked(here.state, matrix.solve(right))
    except ZeroDivisionError:
        raise CertificateError("simultaneous play: expected one equilibrium, found none or many") from None


def nash_gain_distance(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """|difference|^2 of the actions (u, v) at x between the order of play and simultaneous play."""
    here = stage(game)
    away = _played(here) - _nash(here)
    return as_fraction(inner(away, away))


def leader_commitment_gain(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """d'Hhat_uu d / 2, d the difference of the leader's actions between simultaneous play and the order of play."""
    here = stage(game)
    away = block(_nash(here) - _played(here), here.u, slice(1))
    return as_fraction(form(away, here.reduced_hessian, away) / 2)


def leader_nash_hamiltonian(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """q_L of simultaneous play."""
    here = stage(game)
    return as_fraction(here.stage_cost("leader", _nash(here)))


def leader_stackelberg_hamiltonian(game: LinearQuadraticPoint, fact: Fact, bits: int) -> Fraction:
    """q_L where the follower replies."""
    here = stage(game)
    return as_fraction(here.stage_cost("leader", _played(here)))
