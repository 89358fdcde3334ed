"""Stability of points on batches of floats: matrices with radii, and abscissas enclosed by their eigenvectors.

For any invertible V and diagonal D, V^{-1} J V = D + V^{-1}(J V - V D), so that each eigenvalue of J lies within
e = |V^{-1} (J V - V D)| of an entry of D, and each cluster of these discs holds as many eigenvalues as discs (Bauer and
Fike, Gershgorin). The abscissa is then within 2 s e of the largest real part in D, s the size of J. Where V is so ill
conditioned that its inverse, a float computation too, says little, nothing is known.
"""

from __future__ import annotations

import functools

import numpy as np

from games.linear_quadratic import PLAYERS, LinearQuadraticPoint
from verify.float_ball import UNIT, UP, FloatBall
from verify.vocabulary.lq_point_algebra import (
    bordered,
    identity,
    joined,
    largest,
    part,
    product,
    settled,
    solved,
    transposed,
)
from verify.vocabulary.lq_point_numeric import Ball, Frame, frame

WORST_CONDITION = 2.0**30


def riccati_residual(game: LinearQuadraticPoint) -> Ball:
    here = frame(game, every=True)
    Phi, _ = here.closed_loop
    rates = []
    for player in PLAYERS:
        P = here.cost(player, "P")
        rate = product(transposed(Phi), here.hamiltonians[player][0], Phi) + _switched(here, P)
        rate = rate - _discount(here) * P
        rates += [FloatBall(rate.value[:, i], rate.radius[:, i]) for i in range(game.regimes)]
    return _pair(here, largest(rates))


def closed_loop_abscissa(game: LinearQuadraticPoint) -> Ball:
    here = frame(game, every=True)
    return _pair(here, abscissa(lifted(here)))


def flow_abscissa(game: LinearQuadraticPoint) -> Ball:
    here = frame(game, every=True)
    return _pair(here, abscissa(flow_jacobian(here)))


def follower_flow_abscissa(game: LinearQuadraticPoint) -> Ball:
    here = frame(game, every=True)
    return _pair(here, abscissa(flow_jacobian(here, ("follower",))))


def leader_influence(game: LinearQuadraticPoint) -> Ball:
    _, u, _ = game.blocks()
    parts = [game.B, game.D, game.follower_M[..., u, :]]
    batch = len(game.batch_shape)
    found = np.max([np.abs(array).reshape(*game.batch_shape, -1).max(axis=-1) for array in parts], axis=0)
    assert found.ndim == batch
    return found, np.zeros_like(found)


def lyapunov_eigenvalue(game: LinearQuadraticPoint) -> Ball:
    here = frame(game, every=True)
    n, regimes = game.states, game.regimes
    operator = lifted(here)
    size = operator.value.shape[-1]
    discount = FloatBall.of(here.game.discount.reshape(here.count, 1, 1))
    shifted = discount * identity(size, (here.count,)) - operator
    ones = np.tile(np.eye(n)[np.triu_indices(n)], regimes)[:, None]
    found = solved(shifted, FloatBall.of(np.broadcast_to(ones, (here.count, size, 1))))
    least = [
        least_eigenvalue(
            symmetric(FloatBall(*(a[:, k : k + size // regimes, 0] for a in (found.value, found.radius))), n)
        )
        for k in range(0, size, size // regimes)
    ]
    return _pair(here, functools.reduce(FloatBall.minimum, least))


def lifted(here: Frame) -> FloatBall:
    """The lifted operator of a point's closed loop, (count, size, size)."""
    Phi, _ = here.closed_loop
    J, _ = here.noise
    drift = product(here.drift, Phi)
    noise = product(J, FloatBall(Phi.value[:, :, None], Phi.radius[:, :, None]))
    return lifted_operator(drift, noise, here.game.generator.reshape(here.count, *here.game.generator.shape[-2:]))


def lifted_operator(drift: FloatBall, noise: FloatBall, generator: np.ndarray) -> FloatBall:
    """The lifted operator on the upper triangles of X_1, ..., X_m, (count, size, size).

    drift is (count, m, n, n), noise (count, m, d, n, n), generator (count, m, m).
    """
    count, regimes, n, _ = drift.value.shape
    rows, columns = np.triu_indices(n)
    blocks = []
    for r, c in zip(rows, columns, strict=True):
        E = np.zeros((n, n))
        E[r, c] = E[c, r] = 1.0
        basis = FloatBall.of(np.broadcast_to(E, drift.value.shape))
        image = product(transposed(drift), basis)
        image = image + transposed(image)
        for channel in range(noise.value.shape[2]):
            C = FloatBall(noise.value[:, :, channel], noise.radius[:, :, channel])
            image = image + product(transposed(C), basis, C)
        blocks.append(
            [FloatBall(image.value[..., a, b], image.radius[..., a, b]) for a, b in zip(rows, columns, strict=True)]
        )
    t = len(rows)
    shape = (count, regimes, t, regimes, t)
    value, radius = np.zeros(shape), np.zeros(shape)
    for k, image in enumerate(blocks):
        for i, entry in enumerate(image):
            for regime in range(regimes):
                value[:, regime, i, regime, k] = entry.value[:, regime]
                radius[:, regime, i, regime, k] = entry.radius[:, regime]
    own = FloatBall(value, radius)
    mixed = np.zeros(shape)
    for i in range(t):
        mixed[:, :, i, :, i] = generator
    whole = own + FloatBall.of(mixed)
    size = regimes * t
    return FloatBall(*(a.reshape(count, size, size) for a in (whole.value, whole.radius)))


def flow_jacobian(here: Frame, players: tuple[str, ...] = PLAYERS) -> FloatBall:
    """The Jacobian of the Riccati flow on the upper triangles of P_L, then P_F, (count, size, size); or a player's own.

    Directions are batched: d[K T], dU and dV follow from H_F,vv d[K T] = -(dH_F,v. + dH_F,vv [K T]) and Hhat_uu dU =
    -(dHhat_ux + dHhat_uu U), then dR_k = dPhi'H_k Phi + Phi'H_k dPhi + Phi'dH_k Phi + sum_j lam_ij dP_kj - beta dP_k.
    """
    game, n, ku = here.game, here.n, here.ku
    regimes = game.regimes
    rows, columns = np.triu_indices(n)
    t = len(rows)
    size = len(players) * regimes * t
    directions = {player: np.zeros((size, regimes, n, n)) for player in PLAYERS}
    for index, player in enumerate(players):
        for regime in range(regimes):
            for k, (r, c) in enumerate(zip(rows, columns, strict=True)):
                at = (index * regimes + regime) * t + k
                directions[player][at, regime, r, c] = directions[player][at, regime, c, r] = 1.0

    def wide(X: FloatBall) -> FloatBall:
        """An axis for directions after that of games."""
        return FloatBall(X.value[:, None], X.radius[:, None])

    J, _ = here.noise
    drift, channels = wide(here.drift), J.value.shape[2]
    Phi, (K, T, _), gain = wide(here.closed_loop[0]), here.reply, wide(here.feedback[0])
    reply = wide(joined([K, T], -1))
    H = {player: wide(here.hamiltonians[player][0]) for player in PLAYERS}

    def moved_hessian(player: str) -> FloatBall:
        dP = FloatBall.of(np.broadcast_to(directions[player], (here.count, size, regimes, n, n)))
        first = bordered(product(dP, drift), (0, 0), (here.N - n, 0))
        found = first + transposed(first)
        for channel in range(channels):
            own = FloatBall(J.value[:, None, :, channel], J.radius[:, None, :, channel])
            found = found + product(transposed(own), dP, own)
        return found

    dH = {player: moved_hessian(player) for player in PLAYERS}
    before = slice(0, n + ku)
    right = part(dH["follower"], here.v, before) + product(part(dH["follower"], here.v, here.v), reply)
    lead = right.value.shape[:-2]
    moved_reply = -solved(_spread(part(H["follower"], here.v, here.v), lead), right)
    S = joined([identity(n + ku, (here.count, 1, regimes)), reply], -2)
    dS = bordered(moved_reply, (n + ku, 0), (0, 0))
    across = product(transposed(dS), H["leader"], S)
    reduced = product(transposed(S), dH["leader"], S) + across + transposed(across)
    u = here.u
    right = part(reduced, u, here.x) + product(part(reduced, u, u), gain)
    dU = -solved(_spread(wide(part(here.reduced[0], u, u)), lead), right)
    dV = part(moved_reply, slice(None), here.x) + product(part(moved_reply, slice(None), u), gain)
    dV = dV + product(part(reply, slice(None), u), dU)
    dPhi = bordered(joined([dU, dV], -2), (n, 0), (0, 0))
    generator = game.generator.reshape(here.count, 1, regimes, regimes)
    discount = game.discount.reshape(here.count, 1, 1, 1, 1)
    columns_found = []
    for player in players:
        across = product(transposed(dPhi), H[player], Phi)
        rate = across + transposed(across) + product(transposed(Phi), dH[player], Phi)
        dP = directions[player]
        mixed = product(FloatBall.of(generator), FloatBall.of(dP.reshape(1, size, regimes, n * n)))
        mixed = FloatBall(*(a.reshape(here.count, size, regimes, n, n) for a in (mixed.value, mixed.radius)))
        rate = rate + mixed - FloatBall.of(discount) * FloatBall.of(dP)
        upper = FloatBall(rate.value[..., rows, columns], rate.radius[..., rows, columns])
        columns_found.append(
            FloatBall(*(a.reshape(here.count, size, regimes * t) for a in (upper.value, upper.radius)))
        )
    return transposed(joined(columns_found, -1))


def abscissa(J: FloatBall) -> FloatBall:
    """The largest real part of an eigenvalue of each matrix, (...,)."""
    size = J.value.shape[-1]
    if size == 1:
        return FloatBall(J.value[..., 0, 0], J.radius[..., 0, 0])
    usable = _is_known(J)
    safe = np.where(usable[..., None, None], J.value, np.eye(size) * np.arange(size))
    values, V = np.linalg.eig(safe)
    with np.errstate(all="ignore"):
        good = np.linalg.cond(V) < WORST_CONDITION
        back = np.linalg.inv(np.where(good[..., None, None], V, np.eye(size)))
        residual = np.abs(safe @ V - V * values[..., None, :])
        # Rounding of the residual itself, in each of the real and imaginary parts, and the radii.
        sizes = np.abs(V)
        residual = residual + 4 * (size + 2) * UNIT * (np.abs(safe) @ sizes + sizes * np.abs(values)[..., None, :])
        residual = residual + J.radius @ sizes
        # The inverse is known to a relative error far below one: the factor 2 covers it.
        reach = 2 * np.linalg.norm(np.abs(back) @ residual, ord=np.inf, axis=(-2, -1))
        largest_part = np.real(values).max(axis=-1)
    return settled(largest_part, np.where(usable & good, 2 * size * reach, np.inf))


def least_eigenvalue(X: FloatBall) -> FloatBall:
    """The least eigenvalue of each symmetric matrix, (...,): eigenvalues move by the norm of what is added (Weyl)."""
    size = X.value.shape[-1]
    usable = _is_known(X)
    safe = np.where(usable[..., None, None], X.value, np.eye(size))
    scale = np.abs(safe).sum(axis=-1).max(axis=-1)
    # The library reads the lower triangle alone: what it misses may be that triangle's radii on both sides.
    radii = np.maximum(X.radius, np.swapaxes(X.radius, -1, -2))
    radius = radii.sum(axis=-1).max(axis=-1) * UP + 64 * size * UNIT * scale
    return settled(np.linalg.eigvalsh(safe)[..., 0], np.where(usable, radius, np.inf))


def _is_known(X: FloatBall) -> np.ndarray:
    """Whether all entries of a matrix have a radius."""
    return np.asarray((np.isfinite(X.radius) & np.isfinite(X.value)).all(axis=(-2, -1)))


def symmetric(upper: FloatBall, n: int) -> FloatBall:
    """(..., n, n) of upper triangles (..., n (n + 1) / 2)."""
    rows, columns = np.triu_indices(n)
    value, radius = (np.zeros((*upper.value.shape[:-1], n, n)) for _ in range(2))
    for array, entries in ((value, upper.value), (radius, upper.radius)):
        array[..., rows, columns] = array[..., columns, rows] = entries
    return FloatBall(value, radius)


def _spread(X: FloatBall, lead: tuple[int, ...]) -> FloatBall:
    return FloatBall(*(np.broadcast_to(a, (*lead, *a.shape[-2:])) for a in (X.value, X.radius)))


def _switched(here: Frame, P: FloatBall) -> FloatBall:
    """sum_j lam_ij P_j, (count, m, n, n)."""
    n, regimes = here.n, here.game.regimes
    generator = FloatBall.of(here.game.generator.reshape(here.count, regimes, regimes))
    flat = FloatBall(*(a.reshape(here.count, regimes, n * n) for a in (P.value, P.radius)))
    mixed = product(generator, flat)
    return FloatBall(*(a.reshape(here.count, regimes, n, n) for a in (mixed.value, mixed.radius)))


def _discount(here: Frame) -> FloatBall:
    return FloatBall.of(here.game.discount.reshape(here.count, 1, 1, 1))


def _pair(here: Frame, ball: FloatBall) -> Ball:
    shape = here.game.batch_shape
    return ball.value.reshape(shape), ball.radius.reshape(shape)
