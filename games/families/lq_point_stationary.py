"""Points of linear-quadratic games where the coupled Riccati and linear equations stand still."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from games.families.lq import Arrays, of_game, posed_costs, put
from games.families.lq_points import LinearQuadraticPointFamily, hamiltonian
from games.families.lq_source import Source, transposed, unit
from games.linear_quadratic import PLAYERS


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StationaryPointFamily(LinearQuadraticPointFamily):
    """P_k and p_k are an exact stationary solution of the equations of both players; r_k are not.

    The equilibrium is drawn and the costs follow. Beside the reply gain T draw K, kappa, and the leader's U, nu in
    u = U x + nu; then M_F,vx, m_F,v, M_L,ux, m_L,u are what makes these the gains, for they enter the blocks of H_k
    and h_k that determine them additively. So do M_xx and m_x enter the two equations,

      beta P_k = Phi'H_k Phi + sum_j lam_ij P_kj,    beta p_k = Phi'(H_k phi + h_k) + sum_j lam_ij p_kj.

    All numbers are dyadic of few bits, so that the equations hold exactly in floats too.
    """

    name: ClassVar[str] = "lq_point_stationary"
    title: ClassVar[str] = "stationary points of the coupled Riccati and linear equations"

    def draw_costs(self, source: Source, setting: Arrays) -> Arrays:
        stage = self.draw_stage(source)
        costs = posed_costs(source, setting, setting["leader_P"], setting["follower_P"], stage)
        costs |= {f"{player}_m": self.draw_linear_cost(source) for player in PLAYERS}
        everything = setting | costs  # the same arrays, which are completed in place
        n, end = source.sizes["states"], source.sizes["states"] + source.sizes["leader_actions"]
        x, u, v, actions = slice(0, n), slice(n, end), slice(end, None), slice(n, None)
        U, K = (source.dyadic(1, 1, "regimes", axis, "states") for axis in ("leader_actions", "follower_actions"))
        nu, kappa = (source.dyadic(1, 1, "regimes", axis)[..., None] for axis in ("leader_actions", "follower_actions"))

        M, m = costs["follower_M"], costs["follower_m"]
        H, h = hamiltonian(everything, "follower")
        put(M, v, x, M[..., v, x] - H[..., v, x] - stage.W_v @ K)
        m[..., v] -= h[..., v] + (stage.W_v @ kappa)[..., 0]

        M, m = costs["leader_M"], costs["leader_m"]
        H, h = hamiltonian(everything, "leader")
        moved = np.concatenate([0 * stage.W_u + unit(end - n), stage.T], axis=-2)  # (u, v) by u
        reduced = transposed(moved) @ H[..., actions, actions] @ moved  # Hhat_uu
        put(M, u, x, M[..., u, x] - transposed(moved) @ (H[..., actions, x] + H[..., actions, v] @ K) - reduced @ U)
        slope = transposed(moved) @ (h[..., actions, None] + H[..., actions, v] @ kappa) + reduced @ nu
        m[..., u] -= slope[..., 0]

        Phi = np.concatenate([0 * setting["A"] + unit(n), U, K + stage.T @ U], axis=-2)
        phi = np.concatenate([0 * setting["b"][..., None], nu, kappa + stage.T @ nu], axis=-2)
        for player in PLAYERS:
            H, h = hamiltonian(everything, player)
            P, p = setting[f"{player}_P"], setting[f"{player}_p"][..., None]
            costs[f"{player}_M"][..., x, x] += kept(setting, P) - transposed(Phi) @ H @ Phi
            costs[f"{player}_m"][..., x] += (kept(setting, p) - transposed(Phi) @ (H @ phi + h[..., None]))[..., 0]
        return costs


def kept(setting: Arrays, values: np.ndarray) -> np.ndarray:
    """beta V_i - sum_j lam_ij V_j for matrices V, (batch, m, ., .)."""
    switched = (setting["generator"][..., None, None] * values[..., None, :, :, :]).sum(axis=-3)
    return of_game(setting["discount"], values) - switched


FAMILY = StationaryPointFamily()
