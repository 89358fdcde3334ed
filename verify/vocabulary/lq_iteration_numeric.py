"""Policy iteration on the follower's problem on batches of floats with radii: the book beside verify.exact."""

from __future__ import annotations

import functools

import numpy as np

from games.linear_quadratic_iteration import LinearQuadraticIteration
from verify.exact.iteration import Same
from verify.float_ball import FloatBall
from verify.vocabulary.lq_point_algebra import (
    bordered,
    identity,
    inverse,
    joined,
    part,
    product,
    solved,
    total,
    trace,
    transposed,
)
from verify.vocabulary.lq_stationary_numeric import abscissa, least_eigenvalue, lifted_operator, symmetric

Ball = tuple[np.ndarray, np.ndarray]
ALL = slice(None)

LONGEST = 2
"""Steps that floats follow; instances that take more are left to exact arithmetic."""


def start_abscissa(game: LinearQuadraticIteration) -> Ball:
    run = _run(Same(game))
    return run.pair(abscissa(run.operator(run.start)))


def bound_hessian(game: LinearQuadraticIteration) -> Ball:
    run = _run(Same(game))
    return run.pair(_least(least_eigenvalue(run.own(run.hessian(run.bound)))))


def bound_residual(game: LinearQuadraticIteration) -> Ball:
    run = _run(Same(game))
    return run.pair(_least(least_eigenvalue(run.residual(run.bound))))


def iteration_decrease(game: LinearQuadraticIteration) -> Ball:
    run = _run(Same(game))
    falls = [_least(least_eigenvalue(run.value(k) - run.value(k + 1))) for k in range(LONGEST)]
    found = FloatBall.of(np.zeros(run.count))
    for k, fall in enumerate(falls):
        smaller = fall if k == 0 else found.minimum(fall)
        found = _where(run.steps > k, smaller, found)
    return run.pair(_known(run.steps <= LONGEST, found))


def iteration_abscissa(game: LinearQuadraticIteration) -> Ball:
    run = _run(Same(game))
    found = abscissa(run.operator(run.gain(0)))
    for k in range(1, LONGEST + 1):
        found = _where(run.steps >= k, found.maximum(abscissa(run.operator(run.gain(k)))), found)
    return run.pair(_known(run.steps <= LONGEST, found))


def newton_defect(game: LinearQuadraticIteration) -> Ball:
    """R(P_0) + R'(P_0)(D) with D = P_1 - P_0: by the envelope T_V(D) + R(P_0), V the best gain at P_0, term by term.

    The derivative of the gain drops out where the gain is best; the exact book differentiates without knowing that.
    """
    run = _run(Same(game))
    P, direction, gain = run.value(0), run.value(1) - run.value(0), run.gain(1)
    moved = product(run.operator(gain), run.flat(direction))
    n = game.states
    change = FloatBall(*(a.reshape(run.count, game.regimes, -1) for a in (moved.value, moved.radius)))
    found = abs(run.residual(P) + symmetric(change, n))
    flat = FloatBall(*(a.reshape(run.count, -1) for a in (found.value, found.radius)))
    return run.pair(_largest(flat))


def iteration_fall(game: LinearQuadraticIteration) -> Ball:
    run = _run(Same(game))
    return run.pair(_largest(trace(run.value(0) - run.value(1))))


def iteration_next_fall(game: LinearQuadraticIteration) -> Ball:
    run = _run(Same(game))
    return run.pair(_largest(trace(run.value(1) - run.value(2))))


def iteration_constant(game: LinearQuadraticIteration) -> Ball:
    run = _run(Same(game))
    H, Phi = run.own(run.hessian(run.value(1))), run.closed(run.gain(1))
    moved = _squares(part(run.drift, ALL, run.v))
    for channel in range(game.channels):
        J = FloatBall(run.noise.value[:, :, channel], run.noise.radius[:, :, channel])
        moved = moved + _squares(part(J, ALL, run.v)) * _squares(product(J, Phi))
    # Channels without noise in a regime are left out; the largest number of the others counts.
    active = (run.noise.value != 0).any(axis=(-2, -1)).sum(axis=-1).max(axis=-1)  # (count,)
    weight = trace(H) * _squares(inverse(H)) * FloatBall.of((1.0 + active)[:, None]) * moved
    ones = identity(game.states, (run.count, game.regimes))
    y = _largest(trace(run.solve(run.gain(2), ones)))
    return run.pair(_largest(weight) * y)


class _Run:
    """The follower's iteration on a batch: matrices led by (count, regimes)."""

    def __init__(self, game: LinearQuadraticIteration) -> None:
        self.game = game
        self.count = int(np.prod(game.batch_shape, dtype=int))
        n, end = game.states, game.states + game.leader_actions
        self.x, self.u, self.v = slice(0, n), slice(n, end), slice(end, None)
        self.drift = joined([self.of(name) for name in "ABE"], -1)
        self.noise = joined([self.of(name) for name in "CDF"], -1)
        self.costs = self.of("follower_M")
        self.leader_gain, self.start = self.of("leader_gain"), self.of("follower_gain")
        self.bound = self.of("follower_bound")
        self.generator = self.of("generator").value
        self.discount = FloatBall.of(game.discount.reshape(self.count, 1, 1))
        self.steps = game.steps.reshape(self.count)
        self.gains: dict[int, FloatBall] = {0: self.start}
        self.values: dict[int, FloatBall] = {}

    def of(self, name: str) -> FloatBall:
        array = getattr(self.game, name)
        return FloatBall.of(array.reshape(self.count, *array.shape[len(self.game.batch_shape) :]))

    def pair(self, ball: FloatBall) -> Ball:
        return ball.value.reshape(self.game.batch_shape), ball.radius.reshape(self.game.batch_shape)

    def gain(self, k: int) -> FloatBall:
        if k not in self.gains:
            self.gains[k] = self.best(self.value(k - 1))
        return self.gains[k]

    def value(self, k: int) -> FloatBall:
        if k not in self.values:
            Phi = self.closed(self.gain(k))
            self.values[k] = self.solve(self.gain(k), product(transposed(Phi), self.costs, Phi))
        return self.values[k]

    def closed(self, gain: FloatBall) -> FloatBall:
        one = identity(self.game.states, (self.count, self.game.regimes))
        return joined([one, self.leader_gain, gain], -2)

    def operator(self, gain: FloatBall) -> FloatBall:
        """T_V, (count, size, size)."""
        Phi = self.closed(gain)
        beside = FloatBall(Phi.value[:, :, None], Phi.radius[:, :, None])
        lifted = lifted_operator(product(self.drift, Phi), product(self.noise, beside), self.generator)
        return lifted - self.discount * identity(lifted.value.shape[-1], (self.count,))

    def flat(self, X: FloatBall) -> FloatBall:
        """Upper triangles one below the other, (count, size, 1)."""
        rows, columns = np.triu_indices(self.game.states)
        return FloatBall(*(a[..., rows, columns].reshape(self.count, -1, 1) for a in (X.value, X.radius)))

    def solve(self, gain: FloatBall, right: FloatBall) -> FloatBall:
        """The X with T_V(X) = -right."""
        found = solved(-self.operator(gain), self.flat(right))
        upper = (a.reshape(self.count, self.game.regimes, -1) for a in (found.value, found.radius))
        return symmetric(FloatBall(*upper), self.game.states)

    def hessian(self, P: FloatBall) -> FloatBall:
        first = bordered(product(P, self.drift), (0, 0), (self.costs.value.shape[-1] - self.game.states, 0))
        found = self.costs + first + transposed(first)
        for channel in range(self.game.channels):
            J = FloatBall(self.noise.value[:, :, channel], self.noise.radius[:, :, channel])
            found = found + product(transposed(J), P, J)
        return found

    def own(self, H: FloatBall) -> FloatBall:
        return part(H, self.v, self.v)

    def best(self, P: FloatBall) -> FloatBall:
        H = self.hessian(P)
        return -solved(self.own(H), part(H, self.v, self.x) + product(part(H, self.v, self.u), self.leader_gain))

    def residual(self, P: FloatBall) -> FloatBall:
        """R(P)."""
        Phi = self.closed(self.best(P))
        n, regimes = self.game.states, self.game.regimes
        flat = FloatBall(*(a.reshape(self.count, regimes, n * n) for a in (P.value, P.radius)))
        mixed = product(FloatBall.of(self.generator), flat)
        mixed = FloatBall(*(a.reshape(self.count, regimes, n, n) for a in (mixed.value, mixed.radius)))
        discount = FloatBall(self.discount.value[..., None], self.discount.radius[..., None])
        return product(transposed(Phi), self.hessian(P), Phi) + mixed - discount * P


@functools.lru_cache(maxsize=2)
def _run(key: Same[LinearQuadraticIteration]) -> _Run:
    return _Run(key.game)


def _each(ball: FloatBall) -> list[FloatBall]:
    """What stands along the last axis."""
    return [FloatBall(ball.value[:, i], ball.radius[:, i]) for i in range(ball.value.shape[-1])]


def _least(ball: FloatBall) -> FloatBall:
    """The least over the regimes, (count,)."""
    return functools.reduce(FloatBall.minimum, _each(ball))


def _largest(ball: FloatBall) -> FloatBall:
    return functools.reduce(FloatBall.maximum, _each(ball))


def _squares(X: FloatBall) -> FloatBall:
    """The square of the Frobenius norm of each matrix."""
    return total(X * X, (-2, -1))


def _where(condition: np.ndarray, one: FloatBall, other: FloatBall) -> FloatBall:
    return FloatBall(np.where(condition, one.value, other.value), np.where(condition, one.radius, other.radius))


def _known(condition: np.ndarray, ball: FloatBall) -> FloatBall:
    return FloatBall(ball.value, np.where(condition, ball.radius, np.inf))
