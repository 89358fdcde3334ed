"""What the families of linear-quadratic games share: sizes, coefficients, and costs that are well posed at given P_k.

Whether a game is well posed can be arranged instead of hoped for. At symmetric P_L, P_F draw positive definite W_u, W_v
and the follower's reply gain T, and let, with H_k the Hamiltonian of `games.linear_quadratic`,

  M_F,vv = W_v - sum_l F_l'P_F F_l             so that H_F,vv = W_v
  M_F,vu = -W_v T - sum_l F_l'P_F D_l          so that H_F,vu = -W_v T, and his reply gain is T
  M_L,uu = W_u + c I - sum_l D_l'P_L D_l       so that H_L,uu = W_u + c I and Hhat_uu = W_u + c I + S,
                                               S = H_L,uv T + T'H_L,vu + T'H_L,vv T

where c >= 0 is the least with S + c I >= 0 by Gershgorin's discs. All other blocks are free. With dyadic numbers all of
it is exact in floats. Every game that is well posed at P_k arises so, up to the grid the numbers are drawn from, except
those with a smaller H_L,uu than the discs allow.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

import numpy as np

from games.core import Game
from games.errors import GameError, shown
from games.families.base import Family, Reader, Sizes, frozen, unzigzag
from games.families.lq_source import Coded, Sampled, Source, mirrored, shifted, transposed, unit
from games.linear_quadratic import PLAYERS, LinearQuadraticGame, Sees

Arrays = dict[str, np.ndarray]

AXES = ("regimes", "states", "leader_actions", "follower_actions", "channels")

MATRIX = ("regimes", "states", "states")
VECTOR = ("regimes", "states")

SOMETIMES_THREE = Sizes(1, 2, rare=(3,))

AT_LEAST_TWO = Sizes(2, 2, rare=(3,))

BITS = 2
"""Coefficients are multiples of 1/4."""

DISCOUNTS = tuple(map(Fraction, ("1/2", "0", "1", "1/4", "2")))

TEMPERATURES = tuple(map(Fraction, ("0", "1", "1/2", "2", "1/8", "1/64")))

RATES = tuple(map(Fraction, ("1", "0", "2", "1/2", "1/4", "3/2")))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LinearQuadraticFamily(Family):
    """A family of `LinearQuadraticGame`s, by default with positive definite running costs and damped states.

    Then P_L, P_F are positive semidefinite as long as they exist, and the game is well posed as long: with z = (0, u,
    Tu), u'Hhat_uu u = z'M_L z + sum_l (J_l z)'P_L (J_l z) > 0. Sizes are Sizes, a length, or a pair (low, high).
    `discounts`, `temperatures`, `horizons` (None: without end) and `sees` are what each is drawn from; a batch has one
    horizon and one `follower_sees`. Linear terms are drawn times one of `scales`, each kind by itself: 0 in half of the
    games unless a family says otherwise.

    Raises `GameError` for wrong sizes, and for no discount, temperature, horizon or `sees` to draw from, or wrong ones.
    """

    game: ClassVar[type[Game]] = LinearQuadraticGame
    scales: ClassVar[tuple[Any, ...]] = (0, 1)  # of the linear terms

    regimes: Any = SOMETIMES_THREE
    states: Any = SOMETIMES_THREE
    leader_actions: Any = (1, 2)
    follower_actions: Any = (1, 2)
    channels: Any = (1, 2)
    discounts: Any = DISCOUNTS
    temperatures: Any = TEMPERATURES
    horizons: Any = (Fraction(1), Fraction(1, 2), Fraction(2))
    sees: Any = tuple(Sees)

    def __post_init__(self) -> None:
        for name in AXES:
            object.__setattr__(self, name, Sizes.of(getattr(self, name), name))
        for name, expected, holds in (
            ("discounts", "numbers >= 0", lambda number: number >= 0),
            ("temperatures", "numbers >= 0", lambda number: number >= 0),
            ("horizons", "numbers > 0, or None", lambda horizon: horizon is None or horizon > 0),
            ("sees", "'action', 'policy'", lambda sees: sees in tuple(Sees)),
        ):
            options = getattr(self, name)
            if not isinstance(options, tuple | list) or not options or not all(map(holds, options)):
                raise GameError(f"{name}: expected some of {expected}, found {shown(options)}")
            object.__setattr__(self, name, tuple(options))

    def describe(self, source: Source) -> Arrays:
        """The arrays of the games, by name, each led by the source's batch."""
        setting = self.draw_setting(source)
        return setting | self.draw_costs(source, setting)

    def draw_setting(self, source: Source) -> Arrays:
        """All but the running costs."""
        return {
            **self.draw_dynamics(source),
            **self.draw_ends(source),
            "discount": source.pick(self.discounts),
            "leader_temperature": source.pick(self.temperatures),
            "follower_temperature": source.pick(self.temperatures),
        }

    def draw_dynamics(self, source: Source) -> Arrays:
        """Generator and coefficients of the state's equation."""
        damping = source.pick((1, 2, Fraction(1, 2)), "regimes")[..., None, None]
        noise = ("regimes", "channels", "states")
        return {
            "generator": self.draw_generator(source),
            "A": source.dyadic(BITS, 1, *MATRIX) - damping * unit(source.sizes["states"]),
            "B": source.dyadic(BITS, 1, *VECTOR, "leader_actions"),
            "E": source.dyadic(BITS, 1, *VECTOR, "follower_actions"),
            "b": self.draw_linear(source, *VECTOR),
            "C": shifted(source.dyadic(1, 1, *noise, "states"), 1),
            "D": shifted(source.dyadic(1, 1, *noise, "leader_actions"), 1),
            "F": shifted(source.dyadic(1, 1, *noise, "follower_actions"), 1),
            "s": self.draw_linear(source, *noise),
        }

    def draw_linear(self, source: Source, *axes: str) -> np.ndarray:
        """Numbers of a linear term, (batch, *axes); all 0 in about half of the games unless the family is affine."""
        return of_game(source.pick(self.scales), source.dyadic(BITS, 1, *axes))

    def draw_generator(self, source: Source) -> np.ndarray:
        """Independent rates, some of them 0, (batch, m, m)."""
        return generator_of(source.pick(RATES, "regimes", "regimes"))

    def draw_costs(self, source: Source, setting: Arrays) -> Arrays:
        """Running costs M_k, m_k for what is drawn before: here R R'/4 + I/2 over z for both players."""
        costs = {}
        for player in PLAYERS:
            root = source.square(1, 1, "regimes")
            costs[f"{player}_M"] = shifted(root @ transposed(root) + 2 * unit(root.shape[-1]), 2)
            costs[f"{player}_m"] = self.draw_linear_cost(source)
        return costs

    def draw_linear_cost(self, source: Source) -> np.ndarray:
        """m_k, (batch, m, N), or 0 as `draw_linear`."""
        return of_game(source.pick(self.scales), source.of_variables(BITS, 1, "regimes"))

    def draw_ends(self, source: Source) -> Arrays:
        """Terminal costs G_k, g_k: here R R'/4."""
        ends = {}
        for player in PLAYERS:
            root = source.dyadic(1, 1, *MATRIX)
            ends[f"{player}_G"] = shifted(root @ transposed(root), 2)
            ends[f"{player}_g"] = self.draw_linear(source, *VECTOR)
        return ends

    def sample(self, rng: np.random.Generator, batch: int) -> Any:
        source = Sampled(rng, batch, {name: getattr(self, name).draw(rng) for name in AXES})
        return self._game(source)

    def decode(self, integers: Sequence[int]) -> Any:
        reader = Reader(integers)
        sizes = {name: reader.size(getattr(self, name)) for name in AXES}
        largest = {name: getattr(self, name).high for name in AXES}
        return self._game(Coded(reader, largest, sizes))[0]

    def _game(self, source: Source) -> Any:
        horizon, sees = source.choose(self.horizons), source.choose(self.sees)
        arrays = {name: frozen(array) for name, array in self.describe(source).items()}
        play: type[Any] = self.game
        return play(horizon=horizon, follower_sees=sees, **arrays)

    @property
    def code_length(self) -> int:
        # How much is read depends on the sizes alone: let the largest game be read, and count.
        read = itertools.count()

        def integers() -> Iterator[int]:
            for name in AXES:
                next(read)
                sizes = getattr(self, name)
                yield unzigzag(sizes.high - sizes.low)
            while True:
                next(read)
                yield 0

        code: Any = integers()  # an endless iterator, which the reader takes as it takes sequences
        self.decode(code)
        return next(read)


def no_ends(source: Source) -> Arrays:
    """Terminal costs of 0."""
    G, g = (source.pick((0,), *axes) for axes in (MATRIX, VECTOR))
    return {f"{player}_{name}": array for player in PLAYERS for name, array in (("G", G), ("g", g))}


def of_game(scale: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Numbers (batch, ...) times one number a game, (batch,)."""
    return numbers * scale.reshape(-1, *[1] * (numbers.ndim - 1))


def generator_of(rates: np.ndarray) -> np.ndarray:
    """The generator with these rates away from the diagonal, whatever stands on it; (*lead, m, m)."""
    away = rates * (1 - unit(rates.shape[-1]))
    return away - away.sum(axis=-1, keepdims=True) * unit(rates.shape[-1])


def opposite(array: np.ndarray) -> np.ndarray:
    """The array with the other sign, without negative zeros."""
    return 0 - array


class Stage(NamedTuple):
    """What a game is made well posed with: H_F,vv = W_v, the reply gain T, and W_u below H_L,uu and Hhat_uu."""

    W_u: np.ndarray  # (batch, m, ku, ku) positive definite
    W_v: np.ndarray  # (batch, m, kv, kv) positive definite
    T: np.ndarray  # (batch, m, kv, ku)


def draw_stage(source: Source) -> Stage:
    """W = R R'/4 + I/4, I/2 or I and a gain T on [-1, 1]."""

    def definite(axis: str) -> np.ndarray:
        root = source.dyadic(1, 1, "regimes", axis, axis)
        least = source.pick((1, Fraction(1, 2), Fraction(1, 4)), "regimes")[..., None, None]
        return shifted(root @ transposed(root), 2) + least * unit(source.sizes[axis])

    gain = source.dyadic(1, 1, "regimes", "follower_actions", "leader_actions")
    return Stage(definite("leader_actions"), definite("follower_actions"), gain)


def nearly_singular(source: Source) -> Stage:
    """As `draw_stage`; in each game W_v or W_u is multiplied by 2^-4, ..., 2^-12."""
    stage = draw_stage(source)
    factor = source.pick([Fraction(1, 2**power) for power in range(4, 13)])
    followers = source.pick((1, 0))
    return stage._replace(
        W_v=of_game(followers * factor + (1 - followers), stage.W_v),
        W_u=of_game(followers + (1 - followers) * factor, stage.W_u),
    )


def posed_costs(source: Source, dynamics: Arrays, P_L: np.ndarray, P_F: np.ndarray, stage: Stage) -> Arrays:
    """Running costs leader_M, follower_M that make the game well posed at P_L, P_F, see the docstring of the module."""
    n, end = source.sizes["states"], source.sizes["states"] + source.sizes["leader_actions"]
    u, v = slice(n, end), slice(end, None)
    D, F = dynamics["D"], dynamics["F"]
    W_u, W_v, T = stage
    leader, follower = (mirrored(source.square(BITS, 1, "regimes")) for _ in PLAYERS)  # (batch, m, N, N)

    put(follower, v, v, W_v - noise_cost(F, P_F, F))
    put(follower, v, u, -(W_v @ T) - noise_cost(F, P_F, D))

    seen = (leader[..., u, v] + noise_cost(D, P_L, F)) @ T
    seen = seen + transposed(seen) + transposed(T) @ (leader[..., v, v] + noise_cost(F, P_L, F)) @ T  # S
    put(leader, u, u, W_u + lift(seen) - noise_cost(D, P_L, D))
    return {"leader_M": leader, "follower_M": follower}


def saddle_costs(source: Source, dynamics: Arrays, P: np.ndarray, stage: Stage) -> Arrays:
    """Running costs of a zero-sum game with H_L,uu = W_u > 0 > -W_v = H_L,vv at P_L = P, P_F = -P."""
    n, end = source.sizes["states"], source.sizes["states"] + source.sizes["leader_actions"]
    u, v = slice(n, end), slice(end, None)
    leader = mirrored(source.square(BITS, 1, "regimes"))
    put(leader, u, u, stage.W_u - noise_cost(dynamics["D"], P, dynamics["D"]))
    put(leader, v, v, -stage.W_v - noise_cost(dynamics["F"], P, dynamics["F"]))
    return {"leader_M": leader, "follower_M": opposite(leader)}


def idle(arrays: Arrays) -> Arrays:
    """Those of the arrays that change when the leader's action moves nothing, and costs only herself, only alone."""
    n, end = arrays["B"].shape[-2], arrays["B"].shape[-2] + arrays["B"].shape[-1]
    changed = {name: 0 * arrays[name] for name in ("B", "D") if name in arrays}
    own = np.zeros(arrays["leader_M"].shape[-1], dtype=int)
    own[n:end] = 1
    together = own[:, None] * own  # pairs of her actions
    others = (1 - own[:, None]) * (1 - own)
    return changed | {
        "leader_M": arrays["leader_M"] * (together + others),
        "follower_M": arrays["follower_M"] * others,
        "leader_m": arrays["leader_m"] * (1 - own),
        "follower_m": arrays["follower_m"] * (1 - own),
    }


def put(matrices: np.ndarray, rows: slice, columns: slice, block: np.ndarray) -> None:
    """Write a block of symmetric matrices, and its transpose where it belongs."""
    matrices[..., rows, columns] = block
    matrices[..., columns, rows] = transposed(block)


def noise_cost(left: np.ndarray, P: np.ndarray, right: np.ndarray) -> np.ndarray:
    """sum_l left_l'P right_l of arrays (batch, m, d, n, .)."""
    return (transposed(left) @ P[..., None, :, :] @ right).sum(axis=-3)


def lift(matrices: np.ndarray) -> np.ndarray:
    """c I with the least c >= 0 that makes the symmetric matrices plus c I positive semidefinite by Gershgorin."""
    diagonal = np.diagonal(matrices, axis1=-2, axis2=-1)
    least = (diagonal + np.abs(diagonal) - np.abs(matrices).sum(axis=-1)).min(axis=-1)
    return np.maximum(-least, 0 * least)[..., None, None] * unit(matrices.shape[-1])
