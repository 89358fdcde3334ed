"""Points of linear-quadratic games on batches of floats, with radii: the book beside `verify.exact.lq_point`.

Written from the conventions of `games.linear_quadratic`: the Hamiltonian's coefficients are assembled from the blocks
of the dynamics and the costs, where the exact book reads them off values. Expectations are, here as there, those of the
generator and of the running cost under means and covariances.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from games.linear_quadratic import LinearQuadraticPoint
from verify.exact.iteration import Same
from verify.float_ball import FloatBall
from verify.vocabulary.lq_point_algebra import (
    bordered,
    identity,
    inverse,
    joined,
    log_determinant,
    number,
    part,
    product,
    scalar,
    scaled,
    settled,
    solved,
    trace,
    trace_of_product,
    transposed,
)

Ball = tuple[np.ndarray, np.ndarray]
Temperatures = tuple[FloatBall, FloatBall]

PLAYERS = ("leader", "follower")
HALF = number(0.5)
LOG_TWO_PI = FloatBall.of(np.log(2 * np.pi), 2.0**-50)
ALL = slice(None)
STATELESS = ("noise", "drift", "_costs", "hamiltonians", "reply", "reduced", "feedback", "follower_hessian", "inverses")


class Frame:
    """Both players' stage in the regime of each point, arrays led by (games,), or in all regimes, (games, regimes)."""

    def __init__(self, game: LinearQuadraticPoint, *, every: bool = False) -> None:
        self.game = game
        self.every = every
        self.count = int(np.prod(game.batch_shape, dtype=int))
        self.regime = game.regime.reshape(self.count).astype(int)
        self.n, self.ku, self.kv = game.states, game.leader_actions, game.follower_actions
        self.N = self.n + self.ku + self.kv
        self.x, self.u, self.v = game.blocks()
        self.lead = (self.count, game.regimes) if every else (self.count,)
        self.temperatures = (self.plain("leader_temperature"), self.plain("follower_temperature"))

    def at_origin(self) -> Frame:
        """The same stage at x = 0; what does not depend on the state is not computed again."""
        found = Frame(self.game, every=self.every)
        found.__dict__ |= {name: getattr(self, name) for name in STATELESS}
        found.state = FloatBall.of(np.zeros((*self.lead, self.n, 1)))
        return found

    def whole(self, name: str) -> np.ndarray:
        """The array of that name, the batch on one axis."""
        array = getattr(self.game, name)
        return array.reshape(self.count, *array.shape[len(self.game.batch_shape) :])

    def plain(self, name: str) -> FloatBall:
        """An array without an axis of regimes."""
        array = self.whole(name)
        if self.every:
            array = np.broadcast_to(array[:, None], (*self.lead, *array.shape[1:]))
        return FloatBall.of(array)

    def of(self, name: str) -> FloatBall:
        """The array of that name in the regime."""
        array = self.whole(name)
        return FloatBall.of(array if self.every else array[np.arange(self.count), self.regime])

    def column(self, name: str) -> FloatBall:
        """A vector of the regime as a column."""
        return _as_column(self.of(name))

    @functools.cached_property
    def state(self) -> FloatBall:
        return _as_column(self.plain("state"))

    @functools.cached_property
    def noise(self) -> tuple[FloatBall, FloatBall]:
        """J and s of all channels: (..., d, n, N) and (..., d, n, 1)."""
        return joined([self.of(name) for name in "CDF"], -1), _as_column(self.of("s"))

    @functools.cached_property
    def drift(self) -> FloatBall:
        """[A B E]."""
        return joined([self.of(name) for name in "ABE"], -1)

    @functools.cached_property
    def _costs(self) -> dict[tuple[str, str], FloatBall]:
        found = {(player, name): self.of(f"{player}_{name}") for player in PLAYERS for name in ("M", "P")}
        return found | {(player, name): self.column(f"{player}_{name}") for player in PLAYERS for name in ("m", "p")}

    def cost(self, player: str, name: str) -> FloatBall:
        """M, m, P or p of the player."""
        return self._costs[player, name]

    @functools.cached_property
    def hamiltonians(self) -> dict[str, tuple[FloatBall, FloatBall, FloatBall]]:
        """H_k, h_k, c_k of both players."""
        return {player: self._hamiltonian(player) for player in PLAYERS}

    def _hamiltonian(self, player: str) -> tuple[FloatBall, FloatBall, FloatBall]:
        M, m, P, p = (self.cost(player, name) for name in ("M", "m", "P", "p"))
        J, s = self.noise
        b, rest = self.column("b"), self.N - self.n
        weighted = product(_beside(P), J)  # P J_l
        # All channels in one product: what cancels does so without rounding.
        second = product(transposed(_tall(J)), _tall(weighted))
        first = bordered(product(P, self.drift), (0, 0), (rest, 0))
        H = (M + second) + (first + transposed(first))
        h = (m + product(transposed(self.drift), p)) + bordered(product(P, b), (0, 0), (rest, 0))
        h = h + product(transposed(_tall(weighted)), _tall(s))
        c = scalar(product(transposed(p), b)) + HALF * self.second_order_of(player, s)
        return H, h, c

    def second_order_of(self, player: str, sigma: FloatBall) -> FloatBall:
        """sum_l sigma_l'P sigma_l of columns of all channels."""
        return scalar(product(transposed(_tall(sigma)), _tall(product(_beside(self.cost(player, "P")), sigma))))

    def hessian(self, player: str, rows: slice, columns: slice) -> FloatBall:
        return part(self.hamiltonians[player][0], rows, columns)

    @functools.cached_property
    def reply(self) -> tuple[FloatBall, FloatBall, FloatBall]:
        """K, T, kappa."""
        H, h, _ = self.hamiltonians["follower"]
        right = joined([part(H, self.v, slice(self.n + self.ku)), part(h, self.v, ALL)], -1)
        found = -solved(self.follower_hessian, right)
        last = self.n + self.ku
        return part(found, ALL, self.x), part(found, ALL, self.u), part(found, ALL, slice(last, last + 1))

    @functools.cached_property
    def reduced(self) -> tuple[FloatBall, FloatBall]:
        """Hhat and hhat, over (x, u)."""
        K, T, kappa = self.reply
        H, h, _ = self.hamiltonians["leader"]
        size = self.n + self.ku
        G = joined([identity(size, self.lead), joined([K, T], -1)], -2)
        moved = bordered(kappa, (size, 0), (0, 0))
        return product(transposed(G), H, G), product(transposed(G), product(H, moved) + h)

    @functools.cached_property
    def feedback(self) -> tuple[FloatBall, FloatBall]:
        """Gain and offset of the leader's mean."""
        H, h = self.reduced
        right = joined([part(H, self.u, self.x), part(h, self.u, ALL)], -1)
        found = -solved(part(H, self.u, self.u), right)
        return part(found, ALL, self.x), part(found, ALL, slice(self.n, self.n + 1))

    @functools.cached_property
    def leader_mean(self) -> FloatBall:
        gain, offset = self.feedback
        return product(gain, self.state) + offset

    @functools.cached_property
    def closed_loop(self) -> tuple[FloatBall, FloatBall]:
        """Phi and phi."""
        K, T, kappa = self.reply
        gain, offset = self.feedback
        Phi = joined([identity(self.n, self.lead), gain, K + product(T, gain)], -2)
        return Phi, bordered(joined([offset, kappa + product(T, offset)], -2), (self.n, 0), (0, 0))

    def leader_hessian(self, sees: str) -> FloatBall:
        """Hhat_uu where the leader's action is seen, else H_L,uu."""
        return part(self.reduced[0], self.u, self.u) if sees == "action" else self.hessian("leader", self.u, self.u)

    @functools.cached_property
    def follower_hessian(self) -> FloatBall:
        return self.hessian("follower", self.v, self.v)

    @functools.cached_property
    def inverses(self) -> _Lazy:
        """Inverses of the Hessians of the laws, by "action", "policy" and "follower"."""
        return _Lazy(lambda name: inverse(self.follower_hessian if name == "follower" else self.leader_hessian(name)))

    def answered(self, u: FloatBall) -> FloatBall:
        """z = (x, u, K x + T u + kappa)."""
        K, T, kappa = self.reply
        return joined([self.state, u, product(K, self.state) + product(T, u) + kappa], -2)

    def covariance(self, covariance: FloatBall, follower: FloatBall, sees: str) -> FloatBall:
        """The covariance of z where u has that covariance and the follower adds his own."""
        _, T, _ = self.reply
        if sees == "policy":
            uv = FloatBall.of(np.zeros((*self.lead, self.ku, self.kv)))
            inner = joined([joined([covariance, uv], -1), joined([transposed(uv), follower], -1)], -2)
        else:
            moved = product(T, covariance)
            own = follower + product(moved, transposed(T))
            inner = joined([joined([covariance, transposed(moved)], -1), joined([moved, own], -1)], -2)
        return bordered(inner, (self.n, self.n), (0, 0))

    def equilibrium_covariance(self, sees: str, temperatures: Temperatures | None = None) -> FloatBall:
        leader, follower = temperatures or self.temperatures
        own = scaled(leader, self.inverses[sees])
        return self.covariance(own, scaled(follower, self.inverses["follower"]), sees)

    @functools.cached_property
    def played(self) -> FloatBall:
        """z of both means."""
        return self.answered(self.leader_mean)

    def at_mean(self, player: str, z: FloatBall) -> FloatBall:
        """q_k(z): the generator on V_k plus the running cost."""
        M, m, P, p = (self.cost(player, name) for name in ("M", "m", "P", "p"))
        J, s = self.noise
        sigma = product(J, _beside(z)) + s
        velocity = product(self.drift, z) + self.column("b")
        first = scalar(product(transposed(velocity), product(P, part(z, self.x, ALL)) + p))
        running = HALF * scalar(product(transposed(z), M, z)) + scalar(product(transposed(m), z))
        return first + HALF * self.second_order_of(player, sigma) + running

    def spread(self, player: str, covariance: FloatBall) -> FloatBall:
        """What a covariance of z, of which x has none, adds to E q_k."""
        M = self.cost(player, "M")
        return HALF * (self.second_order_spread(player, covariance) + trace_of_product(M, covariance))

    def second_order_spread(self, player: str, covariance: FloatBall) -> FloatBall:
        """sum_l tr(P J_l S J_l')."""
        J, _ = self.noise
        weighted = product(_beside(self.cost(player, "P")), J, _beside(covariance))
        return trace(product(_tall(weighted), transposed(_tall(J))))

    def raw(self, player: str, sees: str) -> FloatBall:
        """E q_k in equilibrium."""
        return self.at_mean(player, self.played) + self.exploration(player, sees, self.temperatures)

    def exploration(self, player: str, sees: str, temperatures: Temperatures) -> FloatBall:
        """E q_k in equilibrium at these temperatures, minus the same at none: the means are those without."""
        return self.spread(player, self.equilibrium_covariance(sees, temperatures))

    def entropy(self, player: str, sees: str) -> FloatBall:
        """tau_k Ent_k."""
        H = self.leader_hessian(sees) if player == "leader" else self.follower_hessian
        return self.gaussian_entropy(self.temperatures[PLAYERS.index(player)], H)

    def gaussian_entropy(self, tau: FloatBall, H: FloatBall) -> FloatBall:
        """tau (k log(2 pi e tau) - log det H) / 2; 0 at tau = 0."""
        k = number(float(H.value.shape[-1]))
        warm = tau.value > 0
        safe = FloatBall(np.where(warm, tau.value, 1.0), tau.radius)
        found = HALF * tau * (k * (number(1.0) + LOG_TWO_PI + safe.log()) - log_determinant(H))
        return FloatBall(np.where(warm, found.value, 0.0), np.where(warm, found.radius, 0.0))

    def pair(self, ball: FloatBall) -> Ball:
        """Values and radii in the shape of the batch."""
        value, radius = (np.broadcast_to(array, self.lead) for array in (ball.value, ball.radius))
        if self.every:
            value, radius = (array[np.arange(self.count), self.regime] for array in (value, radius))
        return value.reshape(self.game.batch_shape), radius.reshape(self.game.batch_shape)


class _Lazy(dict[str, Any]):
    """Computes what is asked for, once."""

    def __init__(self, compute: Any) -> None:
        super().__init__()
        self._compute = compute

    def __missing__(self, key: str) -> Any:
        self[key] = self._compute(key)
        return self[key]


def _as_column(ball: FloatBall) -> FloatBall:
    return FloatBall(ball.value[..., None], ball.radius[..., None])


def _beside(ball: FloatBall) -> FloatBall:
    """A matrix for each channel."""
    return FloatBall(ball.value[..., None, :, :], ball.radius[..., None, :, :])


def _tall(ball: FloatBall) -> FloatBall:
    """The channels' matrices one above the other, (..., d n, columns)."""

    def reshaped(array: np.ndarray) -> np.ndarray:
        return array.reshape(*array.shape[:-3], -1, array.shape[-1])

    return FloatBall(reshaped(ball.value), reshaped(ball.radius))


@functools.lru_cache(maxsize=4)
def _frame(key: Same[LinearQuadraticPoint], every: bool) -> Frame:
    return Frame(key.game, every=every)


def frame(game: LinearQuadraticPoint, *, every: bool = False) -> Frame:
    """The frame of a batch, kept while the same batch is asked about."""
    return _frame(Same(game), every)


def resolvent(here: Frame, costs: FloatBall) -> Ball:
    """((beta I - Lambda)^-1 f)_i, f of shape (games, regimes); a frame of all regimes."""
    game, m = here.game, here.game.regimes
    discount = FloatBall.of(here.whole("discount"))
    matrix = scaled(discount, identity(m, (here.count,))) - FloatBall.of(here.whole("generator"))
    found = solved(matrix, _as_column(costs))
    found = FloatBall(found.value[..., 0], found.radius[..., 0])
    value, radius = here.pair(found)
    ball = settled(value, radius, game.discount == 0)
    return ball.value, ball.radius
