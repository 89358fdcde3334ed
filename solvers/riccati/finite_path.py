"""Values over time of a game with a horizon: packed for the kernels, between the knots of an integration.

Between two knots the answer at t is one step of the integrator from the later knot, so that it is of order 8
everywhere and continuous.
"""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np

from games.linear_quadratic import PLAYERS, LinearQuadraticGame, Sees, is_positive_definite
from solvers.errors import SolverError
from solvers.riccati import finite_kernel, finite_maps, finite_steps
from solvers.riccati.hamiltonian import Values, symmetric, terminal
from solvers.riccati.nash import stage_equations

NODES = 12
"""Points of a step at which it is interpolated where many of its times are asked for."""

LINE = 16
"""Rows of packed Hessians are whole multiples of so many floats, two cache lines."""


@functools.cache
def tableau() -> np.ndarray:
    """Stages (12 rows), weights, and weights of the errors of order 5 and 3, (15, 12); the problem is autonomous."""
    from scipy.integrate import DOP853

    return np.ascontiguousarray(
        np.concatenate([DOP853.A[:12, :12], DOP853.B[None], DOP853.E5[None, :12], DOP853.E3[None, :12]])
    )


def equations(game: LinearQuadraticGame, order: str) -> finite_kernel.Equations:
    """The single game as the kernel reads it, affine terms as one more state where there are any.

    A player with costs of his own actions only, and none at the end, has P = 0 and p = 0 whatever the other does.
    """
    n, d, m = game.states, game.channels, game.regimes
    moves = [_has_values(game, player) for player in PLAYERS]
    acts = [_acts(game, k, moves) for k in range(2)]
    ku, kv = (len(places) for places in acts)
    affine = any(np.any(getattr(game, name)) for name in ("b", "s", "leader_m", "follower_m", "leader_g", "follower_g"))
    b = n + 1 if affine else n
    c = b + ku + kv
    taken = np.concatenate([np.arange(n), *acts])  # of z
    place = np.concatenate([np.arange(n), b + np.arange(ku + kv)])  # where they stand in (x, 1, u, v)
    wide = np.zeros((m, b, (1 + d) * c))
    noise = np.zeros((m, d, b, c))
    drift = wide[..., :c]
    drift[:, :n, place] = np.concatenate([game.A, game.B, game.E], axis=-1)[..., taken]
    noise[:, :, :n, place] = np.concatenate([game.C, game.D, game.F], axis=-1)[..., taken]
    M = np.zeros((2, m, c, c))
    for k, player in enumerate(PLAYERS):
        M[k][:, place[:, None], place] = symmetric(getattr(game, f"{player}_M"))[:, taken[:, None], taken]
        if affine:
            M[k][:, n, place] = M[k][:, place, n] = getattr(game, f"{player}_m")[:, taken]
    if affine:
        drift[:, :n, n] = game.b
        noise[:, :, :n, n] = game.s
    wide[..., c:] = np.moveaxis(noise, 1, 2).reshape(m, b, d * c)
    rows, columns = np.tril_indices(c)
    width = -(-len(rows) // LINE) * LINE
    costs = np.zeros((2, m, width))
    costs[..., : len(rows)] = M[..., rows, columns]
    dense = b * (b + 1) // 2 if b <= finite_kernel.DENSE else 0
    nash = order == "nash"
    orientations = np.linalg.slogdet(stage_equations(game, *terminal(game)))[0] if nash else np.zeros(m)
    found = finite_kernel.Equations(
        wide=wide,
        noise=noise.reshape(m, d * b, c),
        operator=_at_lines((m, dense, width)),
        M=costs,
        generator=np.array(game.generator),
        scalars=np.array([game.discount, game.leader_temperature, game.follower_temperature], dtype=float),
        slots=np.array([0 if moves[0] else -1, sum(moves[:1]) if moves[1] else -1]),
        orientations=orientations.astype(int),
        switches=np.array([nash, not nash and game.follower_sees == Sees.ACTION, ku, kv, d, n]),
    )
    if dense:
        finite_maps.fill_operator(found)
    return found


def _acts(game: LinearQuadraticGame, k: int, moves: list[bool]) -> np.ndarray:
    """Where the player's actions stand in z, if the kernel needs them.

    Without values, without temperature and with well-posed costs of his own actions he plays zero, and that is all the
    other, who has values, sees of him.
    """
    places = np.arange(game.states + game.leader_actions + game.follower_actions)[game.blocks()[1 + k]]
    temperature = (game.leader_temperature, game.follower_temperature)[k]
    if moves[k] or not moves[1 - k] or temperature > 0:
        return places
    own = getattr(game, f"{PLAYERS[k]}_M")[:, places[:, None], places]
    return places[:0] if is_positive_definite(symmetric(own)).all() else places


def _at_lines(shape: tuple[int, ...]) -> np.ndarray:
    """Zeros that begin where a cache line does."""
    size = math.prod(shape)
    room = np.zeros(size + LINE)
    skipped = -room.ctypes.data // room.itemsize % LINE
    return room[skipped : skipped + size].reshape(shape)


def _has_values(game: LinearQuadraticGame, player: str) -> bool:
    """Whether a player's P or p can differ from zero."""
    own = game.blocks()[1 + PLAYERS.index(player)]
    costs = np.array(getattr(game, f"{player}_M"))
    costs[:, own, own] = 0
    return any(np.any(entries) for entries in (costs, *(getattr(game, f"{player}_{name}") for name in "mGg")))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Knots:
    """The values at s = T - t of the steps, packed as the kernel's state, and rates there: a path between them."""

    equations: finite_kernel.Equations
    horizon: float
    until: float  # the least t the values reach
    s: np.ndarray  # (knots,)
    states: np.ndarray  # (knots, size)
    rates: np.ndarray  # (knots, size)

    def at(self, t: np.ndarray) -> tuple[Values, Values]:
        """Coefficients at times t (*pts,). Raises `SolverError` for times the values do not reach."""
        early = t < self.until
        if early.any():
            raise SolverError(f"t: expected times of ({self.until:.6g}, {self.horizon:g}], found {t[early].min():.6g}")
        states = self.states_at(np.minimum(self.horizon - t, self.s[-1]).ravel())
        leader, follower = unpack(self.equations, states)
        return tuple(
            Values(
                **{name: getattr(values, name).reshape(*t.shape, *getattr(values, name).shape[1:]) for name in "Ppr"}
            )
            for values in (leader, follower)
        )  # type: ignore[return-value]  # a pair

    def states_at(self, s: np.ndarray) -> np.ndarray:
        """States (pts, size) at s (pts,) by steps from the knots before; steps crowded with times are interpolated."""
        last = np.clip(np.searchsorted(self.s, s, side="right") - 1, 0, None)
        found = np.empty((len(s), self.states.shape[1]))
        here = self.s[last] == s
        found[here] = self.states[last[here]]
        crowded = np.bincount(last[~here], minlength=len(self.s)) > NODES
        alone = ~here & ~crowded[last]
        found[alone] = self.stepped(last[alone], s[alone] - self.s[last[alone]])
        for knot in np.flatnonzero(crowded):
            those = ~here & (last == knot)
            length = self.s[knot + 1] - self.s[knot]
            nodes = (1 - np.cos(np.pi * np.arange(NODES + 1) / NODES)) / 2
            inner = self.stepped(np.full(NODES - 1, knot), nodes[1:-1] * length)
            values = np.concatenate([self.states[None, knot], inner, self.states[None, knot + 1]])
            found[those] = _interpolated(nodes, values, (s[those] - self.s[knot]) / length)
        return found

    def stepped(self, knots: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """States (pts, size) one step of these lengths beyond the knots."""
        found = np.empty((len(knots), self.states.shape[1]))
        inside = finite_steps.steps(self.equations, tableau(), knots, lengths, self.states, self.rates, found)
        if not inside:
            raise SolverError("values: expected steps of the stored path to be well posed, found one that is not")
        return found


def _interpolated(nodes: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The polynomial through values (nodes, size) at Chebyshev's nodes, by the barycentric formula."""
    weights = (-1.0) ** np.arange(len(nodes))
    weights[[0, -1]] /= 2
    apart = at[:, None] - nodes
    exact = apart == 0
    shares = np.where(exact.any(axis=1)[:, None], exact, weights / np.where(exact, 1.0, apart))
    return shares @ values / shares.sum(axis=1)[:, None]


def pack(equations: finite_kernel.Equations, leader: Values, follower: Values) -> np.ndarray:
    """The state of the kernel, (size,)."""
    m, n = leader.p.shape[-2:]
    b = equations.wide.shape[1]
    rows, columns = np.tril_indices(b)
    parts = []
    for k, values in enumerate((leader, follower)):
        if equations.slots[k] >= 0:
            full = np.zeros((m, b, b))
            full[:, :n, :n] = values.P
            if b > n:
                full[:, n, :n] = values.p
            parts.append(full[:, rows, columns].ravel())
    return np.concatenate([*parts, leader.r, follower.r])


def unpack(equations: finite_kernel.Equations, states: np.ndarray) -> tuple[Values, Values]:
    """The coefficients of states (pts, size), led by (pts,)."""
    m, b, n = len(equations.generator), equations.wide.shape[1], int(equations.switches[5])
    rows, columns = np.tril_indices(b)
    size = len(rows)
    found = []
    for k in range(2):
        full = np.zeros((len(states), m, b, b))
        if equations.slots[k] >= 0:
            start = int(equations.slots[k]) * m * size
            packed = states[:, start : start + m * size].reshape(-1, m, size)
            full[..., rows, columns] = packed
            full[..., columns, rows] = packed
        r = states[:, states.shape[1] - (2 - k) * m :][:, :m]
        if b > n:
            r = r + full[..., n, n] / 2
        found.append(
            Values(
                P=full[..., :n, :n].copy(),
                p=full[..., n, :n].copy() if b > n else np.zeros((len(states), m, n)),
                r=r.copy(),
            )
        )
    return found[0], found[1]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Paths:
    """The paths of a batch of games."""

    batch_shape: tuple[int, ...]
    paths: tuple[Knots, ...]

    def at(self, t: np.ndarray) -> tuple[Values, Values]:
        """Coefficients at times t (*pts,), led by (*batch, *pts)."""
        return stacked([path.at(t) for path in self.paths], self.batch_shape)


def stacked(pairs: list[tuple[Values, Values]], batch_shape: tuple[int, ...]) -> tuple[Values, Values]:
    def joined(k: int) -> Values:
        columns = {name: np.stack([getattr(pair[k], name) for pair in pairs]) for name in "Ppr"}
        return Values(**{name: entries.reshape(*batch_shape, *entries.shape[1:]) for name, entries in columns.items()})

    return joined(0), joined(1)


def first(pair: tuple[Values, Values]) -> tuple[Values, Values]:
    leader, follower = (Values(P=of.P[0], p=of.p[0], r=of.r[0]) for of in pair)
    return leader, follower
