"""A linear-quadratic game in units of its own: powers of two, so that going there and back changes no digit.

With the costs of player k in units of s_k and time in units of 1/rho, rho a power of four,

  (A, B, E, b, Lambda, beta) / rho,   (C, D, F, s) / sqrt(rho),   (M_k, m_k, tau_k) / s_k,   (P_k, p_k, r_k) rho / s_k

make the same game: gains, laws and what is stable are the same. Iterations that measure values beside 1 are at home
there.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from games.linear_quadratic import PLAYERS, LinearQuadraticGame


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Units:
    """The game in its own units, and what its numbers are multiplied with to be those of the game as it came."""

    game: LinearQuadraticGame
    costs: tuple[float, float]  # s_L, s_F
    rate: float  # rho

    @property
    def values(self) -> np.ndarray:
        """Of P_L, P_F and likewise p and r, (2,)."""
        return np.array(self.costs) / self.rate

    def of(self, entries: np.ndarray) -> np.ndarray:
        """`values` ready to multiply (2, ...) arrays with."""
        return self.values.reshape(2, *(1,) * (entries.ndim - 1))

    def measured(self, condition: str, eigenvalue: float) -> float:
        """The eigenvalue that decides a condition, or an abscissa, in the units of the game as it came."""
        if condition in ("closed loop", "mean-square stabilisability", "linear part"):
            return eigenvalue * self.rate
        return eigenvalue * self.costs[1 if condition == "H_F,vv" else 0]


def in_units(game: LinearQuadraticGame) -> Units:
    """A single game of floats without a horizon in units of its largest costs and of its own rates of change."""
    found, rates = scales(game)
    costs, rate = tuple(found.tolist()), float(rates)
    if costs == (1.0, 1.0) and rate == 1.0:
        return Units(game=game, costs=(1.0, 1.0), rate=1.0)
    changed: dict[str, Any] = {
        name: getattr(game, name) / rate for name in ("generator", "A", "B", "E", "b", "discount")
    }
    changed |= {name: getattr(game, name) / math.sqrt(rate) for name in "CDFs"}
    for player, unit in zip(PLAYERS, costs, strict=True):
        changed |= {f"{player}_{name}": getattr(game, f"{player}_{name}") / unit for name in ("M", "m", "temperature")}
        changed |= {f"{player}_{name}": getattr(game, f"{player}_{name}") / unit * rate for name in ("G", "g")}
    return Units(game=dataclasses.replace(game, **changed), costs=(costs[0], costs[1]), rate=rate)


def scales(game: LinearQuadraticGame) -> tuple[np.ndarray, np.ndarray]:
    """s_L, s_F (*batch, 2) and rho (*batch,) of a game or of each of a batch."""
    own = np.abs(game.A).max(axis=(-3, -2, -1)), np.abs(game.C).max(axis=(-4, -3, -2, -1)) ** 2, game.discount
    costs = [np.abs(getattr(game, f"{player}_M")).max(axis=(-3, -2, -1)) for player in PLAYERS]
    return _power(np.stack(costs, axis=-1), 2), _power(np.maximum(np.maximum(*own[:2]), own[2]), 4)


def _power(sizes: np.ndarray, base: int) -> np.ndarray:
    """The power of the base nearest to each size in ratio; 1 for zero, and at the ends of the floats."""
    ordinary = (sizes > 1e-150) & (sizes < 1e150)
    exponents = np.rint(np.log2(np.where(ordinary, sizes, 1.0)) / math.log2(base))
    return np.ldexp(1.0, (exponents * math.log2(base)).astype(int))
