"""Policy iteration on the follower's problem, from gains that stabilise it."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from games.core import Game
from games.families.lq import (
    BITS,
    MATRIX,
    Arrays,
    LinearQuadraticFamily,
    draw_stage,
    noise_cost,
    of_game,
    put,
)
from games.families.lq_source import Source, mirrored, shifted, transposed, unit
from games.linear_quadratic import Sees
from games.linear_quadratic_iteration import LinearQuadraticIteration

MOST_STEPS = 2
"""After more steps differences are below what floats resolve."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LinearQuadraticIterationFamily(LinearQuadraticFamily):
    """Small games with damped closed loops A + B L + E V, H_F,vv > 0 and R > 0 at the follower's bound.

    The closed loop, the gains, the bound P and the gain V* that is best at P are drawn; A and the follower's costs
    M_vv, M_vx and M_xx follow: M_vv from H_F,vv = W_v, M_vx from V*, M_xx from the residual of the Riccati equation,

      R(P)_i = Phi'H_F Phi + sum_j lam_ij P_j - beta P_i = slack,   Phi = [I; L; V*].

    `loop`, `curvature` and `slack` are the signs of the damping, of W_v and of the slack; families that break one of
    the hypotheses have others. A curvature of -1 comes without noise by the follower, so that H_F,vv stays as it is.
    """

    name: ClassVar[str] = "lq_iteration"
    title: ClassVar[str] = "policy iteration of a follower who starts from gains that stabilise"
    game: ClassVar[type[Game]] = LinearQuadraticIteration
    loop: ClassVar[int] = -1
    curvature: ClassVar[int] = 1
    slack: ClassVar[int] = 1

    regimes: Any = (1, 2)
    states: Any = (1, 2)
    leader_actions: Any = 1
    follower_actions: Any = 1
    channels: Any = 1
    temperatures: Any = (Fraction(0),)
    horizons: Any = (None,)
    sees: Any = (Sees.ACTION,)

    def describe(self, source: Source) -> Arrays:
        arrays = super(LinearQuadraticIterationFamily, self).describe(source)
        n, end = source.sizes["states"], source.sizes["states"] + source.sizes["leader_actions"]
        x, u, v = slice(0, n), slice(n, end), slice(end, None)
        L, V, best = (source.dyadic(BITS, 1, "regimes", axis, "states") for axis in _GAINS)
        damping = source.pick((2, Fraction(3, 2), 3), "regimes")[..., None, None]
        wanted = source.dyadic(BITS, 1, *MATRIX) + self.loop * damping * unit(n)
        arrays["A"] = wanted - arrays["B"] @ L - arrays["E"] @ V
        if self.curvature < 0:
            arrays["F"] = 0 * arrays["F"]
        P = source.symmetric(BITS, 1, *MATRIX)
        W_v = self.curvature * draw_stage(source).W_v
        M = mirrored(source.square(BITS, 1, "regimes"))
        put(M, v, v, W_v - noise_cost(arrays["F"], P, arrays["F"]))
        arrays |= {"follower_M": M, "follower_bound": P}
        H = _hessian(arrays, n)
        put(M, v, x, M[..., v, x] - H[..., v, x] - H[..., v, u] @ L - W_v @ best)
        H = _hessian(arrays, n)
        Phi = np.concatenate([0 * P + unit(n), L, best], axis=-2)
        root = source.dyadic(1, 1, *MATRIX)
        residual = self.slack * (shifted(root @ transposed(root), 2) + unit(n))
        switched = (arrays["generator"][..., None, None] * P[..., None, :, :, :]).sum(axis=-3)
        M[..., x, x] += residual - transposed(Phi) @ H @ Phi - switched + of_game(arrays["discount"], P)
        return arrays | {"leader_gain": L, "follower_gain": V, "steps": source.pick(range(1, MOST_STEPS + 1))}


_GAINS = ("leader_actions", "follower_actions", "follower_actions")


def _hessian(arrays: Arrays, n: int) -> np.ndarray:
    """H_F at the bound, (batch, m, N, N)."""
    P = arrays["follower_bound"]
    H = arrays["follower_M"] + 0
    W = P @ np.concatenate([arrays[name] for name in "ABE"], axis=-1)
    H[..., :n, :] += W
    H[..., :, :n] += transposed(W)
    J = np.concatenate([arrays[name] for name in "CDF"], axis=-1)
    return H + noise_cost(J, P, J)


FAMILY = LinearQuadraticIterationFamily()
